//! Finds the part of a path that is the stage.
//!
//! Files whose paths differ only in a stage word are twins. If a path has several stage words, the
//! one with the most and closest peers wins.

mod axes;
mod environment_folder;
mod glued_word;
mod known_names;
mod lone_word;
mod peers;
mod stage_folders;
mod unknown_siblings;
mod values_suffix;

use super::vocabulary::{CanonicalStage, StageWord, find_stage_words, word_meaning};
pub use axes::PinnedNames;
use axes::mark_axes;
use environment_folder::mark_environment_children;
use glued_word::mark_glued_words;
use known_names::mark_known_names;
use lone_word::drop_lone_words;
use peers::PeerStages;
pub use stage_folders::StageFolders;
use std::collections::BTreeSet;
use unknown_siblings::extend_to_siblings;
use values_suffix::mark_recurring_values;

/// The evidence for a stage word, by its peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StageStrength {
    /// Only the word itself.
    Word,
    /// Other stages at the same depth below the same top folder.
    Loose,
    /// Other stages in the same folder with the same shape.
    Sibling,
    /// The same path with another stage.
    Twin,
    /// Not a known word, but most of its siblings are stages.
    Extended,
}

/// The stage in one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagePart {
    /// Index of the part in the path.
    pub part: usize,
    /// Byte range of the label in that part.
    pub start: usize,
    pub end: usize,
    /// The stage word as written in the path.
    pub label: String,
    /// The word's meaning; `None` for an extended label.
    pub canonical: Option<CanonicalStage>,
    /// The meaning with its number; for an extended label, the label itself.
    pub identity: String,
    pub strength: StageStrength,
}

impl StagePart {
    /// Returns the stage that a single word names, and whether the word is unambiguous.
    pub fn of_word(word: &str) -> Option<(Self, bool)> {
        let (canonical, number, strong) = word_meaning(word)?;
        let slot = StagePart {
            part: 0,
            start: 0,
            end: word.len(),
            label: word.to_owned(),
            canonical: Some(canonical),
            identity: format!("{canonical}{number}"),
            strength: StageStrength::Sibling,
        };
        Some((slot, strong))
    }
}

/// Never a stage, regardless of the siblings.
const SHARED: [&str; 21] = [
    "base",
    "bases",
    "common",
    "shared",
    "default",
    "defaults",
    "global",
    "all",
    "templates",
    "charts",
    "modules",
    "components",
    "lib",
    "_base",
    "infra",
    "infrastructure",
    "kube-system",
    "flux-system",
    // Tests.
    "chainsaw",
    "kuttl",
    "molecule",
];

/// True for a name that is no stage, regardless of its siblings: what others share, or an example
/// of it.
fn is_never_stage(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    SHARED.contains(&lower.as_str())
        || lower
            .split(['-', '_', '.'])
            .any(|piece| matches!(piece, "example" | "examples" | "sample" | "samples"))
}

/// The stages found in a set of paths.
#[derive(Debug, Default)]
pub struct StagePaths {
    /// The stage of each path, if it has one.
    pub slots: Vec<Option<StagePart>>,
    /// Paths in which the stage's word is one of many names, so none of them is a stage.
    pub alike: BTreeSet<usize>,
    /// Paths of the many places of one stage, such as sites or networks.
    pub places: BTreeSet<usize>,
}

