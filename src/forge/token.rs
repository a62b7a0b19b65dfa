//! The access token and the places it is looked up in.

use super::place::ForgeKind;
use std::fmt;

/// A secret. `Debug` and `Display` hide it, and messages of a forge are searched for it before they
/// are passed on.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    secret: String,
    user: Option<String>,
}

impl Token {
    /// Creates a token without a user name. Surrounding white space, such as a line end, is
    /// dropped.
    pub fn new(secret: &str) -> Self {
        Token { secret: secret.trim().to_owned(), user: None }
    }

    /// Creates a password or token with a user name, as `git credential fill` returns it.
    pub fn with_user(user: &str, secret: &str) -> Self {
        let user = user.trim();
        Token { user: (!user.is_empty()).then(|| user.to_owned()), ..Token::new(secret) }
    }

    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    pub(super) fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The places to look up tokens, as functions of the caller.
pub struct TokenSources<'a> {
    /// An environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// `gh auth token --hostname HOST`.
    pub gh: &'a dyn Fn(&str) -> Option<String>,
    /// `git credential fill` for `https://HOST`: user name and password.
    pub git: &'a dyn Fn(&str) -> Option<(String, String)>,
}

/// Finds the token for a host; returns it with a description of its origin.
///
/// Checks `TOWPATH_TOKEN`, then the variables for this host, then `gh`, then git. A forge's
/// variable applies to its public host, or to the host named by another variable
/// (`GITHUB_SERVER_URL`, `CI_SERVER_URL`, …): a token is never sent to a host it was not meant for.
pub fn find_token(
    kind: ForgeKind,
    host: &str,
    sources: &TokenSources<'_>,
) -> Option<(Token, String)> {
    let read = |name: &str| (sources.variable)(name).filter(|value| !value.trim().is_empty());
    let mut names = vec!["TOWPATH_TOKEN"];
    names.extend(token_variables(kind, host, &read));
    for name in names {
        if let Some(secret) = read(name) {
            let user = if kind == ForgeKind::Bitbucket { read("BITBUCKET_USERNAME") } else { None };
            return Some((
                Token::with_user(&user.unwrap_or_default(), &secret),
                format!("the variable {name}"),
            ));
        }
    }
    if kind == ForgeKind::GitHub
        && let Some(secret) = (sources.gh)(host).filter(|secret| !secret.trim().is_empty())
    {
        return Some((Token::new(&secret), "`gh auth token`".into()));
    }
    let (user, secret) = (sources.git)(host).filter(|(_, secret)| !secret.trim().is_empty())?;
    Some((Token::with_user(&user, &secret), "`git credential fill`".into()))
}

/// Returns the variables whose token is meant for this host.
fn token_variables(
    kind: ForgeKind,
    host: &str,
    read: &dyn Fn(&str) -> Option<String>,
) -> Vec<&'static str> {
    let names_host =
        |name: &str| read(name).is_some_and(|value| host_of(&value).eq_ignore_ascii_case(host));
    let public = kind.public_hosts().contains(&host);
    match kind {
        ForgeKind::GitHub if public || host.ends_with(".ghe.com") => {
            vec!["GH_TOKEN", "GITHUB_TOKEN"]
        }
        ForgeKind::GitHub => github_server_variables(&names_host),
        ForgeKind::GitLab if public || names_host("GITLAB_HOST") || names_host("CI_SERVER_URL") => {
            vec!["GITLAB_TOKEN"]
        }
        ForgeKind::Gitea
            if public
                || ["GITEA_SERVER_URL", "GITHUB_SERVER_URL", "CI_FORGE_URL"]
                    .into_iter()
                    .any(names_host) =>
        {
            gitea_variables(&names_host)
        }
        ForgeKind::Bitbucket if public => vec!["BITBUCKET_TOKEN"],
        ForgeKind::Azure
            if public
                || names_host("SYSTEM_COLLECTIONURI")
                || host.ends_with(".visualstudio.com") =>
        {
            vec!["AZURE_DEVOPS_EXT_PAT", "SYSTEM_ACCESSTOKEN"]
        }
        ForgeKind::GitLab
        | ForgeKind::Gitea
        | ForgeKind::Bitbucket
        | ForgeKind::Azure
        | ForgeKind::Plain => Vec::new(),
    }
}

