//! Reads mappings and texts, and reports everything unexpected at its place.

use super::diagnostic::{DiagnosticCollector, did_you_mean};
use super::written_setting::WrittenSetting;
use crate::yaml::YamlValue;
use std::collections::HashMap;

/// Hint for braces: at the start of a text or inside `[…]` they open a mapping in YAML.
pub(super) const BRACES: &str =
    "quote a string that starts with `{`, or has one inside `[…]`: '{app}'";

/// Limit on the entries of a list.
const MAX_WORDS: usize = 1000;

/// A text and its place in the file.
#[derive(Clone, Copy)]
pub(super) struct LocatedText<'a> {
    pub text: &'a str,
    pub at: YamlValue<'a>,
}

/// A key with its value.
#[derive(Clone, Copy)]
pub(super) struct ConfigField<'a> {
    pub name: &'a str,
    pub key: YamlValue<'a>,
    pub value: YamlValue<'a>,
}

/// Known keys of a mapping.
pub(super) struct ConfigFields<'a> {
    fields: Vec<ConfigField<'a>>,
    /// True if there were unknown keys.
    pub unknown: bool,
}

impl<'a> ConfigFields<'a> {
    /// Reads a mapping. Unknown and repeated keys are reported and left out.
    pub fn read(
        value: YamlValue<'a>,
        known: &[&str],
        problems: &mut DiagnosticCollector<'_>,
    ) -> Self {
        let mut lines: HashMap<&str, u32> = HashMap::new();
        let mut out = ConfigFields { fields: Vec::new(), unknown: false };
        for (key, value) in value.raw_pairs() {
            let Some(name) = key.text() else {
                problems.add(key, "a key must be a string", None);
                continue;
            };
            if let Some(line) = lines.insert(name, key.line()) {
                let message = format!(
                    "duplicate key `{}`; the first is in line {line}",
                    escape_for_message(name)
                );
                problems.add(key, message, Some(String::from("keep one of them")));
            } else if known.contains(&name) {
                out.fields.push(ConfigField { name, key, value });
            } else {
                out.unknown = true;
                report_unknown_key(key, name, known, problems);
            }
        }
        out
    }

    /// Returns the field with this key.
    pub fn get(&self, name: &str) -> Option<ConfigField<'a>> {
        self.fields.iter().find(|field| field.name == name).copied()
    }

    /// All fields in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = ConfigField<'a>> {
        self.fields.iter().copied()
    }

    /// Settings under these keys, for display. `before` is the prefix of their names.
    pub fn written_settings(&self, before: &str, keys: &[&str]) -> Vec<WrittenSetting> {
        let fields = self.fields.iter().filter(|field| keys.contains(&field.name));
        fields.map(|field| field.to_setting(format!("{before}{}", field.name))).collect()
    }

    /// Keeps the fields for which `keep` is true.
    pub fn retain(&mut self, keep: impl FnMut(&ConfigField<'a>) -> bool) {
        self.fields.retain(keep);
    }

    /// Reads the text under a key; reports any other value.
    pub fn text(
        &self,
        name: &str,
        problems: &mut DiagnosticCollector<'_>,
    ) -> Option<LocatedText<'a>> {
        let field = self.get(name)?;
        if field.value.text().is_none() {
            problems.add(field.key, format!("`{name}` must be a string"), brace_hint(field.value));
            return None;
        }
        field.read_text(field.value, LineBreaks::Refused, problems)
    }

    /// Reads the text under a key, which may have several lines; reports any other value.
    pub fn lines(
        &self,
        name: &str,
        problems: &mut DiagnosticCollector<'_>,
    ) -> Option<LocatedText<'a>> {
        let field = self.get(name)?;
        field.read_text(field.value, LineBreaks::Allowed, problems)
    }

    /// Reads the text under a key; reports it if it is not one of these words.
    pub fn one_of(
        &self,
        name: &str,
        words: &[&str],
        problems: &mut DiagnosticCollector<'_>,
    ) -> Option<LocatedText<'a>> {
        let word = self.text(name, problems)?;
        if words.contains(&word.text) {
            return Some(word);
        }
        let message = format!("`{name}` cannot be `{}`", escape_for_message(word.text));
        problems.add(word.at, message, did_you_mean(word.text, words.iter().copied()));
        None
    }

    /// As [`ConfigFields::texts`], but `[]` is an explicit empty list and not a missing value.
    pub fn optional_texts(
        &self,
        name: &str,
        problems: &mut DiagnosticCollector<'_>,
    ) -> Option<Vec<LocatedText<'a>>> {
        let before = problems.count();
        self.texts(name, problems).filter(|_| problems.count() == before)
    }

    /// Reads the text or texts under a key; `None` if the key is missing.
    pub fn texts(
        &self,
        name: &str,
        problems: &mut DiagnosticCollector<'_>,
    ) -> Option<Vec<LocatedText<'a>>> {
        self.get(name).map(|field| field.read_texts(problems))
    }
}

