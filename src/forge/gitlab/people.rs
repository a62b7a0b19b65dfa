//! People of GitLab, which knows them by numbers.

use super::GitLabForge;
use super::wire::{GitLabCommit, GitLabMergeRequest, GitLabPerson, GitLabUser};
use crate::forge::place::ForgeKind;
use crate::forge::types::{askable_reviewers, new_assignees};
use crate::forge::url::{escape, with_query};
use crate::forge::{ForgeError, Result};

impl GitLabForge {
    fn user_id(&self, name: &str) -> Result<u64> {
        let found: Vec<GitLabUser> =
            self.http.get_json(&with_query("/users", &[("username", name)]))?;
        let user = found.into_iter().find(|user| user.username.eq_ignore_ascii_case(name));
        let nobody = || ForgeError::NoSuchPerson {
            forge: ForgeKind::GitLab.as_str(),
            name: name.to_owned(),
        };
        user.map(|user| user.id).ok_or_else(nobody)
    }

    /// Returns the ids of all reviewers, old and new: GitLab replaces the whole list. `None` if
    /// none is new.
    pub(super) fn reviewer_ids(
        &self,
        now: GitLabMergeRequest,
        names: &[String],
    ) -> Result<Option<Vec<u64>>> {
        let mut ids: Vec<u64> = now.reviewers.iter().map(|user| user.id).collect();
        let names = askable_reviewers(names, &now.into());
        for name in &names {
            ids.push(self.user_id(name)?);
        }
        Ok((!names.is_empty()).then_some(ids))
    }

    /// Returns the ids of all assigned people, old and new. `None` if none is new.
    pub(super) fn assignee_ids(
        &self,
        now: &GitLabMergeRequest,
        names: &[String],
    ) -> Result<Option<Vec<u64>>> {
        let assigned: Vec<String> =
            now.assignees.iter().map(|user| user.username.clone()).collect();
        let mut ids: Vec<u64> = now.assignees.iter().map(|user| user.id).collect();
        let names = new_assignees(names, &assigned);
        for name in &names {
            ids.push(self.user_id(name)?);
        }
        Ok((!names.is_empty()).then_some(ids))
    }

    /// Returns the account of a commit's author. GitLab finds an account by its address only if
    /// the address is public.
    pub(super) fn find_author(&self, commit: &str) -> Result<Option<String>> {
        let path = format!("{}/repository/commits/{}", self.project, escape(commit));
        let found: GitLabCommit = match self.http.get_json(&path) {
            Err(ForgeError::NotFound { .. }) => return Ok(None),
            found => found?,
        };
        if found.author_email.is_empty() {
            return Ok(None);
        }
        let values = [("search", found.author_email.as_str())];
        let users: Vec<GitLabUser> = self.http.get_json(&with_query("/users", &values))?;
        // Names are searched, too, and anybody may be called like an address.
        let [user] = users.as_slice() else { return Ok(None) };
        let user: GitLabPerson = self.http.get_json(&format!("/users/{}", user.id))?;
        let is_it = |email: &String| email.eq_ignore_ascii_case(&found.author_email);
        Ok(user.public_email.as_ref().is_some_and(is_it).then_some(user.username))
    }
}
