//! Reverse dependencies: which builds accessed a path or build on a directory.

use super::build_cache::BuildTrace;
use crate::source::AccessLog;
use std::collections::HashMap;
use std::rc::Rc;

/// The directories whose builds accessed each path, and those that build on each directory.
#[derive(Default)]
pub(super) struct BuildDependents {
    lookers: HashMap<String, Vec<Rc<str>>>,
    users: HashMap<Rc<str>, Vec<Rc<str>>>,
    /// Paths that their last user dropped.
    left: Vec<String>,
}

impl BuildDependents {
    /// Returns the builds that accessed a path themselves.
    pub fn lookers(&self, path: &str) -> &[Rc<str>] {
        self.lookers.get(path).map_or(&[], Vec::as_slice)
    }

    /// Returns the builds on top of a directory.
    pub fn users(&self, directory: &str) -> &[Rc<str>] {
        self.users.get(directory).map_or(&[], Vec::as_slice)
    }

    /// Adds a build.
    pub fn add(&mut self, name: &Rc<str>, touched: &AccessLog, trace: &BuildTrace) {
        for path in touched.own_paths() {
            match self.lookers.get_mut(path) {
                Some(lookers) => add(lookers, name),
                None => {
                    self.lookers.insert(path.to_owned(), vec![Rc::clone(name)]);
                }
            }
        }
        for (base, _) in &trace.bases {
            add(self.users.entry(Rc::clone(base)).or_default(), name);
        }
    }

    /// Removes a build.
    pub fn remove(&mut self, name: &Rc<str>, touched: &AccessLog, trace: &BuildTrace) {
        for path in touched.own_paths() {
            let Some(lookers) = self.lookers.get_mut(path) else { continue };
            lookers.retain(|known| known != name);
            if lookers.is_empty() {
                self.lookers.remove(path);
                self.left.push(path.to_owned());
            }
        }
        for (base, _) in &trace.bases {
            let Some(users) = self.users.get_mut(base) else { continue };
            users.retain(|known| known != name);
            if users.is_empty() {
                self.users.remove(base);
            }
        }
    }

    /// Returns, once, the paths that no build uses any more.
    pub fn take_left(&mut self) -> Vec<String> {
        let mut left = std::mem::take(&mut self.left);
        left.retain(|path| !self.lookers.contains_key(path));
        left
    }
}

fn add(to: &mut Vec<Rc<str>>, name: &Rc<str>) {
    if !to.contains(name) {
        to.push(Rc::clone(name));
    }
}
