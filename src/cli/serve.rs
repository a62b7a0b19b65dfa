//! `towpath serve`: answers over HTTP.

use super::context::CommandContext;
use super::exit::ExitKind;
use super::terminal::Terminal;
use super::value_parsers::parse_duration;
use crate::ops::error::Failure;
use crate::ops::mirror::MirrorRefresh;
use crate::ops::notice::NoticeSink;
use crate::ops::session::Session;
use crate::web::{AccessRules, AccessToken, ServeOptions, ServedRepository, serve};
use clap::{Args, ValueHint};
use jiff::SignedDuration;
use std::collections::BTreeMap;
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
  towpath serve -C ~/payments-deploy -C ~/web-deploy
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

    /// File with the repositories to serve, one `NAME: PATH|URL` per line
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "repo")]
    fleet: Option<PathBuf>,

    /// Interval between two looks at the repository
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = parse_duration)]
    every: SignedDuration,

    /// Also fetch into a clone from its origin
    #[arg(long)]
    fetch: bool,

    /// File with the tokens of readers, one per line
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    token_file: Option<PathBuf>,

    /// File with the secret of webhooks, by which forges tell of pushes
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    webhook_secret_file: Option<PathBuf>,

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
        webhook_secret: args.webhook_secret_file.as_deref().map(read_secret).transpose()?,
        threads: std::thread::available_parallelism().map_or(2, usize::from),
        max_files: super::environment::max_open_files(),
    };
    let log: Arc<dyn NoticeSink> = Arc::new(Terminal::new(context.ui.clone()));
    serve(&options, &repositories(args, context)?, &log)?;
    Ok(ExitKind::Done)
}

/// The repositories, with the names of their paths.
fn repositories(
    args: &ServeArgs,
    context: &CommandContext,
) -> Result<Vec<ServedRepository>, Failure> {
    let named = match &args.fleet {
        Some(path) => read_fleet(path)?,
        None => {
            let places = context.globals.repo.iter();
            places.map(|place| (path_name(place), place.clone())).collect()
        }
    };
    if named.is_empty() {
        let session = context.session.clone();
        return Ok(vec![ServedRepository { name: "repository".to_owned(), session }]);
    }
    for (at, (name, place)) in named.iter().enumerate() {
        let is_reserved = RESERVED.contains(&name.as_str());
        if !is_path_name(name) || (is_reserved && named.len() > 1) {
            let failure = Failure::usage(format!("`{name}` cannot be a path of the server"));
            return Err(failure.hint(format!("--fleet FILE gives `{place}` another name")));
        }
        if named[..at].iter().any(|(other, _)| other == name) {
            let failure = Failure::usage(format!("two repositories are called `{name}`"));
            return Err(failure.hint("--fleet FILE gives them names"));
        }
    }
    let repository = |(name, place): (String, String)| {
        let mut session: Session = context.session.clone();
        session.options.repository = Some(place);
        ServedRepository { name, session }
    };
    Ok(named.into_iter().map(repository).collect())
}

/// The first parts of paths that the server of several repositories has itself.
const RESERVED: [&str; 3] = ["api", "healthz", "readyz"];

/// The last part of a path or URL, without `.git`.
fn path_name(place: &str) -> String {
    let resolved = std::path::absolute(place).ok().filter(|path| path.exists());
    let place = resolved.map_or_else(|| place.to_owned(), |path| path.display().to_string());
    let place = place.trim_end_matches(['/', '\\', '.']);
    let name = place.rsplit(['/', '\\', ':']).next().unwrap_or(place);
    name.trim_end_matches(".git").to_owned()
}

fn is_path_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
    !name.is_empty() && !name.starts_with('.') && name.chars().all(is_plain)
}

/// Reads the names and places of repositories: a mapping of YAML.
fn read_fleet(path: &Path) -> Result<Vec<(String, String)>, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("cannot read the repositories in `{shown}`")).with_cause(&error)
    })?;
    let named: BTreeMap<String, String> = serde_yaml::from_str(&text).map_err(|error| {
        let failure = Failure::usage(format!("`{shown}` is no list of repositories"));
        failure.with_cause(&error).hint("write one `NAME: PATH|URL` per line")
    })?;
    if named.is_empty() {
        return Err(Failure::usage(format!("`{shown}` names no repository")));
    }
    Ok(named.into_iter().collect())
}

/// Reads the secret of webhooks. An empty one would let everybody in.
fn read_secret(path: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("cannot read the secret in `{}`", path.display())).with_cause(&error)
    })?;
    match text.trim() {
        secret if secret.len() >= 16 => Ok(secret.to_owned()),
        _ => Err(Failure::usage(format!("the secret in `{}` is too short", path.display()))
            .hint("write at least 16 characters, such as `openssl rand -hex 32` prints")),
    }
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
