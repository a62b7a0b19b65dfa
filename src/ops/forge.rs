//! The forge of a repository: its location, its token and its connection.

use crate::config::Config;
use crate::config::ProposalMergeMethod;
use crate::forge::{
    Clock, Forge, ForgeAccess, ForgeError, ForgeHost, ForgeKind, ForgeRepository, ForgeUrlError,
    RequestLimits, Token, TokenSources,
};
use crate::forge::{MergeMethod, connect, find_token, open_plain};
use crate::git::{GitIdentity, Repository};
use crate::ops::ci_run::forge_of_run;
use crate::ops::error::Failure;
use crate::ops::random::random_fraction;
use crate::ops::session::ForgeChoice;
use crate::ops::session::Session;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

/// The variable with a token for any host.
const GENERAL_TOKEN: &str = "TOWPATH_TOKEN";

/// Settings about the forge of `origin`.
#[derive(Debug, Clone, Copy, Default)]
pub struct ForgeOptions<'a> {
    /// The name from the user: `--forge` or `TOWPATH_FORGE`.
    pub user: Option<&'a str>,
    pub api: Option<&'a str>,
    /// The name from the configuration of the repository.
    pub config: Option<&'a str>,
}

impl ForgeChoice {
    /// Combines the user's choice with the configuration.
    pub fn to_options<'a>(&'a self, config: &'a Config) -> ForgeOptions<'a> {
        ForgeOptions {
            user: self.name.as_deref(),
            api: self.api.as_deref(),
            config: config.forge.as_deref(),
        }
    }
}

/// The place of proposals.
#[derive(Debug, Clone)]
pub enum ForgeLocation {
    /// A forge.
    Hosted {
        place: ForgeRepository,
        /// True where only the repository's own configuration names the forge. A token for any host
        /// is not sent there.
        is_hearsay: bool,
    },
    /// The repository itself, without a forge.
    Plain,
}

/// Finds the forge by the settings, the CI system that runs towpath, if it belongs to the host of
/// `origin`, or the address of `origin`. A folder has no forge.
///
/// # Errors
/// When the forge is unknown.
pub fn locate_forge(
    said: ForgeOptions<'_>,
    repository: &Repository,
    session: &Session,
) -> Result<ForgeLocation, Failure> {
    let named = said.user.or(said.config);
    if let Some(name) = named {
        parse_kind(name)?;
    }
    if named == Some("plain") {
        return origin(repository).map(|_| ForgeLocation::Plain);
    }
    let hosted = |place, is_hearsay| ForgeLocation::Hosted { place, is_hearsay };
    if let Some(name) = said.user {
        let place = resolve_place(Some(name), said.api, repository)?;
        return Ok(place.map_or(ForgeLocation::Plain, |place| hosted(place, false)));
    }
    if let Some(place) = place_of_run(said, repository, session) {
        session.detail(&format!("{} at {} runs this job", place.kind.as_str(), place.host));
        return Ok(hosted(place, false));
    }
    match (resolve_place(None, None, repository), said.config) {
        (Ok(Some(place)), _) => Ok(hosted(place, false)),
        (Ok(None), None) => Ok(ForgeLocation::Plain),
        (Err(failure), None) => Err(failure),
        (_, name) => Ok(resolve_place(name, None, repository)?
            .map_or(ForgeLocation::Plain, |place| hosted(place, true))),
    }
}

/// The place of `origin` on the server whose CI system runs towpath. The configuration must not
/// name another kind of forge.
fn place_of_run(
    said: ForgeOptions<'_>,
    repository: &Repository,
    session: &Session,
) -> Option<ForgeRepository> {
    let running = forge_of_run(session)?;
    let mut known = running.host.clone();
    if said.config.is_some_and(|name| ForgeKind::from_name(name) != Some(known.kind)) {
        return None;
    }
    known.api = said.api.map(str::to_owned).or(known.api);
    let addresses = [repository.origin_as_written(), repository.origin_url()];
    let there = addresses.into_iter().flatten().find(|address| running.has(address))?;
    ForgeRepository::from_remote(&there, Some(&known)).ok()
}

/// The source repository of an app, on a host that towpath recognises or on the forge of the
/// proposals.
pub fn place_of_sources(url: &str, home: &ForgeLocation) -> Option<ForgeRepository> {
    let known = match home {
        ForgeLocation::Hosted { place: ForgeRepository { kind, host, api, .. }, .. } => {
            let api = (*kind != ForgeKind::Azure).then(|| api.clone());
            Some(ForgeHost { kind: *kind, host: Some(host.clone()), api })
        }
        ForgeLocation::Plain => None,
    };
    ForgeRepository::from_remote(url, known.as_ref()).ok()
}

