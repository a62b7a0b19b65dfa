//! Determines the forge and the repository's name from a remote URL.

use super::url::{UrlParts, unescape};

/// A kind of forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForgeKind {
    /// GitHub and GitHub Enterprise.
    GitHub,
    GitLab,
    /// Gitea and Forgejo.
    Gitea,
    /// Bitbucket Cloud.
    Bitbucket,
    /// Azure DevOps Services and Server.
    Azure,
    /// A repository without a forge.
    Plain,
}

impl ForgeKind {
    /// Parses the name used in the configuration.
    pub fn from_name(name: &str) -> Option<ForgeKind> {
        Some(match name {
            "github" => ForgeKind::GitHub,
            "gitlab" => ForgeKind::GitLab,
            "gitea" | "forgejo" => ForgeKind::Gitea,
            "bitbucket" => ForgeKind::Bitbucket,
            "azure" => ForgeKind::Azure,
            "plain" => ForgeKind::Plain,
            _ => return None,
        })
    }

    /// Returns the name used in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            ForgeKind::GitHub => "github",
            ForgeKind::GitLab => "gitlab",
            ForgeKind::Gitea => "gitea",
            ForgeKind::Bitbucket => "bitbucket",
            ForgeKind::Azure => "azure",
            ForgeKind::Plain => "plain",
        }
    }

    /// Returns the display name.
    pub fn as_str(self) -> &'static str {
        match self {
            ForgeKind::GitHub => "GitHub",
            ForgeKind::GitLab => "GitLab",
            ForgeKind::Gitea => "Gitea",
            ForgeKind::Bitbucket => "Bitbucket",
            ForgeKind::Azure => "Azure DevOps",
            ForgeKind::Plain => "a repository without a forge",
        }
    }

    /// Returns the ref that contains the head of a proposal, including one from a fork. `None` for
    /// Bitbucket Cloud, which has none, and Azure DevOps, which keeps only the merge.
    /// (docs.github.com, "Checking out pull requests locally"; docs.gitlab.com, "Checkout merge
    /// requests locally through the head ref"; Gitea's routes use GitHub's name.)
    pub fn head_ref(self, number: u64) -> Option<String> {
        match self {
            ForgeKind::GitHub | ForgeKind::Gitea => Some(format!("refs/pull/{number}/head")),
            ForgeKind::GitLab => Some(format!("refs/merge-requests/{number}/head")),
            ForgeKind::Bitbucket | ForgeKind::Azure | ForgeKind::Plain => None,
        }
    }

    /// Returns the hosts recognised without configuration.
    pub(super) fn public_hosts(self) -> &'static [&'static str] {
        match self {
            ForgeKind::GitHub => &["github.com", "ssh.github.com"],
            ForgeKind::GitLab => &["gitlab.com", "altssh.gitlab.com"],
            ForgeKind::Gitea => &["codeberg.org", "gitea.com"],
            ForgeKind::Bitbucket => &["bitbucket.org", "altssh.bitbucket.org"],
            ForgeKind::Azure => &["dev.azure.com", "ssh.dev.azure.com", "vs-ssh.visualstudio.com"],
            ForgeKind::Plain => &[],
        }
    }

    const ALL: [ForgeKind; 5] = [
        ForgeKind::GitHub,
        ForgeKind::GitLab,
        ForgeKind::Gitea,
        ForgeKind::Bitbucket,
        ForgeKind::Azure,
    ];
}

/// The configuration of a self-hosted forge. From a trusted configuration only: the host's token is
/// sent to `api`.
#[derive(Debug, Clone)]
pub struct ForgeHost {
    pub kind: ForgeKind,
    /// The host of the remote URL; `None` matches any that is not public.
    pub host: Option<String>,
    /// The base URL of the API, such as `https://git.example.com/api/v4`; derived from the host if
    /// `None`.
    pub api: Option<String>,
}

