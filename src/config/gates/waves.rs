//! `waves:` of a stage: its targets move one wave after the other, and each wave bakes before the
//! next.

use super::keys::{BAKE, WAVE};
use super::matches_glob;
use super::option_reader::GateOptionReader;
use crate::config::fields::{ConfigField, ConfigFields, LocatedText, escape_for_message};
use crate::config::written_setting::WrittenSetting;
use crate::model::{StageName, TargetName};
use crate::yaml::YamlValue;

/// Waves of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageWaves {
    pub stage: StageName,
    /// In order. Targets that no wave names form a last wave.
    pub waves: Vec<Wave>,
    /// Line of `waves`, 1-based.
    pub line: u32,
}

/// Targets that move together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// Names, and patterns with `*`.
    pub targets: Vec<String>,
    /// Seconds for which a version runs in this wave before the next one takes it.
    pub bake: i64,
    /// True if the time counts from the passed outcome instead of the deployment.
    pub from_outcome: bool,
    /// Line of `towpath.yaml`, 1-based.
    pub line: u32,
}

impl StageWaves {
    /// Index of the wave of a target: the one that names it, or the first with a matching pattern,
    /// or one past the last.
    pub fn wave_index(&self, target: Option<&TargetName>) -> usize {
        let Some(target) = target else { return self.waves.len() };
        let names = |wave: &Wave| wave.targets.iter().any(|name| name == target.as_str());
        let covers =
            |wave: &Wave| wave.targets.iter().any(|pattern| matches_glob(pattern, target.as_str()));
        let found =
            self.waves.iter().position(names).or_else(|| self.waves.iter().position(covers));
        found.unwrap_or(self.waves.len())
    }

    /// Total bake time of all waves, in seconds.
    pub fn total_bake_seconds(&self) -> i64 {
        self.waves.iter().fold(0, |sum, wave| sum.saturating_add(wave.bake))
    }

    /// Line of the wave, or of `waves` for the implicit last one.
    pub fn line_of(&self, index: usize) -> u32 {
        self.waves.get(index).map_or(self.line, |wave| wave.line)
    }

    /// The first name that is none of these targets, with its line.
    pub fn unknown_target(&self, known: &[&TargetName]) -> Option<(&str, u32)> {
        let names = self
            .waves
            .iter()
            .flat_map(|wave| wave.targets.iter().map(|name| (name.as_str(), wave.line)));
        let mut exact = names.filter(|(name, _)| !name.contains('*'));
        exact.find(|(name, _)| !known.iter().any(|target| target.as_str() == *name))
    }

    /// Setting for display: `canary, then eu + us`.
    pub(in crate::config) fn to_setting(&self) -> WrittenSetting {
        let waves: Vec<String> = self.waves.iter().map(|wave| wave.targets.join(" + ")).collect();
        WrittenSetting {
            name: format!("stages.{}.waves", self.stage),
            value: waves.join(", then "),
            line: self.line,
        }
    }
}

impl GateOptionReader<'_, '_, '_> {
    /// Reads the waves of a stage and reports problems.
    pub(super) fn read_waves(
        &mut self,
        field: ConfigField<'_>,
        stage: &StageName,
    ) -> Option<StageWaves> {
        if !field.value.is_sequence() || field.value.items().next().is_none() {
            let hint =
                String::from("for example `waves: [{ targets: canary, bake: 1h }, [eu, us]]`");
            self.problems.add(field.key, "`waves` must be a list of waves, in order", hint);
            return None;
        }
        let before = self.problems.count();
        let mut seen: Vec<LocatedText<'_>> = Vec::new();
        let mut waves = Vec::new();
        for item in field.value.items() {
            waves.extend(self.read_wave(field, item, &mut seen));
        }
        let waves = StageWaves { stage: stage.clone(), waves, line: field.key.line() };
        (self.problems.count() == before).then_some(waves)
    }

    fn read_wave<'a>(
        &mut self,
        list: ConfigField<'a>,
        item: YamlValue<'a>,
        seen: &mut Vec<LocatedText<'a>>,
    ) -> Option<Wave> {
        let line = item.line();
        if !item.is_mapping() {
            let targets = self.targets(ConfigField { value: item, ..list }, item, seen)?;
            return Some(Wave { targets, bake: 0, from_outcome: false, line });
        }
        let fields = ConfigFields::read(item, &WAVE.map(|key| key.name), self.problems);
        let Some(named) = fields.get("targets") else {
            if !fields.unknown {
                self.problems.add(
                    item,
                    "this wave has no `targets`",
                    String::from("`'*'` matches all targets that no wave names"),
                );
            }
            return None;
        };
        let targets = self.targets(named, item, seen)?;
        let (bake, from_outcome) = match fields.get("bake") {
            Some(field) => self.read_bake(field)?,
            None => (0, false),
        };
        Some(Wave { targets, bake, from_outcome, line })
    }

    /// Reads the targets of a wave. A target may be in one wave only.
    fn targets<'a>(
        &mut self,
        field: ConfigField<'a>,
        item: YamlValue<'a>,
        seen: &mut Vec<LocatedText<'a>>,
    ) -> Option<Vec<String>> {
        let before = self.problems.count();
        let words = field.read_texts(self.problems);
        if words.is_empty() && self.problems.count() == before {
            self.problems.add(
                item,
                "this wave names no target",
                String::from("`'*'` matches all targets that no wave names"),
            );
        }
        for word in &words {
            if let Some(first) = seen.iter().find(|one| one.text == word.text) {
                let line = first.at.line();
                let message = format!(
                    "the target `{}` is in two waves; the first is in line {line}",
                    escape_for_message(word.text)
                );
                self.problems.add(word.at, message, None);
            }
            seen.push(*word);
        }
        (self.problems.count() == before)
            .then(|| words.iter().map(|word| word.text.to_owned()).collect())
    }

    /// Reads `30m`, or `{ for: 30m, from: outcome }`.
    fn read_bake(&mut self, field: ConfigField<'_>) -> Option<(i64, bool)> {
        if !field.value.is_mapping() {
            let word = field.read_texts(self.problems).into_iter().next()?;
            return Some((self.seconds(word)?, false));
        }
        let fields = ConfigFields::read(field.value, &BAKE.map(|key| key.name), self.problems);
        let from = fields.one_of("from", &["landing", "outcome"], self.problems);
        let Some(word) = fields.text("for", self.problems) else {
            self.problems.add(field.key, "`bake` needs `for`", None);
            return None;
        };
        Some((self.seconds(word)?, from.is_some_and(|from| from.text == "outcome")))
    }
}