/// Hint at the deliveries that need no forge.
pub const WITHOUT: &str =
    "--push pushes to the deployed branch, --commit creates a local commit, --patch prints a mail";

/// The address of `origin`, as written in the Git configuration.
///
/// # Errors
/// Where there is none.
pub fn origin(repository: &Repository) -> Result<String, Failure> {
    repository.origin_as_written().ok_or_else(|| {
        let failure = Failure::failed("the repository has no remote `origin` for pull requests");
        match repository.work_tree() {
            Some(_) => failure,
            None => failure
                .hint("name a bare repository by its address, as in `-C file:///srv/deploy.git`"),
        }
    })
}

fn parse_kind(name: &str) -> Result<ForgeKind, Failure> {
    ForgeKind::from_name(name).ok_or_else(|| {
        let failure = Failure::usage(format!("unknown forge `{name}`"));
        failure.hint("use github, gitlab, gitea, forgejo, bitbucket, azure or plain")
    })
}

/// The place of `origin`; `None` where it is a folder.
fn resolve_place(
    named: Option<&str>,
    api: Option<&str>,
    repository: &Repository,
) -> Result<Option<ForgeRepository>, Failure> {
    let written = origin(repository)?;
    let kind = named.map(parse_kind).transpose()?;
    let known = kind.map(|kind| ForgeHost { kind, host: None, api: api.map(str::to_owned) });
    let found = ForgeRepository::from_remote(&written, known.as_ref());
    // A short form from the user's `insteadOf`, such as `gh:team/deploy`, must be expanded.
    let found = found.or_else(|error| {
        repository
            .origin_url()
            .map_or(Err(error), |url| ForgeRepository::from_remote(&url, known.as_ref()))
    });
    match found {
        Ok(place) => Ok(Some(place)),
        Err(ForgeUrlError::NoHost) if kind.is_none() => Ok(None),
        Err(error) => {
            let failure = Failure::failed(format!("pull requests need a forge: {error}"));
            Err(match error {
                ForgeUrlError::Unknown { host, .. } => failure.hint(format!(
                    "if `{host}` is a forge, name its kind with --forge; `--forge plain` needs no \
                     forge"
                )),
                ForgeUrlError::NoHost | ForgeUrlError::Path { .. } => failure,
            })
        }
    }
}

/// Opens the forge with its token, or the repository itself where there is no forge. `author`
/// writes the proposals in the repository.
///
/// # Errors
/// Without a token, or without the name of an author.
pub fn open_forge<'r>(
    home: &ForgeLocation,
    repository: &'r Repository,
    author: Option<&GitIdentity>,
    session: &Session,
) -> Result<Box<dyn Forge + 'r>, Failure> {
    match home {
        ForgeLocation::Hosted { place, is_hearsay } => {
            open_hosted_forge(place, *is_hearsay, repository, session)
        }
        ForgeLocation::Plain => {
            let workspace = session.open_workspace(repository, author).map_err(|failure| {
                failure.hint(
                    "without a forge, towpath fetches pull requests into this clone to read them",
                )
            })?;
            let who = workspace.author()?;
            let address = repository.origin_url().unwrap_or_default();
            Ok(open_plain(
                workspace,
                address,
                format!("{} <{}>", who.name, who.email),
                clock(session),
            ))
        }
    }
}

/// Opens a source repository on the server of the proposals, whose token is known; `None` if it is
/// elsewhere.
///
/// # Errors
/// As [`open_forge`].
pub fn open_sources(
    place: &ForgeRepository,
    home: &ForgeLocation,
    repository: &Repository,
    session: &Session,
) -> Result<Option<Box<dyn Forge>>, Failure> {
    match home {
        ForgeLocation::Hosted { place: known, is_hearsay }
            if known.host == place.host && known.kind == place.kind =>
        {
            open_hosted_forge(place, *is_hearsay, repository, session).map(Some)
        }
        _ => Ok(None),
    }
}

