//! `lock`: nobody has locked this stage or app.

use super::Case;
use crate::config::gates::GateKind;
use crate::pipeline::ledger::Lock;
use crate::pipeline::verdict::{Answer, Place, Verdict};
use crate::pipeline::words::{argument, when};
use jiff::tz::TimeZone;

pub(super) fn answer(case: &Case<'_>) -> Answer {
    let locks = case.evidence.ledger.locks(case.question.end(), case.question.seconds());
    let (subject, stage) = (case.question.subject, case.question.stage);
    let here = locks.into_iter().filter(|lock| lock.covers(subject, stage));
    let answers = here.map(|lock| of(&lock));
    answers
        .reduce(Answer::worse)
        .unwrap_or_else(|| Answer::open(GateKind::Lock, Place::BuiltIn, "nobody has locked it"))
}

fn of(lock: &Lock<'_>) -> Answer {
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
    Answer::other(GateKind::Lock, Place::Ledger(lock.event.id.clone()), verdict, reason)
        .since(Some(at))
        .clear(format!("towpath unlock{app}{stage}{all}"))
}
