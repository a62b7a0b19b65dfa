//! Reads a gate from its short form or its options.

use super::keys::{GateKey, find_gate_key, gate_names};
use super::{ExternalCommand, Gate, GateKind};
use crate::config::Stage;
use crate::config::diagnostic::{DiagnosticCollector, did_you_mean};
use crate::config::fields::{ConfigField, ConfigFields, LocatedText, escape_for_message};
use jiff::{SignedDuration, Span, SpanRelativeTo};
use regex::Regex;

/// Default timeout of an external answer, in seconds.
const TIMEOUT: u64 = 10;
/// Maximum timeout, in seconds.
const MAX_TIMEOUT: u64 = 600;

/// Reads gate options and reports problems.
pub(super) struct GateOptionReader<'s, 'p, 't> {
    pub stages: &'s [Stage],
    pub problems: &'p mut DiagnosticCollector<'t>,
}

impl GateOptionReader<'_, '_, '_> {
    /// Reads a gate given by name only.
    pub fn read_bare_gate(&mut self, word: LocatedText<'_>) -> Option<Gate> {
        let found = find_gate_key(word.text);
        if let Some(bare) = found.and_then(|(_, key)| key.bare) {
            return Some(bare());
        }
        let (what, hint) = match found {
            Some(_) => ("needs a value", Some(format!("write `{}: …`", word.text))),
            None => ("is not a gate", did_you_mean(word.text, gate_names())),
        };
        self.problems.add(word.at, format!("`{}` {what}", escape_for_message(word.text)), hint);
        None
    }

    /// Reads a gate with a value.
    pub fn read_gate(
        &mut self,
        (kind, key): (GateKind, &GateKey),
        field: ConfigField<'_>,
    ) -> Option<Gate> {
        if field.value.text() == Some("off") {
            return Some(Gate::Off(kind));
        }
        if !field.value.is_mapping() {
            return self.read_shorthand(key, field);
        }
        let Some(long) = &key.long else {
            self.problems.add(field.key, format!("`{}` has no options", key.name), None);
            return None;
        };
        let known: Vec<&str> = long.options.iter().map(|option| option.name).collect();
        let fields = ConfigFields::read(field.value, &known, self.problems);
        (long.read)(self, field, &fields)
    }

    fn read_shorthand(&mut self, key: &GateKey, field: ConfigField<'_>) -> Option<Gate> {
        let Some(short) = &key.short else {
            let options = key.long.iter().flat_map(|long| long.options);
            let options: Vec<&str> = options.map(|option| option.name).collect();
            let hint = format!("its options are {}", options.join(", "));
            self.problems.add(field.key, format!("`{}` must be a mapping", key.name), hint);
            return None;
        };
        let before = self.problems.count();
        let words = field.read_texts(self.problems);
        let Some(first) = words.first().copied() else {
            if self.problems.count() == before {
                self.problems.add(field.key, format!("`{}` has no value", key.name), None);
            }
            return None;
        };
        (short.read)(self, first, &words)
    }

    /// Reports a value that a gate does not accept.
    pub(super) fn reject_value(
        &mut self,
        name: &str,
        word: LocatedText<'_>,
        values: &[&str],
    ) -> Option<Gate> {
        let message = format!("`{name}` cannot be `{}`", escape_for_message(word.text));
        self.problems.add(word.at, message, did_you_mean(word.text, values.iter().copied()));
        None
    }

    pub(super) fn stages_of(&mut self, fields: &ConfigFields<'_>) -> Vec<crate::model::StageName> {
        let words = fields.texts("stages", self.problems).unwrap_or_default();
        self.stage_names(&words)
    }

    pub(super) fn read_pattern(&mut self, word: LocatedText<'_>) -> Option<Regex> {
        self.compile_regex(word, &format!("^(?:{})$", word.text))
    }

    pub(super) fn compile_regex(
        &mut self,
        word: LocatedText<'_>,
        expression: &str,
    ) -> Option<Regex> {
        match regex::RegexBuilder::new(expression).size_limit(1 << 20).build() {
            Ok(regex) => Some(regex),
            Err(error) => {
                let text = error.to_string();
                let why = text
                    .lines()
                    .last()
                    .unwrap_or_default()
                    .trim_start_matches("error: ")
                    .to_owned();
                self.problems.add(
                    word.at,
                    format!(
                        "`{}` is not a valid regular expression: {why}",
                        escape_for_message(word.text)
                    ),
                    None,
                );
                None
            }
        }
    }

    pub(super) fn seconds(&mut self, word: LocatedText<'_>) -> Option<i64> {
        let seconds =
            time_span(word.text).map(|span| span.as_secs()).filter(|seconds| *seconds >= 0);
        if seconds.is_none() {
            let hint = String::from("for example `30m`, `12h` or `2d`");
            self.problems.add(
                word.at,
                format!("`{}` is not a time span", escape_for_message(word.text)),
                hint,
            );
        }
        seconds
    }

    pub(super) fn report_missing_option(
        &mut self,
        field: ConfigField<'_>,
        option: &str,
    ) -> Option<Gate> {
        self.problems.add(field.key, format!("`{}` needs `{option}`", field.name), None);
        None
    }

    pub(super) fn read_command(&mut self, fields: &ConfigFields<'_>) -> Option<ExternalCommand> {
        if let Some(field) = fields.get("command").filter(|field| !field.value.is_sequence())
            && let Some(word) = fields.text("command", self.problems)
            && word.text.contains(char::is_whitespace)
        {
            let words: Vec<&str> = word.text.split_whitespace().collect();
            let hint = format!(
                "it is not run through a shell; write `command: [{}]`",
                escape_for_message(&words.join(", "))
            );
            self.problems.add(field.key, "`command` must be a list of words", hint);
            return None;
        }
        let argv = fields
            .texts("command", self.problems)?
            .into_iter()
            .map(|word| word.text.to_owned())
            .collect();
        Some(ExternalCommand { argv, timeout: self.read_timeout(fields)? })
    }

    pub(super) fn read_timeout(&mut self, fields: &ConfigFields<'_>) -> Option<u64> {
        let Some(word) = fields.text("timeout", self.problems) else { return Some(TIMEOUT) };
        let seconds = u64::try_from(self.seconds(word)?).unwrap_or(TIMEOUT);
        if !(1..=MAX_TIMEOUT).contains(&seconds) {
            self.problems.add(word.at, "a timeout must be between 1s and 10m", None);
            return None;
        }
        Some(seconds)
    }
}

/// Parses a time span such as `30m`, `1h 30m` or `2d`; a day is 24 hours.
pub fn time_span(text: &str) -> Option<SignedDuration> {
    let exact = text.parse::<SignedDuration>().ok();
    let days = || text.parse::<Span>().ok()?.to_duration(SpanRelativeTo::days_are_24_hours()).ok();
    exact.or_else(days)
}
