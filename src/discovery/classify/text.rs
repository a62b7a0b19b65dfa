//! Which files of a single word hold a version. Any word is a legal tag, so the word or the path
//! must say more.

use crate::model::is_moving_tag;
use crate::source::{VersionFinding, shape};

/// Words in a path that say that the file holds a version.
const TELLING: [&str; 11] = [
    "version", "versions", "tag", "tags", "image", "images", "build", "release", "sha", "commit",
    "revision",
];

/// True if the word in a file is a version by its look or by the file's path.
///
/// A number alone is one only by the path: it may be a port or a block number as well.
pub(super) fn is_likely_version(path: &str, findings: &[&VersionFinding]) -> bool {
    let mut words = path.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| TELLING.contains(&word.to_ascii_lowercase().as_str()))
        || findings.iter().all(|finding| {
            let tag = finding.version.to_string();
            let is_number = tag.bytes().all(|byte| byte.is_ascii_digit());
            finding.image.is_some()
                || is_moving_tag(&tag)
                || !is_number && !tag.starts_with("0x") && shape::is_version(&tag)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Version;

    #[test]
    fn a_word_is_a_version_by_its_look_or_by_its_path() {
        let is_one = |path: &str, word: &str| {
            let version = Version::parse(word);
            is_likely_version(path, &[&VersionFinding { version, ..VersionFinding::default() }])
        };
        let yes = [
            ("prod/web", "1.4.2"),
            ("prod/web.txt", "latest"),
            ("prod/web.tag", "blue"),
            ("prod/web-build.txt", "417"),
            ("versions/prod/web", "417"),
            ("prod/web", "0c07a1fce2b4"),
        ];
        assert_eq!(yes.map(|(path, word)| is_one(path, word)), [true; 6]);
        let no = [
            ("prod/contract.txt", "0x00000000219ab540356cBB839Cbe05303d7705Fa"),
            ("prod/block.txt", "0"),
            ("prod/owner.txt", "alice"),
        ];
        assert_eq!(no.map(|(path, word)| is_one(path, word)), [false; 3]);
    }
}
