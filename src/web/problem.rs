//! Errors as `application/problem+json` (RFC 9457), with the causes and hints of the command line.

use super::answer::WebAnswer;
use crate::ops::error::{Failure, FailureKind};
use crate::ui;
use axum::http::StatusCode;
use serde::Serialize;

const CONTENT_TYPE: &str = "application/problem+json";

/// A problem, as clients read it.
#[derive(Debug, Serialize)]
pub struct ProblemJson {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    causes: Vec<String>,
    hints: Vec<String>,
}

impl ProblemJson {
    /// A problem with a sentence and hints.
    pub fn new(status: StatusCode, detail: impl Into<String>, hints: &[&str]) -> Self {
        ProblemJson {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            causes: Vec::new(),
            hints: hints.iter().map(|hint| (*hint).to_owned()).collect(),
        }
    }

    /// The problem of an operation that failed. Requests are checked before, so a wrong usage is
    /// one that names what is not there: an app, a stage, a version, a revision or a time.
    pub fn from_failure(failure: &Failure) -> Self {
        let status = match failure.kind() {
            FailureKind::Usage | FailureKind::Absent => StatusCode::NOT_FOUND,
            FailureKind::Refused => StatusCode::FORBIDDEN,
            FailureKind::Failed | FailureKind::ReaderGone | FailureKind::Interrupted => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        ProblemJson {
            causes: failure.causes(),
            hints: failure.hints().to_vec(),
            ..ProblemJson::new(status, failure.message(), &[])
        }
    }

    /// The problem of a request that is wrong in itself.
    pub fn bad_request(failure: &Failure) -> Self {
        let status = StatusCode::BAD_REQUEST;
        let title = status.canonical_reason().unwrap_or("Error");
        ProblemJson { title, status: status.as_u16(), ..ProblemJson::from_failure(failure) }
    }

    /// The problem as an answer.
    pub fn to_answer(&self) -> WebAnswer {
        WebAnswer::new(self.status(), CONTENT_TYPE, ui::to_json(self) + "\n")
    }

    /// The problem as a page.
    pub fn to_page(&self) -> WebAnswer {
        let page = ui::pages::site::render_problem_page(&self.detail, &self.causes, &self.hints);
        WebAnswer::new(self.status(), "text/html; charset=utf-8", page)
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
