//! Comments on pull requests of Bitbucket.

use super::BitbucketForge;
use super::wire::{BitbucketComment, BitbucketUser};
use crate::forge::comments::{CommentLog, ProposalComment};
use crate::forge::retry::RetrySafety;
use crate::forge::url::with_query;
use crate::forge::{ForgeError, Result};
use serde_json::json;
use ureq::http::Method;

impl BitbucketForge {
    /// The account of the token. Access tokens of a repository cannot ask for it.
    fn own_account(&self) -> Result<Option<String>> {
        match self.http.get_json::<BitbucketUser>("/user") {
            Ok(user) => Ok(Some(user.uuid)),
            Err(ForgeError::Forbidden { .. } | ForgeError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl CommentLog for BitbucketForge {
    fn list_comments(&self, number: u64) -> Result<Vec<ProposalComment>> {
        let path = format!("{}/comments", self.pull_path(number));
        let path = with_query(&path, &[("sort", "created_on"), ("pagelen", "100")]);
        let all: Vec<BitbucketComment> = self.http.list_by_next(&path)?;
        let me = self.own_account()?;
        let is_own = |user: &BitbucketUser| match &me {
            Some(me) => user.uuid == *me,
            None => user.kind != "user",
        };
        let about_all = all.into_iter().filter(|one| !one.deleted && one.inline.is_none());
        let comment = |one: BitbucketComment| ProposalComment {
            id: one.id.to_string(),
            is_own: one.user.as_ref().is_some_and(is_own),
            body: one.content.raw,
        };
        Ok(about_all.map(comment).collect())
    }

    fn add_comment(&self, number: u64, body: &str) -> Result<()> {
        let path = format!("{}/comments", self.pull_path(number));
        let body = json!({ "type": "pullrequest_comment", "content": { "raw": body } });
        self.http.send_only(Method::POST, &path, Some(body), RetrySafety::Once)
    }

    fn edit_comment(&self, number: u64, id: &str, body: &str) -> Result<()> {
        let path = format!("{}/comments/{id}", self.pull_path(number));
        let body = json!({ "type": "pullrequest_comment", "content": { "raw": body } });
        self.http.send_only(Method::PUT, &path, Some(body), RetrySafety::Safe)
    }
}
