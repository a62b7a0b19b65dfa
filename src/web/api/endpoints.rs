//! The table of the endpoints, with their parameters. The router, the checks of parameters and the
//! OpenAPI description are made from it.

use super::answers::{
    answer_ask, answer_audit, answer_diff, answer_history, answer_metrics, answer_status,
    answer_trace, answer_versions,
};
use super::{AnswerFormat, SubjectDescription, WebEndpoint};
use crate::audit::rules;
use crate::history::DeploymentKind;
use crate::web::parameters::{ParameterDescription, ParameterKind, QueryParameters};
use std::time::Duration;

/// The parameter that chooses CSV; endpoints with CSV take it beside their own.
pub const FORMAT: ParameterDescription = optional(
    "format",
    ParameterKind::Word(|| vec!["json", "csv"]),
    "the format; an `Accept` header of `text/csv` does the same as `csv`",
);

pub const APP: ParameterDescription = optional(
    "app",
    ParameterKind::Patterns,
    "only apps that match; `*` matches any text, `?` any character",
);
pub const STAGE: ParameterDescription =
    optional("stage", ParameterKind::Patterns, "only stages that match");
pub const AT: ParameterDescription = optional(
    "at",
    ParameterKind::Text,
    "a revision or a time, such as `v1.2`, `2026-05-05T10:00` or `3 days ago`",
);
const NO_SINCE: ParameterDescription =
    optional("no_since", ParameterKind::Flag, "do not look up since when each version is there");
pub const SINCE: ParameterDescription =
    optional("since", ParameterKind::Text, "the start of the period: a time or a revision");
pub const UNTIL: ParameterDescription =
    optional("until", ParameterKind::Text, "the end of the period, not included");
pub const AUTHOR: ParameterDescription =
    optional("author", ParameterKind::Text, "a part of the name or the address of the author");
pub const VERSION: ParameterDescription = optional(
    "version",
    ParameterKind::Text,
    "a tag, a digest, the start of a commit id, or a pattern with `*`",
);
pub const KIND: ParameterDescription = optional(
    "kind",
    ParameterKind::Words(|| DeploymentKind::ALL.map(DeploymentKind::as_str).to_vec()),
    "only these kinds of deployments",
);
const LIMIT: ParameterDescription =
    optional("limit", ParameterKind::Count(1000), "the number of deployments on a page");
pub const CURSOR: ParameterDescription = ParameterDescription {
    pattern: Some("^[0-9]{1,9}-[0-9a-f]{40}$"),
    ..optional(
        "cursor",
        ParameterKind::Text,
        "where the page begins, as the `Link` header of the page before names it",
    )
};
const LEFT: ParameterDescription = required(
    "left",
    "a stage (`prod`), a stage at a time or revision (`prod@v1.2`), or a time or revision",
);
const RIGHT: ParameterDescription = required("right", "the side to compare with, written the same");
pub const TOLERANCE: ParameterDescription = ParameterDescription {
    pattern: Some("^[0-9]{1,4}[smhd]$"),
    ..optional(
        "tolerance",
        ParameterKind::Text,
        "how much later a version may reach the previous stage, such as `10m`",
    )
};
const RULE: ParameterDescription = optional(
    "rule",
    ParameterKind::Words(|| rules::ALL.iter().map(|rule| rule.id).collect()),
    "only these rules",
);
const ONE_APP: ParameterDescription = required("app", "an app, or `app/component`");
const TO: ParameterDescription = required("to", "a stage");
const TARGET: ParameterDescription =
    optional("target", ParameterKind::Text, "only this target of the stage");
const WANTED: ParameterDescription = optional(
    "version",
    ParameterKind::Text,
    "the version; by default the one that the previous stage runs",
);

pub const fn optional(
    name: &'static str,
    kind: ParameterKind,
    about: &'static str,
) -> ParameterDescription {
    ParameterDescription { name, kind, about, required: false, pattern: None }
}

const fn required(name: &'static str, about: &'static str) -> ParameterDescription {
    let kind = ParameterKind::Text;
    ParameterDescription { name, kind, about, required: true, pattern: None }
}

/// How long an answer holds that depends on the clock, as one about `prod@yesterday` does.
const SHORT: Duration = Duration::from_secs(10);
/// The same for answers that take long to compute and change slowly.
pub const LONG: Duration = Duration::from_secs(60);

