//! Reads the ledger: what the remotes say now, and the events that only this clone has.
//!
//! `git clone` does not bring `refs/towpath/*`, and a copy may be old. A ledger that was not read
//! is unknown: the gates that need it shut, and say how to fetch it.

use super::proof::EventVerifier;
use super::{LedgerRules, ledger_chain};
use crate::config::Config;
use crate::config::gates::LedgerPlace;
use crate::git::{ChainAnswer, CommitInfo, GitError, Oid, RemoteChain, Repository};
use crate::model::format_duration;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::pipeline::ledger::{Ledger, LedgerGap};
use std::path::{Path, PathBuf};

/// The command that asks the remotes again, with the clone's own settings.
const REMEDY: &str = "towpath ledger fetch";

/// Reads the ledger. In a clone, the remotes are asked for its newest commit. Without a remote, the
/// ref of this repository is the ledger. Where a remote could not be asked, the ledger has a gap.
///
/// # Errors
/// When a commit of the local ledger is missing.
pub fn load_ledger(
    session: &Session,
    repository: &Repository,
    rules: LedgerRules<'_>,
) -> Result<Ledger, Failure> {
    let config = rules.config;
    if config.pipeline.ledger == LedgerPlace::None {
        return Ok(Ledger::default());
    }
    let mut verifier = EventVerifier::load(session, repository, rules);
    let here = read_chain(repository, repository.chain_tip(&ledger_chain(config)))?;
    let mut events = Vec::new();
    let mut gap = None;
    for remote in remotes(session, repository, config) {
        match (RemoteLedger { session, repository, remote: &remote }).read() {
            Ok(found) => events.extend(verifier.prove(found.links, found.copy.as_ref())),
            Err(found) => gap = Some(found),
        }
    }
    events.extend(verifier.prove(here, None));
    verifier.finish(&events);
    let ledger = Ledger::new(events);
    Ok(match gap {
        Some(gap) => ledger.with_gap(gap),
        None => ledger,
    })
}

/// Reads the copy in this clone, however old it is.
///
/// # Errors
/// When a commit of the ledger is missing.
pub fn load_local_ledger(
    session: &Session,
    repository: &Repository,
    rules: LedgerRules<'_>,
) -> Result<Ledger, GitError> {
    let links = read_chain(repository, repository.chain_tip(&ledger_chain(rules.config)))?;
    let mut verifier = EventVerifier::load(session, repository, rules);
    let events = verifier.prove(links, None);
    verifier.finish(&events);
    Ok(Ledger::new(events))
}

/// Keeps the answer of the remote after a fetch into this clone.
pub(super) fn keep_answer(
    session: &Session,
    repository: &Repository,
    config: &Config,
    tip: Option<Oid>,
) {
    if let Some(origin) = remotes(session, repository, config).last() {
        remember(session, origin, tip);
    }
}

/// Keeps the answer of a remote for this operation, and for later ones where the cache may be
/// written.
fn remember(session: &Session, remote: &RemoteChain, tip: Option<Oid>) {
    session.keep_ledger_tip(&remote.address(), tip);
    if let Some(cache) = session.writable_cache() {
        let time = session.now().as_second();
        remote.remember_answer(&copies_folder(cache), ChainAnswer { tip, time });
    }
}

fn gap(reason: impl Into<String>) -> LedgerGap {
    LedgerGap { reason: reason.into(), remedy: REMEDY.into() }
}

/// The ledger at each remote, `origin` last.
fn remotes(session: &Session, repository: &Repository, config: &Config) -> Vec<RemoteChain> {
    let there = ledger_chain(config).there;
    match session.options.origin.as_deref().or(session.url()) {
        Some(url) => vec![RemoteChain::at_url(url, there, session.can_ask())],
        None => repository.remote_chains(there, session.can_ask()),
    }
}

/// The folder of the copies, below that of the cache.
fn copies_folder(cache: &Path) -> PathBuf {
    cache.join("ledgers")
}

