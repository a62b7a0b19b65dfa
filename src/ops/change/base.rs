//! The base of a plan: a commit of the deployed branch, and its configuration.

use crate::config::SubjectTemplate;
use crate::git::{BranchTips, Oid, Repository, Snapshot};
use crate::history::MERGE_TOLERANCE;
use crate::model::{CellKey, MappingEntry, StageName};
use crate::ops::deployments::DeploymentHistory;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::deployed_branch;
use crate::ops::state::effective_config;
use crate::ops::state::effective_config::EffectiveConfig;
use crate::ops::state::source::StateSource;
use crate::ops::state::{RepositoryState, RevisionSelector, stage_branch_tips};
use crate::promotion::{EditBase, PastVersion, PastVersions};
use crate::source::{ParseCache, SnapshotReader};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// Function that looks up the newest commit of a branch.
pub type TipLookup<'a> = &'a dyn Fn(&Repository, Option<&str>) -> Result<Oid, Failure>;

/// A commit to plan on, with the configuration to read it by.
pub struct PlanBase<'r> {
    pub repository: &'r Repository,
    pub settings: Rc<EffectiveConfig>,
    /// The branch to change; `None` where HEAD is detached and the user named no branch.
    pub branch: Option<String>,
    pub tip: Oid,
    /// The stage that the branch holds, if stages are branches.
    stage: Option<StageName>,
    /// The branches that hold a stage, and their newest commits.
    stages: Rc<BTreeMap<StageName, (String, Oid)>>,
    cache: ParseCache,
}

