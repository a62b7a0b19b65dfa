//! Questions for annotations as Grafana's JSON data sources post them.

use super::feeds::GRAFANA;
use super::problem::ProblemJson;
use super::request::AnswerRequest;
use crate::ops::error::Failure;
use serde::Deserialize;

/// The longest question.
pub const MAX_QUESTION: usize = 64 << 10;

/// What Grafana posts, as far as it matters here.
#[derive(Deserialize)]
struct PostedQuestion {
    range: PostedRange,
    #[serde(default)]
    annotation: PostedAnnotation,
}

#[derive(Deserialize)]
struct PostedRange {
    from: String,
    to: String,
}

#[derive(Deserialize, Default)]
struct PostedAnnotation {
    /// The filters, written as a query: `app=web&stage=prod`.
    #[serde(default)]
    query: Option<String>,
}

/// The request that a posted question means.
///
/// # Errors
/// When it is none, or a filter is wrong.
pub fn parse_question(body: &[u8]) -> Result<AnswerRequest, ProblemJson> {
    let bad = |failure: &Failure| ProblemJson::bad_request(failure);
    let posted: PostedQuestion = serde_json::from_slice(body).map_err(|error| {
        bad(&Failure::usage("the question is not one that Grafana posts").with_cause(&error))
    })?;
    let filters = posted.annotation.query.unwrap_or_default();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("from", &posted.range.from).append_pair("to", &posted.range.to);
    query.extend_pairs(form_urlencoded::parse(filters.as_bytes()));
    AnswerRequest::new(&GRAFANA, None, &query.finish(), false).map_err(|failure| bad(&failure))
}
