//! What the history says about the order of the stages.

use super::StageName;
use serde::{Deserialize, Serialize};

/// What the newest commits say about two stages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderEvidence {
    pub before: StageName,
    pub after: StageName,
    /// Number of versions that `before` had in an earlier commit than `after`.
    pub first: usize,
    /// Number of versions that both had, where one of them was earlier.
    pub decided: usize,
}

/// What the newest commits say about the stages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnedOrder {
    /// The pairs that they decide.
    pub decided: Vec<OrderEvidence>,
    /// Stages that get most versions in one commit. Words or a few versions may say which comes
    /// first, but no rule judges by it.
    pub together: Vec<(StageName, StageName)>,
    /// Stages in which nothing has moved for long, while the others moved. They are in no order.
    pub stale: Vec<StageName>,
}

impl LearnedOrder {
    /// The evidence that one stage comes before another.
    pub fn evidence(&self, before: &StageName, after: &StageName) -> Option<&OrderEvidence> {
        self.decided.iter().find(|pair| pair.before == *before && pair.after == *after)
    }
}
