//! `towpath serve`: answers over HTTP.

use super::context::CommandContext;
use super::exit::ExitKind;
use super::terminal::Terminal;
use super::value_parsers::parse_duration;
use crate::ops::error::Failure;
use crate::ops::mirror::MirrorRefresh;
use crate::ops::notice::NoticeSink;
use crate::web::{AccessRules, AccessToken, ServeOptions, serve};
use clap::{Args, ValueHint};
use jiff::SignedDuration;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  towpath serve                                 serve the current repository on port 8080
  towpath serve -C https://example.com/team/deploy.git --every 1m
  curl localhost:8080/api/v1/status/web         show where web runs
  curl 'localhost:8080/api/v1/history?stage=prod&since=2+hours+ago'
  towpath serve --listen 0.0.0.0:8080 --token-file tokens
  curl -H \"Authorization: Bearer $TOKEN\" http://deploy.internal:8080/api/v1/status

Exit codes:
  0  stopped by a signal
  1  failed
  2  wrong usage or configuration";

/// Serve the answers over HTTP: pages and a JSON API, read-only
///
/// Answers the questions of status, history, diff, trace, metrics, audit and ask, with the JSON of
/// these commands. /api/openapi.json describes the API. The server cannot change a repository. It
/// reads the repository again at intervals: the copy of a URL is fetched, and a clone is read as it
/// is, unless --fetch is given. Answers are kept in memory until the repository changes.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct ServeArgs {
    /// Address and port; without --token-file, only of this machine
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// Interval between two looks at the repository
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = parse_duration)]
    every: SignedDuration,

    /// Also fetch into a clone from its origin
    #[arg(long)]
    fetch: bool,

    /// File with the tokens of readers, one per line
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    token_file: Option<PathBuf>,

    /// Further names that the server is called by, as behind a proxy
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,

    /// Origins whose pages may read the API, such as `https://dashboard.example.com`
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
}

/// Serves until a signal ends the process.
pub fn run(args: &ServeArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let tokens = args.token_file.as_deref().map(read_tokens).transpose()?.unwrap_or_default();
    let refresh = match (context.session.options.read_only, args.fetch) {
        (true, _) => MirrorRefresh::Nothing,
        (false, true) => MirrorRefresh::Clone,
        (false, false) => MirrorRefresh::Cache,
    };
    let (hosts, origins) = (args.host.clone(), args.allow_origin.clone());
    let options = ServeOptions {
        listen: args.listen,
        every: args.every.unsigned_abs().max(Duration::from_secs(1)),
        refresh,
        access: AccessRules { tokens, hosts, origins },
        threads: std::thread::available_parallelism().map_or(2, usize::from),
        max_files: super::environment::max_open_files(),
    };
    let log: Arc<dyn NoticeSink> = Arc::new(Terminal::new(context.ui.clone()));
    serve(&options, &context.session, &log)?;
    Ok(ExitKind::Done)
}

/// Reads the tokens of readers. A file without any would let everybody in.
fn read_tokens(path: &Path) -> Result<Vec<AccessToken>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("cannot read the tokens in `{}`", path.display())).with_cause(&error)
    })?;
    let tokens = AccessToken::parse_file(&text);
    if tokens.is_empty() {
        let failure = Failure::usage(format!("`{}` has no token", path.display()));
        return Err(failure.hint("write one token per line, such as `openssl rand -hex 32` prints"));
    }
    Ok(tokens)
}
