//! The pages: the same questions as those of the API, answered as HTML.

use super::api::{
    APP, AT, AUTHOR, AnswerFormat, CURSOR, KIND, RenderedAnswer, SINCE, STAGE, SubjectDescription,
    TOLERANCE, UNTIL, VERSION, WebEndpoint, WebQuestion, for_a_minute, unless_times_are_named,
};
use super::parameters::{ParameterDescription, ParameterKind, QueryParameters};
use crate::history::MERGE_TOLERANCE;
use crate::ops::audit::{AuditQuery, audit};
use crate::ops::deployments::selection::{SelectionQuery, WindowQuery};
use crate::ops::error::{Failure, FailureKind};
use crate::ops::history::{HistoryQuery, read_page};
use crate::ops::metrics::{MetricsQuery, metrics};
use crate::ops::session::Session;
use crate::ops::status::{StatusQuery, status};
use crate::ops::trace::trace;
use crate::ui::AuditDetail;
use crate::ui::pages::render_audit_page;
use crate::ui::pages::site::{
    HistoryForm, MatrixFilters, PageFrame, PlacesPage, render_dora_page, render_history_page,
    render_matrix_page, render_places_page, render_trace_page, weekly_chart_html,
};

/// The deployments on the page of a history, and on that of an app or a stage.
const LONG_LIST: usize = 100;
const SHORT_LIST: usize = 50;
/// The period of charts.
const CHART_PERIOD: &str = "364 days ago";

const DIFFERS: ParameterDescription = ParameterDescription {
    name: "differs",
    kind: ParameterKind::Flag,
    about: "only rows in which a stage differs from the previous one",
    required: false,
    pattern: None,
};

/// The pages.
pub static PAGES: [WebEndpoint; 7] = [
    WebEndpoint {
        path: "/",
        subject: None,
        summary: "What runs where",
        parameters: &[&APP, &STAGE, &AT, &DIFFERS],
        format: AnswerFormat::Html,
        holds: for_a_minute,
        answer: matrix_page,
    },
    WebEndpoint {
        path: "/apps",
        subject: Some(SubjectDescription { name: "app", about: "an app, or `app/component`" }),
        summary: "One app: where it runs, and its deployments",
        parameters: &[&CURSOR],
        format: AnswerFormat::Html,
        holds: for_a_minute,
        answer: app_page,
    },
    WebEndpoint {
        path: "/stages",
        subject: Some(SubjectDescription { name: "stage", about: "a stage" }),
        summary: "One stage: what it runs, and its deployments",
        parameters: &[&CURSOR],
        format: AnswerFormat::Html,
        holds: for_a_minute,
        answer: stage_page,
    },
    WebEndpoint {
        path: "/versions",
        subject: Some(SubjectDescription { name: "version", about: "a version, or `app@version`" }),
        summary: "The way of a version through the stages",
        parameters: &[],
        format: AnswerFormat::Html,
        holds: for_a_minute,
        answer: version_page,
    },
    WebEndpoint {
        path: "/history",
        subject: None,
        summary: "What was deployed when, where, and by whom",
        parameters: &[&APP, &STAGE, &SINCE, &UNTIL, &AUTHOR, &VERSION, &KIND, &CURSOR],
        format: AnswerFormat::Html,
        holds: unless_times_are_named,
        answer: history_page,
    },
    WebEndpoint {
        path: "/dora",
        subject: None,
        summary: "The DORA metrics",
        parameters: &[&APP, &STAGE, &SINCE, &UNTIL, &TOLERANCE],
        format: AnswerFormat::Html,
        holds: for_a_minute,
        answer: dora_page,
    },
    WebEndpoint {
        path: "/audit",
        subject: None,
        summary: "The audit",
        parameters: &[&APP, &STAGE, &SINCE, &UNTIL, &TOLERANCE],
        format: AnswerFormat::Html,
        holds: for_a_minute,
        answer: audit_page,
    },
];

type PageResult = Result<RenderedAnswer, Failure>;

/// The frame of the pages about the state of a question.
pub fn frame(question: &WebQuestion<'_>, session: &Session) -> PageFrame {
    let state = question.state;
    PageFrame {
        repository: state.repository.clone(),
        branch: state.branch.clone(),
        revision: state.revision.clone(),
        time: state.time,
        place: state.place.clone(),
        links: question.links,
        now: session.now(),
        notices: question.notices.texts(),
    }
}

/// The text of a field, as a form shows it again.
fn field(parameters: &QueryParameters, name: &str) -> String {
    parameters.text(name).unwrap_or_default()
}

