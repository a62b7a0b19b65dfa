//! The JSON API: one endpoint for each question, with the parameters, schemas and errors of the
//! command line.

mod answers;
mod description;
mod endpoints;
mod other_paths;

pub use description::{SCHEMAS, openapi};
pub use endpoints::{
    API, APP, AT, AUTHOR, CURSOR, KIND, LONG, SINCE, STAGE, TOLERANCE, UNTIL, VERSION,
    for_a_minute, optional, unless_times_are_named,
};

use super::answer::WebAnswer;
use super::parameters::{ParameterDescription, QueryParameters};
use super::problem::ProblemJson;
use super::request::CollectedNotices;
use crate::ops::error::Failure;
use crate::ops::mirror::MirrorState;
use crate::ops::session::Session;
use crate::ui::pages::site::PageLinks;
use std::time::Duration;

/// A question as it arrives: what the path names, and the parameters.
pub struct WebQuestion<'a> {
    /// The app or the version in the path.
    pub subject: Option<&'a str>,
    pub parameters: &'a QueryParameters,
    /// True where CSV is wanted instead of JSON.
    pub csv: bool,
    /// The state that the question is about.
    pub state: &'a MirrorState,
    /// How a page links to others.
    pub links: PageLinks,
    /// What the operations said so far.
    pub notices: &'a CollectedNotices,
}

/// The text of an answer.
#[derive(Debug, Default)]
pub struct RenderedAnswer {
    pub text: String,
    /// The query of the next page.
    pub next: Option<String>,
}

impl From<String> for RenderedAnswer {
    fn from(text: String) -> Self {
        RenderedAnswer { text, next: None }
    }
}

/// Answers a question about a state.
pub type AnswerFunction = fn(&WebQuestion<'_>, &Session) -> Result<RenderedAnswer, Failure>;

/// The kind of text that an endpoint answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerFormat {
    /// JSON of a schema in docs/reference, and CSV where `csv` is true.
    Json { schema: &'static str, csv: bool },
    /// A page.
    Html,
    /// Another text, of this content type.
    Text(&'static str),
}

/// What the path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectDescription {
    pub name: &'static str,
    pub about: &'static str,
}

/// A path that answers a question.
pub struct WebEndpoint {
    /// The path, without the subject.
    pub path: &'static str,
    pub subject: Option<SubjectDescription>,
    pub summary: &'static str,
    pub parameters: &'static [&'static ParameterDescription],
    pub format: AnswerFormat,
    /// How long an answer holds in the same state; `None` means as long as the state. The function
    /// knows which parameters make an answer depend on the clock.
    pub holds: fn(&QueryParameters) -> Option<Duration>,
    pub answer: AnswerFunction,
}

impl WebEndpoint {
    /// A problem in the form that readers of this endpoint expect.
    pub fn problem(&self, problem: &ProblemJson) -> WebAnswer {
        match self.format {
            AnswerFormat::Json { .. } | AnswerFormat::Text(_) => problem.to_answer(),
            AnswerFormat::Html => problem.to_page(),
        }
    }

    /// The path as the router takes it.
    pub fn route(&self) -> String {
        match self.subject {
            Some(subject) => format!("{}/{{*{}}}", self.path, subject.name),
            None => self.path.to_owned(),
        }
    }

    /// True where the answer can be CSV.
    pub fn has_csv(&self) -> bool {
        matches!(self.format, AnswerFormat::Json { csv: true, .. })
    }
}
