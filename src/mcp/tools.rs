//! The tools: one for each question, with the answers of `--output json`.

use super::arguments::{ArgumentDescription, ArgumentKind, ToolArguments};
use crate::ops::audit::{AuditQuery, audit};
use crate::ops::deployments::selection::{SelectionQuery, WindowQuery};
use crate::ops::diff::{DiffQuery, diff};
use crate::ops::error::Failure;
use crate::ops::gates::ask::{GateQuestion, ask};
use crate::ops::history::{HistoryQuery, read_page};
use crate::ops::session::Session;
use crate::ops::status::{StatusQuery, status};
use crate::ops::trace::trace;
use crate::report::json::{AuditJson, DeploymentJson, DiffJson, StatusJson, TraceJson};
use serde::Serialize;
use serde_json::Value;

/// A tool.
pub struct ToolDescription {
    pub name: &'static str,
    pub about: &'static str,
    pub arguments: &'static [&'static ArgumentDescription],
    /// The JSON schema of the answer: a file of docs/reference.
    pub schema: &'static str,
    pub call: fn(&ToolArguments, &Session) -> Result<Value, Failure>,
}

const fn text(name: &'static str, about: &'static str) -> ArgumentDescription {
    ArgumentDescription { name, kind: ArgumentKind::Text, about, required: false }
}

const fn texts(name: &'static str, about: &'static str) -> ArgumentDescription {
    ArgumentDescription { name, kind: ArgumentKind::Texts, about, required: false }
}

const fn needed(name: &'static str, about: &'static str) -> ArgumentDescription {
    ArgumentDescription { name, kind: ArgumentKind::Text, about, required: true }
}

const APPS: ArgumentDescription = texts("apps", "patterns for apps; `*` matches any text");
const STAGES: ArgumentDescription = texts("stages", "patterns for stages");
const AT: ArgumentDescription =
    text("at", "a revision or a time, such as `v1.2`, `14:05`, `2026-05-05T10:00` or `3 days ago`");
const SINCE: ArgumentDescription = text("since", "the start of the period: a time or a revision");
const UNTIL: ArgumentDescription = text("until", "the end of the period, not included");
const AUTHOR: ArgumentDescription = text("author", "a part of the author's name or address");
const VERSION: ArgumentDescription =
    text("version", "a tag, a digest, the start of a commit id, or a pattern with `*`");
const LIMIT: ArgumentDescription = ArgumentDescription {
    name: "limit",
    kind: ArgumentKind::Count(500),
    about: "the number of deployments, newest first; by default 50",
    required: false,
};
const LEFT: ArgumentDescription =
    needed("left", "a stage (`prod`), a stage at a time or revision (`prod@yesterday`), or a time");
const RIGHT: ArgumentDescription = needed("right", "the side to compare with, written the same");
const TRACED: ArgumentDescription =
    needed("version", "a tag, a digest, at least six digits of a commit id, or `app@version`");
const APP: ArgumentDescription = needed("app", "an app, or `app/component`");
const TO: ArgumentDescription = needed("to", "the stage that the version would go to");
const WANTED: ArgumentDescription =
    text("version", "the version; by default the one that the previous stage runs");

macro_rules! schema {
    ($name:literal) => {
        include_str!(concat!("../../docs/reference/towpath.", $name, ".schema.json"))
    };
}

/// The tools.
pub static TOOLS: [ToolDescription; 7] = [
    ToolDescription {
        name: "status",
        about: "Which version of each app runs in which stage, since when, and where that is \
            written; now or at another time",
        arguments: &[&APPS, &STAGES, &AT],
        schema: schema!("status"),
        call: call_status,
    },
    ToolDescription {
        name: "history",
        about: "Deployments, newest first: what was deployed when, where and by whom",
        arguments: &[&APPS, &STAGES, &SINCE, &UNTIL, &AUTHOR, &VERSION, &LIMIT],
        schema: schema!("history"),
        call: call_history,
    },
    ToolDescription {
        name: "changes",
        about: "What changed in a period, by default in the last 24 hours: for questions such as \
            what changed in prod before 02:40",
        arguments: &[&APPS, &STAGES, &SINCE, &UNTIL, &LIMIT],
        schema: schema!("history"),
        call: call_changes,
    },
    ToolDescription {
        name: "diff",
        about: "How two stages, times or revisions differ, app by app, and which side is ahead",
        arguments: &[&LEFT, &RIGHT, &APPS],
        schema: schema!("diff"),
        call: call_diff,
    },
    ToolDescription {
        name: "trace",
        about: "Where a version runs and ran, and how long each step took",
        arguments: &[&TRACED],
        schema: schema!("trace"),
        call: call_trace,
    },
    ToolDescription {
        name: "ask",
        about: "Whether a version may go to a stage, gate by gate, with the reasons. It only asks",
        arguments: &[&APP, &TO, &WANTED, &AT],
        schema: schema!("ask"),
        call: call_ask,
    },
    ToolDescription {
        name: "audit",
        about: "Past deployments and present versions that break the rules",
        arguments: &[&APPS, &STAGES, &SINCE, &UNTIL],
        schema: schema!("audit"),
        call: call_audit,
    },
];

