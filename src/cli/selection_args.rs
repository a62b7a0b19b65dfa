//! Arguments that select apps, stages and a span of time.

use super::complete;
use crate::ops::deployments::selection::{SelectionQuery, WindowQuery};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

/// Apps and stages by pattern.
#[derive(Debug, Args)]
pub struct SelectionArgs {
    /// Only apps that fit; `*` and `?` stand for any text and any character
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::apps))]
    app: Vec<String>,

    /// Only stages that fit
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::stages))]
    stage: Vec<String>,
}

impl SelectionArgs {
    /// The patterns as the library takes them.
    pub fn to_query(&self) -> SelectionQuery {
        SelectionQuery { apps: self.app.clone(), stages: self.stage.clone() }
    }
}

/// A span of time.
#[derive(Debug, Args)]
pub struct WindowArgs {
    /// Only from this time or revision on: `2026-08-01`, `14:05`, `3 days ago`, `v1.2`
    #[arg(long, value_name = "TIME|REV")]
    since: Option<String>,

    /// Only before this time or revision
    #[arg(long, value_name = "TIME|REV")]
    until: Option<String>,
}

impl WindowArgs {
    /// The span as the library takes it.
    pub fn to_query(&self) -> WindowQuery {
        WindowQuery { since: self.since.clone(), until: self.until.clone() }
    }
}
