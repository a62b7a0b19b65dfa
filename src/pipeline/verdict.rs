//! The answer of a gate, and the judgement of all gates.

use crate::config::gates::GateKind;
use jiff::Zoned;

/// A gate's verdict, or that of all gates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Open,
    /// Opens by itself at this time, in the time zone of the rule.
    Wait {
        until: Zoned,
    },
    /// Needs an approval.
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

    /// True for `Open`.
    pub fn is_open(&self) -> bool {
        *self == Verdict::Open
    }

    /// True for anything but `Shut`: it may at least be proposed.
    pub fn may_be_proposed(&self) -> bool {
        *self != Verdict::Shut
    }

    /// Rank by which the strictest verdict is found.
    fn weight(&self) -> u8 {
        match self {
            Verdict::Open => 0,
            Verdict::Wait { .. } => 1,
            Verdict::NeedsApproval => 2,
            Verdict::Shut => 3,
        }
    }
}

/// Origin of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleOrigin {
    /// A default that the configuration may replace.
    BuiltIn,
    /// A line of `towpath.yaml`.
    Config(u32),
    /// An event of the ledger, by id.
    Ledger(String),
}

/// The answer of one gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateAnswer {
    pub gate: GateKind,
    pub verdict: Verdict,
    /// Reason, as a short phrase.
    pub reason: String,
    /// Time since which the answer holds, in seconds since 1970, if known.
    pub since: Option<i64>,
    pub place: RuleOrigin,
    /// Command that would open the gate.
    pub clear: Option<String>,
}

impl GateAnswer {
    /// Creates the answer of an open gate.
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

    /// Creates an answer with a verdict.
    pub fn with_verdict(
        gate: GateKind,
        place: RuleOrigin,
        verdict: Verdict,
        reason: impl Into<String>,
    ) -> Self {
        GateAnswer { verdict, ..GateAnswer::open(gate, place, reason) }
    }

    /// Creates the answer of a shut gate.
    pub fn shut(gate: GateKind, place: RuleOrigin, reason: impl Into<String>) -> Self {
        GateAnswer::with_verdict(gate, place, Verdict::Shut, reason)
    }

    /// Sets the time since which the answer holds.
    pub fn with_since(self, since: Option<i64>) -> Self {
        GateAnswer { since, ..self }
    }

    /// Sets the command that would open the gate.
    pub fn with_clear_command(self, clear: impl Into<String>) -> Self {
        GateAnswer { clear: Some(clear.into()), ..self }
    }

    /// Returns the stricter of two answers; if equal, `self`.
    pub(super) fn stricter(self, other: GateAnswer) -> Self {
        if other.verdict.weight() > self.verdict.weight() { other } else { self }
    }
}

/// An active break-glass override for this deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlassOverride {
    /// Id of the ledger event.
    pub id: String,
    pub by: String,
    pub reason: String,
    /// End of validity, in seconds since 1970.
    pub until: i64,
}

/// All answers to one query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// In the order of [`GateKind::ALL`].
    pub answers: Vec<GateAnswer>,
    /// Combined verdict. `Wait` is until the first time at which no gate waits.
    pub verdict: Verdict,
    pub broken: Option<BreakGlassOverride>,
}

impl Judgement {
    /// Gates that are not open.
    pub fn closed_gates(&self) -> impl Iterator<Item = &GateAnswer> {
        self.answers.iter().filter(|answer| !answer.verdict.is_open())
    }

    /// True if all gates are open or overridden.
    pub fn is_allowed(&self) -> bool {
        self.verdict.is_open() || self.broken.is_some()
    }

    /// True if the move may be proposed.
    pub fn allows_proposal(&self) -> bool {
        self.verdict.may_be_proposed() || self.broken.is_some()
    }

    /// The strictest verdict; `Open` without answers.
    pub(super) fn strictest_verdict(answers: &[GateAnswer]) -> Verdict {
        let heaviest =
            answers.iter().map(|answer| &answer.verdict).max_by_key(|verdict| verdict.weight());
        heaviest.cloned().unwrap_or(Verdict::Open)
    }
}