/// The deployments in an answer, unless the call names another number.
const DEPLOYMENTS: usize = 50;

fn json(value: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value)
        .map_err(|error| Failure::failed("the answer is not JSON").with_cause(&error))
}

fn selection(arguments: &ToolArguments) -> SelectionQuery {
    SelectionQuery { apps: arguments.texts("apps"), stages: arguments.texts("stages") }
}

fn window(arguments: &ToolArguments) -> WindowQuery {
    WindowQuery { since: arguments.text("since"), until: arguments.text("until") }
}

fn call_status(arguments: &ToolArguments, session: &Session) -> Result<Value, Failure> {
    let query = StatusQuery {
        selection: selection(arguments),
        at: arguments.text("at"),
        ..StatusQuery::default()
    };
    json(&StatusJson::from(&status(&query, session)?.report))
}

fn call_history(arguments: &ToolArguments, session: &Session) -> Result<Value, Failure> {
    let query = HistoryQuery {
        window: window(arguments),
        author: arguments.text("author"),
        version: arguments.text("version"),
        ..HistoryQuery::default()
    };
    deployments(query, arguments, session)
}

fn call_changes(arguments: &ToolArguments, session: &Session) -> Result<Value, Failure> {
    let WindowQuery { since, until } = window(arguments);
    // The day before the end is what an incident asks for; a revision as the end needs a start.
    let since = since.or_else(|| until.is_none().then(|| "24 hours ago".to_owned()));
    let query = HistoryQuery { window: WindowQuery { since, until }, ..HistoryQuery::default() };
    deployments(query, arguments, session)
}

fn deployments(
    query: HistoryQuery,
    arguments: &ToolArguments,
    session: &Session,
) -> Result<Value, Failure> {
    let limit = arguments.count("limit").unwrap_or(DEPLOYMENTS);
    let query = HistoryQuery { selection: selection(arguments), limit: Some(limit), ..query };
    let page = read_page(&query, session)?;
    if page.next.is_some() {
        session.note(&format!("showing the newest {limit}; there are more"));
    }
    let mut answer = page.history.head.to_json();
    answer.deployments = page.history.deployments.iter().map(DeploymentJson::from).collect();
    json(&answer)
}

fn call_diff(arguments: &ToolArguments, session: &Session) -> Result<Value, Failure> {
    let side = |name| arguments.text(name).unwrap_or_default();
    let query = DiffQuery {
        left: side("left"),
        right: side("right"),
        apps: arguments.texts("apps"),
        changes: false,
    };
    let answer = diff(&query, session)?;
    json(&DiffJson::new(&answer.report, answer.repository))
}

fn call_trace(arguments: &ToolArguments, session: &Session) -> Result<Value, Failure> {
    let answer = trace(&arguments.text("version").unwrap_or_default(), session)?;
    json(&TraceJson::new(&answer.report, answer.repository, session.now().as_second()))
}

fn call_ask(arguments: &ToolArguments, session: &Session) -> Result<Value, Failure> {
    let question = GateQuestion {
        app: arguments.text("app").unwrap_or_default(),
        to: arguments.text("to").unwrap_or_default(),
        target: None,
        version: arguments.text("version"),
        at: arguments.text("at"),
    };
    json(&ask(&question, session)?.to_json())
}

fn call_audit(arguments: &ToolArguments, session: &Session) -> Result<Value, Failure> {
    let query = AuditQuery {
        selection: selection(arguments),
        window: window(arguments),
        ..AuditQuery::default()
    };
    json(&AuditJson::from(&audit(&query, session)?.audited))
}
