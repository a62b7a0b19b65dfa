//! Whether the cells that move explain that a program builds another image.

use super::cell_changes::{CellChange, CellValue};
use crate::model::{ImageReference, Version};

/// The cells of the stages of one build that a change moves.
pub(super) struct MovedCells<'m> {
    pub moves: Vec<&'m CellChange>,
}

impl MovedCells<'_> {
    /// True if a cell moves as the image does. A template may put more around a version
    /// (`{{ tag }}-alpine`), so what counts is that the old version stands where the new one comes.
    pub fn explain_change(&self, old: &str, new: &str) -> bool {
        let (old, new) = (ImageReference::parse(old), ImageReference::parse(new));
        let is_moved = self.moves.iter().any(|one| {
            let pairs = one.from.iter().flat_map(|from| one.to.iter().map(move |to| (from, to)));
            pairs.into_iter().any(|(from, to)| is_replaced(&old, &new, from, to))
        });
        is_moved || self.explain_new(&new) && self.explain_gone(&old)
    }

    /// True if a cell moves to this image.
    pub fn explain_arrival(&self, image: &str) -> bool {
        self.explain_new(&ImageReference::parse(image))
    }

    /// True if a cell moves away from this image.
    pub fn explain_loss(&self, image: &str) -> bool {
        self.explain_gone(&ImageReference::parse(image))
    }

    fn explain_new(&self, image: &ImageReference) -> bool {
        let arriving = self.moves.iter().flat_map(|one| missing_from(&one.to, &one.from));
        arriving.into_iter().any(|value| is_value_of(value, image))
    }

    fn explain_gone(&self, image: &ImageReference) -> bool {
        let leaving = self.moves.iter().flat_map(|one| missing_from(&one.from, &one.to));
        leaving.into_iter().any(|value| is_value_of(value, image))
    }
}

fn missing_from<'v>(
    values: &'v [CellValue],
    others: &'v [CellValue],
) -> impl Iterator<Item = &'v CellValue> {
    values.iter().filter(move |value| !others.contains(value))
}

/// True if an image becomes another one by replacing one value with the other.
fn is_replaced(
    old: &ImageReference,
    new: &ImageReference,
    from: &CellValue,
    to: &CellValue,
) -> bool {
    let is_name = old.name == new.name
        || match (&from.image, &to.image) {
            (Some(from), Some(to)) => name_prefix(&old.name, from)
                .is_some_and(|prefix| format!("{prefix}{to}") == new.name),
            _ => false,
        };
    let (was, is) = (&old.version, &new.version);
    let (from, to) = (&from.version, &to.version);
    let is_tag = was.tag == is.tag || replaced_tag(was, from, to) == is.tag;
    let is_digest =
        was.digest == is.digest || (&was.digest, &is.digest) == (&from.digest, &to.digest);
    is_name && is_tag && is_digest && old != new
}

/// The tag of an image with one version in place of the other; `None` for no tag.
fn replaced_tag(was: &Version, from: &Version, to: &Version) -> Option<String> {
    match (&was.tag, &from.tag, &to.tag) {
        (Some(tag), Some(from), Some(to)) if holds_word(tag, from) => Some(tag.replace(from, to)),
        (Some(tag), Some(from), None) if tag == from => None,
        (None, None, to) => to.clone(),
        (tag, ..) => tag.clone(),
    }
}

/// True if an image may be this value: of no other name, and with its version.
fn is_value_of(value: &CellValue, image: &ImageReference) -> bool {
    let is_name = value.image.as_ref().is_none_or(|name| name_prefix(&image.name, name).is_some());
    let version = &value.version;
    let is_tag = match (&version.tag, &image.version.tag) {
        (Some(word), Some(tag)) => holds_word(tag, word),
        // A chart can add a tag, or leave one out beside a digest.
        (Some(_), None) => version.digest.is_some(),
        (None, Some(_)) => version.digest.is_some(),
        (None, None) => true,
    };
    is_name && is_tag && (version.digest.is_none() || version.digest == image.version.digest)
}

/// What stands before a name that the mapping knows: nothing, or a registry with a slash.
fn name_prefix<'n>(name: &'n str, known: &str) -> Option<&'n str> {
    let prefix = name.strip_suffix(known)?;
    (prefix.is_empty() || prefix.ends_with('/')).then_some(prefix)
}

