//! Axes: folders that hold one environment each, whatever their names are.
//!
//! A folder's children are environments if some of them have a stage word, or the folder is called
//! after environments, *and* what they pin recurs: `environments/{at23,tt02,prod}` all run the same
//! images, while `apps/{web,api,prod}` do not. Then every child is one, also those without a word.

use super::environment_folder::HOLDERS;
use super::{StagePart, extended_part, has_stages_below, have_stage_at, is_never_stage, rest_of};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Returns the names of the images that the file with this index pins, or their keys. Empty if it
/// pins nothing.
pub type PinnedNames<'a> = &'a dyn Fn(usize) -> BTreeSet<String>;

/// Folders that stand beside environments and are none.
const ASIDE: [&str; 14] = [
    "local",
    "localhost",
    "local-dev",
    "localdev",
    "docker",
    "kind",
    "minikube",
    "ci",
    "scripts",
    "docs",
    "tools",
    "hack",
    "example",
    "examples",
];

/// Share of a child's names that must recur under its siblings.
const RECURRING: f64 = 0.5;

/// Share from which also files count that no sibling has.
const SURE: f64 = 0.8;

/// Where hardly any child has a stage word: the share that must recur, and the number of names of a
/// child. Apps of one chart share a few names, such as that of a sidecar.
const EVIDENT: f64 = 0.75;
const EVIDENT_NAMES: f64 = 8.0;

/// Limits of what is read to judge one axis.
const MAX_CHILDREN: usize = 16;
const MAX_FILES: usize = 40;
const MAX_PINNING: usize = 6;

/// With more children than these, most of them without a stage word, they are places: targets of
/// one stage.
const MAX_STAGES: usize = 8;

/// The children of one folder, each with its paths.
type Children<'p> = BTreeMap<&'p str, Vec<usize>>;

/// Paths that are no stage's, by what their folders are.
#[derive(Default)]
pub(super) struct Places<'p> {
    /// Paths of axes with so many wordless children that these are places and not stages, and of
    /// clusters that hold stages.
    pub(super) files: BTreeSet<usize>,
    /// The folders of clusters of which most hold stages: none of these clusters is a stage.
    pub(super) clusters: BTreeSet<&'p str>,
}

/// Marks the children of environment folders that no word marks.
pub(super) fn mark_axes<'p>(
    paths: &[&'p str],
    slots: &mut [Option<StagePart>],
    pinned: PinnedNames<'_>,
) -> Places<'p> {
    let (mut places, mut clusters) = (BTreeSet::new(), BTreeSet::new());
    for ((parent, part), children) in unmarked_axes(paths, slots) {
        let axis = Axis::new(parent, part, children, (paths, slots));
        if axis.holds_stages() {
            clusters.insert(parent);
        }
        let Some(joining) = axis.joining(paths, pinned) else { continue };
        let are_many = axis.worded * 2 < axis.children.len() && joining.len() > MAX_STAGES;
        let are_places = are_many || axis.holds_stages();
        for (name, recurrence) in joining {
            for index in &axis.children[name] {
                let is_free = slots[*index].is_none() && !places.contains(index);
                let has_twin = axis.has_twin(paths, *index);
                if is_free && (has_twin || recurrence >= SURE) {
                    if are_places {
                        places.insert(*index);
                    } else {
                        slots[*index] = Some(extended_part(part, 0, name));
                    }
                }
            }
        }
    }
    Places { files: places, clusters }
}

