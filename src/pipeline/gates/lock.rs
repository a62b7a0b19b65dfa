//! `lock`: the stage and the app are not locked.

use super::GateInput;
use crate::config::gates::GateKind;
use crate::pipeline::ledger::Lock;
use crate::pipeline::time_text::{format_seconds, shell_argument};
use crate::pipeline::verdict::{GateAnswer, RuleOrigin, Verdict};
use jiff::tz::TimeZone;

pub(super) fn answer(case: &GateInput<'_>) -> GateAnswer {
    let locks =
        case.evidence.ledger.active_locks(case.question.history_end(), case.question.seconds());
    let (subject, stage) = (case.question.subject, case.question.stage);
    let here = locks.into_iter().filter(|lock| lock.applies_to(subject, stage));
    let answers = here.map(|lock| locked_answer(&lock));
    answers
        .reduce(GateAnswer::stricter)
        .unwrap_or_else(|| GateAnswer::open(GateKind::Lock, RuleOrigin::BuiltIn, "not locked"))
}

fn locked_answer(lock: &Lock<'_>) -> GateAnswer {
    let at = lock.event.time.as_second();
    let who = &lock.event.by.name;
    let until = lock
        .until
        .map(|until| format!(" until {}", format_seconds(until.as_second())))
        .unwrap_or_default();
    let now = match lock.now {
        [] => String::new(),
        names => format!(" (now {})", names.join(", ")),
    };
    let reason = format!("{}{now} is locked by {who}{until}: {}", lock.name(), lock.reason);
    let verdict = match lock.until {
        Some(until) => Verdict::Wait { until: until.to_zoned(TimeZone::UTC) },
        None => Verdict::Shut,
    };
    let all = if lock.app.is_none() && lock.stage.is_none() { " --all" } else { "" };
    let app = lock.current_app().map(|app| format!(" {}", shell_argument(app))).unwrap_or_default();
    let stage = lock
        .stage
        .map(|stage| format!(" --stage {}", shell_argument(stage.as_str())))
        .unwrap_or_default();
    GateAnswer::with_verdict(
        GateKind::Lock,
        RuleOrigin::Ledger(lock.event.id.clone()),
        verdict,
        reason,
    )
    .with_since(Some(at))
    .with_clear_command(format!("towpath unlock{app}{stage}{all}"))
}
