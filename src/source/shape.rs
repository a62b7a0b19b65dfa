//! Recognises the shape of values: a version, a tag, an image reference. Tuned on twelve public
//! repositories. A value alone proves little, so callers also consider the key.

use crate::model::{ImageReference, is_digest, is_moving_tag};
use regex::Regex;
use std::sync::LazyLock;

macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: LazyLock<Regex> =
            LazyLock::new(|| Regex::new($text).expect("the pattern is constant and tested"));
    };
}

pattern!(IP, r"^[0-9]{1,3}(\.[0-9]{1,3}){3}(/[0-9]+)?$");
pattern!(QUANTITY, r"(?i)^[0-9]+(\.[0-9]+)?([kmgtpe]i?b?|[mkshdwy]|ms|us|ns|min|b|cpu|vcpu|x|%)$");
pattern!(UUID, r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
pattern!(
    VERSION,
    concat!(
        r"^[vV]?[0-9]+(\.[0-9]+){1,3}([-+._~]?[A-Za-z][A-Za-z0-9_.+~-]*|[-+_~][A-Za-z0-9_.+~-]*)?$",
        r"|^v[0-9]+([-.].*)?$",
        r"|^[A-Za-z][A-Za-z_-]*[-_.]v?[0-9]+\.[0-9]+(\.[0-9]+)*([-+._].*)?$",
        r"|^[A-Za-z]+([-_.][A-Za-z]+)*[-_.][0-9a-f]{6,64}(-.*)?$",
        r"|20[12][0-9][-_.]?[01][0-9][-_.]?[0-3][0-9]",
    )
);
pattern!(TAG, r"^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}$");
pattern!(
    REFERENCE,
    concat!(
        r"^([A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?/)?[a-z0-9A-Z][A-Za-z0-9._-]*(/[a-z0-9A-Z][A-Za-z0-9._-]*)*",
        r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha(256|512):[0-9a-f]{32,128})?$",
    )
);
pattern!(
    RANGE,
    r"^[~^><=v ]*[0-9]+(\.([0-9]+|x|\*)){0,2}([-+.][A-Za-z0-9_.+-]*)?( *(,|\|\|| - | ) *[~^><=v ]*[0-9]+(\.([0-9]+|x|\*)){0,2}([-+.][A-Za-z0-9_.+-]*)?)*$"
);

/// True if the value can be a version. Templates, variables and long texts cannot.
pub fn is_literal(value: &str) -> bool {
    let marked = ["{{", "${", "$(", "<%"].iter().any(|marker| value.contains(marker));
    !value.is_empty()
        && value.len() <= 400
        && !marked
        && !value.starts_with('$')
        && !value.contains(['\n', '\r'])
        && !is_placeholder(value)
}

/// True for a kind of object that says which images others may run: its containers are patterns.
pub fn is_policy_kind(kind: &str) -> bool {
    matches!(
        kind,
        "ClusterPolicy"
            | "Policy"
            | "PolicyException"
            | "ValidatingPolicy"
            | "MutatingPolicy"
            | "ImageValidatingPolicy"
            | "ValidatingAdmissionPolicy"
            | "MutatingAdmissionPolicy"
            | "ConstraintTemplate"
    )
}

/// True for an object that describes builds (Tekton's tasks and pipelines, and the templates of its
/// triggers): the images of its steps run in a build.
pub fn is_build_object(api_version: &str) -> bool {
    let group = api_version.split('/').next().unwrap_or(api_version);
    matches!(group, "tekton.dev" | "triggers.tekton.dev")
}

/// Words that stand for a version that something else fills in.
const PLACEHOLDERS: [&str; 8] = [
    "set-by-ci",
    "placeholder",
    "changeme",
    "change-me",
    "replaceme",
    "replace-me",
    "to-be-replaced",
    "tbd",
];

/// True for a tag that something else is to replace: `DOCKER_TAG`, `__IMAGE_TAG__`, `set-by-ci`.
fn is_placeholder(value: &str) -> bool {
    let tag = value.rsplit(':').next().unwrap_or(value);
    let is_name =
        tag.contains('_') && tag.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    is_name || PLACEHOLDERS.contains(&tag.to_ascii_lowercase().as_str())
}

