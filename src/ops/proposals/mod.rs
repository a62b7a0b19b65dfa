//! Lists, shows, merges and closes pull requests, on any forge or without one.

pub mod gates;
pub mod merge;

use crate::config::{Config, ProposalMergeMethod};
use crate::forge::{Forge, Proposal, ProposalState};
use crate::git::{Repository, Snapshot};
use crate::ops::change::base::known_tip;
use crate::ops::error::Failure;
use crate::ops::forge::{self, ForgeLocation};
use crate::ops::session::{ForgeChoice, Session};
use crate::ops::state::deployed_branch::usual_branch;
use crate::ops::state::effective_config;
use crate::promotion::BRANCHES;
use crate::report::ProposalsReport;
use crate::source::{ParseCache, SnapshotReader};

/// The open pull requests, and the number of other pull requests that were left out.
pub struct ProposalList {
    pub report: ProposalsReport,
    pub others: usize,
}

/// Lists the open pull requests of towpath, or all of them.
///
/// # Errors
/// When the forge cannot be asked.
pub fn list_proposals(
    forge: &ForgeChoice,
    all: bool,
    session: &Session,
) -> Result<ProposalList, Failure> {
    let repository = session.open_repository()?;
    let opened = ForgeSession::open(forge, &repository, session)?;
    let mut open = opened.forge.open_proposals()?;
    let count = open.len();
    open.retain(|one| all || (one.head.starts_with(BRANCHES) && !one.from_fork));
    let others = count - open.len();
    Ok(ProposalList { report: opened.report(open, &repository, session), others })
}

/// Finds a pull request by its number, address or branch.
///
/// # Errors
/// When there is none, or the forge cannot be asked.
pub fn find_proposal(
    named: &str,
    forge: &ForgeChoice,
    session: &Session,
) -> Result<ProposalsReport, Failure> {
    let repository = session.open_repository()?;
    let opened = ForgeSession::open(forge, &repository, session)?;
    let found = opened.find(named)?;
    Ok(opened.report(vec![found], &repository, session))
}

/// Closes a pull request without merging it, and keeps its branch. A closed pull request is
/// returned as it is.
///
/// # Errors
/// When it is merged, or the forge refuses.
pub fn close_proposal(
    named: &str,
    forge: &ForgeChoice,
    session: &Session,
) -> Result<Proposal, Failure> {
    let repository = session.open_repository()?;
    let opened = ForgeSession::open(forge, &repository, session)?;
    let found = opened.find(named)?;
    match found.state {
        ProposalState::Open => {
            opened.forge.close_proposal(found.number)?;
        }
        ProposalState::Closed => {}
        ProposalState::Merged => {
            let name = format!("pull request {}", found.number);
            let failure = Failure::failed(format!("{name} is merged, so it cannot be closed"));
            return Err(failure.hint("`towpath rollback` restores the previous version"));
        }
    }
    Ok(found)
}

/// How a merge ended.
pub enum ProposalMergeResult {
    Merged(Proposal),
    /// The pull request was already merged.
    MergedBefore(Proposal),
    /// The merge queue of the forge has it.
    Queued(Proposal),
    /// The user declined.
    Declined,
}

/// Merges a pull request if every gate is open and its branch is unchanged. Calls `confirm` first.
///
/// # Errors
/// When a gate is not open, or the forge refuses.
pub fn merge_proposal(
    named: &str,
    forge: &ForgeChoice,
    method: Option<ProposalMergeMethod>,
    session: &Session,
    confirm: &dyn Fn(&Proposal) -> Result<bool, Failure>,
) -> Result<ProposalMergeResult, Failure> {
    let repository = session.open_repository()?;
    let opened = ForgeSession::open(forge, &repository, session)?;
    let found = opened.find(named)?;
    if found.state == ProposalState::Merged {
        return Ok(ProposalMergeResult::MergedBefore(found));
    }
    if !confirm(&found)? {
        return Ok(ProposalMergeResult::Declined);
    }
    let method = method.or(merge::proposal_options(&opened, &found).method).unwrap_or_default();
    let merged = merge::merge_proposal(&opened, &found, method, &repository, session)?;
    Ok(match merged.state {
        ProposalState::Merged => ProposalMergeResult::Merged(merged),
        _ => ProposalMergeResult::Queued(merged),
    })
}

/// An open forge, with its location and the configuration of the repository.
pub struct ForgeSession<'r> {
    pub forge: Box<dyn Forge + 'r>,
    home: ForgeLocation,
    config: Config,
}

impl<'r> ForgeSession<'r> {
    fn report(
        &self,
        proposals: Vec<Proposal>,
        repository: &Repository,
        session: &Session,
    ) -> ProposalsReport {
        let repository = session.repository_name(repository);
        ProposalsReport { repository, forge: self.forge.kind().name(), proposals }
    }

    /// Opens the forge of the repository.
    ///
    /// # Errors
    /// When the forge is unknown, or there is no token.
    pub fn open(
        choice: &ForgeChoice,
        repository: &'r Repository,
        session: &Session,
    ) -> Result<Self, Failure> {
        let config = config(repository, session)?;
        let home = forge::locate_forge(choice.to_options(&config), repository, session)?;
        let forge = forge::open_forge(&home, repository, None, session)?;
        Ok(ForgeSession { forge, home, config })
    }

    /// Finds a pull request by its number, address or branch.
    pub fn find(&self, named: &str) -> Result<Proposal, Failure> {
        if let Some(number) = number(named) {
            return Ok(self.forge.get_proposal(number)?);
        }
        let mut found = self.forge.find_proposals(named)?;
        if found.len() > 1 {
            let numbers: Vec<String> = found.iter().map(|one| one.number.to_string()).collect();
            let failure = Failure::usage(format!(
                "branch `{named}` has several open pull requests: {}",
                numbers.join(", ")
            ));
            return Err(failure.hint("name one by its number"));
        }
        found.pop().ok_or_else(|| {
            let failure = Failure::usage(format!("no open pull request has the branch `{named}`"));
            failure.hint("`towpath proposals list` lists open pull requests")
        })
    }
}

/// The configuration in the newest known commit; the default one where there is no commit.
fn config(repository: &Repository, session: &Session) -> Result<Config, Failure> {
    let branch = usual_branch(session, repository);
    let Ok(tip) = known_tip(repository, branch.as_deref()) else { return Ok(Config::default()) };
    let (snapshot, cache) = (Snapshot::of_commit(repository, tip)?, ParseCache::default());
    let stated = effective_config::find_config_file(
        session,
        repository,
        &SnapshotReader::new(&snapshot, &cache),
    )?;
    Ok(stated.map(|stated| stated.config).unwrap_or_default())
}

/// Parses a number: `12`, `#12`, `!12`, or an address such as `https://…/pull/12`.
fn number(named: &str) -> Option<u64> {
    let is_address = named.contains("://") || named.contains(['#', '!']);
    let digits = if is_address { named.rsplit(['/', '#', '!']).next()? } else { named };
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_proposal_is_named_in_many_ways() {
        let twelve =
            ["12", "#12", "!12", "https://git.example.com/o/r/pull/12", "/srv/deploy.git#12"];
        for named in twelve {
            assert_eq!(number(named), Some(12), "{named}");
        }
        for named in ["towpath/prod/web", "towpath/prod/12", "https://git.example.com/o/r", "-1"] {
            assert_eq!(number(named), None, "{named}");
        }
    }
}
