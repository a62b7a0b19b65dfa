//! The context of the gates: repository state, history and ledger, read once.

pub mod ask;
pub mod break_glass;
pub mod facts;
pub mod outcomes;
pub mod plan;
pub mod section;
pub mod sightings;

use crate::config::{Config, Stage};
use crate::git::{Repository, Snapshot};
use crate::history::MERGE_TOLERANCE;
use crate::model::{CellKey, StageName, TargetName, Version, VersionArgument};
use crate::ops::change::base::PlanBase;
use crate::ops::deployments::DeploymentHistory;
use crate::ops::error::Failure;
use crate::ops::ledger;
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector, deployed_branch};
use crate::ops::suggest::{STAGE_USAGE, unknown_app, unknown_name};
use crate::pipeline::ledger::Ledger;
use crate::pipeline::{
    AppComponent, DeploymentIndex, Evidence, ExternalFacts, GateQuery, MoveDirection,
};
use std::collections::BTreeSet;

/// A repository at one commit, with its history and its ledger.
pub struct GateContext<'r> {
    pub session: &'r Session,
    pub repository: &'r Repository,
    pub survey: RepositoryState,
    pub chronicle: DeploymentHistory<'r>,
    pub ledger: Ledger,
}

/// An owned question to the gates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateRequest {
    pub subject: AppComponent,
    pub stage: StageName,
    /// The targets; empty means all of the stage.
    pub targets: Vec<TargetName>,
    pub version: Version,
    pub purpose: MoveDirection,
}

impl GateRequest {
    /// The question at a time; `None` means now.
    pub fn to_query(&self, session: &Session, at: Option<jiff::Timestamp>) -> GateQuery<'_> {
        let now = session.now();
        GateQuery {
            subject: &self.subject,
            stage: &self.stage,
            targets: &self.targets,
            version: &self.version,
            at: at.unwrap_or(now),
            is_past: at.is_some_and(|at| at < now),
            purpose: self.purpose,
        }
    }
}

impl<'r> GateContext<'r> {
    /// Combines a state, its past and the ledger, in which the apps get their current names.
    pub fn new(
        session: &'r Session,
        repository: &'r Repository,
        (survey, chronicle): (RepositoryState, DeploymentHistory<'r>),
        ledger: Ledger,
    ) -> Self {
        let ledger = ledger.with_current_names(&survey.mapping.entries);
        GateContext { session, repository, survey, chronicle, ledger }
    }

    /// Warns about locks of apps that are gone.
    fn tell_lost_locks(self) -> Self {
        for lock in self.ledger.locks_without_app(self.session.now().as_second()) {
            self.session.caution(&format!(
                "the lock of {} holds nothing: no app has that name or stands where it stood",
                lock.name()
            ));
        }
        self
    }

    /// Reads the newest commit in this clone.
    ///
    /// # Errors
    /// When the repository cannot be read, or its configuration is wrong.
    pub fn load(session: &'r Session, repository: &'r Repository) -> Result<Self, Failure> {
        GateContext::load_names(session, repository)?.with_ledger()?.check_waves()
    }

    /// Reads the newest commit in this clone, and the copy of the ledger in it: enough to find the
    /// names in a request, too little to answer one.
    ///
    /// # Errors
    /// When the repository cannot be read, or its configuration is wrong.
    pub fn load_names(session: &'r Session, repository: &'r Repository) -> Result<Self, Failure> {
        let survey = RepositoryState::load(session, repository, RevisionSelector::default())?;
        deployed_branch::check_known(repository, survey.branch.as_deref())?;
        let chronicle = DeploymentHistory::load(session, repository, &survey, MERGE_TOLERANCE)?;
        let ledger = ledger::load_local_ledger(session, repository, survey.ledger_rules())?;
        Ok(GateContext::new(session, repository, (survey, chronicle), ledger))
    }

    /// Reads the ledger at the remotes.
    ///
    /// # Errors
    /// When a commit of the local ledger is missing.
    pub fn with_ledger(self) -> Result<Self, Failure> {
        let ledger =
            ledger::load_ledger(self.session, self.repository, self.survey.ledger_rules())?;
        let past = (self.survey, self.chronicle);
        Ok(GateContext::new(self.session, self.repository, past, ledger).tell_lost_locks())
    }

    /// Reads the state that a plan is made on.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn load_at(session: &'r Session, plan_base: &PlanBase<'r>) -> Result<Self, Failure> {
        let (seeing, survey) = plan_base.load_state(session)?;
        let repository = plan_base.repository;
        let chronicle = DeploymentHistory::load(&seeing, repository, &survey, MERGE_TOLERANCE)?;
        let ledger = ledger::load_ledger(session, repository, survey.ledger_rules())?;
        GateContext::new(session, repository, (survey, chronicle), ledger).check_waves()
    }

