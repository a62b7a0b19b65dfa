//! Deployments and environments of GitHub.

use super::GitHubForge;
use crate::forge::deployments::{
    DeploymentChange, DeploymentLog, DeploymentState, ForgeDeployment, NewDeployment,
    RecentDeployments,
};
use crate::forge::retry::RetrySafety;
use crate::forge::text_limits::truncate_text;
use crate::forge::url::with_query;
use crate::forge::{Forge, Result, exactly_once};
use serde::Deserialize;
use serde_json::{Value, json};
use ureq::http::Method;

/// One request for deployments with their states; REST needs a request for each state.
const RECENT: &str = "query($owner: String!, $name: String!, $after: String) { repository(owner: $owner, name: $name) { deployments(first: 100, after: $after, orderBy: {field: CREATED_AT, direction: DESC}) { pageInfo { hasNextPage endCursor } nodes { databaseId environment commitOid latestStatus { state description } } } } }";

/// Pages of recent deployments.
const RECENT_PAGES: usize = 3;

/// Longest name of an environment.
const MAX_NAME: usize = 255;

#[derive(Deserialize)]
struct GitHubDeployment {
    id: u64,
    sha: String,
    environment: String,
}

#[derive(Deserialize)]
struct GitHubDeploymentStatus {
    state: String,
    description: Option<String>,
}

impl GitHubForge {
    fn deployments_path(&self) -> String {
        format!("{}/deployments", self.repo)
    }

    /// The deployments of a commit in an environment, oldest first.
    fn deployments_of(&self, environment: &str, commit: &str) -> Result<Vec<GitHubDeployment>> {
        let values = [("sha", commit), ("environment", environment), ("per_page", "100")];
        let path = with_query(&self.deployments_path(), &values);
        let mut all: Vec<GitHubDeployment> = self.octo.get_json(&path)?;
        all.retain(|one| one.sha == commit && is_same_name(&one.environment, environment));
        all.sort_by_key(|one| one.id);
        Ok(all)
    }

    fn with_state(&self, one: GitHubDeployment) -> Result<ForgeDeployment> {
        let path = format!("{}/{}/statuses?per_page=1", self.deployments_path(), one.id);
        let newest: Vec<GitHubDeploymentStatus> = self.octo.get_json(&path)?;
        let newest = newest.into_iter().next();
        let state = newest.as_ref().and_then(|status| state_of(&status.state));
        let description = newest.and_then(|status| status.description);
        Ok(ForgeDeployment {
            id: one.id,
            environment: one.environment,
            commit: one.sha,
            state,
            description,
        })
    }

    fn send_status(&self, id: u64, body: Value) -> Result<()> {
        let path = format!("{}/{id}/statuses", self.deployments_path());
        self.octo.send_json::<Value>(Method::POST, &path, body, RetrySafety::Safe).map(|_| ())
    }

    /// Removes a deployment that another run made at the same time as well: the older one stays.
    fn withdraw(&self, id: u64) -> Result<()> {
        // GitHub deletes no deployment that is active.
        self.send_status(id, json!({ "state": "inactive" }))?;
        let path = format!("{}/{id}", self.deployments_path());
        self.octo.http.send_only(Method::DELETE, &path, None, RetrySafety::Safe)
    }
}

impl DeploymentLog for GitHubForge {
    fn recent_deployments(&self) -> Result<RecentDeployments> {
        let mut out = RecentDeployments::default();
        let mut after = Value::Null;
        for _ in 0..RECENT_PAGES {
            let variables = json!({ "owner": self.owner, "name": self.name, "after": after });
            let data = self.octo.query(RECENT, variables)?;
            let page = &data["repository"]["deployments"];
            let nodes = page["nodes"].as_array().into_iter().flatten();
            out.deployments.extend(nodes.filter_map(read_node));
            if page["pageInfo"]["hasNextPage"] != Value::Bool(true) {
                out.is_complete = page["nodes"].is_array();
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        Ok(out)
    }

    fn find_deployment(&self, environment: &str, commit: &str) -> Result<Option<ForgeDeployment>> {
        let oldest = self.deployments_of(environment, commit)?.into_iter().next();
        oldest.map(|one| self.with_state(one)).transpose()
    }

    fn create_deployment(&self, new: &NewDeployment) -> Result<ForgeDeployment> {
        let limit = self.kind().text_limits().description;
        let body = json!({
            "ref": new.commit, "environment": new.environment, "payload": new.payload,
            "description": truncate_text(&new.description, limit),
            "production_environment": new.is_production, "transient_environment": false,
            // Nothing is merged or waited for: the commit is deployed already.
            "auto_merge": false, "required_contexts": [],
        });
        let send = || {
            let (path, body) = (self.deployments_path(), body.clone());
            self.octo.send_json::<GitHubDeployment>(Method::POST, &path, body, RetrySafety::Once)
        };
        let find = || Ok(self.deployments_of(&new.environment, &new.commit)?.into_iter().next());
        let made = exactly_once::create_or_find(&self.octo.http, send, find)?;
        let all = self.deployments_of(&new.environment, &new.commit)?;
        let Some(first) = all.into_iter().next().filter(|first| first.id < made.id) else {
            return self.with_state(made);
        };
        self.withdraw(made.id)?;
        self.with_state(first)
    }

    fn shown_state(&self, outcome: DeploymentState, is_replaced: bool) -> DeploymentState {
        match outcome {
            DeploymentState::Failed => DeploymentState::Failed,
            _ if is_replaced => DeploymentState::Replaced,
            outcome => outcome,
        }
    }

    fn change_deployment(&self, now: &ForgeDeployment, change: &DeploymentChange) -> Result<()> {
        let state = match change.state {
            DeploymentState::Running => "in_progress",
            DeploymentState::Succeeded => "success",
            DeploymentState::Failed => "failure",
            DeploymentState::Replaced => "inactive",
        };
        let limit = self.kind().text_limits().description;
        let mut body = json!({
            "state": state, "description": truncate_text(&change.description, limit),
            // The deployment before gets its state from what is known of it.
            "auto_inactive": false,
        });
        if let Some(url) = &change.url {
            body["log_url"] = url.as_str().into();
        }
        self.send_status(now.id, body)
    }

    fn environment_fault(&self, name: &str) -> Option<&'static str> {
        (name.chars().count() > MAX_NAME).then_some("it is longer than 255 characters")
    }
}

/// GitHub's names of environments have no case.
fn is_same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn read_node(node: &Value) -> Option<ForgeDeployment> {
    Some(ForgeDeployment {
        id: node["databaseId"].as_u64()?,
        environment: node["environment"].as_str()?.to_owned(),
        commit: node["commitOid"].as_str()?.to_owned(),
        state: node["latestStatus"]["state"].as_str().and_then(state_of),
        description: node["latestStatus"]["description"].as_str().map(str::to_owned),
    })
}

/// The state of a word of REST, or of GraphQL in capitals.
fn state_of(word: &str) -> Option<DeploymentState> {
    Some(match word.to_ascii_lowercase().as_str() {
        "in_progress" => DeploymentState::Running,
        "success" => DeploymentState::Succeeded,
        "failure" | "error" => DeploymentState::Failed,
        "inactive" => DeploymentState::Replaced,
        _ => return None,
    })
}
