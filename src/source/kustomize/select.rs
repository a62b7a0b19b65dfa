//! `target:` of a patch: selects the objects it applies to.

use super::manifest::Manifest;
use crate::yaml::YamlValue;
use regex::{Regex, RegexBuilder};

/// A selector; missing fields match everything.
#[derive(Debug, Default, PartialEq)]
pub(super) struct PatchTarget {
    group: Option<FieldPattern>,
    version: Option<FieldPattern>,
    kind: Option<FieldPattern>,
    name: Option<FieldPattern>,
    namespace: Option<FieldPattern>,
    labels: Vec<LabelCondition>,
    annotations: Vec<LabelCondition>,
    /// True if one of the expressions is invalid, so that nothing matches.
    broken: bool,
}

/// A pattern for the whole value of a field.
#[derive(Debug)]
enum FieldPattern {
    /// Most patterns are words and dots, which need no regex. A dot matches any character.
    Word(String),
    Expression(Regex),
}

impl PartialEq for FieldPattern {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (FieldPattern::Word(a), FieldPattern::Word(b)) => a == b,
            (FieldPattern::Expression(a), FieldPattern::Expression(b)) => a.as_str() == b.as_str(),
            _ => false,
        }
    }
}

impl FieldPattern {
    /// Parses a pattern; `None` for an invalid regular expression.
    fn of(text: &str) -> Option<Self> {
        if text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')) {
            return Some(FieldPattern::Word(text.to_owned()));
        }
        let regex = RegexBuilder::new(&format!("^(?:{text})$")).size_limit(1 << 18).build();
        regex.ok().map(FieldPattern::Expression)
    }

    fn is_match(&self, text: &str) -> bool {
        match self {
            FieldPattern::Word(word) => {
                let fits = |(word, is): (char, char)| word == is || (word == '.' && is != '\n');
                word == text
                    || (word.chars().count() == text.chars().count()
                        && word.chars().zip(text.chars()).all(fits))
            }
            FieldPattern::Expression(regex) => regex.is_match(text),
        }
    }
}

/// One condition of a label selector.
#[derive(Debug, PartialEq)]
enum LabelCondition {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Has(String),
    HasNot(String),
}

impl PatchTarget {
    /// Reads a target.
    pub fn read(value: YamlValue<'_>) -> Self {
        let mut target = PatchTarget::default();
        let mut broken = false;
        let mut pattern = |key: &str| {
            let text =
                super::file::get_field(value, key)?.non_null().filter(|text| !text.is_empty())?;
            let pattern = FieldPattern::of(text);
            broken |= pattern.is_none();
            pattern
        };
        target.group = pattern("group");
        target.version = pattern("version");
        target.kind = pattern("kind");
        target.name = pattern("name");
        target.namespace = pattern("namespace");
        target.broken = broken;
        let selector = |key: &str| {
            super::file::get_field(value, key).and_then(YamlValue::non_null).map(parse_conditions)
        };
        target.labels = selector("labelSelector").unwrap_or_default();
        target.annotations = selector("annotationSelector").unwrap_or_default();
        target
    }

    /// True if it names objects instead of selecting all of a kind.
    pub fn names_one(&self) -> bool {
        self.name.is_some()
    }

    /// True if the object is selected.
    pub fn matches_object(&self, object: &Manifest) -> bool {
        !self.broken
            && fits(&self.kind, &object.kind)
            && fits(&self.group, object.group())
            && fits(&self.version, object.version())
            && object.ids.iter().any(|(name, _)| fits(&self.name, name))
            && object
                .ids
                .iter()
                .any(|(_, namespace)| fits(&self.namespace, namespace_of(namespace)))
            && self.labels.iter().all(|condition| condition.matches_labels(&object.labels))
            && self
                .annotations
                .iter()
                .all(|condition| condition.matches_labels(&object.annotations))
    }
}

/// True if a pattern matches a text, or there is no pattern.
fn fits(pattern: &Option<FieldPattern>, text: &str) -> bool {
    pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
}

/// True if a patch without a target, which names its object, applies to this object.
pub(super) fn is_for(patch: &Manifest, object: &Manifest) -> bool {
    let Some((name, namespace)) = patch.ids.first() else { return false };
    let same =
        |id: &(String, String)| id.0 == *name && namespace_of(&id.1) == namespace_of(namespace);
    patch.kind == object.kind
        && patch.api_version == object.api_version
        && object.ids.iter().any(same)
}

fn namespace_of(text: &str) -> &str {
    if text.is_empty() { "default" } else { text }
}

/// Parses `a=b, c!=d, e in (f, g), h notin (i), j, !k`.
fn parse_conditions(text: &str) -> Vec<LabelCondition> {
    let mut depth = 0usize;
    let parts = text.split(|c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).map(parse_condition).collect()
}

fn parse_condition(text: &str) -> LabelCondition {
    let values =
        |text: &str| text.trim().trim_matches(['(', ')']).split(',').map(trimmed).collect();
    if let Some((key, value)) = text.split_once("!=") {
        LabelCondition::NotIn(trimmed(key), vec![trimmed(value)])
    } else if let Some((key, value)) = text.split_once('=') {
        LabelCondition::In(trimmed(key), vec![trimmed(value.trim_start_matches('='))])
    } else if let Some((key, rest)) = text.split_once(" notin ") {
        LabelCondition::NotIn(trimmed(key), values(rest))
    } else if let Some((key, rest)) = text.split_once(" in ") {
        LabelCondition::In(trimmed(key), values(rest))
    } else if let Some(key) = text.strip_prefix('!') {
        LabelCondition::HasNot(trimmed(key))
    } else {
        LabelCondition::Has(trimmed(text))
    }
}

fn trimmed(text: &str) -> String {
    text.trim().to_owned()
}

impl LabelCondition {
    fn matches_labels(&self, labels: &[(String, String)]) -> bool {
        match self {
            LabelCondition::In(key, values) => {
                label_value(labels, key).is_some_and(|value| values.contains(value))
            }
            LabelCondition::NotIn(key, values) => {
                label_value(labels, key).is_none_or(|value| !values.contains(value))
            }
            LabelCondition::Has(key) => label_value(labels, key).is_some(),
            LabelCondition::HasNot(key) => label_value(labels, key).is_none(),
        }
    }
}

fn label_value<'l>(labels: &'l [(String, String)], key: &str) -> Option<&'l String> {
    labels.iter().find(|(known, _)| known == key).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_as_the_expression_would() {
        for words in ["web", "a.b", "a..", ".", ""] {
            let pattern = FieldPattern::of(words).expect("a pattern");
            let regex = Regex::new(&format!("^(?:{words})$")).expect("an expression");
            for text in ["web", "a.b", "a-b", "aéb", "ab", "a\nb", "a.bc", "é", "\n", ""] {
                assert_eq!(pattern.is_match(text), regex.is_match(text), "{words} {text:?}");
            }
        }
    }
}
