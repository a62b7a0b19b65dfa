//! Requirements of rules. An auditor has to know which rules were checked and which were skipped.

use super::AuditContext;
use crate::config::gates::GateKind;
use crate::history::CommitFlags;

/// Requirement of a rule.
pub enum RuleRequirement {
    Nothing,
    /// Two consecutive stages that write versions alike.
    Order,
    Permissions,
    Gate(GateKind),
    /// A `bake` gate, or waves, whose targets bake one after another.
    Bake,
    /// A ledger with events, or the gate in the configuration.
    LedgerOr(GateKind),
    Ledger,
    /// A look at what really runs.
    Live,
    /// An answer of the registries.
    Registry,
    /// An answer of the registries, and this gate in the configuration.
    RegistryFor(GateKind),
    /// Nearly all deploying commits follow this convention.
    Custom(&'static CommitConvention),
}

/// A convention for commits.
pub struct CommitConvention {
    pub name: &'static str,
    pub does: fn(CommitFlags) -> bool,
}

impl RuleRequirement {
    /// True if the requirement is met. A ledger that was not read meets none.
    pub(super) fn is_met(&self, scene: &AuditContext<'_>) -> bool {
        let is_read = scene.evidence.ledger.gap().is_none();
        let gate = |kind: GateKind| {
            (is_read || !kind.descriptor().reads_the_ledger)
                && scene.config.pipeline.gates.iter().any(|rule| rule.gate.kind() == kind)
        };
        let ledger = || is_read && scene.evidence.ledger.start_time().is_some();
        match self {
            RuleRequirement::Nothing => true,
            RuleRequirement::Order => {
                scene.comparison.links.iter().any(|link| scene.is_comparable(link))
            }
            RuleRequirement::Permissions => scene.config.pipeline.has_permissions(),
            RuleRequirement::Gate(kind) => gate(*kind),
            RuleRequirement::Bake => {
                gate(GateKind::Bake) || (is_read && !scene.config.pipeline.waves.is_empty())
            }
            RuleRequirement::LedgerOr(kind) => gate(*kind) || ledger(),
            RuleRequirement::Ledger => ledger(),
            RuleRequirement::Live => scene.live.is_some(),
            RuleRequirement::Registry => has_answers(scene),
            RuleRequirement::RegistryFor(kind) => gate(*kind) && has_answers(scene),
            RuleRequirement::Custom(custom) => scene.convention_keepers(custom).is_some(),
        }
    }

    /// Describes the missing requirement.
    pub fn missing_text(&self) -> String {
        match self {
            RuleRequirement::Nothing => String::new(),
            RuleRequirement::Order => "two consecutive stages with comparable versions".into(),
            RuleRequirement::Permissions => "permissions".into(),
            RuleRequirement::Gate(kind) => format!("a `{kind}` gate"),
            RuleRequirement::Bake => "a `bake` gate or `waves`".into(),
            RuleRequirement::LedgerOr(kind) => format!("a ledger or a `{kind}` gate"),
            RuleRequirement::Ledger => "a ledger".into(),
            RuleRequirement::Live => "a look at what runs (`--live`)".into(),
            RuleRequirement::Registry => "an answer of the registries (`--registry`)".into(),
            RuleRequirement::RegistryFor(kind) => {
                format!("an `{kind}` gate and an answer of the registries (`--registry`)")
            }
            RuleRequirement::Custom(custom) => format!("a {} convention", custom.name),
        }
    }
}

/// True where the registries answered about every version. What nobody answered is not fine.
fn has_answers(scene: &AuditContext<'_>) -> bool {
    scene.registry.is_some_and(|answers| answers.is_complete && !answers.sightings.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use crate::pipeline::ledger::{EventKind, Outcome};
    use snapbox::{assert_data_eq, str};

    #[test]
    fn what_was_not_judged_and_why() {
        let lines = ["0 web dev ->v1", "1 web prod ->v1", "2 web dev v1>v2", "3 web prod v1>v2"];
        assert_data_eq!(
            AuditBench::new("", &lines).unjudged(),
            str![[r#"
unauthorised: permissions
unverified: a `verified` gate
unhealthy-when-promoted: a look at what runs (`--live`)
out-of-band: a look at what runs (`--live`)
drift: a look at what runs (`--live`)
gone: an answer of the registries (`--registry`)
tag-moved: an answer of the registries (`--registry`)
unattested: an `attested` gate and an answer of the registries (`--registry`)
overtaken: a ledger or a `isolation` gate
merged-past-lock: a ledger
merged-past-rejection: a ledger
during-freeze: a `freeze` gate
outside-window: a `window` gate
bake-too-short: a `bake` gate or `waves`
break-glass-without-follow-up: a ledger
direct-push: a pull request convention
unsigned: a signed commit convention
never-applied: a look at what runs (`--live`)
applied-late: a look at what runs (`--live`)

"#]]
        );
        let passed = EventKind::Outcome {
            app: "web".into(),
            stage: "dev".into(),
            target: None,
            version: "v2".into(),
            deployments: Vec::new(),
            outcome: Outcome::Passed,
            evidence: None,
        };
        let config = "permissions: { prod: [bot] }\ngates: [ { bake: 30m }, { verified: dev } ]\n";
        assert_data_eq!(
            AuditBench::new(config, &lines).event(2, "ci", passed).unjudged(),
            str![[r#"
unhealthy-when-promoted: a look at what runs (`--live`)
out-of-band: a look at what runs (`--live`)
drift: a look at what runs (`--live`)
gone: an answer of the registries (`--registry`)
tag-moved: an answer of the registries (`--registry`)
unattested: an `attested` gate and an answer of the registries (`--registry`)
during-freeze: a `freeze` gate
outside-window: a `window` gate
direct-push: a pull request convention
unsigned: a signed commit convention
never-applied: a look at what runs (`--live`)
applied-late: a look at what runs (`--live`)

"#]]
        );
    }

    #[test]
    fn without_an_order_nothing_is_skipped() {
        let unjudged = AuditBench::new("", &["0 web dev ->v1"]).unjudged();
        assert!(
            unjudged.contains("skipped-stage: two consecutive stages with comparable versions\n"),
            "{unjudged}"
        );
    }
}
