//! The folders that contain stages together with the files they share.

use super::environment_folder::HOLDERS;
use super::peers::CONTAINERS;
use super::{StagePart, StageStrength};
use std::collections::BTreeSet;

/// Folders of shared bases, anywhere in the repository.
const BASES: [&str; 5] = ["base", "bases", "_base", "common", "shared"];

/// The folders that contain stages; other files in them belong to the stages and are not
/// deployments.
pub struct StageFolders(BTreeSet<String>);

impl StageFolders {
    /// Collects the folders of stages that have peers; a lone word may mean anything.
    pub fn of<'a>(slots: impl Iterator<Item = (&'a str, &'a StagePart)>) -> Self {
        StageFolders(
            slots
                .filter(|(_, slot)| slot.strength >= StageStrength::Sibling)
                .map(|(path, slot)| stage_folder(path, slot))
                .collect(),
        )
    }

    /// True if a file or folder is outside all stages and the files they share.
    pub fn is_away(&self, path: &str) -> bool {
        let base = path.split('/').any(|part| BASES.contains(&part.to_ascii_lowercase().as_str()));
        let mut folders = path.match_indices('/').map(|(at, _)| &path[..at]).chain(["", path]);
        self.0.is_empty() || (!base && !folders.any(|folder| self.0.contains(folder)))
    }
}

/// Returns the folder before the stage and before words such as `overlays`. Unknown names may be
/// clusters or tenants, so their folder is kept.
fn stage_folder(path: &str, slot: &StagePart) -> String {
    let mut parts: Vec<&str> = path.split('/').take(slot.part).collect();
    let holds = |part: &&str| {
        let part = part.to_ascii_lowercase();
        CONTAINERS.contains(&part.as_str()) || HOLDERS.contains(&part.as_str())
    };
    while slot.canonical.is_some() && parts.last().is_some_and(holds) {
        parts.pop();
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::super::choose_stage_parts;
    use super::*;

    #[test]
    fn what_stages_share_is_on_their_ground() {
        let paths =
            ["a/web/overlays/dev/k.yaml", "a/web/overlays/prod/k.yaml", "config/staging-get.yaml"];
        let slots = choose_stage_parts(&paths, &|_| BTreeSet::new()).slots;
        let slots =
            paths.iter().zip(&slots).filter_map(|(path, slot)| Some((*path, slot.as_ref()?)));
        let grounds = StageFolders::of(slots);
        let away = |path: &str| grounds.is_away(path);
        assert_eq!(["a/web/k.yaml", "a/web/x/k.yaml", "a/web"].map(away), [false; 3]);
        assert_eq!(["a/api/k.yaml", "a/webs/k.yaml", "config/get.yaml"].map(away), [true; 3]);
        assert!(
            !away("a/base/k.yaml") && StageFolders::of(std::iter::empty()).is_away("a/base/k.yaml")
        );
        let tenants = ["a/tenants/x/k.yaml", "a/tenants/y/k.yaml"];
        let slots = choose_stage_parts(&tenants, &|_| BTreeSet::new()).slots;
        let tenants = StageFolders::of(tenants.into_iter().zip(slots.iter().flatten()));
        assert!(tenants.is_away("a/services/x/k.yaml") && !tenants.is_away("a/tenants/k.yaml"));
        let top = choose_stage_parts(&["dev/k.yaml", "prod/k.yaml"], &|_| BTreeSet::new()).slots;
        let top =
            StageFolders::of(["dev/k.yaml", "prod/k.yaml"].into_iter().zip(top.iter().flatten()));
        assert!(!top.is_away("x/y.yaml"));
    }
}
