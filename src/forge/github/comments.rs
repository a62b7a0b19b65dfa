//! Comments on pull requests of GitHub.

use super::GitHubForge;
use crate::forge::comments::{CommentLog, ProposalComment};
use crate::forge::json::{HubComment, HubUser};
use crate::forge::retry::RetrySafety;
use crate::forge::url::with_query;
use crate::forge::{ForgeError, Result};
use serde_json::{Value, json};
use ureq::http::Method;

impl GitHubForge {
    /// The login of the token. Tokens of apps, and so of workflows, cannot ask for it.
    fn own_login(&self) -> Result<Option<String>> {
        match self.octo.get_json::<HubUser>("/user") {
            Ok(user) => Ok(Some(user.login)),
            Err(ForgeError::Forbidden { .. } | ForgeError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl CommentLog for GitHubForge {
    fn list_comments(&self, number: u64) -> Result<Vec<ProposalComment>> {
        let path = format!("{}/issues/{number}/comments", self.repo);
        let path = with_query(&path, &[("per_page", "100")]);
        let all = self.octo.list_pages(&path, |page: Vec<HubComment>| page)?;
        let login = self.own_login()?;
        Ok(all.into_iter().map(|comment| comment.into_comment(login.as_deref())).collect())
    }

    fn add_comment(&self, number: u64, body: &str) -> Result<()> {
        let path = format!("{}/issues/{number}/comments", self.repo);
        let body = json!({ "body": body });
        self.octo.send_json::<Value>(Method::POST, &path, body, RetrySafety::Once).map(|_| ())
    }

    fn edit_comment(&self, _number: u64, id: &str, body: &str) -> Result<()> {
        let path = format!("{}/issues/comments/{id}", self.repo);
        let body = json!({ "body": body });
        self.octo.send_json::<Value>(Method::PATCH, &path, body, RetrySafety::Safe).map(|_| ())
    }
}
