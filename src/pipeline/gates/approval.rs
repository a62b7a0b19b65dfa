//! `approval-after-failure` and `approvals`: a permitted person has approved this version.

use super::{GateInput, rule_origin};
use crate::config::gates::{ApprovalGate, Gate, GateKind, GateRule, Permission};
use crate::forge;
use crate::pipeline::ledger::Outcome;
use crate::pipeline::query::MoveDirection;
use crate::pipeline::time_text::{format_seconds, shell_argument};
use crate::pipeline::verdict::{GateAnswer, Verdict};
use std::collections::BTreeSet;

const KIND: GateKind = GateKind::Approval;

pub(super) fn answer(case: &GateInput<'_>, rule: &GateRule) -> Option<GateAnswer> {
    let Gate::Approval(approval) = &rule.gate else { return None };
    Some(match approval {
        ApprovalGate::Count(count) => {
            answer_for(case, rule, usize::try_from(*count).unwrap_or(usize::MAX), None)
        }
        ApprovalGate::AfterFailure => after_failure(case, rule),
    })
}

fn after_failure(case: &GateInput<'_>, rule: &GateRule) -> GateAnswer {
    let stage = case.question.stage;
    let open = |reason: String| GateAnswer::open(KIND, rule_origin(rule), reason);
    if case.question.purpose == MoveDirection::Back {
        return open("rollbacks need no approval".into());
    }
    let end = case.question.history_end();
    let last = case.cells.iter().filter_map(|cell| case.evidence.current_run(cell, end));
    let outcomes = last
        .filter_map(|landing| Some((landing, case.evidence.ledger.find_outcome(&landing, end)?)));
    let failed = outcomes.filter(|(_, (result, _))| *result == Outcome::Failed);
    match failed.max_by_key(|(_, (_, event))| event.time) {
        Some((landing, (_, event))) => {
            answer_for(case, rule, 1, Some((landing.version.to_string(), event.time.as_second())))
        }
        None => open(format!("the last deployment to {stage} did not fail")),
    }
}

fn answer_for(
    case: &GateInput<'_>,
    rule: &GateRule,
    needed: usize,
    failure: Option<(String, i64)>,
) -> GateAnswer {
    let after = failure.as_ref().map_or(i64::MIN, |(_, time)| *time);
    let people = permitted_approvers(case, after);
    let names = || people.iter().cloned().collect::<Vec<_>>().join(", ");
    if people.len() >= needed {
        return GateAnswer::open(KIND, rule_origin(rule), format!("approved by {}", names()));
    }
    let why = match &failure {
        Some((version, at)) => {
            format!("{version} failed at {}; approval required", format_seconds(*at))
        }
        None if people.is_empty() => format!("no approvals yet; {needed} required"),
        None => format!("{} of {needed} approvals: {}", people.len(), names()),
    };
    let why = match case.evidence.ledger.unproven_approvals(case.question) {
        0 => why,
        count => format!("{why}; {count} without a signature that counts"),
    };
    let why = match case.evidence.facts.find_reviews(case.question) {
        Ok(_) => why,
        Err(silence) => format!("{why}; cannot read reviews: {silence}"),
    };
    let version = shell_argument(&case.question.version.to_string());
    GateAnswer::with_verdict(KIND, rule_origin(rule), Verdict::NeedsApproval, why)
        .with_since(failure.map(|(_, at)| at))
        .with_clear_command(case.command_text(
            "approve",
            case.question.stage,
            &format!(" --version {version}"),
        ))
}

/// People who have approved and are permitted to, by ledger event or by review on the forge. A
/// person counts once, however their name is written.
fn permitted_approvers(case: &GateInput<'_>, after: i64) -> BTreeSet<String> {
    let mut people = Approvers { permissions: permissions(case), known: Vec::new() };
    for event in case.evidence.ledger.approvals(case.question) {
        if event.time.as_second() >= after {
            let entry = |permission: &Permission| event.entry_in(permission);
            people.add(&event.by.name, &entry, [&*event.by.name, &*event.by.email]);
        }
    }
    for review in case.evidence.facts.find_reviews(case.question).unwrap_or_default() {
        if review.verdict == forge::ReviewVerdict::Approved {
            let name = review.author.as_str();
            let entry = |permission: &Permission| permission.entry_of([name]).map(str::to_owned);
            people.add(name, &entry, [name, ""]);
        }
    }
    people.known.into_iter().map(|one| one.name).collect()
}

/// The permissions of the stage and of the owners of what would move. All of them have to name an
/// approver.
fn permissions<'c>(case: &GateInput<'c>) -> Vec<&'c Permission> {
    let pipeline = &case.evidence.config.pipeline;
    let (subject, stage) = (case.question.subject, case.question.stage);
    let components = case.cells.iter().map(|cell| cell.component.as_deref());
    let components = components.chain([subject.component.as_deref()]);
    let mut out: Vec<&Permission> = Vec::new();
    for component in components {
        let all = pipeline.permissions_for(stage, &subject.app, component);
        out.extend(all.into_iter().filter(|one| !out.contains(one)).collect::<Vec<_>>());
    }
    out
}

/// The people who have approved so far.
struct Approvers<'p> {
    permissions: Vec<&'p Permission>,
    known: Vec<Approver>,
}

/// A person, with what tells them apart from others, in lower case.
struct Approver {
    name: String,
    /// The entries of the permissions that name them, or else their name and address.
    marks: Vec<String>,
}

impl Approvers<'_> {
    /// Adds a person whom every permission names; `entry_in` returns its entry. `own` are their
    /// name and address, of which no two people share one.
    fn add(
        &mut self,
        name: &str,
        entry_in: &dyn Fn(&Permission) -> Option<String>,
        own: [&str; 2],
    ) {
        let entry =
            |permission: &&Permission| entry_in(permission).map(|entry| entry.to_lowercase());
        let Some(entries) = self.permissions.iter().map(entry).collect::<Option<Vec<_>>>() else {
            return;
        };
        let own = own.iter().filter(|word| !word.is_empty()).map(|word| word.to_lowercase());
        let marks: Vec<String> = if entries.is_empty() { own.collect() } else { entries };
        match self.known.iter_mut().find(|one| one.marks.iter().any(|mark| marks.contains(mark))) {
            Some(known) => known.marks.extend(marks),
            None => self.known.push(Approver { name: name.to_owned(), marks }),
        }
    }
}
