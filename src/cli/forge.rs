//! The forge of a repository: where it is, and what it is reached with.

use super::context::Context;
use super::environment::{chance, seconds, text};
use super::failure::Failure;
use crate::config::Method;
use crate::forge::{Access, Clock, Forge, ForgeError, Kind, Known, Limits, Place, PlaceError, TokenSources};
use crate::forge::{MergeMethod, connect, find_token};
use crate::git::Repository;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

/// The variable whose token may be for any host.
const GENERAL_TOKEN: &str = "TOWPATH_TOKEN";

/// What is said about the forge of `origin`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said<'a> {
    /// By the user: `--forge` or `TOWPATH_FORGE`.
    pub user: Option<&'a str>,
    pub api: Option<&'a str>,
    /// By the repository's own configuration.
    pub config: Option<&'a str>,
}

/// Where proposals are made.
#[derive(Debug, Clone)]
pub struct Home {
    pub place: Place,
    /// Only the repository says that its host is a forge: a token that is for no certain host is not
    /// sent there.
    is_hearsay: bool,
}

/// Finds the forge by the address of `origin`, or as it is said.
///
/// # Errors
/// Where there is none: with what can be done without.
pub fn home(said: Said<'_>, repository: &Repository) -> Result<Home, Failure> {
    let by_address = place(None, None, repository);
    match (said.user, said.config) {
        (None, Some(config)) if by_address.is_err() => {
            Ok(Home { place: place(Some(config), None, repository)?, is_hearsay: true })
        }
        (None, _) => Ok(Home { place: by_address?, is_hearsay: false }),
        (user, _) => Ok(Home { place: place(user, said.api, repository)?, is_hearsay: false }),
    }
}

/// The place of an app's sources: a host that is known, or the one that proposals are made on.
pub fn place_of_sources(url: &str, home: Option<&Home>) -> Option<Place> {
    let known = home.map(|home| {
        let Place { kind, host, api, .. } = home.place.clone();
        Known { kind, host: Some(host), api: (kind != Kind::Azure).then_some(api) }
    });
    Place::of(url, known.as_ref()).ok()
}

fn place(named: Option<&str>, api: Option<&str>, repository: &Repository) -> Result<Place, Failure> {
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
pub fn open(home: &Home, repository: &Repository, context: &Context) -> Result<Box<dyn Forge>, Failure> {
    let place = &home.place;
    let variable = |name: &str| text(name).filter(|_| !home.is_hearsay || name != GENERAL_TOKEN);
    let git = |host: &str| credential(host, repository, context);
    let sources = TokenSources { variable: &variable, gh: &gh, git: &git };
    let Some((token, from)) = find_token(place.kind, &place.host, &sources) else {
        let failure = Failure::failed(format!("there is no token for {}", place.host));
        return Err(failure.hint(if home.is_hearsay {
            "towpath.yaml alone says what this host is: TOWPATH_TOKEN counts with --forge or TOWPATH_FORGE"
        } else {
            "set TOWPATH_TOKEN, or the forge's own variable; `gh auth login` and git's credential helpers do too"
        }));
    };
    context.ui.detail(&format!("the token for {} is from {from}", place.host));
    let secure = place.api.starts_with("https:");
    let proxies: &[&str] = if secure { &["https_proxy", "HTTPS_PROXY", "ALL_PROXY"] } else { &["http_proxy"] };
    let no_proxy = text("no_proxy").or_else(|| text("NO_PROXY")).unwrap_or_default();
    let authorities = text("TOWPATH_CA_FILE").or_else(|| text("SSL_CERT_FILE"));
    let access = Access {
        token: Some(token),
        proxy: proxies.iter().find_map(|name| text(name)),
        no_proxy: no_proxy.split(',').map(|host| host.trim().to_owned()).filter(|host| !host.is_empty()).collect(),
        authorities: authorities.and_then(|path| std::fs::read(path).ok()),
        limits: Limits::default(),
        clock: Clock { now: Arc::new(seconds), sleep: Arc::new(thread::sleep), chance: Arc::new(chance) },
        log: None,
    };
    Ok(connect(place, &access)?)
}

/// The way to merge, as forges know it.
pub fn method(method: Method) -> MergeMethod {
    match method {
        Method::Merge => MergeMethod::Merge,
        Method::Squash => MergeMethod::Squash,
        Method::Rebase => MergeMethod::Rebase,
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
