//! `lock`: nobody has locked this stage or app.

use super::GateInput;
use crate::config::gates::GateKind;
use crate::pipeline::ledger::Lock;
use crate::pipeline::verdict::{GateAnswer, RuleOrigin, Verdict};
use crate::pipeline::words::{argument, when};
use jiff::tz::TimeZone;

pub(super) fn answer(case: &GateInput<'_>) -> GateAnswer {
    let locks = case.evidence.ledger.locks(case.question.end(), case.question.seconds());
    let (subject, stage) = (case.question.subject, case.question.stage);
    let here = locks.into_iter().filter(|lock| lock.covers(subject, stage));
    let answers = here.map(|lock| of(&lock));
    answers.reduce(GateAnswer::worse).unwrap_or_else(|| {
        GateAnswer::open(GateKind::Lock, RuleOrigin::BuiltIn, "nobody has locked it")
    })
}

fn of(lock: &Lock<'_>) -> GateAnswer {
    let at = lock.event.time.as_second();
    let who = &lock.event.by.name;
    let until =
        lock.until.map(|until| format!(" until {}", when(until.as_second()))).unwrap_or_default();
    let reason = format!("{who} has locked {}{until}: {}", lock.name(), lock.reason);
    let verdict = match lock.until {
        Some(until) => Verdict::Wait { until: until.to_zoned(TimeZone::UTC) },
        None => Verdict::Shut,
    };
    let all = if lock.app.is_none() && lock.stage.is_none() { " --all" } else { "" };
    let app = lock.app.map(|app| format!(" {}", argument(app))).unwrap_or_default();
    let stage = lock
        .stage
        .map(|stage| format!(" --stage {}", argument(stage.as_str())))
        .unwrap_or_default();
    GateAnswer::other(GateKind::Lock, RuleOrigin::Ledger(lock.event.id.clone()), verdict, reason)
        .since(Some(at))
        .clear(format!("towpath unlock{app}{stage}{all}"))
}
