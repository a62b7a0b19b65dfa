//! The session of an operation: the resolved options, the clock, the variables, and the sinks for
//! notices, progress and questions.
//!
//! A session is a plain value: `Send`, `Sync` and cheap to clone. A server makes one per request;
//! the command line makes one per process.

use crate::git::remote::CloneCache;
use crate::git::url::{is_url, redact_credentials};
use crate::git::{BranchTips, GitError, GitIdentity, GitOptions, Oid, Repository, Workspace};
use crate::ops::error::Failure;
use crate::ops::notice::{Level, NoticeSink, ProgressKind, Questions, Silent, TaskProgress};
pub use crate::ops::options::{ForgeChoice, Options, WritePermission};
use jiff::{Timestamp, Zoned};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The time, as an operation asks it.
pub type OperationClock = Arc<dyn Fn() -> Zoned + Send + Sync>;

/// Function that returns an environment variable; `None` where it is unset or empty.
pub type Variables = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The options, clock, variables and sinks of one operation.
#[derive(Clone)]
pub struct Session {
    pub options: Options,
    clock: OperationClock,
    now: Zoned,
    variables: Variables,
    sink: Arc<dyn NoticeSink>,
    questions: Option<Arc<dyn Questions>>,
    /// The present tips of branches at `origin`, which may be newer than those in this clone.
    tips: BTreeMap<String, Oid>,
    /// The tips of the ledger at remotes, as this operation was told; `None` where there is none.
    ledger_tips: Arc<Mutex<HashMap<String, Option<Oid>>>>,
}

impl Session {
    /// A session that tells nobody anything, asks nobody and knows no environment variables.
    pub fn new(options: Options, clock: OperationClock) -> Self {
        Session {
            options,
            now: clock(),
            clock,
            variables: Arc::new(|_| None),
            sink: Arc::new(Silent),
            questions: None,
            tips: BTreeMap::new(),
            ledger_tips: Arc::default(),
        }
    }

    /// The session with credentials and settings from these variables.
    #[must_use]
    pub fn with_variables(self, variables: Variables) -> Self {
        Session { variables, ..self }
    }

    /// The session with a sink for notices and progress.
    #[must_use]
    pub fn with_sink(self, sink: Arc<dyn NoticeSink>) -> Self {
        Session { sink, ..self }
    }

    /// The session with a user to ask.
    #[must_use]
    pub fn with_questions(self, questions: Option<Arc<dyn Questions>>) -> Self {
        Session { questions, ..self }
    }

    /// A copy with the present tips of branches at `origin`.
    #[must_use]
    pub fn with_tips(&self, tips: impl IntoIterator<Item = (String, Oid)>) -> Self {
        Session { tips: tips.into_iter().collect(), ..self.clone() }
    }

    /// A copy pinned to `branch` at `tip`.
    #[must_use]
    pub fn on_branch(&self, branch: Option<&str>, tip: Oid) -> Self {
        let mut session = self.with_tips(branch.map(|branch| (branch.to_owned(), tip)));
        session.options.branch = branch.map(str::to_owned);
        session
    }

    /// A copy with the current time, for the next operation.
    #[must_use]
    pub fn at_current_time(&self) -> Self {
        Session { now: (self.clock)(), ledger_tips: Arc::default(), ..self.clone() }
    }

    /// A copy with the current time, for a further question to the same state: the branches and the
    /// ledger stay as they are known.
    #[must_use]
    pub fn with_current_time(&self) -> Self {
        Session { now: (self.clock)(), ..self.clone() }
    }

    /// The tip of the ledger at a remote, if this operation has asked.
    pub fn asked_ledger_tip(&self, address: &str) -> Option<Option<Oid>> {
        self.ledger_tips.lock().ok()?.get(address).copied()
    }

    /// Keeps the tip of the ledger at a remote for the rest of this operation.
    pub fn keep_ledger_tip(&self, address: &str, tip: Option<Oid>) {
        if let Ok(mut tips) = self.ledger_tips.lock() {
            tips.insert(address.to_owned(), tip);
        }
    }

    /// The time of this operation.
    pub fn now(&self) -> Timestamp {
        self.now.timestamp()
    }