/// Returns the variables of a GitHub Enterprise server. `names_host` tells if a variable names it.
fn github_server_variables(names_host: &dyn Fn(&str) -> bool) -> Vec<&'static str> {
    let mut out = Vec::new();
    if names_host("GH_HOST") || names_host("GITHUB_SERVER_URL") {
        out.extend(["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"]);
    }
    if names_host("GITHUB_SERVER_URL") {
        out.push("GITHUB_TOKEN");
    }
    out
}

/// Returns the variables of Gitea and Forgejo, whose runners also set those of GitHub.
fn gitea_variables(names_host: &dyn Fn(&str) -> bool) -> Vec<&'static str> {
    let mut out = vec!["FORGEJO_TOKEN", "GITEA_TOKEN"];
    if names_host("GITHUB_SERVER_URL") {
        out.push("GITHUB_TOKEN");
    }
    out
}

/// Returns the host of a URL, or the text itself if it is not a URL.
fn host_of(value: &str) -> String {
    super::url::UrlParts::of(value).map_or_else(|| value.trim().to_owned(), |parts| parts.host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: ForgeKind, host: &str, variables: &[(&str, &str)]) -> Option<String> {
        let variable = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let gh = |host: &str| (host == "github.com").then(|| "from-gh\n".to_owned());
        let git = |host: &str| {
            (host == "git.example.com").then(|| ("me".to_owned(), "from-git".to_owned()))
        };
        let sources = TokenSources { variable: &variable, gh: &gh, git: &git };
        find_token(kind, host, &sources)
            .map(|(token, from)| format!("{} by {from}", token.secret()))
    }

    #[test]
    fn a_variable_wins_over_gh_and_gh_over_git() {
        let by_variable =
            found(ForgeKind::GitHub, "github.com", &[("GH_TOKEN", "a"), ("TOWPATH_TOKEN", " ")]);
        assert_eq!(by_variable.as_deref(), Some("a by the variable GH_TOKEN"));
        assert_eq!(
            found(ForgeKind::GitHub, "github.com", &[]).as_deref(),
            Some("from-gh by `gh auth token`")
        );
        assert_eq!(
            found(ForgeKind::GitLab, "git.example.com", &[]).as_deref(),
            Some("from-git by `git credential fill`")
        );
        assert_eq!(found(ForgeKind::GitLab, "gitlab.com", &[]), None);
    }

    #[test]
    fn a_token_does_not_go_to_a_host_it_was_not_meant_for() {
        let variables = [
            ("GITHUB_TOKEN", "x"),
            ("GITLAB_TOKEN", "x"),
            ("GITEA_TOKEN", "x"),
            ("BITBUCKET_TOKEN", "x"),
        ];
        for kind in [
            ForgeKind::GitHub,
            ForgeKind::GitLab,
            ForgeKind::Gitea,
            ForgeKind::Bitbucket,
            ForgeKind::Azure,
        ] {
            assert_eq!(found(kind, "evil.example.com", &variables), None, "{kind:?}");
        }
        let named = [("GITLAB_TOKEN", "x"), ("CI_SERVER_URL", "https://git.corp:8443/gitlab")];
        assert_eq!(
            found(ForgeKind::GitLab, "git.corp", &named).as_deref(),
            Some("x by the variable GITLAB_TOKEN")
        );
        let named = [("GITHUB_TOKEN", "x"), ("GITHUB_SERVER_URL", "https://forgejo.corp")];
        assert_eq!(
            found(ForgeKind::Gitea, "forgejo.corp", &named).as_deref(),
            Some("x by the variable GITHUB_TOKEN")
        );
    }

    #[test]
    fn a_token_is_not_shown() {
        let token = Token::with_user("me", "s3cret");
        assert_eq!(format!("{token} {token:?}"), "*** Token(***)");
    }
}