/// True if a tag is a word, or has it between marks: `v1-alpine` has `v1`, `v10` does not.
fn holds_word(tag: &str, word: &str) -> bool {
    let is_mark = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
    !word.is_empty()
        && tag.match_indices(word).any(|(at, found)| {
            is_mark(tag[..at].chars().next_back())
                && is_mark(tag[at + found.len()..].chars().next())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CellKey;

    fn value(image: Option<&str>, version: &str) -> CellValue {
        let version = if version.is_empty() { Version::default() } else { Version::parse(version) };
        CellValue { image: image.map(str::to_owned), version }
    }

    fn moved(from: &[CellValue], to: &[CellValue]) -> CellChange {
        let cell =
            CellKey { app: "web".into(), component: None, stage: "prod".into(), target: None };
        CellChange::new(cell, from.to_vec(), to.to_vec())
    }

    #[test]
    fn an_image_moves_as_its_cell_does() {
        let tags = moved(&[value(None, "v1")], &[value(None, "v2")]);
        let cells = MovedCells { moves: vec![&tags] };
        let explained = [
            ("acme/web:v1", "acme/web:v2"),
            ("acme/web:v1-alpine", "acme/web:v2-alpine"),
            ("registry:5000/web:v1", "registry:5000/web:v2"),
        ];
        for (old, new) in explained {
            assert!(cells.explain_change(old, new), "{old} > {new}");
        }
        let others = [
            ("acme/web:v1", "acme/web:v3"),
            ("acme/web:v10", "acme/web:v20"),
            ("acme/api:v3", "acme/api:v2-x9"),
            ("acme/web:v1", "acme/web:v1-debug"),
            ("acme/web:v1", "acme/web@sha256:00"),
        ];
        for (old, new) in others {
            assert!(!cells.explain_change(old, new), "{old} > {new}");
        }
        // Another image is none of a cell that keeps its name.
        let named = moved(&[value(Some("acme/web"), "v1")], &[value(Some("acme/web"), "v2")]);
        let cells = MovedCells { moves: vec![&named] };
        assert!(cells.explain_change("ghcr.io/acme/web:v1", "ghcr.io/acme/web:v2"));
        assert!(!cells.explain_change("acme/web:v1", "evil/image:v2"));
        assert!(!cells.explain_arrival("evil/image:v2"));
    }

    #[test]
    fn an_image_gets_another_name_with_its_cell() {
        let renamed = moved(&[value(Some("acme/web"), "v1")], &[value(Some("new/web"), "v1")]);
        let cells = MovedCells { moves: vec![&renamed] };
        assert!(cells.explain_change("ghcr.io/acme/web:v1", "ghcr.io/new/web:v1"));
        assert!(!cells.explain_change("ghcr.io/acme/web:v1", "evil.io/new/other:v1"));
    }

    #[test]
    fn images_come_and_go_with_their_cells() {
        let come = moved(&[], &[value(Some("acme/web"), "v1")]);
        let gone = moved(&[value(None, "v7")], &[]);
        let cells = MovedCells { moves: vec![&come, &gone] };
        assert!(cells.explain_arrival("acme/web:v1") && !cells.explain_arrival("acme/web:v2"));
        assert!(!cells.explain_arrival("acme/webs:v1"));
        assert!(cells.explain_loss("any:v7") && !cells.explain_loss("any:v1"));
        assert!(cells.explain_change("any:v7", "acme/web:v1"));
        let digest = format!("sha256:{}", "a".repeat(64));
        let pinned = moved(&[value(None, "v1")], &[value(None, &format!("v2@{digest}"))]);
        let cells = MovedCells { moves: vec![&pinned] };
        assert!(cells.explain_change("web:v1", &format!("web:v2@{digest}")));
        assert!(cells.explain_change("web:v1", &format!("web@{digest}")));
        // Not every chart takes the digest.
        assert!(cells.explain_change("web:v1", "web:v2"));
        let other = format!("web:v2@sha256:{}", "b".repeat(64));
        assert!(!cells.explain_change("web:v1", &other));
    }
}
