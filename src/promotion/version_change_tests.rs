//! New text of a value, for each part of an image.

use super::{LocationWrite, VersionChange};
use crate::model::{ImagePart, Version};
use crate::promotion::{EditConsent, RefusalReason};

fn digest(fill: char) -> String {
    format!("sha256:{}", fill.to_string().repeat(64))
}

fn version(tag: &str, digest: &str) -> Version {
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Version { tag: filled(tag), digest: filled(digest) }
}

fn moved(old: &Version, new: &Version) -> VersionChange {
    VersionChange::of(old, new, None, EditConsent { drop_digest: true, ..EditConsent::default() })
        .expect("a move")
}

fn written(
    part: ImagePart,
    old: &Version,
    new: &Version,
    text: &str,
) -> Result<String, &'static str> {
    match moved(old, new).write_part(part, text) {
        Ok(LocationWrite::Text(text)) => Ok(text),
        Ok(LocationWrite::Nothing) => Ok("(nothing)".into()),
        Ok(LocationWrite::Remove) => Ok("(removed)".into()),
        Err(reason) => Err(reason.code()),
    }
}

#[test]
fn each_part_is_written_as_what_it_holds() {
    let (a, b) = (digest('a'), digest('b'));
    let (tags, both) =
        ((version("v1", ""), version("v2", "")), (version("v1", &a), version("v2", &b)));
    let text = |text: &str| Ok(text.to_owned());
    assert_eq!(written(ImagePart::Tag, &tags.0, &tags.1, "v1"), text("v2"));
    assert_eq!(written(ImagePart::Chart, &version(">=1 <2", ""), &tags.1, ">=1 <2"), text("v2"));
    assert_eq!(written(ImagePart::Digest, &both.0, &both.1, &a), text(&b));
    assert_eq!(
        written(ImagePart::TagAndDigest, &both.0, &both.1, &format!("v1@{a}")),
        text(&format!("v2@{b}"))
    );
    assert_eq!(written(ImagePart::Name, &tags.0, &tags.1, "r/a"), text("(nothing)"));
    assert_eq!(
        written(ImagePart::Reference, &tags.0, &tags.1, "docker://r:5000/a:v1"),
        text("docker://r:5000/a:v2")
    );
    assert_eq!(
        written(ImagePart::Reference, &both.0, &both.1, &format!("a:v1@{a}")),
        text(&format!("a:v2@{b}"))
    );
    assert_eq!(
        written(ImagePart::Reference, &version("", &a), &both.1, &format!("a@{a}")),
        text(&format!("a@{b}"))
    );
    assert_eq!(written(ImagePart::Reference, &version("", ""), &both.1, "a"), text("a:v2"));
}

#[test]
fn revisions_stand_alone_or_in_addresses() {
    let (old, new) = (version("v1.2", ""), version("v1.3", ""));
    for (text, expected) in [
        ("v1.2", Ok("v1.3")),
        ("https://h/o/r//x?ref=v1.2", Ok("https://h/o/r//x?ref=v1.3")),
        ("https://h/o/r?timeout=9&ref=v1.2&x=1", Ok("https://h/o/r?timeout=9&ref=v1.3&x=1")),
        (
            "https://h/o/r/archive/refs/tags/v1.2.tar.gz",
            Ok("https://h/o/r/archive/refs/tags/v1.3.tar.gz"),
        ),
        (
            "https://h/o/r/releases/download/v1.2/all.yaml",
            Ok("https://h/o/r/releases/download/v1.3/all.yaml"),
        ),
        ("https://h/o/r/releases/download/v1.2/all-1.2.yaml", Err("piece")),
        ("https://h/o/r?ref=v1.20", Err("piece")),
        ("https://h/o/r?ref=main", Err("piece")),
    ] {
        assert_eq!(
            written(ImagePart::Revision, &old, &new, text),
            expected.map(str::to_owned),
            "{text}"
        );
    }
}

#[test]
fn what_the_value_does_not_hold_is_refused() {
    let (old, new) = (version("2.5", ""), version("2.6", ""));
    assert_eq!(written(ImagePart::Tag, &old, &new, "2"), Err("piece"));
    assert_eq!(written(ImagePart::Tag, &old, &new, "image:\n  tag: 2.5\n"), Err("embedded"));
    assert_eq!(written(ImagePart::Reference, &old, &new, "a:1"), Err("piece"));
}

#[test]
fn a_pinned_place_stays_pinned() {
    let (a, b) = (digest('a'), digest('b'));
    let of = |old: &Version, new: &Version, consent| {
        VersionChange::of(old, new, None, consent).map(|change| change.new)
    };
    let no = EditConsent::default();
    let lost = of(&version("v1", &a), &version("v2", ""), no);
    assert_eq!(lost, Err(RefusalReason::LosesDigest { digest: a.clone(), version: "v2".into() }));
    let drop = EditConsent { drop_digest: true, ..no };
    assert_eq!(of(&version("v1", &a), &version("v2", ""), drop), Ok(version("v2", "")));
    assert_eq!(of(&version("v1", ""), &version("v2", &b), no), Ok(version("v2", "")));
    assert_eq!(of(&version("", &a), &version("v2", &b), no), Ok(version("", &b)));
    assert_eq!(
        of(&version("v1", ""), &version("", &b), no),
        Err(RefusalReason::NoTag { version: b.clone() })
    );
    assert_eq!(
        of(&version("v1", &a), &version("", &b), no),
        Err(RefusalReason::NoTag { version: b })
    );
    assert_eq!(
        of(&version("v1", ""), &Version::default(), no),
        Err(RefusalReason::NoTag { version: "the new version".into() })
    );
    assert_eq!(
        written(ImagePart::Digest, &version("v1", &a), &version("v2", ""), &a),
        Ok("(removed)".into())
    );
    assert_eq!(
        written(ImagePart::Digest, &version("", &a), &version("v2", ""), &a),
        Err("no-place-for-tag")
    );
}
