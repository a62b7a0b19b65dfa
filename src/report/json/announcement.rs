//! `towpath.announcement/1` and `towpath.announcements/1`.

use super::{DeploymentJson, PersonJson};
use crate::report::DeploymentReport;
use serde::Serialize;

/// A message about the deployments of one commit.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.announcement/1"))]
pub struct AnnouncementJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.announcement/1")))]
    pub schema: &'static str,
    /// The same for the same deployments and target.
    pub id: String,
    pub target: String,
    pub repository: String,
    pub commit: String,
    pub time: String,
    pub subject: String,
    pub who: PersonJson,
    /// The page of the commit.
    pub url: Option<String>,
    /// The message as the target shows it.
    pub text: String,
    pub deployments: Vec<DeploymentJson>,
}

/// What `announce` told, or would tell.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.announcements/1"))]
pub struct AnnouncementsJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.announcements/1")))]
    pub schema: &'static str,
    /// Oldest first, target by target.
    pub announcements: Vec<ToldAnnouncementJson>,
}

/// A message, and what happened to it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ToldAnnouncementJson {
    /// `planned`, `sent`, or `found` where an earlier run had sent it.
    pub outcome: &'static str,
    #[serde(flatten)]
    pub announcement: AnnouncementJson,
}

impl AnnouncementJson {
    /// A message about at least one deployment of a commit.
    pub fn new(
        (id, target, text): (&str, &str, String),
        (repository, url): (&str, Option<String>),
        deployments: &[DeploymentReport],
    ) -> Self {
        let first = deployments.first().expect("a message is about a deployment");
        let who = &first.account.who;
        AnnouncementJson {
            schema: "towpath.announcement/1",
            id: id.to_owned(),
            target: target.to_owned(),
            repository: repository.to_owned(),
            commit: first.commit.clone(),
            time: first.time.to_string(),
            subject: first.account.subject.clone(),
            who: PersonJson::new(&who.name, &who.email),
            url,
            text,
            deployments: deployments.iter().map(DeploymentJson::from).collect(),
        }
    }
}
