//! Mutable tags, whose target changes while the text stays the same.

/// Tags that pipelines push repeatedly, collected from registries and CI templates.
const MOVING: [&str; 22] = [
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
];

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
    use super::is_moving_tag;

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
