//! The message about a commit: what one commit deployed is told at once.

use crate::model::CellKey;
use crate::pipeline::AppComponent;
use crate::pipeline::ledger::AnnouncedCommit;
use crate::registry::sha256_digest;
use crate::report::DeploymentReport;
use std::collections::HashMap;

/// A message about the deployments of one commit.
#[derive(Debug, Clone)]
pub struct AnnouncementMessage {
    /// The same for the same deployments and target, in every run.
    pub id: String,
    /// The name of the repository.
    pub repository: String,
    /// The page of the commit, where the host is known.
    pub url: Option<String>,
    pub commit: String,
    /// At least one.
    pub deployments: Vec<DeploymentReport>,
}

impl AnnouncementMessage {
    /// The deployment that all facts of the commit are taken from.
    pub fn first(&self) -> &DeploymentReport {
        self.deployments.first().expect("a message is about a deployment")
    }

    /// An id of one of the deployments: the same in every run and for every target.
    pub fn deployment_id(&self, one: &DeploymentReport) -> String {
        message_id(&[&self.repository, &one.commit, &place_name(&one.cell)])
    }

    /// The deployments, as the ledger names them.
    pub(super) fn to_event(&self) -> AnnouncedCommit {
        let places = self.deployments.iter().map(|one| place_name(&one.cell)).collect();
        AnnouncedCommit { commit: self.commit.clone(), places }
    }

    pub(super) fn new(
        target: &str,
        repository: &str,
        url: Option<String>,
        deployments: Vec<DeploymentReport>,
    ) -> Self {
        let commit = deployments.first().map(|one| one.commit.clone()).unwrap_or_default();
        let places: Vec<String> = deployments.iter().map(|one| place_name(&one.cell)).collect();
        let id = message_id(&[target, &commit, &places.join("\n")]);
        AnnouncementMessage { id, repository: repository.to_owned(), url, commit, deployments }
    }
}

/// A deployment's place: `web prod`, or `api/nginx prod/eu`.
pub(super) fn place_name(cell: &CellKey) -> String {
    format!("{} {}", AppComponent::of_cell(cell.clone()), cell.place())
}

/// The deployments of each commit, in the order in which the commits landed.
pub(super) fn group_by_commit(deployments: Vec<DeploymentReport>) -> Vec<Vec<DeploymentReport>> {
    let mut groups: Vec<Vec<DeploymentReport>> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for one in deployments {
        let at = *known.entry(one.commit.clone()).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

/// 32 hexadecimal digits. A commit could be made for a weak hash, so that it would not be told.
fn message_id(parts: &[&str]) -> String {
    let digest = sha256_digest(parts.join("\0").as_bytes());
    digest["sha256:".len()..][..32].to_owned()
}
