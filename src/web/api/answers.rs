//! One function for each endpoint: the query of an operation, and its rendering.

use super::{RenderedAnswer, WebQuestion};
use crate::ops::audit::{AuditQuery, audit};
use crate::ops::diff::{DiffQuery, diff};
use crate::ops::error::Failure;
use crate::ops::gates::ask::{GateQuestion, ask};
use crate::ops::history::read_page;
use crate::ops::metrics::{MetricsQuery, metrics};
use crate::ops::session::Session;
use crate::ops::status::{StatusQuery, status};
use crate::ops::trace::trace;
use crate::ops::versions::{VersionsQuery, list_versions};
use crate::report::Matrix;
use crate::report::json::{
    AuditJson, DeploymentJson, DiffJson, MetricsJson, StatusJson, TraceJson, VersionsJson,
};
use crate::ui::{self, HistoryPrinter, OutputFormat, TerminalStyle, TimeFormat};
use serde::Serialize;

/// The deployments on a page of a history, unless the request names another number. Of an app, as
/// many versions are listed.
const PAGE: usize = 100;

/// Files have neither colours nor a width.
const PLAIN: TerminalStyle = TerminalStyle { colors: false, unicode: true, width: None };

/// The JSON of the command line, with the line break that it prints.
fn json(value: &impl Serialize) -> RenderedAnswer {
    (ui::to_json(value) + "\n").into()
}

pub(super) fn answer_status(
    question: &WebQuestion<'_>,
    session: &Session,
) -> Result<RenderedAnswer, Failure> {
    let parameters = question.parameters;
    let query = StatusQuery {
        apps: question.subject.map(str::to_owned).into_iter().collect(),
        selection: parameters.selection(),
        at: parameters.text("at"),
        no_since: parameters.flag("no_since"),
        ..StatusQuery::default()
    };
    let answer = status(&query, session)?;
    if !question.csv {
        return Ok(json(&StatusJson::from(&answer.report)));
    }
    let layout = Matrix::new(&answer.report, false);
    let (report, at) = (&answer.report, answer.ages_at);
    Ok(ui::status_as(OutputFormat::Csv, report, &layout, &PLAIN, at).into())
}

pub(super) fn answer_history(
    question: &WebQuestion<'_>,
    session: &Session,
) -> Result<RenderedAnswer, Failure> {
    let parameters = question.parameters;
    let query = parameters.history_query(parameters.count("limit").unwrap_or(PAGE))?;
    let page = read_page(&query, session)?;
    let next = page.next.map(|cursor| parameters.query_with("cursor", &cursor.to_string()));
    let mut head = page.history.head.to_json();
    let deployments = &page.history.deployments;
    let text = if question.csv {
        let mut printer = HistoryPrinter::new(OutputFormat::Csv, TimeFormat::Exact, &PLAIN);
        printer.render_start(&head) + &printer.render_page(deployments, session.now())
    } else {
        head.deployments = deployments.iter().map(DeploymentJson::from).collect();
        json(&head).text
    };
    Ok(RenderedAnswer { text, next })
}

pub(super) fn answer_diff(
    question: &WebQuestion<'_>,
    session: &Session,
) -> Result<RenderedAnswer, Failure> {
    let parameters = question.parameters;
    let query = DiffQuery {
        left: parameters.text("left").unwrap_or_default(),
        right: parameters.text("right").unwrap_or_default(),
        apps: parameters.words("app"),
        changes: false,
    };
    let answer = diff(&query, session)?;
    Ok(match question.csv {
        true => ui::diff_csv(&answer.report).into(),
        false => json(&DiffJson::new(&answer.report, answer.repository)),
    })
}

pub(super) fn answer_trace(
    question: &WebQuestion<'_>,
    session: &Session,
) -> Result<RenderedAnswer, Failure> {
    let answer = trace(question.subject.unwrap_or_default(), session)?;
    let now = session.now().as_second();
    Ok(json(&TraceJson::new(&answer.report, answer.repository, now)))
}

pub(super) fn answer_versions(
    question: &WebQuestion<'_>,
    session: &Session,
) -> Result<RenderedAnswer, Failure> {
    let query = VersionsQuery {
        app: question.subject.unwrap_or_default().to_owned(),
        limit: Some(PAGE),
        only_configured: true,
        ..VersionsQuery::default()
    };
    let answer = list_versions(&query, session)?;
    Ok(json(&VersionsJson::new(&answer.report, answer.repository)))
}

pub(super) fn answer_metrics(
    question: &WebQuestion<'_>,
    session: &Session,
) -> Result<RenderedAnswer, Failure> {
    let parameters = question.parameters;
    let query = MetricsQuery {
        selection: parameters.selection(),
        window: parameters.window(),
        tolerance: parameters.tolerance()?,
        live: None,
    };
    let answer = metrics(&query, session)?;
    Ok(match question.csv {
        true => ui::metrics_csv(&answer.report).into(),
        false => json(&MetricsJson::new(&answer.report, answer.repository, answer.is_complete)),
    })
}

pub(super) fn answer_audit(
    question: &WebQuestion<'_>,
    session: &Session,
) -> Result<RenderedAnswer, Failure> {
    let parameters = question.parameters;
    let query = AuditQuery {
        selection: parameters.selection(),
        window: parameters.window(),
        rules: parameters.rules(),
        tolerance: parameters.tolerance()?,
        ..AuditQuery::default()
    };
    let page = audit(&query, session)?;
    Ok(match question.csv {
        true => ui::audit_csv(&page.audited).into(),
        false => json(&AuditJson::from(&page.audited)),
    })
}

pub(super) fn answer_ask(
    question: &WebQuestion<'_>,
    session: &Session,
) -> Result<RenderedAnswer, Failure> {
    let parameters = question.parameters;
    let asked = GateQuestion {
        app: parameters.text("app").unwrap_or_default(),
        to: parameters.text("to").unwrap_or_default(),
        target: parameters.text("target"),
        version: parameters.text("version"),
        at: parameters.text("at"),
    };
    Ok(json(&ask(&asked, session)?.to_json()))
}