/// A repository on a forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgeRepository {
    pub kind: ForgeKind,
    /// The host that the token belongs to.
    pub host: String,
    /// The base URL of the API, without a trailing slash.
    pub api: String,
    /// Owner, group (nested ones with slashes), workspace, or Azure's project.
    pub owner: String,
    pub name: String,
}

/// Why a remote URL leads to no forge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForgeUrlError {
    #[error("the remote is not on a host, so it has no forge")]
    NoHost,
    #[error("`{host}` is not a known forge")]
    Unknown { host: String, looks_like: Option<ForgeKind> },
    #[error("`{path}` is not the path of a repository on {}", kind.as_str())]
    Path { kind: ForgeKind, path: String },
}

impl ForgeUrlError {
    /// Returns a remedy, if one is known.
    pub fn hint(&self) -> Option<String> {
        let ForgeUrlError::Unknown { host, looks_like } = self else { return None };
        let name = match looks_like {
            Some(ForgeKind::Gitea) => "forgejo",
            Some(kind) => kind.name(),
            None => ForgeKind::GitHub.name(),
        };
        Some(format!("set the forge of `{host}` in the config, for example `forge: {name}`"))
    }
}

impl ForgeRepository {
    /// Parses a remote URL: https, ssh, or `git@host:path`. User names and passwords in it are
    /// ignored.
    ///
    /// # Errors
    /// [`ForgeUrlError`]. An unknown host is never probed, because the request could carry a token.
    pub fn from_remote(
        remote: &str,
        known: Option<&ForgeHost>,
    ) -> Result<ForgeRepository, ForgeUrlError> {
        let parts = UrlParts::of(remote)
            .filter(|parts| parts.scheme != "file")
            .ok_or(ForgeUrlError::NoHost)?;
        let said = known.filter(|known| {
            known.host.as_ref().is_none_or(|host| host.eq_ignore_ascii_case(&parts.host))
        });
        let kind = said.map(|said| said.kind).or_else(|| public_kind(&parts.host));
        let unknown = || ForgeUrlError::Unknown {
            host: parts.host.clone(),
            looks_like: guess_kind(&parts.host),
        };
        let kind = kind.filter(|kind| *kind != ForgeKind::Plain).ok_or_else(unknown)?;
        let api = said
            .and_then(|said| said.api.as_deref())
            .map(|api| api.trim_end_matches('/').to_owned());
        let bad = || ForgeUrlError::Path { kind, path: parts.path.clone() };
        match kind {
            ForgeKind::Azure => parse_azure(&parts, api).ok_or_else(bad),
            _ => {
                let api = api.unwrap_or_else(|| default_api(kind, &parts));
                parse_owner_name(kind, &parts, api).ok_or_else(bad)
            }
        }
    }
}

fn public_kind(host: &str) -> Option<ForgeKind> {
    if host.ends_with(".visualstudio.com") {
        return Some(ForgeKind::Azure);
    }
    if host.ends_with(".ghe.com") {
        return Some(ForgeKind::GitHub);
    }
    ForgeKind::ALL.into_iter().find(|kind| kind.public_hosts().contains(&host))
}

fn guess_kind(host: &str) -> Option<ForgeKind> {
    let words = [
        ("gitlab", ForgeKind::GitLab),
        ("forgejo", ForgeKind::Gitea),
        ("gitea", ForgeKind::Gitea),
        ("github", ForgeKind::GitHub),
        ("bitbucket", ForgeKind::Bitbucket),
        ("tfs", ForgeKind::Azure),
    ];
    words.into_iter().find(|(word, _)| host.contains(word)).map(|(_, kind)| kind)
}

