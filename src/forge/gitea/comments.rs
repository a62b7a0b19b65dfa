//! Comments on pull requests of Gitea and Forgejo.

use super::GiteaForge;
use crate::forge::Result;
use crate::forge::comments::{CommentLog, ProposalComment};
use crate::forge::json::{HubComment, HubUser};
use crate::forge::retry::RetrySafety;
use serde_json::json;
use ureq::http::Method;

impl CommentLog for GiteaForge {
    /// The list has no pages.
    fn list_comments(&self, number: u64) -> Result<Vec<ProposalComment>> {
        let path = format!("{}/issues/{number}/comments", self.repo);
        let all: Vec<HubComment> = self.http.get_json(&path)?;
        let me: HubUser = self.http.get_json("/user")?;
        Ok(all.into_iter().map(|comment| comment.into_comment(Some(&me.login))).collect())
    }

    fn add_comment(&self, number: u64, body: &str) -> Result<()> {
        let path = format!("{}/issues/{number}/comments", self.repo);
        self.http.send_only(Method::POST, &path, Some(json!({ "body": body })), RetrySafety::Once)
    }

    fn edit_comment(&self, _number: u64, id: &str, body: &str) -> Result<()> {
        let path = format!("{}/issues/comments/{id}", self.repo);
        self.http.send_only(Method::PATCH, &path, Some(json!({ "body": body })), RetrySafety::Safe)
    }
}
