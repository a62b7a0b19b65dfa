//! The parameters of a request. A parameter that an endpoint does not know is an error, as on the
//! command line.

use crate::audit::{AuditRule, rules};
use crate::config::gates::time_span;
use crate::history::{DeploymentKind, MERGE_TOLERANCE};
use crate::model::nearest_name;
use crate::ops::deployments::selection::{SelectionQuery, WindowQuery};
use crate::ops::error::Failure;
use crate::ops::history::{HistoryCursor, HistoryQuery};

/// Limits of a query.
const MAX_PARAMETERS: usize = 64;
pub const MAX_VALUE: usize = 1024;

/// How the text of a parameter is read.
#[derive(Debug, Clone, Copy)]
pub enum ParameterKind {
    /// Patterns, separated by commas.
    Patterns,
    /// One text.
    Text,
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    /// Some of these words, separated by commas.
    Words(fn() -> Vec<&'static str>),
    /// A whole number, from 1 to this one.
    Count(usize),
    /// `true` or `false`.
    Flag,
}

/// A parameter that an endpoint takes.
#[derive(Debug, Clone, Copy)]
pub struct ParameterDescription {
    pub name: &'static str,
    pub kind: ParameterKind,
    pub about: &'static str,
    pub required: bool,
    /// The form of a text, as a regular expression, where it has one.
    pub pattern: Option<&'static str>,
}

/// The parameters of a request, in the order of their names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QueryParameters(Vec<(String, String)>);

impl QueryParameters {
    /// Parses a query and checks each value against the descriptions.
    ///
    /// # Errors
    /// Of kind usage, where a parameter is unknown, missing, repeated or wrong.
    pub fn parse(query: &str, known: &[&ParameterDescription]) -> Result<Self, Failure> {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let mut pairs: Vec<(String, String)> =
            pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        if pairs.len() > MAX_PARAMETERS {
            return Err(Failure::usage(format!("there are more than {MAX_PARAMETERS} parameters")));
        }
        for (name, value) in &pairs {
            let described = known.iter().find(|one| one.name == name);
            described.ok_or_else(|| unknown_parameter(name, known))?.check(value)?;
        }
        pairs.sort();
        for parameter in known {
            let count = pairs.iter().filter(|(name, _)| name == parameter.name).count();
            if parameter.required && count == 0 {
                let failure = Failure::usage(format!("`{}` is missing", parameter.name));
                return Err(failure.hint(format!("it is {}", parameter.about)));
            }
            let repeats =
                matches!(parameter.kind, ParameterKind::Patterns | ParameterKind::Words(_));
            if count > 1 && !repeats {
                return Err(Failure::usage(format!("`{}` is given {count} times", parameter.name)));
            }
        }
        Ok(QueryParameters(pairs))
    }

    /// Parses the query of a form, which has its empty fields, too.
    ///
    /// # Errors
    /// As [`QueryParameters::parse`].
    pub fn parse_form(query: &str, known: &[&ParameterDescription]) -> Result<Self, Failure> {
        let filled =
            form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty());
        let mut query = form_urlencoded::Serializer::new(String::new());
        QueryParameters::parse(&query.extend_pairs(filled).finish(), known)
    }

    /// The text of a parameter.
    pub fn text(&self, name: &str) -> Option<String> {
        self.values(name).next().map(str::to_owned)
    }