fn read_chain(repository: &Repository, tip: Option<Oid>) -> Result<Vec<CommitInfo>, GitError> {
    tip.map_or_else(|| Ok(Vec::new()), |tip| repository.chain_commits(tip))
}

/// Commits of the ledger, oldest first.
struct LedgerLinks {
    links: Vec<CommitInfo>,
    /// The repository that holds them; `None` for the one that is read.
    copy: Option<Repository>,
}

/// The ledger at one remote.
struct RemoteLedger<'a> {
    session: &'a Session,
    repository: &'a Repository,
    remote: &'a RemoteChain,
}

impl RemoteLedger<'_> {
    fn read(&self) -> Result<LedgerLinks, LedgerGap> {
        let address = self.remote.address();
        if let Some(tip) = self.session.asked_ledger_tip(&address) {
            return self.read_current(tip);
        }
        match self.remote.remote_tip() {
            Ok(tip) => {
                remember(self.session, self.remote, tip);
                self.read_current(tip)
            }
            Err(error) => {
                self.session.caution(&error.to_string());
                self.read_remembered(&format!("{address} does not answer"))
            }
        }
    }

    /// Reads the chain up to the tip that the remote has now.
    fn read_current(&self, tip: Option<Oid>) -> Result<LedgerLinks, LedgerGap> {
        let Some(tip) = tip else { return Ok(LedgerLinks { links: Vec::new(), copy: None }) };
        if let Some(links) = self.read_known(tip) {
            return Ok(links);
        }
        if self.session.options.read_only {
            let reason = format!(
                "{} has events that this clone lacks, and --read-only fetches nothing",
                self.remote.address()
            );
            return Err(gap(reason));
        }
        let temporary = tempfile::tempdir();
        let folder = self
            .session
            .writable_cache()
            .map(copies_folder)
            .or_else(|| Some(temporary.as_ref().ok()?.path().to_path_buf()));
        let fetched = folder.map(|folder| self.remote.fetch_into(&folder));
        match fetched {
            Some(Ok(copy)) => {
                let links = copy.chain_commits(tip).map_err(|error| gap(error.to_string()))?;
                Ok(LedgerLinks { links, copy: Some(copy) })
            }
            Some(Err(error)) => {
                self.session.caution(&error.to_string());
                Err(gap(format!("it cannot be fetched from {}", self.remote.address())))
            }
            None => Err(gap("there is no folder to fetch it into")),
        }
    }

    /// Reads the chain as the remote last told it, if that is not too long ago.
    fn read_remembered(&self, why: &str) -> Result<LedgerLinks, LedgerGap> {
        let folder = self.session.options.cache.as_deref().map(copies_folder);
        let answer = folder.and_then(|folder| self.remote.remembered_answer(&folder));
        let Some(answer) = answer else { return Err(gap(why)) };
        let age = self.session.now().as_second().saturating_sub(answer.time);
        let shown = format_duration(age);
        let accepted = self.session.options.max_age.as_secs();
        if age < 0 || age > accepted {
            let accepted = format_duration(accepted);
            let reason = format!("{why}; the copy is {shown} old, --max-age accepts {accepted}");
            return Err(gap(reason));
        }
        let links = match answer.tip {
            None => Some(LedgerLinks { links: Vec::new(), copy: None }),
            Some(tip) => self.read_known(tip),
        };
        let Some(links) = links else { return Err(gap(why)) };
        self.session.caution(&format!("{why}; the ledger is a copy, {shown} old"));
        Ok(links)
    }

    /// Reads the chain from this clone, or from the copy in the cache.
    fn read_known(&self, tip: Oid) -> Option<LedgerLinks> {
        if let Ok(links) = self.repository.chain_commits(tip) {
            return Some(LedgerLinks { links, copy: None });
        }
        let folder = copies_folder(self.session.options.cache.as_deref()?);
        let copy = self.remote.open_copy(&folder)?;
        let links = copy.chain_commits(tip).ok()?;
        Some(LedgerLinks { links, copy: Some(copy) })
    }
}
