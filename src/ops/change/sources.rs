//! The commits in the source repositories of apps that a proposal deploys, if the configuration
//! names those repositories.

use crate::config::Config;
use crate::forge::{ForgeRelease, ForgeRepository};
use crate::git::{CommitRange, LogEntry, Repository};
use crate::history::pull_request_number;
use crate::model::{AppName, Version};
use crate::ops::error::Failure;
use crate::ops::forge;
use crate::ops::forge::ForgeLocation;
use crate::ops::session::Session;
use crate::ops::sources::{AppSource, SourceLookup, configured_source, source_failure};
use crate::pipeline::AppComponent;
use crate::promotion::{AppChangelog, AppCommit, AppVersionChange, CommitMessage, ReleaseNotes};

/// The number of commits listed for one app; further ones are only counted.
const LISTED: usize = 20;

/// The number of commits listed for all apps, as the text of a proposal is limited.
const LISTED_IN_ALL: usize = 100;

/// The number of changed apps above which no commits are listed.
const LOOKED_AT: usize = 25;

/// The comparison page and the commits for each version change. Commits that cannot be listed are
/// left out with a caution.
pub fn app_changelogs(
    message: &CommitMessage,
    config: &Config,
    (repository, home): (&Repository, &ForgeLocation),
    session: &Session,
) -> Vec<AppChangelog> {
    let moves = message.version_changes();
    let each =
        if moves.len() > LOOKED_AT { 0 } else { LISTED.min(LISTED_IN_ALL / moves.len().max(1)) };
    moves
        .into_iter()
        .filter_map(|moved| app_changelog(moved, each, config, (repository, home), session))
        .collect()
}

fn app_changelog(
    moved: &AppVersionChange,
    limit: usize,
    config: &Config,
    (repository, home): (&Repository, &ForgeLocation),
    session: &Session,
) -> Option<AppChangelog> {
    let url = configured_source(&moved.app, config, repository)?;
    let lookup = SourceLookup { config, entries: &[], session };
    let subject = AppComponent { app: moved.app.clone(), component: None };
    let named = |version: &Version| {
        version.tag.as_ref()?;
        Some(lookup.revisions(&subject, version))
    };
    let (from, to) = (named(&moved.from)?, named(&moved.to)?);
    let sources = (&moved.app, url.as_str());
    let between = commits_between(sources, (&from, &to), limit, config, session);
    let between = between.unwrap_or_else(|failure| {
        let why = failure.causes().first().cloned().unwrap_or_else(|| failure.message());
        session.caution(&format!("cannot list the commits of {}: {why}", moved.app));
        None
    });
    let ends = between.as_ref().map(|between| (between.from.clone(), between.to.clone()));
    let (from, to) = ends.or_else(|| Some((from.first()?.clone(), to.first()?.clone())))?;
    let place = forge::place_of_sources(&url, home);
    let page = place.as_ref().map(|place| place.comparison_url(&from, &to));
    let empty = CommitRange { from, to, commits: Vec::new(), unlisted: 0, is_back: false };
    let CommitRange { commits, unlisted, is_back, .. } = between.unwrap_or(empty);
    let commits = commits.into_iter().map(|logged| {
        let page = place.as_ref().map(|place| place.commit_url(&logged.id));
        let LogEntry { id, author, subject, is_breaking } = logged;
        let number = pull_request_number(&subject, "");
        let proposal =
            place.as_ref().zip(number).map(|(at, number)| (number, at.proposal_url(number)));
        AppCommit { id, page, proposal, author, subject, is_breaking }
    });
    let commits = commits.collect();
    let release = match (&place, is_back || limit == 0) {
        (Some(place), false) => find_release(place, &moved.to, home, repository, session),
        _ => None,
    };
    Some(AppChangelog { moved: moved.clone(), page, commits, unlisted, is_back, release })
}

/// The release of a version, if its sources are on the server of the proposals. A tag may have a
/// `v` that the version lacks.
fn find_release(
    place: &ForgeRepository,
    version: &Version,
    home: &ForgeLocation,
    repository: &Repository,
    session: &Session,
) -> Option<ReleaseNotes> {
    let tag = version.tag.as_ref()?;
    let forge = forge::open_sources(place, home, repository, session).ok()??;
    let with_v = tag.starts_with(|c: char| c.is_ascii_digit()).then(|| format!("v{tag}"));
    for tag in std::iter::once(tag).chain(&with_v) {
        match forge.find_release(tag) {
            Ok(None) => {}
            Ok(Some(ForgeRelease { url, notes })) => {
                let is_link = url.starts_with("https://")
                    && !url.contains(|c: char| c.is_whitespace() || "()<>[]".contains(c));
                return is_link.then_some(ReleaseNotes { url, notes });
            }
            Err(error) => {
                session.detail(&format!("cannot read the release notes of {tag}: {error}"));
                return None;
            }
        }
    }
    None
}

fn commits_between(
    (app, url): (&AppName, &str),
    (from, to): (&[String], &[String]),
    limit: usize,
    config: &Config,
    session: &Session,
) -> Result<Option<CommitRange>, Failure> {
    if session.writable_cache().is_none() || limit == 0 {
        return Ok(None);
    }
    let source = AppSource::open(app, url, config, session)?;
    let range = source.log.commits_between(from, to, &source.folders, limit);
    range.map_err(|error| source_failure(app, &error))
}