    /// Checks that waves name only targets of their stage. Any other wave would hold nothing back.
    ///
    /// # Errors
    /// When a wave names an unknown target.
    pub fn check_waves(self) -> Result<Self, Failure> {
        for waves in &self.config().pipeline.waves {
            let cells = self.chronicle.cells().filter(|cell| cell.stage == waves.stage);
            let known: Vec<&TargetName> = cells.filter_map(|cell| cell.target.as_ref()).collect();
            if let Some((name, line)) = waves.unknown_target(&known) {
                let words: BTreeSet<String> = known.into_iter().map(ToString::to_string).collect();
                let words: Vec<String> = words.into_iter().collect();
                let place = self.config().provenance(Some(line));
                let message = format!(
                    "{place}: a wave of {} names `{name}`, which is not a target of the stage",
                    waves.stage
                );
                let failure = Failure::usage(message);
                return Err(failure.hint(match words.is_empty() {
                    true => format!(
                        "{} has no targets; a source path with `{{target}}` defines them",
                        waves.stage
                    ),
                    false => format!("its targets are {}", words.join(", ")),
                }));
            }
        }
        Ok(self)
    }

    pub fn config(&self) -> &Config {
        &self.survey.settings.config
    }

    /// The deployment index, which ends where the known history ends.
    pub fn deployment_index(&self) -> DeploymentIndex<'_> {
        let edge = self.chronicle.history_limit(self.repository, self.session.now().as_second());
        self.whole_past().ending_at(edge)
    }

    /// The deployment index without a history limit, for judging the past.
    pub fn whole_past(&self) -> DeploymentIndex<'_> {
        DeploymentIndex::new(&self.chronicle.timeline, &self.survey.mapping.entries)
    }

    /// The evidence for the gates: configuration, deployments, ledger and external facts.
    pub fn evidence<'e>(
        &'e self,
        past: &'e DeploymentIndex<'e>,
        facts: &'e ExternalFacts,
    ) -> Evidence<'e> {
        Evidence::new(self.config(), past, &self.ledger, facts)
    }

    /// The app or image with this name.
    ///
    /// # Errors
    /// When the name is unknown.
    pub fn subject(&self, word: &str) -> Result<AppComponent, Failure> {
        let cells: Vec<&CellKey> = self.chronicle.cells().collect();
        if let Some(cell) = cells.iter().find(|cell| cell.app.as_str() == word) {
            return Ok(AppComponent { app: cell.app.clone(), component: None });
        }
        let named = |cell: &&&CellKey| self.chronicle.app_words(cell).contains(word);
        if let Some(cell) = cells.iter().find(named) {
            return Ok(AppComponent { app: cell.app.clone(), component: cell.component.clone() });
        }
        let words: Vec<String> =
            cells.iter().flat_map(|cell| self.chronicle.app_words(cell)).collect();
        let shown: BTreeSet<String> =
            cells.iter().map(|cell| self.chronicle.name(cell).to_owned()).collect();
        let shown: Vec<String> = shown.into_iter().collect();
        Err(unknown_app(word, &words, &shown, (self.config(), STAGE_USAGE)))
    }

    /// A file of the judged commit; `None` if it is not there.
    pub fn read_committed(&self, path: &str) -> Option<Vec<u8>> {
        let snapshot = Snapshot::of_commit(self.repository, self.survey.commit?).ok()?;
        snapshot.read_file(&snapshot.find_file(path)?).ok()
    }

    /// The stage with this name or alias.
    ///
    /// # Errors
    /// When the name is unknown.
    pub fn stage(&self, word: &str) -> Result<&Stage, Failure> {
        stage(self.config(), word)
    }

    /// The target with this name.
    ///
    /// # Errors
    /// When the name is unknown.
    pub fn resolve_target(&self, word: &str) -> Result<TargetName, Failure> {
        let known: BTreeSet<String> = self
            .chronicle
            .cells()
            .filter_map(|cell| Some(cell.target.as_ref()?.to_string()))
            .collect();
        let known: Vec<String> = known.into_iter().collect();
        if known.iter().any(|target| target == word) {
            return Ok(TargetName::from(word));
        }
        Err(unknown_name("target", word, &known, &known))
    }

    /// The version of a text. If the version ran somewhere, the result includes its digest.
    ///
    /// # Errors
    /// When the text is no version, or names several builds that ran.
    pub fn version(
        &self,
        evidence: &Evidence<'_>,
        subject: &AppComponent,
        text: &str,
    ) -> Result<Version, Failure> {
        let cells = evidence.cells_of_app(subject);
        let ran = cells.into_iter().flat_map(|cell| evidence.run_periods(cell, None));
        named_version(text, ran.map(|landing| landing.version))
    }

    /// The version that the previous stages run at that time.
    ///
    /// # Errors
    /// When they run no version, or several.
    pub fn find_candidate(
        &self,
        evidence: &Evidence<'_>,
        asked: &GateRequest,
        at: Option<jiff::Timestamp>,
    ) -> Result<Version, Failure> {
        let (subject, stage) = (&asked.subject, &asked.stage);
        let question = asked.to_query(self.session, at);
        let before = evidence.previous_stages(&question);
        let cells = before.iter().flat_map(|before| evidence.source_cells(&question, before));
        let versions: BTreeSet<&Version> = cells
            .filter_map(|cell| Some(evidence.current_run(cell, question.history_end())?.version))
            .collect();
        let mut versions = versions.into_iter();
        match (versions.next(), versions.next()) {
            (Some(version), None) => Ok(version.clone()),
            (None, _) => Err(Failure::usage(format!(
                "no previous stage of {stage} runs {subject}, so the version is unknown"
            ))
            .hint("name the version with --version")),
            (Some(one), Some(two)) => {
                let message = format!(
                    "the previous stage of {stage} runs several versions of {subject}: {one}, {two}"
                );
                Err(Failure::usage(message)
                    .hint("name one with --version, or one image as APP/IMAGE"))
            }
        }
    }
}

