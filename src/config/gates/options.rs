//! Reads gates that are mappings: `freeze`, `blocker` and `version`.

use super::option_reader::{GateOptionReader, flag_names};
use super::{BlockedBy, BlockerGate, ExternalCommand, FreezePeriod, Gate, VersionGate};
use crate::config::diagnostic::DiagnosticCollector;
use crate::config::fields::{ConfigField, ConfigFields, LocatedText, escape_for_message};

/// Default timeout of an external answer, in seconds.
const TIMEOUT: u64 = 10;
/// Maximum timeout, in seconds.
const MAX_TIMEOUT: u64 = 600;

impl GateOptionReader<'_, '_, '_> {
    pub(super) fn read_freeze(
        &mut self,
        field: ConfigField<'_>,
        fields: &ConfigFields<'_>,
    ) -> Option<Gate> {
        let text = |name: &str, problems: &mut DiagnosticCollector<'_>| {
            fields.text(name, problems).map(|word| word.text)
        };
        let (Some(from), Some(to)) = (text("from", self.problems), text("to", self.problems))
        else {
            return self.report_missing_option(field, "from` and `to");
        };
        let (zone, reason) = (text("zone", self.problems), text("reason", self.problems));
        match FreezePeriod::parse(from, to, zone, reason) {
            Ok(freeze) => Some(Gate::Freeze(freeze)),
            Err(why) => {
                self.problems.add(field.key, format!("invalid freeze: {why}"), None);
                None
            }
        }
    }

    pub(super) fn read_blocker(
        &mut self,
        field: ConfigField<'_>,
        fields: &ConfigFields<'_>,
    ) -> Option<Gate> {
        let kinds = ["command", "file", "issue", "url"];
        let given: Vec<&str> =
            kinds.into_iter().filter(|kind| fields.get(kind).is_some()).collect();
        let [kind] = given.as_slice() else {
            let message = "a blocker needs exactly one of `command`, `file`, `issue` and `url`";
            self.problems.add(field.key, message, None);
            return None;
        };
        let by = match *kind {
            "command" => BlockedBy::Command(self.read_command(fields)?),
            "url" => self.read_http(fields)?,
            kind => {
                let text = fields.text(kind, self.problems)?.text.to_owned();
                if kind == "file" { BlockedBy::File(text) } else { BlockedBy::Issue(text) }
            }
        };
        let reason = fields.text("reason", self.problems).map(|word| word.text.to_owned());
        Some(Gate::Blocker(BlockerGate { by, reason }))
    }

    fn read_http(&mut self, fields: &ConfigFields<'_>) -> Option<BlockedBy> {
        let url = fields.text("url", self.problems)?;
        if !url.text.starts_with("https://") && !url.text.starts_with("http://") {
            self.problems.add(url.at, "a URL must start with `https://` or `http://`", None);
            return None;
        }
        let pointer = fields.text("pointer", self.problems);
        let equals = fields.text("equals", self.problems);
        let expect = match (pointer, equals) {
            (Some(pointer), Some(equals)) if pointer.text.starts_with('/') => {
                Some((pointer.text.to_owned(), equals.text.to_owned()))
            }
            (None, None) => None,
            (Some(word), _) | (None, Some(word)) => {
                let hint =
                    String::from("for example `pointer: /status/indicator` and `equals: none`");
                self.problems.add(
                    word.at,
                    "`pointer` (a JSON pointer) and `equals` must be used together",
                    hint,
                );
                return None;
            }
        };
        Some(BlockedBy::Http {
            url: url.text.to_owned(),
            expect,
            timeout: self.read_timeout(fields)?,
        })
    }

    pub(super) fn version(&mut self, fields: &ConfigFields<'_>) -> Option<Gate> {
        let pattern = match fields.text("pattern", self.problems) {
            Some(word) => Some(self.read_pattern(word)?),
            None => None,
        };
        let texts = |words: Vec<LocatedText<'_>>| {
            words.into_iter().map(|word| word.text.to_owned()).collect::<Vec<_>>()
        };
        let is_empty = |field: ConfigField<'_>| {
            field.value.is_sequence() && field.value.items().next().is_none()
        };
        let flags = match fields.get("flags") {
            Some(field) if is_empty(field) => Vec::new(),
            field => flag_names(field.map(|field| texts(field.read_texts(self.problems)))),
        };
        Some(Gate::Version(VersionGate {
            pattern,
            branches: fields.texts("branches", self.problems).map(texts).unwrap_or_default(),
            immutable: self.is_on("immutable", fields),
            digest: self.is_on("digest", fields),
            flags,
        }))
    }

    /// Reads a switch. Other words than `true` and `false` are reported: if they meant `false`, a
    /// typo would open the gate.
    fn is_on(&mut self, option: &str, fields: &ConfigFields<'_>) -> bool {
        fields
            .one_of(option, &["true", "false"], self.problems)
            .is_some_and(|word| word.text == "true")
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

    fn read_timeout(&mut self, fields: &ConfigFields<'_>) -> Option<u64> {
        let Some(word) = fields.text("timeout", self.problems) else { return Some(TIMEOUT) };
        let seconds = u64::try_from(self.seconds(word)?).unwrap_or(TIMEOUT);
        if !(1..=MAX_TIMEOUT).contains(&seconds) {
            self.problems.add(word.at, "a timeout must be between 1s and 10m", None);
            return None;
        }
        Some(seconds)
    }
}
