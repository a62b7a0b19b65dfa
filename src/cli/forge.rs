//! The forge of a repository: where it is, and what it is reached with.

use super::context::Context;
use super::environment::{chance, seconds, text};
use super::failure::Failure;
use crate::forge::{Access, Clock, Forge, ForgeError, Kind, Known, Limits, Place, PlaceError, Token, TokenSources};
use crate::forge::{connect, find_token};
use crate::git::Repository;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

/// Finds the forge by the address of `origin`, or as `--forge` says.
///
/// # Errors
/// Where there is none: with what can be done without.
pub fn place(named: Option<&str>, api: Option<&str>, repository: &Repository) -> Result<Place, Failure> {
    let without = "--push writes to the branch itself, --commit makes a local commit, --patch prints one";
    let Some(written) = repository.origin_as_written() else {
        return Err(Failure::failed("the repository has no remote `origin` to open a pull request at").hint(without));
    };
    let known = match named {
        Some(name) => {
            let kind = Kind::from_name(name).ok_or_else(|| {
                let failure = Failure::usage(format!("`{name}` is no forge that towpath knows"));
                failure.hint("github, gitlab, gitea, forgejo, bitbucket and azure are")
            })?;
            Some(Known { kind, host: None, api: api.map(str::to_owned) })
        }
        None => None,
    };
    let found = Place::of(&written, known.as_ref());
    // A short form of the user's own, such as `gh:team/deploy`, is known in full only.
    let found =
        found.or_else(|error| repository.origin_url().map_or(Err(error), |url| Place::of(&url, known.as_ref())));
    found.map_err(|error| {
        let failure = Failure::failed(format!("no pull request can be opened: {error}"));
        let failure = match error {
            PlaceError::Unknown { host, .. } => failure.hint(format!("if `{host}` is a forge, say which with --forge")),
            PlaceError::NoHost | PlaceError::Path { .. } => failure,
        };
        failure.hint(without)
    })
}

/// Opens the forge with the token that is meant for it.
///
/// # Errors
/// Without a token.
pub fn open(place: &Place, repository: &Repository, context: &Context) -> Result<Box<dyn Forge>, Failure> {
    let git = |host: &str| credential(host, repository, context);
    let sources = TokenSources { variable: &text, gh: &gh, git: &git };
    let Some((token, from)) = find_token(place.kind, &place.host, &sources) else {
        let failure = Failure::failed(format!("there is no token for {}", place.host));
        return Err(failure.hint(
            "set TOWPATH_TOKEN, or the forge's own variable; `gh auth login` and git's credential helpers do too",
        ));
    };
    context.ui.detail(&format!("the token for {} is from {from}", place.host));
    let access = access(&place.api, Some(token), Limits::default());
    Ok(connect(place, &access)?)
}

/// What an address is reached with.
pub fn access(url: &str, token: Option<Token>, limits: Limits) -> Access {
    let secure = url.starts_with("https:");
    let proxies: &[&str] = if secure { &["https_proxy", "HTTPS_PROXY", "ALL_PROXY"] } else { &["http_proxy"] };
    let no_proxy = text("no_proxy").or_else(|| text("NO_PROXY")).unwrap_or_default();
    let authorities = text("TOWPATH_CA_FILE").or_else(|| text("SSL_CERT_FILE"));
    Access {
        token,
        proxy: proxies.iter().find_map(|name| text(name)),
        no_proxy: no_proxy.split(',').map(|host| host.trim().to_owned()).filter(|host| !host.is_empty()).collect(),
        authorities: authorities.and_then(|path| std::fs::read(path).ok()),
        limits,
        clock: Clock { now: Arc::new(seconds), sleep: Arc::new(thread::sleep), chance: Arc::new(chance) },
        log: None,
    }
}

/// `gh auth token`, if there is a `gh`.
fn gh(host: &str) -> Option<String> {
    let mut gh = Command::new("gh");
    gh.args(["auth", "token", "--hostname", host]).stdin(Stdio::null()).stderr(Stdio::null());
    let output = gh.output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
}

/// What git's credential helpers have for a host. They are not to ask.
fn credential(host: &str, repository: &Repository, context: &Context) -> Option<(String, String)> {
    let manner = context.manner(None);
    let answer = crate::git::credential(repository, &manner, host)?;
    let value = |key: &str| answer.lines().find_map(|line| line.strip_prefix(key)).map(str::to_owned);
    Some((value("username=").unwrap_or_default(), value("password=")?))
}

impl From<ForgeError> for Failure {
    fn from(error: ForgeError) -> Self {
        let failure = Failure::failed(error.to_string());
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