/// The version that a text names, completed by the versions that ran.
///
/// # Errors
/// When the text is no version, or names several builds that ran.
pub fn named_version<'v>(
    text: &str,
    ran: impl IntoIterator<Item = &'v Version>,
) -> Result<Version, Failure> {
    let ran: BTreeSet<&Version> = ran.into_iter().collect();
    if let Some(exact) =
        ran.iter().find(|known| known.digest.is_some() && known.to_string() == text)
    {
        return Ok((*exact).clone());
    }
    let named = match parse_version(text) {
        Ok(named) => named,
        // A version that runs can have any form, such as a range. Its exact text names it.
        Err(failure) => {
            let written = ran.into_iter().find(|known| known.to_string() == text);
            return written.cloned().ok_or(failure);
        }
    };
    let found: BTreeSet<&Version> = ran.into_iter().filter(|known| named.names(known)).collect();
    let builds: BTreeSet<&str> =
        found.iter().filter_map(|version| version.digest.as_deref()).collect();
    if builds.len() > 1 {
        let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
        return Err(Failure::usage(format!("`{text}` names several builds"))
            .hint(format!("name one: {}", shown.join(", "))));
    }
    match found.into_iter().max_by_key(|version| version.digest.is_some()) {
        Some(version) => Ok(version.clone()),
        None if named.short_digest.is_some() => {
            Err(Failure::usage(format!("no stage ever ran `{text}`"))
                .hint("write the whole digest of a version that has not run yet"))
        }
        None => Ok(named.version),
    }
}

/// Takes a text apart that a person or a CI system gives as a version.
///
/// # Errors
/// When the text is no version.
pub fn parse_version(text: &str) -> Result<VersionArgument, Failure> {
    VersionArgument::parse(text).map_err(|error| Failure::usage(error.to_string()))
}

/// The stage with this name or alias.
///
/// # Errors
/// When the name is unknown.
pub fn stage<'c>(config: &'c Config, word: &str) -> Result<&'c Stage, Failure> {
    let names: Vec<String> = config.stages.iter().map(|stage| stage.name.to_string()).collect();
    config.stage(word).ok_or_else(|| unknown_name("stage", word, &config.stage_words(), &names))
}
