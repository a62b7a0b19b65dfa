//! Arguments that select apps, stages and a period.

use super::complete;
use crate::ops::deployments::selection::{SelectionQuery, WindowQuery};
use clap::Args;
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
