//! The commit status `towpath/gates` on the heads of proposals.

use crate::forge::{
    CheckState, CommitCheck, Forge, ForgeError, ForgeFeature, Proposal, truncate_text,
};
use crate::git::Oid;
use crate::ops::session::Session;
use crate::pipeline::Verdict;
use crate::report::GateReport;

/// Name of the commit status.
const STATUS: &str = "towpath/gates";

/// Sets the status on the head, unless it is there already. A failure is a caution: the next run
/// sets it.
pub fn set_gate_status(
    forge: &dyn Forge,
    proposal: &Proposal,
    head: Oid,
    judged: &[GateReport],
    session: &Session,
) {
    if forge.missing_features().contains(&ForgeFeature::Checks) {
        return;
    }
    if let Err(error) = update_status(forge, proposal, head, judged) {
        session.caution(&format!(
            "cannot set the status `{STATUS}` of pull request {}: {error}",
            proposal.number
        ));
        if let Some(hint) = error.hint() {
            session.hint(&hint);
        }
    }
}

fn update_status(
    forge: &dyn Forge,
    proposal: &Proposal,
    head: Oid,
    judged: &[GateReport],
) -> Result<(), ForgeError> {
    let limit = forge.kind().text_limits().description;
    let wanted = CommitCheck {
        name: STATUS.into(),
        state: check_state(judged),
        description: truncate_text(&closed_gate_reasons(judged), limit),
        url: Some(proposal.url.clone()).filter(|url| !url.is_empty()),
    };
    let head = head.to_string();
    let there = match forge.find_status(&head, STATUS) {
        // Some tokens may set statuses, and not read them.
        Err(ForgeError::NotFound { .. } | ForgeError::Forbidden { .. }) => None,
        there => there?,
    };
    let is_same = there.is_some_and(|there| {
        there.state == wanted.state && there.description.trim() == wanted.description.trim()
    });
    if is_same { Ok(()) } else { forge.set_check(&head, &wanted) }
}

fn check_state(judged: &[GateReport]) -> CheckState {
    let is_stopped = |one: &&GateReport| !one.is_allowed();
    let worst = judged.iter().filter(is_stopped).map(|one| &one.judgement.verdict);
    match worst.reduce(|one, other| if *other == Verdict::Shut { other } else { one }) {
        None => CheckState::Passed,
        Some(Verdict::Shut) => CheckState::Failed,
        Some(_) => CheckState::Pending,
    }
}

/// The reasons of the gates that are not open, in one line.
pub fn closed_gate_reasons(judged: &[GateReport]) -> String {
    let closed = judged.iter().flat_map(|one| one.judgement.closed_gates());
    let mut reasons: Vec<String> = Vec::new();
    for answer in closed {
        let reason = format!("{}: {}", answer.gate, answer.reason);
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    if reasons.is_empty() { "every gate is open".into() } else { reasons.join("; ") }
}
