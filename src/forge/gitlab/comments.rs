//! Comments on merge requests of GitLab: notes.

use super::wire::{GitLabNote, GitLabUser};
use super::{GitLabForge, PAGE};
use crate::forge::Result;
use crate::forge::comments::{CommentLog, ProposalComment};
use crate::forge::retry::RetrySafety;
use crate::forge::url::with_query;
use serde_json::json;
use ureq::http::Method;

impl CommentLog for GitLabForge {
    fn list_comments(&self, number: u64) -> Result<Vec<ProposalComment>> {
        let path = format!("{}/notes", self.merge_request_path(number));
        let path = with_query(&path, &[("order_by", "created_at"), ("sort", "asc"), PAGE]);
        let all: Vec<GitLabNote> = self.http.list_by_link(&path)?;
        let me: GitLabUser = self.http.get_json("/user")?;
        let written = all.into_iter().filter(|note| !note.system);
        let comment = |note: GitLabNote| ProposalComment {
            id: note.id.to_string(),
            is_own: note.author.id == me.id,
            body: note.body,
        };
        Ok(written.map(comment).collect())
    }

    fn add_comment(&self, number: u64, body: &str) -> Result<()> {
        let path = format!("{}/notes", self.merge_request_path(number));
        let body = json!({ "body": body });
        self.http.send_only(Method::POST, &path, Some(body), RetrySafety::Once)
    }

    fn edit_comment(&self, number: u64, id: &str, body: &str) -> Result<()> {
        let path = format!("{}/notes/{id}", self.merge_request_path(number));
        let body = json!({ "body": body });
        self.http.send_only(Method::PUT, &path, Some(body), RetrySafety::Safe)
    }
}