/// True for a revision of git that stays what it is: a commit id, or a tag with a number of a
/// version in it. A name without one may be a branch.
pub fn is_fixed_revision(value: &str) -> bool {
    let name = value.strip_prefix("refs/tags/").unwrap_or(value);
    let is_id = (7..=40).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_hexdigit());
    let number = name
        .rsplit(['/', '-'])
        .find(|part| part.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit()));
    let is_tag = number.is_some() && !name.contains(['*', '^', '~', '>', '<', '|', ' ']);
    let is_branch = value.starts_with("refs/heads/") || name.starts_with("release");
    is_literal(value) && !is_branch && (is_id || is_tag || value.starts_with("refs/tags/"))
}

/// True if the value looks like a version even without a telling key.
pub fn is_version(value: &str) -> bool {
    if value.len() > 140 || !value.bytes().any(|b| b.is_ascii_digit()) {
        return is_digest(value);
    }
    if is_digest(value) || is_commit(value) {
        return true;
    }
    if IP.is_match(value) || QUANTITY.is_match(value) || UUID.is_match(value) {
        return false;
    }
    let tag = value.split('@').next().unwrap_or(value);
    !tag.contains(['/', ' ', ':', ',']) && VERSION.is_match(tag) && word_hash_is_hash(tag)
}

/// True if a `word-abc123` contains a digit; otherwise its last piece is a word too (`non-facade`).
fn word_hash_is_hash(value: &str) -> bool {
    value.bytes().any(|b| b.is_ascii_digit())
}

/// True for a git commit: 7 to 64 hex digits, with both digits and letters unless of full length.
pub fn is_commit(value: &str) -> bool {
    let hex = value.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let mixed =
        value.bytes().any(|b| b.is_ascii_digit()) && value.bytes().any(|b| b.is_ascii_alphabetic());
    hex && (7..=64).contains(&value.len()) && (mixed || matches!(value.len(), 40 | 64))
}

/// True for a legal tag, `tag@digest` or digest, which is a version under a telling key.
pub fn is_tag(value: &str) -> bool {
    let tag = match value.split_once('@') {
        Some((tag, digest)) if is_digest(digest) => tag,
        _ => value,
    };
    is_digest(value)
        || (TAG.is_match(tag)
            && !matches!(tag, "true" | "false" | "null" | "none" | "yes" | "no" | "None"))
}

/// True for a version or a range of chart versions: `1.2.3`, `~1.2`, `1.x`, `>=1 <2`.
pub fn is_version_or_range(value: &str) -> bool {
    is_version(value) || (value.bytes().any(|b| b.is_ascii_digit()) && RANGE.is_match(value))
}

/// Parses an image reference with tag or digest; `docker://` and `oci://` are removed.
pub fn parse_reference(value: &str) -> Option<ImageReference> {
    let bare =
        value.strip_prefix("docker://").or_else(|| value.strip_prefix("oci://")).unwrap_or(value);
    if bare.contains("://") || !REFERENCE.is_match(bare) {
        return None;
    }
    let reference = ImageReference::parse(bare);
    let pinned = !reference.version.is_empty() && !reference.name.is_empty();
    pinned.then_some(reference)
}

/// Parses a reference that is certain under any key: with a `/`, and a version, a digest, or a
/// registry.
pub fn certain_reference(value: &str) -> Option<ImageReference> {
    let found = parse_reference(value).filter(|found| found.name.contains('/'))?;
    let tag = found.version.tag.as_deref().unwrap_or_default();
    let host = found.name.split('/').next().unwrap_or_default();
    let registry = host.contains(['.', ':']);
    let port = tag.len() <= 5 && tag.len() >= 2 && tag.bytes().all(|b| b.is_ascii_digit());
    let telling = is_moving_tag(tag) || (tag.bytes().any(|b| b.is_ascii_digit()) && !port);
    (found.version.digest.is_some() || is_version(tag) || (registry && telling)).then_some(found)
}