/// Chooses the stage of each path.
pub fn choose_stage_parts(paths: &[&str], pinned: PinnedNames<'_>) -> StagePaths {
    let found: Vec<Vec<StageWord>> = paths.iter().map(|path| find_stage_words(path)).collect();
    let company = PeerStages::of(paths, &found);
    let mut slots: Vec<Option<StagePart>> = paths
        .iter()
        .zip(&found)
        .map(|(path, words)| company.best_stage_part(path, words))
        .collect();
    let strong: Vec<bool> = found
        .iter()
        .zip(&slots)
        .map(|(words, slot)| {
            slot.as_ref().is_some_and(|slot| {
                words.iter().any(|w| w.part == slot.part && w.start == slot.start && w.strong)
            })
        })
        .collect();
    extend_to_siblings(paths, &mut slots, &strong);
    for ((slot, strong), path) in slots.iter_mut().zip(&strong).zip(paths) {
        let weak = |slot: &StagePart| {
            slot.strength < StageStrength::Sibling
                || (slot.strength == StageStrength::Sibling && !is_whole(path, slot))
        };
        if !strong && slot.as_ref().is_some_and(weak) {
            *slot = None;
        }
    }
    mark_recurring_values(paths, &mut slots, pinned);
    mark_glued_words(paths, &mut slots);
    let places = mark_axes(paths, &mut slots, pinned);
    mark_environment_children(paths, &mut slots, &places);
    mark_known_names(paths, &mut slots, &places.files);
    let alike = drop_lone_words(paths, &mut slots);
    join_ordinals(paths, &mut slots);
    StagePaths { slots, alike, places: places.files }
}

/// Takes the number in front of a stage as part of its name: `01-dev`, `02-stage`, `03-prod`.
/// Otherwise each stage would have apps of its own, called `01`, `02` and `03`.
fn join_ordinals(paths: &[&str], slots: &mut [Option<StagePart>]) {
    for (path, slot) in paths.iter().zip(slots) {
        let Some(slot) = slot else { continue };
        let part = part_of(path, slot.part);
        if slot.start > 0 && without_ordinal(&part[..slot.end]) == Some(&slot.label) {
            slot.start = 0;
            slot.label = part[..slot.end].to_owned();
        }
    }
}

/// The name behind a number of up to three digits that says the order: `dev` of `01-dev`.
pub fn without_ordinal(name: &str) -> Option<&str> {
    let rest = name.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = name.len() - rest.len();
    let name = rest.strip_prefix(['-', '_', '.'])?;
    ((1..=3).contains(&digits) && !name.is_empty()).then_some(name)
}

/// True if some of these paths have their stage at this part.
fn have_stage_at(slots: &[Option<StagePart>], files: &[usize], part: usize) -> bool {
    files.iter().any(|index| slots[*index].as_ref().is_some_and(|slot| slot.part == part))
}

/// True if several stages have files below this part: `web` of `shop/{dev,prod,web}` with a
/// `web/dev.yaml` and a `web/prod.yaml` is no stage beside them.
fn has_stages_below(slots: &[Option<StagePart>], files: &[usize], part: usize) -> bool {
    let below = files.iter().filter_map(|index| slots[*index].as_ref());
    let below = below.filter(|slot| slot.part > part && slot.start == 0);
    below.filter_map(|slot| slot.canonical).collect::<BTreeSet<_>>().len() > 1
}

/// True if the stage word is the whole part, apart from an extension or a common suffix (`_env`).
fn is_whole(path: &str, slot: &StagePart) -> bool {
    let part = part_of(path, slot.part);
    let behind = &part[slot.end..];
    slot.start == 0
        && (behind.is_empty() || behind.starts_with('.') || behind == "_env" || behind == "-env")
}

fn extended_part(part: usize, start: usize, label: &str) -> StagePart {
    StagePart {
        part,
        start,
        end: start + label.len(),
        label: label.to_owned(),
        canonical: None,
        identity: label.to_owned(),
        strength: StageStrength::Extended,
    }
}

/// A folder, and whether its children here are files.
type ParentFolder = (String, bool);

fn parent_folder(path: &str, part: usize) -> ParentFolder {
    let parts: Vec<&str> = path.split('/').collect();
    (parts[..part].join("/"), part + 1 == parts.len())
}

fn part_of(path: &str, part: usize) -> &str {
    path.split('/').nth(part).unwrap_or_default()
}