fn open_hosted_forge(
    place: &ForgeRepository,
    is_hearsay: bool,
    repository: &Repository,
    session: &Session,
) -> Result<Box<dyn Forge>, Failure> {
    let variable =
        |name: &str| session.variable(name).filter(|_| !is_hearsay || name != GENERAL_TOKEN);
    let git = |host: &str| git_credential(host, repository, session);
    let sources = TokenSources { variable: &variable, gh: &gh_token, git: &git };
    let Some((token, from)) = find_token(place.kind, &place.host, &sources) else {
        let failure = Failure::failed(format!("there is no token for {}", place.host));
        return Err(failure.hint(if is_hearsay {
            "only towpath.yaml names this forge, so towpath sends TOWPATH_TOKEN only with --forge \
             or TOWPATH_FORGE"
        } else {
            "set TOWPATH_TOKEN or the variable of the forge; `gh auth login` and Git credential \
             helpers work too"
        }));
    };
    session.detail(&format!("using the token for {} from {from}", place.host));
    let access = forge_access(&place.api, Some(token), RequestLimits::default(), session)?;
    Ok(connect(place, &access)?)
}

/// The access to an address: token, proxy, certificates and limits.
pub fn forge_access(
    url: &str,
    token: Option<Token>,
    limits: RequestLimits,
    session: &Session,
) -> Result<ForgeAccess, Failure> {
    let secure = url.starts_with("https:");
    let proxies: &[&str] =
        if secure { &["https_proxy", "HTTPS_PROXY", "ALL_PROXY"] } else { &["http_proxy"] };
    let no_proxy =
        session.variable("no_proxy").or_else(|| session.variable("NO_PROXY")).unwrap_or_default();
    Ok(ForgeAccess {
        token,
        proxy: proxies.iter().find_map(|name| session.variable(name)),
        no_proxy: no_proxy
            .split(',')
            .map(|host| host.trim().to_owned())
            .filter(|host| !host.is_empty())
            .collect(),
        authorities: read_authorities(session)?,
        limits,
        clock: clock(session),
        log: None,
    })
}

/// The file with certificates to trust. `SSL_CERT_FILE` is read by the TLS library, too, so that
/// only a file that towpath alone is told must exist.
fn read_authorities(session: &Session) -> Result<Option<Vec<u8>>, Failure> {
    let Some(path) = session.variable("TOWPATH_CA_FILE") else {
        let usual = session.variable("SSL_CERT_FILE");
        return Ok(usual.and_then(|path| std::fs::read(path).ok()));
    };
    std::fs::read(&path).map(Some).map_err(|error| {
        Failure::usage(format!("cannot read `{path}`, which TOWPATH_CA_FILE names: {error}"))
    })
}

fn clock(session: &Session) -> Clock {
    let now = session.clock();
    Clock {
        now: Arc::new(move || now().timestamp().as_second()),
        sleep: Arc::new(thread::sleep),
        chance: Arc::new(random_fraction),
    }
}

/// Converts a merge method of the configuration to one of the forge.
pub fn method(method: ProposalMergeMethod) -> MergeMethod {
    match method {
        ProposalMergeMethod::Merge => MergeMethod::Merge,
        ProposalMergeMethod::Squash => MergeMethod::Squash,
        ProposalMergeMethod::Rebase => MergeMethod::Rebase,
    }
}

/// The reference to a proposal in texts on the forge: `#12`, or `!12` on GitLab.
pub fn proposal_reference(kind: ForgeKind, number: u64) -> String {
    format!("{}{number}", if kind == ForgeKind::GitLab { '!' } else { '#' })
}

/// The token from `gh auth token`, if `gh` is installed.
fn gh_token(host: &str) -> Option<String> {
    let mut gh = Command::new("gh");
    gh.args(["auth", "token", "--hostname", host]).stdin(Stdio::null()).stderr(Stdio::null());
    let output = gh.output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
}

/// The user and password that Git credential helpers have for a host, without asking the user.
fn git_credential(
    host: &str,
    repository: &Repository,
    session: &Session,
) -> Option<(String, String)> {
    let manner = session.git_options(None);
    let answer = crate::git::fill_credential(repository, &manner, host)?;
    let value =
        |key: &str| answer.lines().find_map(|line| line.strip_prefix(key)).map(str::to_owned);
    Some((value("username=").unwrap_or_default(), value("password=")?))
}

impl From<ForgeError> for Failure {
    fn from(error: ForgeError) -> Self {
        let failure = match error {
            ForgeError::NoSuchProposal { .. } => Failure::usage(error.to_string()),
            _ => Failure::failed(error.to_string()),
        };
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
