//! Answers for other programs: Atom feeds, the calendar, annotations of Grafana, and measurements.

use super::api::{
    APP, AnswerFormat, KIND, RenderedAnswer, STAGE, SubjectDescription, WebEndpoint, WebQuestion,
    for_a_minute, optional,
};
use super::pages::{escape_pattern, frame};
use super::parameters::{ParameterDescription, ParameterKind, QueryParameters};
use crate::ops::calendar::calendar;
use crate::ops::deployments::selection::{SelectionQuery, WindowQuery};
use crate::ops::error::Failure;
use crate::ops::history::{HistoryQuery, read_page};
use crate::ops::measurements::measure;
use crate::ops::session::Session;
use crate::report::json::AnnotationJson;
use crate::ui;
use crate::ui::pages::site::PageLinks;
use std::time::Duration;

/// The entries of a feed.
const ENTRIES: usize = 50;
/// The annotations in one answer.
const ANNOTATIONS: usize = 1000;

const FROM: ParameterDescription = optional(
    "from",
    ParameterKind::Text,
    "the start: milliseconds since 1970 or a time, as Grafana's `${__from}`",
);
const TO: ParameterDescription =
    optional("to", ParameterKind::Text, "the end, not included, written the same");

fn always(_: &QueryParameters) -> Option<Duration> {
    None
}

/// The feeds.
pub static FEEDS: [WebEndpoint; 3] = [
    WebEndpoint {
        path: "/feeds/all.atom",
        subject: None,
        summary: "The newest deployments",
        parameters: &[&KIND],
        format: AnswerFormat::Text(ui::ATOM),
        holds: always,
        answer: whole_feed,
    },
    WebEndpoint {
        path: "/feeds/apps",
        subject: Some(SubjectDescription { name: "app", about: "an app, or `app/component`" }),
        summary: "The newest deployments of an app",
        parameters: &[&KIND],
        format: AnswerFormat::Text(ui::ATOM),
        holds: always,
        answer: app_feed,
    },
    WebEndpoint {
        path: "/feeds/stages",
        subject: Some(SubjectDescription { name: "stage", about: "a stage" }),
        summary: "The newest deployments to a stage",
        parameters: &[&KIND],
        format: AnswerFormat::Text(ui::ATOM),
        holds: always,
        answer: stage_feed,
    },
];

/// Freezes and opening hours.
pub static CALENDAR: WebEndpoint = WebEndpoint {
    path: "/calendar.ics",
    subject: None,
    summary: "The freezes and opening hours of the stages, as an iCalendar",
    parameters: &[],
    format: AnswerFormat::Text(ui::ICALENDAR),
    holds: always,
    answer: whole_calendar,
};

/// The annotations of a dashboard.
pub static GRAFANA: WebEndpoint = WebEndpoint {
    path: "/grafana/annotations",
    subject: None,
    summary: "Deployments as annotations",
    parameters: &[&FROM, &TO, &APP, &STAGE, &KIND],
    format: AnswerFormat::Text("application/json"),
    holds: always,
    answer: annotations,
};

/// The measurements of the repository; the router adds those of the server.
pub static MEASUREMENTS: WebEndpoint = WebEndpoint {
    path: "/metrics",
    subject: None,
    summary: "Measurements, in the form of OpenMetrics",
    parameters: &[],
    format: AnswerFormat::Text(ui::OPENMETRICS),
    holds: for_a_minute,
    answer: measurements,
};

type TextResult = Result<RenderedAnswer, Failure>;

fn whole_feed(question: &WebQuestion<'_>, session: &Session) -> TextResult {
    let query = HistoryQuery::default();
    feed(question, session, query, ("Deployments", "/feeds/all.atom"))
}

fn app_feed(question: &WebQuestion<'_>, session: &Session) -> TextResult {
    let app = question.subject.unwrap_or_default();
    let path = PageLinks::Below("").app(app);
    let query = HistoryQuery { apps: vec![app.to_owned()], ..HistoryQuery::default() };
    feed(question, session, query, (&format!("Deployments of {app}"), &format!("/feeds{path}")))
}

fn stage_feed(question: &WebQuestion<'_>, session: &Session) -> TextResult {
    let stage = question.subject.unwrap_or_default();
    let path = PageLinks::Below("").stage(stage);
    let selection = SelectionQuery { apps: Vec::new(), stages: vec![escape_pattern(stage)] };
    let query = HistoryQuery { selection, ..HistoryQuery::default() };
    feed(question, session, query, (&format!("Deployments to {stage}"), &format!("/feeds{path}")))
}

fn feed(
    question: &WebQuestion<'_>,
    session: &Session,
    query: HistoryQuery,
    named: (&str, &str),
) -> TextResult {
    let kinds = question.parameters.kinds();
    let page = read_page(&HistoryQuery { limit: Some(ENTRIES), kinds, ..query }, session)?;
    let frame = frame(question, session);
    let (title, path) = named;
    let path = question.links.served(path).unwrap_or_else(|| path.to_owned());
    Ok(ui::render_feed(&frame, (title, &path), &page.history.deployments).into())
}

fn whole_calendar(_: &WebQuestion<'_>, session: &Session) -> TextResult {
    Ok(ui::render_calendar(&calendar(session)?).into())
}

fn annotations(question: &WebQuestion<'_>, session: &Session) -> TextResult {
    let parameters = question.parameters;
    let end = |name: &str| parameters.text(name).map(|text| time_text(&text));
    let query = HistoryQuery {
        selection: parameters.selection(),
        window: WindowQuery { since: end("from"), until: end("to") },
        kinds: parameters.kinds(),
        limit: Some(ANNOTATIONS),
        ..HistoryQuery::default()
    };
    let page = read_page(&query, session)?;
    if page.next.is_some() {
        session.note(&format!("showing the newest {ANNOTATIONS}"));
    }
    let deployments = page.history.deployments.iter();
    let list: Vec<AnnotationJson> = deployments.map(AnnotationJson::from).collect();
    Ok((ui::to_json(&list) + "\n").into())
}

/// Milliseconds since 1970 as a time; any other text stays.
fn time_text(text: &str) -> String {
    let time = text.parse().ok().and_then(|number| jiff::Timestamp::from_millisecond(number).ok());
    time.map_or_else(|| text.to_owned(), |time| time.to_string())
}

fn measurements(_: &WebQuestion<'_>, session: &Session) -> TextResult {
    Ok(ui::render_measurements(&measure(session)?).into())
}