    /// The words of a parameter that takes several.
    pub fn words(&self, name: &str) -> Vec<String> {
        let words = self.values(name).flat_map(|value| value.split(','));
        words.map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    /// The number of a parameter.
    pub fn count(&self, name: &str) -> Option<usize> {
        self.values(name).next()?.parse().ok()
    }

    /// True where a flag is set.
    pub fn flag(&self, name: &str) -> bool {
        self.values(name).next() == Some("true")
    }

    /// True where the parameter is given.
    pub fn has(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    /// The apps and stages.
    pub fn selection(&self) -> SelectionQuery {
        SelectionQuery { apps: self.words("app"), stages: self.words("stage") }
    }

    /// The period.
    pub fn window(&self) -> WindowQuery {
        WindowQuery { since: self.text("since"), until: self.text("until") }
    }

    /// The kinds of deployments.
    pub fn kinds(&self) -> Vec<DeploymentKind> {
        let words = self.words("kind");
        let is_meant = |kind: &DeploymentKind| words.iter().any(|word| word == kind.as_str());
        DeploymentKind::ALL.into_iter().filter(is_meant).collect()
    }

    /// The audit rules.
    pub fn rules(&self) -> Vec<&'static AuditRule> {
        self.words("rule").iter().filter_map(|word| rules::find_rule(word)).collect()
    }

    /// The seconds by which merges may overtake each other.
    ///
    /// # Errors
    /// When the text is no time span.
    pub fn tolerance(&self) -> Result<i64, Failure> {
        let Some(text) = self.text("tolerance") else { return Ok(MERGE_TOLERANCE) };
        let span = time_span(&text).filter(|span| !span.is_negative());
        span.map(|span| span.as_secs()).ok_or_else(|| {
            Failure::usage(format!("`tolerance` is `{text}`"))
                .hint("write a time span as `30s`, `10m`, `2h` or `1d`")
        })
    }

    /// The place from which a history continues.
    ///
    /// # Errors
    /// When the text is no cursor.
    pub fn cursor(&self) -> Result<Option<HistoryCursor>, Failure> {
        let Some(text) = self.text("cursor") else { return Ok(None) };
        let cursor = HistoryCursor::parse(&text);
        cursor.map(Some).ok_or_else(|| {
            Failure::usage("`cursor` is not one that an answer named")
                .hint("the `Link` header of an answer has the next one")
        })
    }

    /// The query for a page of the history, with at most `limit` deployments.
    ///
    /// # Errors
    /// When the cursor is none.
    pub fn history_query(&self, limit: usize) -> Result<HistoryQuery, Failure> {
        Ok(HistoryQuery {
            selection: self.selection(),
            window: self.window(),
            author: self.text("author"),
            version: self.text("version"),
            kinds: self.kinds(),
            limit: Some(limit),
            before: self.cursor()?,
            ..HistoryQuery::default()
        })
    }

    /// The query with another value of one parameter.
    pub fn query_with(&self, name: &str, value: &str) -> String {
        let others = self.0.iter().filter(|(other, _)| other != name);
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(others).append_pair(name, value);
        query.finish()
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

impl ParameterDescription {
    fn check(&self, value: &str) -> Result<(), Failure> {
        let name = self.name;
        if value.is_empty() {
            return Err(Failure::usage(format!("`{name}` is empty")));
        }
        if value.chars().count() > MAX_VALUE || value.chars().any(char::is_control) {
            let failure = Failure::usage(format!("`{name}` is not a line of text"));
            return Err(
                failure.hint(format!("at most {MAX_VALUE} characters, no control characters"))
            );
        }
        match self.kind {
            ParameterKind::Patterns | ParameterKind::Text => Ok(()),
            ParameterKind::Flag if ["true", "false"].contains(&value) => Ok(()),
            ParameterKind::Flag => Err(Failure::usage(format!("`{name}` is true or false"))),
            ParameterKind::Count(most) => {
                let is_count =
                    value.parse::<usize>().is_ok_and(|count| (1..=most).contains(&count))
                        && value.bytes().all(|byte| byte.is_ascii_digit());
                let wrong = || Failure::usage(format!("`{name}` is a number from 1 to {most}"));
                if is_count { Ok(()) } else { Err(wrong()) }
            }
            ParameterKind::Word(words) | ParameterKind::Words(words) => {
                let words = words();
                let parts = match self.kind {
                    ParameterKind::Words(_) => value.split(',').map(str::trim).collect(),
                    _ => vec![value],
                };
                parts.into_iter().find(|word| !words.contains(word)).map_or(Ok(()), |wrong| {
                    let failure = Failure::usage(format!("`{name}` does not know `{wrong}`"));
                    Err(failure.hint(format!("it knows {}", words.join(", "))))
                })
            }
        }
    }
}

fn unknown_parameter(name: &str, known: &[&ParameterDescription]) -> Failure {
    let names: Vec<&str> = known.iter().map(|parameter| parameter.name).collect();
    let shown: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    let failure = Failure::usage(format!("there is no parameter `{shown}`"));
    match nearest_name(name, names.iter().copied()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None if names.is_empty() => failure.hint("there are no parameters here"),
        None => failure.hint(format!("the parameters are {}", names.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: ParameterDescription = ParameterDescription {
        name: "app",
        kind: ParameterKind::Patterns,
        about: "an app",
        required: false,
        pattern: None,
    };
    const LIMIT: ParameterDescription =
        ParameterDescription { name: "limit", kind: ParameterKind::Count(5), ..APP };
    const TO: ParameterDescription =
        ParameterDescription { name: "to", kind: ParameterKind::Text, required: true, ..APP };

    fn refusal(query: &str) -> String {
        let failure = QueryParameters::parse(query, &[&APP, &LIMIT, &TO]).expect_err(query);
        [vec![failure.message()], failure.hints().to_vec()].concat().join("; ")
    }

    #[test]
    fn parameters_are_read_as_the_command_line_reads_options() {
        let read = QueryParameters::parse("to=prod&app=web,api&app=job%2B", &[&APP, &LIMIT, &TO]);
        let read = read.expect("a query");
        assert_eq!(read.words("app"), ["job+", "web", "api"]);
        assert_eq!((read.text("to").as_deref(), read.count("limit")), (Some("prod"), None));
        let form = QueryParameters::parse_form("to=prod&limit=&app=", &[&APP, &LIMIT, &TO]);
        assert_eq!(form.expect("a form").query_with("to", "dev"), "to=dev");
        assert_eq!(read.query_with("limit", "2"), "app=job%2B&app=web%2Capi&to=prod&limit=2");
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        assert_eq!(refusal("to=a&lmit=1"), "there is no parameter `lmit`; did you mean `limit`?");
        assert_eq!(refusal("to=a&limit="), "`limit` is empty");
        assert_eq!(refusal("app=web"), "`to` is missing; it is an app");
        assert_eq!(refusal("to=a&to=b"), "`to` is given 2 times");
        assert_eq!(refusal("to=a&limit=6"), "`limit` is a number from 1 to 5");
        assert_eq!(refusal("to=a&limit=%2B1"), "`limit` is a number from 1 to 5");
        assert!(refusal("to=a%0a").starts_with("`to` is not a line of text"));
        assert!(refusal(&format!("to={}", "a".repeat(2000))).starts_with("`to` is not a line"));
        assert_eq!(refusal(&"to=a&".repeat(65)), "there are more than 64 parameters");
    }
}