/// Folders with at least two children, one of them without a stage.
fn unmarked_axes<'p>(
    paths: &[&'p str],
    slots: &[Option<StagePart>],
) -> BTreeMap<(&'p str, usize), Children<'p>> {
    let mut all: HashMap<(&str, usize), Children<'_>> = HashMap::new();
    let mut open: HashSet<(&str, usize)> = HashSet::new();
    for (index, path) in paths.iter().enumerate() {
        let mut start = 0;
        for (part, (cut, _)) in path.match_indices('/').enumerate() {
            let parent = path[..start].trim_end_matches('/');
            all.entry((parent, part))
                .or_default()
                .entry(&path[start..cut])
                .or_default()
                .push(index);
            if slots[index].is_none() {
                open.insert((parent, part));
            }
            start = cut + 1;
        }
    }
    all.into_iter().filter(|(axis, children)| children.len() > 1 && open.contains(axis)).collect()
}

/// Depth and name of a file below a part.
fn shape_of(path: &str, part: usize) -> (usize, &str) {
    let rest = rest_of(path, part);
    (rest.matches('/').count(), rest.rsplit('/').next().unwrap_or(rest))
}

/// A folder whose children may be environments.
struct Axis<'p> {
    part: usize,
    children: Children<'p>,
    /// Number of children with a stage word.
    worded: usize,
    /// Number of children that hold stages: files or folders with a stage word.
    holding: usize,
    /// Children without a stage here.
    open: Vec<&'p str>,
    /// True if the folder is called after environments.
    is_holder: bool,
    /// Number of children with a file of this depth and name.
    rests: HashMap<(usize, &'p str), usize>,
}

impl<'p> Axis<'p> {
    fn new(
        parent: &str,
        part: usize,
        children: Children<'p>,
        (paths, slots): (&[&'p str], &[Option<StagePart>]),
    ) -> Self {
        let has_word = |index: &usize| {
            let slot = slots[*index].as_ref();
            slot.is_some_and(|slot| slot.part == part && slot.canonical.is_some())
        };
        let worded = children.values().filter(|files| files.iter().any(has_word)).count();
        let holds = |index: &usize| {
            let slot = slots[*index].as_ref();
            slot.is_some_and(|s| s.part > part && s.start == 0 && s.canonical.is_some())
        };
        let holding = children.values().filter(|files| files.iter().any(holds)).count();
        let holder = parent.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let is_holder = HOLDERS.contains(&holder.as_str());
        let is_open = |name: &str, files: &[usize]| {
            let name = name.to_ascii_lowercase();
            (is_holder || !has_stages_below(slots, files, part))
                && !have_stage_at(slots, files, part)
                && files.iter().any(|index| slots[*index].is_none())
                && !is_never_stage(&name)
                && !ASIDE.contains(&name.as_str())
        };
        let open = children.iter().filter(|(name, files)| is_open(name, files));
        let open: Vec<&str> = open.map(|(name, _)| *name).collect();
        let mut rests: HashMap<(usize, &str), usize> = HashMap::new();
        for files in children.values() {
            let of_child: BTreeSet<(usize, &str)> =
                files.iter().map(|index| shape_of(paths[*index], part)).collect();
            of_child.into_iter().for_each(|rest| *rests.entry(rest).or_default() += 1);
        }
        Axis { part, children, worded, holding, open, is_holder, rests }
    }

    /// True if most of the children hold stages, so that they are clusters: none is a stage itself.
    fn holds_stages(&self) -> bool {
        self.is_holder && self.worded == 0 && self.holding * 2 > self.children.len()
    }

    /// True if another child has a file of the same name at the same depth.
    fn has_twin(&self, paths: &[&str], index: usize) -> bool {
        self.rests.get(&shape_of(paths[index], self.part)).is_some_and(|count| *count > 1)
    }

    /// The children that join the environments, with the share of their names that recurs; `None`
    /// if this is no axis of environments.
    fn joining(&self, paths: &[&str], pinned: PinnedNames<'_>) -> Option<BTreeMap<&'p str, f64>> {
        if self.open.is_empty() || (self.worded == 0 && !self.is_holder) {
            return None;
        }
        let with_twins =
            |name: &&&str| self.children[**name].iter().any(|index| self.has_twin(paths, *index));
        let open: Vec<&str> = self.open.iter().filter(with_twins).copied().collect();
        let others = self.children.keys().filter(|name| !self.open.contains(name));
        let judged = open.iter().chain(others).take(MAX_CHILDREN);
        let names: BTreeMap<&str, BTreeSet<String>> =
            judged.map(|name| (*name, self.names_of(name, paths, pinned))).collect();
        let mut shares: BTreeMap<&str, f64> = BTreeMap::new();
        for name in &open {
            let Some(own) = names.get(name).filter(|own| !own.is_empty()) else { continue };
            let elsewhere = |one: &&String| {
                names.iter().any(|(other, all)| other != name && all.contains(*one))
            };
            shares.insert(name, own.iter().filter(elsewhere).count() as f64 / own.len() as f64);
        }
        let mean = shares.values().sum::<f64>() / shares.len().max(1) as f64;
        let count: usize =
            shares.keys().filter_map(|name| names.get(name)).map(BTreeSet::len).sum();
        let has_words = self.worded * 4 >= self.children.len();
        let is_evident = mean >= EVIDENT && count as f64 >= EVIDENT_NAMES * shares.len() as f64;
        let is_likely = (self.is_holder || has_words) && mean >= RECURRING;
        let is_axis = !shares.is_empty() && (is_likely || is_evident);
        // Children that were not judged are like those that were.
        let share = |name: &&str| {
            shares.get(name).copied().unwrap_or(if names.contains_key(name) { 0.0 } else { mean })
        };
        is_axis.then(|| {
            let all = open.iter().map(|name| (*name, share(name)));
            all.filter(|(_, share)| *share >= RECURRING).collect()
        })
    }

    /// Returns the names that are pinned in those files of a child that have twins.
    fn names_of(&self, child: &str, paths: &[&str], pinned: PinnedNames<'_>) -> BTreeSet<String> {
        let twins = self.children[child].iter().filter(|i| self.has_twin(paths, **i));
        let names = twins.take(MAX_FILES).map(|index| pinned(*index));
        names.filter(|names| !names.is_empty()).take(MAX_PINNING).flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::choose_stage_parts;
    use std::collections::BTreeSet;

    /// Each line is a path and what it pins.
    fn labels(lines: &[&str]) -> Vec<String> {
        let split = |line: &str| -> (String, BTreeSet<String>) {
            let mut words = line.split(' ').map(str::to_owned);
            (words.next().unwrap_or_default(), words.collect())
        };
        let all: Vec<_> = lines.iter().map(|line| split(line)).collect();
        let paths: Vec<&str> = all.iter().map(|(path, _)| path.as_str()).collect();
        let found = choose_stage_parts(&paths, &|index| all[index].1.clone());
        let label = |(at, slot): (usize, &Option<super::StagePart>)| match slot {
            Some(slot) => slot.label.clone(),
            None if found.places.contains(&at) => "place".to_owned(),
            None => "-".to_owned(),
        };
        found.slots.iter().enumerate().map(label).collect()
    }

    #[test]
    fn an_environment_needs_no_word() {
        assert_eq!(
            labels(&[
                "environments/at23/k.yaml web api",
                "environments/prod/k.yaml web api",
                "environments/base/k.yaml web",
            ]),
            ["at23", "prod", "-"]
        );
        assert_eq!(
            labels(&["sites/one/v.yaml web", "sites/two/v.yaml web", "sites/prod/v.yaml web"]),
            ["one", "two", "prod"],
            "a word among them, and the same names"
        );
        assert_eq!(
            labels(&[
                "shop/dev/k.yaml web",
                "shop/prod/k.yaml web",
                "shop/web/k.yaml web",
                "shop/web/dev.yaml web",
                "shop/web/prod.yaml web",
            ]),
            ["dev", "prod", "-", "dev", "prod"],
            "an app with stages of its own"
        );
        let names = "a b c d e f g h i";
        let lines = ["one", "two", "three", "four", "five", "prod"];
        let lines = lines.map(|site| format!("sites/{site}/v.yaml {names}"));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(labels(&lines), ["one", "two", "three", "four", "five", "prod"]);
        let lines = ["web", "api", "mail", "post", "shop", "prod"];
        let lines = lines.map(|app| format!("apps/{app}/v.yaml {app} proxy"));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(labels(&lines), ["-"; 6], "a sidecar in common");
    }

    #[test]
    fn apps_with_a_word_among_them_are_apps() {
        assert_eq!(
            labels(&["apps/web/k.yaml web", "apps/api/k.yaml api", "apps/prod/k.yaml tool"]),
            ["-", "-", "prod"]
        );
    }

    #[test]
    fn a_cluster_that_holds_stages_is_none() {
        assert_eq!(
            labels(&[
                "clusters/red/prod.yaml web",
                "clusters/red/support.yaml tool",
                "clusters/blue/staging.yaml web",
                "clusters/blue/prod.yaml web",
                "clusters/green/support.yaml tool",
                "clusters/green/other.yaml web",
            ]),
            ["prod", "place", "staging", "prod", "place", "place"]
        );
    }

    #[test]
    fn many_without_a_word_are_places() {
        let lines: Vec<String> =
            (0..12).map(|at| format!("inventories/net-{at}/group_vars/all/i.yaml geth")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(labels(&lines), ["place"; 12]);
    }
}
