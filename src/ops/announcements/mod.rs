//! `announce`: tells targets about deployments, each once.
//!
//! A run claims deployments, sends the messages about them, and writes down that they were sent. A
//! run that was killed leaves a claim; the next one looks for the message at the target before it
//! sends it again. Targets that cannot be asked may get a message twice then, and never too few.

mod message;
mod news;
mod run;
mod store;

pub use message::AnnouncementMessage;
pub use store::AnnouncementPlace;

use crate::history::MERGE_TOLERANCE;
use crate::ops::audit::page::commit_host;
use crate::ops::deployments::DeploymentHistory;
use crate::ops::error::Failure;
use crate::ops::history::HistoryQuery;
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::report::ForgeRepository;
use news::NewsSource;
use run::TargetRun;
use store::{AnnouncementStore, LedgerStore, read_file_log, with_file};

/// Which deployments are announced, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnounceQuery {
    /// The filters. Without a start, deployments since the last run are meant.
    pub history: HistoryQuery,
    pub place: AnnouncementPlace,
    /// The most messages to one target; the others are left to the next run.
    pub limit: usize,
    /// True where nothing is sent and written down.
    pub is_dry: bool,
}

/// A target that messages are sent to.
pub trait AnnouncementSender {
    /// The name, by which the ledger knows the target.
    fn name(&self) -> &str;

    /// True if [`AnnouncementSender::find`] knows an answer.
    fn can_find(&self) -> bool;

    /// The text of a message, as the target shows it.
    ///
    /// # Errors
    /// When the template of the user fails.
    fn text(&self, message: &AnnouncementMessage) -> Result<String, Failure>;

    /// Sends a message.
    ///
    /// # Errors
    /// [`SendError`], which tells whether the target may have got it.
    fn send(&self, message: &AnnouncementMessage) -> Result<(), SendError>;

    /// Looks for a message that may have been sent.
    ///
    /// # Errors
    /// When the target cannot be asked.
    fn find(&self, message: &AnnouncementMessage) -> Result<bool, Failure>;
}

/// Why a message was not sent.
#[derive(Debug)]
pub enum SendError {
    /// The target did not take it.
    Refused(Failure),
    /// The answer was lost: the target may have got it.
    Unsure(Failure),
}

/// What happened to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnnouncementOutcome {
    /// It would be sent.
    Planned,
    Sent,
    /// A run that was killed had sent it.
    Found,
}

/// What one target was told.
#[derive(Debug, Default)]
pub struct TargetReport {
    pub target: String,
    /// True where announcements begin with this run, so that nothing older is told.
    pub begins: bool,
    pub messages: Vec<(AnnouncementMessage, AnnouncementOutcome)>,
    /// The number of messages that were left to the next run.
    pub left: usize,
    /// The number of messages that another run is sending.
    pub elsewhere: usize,
    /// Why the run ended early.
    pub failure: Option<Failure>,
}

/// Announces the deployments that each target was not told about.
///
/// # Errors
/// When the repository or the memory cannot be read. What fails at a target is in its report.
pub fn announce(
    query: &AnnounceQuery,
    senders: &[Box<dyn AnnouncementSender>],
    session: &Session,
) -> Result<Vec<TargetReport>, Failure> {
    if !query.is_dry {
        session.check_write_access()?;
    }
    let repository = session.open_repository()?;
    let state = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    state.note_assumption(session);
    let history = DeploymentHistory::load(session, &repository, &state, MERGE_TOLERANCE)?;
    history.tell_edge(session);
    let host = commit_host(session, &repository);
    let source = NewsSource::new(session, &repository, &state, &history)?;
    let name = public_name(session, host.as_ref(), &session.repository_name(&repository));
    let filter = filter_text(&query.history);
    let (filter, host) = (filter.as_str(), host.as_ref());
    let runs: Vec<TargetRun<'_>> = senders
        .iter()
        .map(Box::as_ref)
        .map(|sender| TargetRun { query, source: &source, sender, filter, repository: &name, host })
        .collect();
    match &query.place {
        AnnouncementPlace::File(path) if query.is_dry => {
            runs.iter().map(|run| run.plan(&read_file_log(path, run.name())?)).collect()
        }
        AnnouncementPlace::File(path) => {
            with_file(session, path, |store| runs.iter().map(|run| run.announce(store)).collect())
        }
        AnnouncementPlace::Ledger => {
            let mut store = LedgerStore::new(session, &repository, state.ledger_rules())?;
            let mut act = |run: &TargetRun<'_>| match query.is_dry {
                true => run.plan(&store.log(run.name())?),
                false => run.announce(&mut store),
            };
            runs.iter().map(&mut act).collect()
        }
    }
}

/// The name of the repository for people elsewhere: `team/deploy`. The path of a clone is nobody
/// else's business.
fn public_name(session: &Session, host: Option<&ForgeRepository>, name: &str) -> String {
    match (host, session.url()) {
        (Some(host), _) => format!("{}/{}", host.owner, host.name),
        (None, Some(_)) => name.to_owned(),
        (None, None) => {
            let name = name.trim_end_matches(['/', '\\']);
            name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned()
        }
    }
}

/// The filters as one text. Each has a beginning of its own.
fn filter_text(query: &HistoryQuery) -> String {
    let sorted = |texts: &[String]| {
        let mut texts = texts.to_vec();
        texts.sort();
        texts.join(",")
    };
    let kinds: Vec<String> = query.kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    let parts = [
        ("name", sorted(&query.apps)),
        ("app", sorted(&query.selection.apps)),
        ("stage", sorted(&query.selection.stages)),
        ("author", query.author.clone().unwrap_or_default()),
        ("version", query.version.clone().unwrap_or_default()),
        ("kind", sorted(&kinds)),
    ];
    let given = parts.into_iter().filter(|(_, text)| !text.is_empty());
    given.map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>().join(" ")
}
