//! Deployments and environments of forges that have them.

use super::Result;
use serde_json::Value;

/// A deployment as a forge knows it. One commit has at most one in an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgeDeployment {
    pub id: u64,
    pub environment: String,
    /// The deployed commit, in full.
    pub commit: String,
    /// `None` where the forge has no state yet, or one that towpath does not set.
    pub state: Option<DeploymentState>,
    /// The text of the state, where the forge keeps one.
    pub description: Option<String>,
}

/// The state of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeploymentState {
    /// Nobody knows yet how it turned out.
    Running,
    Succeeded,
    Failed,
    /// Another version runs in its environment.
    Replaced,
}

impl DeploymentState {
    /// Returns the word for the state.
    pub fn as_str(self) -> &'static str {
        match self {
            DeploymentState::Running => "running",
            DeploymentState::Succeeded => "succeeded",
            DeploymentState::Failed => "failed",
            DeploymentState::Replaced => "replaced",
        }
    }
}

/// A deployment to create.
#[derive(Debug, Clone)]
pub struct NewDeployment {
    /// The environment, which the forge creates if it has none of this name.
    pub environment: String,
    pub commit: String,
    /// The branch with the commit, for forges that need one.
    pub branch: String,
    pub description: String,
    /// Facts for other programs, where the forge keeps them.
    pub payload: Value,
    /// True for an environment that users work with.
    pub is_production: bool,
    pub state: DeploymentState,
}

/// A new state of a deployment.
#[derive(Debug, Clone)]
pub struct DeploymentChange {
    pub state: DeploymentState,
    pub description: String,
    /// A page that shows why, where the forge keeps one.
    pub url: Option<String>,
}

/// The newest deployments of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecentDeployments {
    /// Newest first.
    pub deployments: Vec<ForgeDeployment>,
    /// True if there are no others.
    pub is_complete: bool,
}

/// The deployments of a repository on a forge.
pub trait DeploymentLog {
    /// Returns the newest deployments of all environments: as many as a few requests bring.
    fn recent_deployments(&self) -> Result<RecentDeployments>;

    /// Returns the deployment of a commit in an environment.
    fn find_deployment(&self, environment: &str, commit: &str) -> Result<Option<ForgeDeployment>>;

    /// Creates a deployment. If an answer is lost, the deployment is searched before another
    /// attempt. Search it before, too.
    fn create_deployment(&self, new: &NewDeployment) -> Result<ForgeDeployment>;

    /// Returns the state that the forge shows for an outcome.
    fn shown_state(&self, outcome: DeploymentState, is_replaced: bool) -> DeploymentState;

    /// Sets the state of a deployment.
    fn change_deployment(&self, now: &ForgeDeployment, change: &DeploymentChange) -> Result<()>;

    /// Returns why the forge does not take a name of an environment.
    fn environment_fault(&self, name: &str) -> Option<&'static str>;
}
