//! Options that name the pull request to judge, for `guard` and `comment`.

use clap::Args;
use std::path::PathBuf;

/// The range of commits that a pull request would merge.
#[derive(Debug, Clone, Args)]
pub struct RangeArgs {
    /// Revision to merge into
    #[arg(long, value_name = "REVISION")]
    pub base: String,

    /// Revision to merge
    #[arg(long, value_name = "REVISION", default_value = "HEAD")]
    pub head: String,
}

/// The event that started the CI job.
#[derive(Debug, Clone, Args)]
pub struct EventArgs {
    /// Event file that the forge's automation wrote
    #[arg(
        long,
        value_name = "FILE",
        env = "GITHUB_EVENT_PATH",
        hide_env_values = true,
        hide_short_help = true
    )]
    pub event: Option<PathBuf>,
}
