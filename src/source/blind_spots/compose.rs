//! Blind spots of Compose: files that it prefers or reads without being told.

use super::{file_spot, leaf_statement};
use crate::git::path::{folder_of, join};
use crate::model::{BlindSpot, BlindSpotEffect};
use crate::source::compose::DEFAULT_NAMES;
use crate::source::leaf::Leaf;
use crate::source::{Claim, SnapshotReader};

/// Returns the blind spots of one compose file.
pub fn find_blind_spots(
    claim: &Claim<'_>,
    leaves: &[Leaf],
    env_path: &str,
    reader: &SnapshotReader<'_>,
) -> Vec<BlindSpot> {
    let folder = folder_of(&claim.path);
    let own = claim.path.rsplit('/').next().unwrap_or(&claim.path);
    let mut out = Vec::from_iter(included_files(&claim.path, leaves));
    let place = DEFAULT_NAMES.iter().position(|name| *name == own).unwrap_or_default();
    for name in &DEFAULT_NAMES[..place] {
        let path = join(folder, name);
        let is_other = reader.file_exists(&path) && claim.rule.path.captures(&path).is_none();
        let Some((_, text)) = is_other.then(|| reader.text_and_id(&path)).flatten() else {
            continue;
        };
        let leaves = reader.read_leaves(&path);
        let services = leaves
            .as_ref()
            .map(|leaves| leaves.iter().filter(|leaf| decides_image(leaf)).cloned().collect());
        let services: Option<Vec<Leaf>> = services;
        let key = format!("used instead of {own}");
        out.extend(file_spot(&path, key, services.as_deref(), &text));
    }
    out.extend(files_of_env(env_path, reader));
    out
}

/// Returns the `include` and `extends` of a file.
fn included_files(path: &str, leaves: &[Leaf]) -> Option<BlindSpot> {
    let is_included = |leaf: &&Leaf| {
        leaf.keys().next() == Some("include") || leaf.keys().any(|key| key == "extends")
    };
    let included: Vec<&Leaf> = leaves.iter().filter(is_included).collect();
    let line = included.first()?.line;
    let says = included.into_iter().map(leaf_statement).collect();
    let key = "`include` and `extends`".to_owned();
    Some(BlindSpot {
        path: path.to_owned(),
        key,
        line: Some(line),
        says,
        reach: BlindSpotEffect::Overrides,
    })
}

/// True if a leaf of a merged file selects an image or names further files.
fn decides_image(leaf: &Leaf) -> bool {
    leaf.keys().any(|key| matches!(key, "image" | "build" | "extends" | "include"))
}

/// Returns the line with `COMPOSE_FILE`, which names the files to read.
fn files_of_env(env_path: &str, reader: &SnapshotReader<'_>) -> Option<BlindSpot> {
    let (_, text) = reader.text_and_id(env_path)?;
    let line = text.lines().find(|line| line.contains("COMPOSE_FILE"))?;
    let (path, says) = (env_path.to_owned(), line.trim().to_owned());
    Some(BlindSpot {
        path,
        key: "COMPOSE_FILE".into(),
        line: None,
        says,
        reach: BlindSpotEffect::Overrides,
    })
}
