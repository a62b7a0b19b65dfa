//! The paths a walk watches, as a trie that is laid beside one commit's trees after the other.
//!
//! Every node remembers what its path was at the last commit, so a step reads only the trees that
//! differ from it, and each of them once.

use super::GitError;
use super::objects::Objects;
use super::tree::{MODE_TREE, entries};
use git2::Oid;
use std::collections::HashMap;

/// A watched path, as a small number that stays valid for the whole walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathId(u32);

/// Mode and object id, or `None` where there is nothing.
type Entry = Option<(u32, Oid)>;

/// The set of paths to watch. A path may be a file, a directory or not there at all: its coming,
/// going and changing all count.
#[derive(Debug, Default)]
pub struct Tracked {
    root: Node,
    paths: Vec<String>,
    ids: HashMap<String, PathId>,
    /// Added since the last step: their nodes do not know yet what they are.
    fresh: Vec<PathId>,
}

#[derive(Debug, Default)]
struct Node {
    name: Box<[u8]>,
    entry: Entry,
    watched: Option<PathId>,
    /// Sorted by name.
    children: Vec<Node>,
}

impl Tracked {
    /// Nothing is watched.
    pub fn new() -> Self {
        Tracked::default()
    }

    /// Watches a path, from the parent of the current step on. Watching twice is watching once.
    pub fn add(&mut self, path: &str) -> PathId {
        let id = match self.ids.get(path) {
            Some(id) => *id,
            None => {
                let id = PathId(u32::try_from(self.paths.len()).expect("fewer than 2^32 paths fit into memory"));
                self.paths.push(path.to_owned());
                self.ids.insert(path.to_owned(), id);
                id
            }
        };
        let mut node = &mut self.root;
        for part in parts(path) {
            node = node.child(part);
        }
        if node.watched.replace(id).is_none() {
            self.fresh.push(id);
        }
        id
    }

    /// Stops watching a path.
    pub fn remove(&mut self, id: PathId) {
        if let Some(path) = self.paths.get(id.0 as usize) {
            let parts: Vec<&str> = parts(path).collect();
            self.root.remove(&parts);
        }
    }

    /// The path of an id.
    pub fn path(&self, id: PathId) -> &str {
        self.paths.get(id.0 as usize).map_or("", String::as_str)
    }

    /// Is nothing watched?
    pub fn is_empty(&self) -> bool {
        self.root.children.is_empty() && self.root.watched.is_none()
    }

    /// Lays the trie beside a commit's top tree (`None`: before the first commit) and adds to
    /// `changed` the paths that are not what they were at the last call.
    pub(super) fn step(
        &mut self,
        objects: &mut Objects,
        tree: Option<Oid>,
        changed: &mut Vec<PathId>,
    ) -> Result<(), GitError> {
        self.root.update(tree.map(|id| (MODE_TREE, id)), objects, changed)
    }

    /// Finds out what the paths are that were added since the last step.
    pub(super) fn settle(&mut self, objects: &mut Objects) -> Result<(), GitError> {
        for id in std::mem::take(&mut self.fresh) {
            let mut node = &mut self.root;
            for part in parts(self.paths.get(id.0 as usize).map_or("", String::as_str)) {
                let entry = find(node.entry, part.as_bytes(), objects)?;
                let Ok(at) = node.position(part.as_bytes()) else { break };
                node = &mut node.children[at];
                node.entry = entry;
            }
        }
        Ok(())
    }
}

/// The parts of a path. `.` and empty parts name nothing, so `a//b` is `a/b`.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".")
}

fn find(parent: Entry, name: &[u8], objects: &mut Objects) -> Result<Entry, GitError> {
    let Some((MODE_TREE, id)) = parent else { return Ok(None) };
    let tree = objects.tree(id)?;
    Ok(entries(&tree).find(|entry| entry.name == name).map(|entry| (entry.mode, entry.id)))
}

impl Node {
    fn position(&self, name: &[u8]) -> Result<usize, usize> {
        self.children.binary_search_by(|child| (*child.name).cmp(name))
    }

    fn child(&mut self, name: &str) -> &mut Node {
        let at = self.position(name.as_bytes()).unwrap_or_else(|at| {
            self.children.insert(at, Node { name: name.as_bytes().into(), ..Node::default() });
            at
        });
        &mut self.children[at]
    }

    /// Forgets a path, and the nodes that stood only for it. Paths are at most as deep as the
    /// longest that was added, which a snapshot limits.
    fn remove(&mut self, parts: &[&str]) {
        let Some((first, rest)) = parts.split_first() else {
            self.watched = None;
            return;
        };
        let Ok(at) = self.position(first.as_bytes()) else { return };
        self.children[at].remove(rest);
        if self.children[at].children.is_empty() && self.children[at].watched.is_none() {
            self.children.remove(at);
        }
    }

    fn update(&mut self, entry: Entry, objects: &mut Objects, changed: &mut Vec<PathId>) -> Result<(), GitError> {
        if self.entry == entry {
            return Ok(());
        }
        let before = std::mem::replace(&mut self.entry, entry);
        changed.extend(self.watched);
        if self.children.is_empty() {
            return Ok(());
        }
        let Some((MODE_TREE, id)) = entry else {
            return match before {
                Some((MODE_TREE, _)) => self.children.iter_mut().try_for_each(|c| c.update(None, objects, changed)),
                _ => Ok(()),
            };
        };
        let differing = self.differing(&objects.tree(id)?);
        differing.into_iter().try_for_each(|(at, entry)| self.children[at].update(entry, objects, changed))
    }

    /// The children that are something else in this tree than they were.
    fn differing(&self, tree: &[u8]) -> Vec<(usize, Entry)> {
        let mut out = Vec::new();
        let mut met = 0;
        let mut next = 0;
        let mut seen = vec![false; self.children.len()];
        for found in entries(tree) {
            // A tree is sorted almost as the children are (directories as if they ended in `/`), so
            // the next name is nearly always the right one.
            let at = match self.children.get(next) {
                Some(child) if *child.name == *found.name => next,
                _ => match self.position(found.name) {
                    Ok(at) => at,
                    Err(_) => continue,
                },
            };
            next = at + 1;
            seen[at] = true;
            met += 1;
            let entry = Some((found.mode, found.id));
            if self.children[at].entry != entry {
                out.push((at, entry));
            }
            if met == self.children.len() {
                break;
            }
        }
        let gone = |at: &usize| !seen[*at] && self.children[*at].entry.is_some();
        out.extend((0..self.children.len()).filter(gone).map(|at| (at, None)));
        out
    }
}
