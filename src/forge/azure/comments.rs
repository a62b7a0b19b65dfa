//! Comments on pull requests of Azure DevOps: each begins a thread.

use super::AzureForge;
use super::people;
use super::wire::{AzureList, AzureThread};
use crate::forge::comments::{CommentLog, ProposalComment};
use crate::forge::retry::RetrySafety;
use crate::forge::{ForgeError, Result};
use serde_json::json;
use ureq::http::Method;

impl CommentLog for AzureForge {
    fn list_comments(&self, number: u64) -> Result<Vec<ProposalComment>> {
        let path = self.pull_path(number, "/threads");
        let threads: AzureList<AzureThread> = self.http.get_json(&path)?;
        let me = people::own_id(&self.http)?;
        let mut threads = threads.value;
        threads.retain(|thread| !thread.is_deleted && thread.thread_context.is_none());
        threads.sort_by_key(|thread| thread.id);
        let first = |thread: AzureThread| {
            let comment = thread.comments.into_iter().next().filter(|one| !one.is_deleted)?;
            Some(ProposalComment {
                id: format!("{}/{}", thread.id, comment.id),
                is_own: comment.author_id().eq_ignore_ascii_case(&me),
                body: comment.content,
            })
        };
        Ok(threads.into_iter().filter_map(first).collect())
    }

    fn add_comment(&self, number: u64, body: &str) -> Result<()> {
        // A thread that is closed does not hold a merge back where all must be resolved.
        let comment = json!({ "parentCommentId": 0, "content": body, "commentType": "text" });
        let body = json!({ "comments": [comment], "status": "closed" });
        let path = self.pull_path(number, "/threads");
        self.http.send_only(Method::POST, &path, Some(body), RetrySafety::Once)
    }

    fn edit_comment(&self, number: u64, id: &str, body: &str) -> Result<()> {
        let Some((thread, comment)) = id.split_once('/') else {
            return Err(ForgeError::Settings { what: "the comment", why: format!("`{id}`") });
        };
        let path = self.pull_path(number, &format!("/threads/{thread}/comments/{comment}"));
        let body = json!({ "content": body });
        self.http.send_only(Method::PATCH, &path, Some(body), RetrySafety::Safe)
    }
}