    /// The time of this operation in the time zone of the user.
    pub fn local_time(&self) -> &Zoned {
        &self.now
    }

    /// The clock itself, for waiting and retries.
    pub fn clock(&self) -> OperationClock {
        Arc::clone(&self.clock)
    }

    /// The value of an environment variable of the user.
    pub fn variable(&self, name: &str) -> Option<String> {
        (self.variables)(name)
    }

    /// Reports a detail that only verbose output shows.
    pub fn detail(&self, text: &str) {
        self.sink.notice(Level::Detail, text);
    }

    /// Reports something that the reader of an answer should know.
    pub fn note(&self, text: &str) {
        self.sink.notice(Level::Note, text);
    }

    /// Reports a problem that may make the answer wrong or need action.
    pub fn caution(&self, text: &str) {
        self.sink.notice(Level::Caution, text);
    }

    /// Reports the action that the last caution needs.
    pub fn hint(&self, text: &str) {
        self.sink.notice(Level::Hint, text);
    }

    /// Shows progress until the value is dropped.
    pub fn progress(&self, style: ProgressKind, label: &str) -> Box<dyn TaskProgress> {
        self.sink.progress(style, label)
    }

    /// The user to ask, if there is one.
    pub fn questions(&self) -> Option<&dyn Questions> {
        self.questions.as_deref()
    }

    /// True where there is a user to ask.
    pub fn can_ask(&self) -> bool {
        self.questions.is_some()
    }

    /// Opens the repository that the options name, or the one around the working directory. A URL
    /// is cloned into the cache first, or fetched when its clone is old.
    ///
    /// # Errors
    /// When there is no repository, or it cannot be read.
    pub fn open_repository(&self) -> Result<Repository, Failure> {
        let named = self.options.repository.as_deref().unwrap_or(".");
        match self.url() {
            Some(url) => Ok(Repository::open(&self.clone_remote(url)?)?),
            None => Ok(Repository::open(Path::new(named))?),
        }
    }

    /// Refuses an operation that writes under `--read-only`, before it reads anything.
    ///
    /// # Errors
    /// When the operation writes and nothing may be written.
    pub fn check_write_access(&self) -> Result<(), Failure> {
        match &self.options.write_access {
            WritePermission::Refused(failure) => Err(failure.clone()),
            WritePermission::None | WritePermission::Declared => Ok(()),
        }
    }

