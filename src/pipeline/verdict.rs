//! What a gate answers, and what all of them come to.

use crate::config::gates::GateKind;
use jiff::Zoned;

/// May it be done?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Open,
    /// By itself at this time, in the time zone of the rule.
    Wait {
        until: Zoned,
    },
    /// Somebody has to say yes.
    NeedsApproval,
    Shut,
}

impl Verdict {
    /// The word used in tables and JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Verdict::Open => "open",
            Verdict::Wait { .. } => "wait",
            Verdict::NeedsApproval => "needs-approval",
            Verdict::Shut => "shut",
        }
    }

    /// Is it?
    pub fn is_open(&self) -> bool {
        *self == Verdict::Open
    }

    /// May it be proposed, at least? What is shut may not.
    pub fn may_be_proposed(&self) -> bool {
        *self != Verdict::Shut
    }

    /// The higher, the more has to happen before it opens.
    fn weight(&self) -> u8 {
        match self {
            Verdict::Open => 0,
            Verdict::Wait { .. } => 1,
            Verdict::NeedsApproval => 2,
            Verdict::Shut => 3,
        }
    }
}

/// Where a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleOrigin {
    /// It holds unless somebody says otherwise.
    BuiltIn,
    /// A line of `towpath.yaml`.
    Config(u32),
    /// An event of the ledger, by its id.
    Ledger(String),
}

/// What one gate answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateAnswer {
    pub gate: GateKind,
    pub verdict: Verdict,
    /// Why, in half a sentence.
    pub reason: String,
    /// Since when that is so, in seconds since 1970, where something says it.
    pub since: Option<i64>,
    pub place: RuleOrigin,
    /// The command that would clear it.
    pub clear: Option<String>,
}

impl GateAnswer {
    /// An open gate.
    pub fn open(gate: GateKind, place: RuleOrigin, reason: impl Into<String>) -> Self {
        GateAnswer {
            gate,
            verdict: Verdict::Open,
            reason: reason.into(),
            since: None,
            place,
            clear: None,
        }
    }

    /// A gate that is not open.
    pub fn with_verdict(
        gate: GateKind,
        place: RuleOrigin,
        verdict: Verdict,
        reason: impl Into<String>,
    ) -> Self {
        GateAnswer { verdict, ..GateAnswer::open(gate, place, reason) }
    }

    /// A gate that is shut.
    pub fn shut(gate: GateKind, place: RuleOrigin, reason: impl Into<String>) -> Self {
        GateAnswer::with_verdict(gate, place, Verdict::Shut, reason)
    }

    /// The same since a moment.
    pub fn with_since(self, since: Option<i64>) -> Self {
        GateAnswer { since, ..self }
    }

    /// The same with the command that would clear it.
    pub fn with_clear_command(self, clear: impl Into<String>) -> Self {
        GateAnswer { clear: Some(clear.into()), ..self }
    }

    /// The one that weighs more; of two that weigh the same, the first.
    pub(super) fn stricter(self, other: GateAnswer) -> Self {
        if other.verdict.weight() > self.verdict.weight() { other } else { self }
    }
}

/// Somebody has broken the glass for this very deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlassOverride {
    /// Of the event in the ledger.
    pub id: String,
    pub by: String,
    pub reason: String,
    /// In seconds since 1970.
    pub until: i64,
}

/// All answers to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// In the order of [`GateKind::ALL`].
    pub answers: Vec<GateAnswer>,
    /// What the gates come to. `Wait` is until the first moment at which none of them waits.
    pub verdict: Verdict,
    pub broken: Option<BreakGlassOverride>,
}

impl Judgement {
    /// The gates that are not open.
    pub fn closed_gates(&self) -> impl Iterator<Item = &GateAnswer> {
        self.answers.iter().filter(|answer| !answer.verdict.is_open())
    }

    /// May it be done now? The glass may have been broken for it.
    pub fn is_allowed(&self) -> bool {
        self.verdict.is_open() || self.broken.is_some()
    }

    /// May it be proposed?
    pub fn allows_proposal(&self) -> bool {
        self.verdict.may_be_proposed() || self.broken.is_some()
    }

    /// The heaviest verdict.
    pub(super) fn strictest_verdict(answers: &[GateAnswer]) -> Verdict {
        let heaviest =
            answers.iter().map(|answer| &answer.verdict).max_by_key(|verdict| verdict.weight());
        heaviest.cloned().unwrap_or(Verdict::Open)
    }
}