/// Gates may open or shut at any time; this only saves the same question of many readers.
fn for_a_moment(_: &QueryParameters) -> Option<Duration> {
    Some(Duration::from_secs(2))
}

fn shortly(_: &QueryParameters) -> Option<Duration> {
    Some(SHORT)
}

pub fn for_a_minute(_: &QueryParameters) -> Option<Duration> {
    Some(LONG)
}

/// A time such as `3 days ago` is another one each second.
pub fn unless_times_are_named(parameters: &QueryParameters) -> Option<Duration> {
    ["at", "since", "until"].iter().any(|name| parameters.has(name)).then_some(SHORT)
}

const fn json(schema: &'static str, csv: bool) -> AnswerFormat {
    AnswerFormat::Json { schema, csv }
}

/// The endpoints of the API.
pub static API: [WebEndpoint; 9] = [
    WebEndpoint {
        path: "/api/v1/status",
        subject: None,
        summary: "Which version of each app runs in which stage, and since when",
        parameters: &[&APP, &STAGE, &AT, &NO_SINCE, &FORMAT],
        format: json("status", true),
        holds: unless_times_are_named,
        answer: answer_status,
    },
    WebEndpoint {
        path: "/api/v1/status",
        subject: Some(SubjectDescription { name: "app", about: "an app, or `app/component`" }),
        summary: "Which version of one app runs in which stage, and since when",
        parameters: &[&STAGE, &AT, &NO_SINCE, &FORMAT],
        format: json("status", true),
        holds: unless_times_are_named,
        answer: answer_status,
    },
    WebEndpoint {
        path: "/api/v1/history",
        subject: None,
        summary: "What was deployed when, where, and by whom, newest first",
        parameters: &[
            &APP, &STAGE, &SINCE, &UNTIL, &AUTHOR, &VERSION, &KIND, &LIMIT, &CURSOR, &FORMAT,
        ],
        format: json("history", true),
        holds: unless_times_are_named,
        answer: answer_history,
    },
    WebEndpoint {
        path: "/api/v1/diff",
        subject: None,
        summary: "How two stages, times or revisions differ",
        parameters: &[&LEFT, &RIGHT, &APP, &FORMAT],
        format: json("diff", true),
        holds: shortly,
        answer: answer_diff,
    },
    WebEndpoint {
        path: "/api/v1/trace",
        subject: Some(SubjectDescription {
            name: "version",
            about: "a tag, a digest, at least six digits of a commit id, or `app@version`",
        }),
        summary: "Where a version runs and ran, and how long each step took",
        parameters: &[],
        format: json("trace", false),
        holds: shortly,
        answer: answer_trace,
    },
    WebEndpoint {
        path: "/api/v1/metrics",
        subject: None,
        summary: "Deployment frequency, lead time, change failure rate and time to restore",
        parameters: &[&APP, &STAGE, &SINCE, &UNTIL, &TOLERANCE, &FORMAT],
        format: json("metrics", true),
        holds: for_a_minute,
        answer: answer_metrics,
    },
    WebEndpoint {
        path: "/api/v1/audit",
        subject: None,
        summary: "Past deployments and present versions that break the rules",
        parameters: &[&APP, &STAGE, &SINCE, &UNTIL, &RULE, &TOLERANCE, &FORMAT],
        format: json("audit", true),
        holds: for_a_minute,
        answer: answer_audit,
    },
    WebEndpoint {
        path: "/api/v1/ask",
        subject: None,
        summary: "Whether a version may go to a stage, gate by gate",
        parameters: &[&ONE_APP, &TO, &TARGET, &WANTED, &AT],
        format: json("ask", false),
        holds: for_a_moment,
        answer: answer_ask,
    },
    WebEndpoint {
        path: "/api/v1/versions",
        subject: Some(SubjectDescription { name: "app", about: "an app, or `app/component`" }),
        summary: "The newest versions of an app in its registry, and whether they may be deployed",
        parameters: &[],
        format: json("versions", false),
        holds: for_a_minute,
        answer: answer_versions,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_hold_as_long_as_what_they_depend_on() {
        let holds = |at: usize, query: &str| {
            let endpoint = &API[at];
            let read = QueryParameters::parse(query, endpoint.parameters).expect("a query");
            (endpoint.holds)(&read)
        };
        assert_eq!((holds(0, ""), holds(0, "at=yesterday")), (None, Some(SHORT)));
        assert_eq!((holds(2, "limit=3"), holds(2, "since=noon")), (None, Some(SHORT)));
    }
}
