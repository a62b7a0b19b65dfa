//! Reads `gates:` and the pipeline keys of stages.

use super::keys::{GateKey, SCOPE, find_gate_key, gate_names};
use super::option_reader::GateOptionReader;
use super::{AdvancePolicy, GateKind, GateRule, StageWaves};
use crate::config::Stage;
use crate::config::diagnostic::{DiagnosticCollector, did_you_mean};
use crate::config::fields::{ConfigField, ConfigFields, LocatedText, escape_for_message};
use crate::config::keys::QUEUE;
use crate::model::StageName;
use crate::yaml::YamlValue;

/// Limit on gates.
const MAX_GATES: usize = 500;

/// Reads a list of gates. `only` is the stage it belongs to.
pub(in crate::config) fn read_gates(
    field: ConfigField<'_>,
    stages: &[Stage],
    only: Option<&StageName>,
    problems: &mut DiagnosticCollector<'_>,
) -> Vec<GateRule> {
    if !field.value.is_sequence() {
        let hint = String::from("for example `gates: [isolation, bake: 30m]`");
        problems.add(field.key, "`gates` must be a list of gates", hint);
        return Vec::new();
    }
    if field.value.items().nth(MAX_GATES).is_some() {
        problems.add(field.key, format!("there are more than {MAX_GATES} gates"), None);
        return Vec::new();
    }
    let mut settings = GateOptionReader { stages, problems };
    let read = |item| settings.read_rule(field, item, only);
    field.value.items().filter_map(read).collect()
}

impl GateOptionReader<'_, '_, '_> {
    fn read_rule(
        &mut self,
        list: ConfigField<'_>,
        item: YamlValue<'_>,
        only: Option<&StageName>,
    ) -> Option<GateRule> {
        let line = item.line();
        if !item.is_mapping() {
            let word =
                ConfigField { value: item, ..list }.read_texts(self.problems).into_iter().next()?;
            let gate = self.read_bare_gate(word)?;
            return Some(GateRule {
                gate,
                stages: only.cloned().into_iter().collect(),
                apps: Vec::new(),
                line,
            });
        }
        let known: Vec<&str> = gate_names().chain(SCOPE.iter().map(|key| key.name)).collect();
        let fields = ConfigFields::read(item, &known, self.problems);
        let (key, field) = self.the_gate(item, &fields)?;
        let apps = fields.texts("apps", self.problems).unwrap_or_default();
        let apps = apps.into_iter().map(|word| word.text.to_owned()).collect();
        let stages = self.read_scope(&fields, only);
        let line = field.key.line();
        let gate = self.read_gate(key, field)?;
        Some(GateRule { gate, stages, apps, line })
    }

    /// Returns the one key that is a gate.
    fn the_gate<'a>(
        &mut self,
        item: YamlValue<'a>,
        fields: &ConfigFields<'a>,
    ) -> Option<((GateKind, &'static GateKey), ConfigField<'a>)> {
        let mut found = fields.iter().filter_map(|field| Some((find_gate_key(field.name)?, field)));
        let first = found.next();
        if let (Some(((_, one), _)), Some(((_, two), field))) = (first, found.next()) {
            let message = format!(
                "an entry must have one gate, but this has `{}` and `{}`",
                one.name, two.name
            );
            self.problems.add(field.key, message, String::from("start another entry with `- `"));
            return None;
        }
        if first.is_none() && !fields.unknown {
            self.problems.add(item, "this entry has no gate", did_you_mean("", gate_names()));
        }
        first
    }

    fn read_scope(
        &mut self,
        fields: &ConfigFields<'_>,
        only: Option<&StageName>,
    ) -> Vec<StageName> {
        let words = fields.texts("stages", self.problems);
        match (words, only) {
            (Some(words), Some(_)) => {
                if let Some(word) = words.first() {
                    self.problems.add(
                        word.at,
                        "`stages` is not allowed here: these gates already belong to a stage",
                        None,
                    );
                }
                Vec::new()
            }
            (Some(words), None) => self.stage_names(&words),
            (None, only) => only.cloned().into_iter().collect(),
        }
    }

    /// Reads stage names and reports unknown ones.
    pub(super) fn stage_names(&mut self, words: &[LocatedText<'_>]) -> Vec<StageName> {
        let mut out = Vec::new();
        for word in words {
            let is_it = |stage: &&Stage| {
                stage.name.as_str() == word.text
                    || stage.aliases.iter().any(|alias| alias == word.text)
            };
            match self.stages.iter().find(is_it) {
                Some(stage) => out.push(stage.name.clone()),
                // Without configured stages any name may be one that discovery finds.
                None if self.stages.is_empty() => out.push(StageName::from(word.text)),
                None => {
                    let hint = did_you_mean(
                        word.text,
                        self.stages.iter().map(|stage| stage.name.as_str()),
                    );
                    self.problems.add(
                        word.at,
                        format!("`{}` is not a stage", escape_for_message(word.text)),
                        hint,
                    );
                }
            }
        }
        out
    }
}

/// Reads the pipeline keys of a stage: gates, behaviour of `advance`, and waves.
pub(in crate::config) fn stage(
    item: YamlValue<'_>,
    stages: &[Stage],
    keys: &[&str],
    problems: &mut DiagnosticCollector<'_>,
) -> (Vec<GateRule>, AdvancePolicy, Option<StageWaves>) {
    // Problems with the other keys were reported when those were read.
    let mut silent = DiagnosticCollector::new("", "");
    let fields = ConfigFields::read(item, keys, &mut silent);
    let name = fields.text("name", &mut silent).map(|word| StageName::from(word.text));
    let rules = match fields.get("gates") {
        Some(field) => read_gates(field, stages, name.as_ref(), problems),
        None => Vec::new(),
    };
    let each = fields.one_of("queue", &QUEUE, problems).is_some_and(|word| word.text == "each");
    let waves = fields.get("waves").zip(name.as_ref());
    let waves = waves
        .and_then(|(field, name)| GateOptionReader { stages, problems }.read_waves(field, name));
    (rules, AdvancePolicy { stage: name, each }, waves)
}