impl<'a> ConfigField<'a> {
    /// Reads a value that is a text or a list of texts.
    pub fn read_texts(self, problems: &mut DiagnosticCollector<'_>) -> Vec<LocatedText<'a>> {
        if self.value.is_sequence() {
            if self.value.items().nth(MAX_WORDS).is_some() {
                problems.add(
                    self.key,
                    format!("`{}` has more than {MAX_WORDS} entries", self.name),
                    None,
                );
                return Vec::new();
            }
            return self
                .value
                .items()
                .filter_map(|item| self.read_text(item, LineBreaks::Refused, problems))
                .collect();
        }
        self.read_text(self.value, LineBreaks::Refused, problems).into_iter().collect()
    }

    fn to_setting(self, name: String) -> WrittenSetting {
        let texts: Vec<&str> = match self.value.text() {
            Some(text) if text.trim_end().contains('\n') => {
                let first = text.lines().find(|line| !line.trim().is_empty());
                vec![first.unwrap_or_default(), "…"]
            }
            Some(text) => vec![text],
            None => self.value.items().filter_map(YamlValue::text).collect(),
        };
        WrittenSetting { name, value: texts.join(", "), line: self.key.line() }
    }

    fn read_text(
        self,
        value: YamlValue<'a>,
        lines: LineBreaks,
        problems: &mut DiagnosticCollector<'_>,
    ) -> Option<LocatedText<'a>> {
        // A missing value has no place of its own; its key has.
        let place = if value.span().is_empty() { self.key } else { value };
        let Some(text) = value.text() else {
            problems.add(
                place,
                format!("`{}` must be a string or a list of strings", self.name),
                brace_hint(value),
            );
            return None;
        };
        if value.is_null() || text.trim().is_empty() {
            problems.add(place, format!("`{}` has no value", self.name), None);
            return None;
        }
        let is_bad = |c: char| c.is_control() && (lines == LineBreaks::Refused || c != '\n');
        if text.contains(is_bad) {
            let or_break = match lines {
                LineBreaks::Refused => " or a line break",
                LineBreaks::Allowed => "",
            };
            problems.add(
                place,
                format!("`{}` contains a control character{or_break}", self.name),
                None,
            );
            return None;
        }
        Some(LocatedText { text, at: value })
    }
}

/// Whether a text may have several lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineBreaks {
    Refused,
    Allowed,
}

/// To YAML, the unquoted `app: {app}` is a mapping.
fn brace_hint(value: YamlValue<'_>) -> Option<String> {
    value.is_mapping().then(|| String::from(BRACES))
}

fn report_unknown_key(
    key: YamlValue<'_>,
    name: &str,
    known: &[&str],
    problems: &mut DiagnosticCollector<'_>,
) {
    if name == "<<" {
        let hint = String::from("write the keys out");
        problems.add(key, "merge keys (`<<`) are not supported", hint);
        return;
    }
    let hint = did_you_mean(name, known.iter().copied());
    problems.add(key, format!("unknown key `{}`", escape_for_message(name)), hint);
}

/// Shortens and escapes a text of the file for use in a message.
pub(super) fn escape_for_message(text: &str) -> String {
    let cut: String = text
        .chars()
        .take(60)
        .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
        .collect();
    if text.chars().nth(60).is_some() { cut + "…" } else { cut }
}