/// Returns the path after a part; `""` if the part is the file.
fn rest_of(path: &str, part: usize) -> &str {
    match path.match_indices('/').nth(part) {
        Some((at, _)) => &path[at + 1..],
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(paths: &[&str]) -> Vec<String> {
        choose_stage_parts(paths, &|_| BTreeSet::new())
            .slots
            .iter()
            .map(|slot| {
                slot.as_ref()
                    .map_or("-".into(), |s| format!("{}@{} {:?}", s.label, s.part, s.strength))
            })
            .collect()
    }

    #[test]
    fn the_word_with_company_wins() {
        assert_eq!(
            slots(&[
                "components/integration/development/k.yaml",
                "components/integration/production/k.yaml",
                "components/web/production/k.yaml",
                "components/web/development/k.yaml"
            ]),
            ["development@2 Twin", "production@2 Twin", "production@2 Twin", "development@2 Twin"]
        );
        assert_eq!(
            slots(&["prod/values-prod.yaml", "staging/values-staging.yaml"]),
            ["prod@0 Twin", "staging@0 Twin"]
        );
    }

    #[test]
    fn a_clear_word_counts_before_a_name() {
        assert_eq!(
            slots(&["r/acme-ci-prod-2/a.yaml", "r/acme-ci-staging/a.yaml", "r/acme-dev/a.yaml"]),
            ["prod@1 Sibling", "staging@1 Sibling", "dev@1 Sibling"]
        );
    }

    #[test]
    fn unknown_names_join_known_ones() {
        assert_eq!(
            slots(&[
                "c/dev/i.yaml",
                "c/prod/i.yaml",
                "c/qa/i.yaml",
                "c/att/i.yaml",
                "c/base/i.yaml"
            ]),
            ["dev@1 Twin", "prod@1 Twin", "qa@1 Twin", "att@1 Extended", "-"]
        );
        assert_eq!(
            slots(&["d/uat_env/.env", "d/test_env/.env", "d/benin-demo_env/.env", "d/x_env/.env"]),
            ["uat@1 Twin", "test@1 Twin", "benin-demo@1 Extended", "x@1 Extended"]
        );
        assert_eq!(
            slots(&["a/dev.yaml", "a/prod.yaml", "a/Chart.yaml"]),
            ["dev@1 Twin", "prod@1 Twin", "-"]
        );
    }

    #[test]
    fn a_weak_word_alone_is_none() {
        assert_eq!(slots(&["a/demo/x.yaml", "b/y.yaml"]), ["-", "-"]);
        assert_eq!(slots(&["Pulumi.prod.yaml"]), ["prod@0 Word"]);
    }

    #[test]
    fn a_word_among_others_is_one_of_them() {
        assert_eq!(slots(&["d/dev/h.yaml", "d/a/h.yaml", "d/b/h.yaml", "d/c/h.yaml"]), ["-"; 4]);
        assert_eq!(slots(&["d/dev/h.yaml", "d/a/h.yaml", "d/b/h.yaml"]), ["dev@1 Word", "-", "-"]);
        assert_eq!(slots(&["c/dev-tools/x.yaml", "c/o/x.yaml"]), ["dev@1 Word", "-"]);
        assert_eq!(
            slots(&["c/dev-tools/x.yaml", "o/dev/y.yaml", "o/prod/y.yaml"]),
            ["-", "dev@1 Twin", "prod@1 Twin"]
        );
    }

    #[test]
    fn a_number_in_front_belongs_to_the_stage() {
        assert_eq!(
            slots(&["a/01-dev/v.yaml", "a/02-stage/v.yaml", "a/03-prod/v.yaml"]),
            ["01-dev@1 Loose", "02-stage@1 Loose", "03-prod@1 Loose"]
        );
        assert_eq!(without_ordinal("01-dev"), Some("dev"));
        assert_eq!(without_ordinal("2024-dev"), None);
        assert_eq!(without_ordinal("dev"), None);
    }

    #[test]
    fn glued_words_need_their_counterpart() {
        assert_eq!(
            slots(&["sites/acmedev/v.yaml", "sites/acmeprod/v.yaml", "sites/products/v.yaml"]),
            ["dev@1 Sibling", "prod@1 Sibling", "-"]
        );
    }

    #[test]
    fn children_of_a_holder_are_stages() {
        assert_eq!(
            slots(&["clusters/red/a.yaml", "clusters/blue/a.yaml", "x/red/a.yaml"]),
            ["red@1 Extended", "blue@1 Extended", "-"]
        );
    }
}
