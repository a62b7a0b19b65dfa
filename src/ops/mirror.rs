//! The state that a server answers from until its next refresh: the commits of the branches that
//! count, and the ledger.
//!
//! Questions between two refreshes read these commits, whatever is fetched meanwhile.

use crate::git::{GitError, Oid, Repository};
use crate::history::MERGE_TOLERANCE;
use crate::ops::audit::page::commit_host;
use crate::ops::deployments::DeploymentHistory;
use crate::ops::error::Failure;
use crate::ops::ledger;
use crate::ops::notice::NoticeSink;
use crate::ops::session::{Session, WritePermission};
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::report::ForgeRepository;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// What a refresh brings up to date before it reads the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MirrorRefresh {
    /// The cached clone of a URL. A repository of the user is read as it is.
    Cache,
    /// Also a clone of the user, from its `origin`.
    Clone,
    /// Nothing.
    Nothing,
}

/// A state of the repository, pinned.
#[derive(Clone)]
pub struct MirrorState {
    /// The name of the repository in reports.
    pub repository: String,
    pub branch: Option<String>,
    /// The commit of the deployed branch.
    pub revision: Option<String>,
    /// The committer time of that commit.
    pub time: Option<Timestamp>,
    /// The time at which the state was read.
    pub read_at: Timestamp,
    /// The host with pages for commits, if towpath recognises it by its name.
    pub place: Option<ForgeRepository>,
    tips: Vec<(String, Oid)>,
    /// The ids of the events of the ledger, and why events may be missing.
    ledger: (Vec<String>, Option<String>),
    session: Session,
}

impl MirrorState {
    /// Brings the mirror up to date and pins its state.
    ///
    /// # Errors
    /// When the repository cannot be fetched or read.
    pub fn load(session: &Session, refresh: MirrorRefresh) -> Result<Self, Failure> {
        let mut session = session.at_current_time();
        session.options.no_fetch = refresh == MirrorRefresh::Nothing;
        session.options.max_age = SignedDuration::ZERO;
        let repository = session.open_repository()?;
        if refresh == MirrorRefresh::Clone && session.url().is_none() {
            session.fetch_origin(&repository)?;
        }
        session.options.no_fetch = true;
        session.options.write_access = WritePermission::None;
        let state = RepositoryState::load(&session, &repository, RevisionSelector::default())?;
        // The first reader of the past would wait for the index otherwise.
        DeploymentHistory::load(&session, &repository, &state, MERGE_TOLERANCE)?;
        let tips = deployed_tips(&session, &repository, &state)?;
        let ledger = ledger::load_ledger(&session, &repository, state.ledger_rules())?;
        let events = ledger.events().iter().map(|event| event.id.clone()).collect();
        Ok(MirrorState {
            repository: session.repository_name(&repository),
            branch: state.branch.clone(),
            revision: state.commit.map(|commit| commit.to_string()),
            time: state.time,
            read_at: session.now(),
            place: commit_host(&session, &repository),
            tips,
            ledger: (events, ledger.gap().map(|gap| gap.reason.clone())),
            session,
        })
    }

    /// True where every answer about both states is the same, apart from the time.
    pub fn is_same(&self, other: &MirrorState) -> bool {
        (&self.repository, &self.branch, &self.revision, &self.tips, &self.ledger)
            == (&other.repository, &other.branch, &other.revision, &other.tips, &other.ledger)
    }

    /// A session for one question about this state. It cannot write to the repository, and fetches
    /// no branch.
    pub fn session(&self, sink: Arc<dyn NoticeSink>) -> Session {
        let session = self.session.with_tips(self.tips.iter().cloned());
        session.with_sink(sink).with_current_time()
    }
}

/// The commit of each branch that is deployed: the one of the state, and those of stages.
///
/// # Errors
/// When a branch is missing.
pub fn deployed_tips(
    session: &Session,
    repository: &Repository,
    state: &RepositoryState,
) -> Result<Vec<(String, Oid)>, GitError> {
    let own = state.branch.clone().zip(state.commit).into_iter().map(Ok);
    let stages = state.settings.config.stage_branches().map(|(_, branch)| {
        let tip = session.branch_tip(repository, branch)?;
        Ok::<_, GitError>((branch.to_owned(), tip))
    });
    own.chain(stages).collect()
}

#[cfg(test)]
mod tests {
    use super::{MirrorRefresh, MirrorState};
    use crate::git::testing::TestRepository;
    use crate::ops::notice::Silent;
    use crate::ops::session::{Options, Session};
    use crate::ops::status::{StatusQuery, status};
    use std::sync::Arc;

    fn tag(state: &MirrorState) -> Option<String> {
        let answer = status(&StatusQuery::default(), &state.session(Arc::new(Silent)));
        answer.expect("a status").report.occupants[0].entry.version.tag.clone()
    }

    #[test]
    fn questions_read_the_pinned_commit_until_the_next_refresh() {
        let mut test = TestRepository::new();
        test.commit("one", &[("dev/web.yaml", Some("image: web:v1\n"))]);
        test.commit("more", &[("prod/web.yaml", Some("image: web:v1\n"))]);
        let path = test.open().git_dir().to_path_buf();
        let clock = || jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC);
        let options =
            Options { repository: Some(path.display().to_string()), ..Options::default() };
        let session = Session::new(options, Arc::new(clock));
        let load = || MirrorState::load(&session, MirrorRefresh::Cache).expect("a state");
        let (first, again) = (load(), load());
        assert!(first.is_same(&again));
        std::fs::create_dir_all(test.path.join("dev")).expect("a folder");
        test.git(&["reset", "-q", "--hard"]);
        std::fs::write(test.path.join("dev/web.yaml"), "image: web:v2\n").expect("a file");
        test.git(&["commit", "-q", "-a", "-m", "two"]);
        let second = load();
        assert!(!first.is_same(&second));
        assert_eq!((tag(&first).as_deref(), tag(&second).as_deref()), (Some("v1"), Some("v2")));
        assert!(!first.session(Arc::new(Silent)).can_ask());
    }
}
