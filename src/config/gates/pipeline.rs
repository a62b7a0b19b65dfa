//! Settings of the pipeline: gates, permissions, ledger, and how stages move.

use super::{FactNeed, Gate, GateKind, GateRule, OwnerRule, PastNeed, StageWaves};
use crate::config::written_setting::WrittenSetting;
use crate::model::{AppName, StageName};

/// All settings of the pipeline.
#[derive(Debug, Clone, Default)]
pub struct PipelineConfig {
    /// Gates for all stages come first.
    pub gates: Vec<GateRule>,
    /// Permissions for stages, for the rules, and to override gates.
    pub permissions: Vec<Permission>,
    /// Permissions for apps and folders.
    pub owners: Vec<OwnerRule>,
    /// Present if events of the ledger count only with a signature. Its `signers` may sign them,
    /// as those of every other permission.
    pub ledger_proof: Option<Permission>,
    pub ledger: LedgerPlace,
    pub policies: Vec<AdvancePolicy>,
    pub waves: Vec<StageWaves>,
}

/// Location of the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LedgerPlace {
    /// `refs/towpath/ledger`.
    #[default]
    Ref,
    /// A branch, for forges that refuse other refs.
    Branch,
    /// No ledger: nothing is locked, approved or recorded.
    None,
}

/// A permission, and who has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// A stage, `break-glass`, `config`, or the key of an owner: `apps.web`.
    pub of: String,
    /// Names, mail addresses or logins.
    pub actors: Vec<String>,
    /// Files of the repository with allowed signers.
    pub signers: Vec<String>,
    pub line: u32,
}

/// Behaviour of `advance` for a stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdvancePolicy {
    pub stage: Option<StageName>,
    /// Propose each version in turn, not only the newest.
    pub each: bool,
}

/// Key of the permission to override gates.
pub const BREAK_GLASS: &str = "break-glass";

/// Key of the demand for signed events of the ledger.
pub const LEDGER: &str = "ledger";

/// Key of the permission to change the rules.
pub const CONFIG: &str = "config";

impl PipelineConfig {
    /// Rules of one kind for an app in a stage, in the order of the file. `off` cancels those
    /// before it, and so does another rule of `order` or `isolation`.
    pub fn rules_for(&self, kind: GateKind, stage: &StageName, app: &AppName) -> Vec<&GateRule> {
        let mut out: Vec<&GateRule> = Vec::new();
        for rule in
            self.gates.iter().filter(|rule| rule.gate.kind() == kind && rule.applies_to(stage, app))
        {
            if rule.gate.settings().is_none() || kind.descriptor().last_rule_counts {
                out.clear();
            }
            out.push(rule);
        }
        out
    }

    /// The facts that the gates need for an app in a stage, each with its rule.
    pub fn facts_for(&self, stage: &StageName, app: &AppName) -> Vec<(&GateRule, FactNeed<'_>)> {
        let rules = GateKind::ALL.iter().flat_map(|kind| self.rules_for(*kind, stage, app));
        let settings = rules.filter_map(|rule| Some((rule, rule.gate.settings()?)));
        settings
            .flat_map(|(rule, gate)| gate.facts().into_iter().map(move |fact| (rule, fact)))
            .collect()
    }

    /// The facts that all rules need, whatever their scope.
    pub fn all_facts(&self) -> impl Iterator<Item = FactNeed<'_>> {
        self.gates.iter().filter_map(|rule| rule.gate.settings()).flat_map(|gate| gate.facts())
    }

    /// How much history a gate reads to judge an app in a stage.
    pub fn past_need(&self, kind: GateKind, stage: &StageName, app: &AppName) -> PastNeed {
        let rules = self.rules_for(kind, stage, app).into_iter();
        let settings = rules.filter_map(|rule| rule.gate.settings());
        let implied = (kind.descriptor().implied_past)(self);
        settings.map(|gate| gate.past()).fold(implied, PastNeed::max)
    }

    /// Settings for display: each gate with its scope, and the permissions.
    pub(in crate::config) fn written_settings(&self) -> Vec<WrittenSetting> {
        let gate = |rule: &GateRule| {
            let stages: Vec<&str> = rule.stages.iter().map(|stage| stage.as_str()).collect();
            let scope = [stages.join(", "), rule.apps.join(", ")]
                .into_iter()
                .filter(|part| !part.is_empty());
            let scope: Vec<String> = scope.collect();
            let value = match (&rule.gate, scope.is_empty()) {
                (Gate::Off(_), true) => "off".to_owned(),
                (Gate::Off(_), false) => format!("off for {}", scope.join("; ")),
                (_, true) => "everywhere".to_owned(),
                (_, false) => format!("for {}", scope.join("; ")),
            };
            WrittenSetting { name: format!("gates.{}", rule.gate.kind()), value, line: rule.line }
        };
        let permission = |one: &Permission| WrittenSetting {
            name: format!("permissions.{}", one.of),
            value: one.named_parties().collect::<Vec<_>>().join(", "),
            line: one.line,
        };
        let waves = self.waves.iter().map(StageWaves::to_setting);
        waves
            .chain(self.gates.iter().map(gate))
            .chain(self.all_permissions().map(permission))
            .collect()
    }

    /// Returns the permission; `None` means that everyone has it.
    pub fn find_permission(&self, of: &str) -> Option<&Permission> {
        self.permissions.iter().find(|permission| permission.of == of)
    }

    /// Waves of a stage; `None` means that its targets move together.
    pub fn waves_of(&self, stage: &StageName) -> Option<&StageWaves> {
        self.waves.iter().find(|waves| waves.stage == *stage)
    }

    /// Behaviour of `advance` for a stage.
    pub fn policy_of(&self, stage: &StageName) -> AdvancePolicy {
        self.policies
            .iter()
            .find(|policy| policy.stage.as_ref() == Some(stage))
            .cloned()
            .unwrap_or_default()
    }
}

impl Permission {
    /// Named actors, and files with signers.
    pub fn named_parties(&self) -> impl Iterator<Item = &str> {
        self.actors.iter().chain(&self.signers).map(String::as_str)
    }

    /// True if one of these words is a named actor.
    pub fn names_any<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> bool {
        self.entry_of(words).is_some()
    }

    /// Returns the first of the people and bots that one of these words names.
    pub fn entry_of<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> Option<&str> {
        let words: Vec<&str> = words.into_iter().collect();
        let is_named = |actor: &&String| words.iter().any(|word| actor.eq_ignore_ascii_case(word));
        self.actors.iter().find(is_named).map(String::as_str)
    }
}
