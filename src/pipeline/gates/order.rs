//! `order`: the version is or was what the stages right before run. No stage is skipped.

use super::{Case, place};
use crate::config::gates::{Gate, GateKind, Order};
use crate::model::{SlotKey, StageName, Version};
use crate::pipeline::evidence::Landing;
use crate::pipeline::question::Purpose;
use crate::pipeline::verdict::{Answer, Place};
use crate::pipeline::words::{argument, when};

pub(super) fn answer(case: &Case<'_>) -> Option<Answer> {
    let usual = Order::default();
    let (order, place) = match case.rules(GateKind::Order).last() {
        Some(rule) => match &rule.gate {
            Gate::Order(order) => (order, place(rule)),
            _ => return None,
        },
        None => (&usual, Place::BuiltIn),
    };
    let open = |reason: String| Some(Answer::open(GateKind::Order, place.clone(), reason));
    let (stage, version) = (case.question.stage, case.question.version);
    if case.before.is_empty() {
        return open(format!("nothing comes before {stage}"));
    }
    if case.question.purpose == Purpose::Back {
        return open(format!("{stage} has run {version} before"));
    }
    let answers = case.before.iter().map(|before| of_stage(case, order, before, place.clone()));
    answers.reduce(Answer::worse)
}

fn of_stage(case: &Case<'_>, order: &Order, before: &StageName, place: Place) -> Answer {
    let version = case.question.version;
    let found = case
        .evidence
        .sources(case.question, before)
        .into_iter()
        .filter_map(|slot| ran(case, order, slot));
    let newest = found.max_by_key(|landing| (landing.left.is_none(), landing.time));
    let Some(landing) = newest else {
        let app = argument(&case.question.subject.to_string());
        let clear = format!(
            "towpath deploy {app} {} --stage {}",
            argument(&version.to_string()),
            argument(before.as_str())
        );
        let never = case.never(GateKind::Order, place, before.as_str());
        return if never.clear.is_some() { never } else { never.clear(clear) };
    };
    let version = landing.version;
    let reason = match (landing.left, landing.time) {
        (Some(left), _) => format!("{before} ran {version} until {}", when(left)),
        (None, Some(time)) => format!("{before} runs {version} since {}", when(time)),
        (None, None) => format!("{before} runs {version}"),
    };
    Answer::open(GateKind::Order, place, reason).since(landing.time)
}

/// When the slot had the version; where the past is judged, a little later will do.
fn ran<'c>(case: &Case<'c>, order: &Order, slot: &'c SlotKey) -> Option<Landing<'c>> {
    let end = case.question.end().map(|end| end.saturating_add(order.tolerance));
    let course = case.evidence.course(slot, end);
    course.into_iter().find(|landing| is_same(order, landing.version, case.question.version))
}

fn is_same(order: &Order, one: &Version, other: &Version) -> bool {
    if order.rewrites.is_empty() || one.is_same(other) {
        return one.is_same(other);
    }
    match (&one.tag, &other.tag) {
        (Some(one), Some(other)) => rewritten(order, one) == rewritten(order, other),
        _ => false,
    }
}

fn rewritten(order: &Order, tag: &str) -> String {
    let replace = |tag: String, (regex, with): &(regex::Regex, String)| {
        regex.replace(&tag, with).into_owned()
    };
    order.rewrites.iter().fold(tag.to_owned(), replace)
}