/// True if two values have the same shape for everything here and for YAML, so that replacing one
/// by the other changes no classification.
pub fn are_equivalent(a: &str, b: &str) -> bool {
    let number = |part: Option<&str>| {
        part.is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    // The whole value, and the parts around the first dash: `12-debezium` and `psql-14` are
    // numbered, `psql-ab` is not.
    let digits = |value: &str| {
        let around = value.split_once('-');
        (
            number(Some(value)),
            number(around.map(|(first, _)| first)),
            number(around.map(|(_, last)| last)),
        )
    };
    let traits = |value: &str| {
        (
            (is_version(value), is_version_or_range(value), is_commit(value), is_moving_tag(value)),
            (
                is_literal(value),
                is_tag(value),
                parse_reference(value).is_some(),
                crate::yaml::plain_or_quoted(value) == value,
            ),
            (value.len(), digits(value)),
        )
    };
    traits(a) == traits(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_no_versions() {
        for text in ["DOCKER_TAG", "r.io/web:IMAGE_TAG", "__TAG__", "set-by-ci", "r.io/x:changeme"]
        {
            assert!(!is_literal(text), "{text}");
        }
        for text in ["V1", "RELEASE.2022-10-24T18-35-07Z", "r.io/web:1.2_3", "main", "TEST"] {
            assert!(is_literal(text), "{text}");
        }
    }

    #[test]
    fn versions_are_told_from_other_numbers() {
        let digest = format!("sha256:{}", "0".repeat(64));
        for yes in [
            "1.2",
            "v1.2.3-RC1",
            "2.22.0-SNAPSHOT",
            "v505",
            "release-1.2",
            "0738661a",
            "sha-92b4eca",
            "master-36b55659-20260814.1116",
            "main.20251014-051038.185c95c",
            digest.as_str(),
            "27e1396",
            "1.2.3@sha256:00000000000000000000000000000000000000000000000000000000000000aa",
            "2024-05-02",
        ] {
            assert!(is_version(yes), "{yes}");
        }
        for no in [
            "10.0.0.1",
            "10.0.0.0/8",
            "1.2Gi",
            "500m",
            "1.5x",
            "true",
            "prod",
            "3",
            "123e4567-e89b-12d3-a456-426614174000",
            "a b 1.2",
            "http://x/1.2",
            "1234567",
        ] {
            assert!(!is_version(no), "{no}");
        }
    }

    #[test]
    fn tags_are_whatever_a_registry_takes() {
        assert!(is_tag("latest") && is_tag("1") && is_tag("0123") && is_tag("master-approved"));
        assert!(!is_tag("true") && !is_tag("a/b") && !is_tag("") && !is_tag("a b"));
    }

    #[test]
    fn references_need_a_tag_or_digest() {
        assert_eq!(parse_reference("nginx:1.25").map(|r| r.name), Some("nginx".into()));
        assert_eq!(
            parse_reference("docker://quay.io/a/b:1").map(|r| r.name),
            Some("quay.io/a/b".into())
        );
        assert!(parse_reference("nginx").is_none() && parse_reference("http://a/b:1").is_none());
        assert!(certain_reference("redis-host:6379").is_none());
        assert!(certain_reference("quay.io/a/b:latest").is_some());
        assert!(certain_reference("some/path:80").is_none());
    }

    #[test]
    fn ranges_of_chart_versions() {
        for yes in ["~1.2", "1.x", ">=1.2 <2", "^1.2.3", "4"] {
            assert!(is_version_or_range(yes), "{yes}");
        }
        assert!(!is_version_or_range("main"));
    }

    #[test]
    fn what_counts_otherwise_is_not_alike() {
        assert!(are_equivalent("psql-14", "psql-15") && are_equivalent("v1.2", "v1.3"));
        assert!(
            !are_equivalent("psql-14", "psql-ab") && !are_equivalent("12-debezium", "ab-debezium")
        );
    }

    #[test]
    fn moving_tags() {
        assert!(is_moving_tag("latest") && is_moving_tag("4.2.1-SNAPSHOT") && !is_moving_tag("v1"));
    }
}
