//! One thing that a rule found, and the name it keeps.

use super::rules::AuditRule;
use crate::git::Oid;
use crate::history::Deployment;
use crate::model::{CellKey, Version};
use std::collections::BTreeSet;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Worth a look.
    Medium,
    /// The order or the permissions were broken.
    High,
}

impl Severity {
    /// All of them, the lightest first.
    pub const ALL: [Severity; 3] = [Severity::Low, Severity::Medium, Severity::High];

    /// The word used in help, tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
        }
    }
}

/// What a rule found.
#[derive(Debug, Clone)]
pub struct Finding {
    pub rule: &'static AuditRule,
    /// The rule's own, unless this one matters less.
    pub severity: Severity,
    /// The cells it is about; all of one app and stage. Empty: about something else.
    pub slots: Vec<CellKey>,
    pub version: Option<Version>,
    /// The mainline commit that did it; `None` for what stands there now.
    pub commit: Option<Oid>,
    /// In seconds since 1970.
    pub time: Option<i64>,
    pub path: Option<String>,
    /// 1-based.
    pub line: Option<u32>,
    /// What tells it from others of the same rule, cells and commit: an event of the ledger.
    pub event: Option<String>,
    /// A sentence without its end.
    pub message: String,
}

impl Finding {
    /// What a deployment did.
    pub fn from_deployment(
        rule: &'static AuditRule,
        deployment: &Deployment<'_>,
        message: impl Into<String>,
    ) -> Self {
        Finding {
            slots: vec![deployment.slot.clone()],
            version: deployment.to.map(|to| to.version.clone()),
            commit: Some(deployment.commit),
            time: Some(deployment.time),
            path: Some(deployment.path.to_owned()),
            ..Finding::from_message(rule, message)
        }
    }

    /// What nothing else is known of.
    pub fn from_message(rule: &'static AuditRule, message: impl Into<String>) -> Self {
        Finding {
            rule,
            severity: rule.severity,
            slots: Vec::new(),
            version: None,
            commit: None,
            time: None,
            path: None,
            line: None,
            event: None,
            message: message.into(),
        }
    }

    /// The name it keeps, whatever else is found and however it is worded: made of rule, app, stage,
    /// targets and commit, or of the event.
    pub fn id(&self) -> String {
        let of_slot = |slot: &CellKey| {
            let target = slot.target.as_ref().map(ToString::to_string).unwrap_or_default();
            [
                slot.app.to_string(),
                slot.component.clone().unwrap_or_default(),
                slot.stage.to_string(),
                target,
            ]
        };
        // An event keeps its name when its app gets another image.
        let slots = self.slots.iter().filter(|_| self.event.is_none());
        let slots: BTreeSet<[String; 4]> = slots.map(of_slot).collect();
        let rest = [self.commit.map(|commit| commit.to_string()), self.event.clone()];
        let parts = std::iter::once(self.rule.id.to_owned()).chain(slots.into_iter().flatten());
        let whole: Vec<String> =
            parts.chain(rest.into_iter().map(Option::unwrap_or_default)).collect();
        format!("{:016x}", fingerprint(whole.join("\n").as_bytes()))
    }

    /// The newest first, then by cell.
    pub(super) fn sort_key(&self) -> (std::cmp::Reverse<Option<i64>>, Option<CellKey>) {
        (std::cmp::Reverse(self.time), self.slots.first().cloned())
    }
}

/// FNV-1a, 64 bit: the same in every version of the program.
fn fingerprint(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    /// The vectors of the FNV authors.
    #[test]
    fn ids_are_fnv() {
        assert_eq!(fingerprint(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fingerprint(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
