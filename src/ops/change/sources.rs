//! The commits in the source repositories of apps that a proposal deploys, if the configuration
//! names those repositories.

use crate::config::Config;
use crate::git::{CommitLog, CommitRange, LogEntry, WriteError};
use crate::model::Version;
use crate::ops::forge;
use crate::ops::forge::ForgeLocation;
use crate::ops::session::Session;
use crate::promotion::{
    AppChangelog, AppCommit, AppVersionChange, CommitMessage, revisions_of_tag,
};

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
    home: &ForgeLocation,
    session: &Session,
) -> Vec<AppChangelog> {
    let moves = message.version_changes();
    let each =
        if moves.len() > LOOKED_AT { 0 } else { LISTED.min(LISTED_IN_ALL / moves.len().max(1)) };
    moves
        .into_iter()
        .filter_map(|moved| app_changelog(moved, each, config, home, session))
        .collect()
}

fn app_changelog(
    moved: &AppVersionChange,
    limit: usize,
    config: &Config,
    home: &ForgeLocation,
    session: &Session,
) -> Option<AppChangelog> {
    let url = config.apps.repository_of(&moved.app)?;
    let named = |version: &Version| {
        let tag = version.tag.as_deref()?;
        let said = config.apps.revision_of(&moved.app, tag);
        Some(said.map_or_else(|| revisions_of_tag(tag), |said| vec![said]))
    };
    let (from, to) = (named(&moved.from)?, named(&moved.to)?);
    let between = commits_between(&url, &from, &to, limit, session).unwrap_or_else(|error| {
        session.caution(&format!("cannot list the commits of {}: {error}", moved.app));
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
        AppCommit { id, page, author, subject, is_breaking }
    });
    Some(AppChangelog { moved: moved.clone(), page, commits: commits.collect(), unlisted, is_back })
}

fn commits_between(
    url: &str,
    from: &[String],
    to: &[String],
    limit: usize,
    session: &Session,
) -> Result<Option<CommitRange>, WriteError> {
    let Some(cache) = session.writable_cache().filter(|_| limit > 0) else { return Ok(None) };
    CommitLog::open_or_clone(url, cache, session.can_ask())?.commits_between(from, to, limit)
}
