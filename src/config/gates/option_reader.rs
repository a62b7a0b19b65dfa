//! Reads a gate from its short form or its options.

use super::keys::{GATES, GateKey, GateShorthand};
use super::read::gate_key;
use super::{
    BakeGate, FLAGS, Gate, GateKind, IsolationScope, OrderGate, VerifiedBy, VerifiedGate,
    VersionGate, WindowHours,
};
use crate::config::Stage;
use crate::config::diagnostic::{DiagnosticCollector, did_you_mean};
use crate::config::fields::{ConfigField, ConfigFields, LocatedText, escape_for_message};
use jiff::{SignedDuration, Span, SpanRelativeTo};
use regex::Regex;

/// Reads gate options and reports problems.
pub(super) struct GateOptionReader<'s, 'p, 't> {
    pub stages: &'s [Stage],
    pub problems: &'p mut DiagnosticCollector<'t>,
}

impl GateOptionReader<'_, '_, '_> {
    /// Reads a gate given by name only.
    pub fn read_bare_gate(&mut self, word: LocatedText<'_>) -> Option<Gate> {
        match word.text {
            "order" => Some(Gate::Order(OrderGate::default())),
            "isolation" => Some(Gate::Isolation(IsolationScope::Target)),
            "verified" => {
                Some(Gate::Verified(VerifiedGate { stages: Vec::new(), by: VerifiedBy::Ledger }))
            }
            "approval-after-failure" => Some(Gate::ApprovalAfterFailure),
            "version" => Some(Gate::Version(VersionGate {
                flags: flag_names(None),
                ..VersionGate::default()
            })),
            text => {
                let (what, hint) = match gate_key(text) {
                    Some(_) => ("needs a value", Some(format!("write `{text}: …`"))),
                    None => {
                        ("is not a gate", did_you_mean(text, GATES.iter().map(|gate| gate.name)))
                    }
                };
                self.problems.add(word.at, format!("`{}` {what}", escape_for_message(text)), hint);
                None
            }
        }
    }

    /// Reads a gate with a value.
    pub fn read_gate(&mut self, key: &GateKey, field: ConfigField<'_>) -> Option<Gate> {
        if field.value.text() == Some("off") {
            return Some(Gate::Off(kind(key.name)));
        }
        if field.value.is_mapping() {
            if key.options.is_empty() {
                self.problems.add(field.key, format!("`{}` has no options", key.name), None);
                return None;
            }
            let known: Vec<&str> = key.options.iter().map(|option| option.name).collect();
            let fields = ConfigFields::read(field.value, &known, self.problems);
            return self.with_options(key.name, field, &fields);
        }
        self.read_shorthand(key, field)
    }

    fn read_shorthand(&mut self, key: &GateKey, field: ConfigField<'_>) -> Option<Gate> {
        if key.short == GateShorthand::Options {
            let options: Vec<&str> = key.options.iter().map(|option| option.name).collect();
            let hint = format!("its options are {}", options.join(", "));
            self.problems.add(field.key, format!("`{}` must be a mapping", key.name), hint);
            return None;
        }
        let before = self.problems.count();
        let words = field.read_texts(self.problems);
        let Some(first) = words.first().copied() else {
            if self.problems.count() == before {
                self.problems.add(field.key, format!("`{}` has no value", key.name), None);
            }
            return None;
        };
        match key.name {
            "window" => self.read_window(&words),
            "verified" => Some(Gate::Verified(VerifiedGate {
                stages: self.stage_names(&words),
                by: VerifiedBy::Ledger,
            })),
            "bake" => Some(Gate::Bake(BakeGate {
                seconds: self.seconds(first)?,
                stages: Vec::new(),
                from_outcome: false,
            })),
            "approvals" => self.read_approvals(first),
            "version" => {
                let pattern = Some(self.read_pattern(first)?);
                Some(Gate::Version(VersionGate {
                    pattern,
                    flags: flag_names(None),
                    ..VersionGate::default()
                }))
            }
            "isolation" if first.text == "stage" => Some(Gate::Isolation(IsolationScope::Stage)),
            "isolation" if matches!(first.text, "target" | "on") => {
                Some(Gate::Isolation(IsolationScope::Target))
            }
            "order" if first.text == "on" => Some(Gate::Order(OrderGate::default())),
            "approval-after-failure" if first.text == "on" => Some(Gate::ApprovalAfterFailure),
            name => {
                let values: &[&str] =
                    if name == "isolation" { &["target", "stage", "off"] } else { &["on", "off"] };
                let message = format!("`{name}` cannot be `{}`", escape_for_message(first.text));
                self.problems.add(
                    first.at,
                    message,
                    did_you_mean(first.text, values.iter().copied()),
                );
                None
            }
        }
    }

    fn with_options(
        &mut self,
        name: &str,
        field: ConfigField<'_>,
        fields: &ConfigFields<'_>,
    ) -> Option<Gate> {
        match name {
            "order" => self.read_order(fields),
            "verified" => {
                let stages = self.stages_of(fields);
                let by = match (fields.text("checks", self.problems), fields.get("command")) {
                    (Some(checks), _) => VerifiedBy::Checks(checks.text.to_owned()),
                    (None, Some(_)) => VerifiedBy::Command(self.read_command(fields)?),
                    (None, None) => VerifiedBy::Ledger,
                };
                Some(Gate::Verified(VerifiedGate { stages, by }))
            }
            "bake" => {
                let Some(time) = fields.text("for", self.problems) else {
                    return self.report_missing_option(field, "for");
                };
                let from = fields.one_of("from", &["landing", "outcome"], self.problems);
                let from_outcome = from.is_some_and(|from| from.text == "outcome");
                Some(Gate::Bake(BakeGate {
                    seconds: self.seconds(time)?,
                    stages: self.stages_of(fields),
                    from_outcome,
                }))
            }
            "freeze" => self.read_freeze(field, fields),
            "blocker" => self.read_blocker(field, fields),
            _ => self.version(fields),
        }
    }

    fn read_order(&mut self, fields: &ConfigFields<'_>) -> Option<Gate> {
        let mut order = OrderGate::default();
        for word in fields.texts("rewrite", self.problems).unwrap_or_default() {
            order.rewrites.push(self.read_rewrite(word)?);
        }
        if let Some(word) = fields.text("tolerance", self.problems) {
            order.tolerance = self.seconds(word)?;
        }
        Some(Gate::Order(order))
    }

    /// Parses `s/EXPRESSION/REPLACEMENT/`, with any separator.
    fn read_rewrite(&mut self, word: LocatedText<'_>) -> Option<(Regex, String)> {
        let mut signs = word.text.chars().skip(1);
        let parts: Vec<&str> = match (word.text.starts_with('s'), signs.next()) {
            (true, Some(sign)) if !sign.is_alphanumeric() => {
                word.text[1 + sign.len_utf8()..].split(sign).collect()
            }
            _ => Vec::new(),
        };
        let [expression, replacement, ""] = parts.as_slice() else {
            let hint = String::from("for example `s/-RC[0-9]+$//`");
            self.problems.add(
                word.at,
                format!("`{}` is not a replacement", escape_for_message(word.text)),
                hint,
            );
            return None;
        };
        Some((self.compile_regex(word, expression)?, (*replacement).to_owned()))
    }

    fn read_window(&mut self, words: &[LocatedText<'_>]) -> Option<Gate> {
        let mut openings = Vec::new();
        for word in words {
            match WindowHours::parse(word.text) {
                Ok(opening) => openings.push(opening),
                Err(why) => {
                    let hint = String::from("for example `Mon-Thu 09:00-16:00 Europe/London`");
                    self.problems.add(
                        word.at,
                        format!("`{}` is not a valid window: {why}", escape_for_message(word.text)),
                        hint,
                    );
                }
            }
        }
        (openings.len() == words.len()).then_some(Gate::Window(openings))
    }

    fn read_approvals(&mut self, word: LocatedText<'_>) -> Option<Gate> {
        let count = word.text.parse().ok().filter(|count| (1..=100).contains(count));
        if count.is_none() {
            self.problems.add(
                word.at,
                format!(
                    "`{}` is not a number of people from 1 to 100",
                    escape_for_message(word.text)
                ),
                None,
            );
        }
        count.map(Gate::Approvals)
    }

    fn stages_of(&mut self, fields: &ConfigFields<'_>) -> Vec<crate::model::StageName> {
        let words = fields.texts("stages", self.problems).unwrap_or_default();
        self.stage_names(&words)
    }

    pub(super) fn read_pattern(&mut self, word: LocatedText<'_>) -> Option<Regex> {
        self.compile_regex(word, &format!("^(?:{})$", word.text))
    }

    fn compile_regex(&mut self, word: LocatedText<'_>, expression: &str) -> Option<Regex> {
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
}

/// Parses a time span such as `30m`, `1h 30m` or `2d`; a day is 24 hours.
pub fn time_span(text: &str) -> Option<SignedDuration> {
    let exact = text.parse::<SignedDuration>().ok();
    let days = || text.parse::<Span>().ok()?.to_duration(SpanRelativeTo::days_are_24_hours()).ok();
    exact.or_else(days)
}

pub(super) fn flag_names(given: Option<Vec<String>>) -> Vec<String> {
    given.unwrap_or_else(|| FLAGS.map(str::to_owned).to_vec())
}

fn kind(name: &str) -> GateKind {
    match name {
        "approval-after-failure" | "approvals" => GateKind::Approval,
        name => GateKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .expect("every gate has a kind"),
    }
}
