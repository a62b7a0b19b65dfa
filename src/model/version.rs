//! Mutable tags, whose target changes while the text stays the same.

use super::Version;

/// Tags that pipelines push repeatedly, collected from registries and CI templates.
const MOVING: [&str; 24] = [
    "latest",
    "main",
    "master",
    "develop",
    "development",
    "dev",
    "trunk",
    "head",
    "tip",
    "stable",
    "edge",
    "nightly",
    "snapshot",
    "canary",
    "current",
    "next",
    "staging",
    "stage",
    "test",
    "qa",
    "production",
    "prod",
    "release",
    "uat",
];

/// True if what the version names can change while its text stays: a channel, a branch, a range of
/// versions, or nothing at all. A digest pins it.
pub fn is_mutable(version: &Version) -> bool {
    match (&version.tag, &version.digest) {
        (_, Some(_)) => false,
        (Some(tag), None) => is_moving_tag(tag) || is_version_range(tag),
        (None, None) => true,
    }
}

/// True for a range of semantic versions, as Helm charts and Flux have them: `0.6.*`, `1.x`,
/// `^1.2`, `>=1 <2`, `*`.
pub fn is_version_range(tag: &str) -> bool {
    tag.contains(['*', '^', '~', '>', '<', '|', ' '])
        || tag.trim_start_matches('v').split('.').skip(1).any(|part| matches!(part, "x" | "X"))
}

/// True if a tag names a branch or channel (`latest`, `main`, `2.1-SNAPSHOT`), not a build.
pub fn is_moving_tag(tag: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    MOVING.contains(&tag.as_str())
        || tag.ends_with("-snapshot")
        || tag.ends_with("-latest")
        || tag.starts_with("latest-")
}

#[cfg(test)]
mod tests {
    use super::{is_moving_tag, is_mutable};
    use crate::model::Version;

    #[test]
    fn ranges_move_and_digests_pin() {
        for text in ["0.6.*", "1.x", "1.2.X", "^1.2", "~1", ">=1 <2", "*", "latest"] {
            assert!(is_mutable(&Version::parse(text)), "{text}");
        }
        assert!(is_mutable(&Version::default()));
        let pinned = format!("latest@sha256:{}", "a".repeat(64));
        for text in ["1.2.3", "v1.2.3-rc.1", "x", "xray", "27e1396", pinned.as_str()] {
            assert!(!is_mutable(&Version::parse(text)), "{text}");
        }
    }

    #[test]
    fn channels_move_and_builds_do_not() {
        for tag in [
            "latest",
            "Latest",
            "main",
            "2.1-SNAPSHOT",
            "alpine-latest",
            "latest-alpine",
            "nightly",
        ] {
            assert!(is_moving_tag(tag), "{tag}");
        }
        for tag in ["v1.2", "main-27e1396", "latest2", "", "2026.10", "release-9"] {
            assert!(!is_moving_tag(tag), "{tag}");
        }
    }
}
