//! What a rule needs before it judges anything. An auditor has to know which rules were kept and which
//! nobody asked.

use super::Scene;
use crate::config::gates::GateKind;
use crate::history::Mark;

/// What a rule needs.
pub enum Need {
    Nothing,
    /// Two stages, one after the other, that write versions alike.
    Order,
    Permissions,
    Gate(GateKind),
    /// A gate `bake`, or waves, which bake each other.
    Bake,
    /// The ledger has begun, or the gate is configured.
    LedgerOr(GateKind),
    Ledger,
    /// Nearly all deploying commits do this.
    Custom(&'static Custom),
}

/// What commits may be in the habit of.
pub struct Custom {
    pub name: &'static str,
    pub does: fn(Mark) -> bool,
}

impl Need {
    /// Is it there?
    pub(super) fn is_met(&self, scene: &Scene<'_>) -> bool {
        let gate = |kind| scene.config.pipeline.gates.iter().any(|rule| rule.gate.kind() == kind);
        let ledger = || scene.evidence.ledger.begins().is_some();
        match self {
            Need::Nothing => true,
            Need::Order => scene.comparison.links.iter().any(|link| scene.is_comparable(link)),
            Need::Permissions => !scene.config.pipeline.permissions.is_empty(),
            Need::Gate(kind) => gate(*kind),
            Need::Bake => gate(GateKind::Bake) || !scene.config.pipeline.waves.is_empty(),
            Need::LedgerOr(kind) => gate(*kind) || ledger(),
            Need::Ledger => ledger(),
            Need::Custom(custom) => scene.keepers(custom).is_some(),
        }
    }

    /// What is missing where it is not there.
    pub fn words(&self) -> String {
        match self {
            Need::Nothing => String::new(),
            Need::Order => "stages in an order that write versions alike".into(),
            Need::Permissions => "permissions".into(),
            Need::Gate(kind) => format!("a gate `{kind}`"),
            Need::Bake => "a gate `bake`, or `waves`".into(),
            Need::LedgerOr(kind) => format!("a ledger or a gate `{kind}`"),
            Need::Ledger => "a ledger".into(),
            Need::Custom(custom) => format!("the custom of {}", custom.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::Bench;
    use crate::pipeline::ledger::{Outcome, What};
    use snapbox::{assert_data_eq, str};

    #[test]
    fn what_was_not_judged_and_why() {
        let lines = ["0 web dev ->v1", "1 web prod ->v1", "2 web dev v1>v2", "3 web prod v1>v2"];
        assert_data_eq!(
            Bench::new("", &lines).unjudged(),
            str![[r#"
unauthorised: permissions
unverified: a gate `verified`
overtaken: a ledger or a gate `isolation`
during-freeze: a gate `freeze`
outside-window: a gate `window`
bake-too-short: a gate `bake`, or `waves`
break-glass-without-follow-up: a ledger
direct-push: the custom of pull requests
unsigned: the custom of signing

"#]]
        );
        let passed = What::Outcome {
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
            Bench::new(config, &lines).event(2, "ci", passed).unjudged(),
            str![[r#"
during-freeze: a gate `freeze`
outside-window: a gate `window`
direct-push: the custom of pull requests
unsigned: the custom of signing

"#]]
        );
    }

    #[test]
    fn without_an_order_nothing_is_skipped() {
        let unjudged = Bench::new("", &["0 web dev ->v1"]).unjudged();
        assert!(
            unjudged.contains("skipped-stage: stages in an order that write versions alike\n"),
            "{unjudged}"
        );
    }
}
