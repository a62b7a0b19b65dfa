//! The state that a plan is made on: a commit of the branch that is deployed, and its configuration.

use super::choice::TOLERANCE;
use super::chronicle::Chronicle;
use super::context::Context;
use super::failure::Failure;
use super::settings::{self, Settings};
use super::survey::{Survey, When};
use crate::config::SubjectTemplate;
use crate::git::{Oid, Repository, Snapshot};
use crate::model::SlotKey;
use crate::promotion::{Ground, Past, Ran};
use crate::source::{Cache, Reader};
use std::collections::HashMap;

/// Where the newest commit of a branch is looked up.
pub type TipOf<'a> = &'a dyn Fn(&Repository, Option<&str>) -> Result<Oid, Failure>;

/// One commit, and how to read it.
pub struct Scene<'r> {
    pub repository: &'r Repository,
    pub settings: Settings,
    /// The branch that is to change; `None` where HEAD is detached and nobody named one.
    pub branch: Option<String>,
    pub tip: Oid,
    cache: Cache,
}

impl<'r> Scene<'r> {
    /// Finds branch, commit and configuration. A branch that the configuration names counts unless the
    /// user named one.
    ///
    /// # Errors
    /// When there is no such branch, or the configuration is wrong.
    pub fn read(context: &Context, repository: &'r Repository, tip_of: TipOf<'_>) -> Result<Self, Failure> {
        let named = context.globals.branch.clone();
        let usual = || repository.origin_head().or_else(|| repository.head_branch());
        let mut branch = named.clone().or_else(usual);
        let mut tip = tip_of(repository, branch.as_deref())?;
        let mut settings = settings(context, repository, tip)?;
        if let (None, Some(stated)) = (named, settings.config.branch.clone())
            && branch.as_ref() != Some(&stated)
        {
            tip = tip_of(repository, Some(&stated))?;
            branch = Some(stated);
            settings = self::settings(context, repository, tip)?;
        }
        if let Some(note) = &settings.note {
            context.ui.note(note);
        }
        Ok(Scene { repository, settings, branch, tip, cache: Cache::default() })
    }

    /// Everything that is said there.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn ground(&self) -> Result<Ground<'_>, Failure> {
        let snapshot = Snapshot::of_commit(self.repository, self.tip)?;
        Ok(Ground::of(&self.settings.config, snapshot, &self.cache, None))
    }

    /// The branch that is to change.
    ///
    /// # Errors
    /// Where nobody says which.
    pub fn branch(&self) -> Result<&str, Failure> {
        self.branch.as_deref().ok_or_else(|| {
            Failure::usage("HEAD is detached, so it is not known which branch to change").hint("name it with --branch")
        })
    }

    /// How subjects are worded.
    pub fn subject(&self) -> Option<&SubjectTemplate> {
        self.settings.config.proposals.subject.as_ref()
    }

    /// What every slot has run, newest first.
    ///
    /// # Errors
    /// When the clone lacks objects.
    pub fn past(&self, context: &Context) -> Result<Past, Failure> {
        let tip = self.tip.to_string();
        let survey = Survey::of(context, self.repository, When { at: Some(&tip), work_tree: false })?;
        let chronicle = Chronicle::of(context, self.repository, &survey, TOLERANCE)?;
        let mut past: Past = HashMap::new();
        let mut oldest: HashMap<SlotKey, Ran> = HashMap::new();
        for deployment in chronicle.timeline.deployments() {
            let Some(to) = deployment.to else { continue };
            let ran = past.entry(deployment.slot.clone()).or_default();
            ran.push(Ran { version: to.version.clone(), time: deployment.time });
            if let Some(from) = deployment.from {
                let before = Ran { version: from.version.clone(), time: deployment.time };
                oldest.insert(deployment.slot.clone(), before);
            } else {
                oldest.remove(deployment.slot);
            }
        }
        for (slot, before) in oldest {
            past.entry(slot).or_default().push(before);
        }
        Ok(past)
    }
}

fn settings(context: &Context, repository: &Repository, tip: Oid) -> Result<Settings, Failure> {
    let (snapshot, cache) = (Snapshot::of_commit(repository, tip)?, Cache::default());
    let reader = Reader::new(&snapshot, &cache);
    let stated = settings::stated(context, repository, &reader)?;
    Ok(settings::load(context, repository, stated, &reader))
}

/// The newest commit that is known here: what was last seen of `origin`, or else the branch itself.
///
/// # Errors
/// When there is no such branch.
pub fn known_tip(repository: &Repository, branch: Option<&str>) -> Result<Oid, Failure> {
    let Some(branch) = branch else { return Ok(repository.head()?) };
    let at_origin = repository.resolve(&format!("refs/remotes/origin/{branch}"));
    match at_origin.or_else(|_| repository.resolve(&format!("refs/heads/{branch}"))) {
        Ok(tip) => Ok(tip),
        Err(_) => Ok(repository.deployment_branch(Some(branch))?.1),
    }
}
