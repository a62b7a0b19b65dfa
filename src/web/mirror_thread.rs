//! The state that is served, and the thread that refreshes it.
//!
//! A new state is prepared before it is served: the answers that were wanted last are computed for
//! it. Until then the old state answers, so that a refresh lets nobody wait.

use super::memory::AnswerMemory;
use crate::model::short_commit;
use crate::ops::error::Failure;
use crate::ops::mirror::{MirrorRefresh, MirrorState};
use crate::ops::notice::{Level, NoticeSink, Silent};
use crate::ops::session::Session;
use crate::ui::pages::site::PageLinks;
use jiff::Timestamp;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::watch;

/// The number of answers that are prepared for a new state.
const PREPARED: usize = 64;

/// A state, and the answers about it.
pub struct ServedState {
    pub state: MirrorState,
    pub answers: Arc<AnswerMemory>,
    /// How the pages link to each other.
    pub links: PageLinks,
}

/// The result of the last refresh.
#[derive(Debug, Clone, Default)]
pub struct RefreshReport {
    /// The time of the last refresh that succeeded.
    pub succeeded: Option<Timestamp>,
    /// The message of the last refresh, if it failed.
    pub failure: Option<String>,
    /// The number of refreshes, and of those that failed.
    pub count: u64,
    pub failed: u64,
}

/// The state that is served.
pub struct ServedMirror {
    pub links: PageLinks,
    session: Session,
    refresh: MirrorRefresh,
    current: RwLock<Option<Arc<ServedState>>>,
    report: Mutex<RefreshReport>,
    log: Arc<dyn NoticeSink>,
    /// Counts the states that were served, for those who wait for the next one.
    states: watch::Sender<u64>,
    /// Wakes the thread before its time.
    wake: SyncSender<RefreshSignal>,
    signals: Mutex<Option<Receiver<RefreshSignal>>>,
}

/// What the thread is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RefreshSignal {
    /// Something has landed.
    Now,
    Stop,
}

impl ServedMirror {
    /// A mirror that is not read yet, whose pages are below a prefix.
    pub fn new(
        session: &Session,
        refresh: MirrorRefresh,
        prefix: &'static str,
        log: Arc<dyn NoticeSink>,
    ) -> Self {
        let session = session.clone().with_questions(None).with_sink(Arc::new(Silent));
        // One signal is enough: a refresh brings everything that landed before it.
        let (wake, signals) = sync_channel(1);
        ServedMirror {
            links: PageLinks::Below(prefix),
            session,
            refresh,
            current: RwLock::default(),
            report: Mutex::default(),
            log,
            states: watch::Sender::new(0),
            wake,
            signals: Mutex::new(Some(signals)),
        }
    }

    /// The present time, in seconds since 1970.
    pub fn now(&self) -> i64 {
        self.session.at_current_time().now().as_second()
    }

    /// Tells when another state is served.
    pub fn states(&self) -> watch::Receiver<u64> {
        self.states.subscribe()
    }

    /// Refreshes soon, as something has landed.
    pub fn refresh_soon(&self) {
        // A full channel has a signal already.
        let _ = self.wake.try_send(RefreshSignal::Now);
    }

    /// Takes the signal that woke the mirror, if there is one.
    #[cfg(test)]
    pub fn is_woken(&self) -> bool {
        let signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner);
        signals.as_ref().is_some_and(|signals| signals.try_recv().is_ok())
    }

    /// Ends the thread that refreshes, after the present refresh.
    pub fn stop(&self) {
        let _ = self.wake.try_send(RefreshSignal::Stop);
    }

    /// The state to answer from; `None` before the first one is read.
    pub fn current(&self) -> Option<Arc<ServedState>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The result of the last refresh.
    pub fn report(&self) -> RefreshReport {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Refreshes at intervals and when it is woken, until it is stopped.
    pub fn refresh_until_stopped(&self, every: Duration) {
        let signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(signals) = signals else { return };
        loop {
            self.refresh();
            match signals.recv_timeout(every) {
                Ok(RefreshSignal::Now) | Err(RecvTimeoutError::Timeout) => {}
                Ok(RefreshSignal::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Reads the newest state and serves it, if it differs from the present one.
    pub fn refresh(&self) {
        let loaded = catch_unwind(AssertUnwindSafe(|| self.load_and_prepare()));
        let loaded = loaded.unwrap_or_else(|_| Err(Failure::failed("the refresh panicked")));
        let failure = match loaded {
            Ok(new) => {
                if let Some(new) = new {
                    self.note(Level::Detail, &format!("serving {}", described(&new.state)));
                    *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(new);
                    self.states.send_modify(|count| *count += 1);
                }
                None
            }
            Err(failure) => Some(failure),
        };
        self.keep_report(failure.as_ref());
    }

    fn keep_report(&self, failure: Option<&Failure>) {
        let message = failure.map(Failure::message);
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        report.count += 1;
        report.failed += u64::from(message.is_some());
        if let Some(failure) = failure.filter(|_| message != report.failure) {
            self.note(Level::Caution, &format!("cannot refresh: {failure}"));
            failure.hints().iter().for_each(|hint| self.note(Level::Hint, hint));
        }
        if message.is_none() {
            report.succeeded = Some(self.session.at_current_time().now());
        }
        report.failure = message;
    }

    /// The newest state with its first answers; `None` where it is the present one.
    fn load_and_prepare(&self) -> Result<Option<Arc<ServedState>>, Failure> {
        let state = MirrorState::load(&self.session, self.refresh)?;
        let old = self.current();
        if old.as_ref().is_some_and(|old| old.state.is_same(&state)) {
            return Ok(None);
        }
        let new = ServedState { state, answers: Arc::default(), links: self.links };
        for request in old.iter().flat_map(|old| old.answers.recent_requests(PREPARED)).rev() {
            // One that fails is computed again for the next who asks, and told then.
            if let Ok(answer) = request.compute(&new.state, self.links) {
                new.answers.insert(&request, answer);
            }
        }
        Ok(Some(Arc::new(new)))
    }

    fn note(&self, level: Level, text: &str) {
        self.log.notice(level, text);
    }
}

fn described(state: &MirrorState) -> String {
    let branch = state.branch.as_deref().unwrap_or("a detached HEAD");
    let revision = state.revision.as_deref().map(short_commit);
    let revision = revision.unwrap_or_else(|| "no commit".to_owned());
    format!("{branch} at {revision}")
}