impl<'r> PlanBase<'r> {
    /// Finds the branch, the commit and the configuration. The user's branch takes precedence over
    /// the branch in the configuration.
    ///
    /// # Errors
    /// When there is no such branch, or the configuration is wrong.
    pub fn load(
        session: &Session,
        repository: &'r Repository,
        tip_of: TipLookup<'_>,
    ) -> Result<Self, Failure> {
        let cache = ParseCache::default();
        let snapshot_of = |branch: Option<&str>| {
            Ok(Snapshot::of_commit(repository, tip_of(repository, branch)?)?)
        };
        let config_of = |reader: &SnapshotReader<'_>| {
            effective_config::find_config_file(session, repository, reader)
        };
        let source = StateSource::locate(session, repository, &snapshot_of, &config_of, &cache)?;
        let StateSource { snapshot, config_file, branch } = source;
        deployed_branch::check_known(repository, branch.as_deref())?;
        let reader = SnapshotReader::new(&snapshot, &cache);
        let settings = effective_config::load(session, repository, config_file, &reader);
        let tip = snapshot.commit().ok_or_else(|| Failure::failed("the plan has no commit"))?;
        drop(reader);
        if let Some(note) = &settings.note {
            session.note(note);
        }
        let stages =
            stage_branch_tips(&settings.config, &|branch| tip_of(repository, Some(branch)))?;
        let (settings, stages) = (Rc::new(settings), Rc::new(stages));
        Ok(PlanBase {
            repository,
            settings,
            branch,
            tip,
            stage: None,
            stages,
            cache: ParseCache::default(),
        })
    }

    /// The base for a change of this stage: this one, or the branch of the stage.
    pub fn for_stage(&self, stage: &StageName) -> PlanBase<'r> {
        let (branch, tip, stage) = match self.stages.get(stage) {
            Some((branch, tip)) => (Some(branch.clone()), *tip, Some(stage.clone())),
            None => (self.branch.clone(), self.tip, self.stage.clone()),
        };
        PlanBase { branch, stage, ..self.at_commit(tip) }
    }

    /// A base at another commit, with the branch and the configuration of this one.
    pub fn at_commit(&self, tip: Oid) -> PlanBase<'r> {
        PlanBase {
            repository: self.repository,
            settings: Rc::clone(&self.settings),
            branch: self.branch.clone(),
            tip,
            stage: self.stage.clone(),
            stages: Rc::clone(&self.stages),
            cache: ParseCache::default(),
        }
    }

    /// The entries of this state. For stages that are branches, the entries come from those
    /// branches.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn with_stages(
        &self,
        mut entries: Vec<MappingEntry>,
    ) -> Result<Vec<MappingEntry>, Failure> {
        if self.stages.is_empty() {
            return Ok(entries);
        }
        for stage in self.stages.keys() {
            entries.retain(|entry| entry.stage != *stage);
            let there = self.for_stage(stage).load_edit_base()?.to_mapping().entries;
            entries.extend(there.into_iter().filter(|entry| entry.stage == *stage));
        }
        let config = &self.settings.config;
        entries.sort_by_cached_key(|entry| {
            (entry.app.clone(), entry.component.clone(), config.position(&entry.stage))
        });
        Ok(entries)
    }

    /// Loads the files and entries that edits are made on.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn load_edit_base(&self) -> Result<EditBase<'_>, Failure> {
        let snapshot = Snapshot::of_commit(self.repository, self.tip)?;
        Ok(EditBase::load(&self.settings.config, snapshot, &self.cache, self.stage.as_ref()))
    }

    /// The branch to change.
    ///
    /// # Errors
    /// Where HEAD is detached and the user named no branch.
    pub fn require_branch(&self) -> Result<&str, Failure> {
        self.branch.as_deref().ok_or_else(|| {
            Failure::usage("HEAD is detached, so the branch to change is unknown")
                .hint("name the branch with --branch")
        })
    }

    /// The template of commit subjects, if the configuration has one.
    pub fn subject(&self) -> Option<&SubjectTemplate> {
        self.settings.config.proposals.subject.as_ref()
    }

    /// Reads this state, including stages that are branches; returns it with a session that knows
    /// the tips of those branches.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn load_state(&self, session: &Session) -> Result<(Session, RepositoryState), Failure> {
        let session = session.with_tips(self.stages.values().cloned());
        let tip = self.tip.to_string();
        let survey = RepositoryState::load(
            &session,
            self.repository,
            RevisionSelector { at: Some(&tip), is_ahead: true, ..RevisionSelector::default() },
        )?;
        Ok((session, survey))
    }

    /// The past versions of every cell, newest first.
    ///
    /// # Errors
    /// When the clone lacks objects.
    pub fn load_past_versions(&self, session: &Session) -> Result<PastVersions, Failure> {
        let (session, survey) = self.load_state(session)?;
        let chronicle =
            DeploymentHistory::load(&session, self.repository, &survey, MERGE_TOLERANCE)?;
        let mut past: PastVersions = HashMap::new();
        let mut oldest: HashMap<CellKey, PastVersion> = HashMap::new();
        for deployment in chronicle.timeline.deployments() {
            let Some(to) = deployment.to else { continue };
            let ran = past.entry(deployment.cell.clone()).or_default();
            ran.push(PastVersion { version: to.version.clone(), time: deployment.time });
            if let Some(from) = deployment.from {
                let before = PastVersion { version: from.version.clone(), time: deployment.time };
                oldest.insert(deployment.cell.clone(), before);
            } else {
                oldest.remove(deployment.cell);
            }
        }
        for (cell, before) in oldest {
            past.entry(cell).or_default().push(before);
        }
        Ok(past)
    }
}

/// The commit of a branch at its upstream as last fetched, else that of the branch itself: a change
/// goes to the origin, so it is planned on what is there.
///
/// # Errors
/// When there is no such branch.
pub fn known_tip(repository: &Repository, branch: Option<&str>) -> Result<Oid, Failure> {
    let Some(branch) = branch else { return Ok(repository.head_commit()?) };
    Ok(match repository.branch_tips(branch) {
        Ok(BranchTips::Same(tip)) => tip,
        Ok(BranchTips::Different { upstream, .. }) => upstream,
        // A branch without a commit, in a new repository.
        Err(_) if repository.head_branch().as_deref() == Some(branch) => {
            repository.head_commit()?
        }
        Err(error) => return Err(error.into()),
    })
}