/// Returns the host of the web pages and API; ssh uses different hosts and ports.
fn web_host(parts: &UrlParts) -> String {
    let host = match parts.host.as_str() {
        "ssh.github.com" => "github.com",
        "altssh.gitlab.com" => "gitlab.com",
        "altssh.bitbucket.org" => "bitbucket.org",
        host => host,
    };
    match parts.port.filter(|_| parts.scheme.starts_with("http")) {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Returns the usual API URL. It is always https: a token is sent in plain text only if the
/// configuration names such a URL.
fn default_api(kind: ForgeKind, parts: &UrlParts) -> String {
    let web = web_host(parts);
    match kind {
        ForgeKind::GitHub if web == "github.com" => "https://api.github.com".into(),
        ForgeKind::GitHub if web.ends_with(".ghe.com") => format!("https://api.{web}"),
        ForgeKind::GitHub => format!("https://{web}/api/v3"),
        ForgeKind::GitLab => format!("https://{web}/api/v4"),
        ForgeKind::Gitea => format!("https://{web}/api/v1"),
        ForgeKind::Bitbucket => "https://api.bitbucket.org/2.0".into(),
        ForgeKind::Azure | ForgeKind::Plain => format!("https://{web}"),
    }
}

/// Parses `owner/name`, with nested groups on GitLab. A forge served below a path (known from its
/// API URL) has that path in its http remotes too.
fn parse_owner_name(kind: ForgeKind, parts: &UrlParts, api: String) -> Option<ForgeRepository> {
    let below = UrlParts::of(&api)?.path;
    let below = below.split("api/").next().unwrap_or_default().trim_end_matches('/');
    let path = match parts.path.strip_prefix(below) {
        Some(rest) if !below.is_empty() && parts.scheme.starts_with("http") => {
            rest.trim_start_matches('/')
        }
        _ => &parts.path,
    };
    let (owner, name) = path.trim_end_matches(".git").rsplit_once('/')?;
    let deep = owner.contains('/') && kind != ForgeKind::GitLab;
    let whole = !owner.is_empty() && !name.is_empty() && !deep;
    let host = web_host(parts).split(':').next().unwrap_or_default().to_owned();
    whole.then(|| ForgeRepository { kind, host, api, owner: unescape(owner), name: unescape(name) })
}

/// Parses Azure's forms: `dev.azure.com/ORG/PROJECT/_git/REPO`,
/// `ORG.visualstudio.com/PROJECT/_git/REPO`, optionally with `DefaultCollection` in front and
/// `_full` or `_optimized` inside, without a project if it has the repository's name,
/// `v3/ORG/PROJECT/REPO` over ssh, and a server's collections.
fn parse_azure(parts: &UrlParts, api: Option<String>) -> Option<ForgeRepository> {
    let segments: Vec<&str> =
        parts.path.split('/').filter(|part| !matches!(*part, "_full" | "_optimized")).collect();
    let place = |host: &str, api: String, owner: &str, name: &str| ForgeRepository {
        kind: ForgeKind::Azure,
        host: host.to_owned(),
        api,
        owner: unescape(owner),
        name: unescape(name.trim_end_matches(".git")),
    };
    if let ["v3", organisation, project, name] = segments.as_slice() {
        let api = api.unwrap_or_else(|| format!("https://dev.azure.com/{organisation}"));
        return Some(place("dev.azure.com", api, project, name));
    }
    let at = segments.iter().position(|part| *part == "_git")?;
    let (before, name) =
        (&segments[..at], segments.get(at + 1).filter(|_| segments.len() == at + 2)?);
    let host = &parts.host;
    let depth =
        if host == "dev.azure.com" { 1 } else { usize::from(!host.ends_with(".visualstudio.com")) };
    // Servers have a collection before the project; the old hosts may have `DefaultCollection`.
    let depth = depth + usize::from(depth == 0 && before.first() == Some(&"DefaultCollection"));
    let depth = if before.first() == Some(&"tfs") { 2 } else { depth };
    let collection = before.get(..depth)?.join("/");
    let project = before.get(depth).unwrap_or(name);
    let base = format!("https://{}/{collection}", web_host(parts));
    (before.len() <= depth + 1).then(|| {
        place(host, api.unwrap_or_else(|| base.trim_end_matches('/').to_owned()), project, name)
    })
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
