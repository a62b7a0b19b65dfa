//! `verified`: the version has passed in the previous stages, by the ledger, by checks on the
//! forge, or by a command.

use super::{GateInput, open_for_return, rule_origin, strictest_of_previous, target_suffix};
use crate::config::gates::{Gate, GateKind, GateRule, LiveRequirement, VerifiedBy, matches_glob};
use crate::forge::{CheckState, CommitCheck};
use crate::model::{CellKey, StageName};
use crate::pipeline::evidence::EvidenceRunPeriod;
use crate::pipeline::external_facts::ExternalAnswer;
use crate::pipeline::ledger::Outcome;
use crate::pipeline::live_evidence::{LiveTerms, LiveVerdict};
use crate::pipeline::query::MoveDirection;
use crate::pipeline::time_text::format_seconds;
use crate::pipeline::verdict::{GateAnswer, RuleOrigin, Verdict};
use jiff::Timestamp;
use jiff::tz::TimeZone;

const KIND: GateKind = GateKind::Verified;

pub(super) fn answer(case: &GateInput<'_>, rule: &GateRule) -> Option<GateAnswer> {
    let Gate::Verified(verified) = &rule.gate else { return None };
    if case.question.purpose == MoveDirection::Back {
        return Some(open_for_return(case, KIND, rule));
    }
    if let VerifiedBy::Command(call) = &verified.by {
        return Some(by_command(case, rule, call.argv.first().map_or("", String::as_str)));
    }
    let stages = case.stages(&verified.stages);
    let waves = if verified.stages.is_empty() {
        case.evidence.wave_before(case.question)
    } else {
        Vec::new()
    };
    let answers = stages.iter().map(|stage| in_stage(case, rule, &verified.by, stage));
    let answers =
        answers.chain(waves.into_iter().map(|cell| in_wave(case, rule, &verified.by, cell)));
    Some(strictest_of_previous(case, KIND, rule, answers))
}

fn by_command(case: &GateInput<'_>, rule: &GateRule, program: &str) -> GateAnswer {
    match case.evidence.facts.find_answer(rule.line, case.question) {
        Some(ExternalAnswer::Open) => {
            GateAnswer::open(KIND, rule_origin(rule), format!("`{program}` reports a pass"))
        }
        Some(ExternalAnswer::Shut(reason)) => GateAnswer::shut(KIND, rule_origin(rule), reason),
        Some(ExternalAnswer::NoAnswer(why)) => {
            GateAnswer::shut(KIND, rule_origin(rule), format!("no answer from `{program}`: {why}"))
        }
        None => GateAnswer::shut(
            KIND,
            rule_origin(rule),
            format!("`{program}` was not run; it cannot be checked for a past time"),
        ),
    }
}

fn in_stage(
    case: &GateInput<'_>,
    rule: &GateRule,
    by: &VerifiedBy,
    stage: &StageName,
) -> GateAnswer {
    let landings = case.newest_runs(stage);
    let one = |landing: &EvidenceRunPeriod<'_>| of_landing(case, rule, by, landing);
    let never = || case.never_ran_answer(KIND, rule_origin(rule), stage.as_str());
    landings.iter().map(one).reduce(GateAnswer::stricter).unwrap_or_else(never)
}

/// Within a stage a later wave is verified by the wave before.
fn in_wave(case: &GateInput<'_>, rule: &GateRule, by: &VerifiedBy, cell: &CellKey) -> GateAnswer {
    let version = case.question.version;
    let course = case.evidence.run_periods(cell, case.question.history_end());
    let newest = course.iter().find(|landing| landing.version.is_same(version));
    let never = || {
        case.never_ran_answer(
            KIND,
            rule_origin(rule),
            &format!("{}{}", cell.stage, target_suffix(cell)),
        )
    };
    newest.map_or_else(never, |landing| of_landing(case, rule, by, landing))
}

fn of_landing(
    case: &GateInput<'_>,
    rule: &GateRule,
    by: &VerifiedBy,
    landing: &EvidenceRunPeriod<'_>,
) -> GateAnswer {
    match by {
        VerifiedBy::Checks(pattern) => by_checks(case, landing, pattern, rule_origin(rule)),
        VerifiedBy::Live(terms) => by_live(case, landing, *terms, rule_origin(rule)),
        _ => by_ledger(case, landing, rule_origin(rule)),
    }
}