    /// Opens a workspace, which can write to the repository.
    ///
    /// # Errors
    /// Under `--read-only`, and for an operation that is declared to read only.
    pub fn open_workspace<'r>(
        &self,
        repository: &'r Repository,
        author: Option<&GitIdentity>,
    ) -> Result<Workspace<'r>, Failure> {
        self.check_write_access()?;
        if !self.may_write() {
            return Err(Failure::failed(
                "this command only reads, so it cannot write to the repository",
            ));
        }
        Ok(Workspace::new(repository, self.git_options(author)))
    }

    fn may_write(&self) -> bool {
        !matches!(self.options.write_access, WritePermission::None)
    }

    /// The options for running the `git` program.
    pub fn git_options(&self, author: Option<&GitIdentity>) -> GitOptions {
        GitOptions {
            interactive: self.can_ask(),
            url: self.options.origin.as_deref().or(self.url()).map(str::to_owned),
            date: format!("{} {}", self.now().as_second(), self.now.strftime("%z")),
            author: author.cloned(),
            committer: None,
            trusts: self.may_write(),
        }
    }

    fn clone_remote(&self, url: &str) -> Result<PathBuf, Failure> {
        let cache = self.options.cache.as_deref().ok_or_else(|| {
            Failure::failed(format!(
                "there is no cache folder to clone `{}` into",
                redact_credentials(url)
            ))
            .hint("set XDG_CACHE_HOME or HOME to an absolute path")
        })?;
        let bar =
            self.progress(ProgressKind::Bar, &format!("Fetching {}", redact_credentials(url)));
        let shown = GitProgress(bar.as_ref());
        let clones = self.clone_cache(cache, &shown);
        if !self.options.read_only && !self.options.no_fetch {
            return Ok(clones.update_clone(url)?);
        }
        clones.find_clone(url)?.ok_or_else(|| {
            Failure::usage(format!(
                "`{}` is not in the cache, and --read-only does not clone it",
                redact_credentials(url)
            ))
            .hint("without --read-only, towpath clones it into the cache; or use -C with a clone")
        })
    }

    fn clone_cache<'a>(
        &self,
        cache: &'a Path,
        shown: &'a dyn crate::git::Progress,
    ) -> CloneCache<'a> {
        let max_age = self.options.max_age.unsigned_abs();
        CloneCache::new(cache, max_age, self.now().as_second(), self.can_ask(), shown)
    }

    /// Fetches from the origin of a clone, if it has one.
    ///
    /// # Errors
    /// When git fails.
    pub fn fetch_origin(&self, repository: &Repository) -> Result<(), Failure> {
        let Some(url) = repository.origin_url() else { return Ok(()) };
        let bar = self.progress(ProgressKind::Bar, &format!("Fetching {url}"));
        let shown = GitProgress(bar.as_ref());
        let cache = self.options.cache.as_deref().unwrap_or(Path::new("."));
        Ok(self.clone_cache(cache, &shown).fetch_origin(repository.git_dir(), &url)?)
    }

    /// The URL of the repository, if it is named by one. A folder with that name takes precedence.
    pub fn url(&self) -> Option<&str> {
        let named = self.options.repository.as_deref();
        named.filter(|named| is_url(named) && !Path::new(named).exists())
    }

    /// The commit of a branch that counts: the newer one of the local branch and its upstream, else
    /// that of the upstream. Any other revision is taken as it is.
    ///
    /// # Errors
    /// When there is no such branch.
    pub fn branch_tip(&self, repository: &Repository, branch: &str) -> Result<Oid, GitError> {
        if let Some(tip) = self.tips.get(branch) {
            return Ok(*tip);
        }
        match repository.branch_tips(branch) {
            // Whoever names a branch means the one of this clone where the two have diverged.
            Ok(BranchTips::Different { local, upstream_ahead: 1.., local_ahead: 1.., .. })
                if self.options.branch.as_deref() == Some(branch) =>
            {
                Ok(local)
            }
            Ok(tips) => Ok(tips.deployed()),
            // Before the first commit, HEAD names a branch that is not there yet.
            Err(_) if repository.head_branch().as_deref() == Some(branch) => {
                repository.head_commit()
            }
            Err(unknown) => repository.resolve_revision(branch).map_err(|error| match error {
                GitError::UnknownRevision { .. } => unknown,
                other => other,
            }),
        }
    }

    /// The name of the repository in reports: its URL, its work tree, or its git directory.
    pub fn repository_name(&self, repository: &Repository) -> String {
        if let Some(url) = self.url() {
            return redact_credentials(url);
        }
        let path = repository.work_tree().unwrap_or(repository.git_dir());
        path.canonicalize().unwrap_or_else(|_| path.to_path_buf()).display().to_string()
    }

    /// The cache folder, unless nothing may be written.
    pub fn writable_cache(&self) -> Option<&Path> {
        self.options.cache.as_deref().filter(|_| !self.options.read_only)
    }
}

/// Shows the progress of git.
struct GitProgress<'b>(&'b dyn TaskProgress);

impl crate::git::Progress for GitProgress<'_> {
    fn update(&self, done: u64, total: u64, what: &str) {
        self.0.set_message(what);
        self.0.set_progress(done, total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, Ordering};

    fn is_shared<T: Send + Sync + Clone>() {}

    #[test]
    fn a_server_shares_a_session_between_threads() {
        is_shared::<Session>();
    }

    #[test]
    fn each_operation_asks_the_clock() {
        let seconds = Arc::new(AtomicI64::new(0));
        let ticking = Arc::clone(&seconds);
        let clock = move || {
            let second = ticking.fetch_add(1, Ordering::Relaxed);
            let at = Timestamp::from_second(second).expect("in range");
            at.to_zoned(jiff::tz::TimeZone::UTC)
        };
        let first = Session::new(Options::default(), Arc::new(clock));
        let second = first.at_current_time();
        assert_eq!((first.now().as_second(), second.now().as_second()), (0, 1));
        assert_eq!(first.now().as_second(), 0, "one operation has one time");
    }
}
