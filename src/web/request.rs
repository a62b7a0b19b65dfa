//! A request for an answer: what identifies it in memory, and how it is computed.

use super::answer::WebAnswer;
use super::api::{AnswerFormat, LONG, RenderedAnswer, WebEndpoint, WebQuestion};
use super::parameters::QueryParameters;
use super::problem::ProblemJson;
use crate::ops::error::{Failure, FailureKind};
use crate::ops::mirror::MirrorState;
use crate::ops::notice::{Level, NoticeSink, ProgressKind, Silent, TaskProgress};
use crate::ui::pages::site::PageLinks;
use axum::http::StatusCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Longer answers are refused.
const MAX_BODY: usize = 64 << 20;

/// What identifies an answer of one state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AnswerKey {
    path: &'static str,
    subject: Option<String>,
    parameters: QueryParameters,
    csv: bool,
}

/// A request for an answer.
#[derive(Clone)]
pub struct AnswerRequest {
    pub key: AnswerKey,
    pub endpoint: &'static WebEndpoint,
}

impl AnswerRequest {
    /// Parses a request for an endpoint.
    ///
    /// # Errors
    /// Of kind usage, when a parameter is unknown or wrong.
    pub fn new(
        endpoint: &'static WebEndpoint,
        subject: Option<String>,
        query: &str,
        accepts_csv: bool,
    ) -> Result<Self, Failure> {
        let parameters = match endpoint.format {
            AnswerFormat::Html => QueryParameters::parse_form(query, endpoint.parameters)?,
            _ => QueryParameters::parse(query, endpoint.parameters)?,
        };
        let csv = endpoint.has_csv()
            && parameters.text("format").map_or(accepts_csv, |format| format == "csv");
        Ok(AnswerRequest {
            key: AnswerKey { path: endpoint.path, subject, parameters, csv },
            endpoint,
        })
    }

    /// Computes the answer; a page links to others in this way. What the reader asked wrongly is an
    /// answer, too.
    ///
    /// # Errors
    /// When the repository could not be read.
    pub fn compute(&self, state: &MirrorState, links: PageLinks) -> Result<WebAnswer, Failure> {
        let notices = Arc::new(CollectedNotices::default());
        let session = state.session(Arc::clone(&notices) as Arc<dyn NoticeSink>);
        let key = &self.key;
        let subject = key.subject.as_deref();
        let question = WebQuestion {
            subject,
            parameters: &key.parameters,
            csv: key.csv,
            state,
            links,
            notices: &notices,
        };
        let mut answer = match (self.endpoint.answer)(&question, &session) {
            Ok(rendered) if rendered.text.len() > MAX_BODY => {
                self.endpoint.problem(&too_long(rendered.text.len()))
            }
            Ok(rendered) => self.to_answer(rendered),
            Err(failure) if failure.kind() == FailureKind::Failed => return Err(failure),
            Err(failure) => self.endpoint.problem(&ProblemJson::from_failure(&failure)),
        };
        answer.revision.clone_from(&state.revision);
        answer.notices = notices.take();
        let holds = (self.endpoint.holds)(&key.parameters);
        answer.expires = holds.map(|time| Instant::now() + time);
        answer.grace = holds.filter(|time| *time >= LONG).unwrap_or_default();
        Ok(answer)
    }

    fn to_answer(&self, rendered: RenderedAnswer) -> WebAnswer {
        let content_type = match self.endpoint.format {
            AnswerFormat::Json { .. } if self.key.csv => "text/csv; charset=utf-8",
            AnswerFormat::Json { .. } => "application/json",
            AnswerFormat::Html => "text/html; charset=utf-8",
            AnswerFormat::Text(content_type) => content_type,
        };
        let mut answer = WebAnswer::new(StatusCode::OK, content_type, rendered.text);
        answer.next = rendered.next;
        answer
    }
}

fn too_long(length: usize) -> ProblemJson {
    let detail = format!("the answer has {} MB", length >> 20);
    let hint = "choose apps, stages or a period";
    ProblemJson::new(StatusCode::PAYLOAD_TOO_LARGE, detail, &[hint])
}

/// The notices of an operation, for the reader of its answer.
#[derive(Default)]
pub struct CollectedNotices(Mutex<Vec<String>>);

impl CollectedNotices {
    /// The notices so far.
    pub fn texts(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl NoticeSink for CollectedNotices {
    fn notice(&self, level: Level, text: &str) {
        let text = match level {
            Level::Detail => return,
            Level::Note => text.to_owned(),
            Level::Caution => format!("warning: {text}"),
            Level::Hint => format!("hint: {text}"),
        };
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // An answer may be made of several operations, which all say the same.
        if !texts.contains(&text) {
            texts.push(text);
        }
    }

    fn progress(&self, style: ProgressKind, label: &str) -> Box<dyn TaskProgress> {
        Silent.progress(style, label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_of_several_operations_is_told_once() {
        let notices = CollectedNotices::default();
        for text in ["assumed: dev", "assumed: dev", "shallow"] {
            notices.notice(Level::Caution, text);
        }
        notices.notice(Level::Detail, "no matter");
        assert_eq!(notices.take(), ["warning: assumed: dev", "warning: shallow"]);
    }
}
