//! `towpath mcp`: answers the tools of an assistant.

use super::context::CommandContext;
use super::exit::ExitKind;
use crate::mcp::serve_stdio;
use crate::ops::error::Failure;
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  towpath mcp -C ~/deploy                       serve the tools to the client that started it
  claude mcp add towpath -- towpath mcp -C https://example.com/team/deploy.git

Exit codes:
  0  the client closed the connection
  1  failed
  2  wrong usage";

/// Serve the answers to an assistant, by the Model Context Protocol, read-only
///
/// Speaks the Model Context Protocol on standard input and output, as the clients of assistants
/// start it. The tools are status, history, changes, diff, trace, ask and audit. Their answers are
/// the JSON of these commands. There is no tool that writes.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct McpArgs {}

/// Serves until the client closes the connection.
pub fn run(_args: &McpArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    serve_stdio(&context.session)?;
    Ok(ExitKind::Done)
}
