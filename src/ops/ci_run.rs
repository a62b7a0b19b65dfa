//! The run of a CI system that towpath is a part of, and the forge that started it, by the
//! variables that the system sets.

use crate::forge::{ForgeHost, ForgeKind, http_host, http_origin};
use crate::ops::session::Session;

/// The address of the run's page, if a known CI system runs towpath.
pub fn run_address(session: &Session) -> Option<String> {
    let get = |name: &str| session.variable(name).filter(|text| !text.trim().is_empty());
    let join = |parts: &[Option<String>]| -> Option<String> {
        parts.iter().cloned().collect::<Option<Vec<String>>>().map(|parts| parts.concat())
    };
    let word = |text: &str| Some(text.to_owned());
    // GitHub, Gitea and Forgejo set the same names.
    let actions = join(&[
        get("GITHUB_SERVER_URL"),
        word("/"),
        get("GITHUB_REPOSITORY"),
        word("/actions/runs/"),
        get("GITHUB_RUN_ID"),
    ]);
    let azure = join(&[
        get("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"),
        get("SYSTEM_TEAMPROJECTID"),
        word("/_build/results?buildId="),
        get("BUILD_BUILDID"),
    ]);
    let bitbucket = join(&[
        get("BITBUCKET_GIT_HTTP_ORIGIN"),
        word("/pipelines/results/"),
        get("BITBUCKET_BUILD_NUMBER"),
    ]);
    // GitLab; Woodpecker; CircleCI; Buildkite; Jenkins and Drone.
    let named = ["CI_JOB_URL", "CI_PIPELINE_URL", "CIRCLE_BUILD_URL", "BUILDKITE_BUILD_URL"];
    let others = ["BUILD_URL", "DRONE_BUILD_LINK"];
    let address = actions
        .or(azure)
        .or(bitbucket)
        .or_else(|| named.into_iter().chain(others).find_map(get))?;
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '(' | ')' | '<' | '>' | '"');
    let is_page = address.starts_with("https://") || address.starts_with("http://");
    (is_page && address.chars().all(is_plain)).then_some(address)
}

/// A forge whose CI system runs towpath.
pub struct RunningForge {
    /// Its kind, its host and its API, as the system names them.
    pub host: ForgeHost,
    /// The address of the server.
    server: String,
}

impl RunningForge {
    /// True for the address of a repository on this server. Of addresses that both have a port for
    /// the web, the port counts too.
    pub fn has(&self, address: &str) -> bool {
        let is_web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
        if is_web(address) && is_web(&self.server) {
            return http_origin(address).is_some_and(|it| http_origin(&self.server) == Some(it));
        }
        http_host(address).is_some_and(|host| self.host.host.as_ref() == Some(&host))
    }
}

/// The forge whose CI system runs towpath. `None` outside of CI, and where the system does not
/// tell.
pub fn forge_of_run(session: &Session) -> Option<RunningForge> {
    let get = |name: &str| session.variable(name).filter(|text| !text.trim().is_empty());
    let is_set = |name: &str| get(name).is_some_and(|text| text != "false");
    let found = |kind, server: String, api| {
        let host = ForgeHost { kind, host: Some(http_host(&server)?), api };
        Some(RunningForge { host, server })
    };
    if is_set("GITLAB_CI") {
        return found(ForgeKind::GitLab, get("CI_SERVER_URL")?, get("CI_API_V4_URL"));
    }
    if is_set("GITHUB_ACTIONS") {
        let api = get("GITHUB_API_URL");
        // Gitea and Forgejo set GitHub's variables; the API of both has the version 1.
        let is_gitea = is_set("GITEA_ACTIONS")
            || is_set("FORGEJO_ACTIONS")
            || api.as_ref().is_some_and(|api| api.trim_end_matches('/').ends_with("/api/v1"));
        let kind = if is_gitea { ForgeKind::Gitea } else { ForgeKind::GitHub };
        return found(kind, get("GITHUB_SERVER_URL")?, api);
    }
    if is_set("TF_BUILD") {
        let server =
            get("SYSTEM_COLLECTIONURI").or_else(|| get("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"))?;
        return found(ForgeKind::Azure, server, None);
    }
    // Woodpecker.
    let kind = ForgeKind::from_name(&get("CI_FORGE_TYPE")?)?;
    found(kind, get("CI_FORGE_URL")?, None)
}
