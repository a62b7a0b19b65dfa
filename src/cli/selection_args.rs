//! Arguments that select apps, stages and a period.

use super::complete;
use crate::history::DeploymentKind;
use crate::ops::deployments::selection::{SelectionQuery, WindowQuery};
use crate::ops::history::HistoryQuery;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap_complete::engine::ArgValueCompleter;

/// Patterns that select apps and stages.
#[derive(Debug, Args)]
pub struct SelectionArgs {
    /// Only apps that match; `*` matches any text, `?` any character
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::apps))]
    app: Vec<String>,

    /// Only stages that match
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::stages))]
    stage: Vec<String>,
}

impl SelectionArgs {
    /// Converts the patterns to a [`SelectionQuery`].
    pub fn to_query(&self) -> SelectionQuery {
        SelectionQuery { apps: self.app.clone(), stages: self.stage.clone() }
    }
}

/// Patterns that select apps, with or without the option, and stages.
#[derive(Debug, Args)]
pub struct AppSelectionArgs {
    /// Only these apps, by name or pattern: `*` matches any text, `?` any character
    #[arg(value_name = "APP", conflicts_with = "app", add = ArgValueCompleter::new(complete::apps))]
    apps: Vec<String>,

    #[command(flatten)]
    choice: SelectionArgs,
}

impl AppSelectionArgs {
    /// Converts the patterns to a [`SelectionQuery`].
    pub fn to_query(&self) -> SelectionQuery {
        let choice = self.choice.to_query();
        SelectionQuery { apps: [self.apps.clone(), choice.apps].concat(), ..choice }
    }
}

/// A period between two times or revisions.
#[derive(Debug, Args)]
pub struct WindowArgs {
    /// Start: a time or revision, such as `2026-08-01`, `14:05`, `3 days ago` or `v1.2`
    #[arg(long, value_name = "TIME|REV")]
    since: Option<String>,

    /// End, not included: a time or revision [default: now]
    #[arg(long, value_name = "TIME|REV")]
    until: Option<String>,
}

impl WindowArgs {
    /// Converts the period to a [`WindowQuery`].
    pub fn to_query(&self) -> WindowQuery {
        WindowQuery { since: self.since.clone(), until: self.until.clone() }
    }
}

/// Filters of deployments, beside apps, stages and a period.
#[derive(Debug, Args)]
pub struct DeploymentFilterArgs {
    /// Only by people whose name or address contains this text
    #[arg(long, value_name = "TEXT")]
    author: Option<String>,

    /// Only this version: a tag, a digest, the start of a commit id, or a pattern with `*`
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,

    /// Only these kinds
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind())]
    kind: Vec<DeploymentKind>,
}

impl DeploymentFilterArgs {
    /// Adds the filters to a query.
    pub fn add_to(&self, query: HistoryQuery) -> HistoryQuery {
        let (author, version) = (self.author.clone(), self.version.clone());
        HistoryQuery { author, version, kinds: self.kind.clone(), ..query }
    }
}

fn kind() -> impl TypedValueParser<Value = DeploymentKind> {
    PossibleValuesParser::new(DeploymentKind::ALL.map(DeploymentKind::as_str)).map(|typed| {
        let found = DeploymentKind::ALL.into_iter().find(|kind| kind.as_str() == typed);
        found.expect("the parser takes no other words")
    })
}
