//! Where it is kept what targets were told: the ledger, or a file of this machine.

use crate::config::gates::LedgerPlace;
use crate::git::Repository;
use crate::ops::error::Failure;
use crate::ops::ledger::{LedgerRules, LedgerTarget, load_ledger, load_local_ledger, write_events};
use crate::ops::random::unique_word;
use crate::ops::session::Session;
use crate::pipeline::ledger::{AnnouncementLog, EventKind, LedgerEvent};
use fd_lock::RwLock;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The place of the memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnnouncementPlace {
    /// The ledger of the repository, which all runners share.
    Ledger,
    /// A file with one event a line, for runners of one machine.
    File(PathBuf),
}

/// The memory of one run.
pub(super) trait AnnouncementStore {
    /// What a target was told. Claims of other runs that came first are in it.
    fn log(&mut self, target: &str) -> Result<AnnouncementLog, Failure>;

    /// Writes events, all or none.
    fn append(&mut self, events: Vec<EventKind>) -> Result<(), Failure>;
}

/// The ledger as memory.
pub(super) struct LedgerStore<'a> {
    session: &'a Session,
    repository: &'a Repository,
    rules: LedgerRules<'a>,
    has_written: bool,
}

impl<'a> LedgerStore<'a> {
    pub fn new(
        session: &'a Session,
        repository: &'a Repository,
        rules: LedgerRules<'a>,
    ) -> Result<Self, Failure> {
        if rules.config.pipeline.ledger == LedgerPlace::None {
            let message = "this repository keeps no ledger, so nothing remembers what was said";
            return Err(Failure::usage(message).hint("`--state FILE` remembers it in a file"));
        }
        Ok(LedgerStore { session, repository, rules, has_written: false })
    }
}

impl AnnouncementStore for LedgerStore<'_> {
    fn log(&mut self, target: &str) -> Result<AnnouncementLog, Failure> {
        // What was just written stands on top of everything that came before, in this clone.
        let ledger = match self.has_written {
            true => load_local_ledger(self.session, self.repository, self.rules)?,
            false => load_ledger(&self.session.at_current_time(), self.repository, self.rules)?,
        };
        match ledger.gap() {
            None => Ok(AnnouncementLog::of_target(ledger.events().iter(), target)),
            Some(gap) => Err(Failure::failed(format!("the ledger was not read: {}", gap.reason))
                .hint(format!("`{}` reads it", gap.remedy))),
        }
    }

    fn append(&mut self, events: Vec<EventKind>) -> Result<(), Failure> {
        let session = self.session.at_current_time();
        let what = (events, &[][..]);
        write_events(&session, self.repository, self.rules.config, what, LedgerTarget::Origin)
            .map_err(|failure| failure.hint("`--state FILE` needs no access to the ledger"))?;
        self.has_written = true;
        Ok(())
    }
}

/// A file as memory, locked for the whole run.
pub(super) struct FileStore<'a> {
    session: &'a Session,
    path: &'a Path,
    file: &'a mut File,
    /// The runs of this process.
    own: Vec<String>,
}

/// Opens and locks a file of events for the time of `action`. Another run on this machine waits.
pub(super) fn with_file<T>(
    session: &Session,
    path: &Path,
    action: impl FnOnce(&mut FileStore<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let failed = |error: std::io::Error| unusable(path, &error);
    let mut options = OpenOptions::new();
    let file = options.read(true).append(true).create(true).open(path).map_err(failed)?;
    let mut lock = RwLock::new(file);
    let mut file = lock.write().map_err(failed)?;
    action(&mut FileStore { session, path, file: &mut file, own: Vec::new() })
}

/// Reads a file of events without writing to it; a file that is not there has none.
pub(super) fn read_file_log(path: &Path, target: &str) -> Result<AnnouncementLog, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let whole = text.rfind('\n').map_or(0, |end| end + 1);
            let events = parse_lines(path, &text[..whole])?;
            Ok(AnnouncementLog::of_target(events.iter(), target))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok(AnnouncementLog::of_target(std::iter::empty(), target))
        }
        Err(error) => Err(unusable(path, &error)),
    }
}

impl AnnouncementStore for FileStore<'_> {
    fn log(&mut self, target: &str) -> Result<AnnouncementLog, Failure> {
        let failed = |error: std::io::Error| unusable(self.path, &error);
        let mut text = String::new();
        self.file.seek(SeekFrom::Start(0)).map_err(failed)?;
        self.file.read_to_string(&mut text).map_err(failed)?;
        // A machine that lost power may have written half a line, which no run has acted on.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            self.file.set_len(whole as u64).map_err(failed)?;
        }
        // The lock shows that the runs that wrote other claims have ended.
        let events: Vec<LedgerEvent> = parse_lines(self.path, &text[..whole])?
            .into_iter()
            .flat_map(|event| {
                let given_up = self.give_up_foreign(&event.what);
                [event].into_iter().chain(given_up)
            })
            .collect();
        Ok(AnnouncementLog::of_target(events.iter(), target))
    }

    fn append(&mut self, events: Vec<EventKind>) -> Result<(), Failure> {
        let failed = |error: std::io::Error| unusable(self.path, &error);
        let mut lines = String::new();
        for what in events {
            if let EventKind::Announcing { run, .. } = &what {
                self.own.push(run.clone());
            }
            let json = serde_json::to_string(&self.event(what)).expect("an event is plain data");
            lines.push_str(&json);
            lines.push('\n');
        }
        self.file.write_all(lines.as_bytes()).map_err(failed)?;
        self.file.sync_data().map_err(failed)
    }
}

impl FileStore<'_> {
    fn event(&self, what: EventKind) -> LedgerEvent {
        let now = self.session.at_current_time().now();
        LedgerEvent {
            proof: Default::default(),
            id: unique_word(),
            time: now,
            what,
            places: Vec::new(),
            by: Default::default(),
        }
    }

    fn give_up_foreign(&self, what: &EventKind) -> Option<LedgerEvent> {
        let EventKind::Announcing { target, run, .. } = what else { return None };
        let (target, run) = (target.clone(), run.clone());
        let is_foreign = !self.own.contains(&run);
        is_foreign.then(|| self.event(EventKind::AnnouncingGivenUp { target, run }))
    }
}

fn parse_lines(path: &Path, text: &str) -> Result<Vec<LedgerEvent>, Failure> {
    let parse = |(number, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| {
            let message = format!("line {number} of `{}` is no event", path.display());
            Failure::failed(message).with_cause(&error)
        })
    };
    (1..).zip(text.lines()).map(parse).collect()
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("cannot use `{}`", path.display())).with_cause(error)
}