fn by_ledger(
    case: &GateInput<'_>,
    landing: &EvidenceRunPeriod<'_>,
    place: RuleOrigin,
) -> GateAnswer {
    let (version, stage) =
        (landing.version, format!("{}{}", landing.cell.stage, target_suffix(landing.cell)));
    let record = || case.record_command(landing.cell, "passed");
    match case.evidence.ledger.find_outcome(landing, case.question.history_end()) {
        Some((Outcome::Passed, event)) => {
            let at = event.time.as_second();
            GateAnswer::open(
                KIND,
                place,
                format!("{version} passed in {stage} at {}", format_seconds(at)),
            )
            .with_since(Some(at))
        }
        Some((Outcome::Failed, event)) => {
            let at = event.time.as_second();
            let reason = format!("{version} failed in {stage} at {}", format_seconds(at));
            GateAnswer::shut(KIND, place, reason).with_since(Some(at)).with_clear_command(record())
        }
        None => {
            let reason = format!("{version} has no recorded outcome in {stage}");
            GateAnswer::shut(KIND, place, reason)
                .with_since(landing.time)
                .with_clear_command(record())
        }
    }
}

/// An outcome in the ledger counts; it is all that is left of a run that is over. Without one, what
/// the witnesses see now decides.
fn by_live(
    case: &GateInput<'_>,
    landing: &EvidenceRunPeriod<'_>,
    terms: LiveRequirement,
    place: RuleOrigin,
) -> GateAnswer {
    let recorded = case.evidence.ledger.find_outcome(landing, case.question.history_end());
    if recorded.is_some() {
        return by_ledger(case, landing, place);
    }
    let name =
        format!("{} in {}{}", landing.version, landing.cell.stage, target_suffix(landing.cell));
    let shut = |reason: &str| {
        GateAnswer::shut(KIND, place.clone(), format!("{name}: {reason}")).with_since(landing.time)
    };
    let Some(seen) = case.evidence.facts.live.get(landing.cell) else {
        return shut("no witness was asked, and no outcome is recorded");
    };
    let LiveRequirement { well_for, unwell_for } = terms;
    match seen.judge(landing, LiveTerms { well_for, unwell_for }) {
        LiveVerdict::Decided { outcome: Outcome::Passed, since, reason } => {
            GateAnswer::open(KIND, place, format!("{name}: {reason}")).with_since(Some(since))
        }
        LiveVerdict::Decided { reason, .. } => shut(&format!("failed, {reason}")),
        LiveVerdict::Wait { until, reason } => match Timestamp::from_second(until) {
            Ok(until) => {
                let verdict = Verdict::Wait { until: until.to_zoned(TimeZone::UTC) };
                GateAnswer::with_verdict(KIND, place, verdict, format!("{name}: {reason}"))
            }
            Err(_) => shut(&reason),
        },
        LiveVerdict::Unknown(reason) => shut(&reason),
    }
}

fn by_checks(
    case: &GateInput<'_>,
    landing: &EvidenceRunPeriod<'_>,
    pattern: &str,
    place: RuleOrigin,
) -> GateAnswer {
    let stage = &landing.cell.stage;
    let known = landing.commit.and_then(|commit| case.evidence.facts.checks.get(&commit));
    let checks = match known {
        Some(Ok(checks)) => checks,
        Some(Err(why)) => {
            return GateAnswer::shut(KIND, place, format!("no answer from the forge: {why}"));
        }
        None => {
            return GateAnswer::shut(
                KIND,
                place,
                format!("the checks of {stage}'s deployment were not read"),
            );
        }
    };
    let fitting: Vec<&CommitCheck> =
        checks.iter().filter(|check| matches_glob(pattern, &check.name)).collect();
    let first = |state: CheckState| fitting.iter().find(|check| check.state == state);
    let shut =
        |reason: String| GateAnswer::shut(KIND, place.clone(), reason).with_since(landing.time);
    if let Some(check) = first(CheckState::Failed) {
        return shut(format!("check {} of {stage}'s deployment failed", check.name));
    }
    if let Some(check) = first(CheckState::Pending) {
        return shut(format!("check {} of {stage}'s deployment is pending", check.name));
    }
    match first(CheckState::Passed) {
        Some(check) => GateAnswer::open(
            KIND,
            place,
            format!("check {} of {stage}'s deployment passed", check.name),
        ),
        None => shut(format!("{stage}'s deployment has no passed check that matches `{pattern}`")),
    }
}
