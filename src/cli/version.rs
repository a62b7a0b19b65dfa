//! `towpath version`: the version, and what it was built from and for.

use super::context::CommandContext;
use super::exit::ExitKind;
use crate::ops::error::Failure;
use clap::Args;

/// Show the version, the commit it was built from, and the target it was built for
#[derive(Debug, Args)]
pub struct VersionArgs {}

/// The commit and its date. A release sets them; a build from sources does not know them.
const COMMIT: Option<&str> = option_env!("TOWPATH_BUILD_COMMIT");
const DATE: Option<&str> = option_env!("TOWPATH_BUILD_DATE");

/// Prints one fact per line.
pub fn run(_: &VersionArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    context.ui.write_answer(&format!("towpath {}\n", long_version()))?;
    Ok(ExitKind::Done)
}

/// The text of `--version` after the name of the program.
pub fn long_version() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let commit = COMMIT.unwrap_or("unknown, built from sources");
    let date = DATE.map(|date| format!("date    {date}\n")).unwrap_or_default();
    format!("{version}\ncommit  {commit}\n{date}target  {}", target())
}

/// The target triple, as far as the program knows it.
fn target() -> String {
    let abi = if cfg!(target_env = "musl") { "musl" } else { "gnu" };
    let arch = std::env::consts::ARCH;
    match std::env::consts::OS {
        "linux" => format!("{arch}-unknown-linux-{abi}"),
        "macos" => format!("{arch}-apple-darwin"),
        "windows" if cfg!(target_env = "msvc") => format!("{arch}-pc-windows-msvc"),
        "windows" => format!("{arch}-pc-windows-gnu"),
        other => format!("{arch}-unknown-{other}"),
    }
}
