//! Compares the deployments that are wanted with those of the forge, and changes what differs.

use super::wanted::WantedDeployment;
use crate::forge::{DeploymentChange, DeploymentLog, DeploymentState, ForgeDeployment};
use crate::forge::{ForgeError, NewDeployment, truncate_text};
use crate::ops::error::Failure;
use crate::report::{PublishReport, PublishedChange, PublishedDeployment, to_timestamp};
use std::collections::HashMap;

/// The deployments of a forge, and how they are changed.
pub struct ForgeLog<'a> {
    pub log: &'a dyn DeploymentLog,
    /// The branch of the commits.
    pub branch: &'a str,
    /// The longest text of a state.
    pub longest: usize,
    /// The most changes.
    pub limit: usize,
    /// True where nothing is changed.
    pub is_dry: bool,
}

/// The newest deployments, by environment in small letters and commit.
struct KnownDeployments {
    found: HashMap<(String, String), ForgeDeployment>,
    /// True where the forge has no others.
    is_complete: bool,
}

impl ForgeLog<'_> {
    /// Brings deployments up to date, oldest first.
    ///
    /// # Errors
    /// When a request fails. What was changed before stays.
    pub fn publish(&self, wanted: &[WantedDeployment]) -> Result<PublishReport, Failure> {
        for one in wanted {
            if let Some(why) = self.log.environment_fault(&one.environment) {
                let name = &one.environment;
                let failure =
                    Failure::usage(format!("`{name}` is no name of an environment: {why}"));
                return Err(failure.hint("`deployments` in towpath.yaml can give it another name"));
            }
        }
        let known = self.read_known()?;
        let mut report = PublishReport::default();
        let mut changes = 0;
        for one in wanted {
            let there = self.find(&known, one)?;
            if there.is_none() && !one.is_created {
                continue;
            }
            let state = self.log.shown_state(one.outcome, one.is_replaced);
            let is_same = there.as_ref().is_some_and(|there| self.is_same(there, one, state));
            if !is_same && changes == self.limit {
                report.left += 1;
                continue;
            }
            changes += usize::from(!is_same);
            let change = match is_same {
                true => PublishedChange::Unchanged,
                false => self.apply(one, there, state)?,
            };
            report.deployments.push(told(one, state, change));
        }
        Ok(report)
    }

    fn read_known(&self) -> Result<KnownDeployments, ForgeError> {
        let recent = self.log.recent_deployments()?;
        let mut found: HashMap<(String, String), ForgeDeployment> = HashMap::new();
        for one in recent.deployments {
            let key = (one.environment.to_lowercase(), one.commit.clone());
            // The one that was made first counts.
            found
                .entry(key)
                .and_modify(|known| {
                    if one.id < known.id {
                        known.clone_from(&one);
                    }
                })
                .or_insert(one);
        }
        Ok(KnownDeployments { found, is_complete: recent.is_complete })
    }

    fn find(
        &self,
        known: &KnownDeployments,
        one: &WantedDeployment,
    ) -> Result<Option<ForgeDeployment>, ForgeError> {
        let commit = one.commit.to_string();
        let key = (one.environment.to_lowercase(), commit.clone());
        match known.found.get(&key) {
            Some(there) => Ok(Some(there.clone())),
            None if known.is_complete => Ok(None),
            None => self.log.find_deployment(&one.environment, &commit),
        }
    }

    fn apply(
        &self,
        one: &WantedDeployment,
        there: Option<ForgeDeployment>,
        state: DeploymentState,
    ) -> Result<PublishedChange, ForgeError> {
        let is_new = there.is_none();
        if self.is_dry {
            return Ok(match is_new {
                true => PublishedChange::WouldCreate,
                false => PublishedChange::WouldUpdate,
            });
        }
        let there = match there {
            Some(there) => there,
            None => self.log.create_deployment(&self.new_deployment(one, state))?,
        };
        if !self.is_same(&there, one, state) {
            let (description, url) = (one.reason.clone(), one.url.clone());
            let change = DeploymentChange { state, description, url };
            self.log.change_deployment(&there, &change)?;
        }
        Ok(if is_new { PublishedChange::Created } else { PublishedChange::Updated })
    }

    /// True if the forge has the state, and the reason for it where it keeps one.
    fn is_same(
        &self,
        there: &ForgeDeployment,
        one: &WantedDeployment,
        state: DeploymentState,
    ) -> bool {
        let reason = truncate_text(&one.reason, self.longest);
        let has_reason = |text: &String| text.trim() == reason.trim();
        there.state == Some(state) && there.description.as_ref().is_none_or(has_reason)
    }

    fn new_deployment(&self, one: &WantedDeployment, state: DeploymentState) -> NewDeployment {
        NewDeployment {
            environment: one.environment.clone(),
            commit: one.commit.to_string(),
            branch: self.branch.to_owned(),
            description: one.description.clone(),
            payload: one.payload.clone(),
            is_production: one.is_production,
            state,
        }
    }
}

fn told(
    one: &WantedDeployment,
    state: DeploymentState,
    change: PublishedChange,
) -> PublishedDeployment {
    PublishedDeployment {
        name: one.name.clone(),
        cell: one.cell.clone(),
        version: one.version.clone(),
        commit: one.commit.to_string(),
        time: to_timestamp(one.time),
        environment: one.environment.clone(),
        state,
        change,
    }
}
