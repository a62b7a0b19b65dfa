//! Deployments and environments of GitLab.

use super::GitLabForge;
use crate::forge::deployments::{
    DeploymentChange, DeploymentLog, DeploymentState, ForgeDeployment, NewDeployment,
    RecentDeployments,
};
use crate::forge::retry::RetrySafety;
use crate::forge::url::with_query;
use crate::forge::{Result, exactly_once};
use serde::Deserialize;
use serde_json::json;
use ureq::http::Method;

/// Pages of recent deployments.
const RECENT_PAGES: usize = 3;

/// Longest name of an environment.
const MAX_NAME: usize = 255;

#[derive(Deserialize)]
struct GitLabDeployment {
    id: u64,
    sha: String,
    status: Option<String>,
    environment: Option<GitLabEnvironment>,
}

#[derive(Deserialize)]
struct GitLabEnvironment {
    name: String,
}

impl GitLabForge {
    fn deployments_path(&self) -> String {
        format!("{}/deployments", self.project)
    }
}

impl DeploymentLog for GitLabForge {
    fn recent_deployments(&self) -> Result<RecentDeployments> {
        let mut out = RecentDeployments::default();
        for page in 1..=RECENT_PAGES {
            let page = page.to_string();
            let values =
                [("order_by", "id"), ("sort", "desc"), ("per_page", "100"), ("page", &page)];
            let path = with_query(&self.deployments_path(), &values);
            let items: Vec<GitLabDeployment> = self.http.get_json(&path)?;
            let is_last = items.is_empty();
            out.deployments.extend(items.into_iter().map(ForgeDeployment::from));
            if is_last {
                out.is_complete = true;
                break;
            }
        }
        Ok(out)
    }

    /// GitLab does not search by commit, so the deployments of the environment are read.
    fn find_deployment(&self, environment: &str, commit: &str) -> Result<Option<ForgeDeployment>> {
        let values = [
            ("environment", environment),
            ("order_by", "id"),
            ("sort", "desc"),
            ("per_page", "100"),
        ];
        let path = with_query(&self.deployments_path(), &values);
        let all: Vec<GitLabDeployment> = self.http.list_by_link(&path)?;
        let all = all.into_iter().map(ForgeDeployment::from);
        let is_it = |one: &ForgeDeployment| one.commit == commit && one.environment == environment;
        Ok(all.filter(is_it).min_by_key(|one| one.id))
    }

    fn create_deployment(&self, new: &NewDeployment) -> Result<ForgeDeployment> {
        let body = json!({
            "environment": new.environment, "sha": new.commit, "ref": new.branch, "tag": false,
            "status": status_word(new.state),
        });
        let send = || {
            let (path, body) = (self.deployments_path(), body.clone());
            self.http
                .send_json::<GitLabDeployment>(Method::POST, &path, body, RetrySafety::Once)
                .map(ForgeDeployment::from)
        };
        let find = || self.find_deployment(&new.environment, &new.commit);
        exactly_once::create_or_find(&self.http, send, find)
    }

    /// GitLab shows by itself which deployment of an environment is the latest.
    fn shown_state(&self, outcome: DeploymentState, is_replaced: bool) -> DeploymentState {
        match outcome {
            DeploymentState::Running if is_replaced => DeploymentState::Replaced,
            outcome => outcome,
        }
    }

    fn change_deployment(&self, now: &ForgeDeployment, change: &DeploymentChange) -> Result<()> {
        let path = format!("{}/{}", self.deployments_path(), now.id);
        let body = json!({ "status": status_word(change.state) });
        self.http.send_only(Method::PUT, &path, Some(body), RetrySafety::Safe)
    }

    fn environment_fault(&self, name: &str) -> Option<&'static str> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_/${}. ".contains(c);
        if !name.chars().all(is_allowed) {
            return Some("it has characters other than letters, digits, spaces and `-_/${}.`");
        }
        if name.starts_with('/') || name.ends_with('/') {
            return Some("it begins or ends with a slash");
        }
        (name.len() > MAX_NAME).then_some("it is longer than 255 characters")
    }
}

fn status_word(state: DeploymentState) -> &'static str {
    match state {
        DeploymentState::Running => "running",
        DeploymentState::Succeeded => "success",
        DeploymentState::Failed => "failed",
        DeploymentState::Replaced => "canceled",
    }
}

impl From<GitLabDeployment> for ForgeDeployment {
    fn from(one: GitLabDeployment) -> Self {
        let state = match one.status.as_deref() {
            Some("running") => Some(DeploymentState::Running),
            Some("success") => Some(DeploymentState::Succeeded),
            Some("failed") => Some(DeploymentState::Failed),
            Some("canceled") => Some(DeploymentState::Replaced),
            _ => None,
        };
        let environment = one.environment.map(|environment| environment.name).unwrap_or_default();
        ForgeDeployment { id: one.id, environment, commit: one.sha, state, description: None }
    }
}
