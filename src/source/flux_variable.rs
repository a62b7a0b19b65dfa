//! Variables that a Flux `Kustomization` puts into what it builds: `${TAG}`, or with a default
//! `${TAG:=v1}` and `${TAG:-v1}`.
//!
//! <https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution>

use super::shape;
use crate::model::{EntryNote, MappingEntry, Version};

/// A text that is nothing but a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FluxVariable<'a> {
    name: &'a str,
    default: Option<&'a str>,
}

impl<'a> FluxVariable<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let inside = text.strip_prefix("${")?.strip_suffix('}')?;
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = inside.find(|c| !is_of_name(c)).unwrap_or(inside.len());
        let (name, rest) = inside.split_at(end);
        let default = rest.trim_start_matches(':').strip_prefix(['=', '-']);
        (!name.is_empty() && (rest.is_empty() || default.is_some()))
            .then_some(FluxVariable { name, default })
    }
}

/// Returns the variable that a version is, also if its default stands in for it.
pub(super) fn variable_of(entry: &MappingEntry) -> Option<&str> {
    let default = entry.notes.iter().find_map(|note| match note {
        EntryNote::DefaultOf(name) => Some(name.as_str()),
        _ => None,
    });
    default.or_else(|| Some(FluxVariable::parse(entry.version.tag.as_deref()?)?.name))
}

/// Puts a default in place of a variable. Returns the remark about it.
pub(super) fn take_default(version: &mut Version) -> Option<EntryNote> {
    let variable = FluxVariable::parse(version.tag.as_deref()?)?;
    let default = variable.default.filter(|default| shape::is_tag(default))?.to_owned();
    let note = EntryNote::DefaultOf(variable.name.to_owned());
    version.tag = Some(default);
    Some(note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_variable_counts() {
        let parse = |text| FluxVariable::parse(text).map(|v| (v.name, v.default));
        assert_eq!(parse("${TAG}"), Some(("TAG", None)));
        assert_eq!(parse("${TAG:=v1}"), Some(("TAG", Some("v1"))));
        assert_eq!(parse("${web_tag:-v1-a}"), Some(("web_tag", Some("v1-a"))));
        assert_eq!(parse("${TAG=v1}"), Some(("TAG", Some("v1"))));
        for text in ["v1", "$TAG", "${TAG", "${}", "v${TAG}", "${TAG:1:2}", "${TAG}-x"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_default_stands_in_if_it_is_a_tag() {
        let taken = |tag: &str| {
            let mut version = Version { tag: Some(tag.to_owned()), digest: None };
            (take_default(&mut version), version.tag.unwrap_or_default())
        };
        assert_eq!(taken("${TAG:=v1}"), (Some(EntryNote::DefaultOf("TAG".into())), "v1".into()));
        assert_eq!(taken("${TAG:=}"), (None, "${TAG:=}".into()));
        assert_eq!(taken("${TAG}"), (None, "${TAG}".into()));
    }
}