fn matrix_page(question: &WebQuestion<'_>, session: &Session) -> PageResult {
    let parameters = question.parameters;
    let query = StatusQuery {
        selection: parameters.selection(),
        at: parameters.text("at"),
        ..StatusQuery::default()
    };
    let answer = status(&query, session)?;
    let report = &answer.report;
    let frame = PageFrame {
        revision: report.revision.clone(),
        time: report.time,
        now: answer.ages_at,
        ..frame(question, session)
    };
    let form = MatrixFilters {
        app: field(parameters, "app"),
        stage: field(parameters, "stage"),
        at: field(parameters, "at"),
        differs: parameters.flag("differs"),
        action: String::new(),
    };
    Ok(render_matrix_page(&frame, report, &form).into())
}

fn app_page(question: &WebQuestion<'_>, session: &Session) -> PageResult {
    let app = question.subject.unwrap_or_default();
    let apps = vec![app.to_owned()];
    let query = StatusQuery { apps: apps.clone(), ..StatusQuery::default() };
    // An app of the past has deployments and no place.
    let report = match status(&query, session) {
        Ok(answer) => answer.report,
        Err(failure) if failure.kind() == FailureKind::Usage => {
            let mut report = status(&StatusQuery::default(), session)?.report;
            report.occupants.clear();
            report
        }
        Err(failure) => return Err(failure),
    };
    let selection = SelectionQuery { apps: vec![escape_pattern(app)], stages: Vec::new() };
    places_page(question, session, (app, false), (apps, selection), report)
}

fn stage_page(question: &WebQuestion<'_>, session: &Session) -> PageResult {
    let stage = question.subject.unwrap_or_default();
    let selection = SelectionQuery { apps: Vec::new(), stages: vec![escape_pattern(stage)] };
    let query = StatusQuery { selection: selection.clone(), ..StatusQuery::default() };
    let report = status(&query, session)?.report;
    places_page(question, session, (stage, true), (Vec::new(), selection), report)
}

/// A name as a pattern. A name with `*` would match others as well; git allows none, and a stage
/// with one would only show more.
pub fn escape_pattern(name: &str) -> String {
    name.replace('*', "?")
}

fn places_page(
    question: &WebQuestion<'_>,
    session: &Session,
    (title, is_stage): (&str, bool),
    (apps, selection): (Vec<String>, SelectionQuery),
    report: crate::report::StatusReport,
) -> PageResult {
    let page = read_page(
        &HistoryQuery {
            apps,
            selection: selection.clone(),
            limit: Some(SHORT_LIST),
            before: question.parameters.cursor()?,
            ..HistoryQuery::default()
        },
        session,
    )?;
    let window = WindowQuery { since: Some(CHART_PERIOD.to_owned()), until: None };
    let measured = metrics(
        &MetricsQuery { selection, window, tolerance: MERGE_TOLERANCE, live: None },
        session,
    )?
    .report;
    let next = page.next.filter(|_| question.links.is_served());
    let older = next.map(|cursor| format!("?cursor={cursor}"));
    let shown = PlacesPage {
        title,
        is_stage,
        status: &report,
        chart: weekly_chart_html(&measured),
        deployments: &page.history.deployments,
        older: older.as_deref(),
    };
    Ok(render_places_page(&frame(question, session), &shown).into())
}

fn version_page(question: &WebQuestion<'_>, session: &Session) -> PageResult {
    let answer = trace(question.subject.unwrap_or_default(), session)?;
    Ok(render_trace_page(&frame(question, session), &answer.report).into())
}

fn history_page(question: &WebQuestion<'_>, session: &Session) -> PageResult {
    let parameters = question.parameters;
    let query = parameters.history_query(LONG_LIST)?;
    let page = read_page(&query, session)?;
    let next = page.next.filter(|_| question.links.is_served());
    let older = next.map(|next| format!("?{}", parameters.query_with("cursor", &next.to_string())));
    let form = HistoryForm {
        app: field(parameters, "app"),
        stage: field(parameters, "stage"),
        since: field(parameters, "since"),
        until: field(parameters, "until"),
        author: field(parameters, "author"),
        version: field(parameters, "version"),
        kind: field(parameters, "kind"),
        ..HistoryForm::default()
    };
    let frame = frame(question, session);
    let deployments = &page.history.deployments;
    Ok(render_history_page(&frame, &form, deployments, older.as_deref()).into())
}

fn dora_page(question: &WebQuestion<'_>, session: &Session) -> PageResult {
    let parameters = question.parameters;
    let query = MetricsQuery {
        selection: parameters.selection(),
        window: parameters.window(),
        tolerance: parameters.tolerance()?,
        live: None,
    };
    let answer = metrics(&query, session)?;
    Ok(render_dora_page(&frame(question, session), &answer.report).into())
}

fn audit_page(question: &WebQuestion<'_>, session: &Session) -> PageResult {
    let parameters = question.parameters;
    let query = AuditQuery {
        selection: parameters.selection(),
        window: parameters.window(),
        tolerance: parameters.tolerance()?,
        ..AuditQuery::default()
    };
    let page = audit(&query, session)?;
    let frame = frame(question, session);
    Ok(render_audit_page(&frame, &page, AuditDetail::Folded).into())
}
