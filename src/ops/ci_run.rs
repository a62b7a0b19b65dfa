//! The run of a CI system that towpath is a part of, by the variables that the system sets.

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
