//! Who is asked to review a proposal, and who is assigned to it: people of the configuration, and
//! those who brought the versions to the stages before.

use super::proposal_writer::ProposalWriter;
use crate::ops::change::commits::PlannedCommit;
use std::collections::BTreeSet;

/// Stands for the people who brought the versions to the stage before.
const AUTHOR: &str = "{author}";

/// The most authors of one proposal.
const MAX_AUTHORS: usize = 5;

impl ProposalWriter<'_> {
    /// The reviewers and the assignees of a proposal.
    pub(super) fn people(&self, group: &PlannedCommit) -> (Vec<String>, Vec<String>) {
        let apps = &self.plan_base.settings.config.apps;
        let mut reviewers = self.terms.reviewers.clone().unwrap_or_default();
        let mut assignees = self.terms.assignees.clone().unwrap_or_default();
        for name in group.message.app_names() {
            reviewers.extend(apps.reviewers_of(name).iter().cloned());
            assignees.extend(apps.assignees_of(name).iter().cloned());
        }
        let asks_author = reviewers.iter().chain(&assignees).any(|name| name == AUTHOR);
        let authors = if asks_author { self.authors(group) } else { Vec::new() };
        (with_authors(reviewers, &authors), with_authors(assignees, &authors))
    }

    /// The accounts of those who brought the versions to the last stage that runs them. The forge
    /// says whose account wrote a commit.
    fn authors(&self, group: &PlannedCommit) -> Vec<String> {
        let newest = group.judged.iter().filter_map(|one| one.sightings.last());
        let commits: BTreeSet<&String> = newest.filter_map(|one| one.commit.as_ref()).collect();
        let mut out: Vec<String> = Vec::new();
        for commit in commits.into_iter().take(MAX_AUTHORS) {
            match self.forge.commit_author(commit) {
                // Accounts of programs are asked for nothing.
                Ok(Some(login)) if login.ends_with("[bot]") => {}
                Ok(Some(login)) => out.push(login),
                Ok(None) => self
                    .session
                    .detail(&format!("the forge knows no account of the author of {commit}")),
                Err(error) => self.session.caution(&format!(
                    "cannot find the account of the author of {commit}: {error}"
                )),
            }
        }
        out
    }
}

/// The names with the authors in place of their word, each once.
fn with_authors(names: Vec<String>, authors: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let named = names.into_iter().flat_map(|name| match name == AUTHOR {
        true => authors.to_vec(),
        false => vec![name],
    });
    named.filter(|name| seen.insert(name.to_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_person_is_named_once() {
        let names = |names: &[&str]| -> Vec<String> {
            names.iter().map(|name| (*name).to_owned()).collect()
        };
        let asked = names(&["alice", "{author}", "Bob", "alice"]);
        assert_eq!(with_authors(asked, &names(&["bob", "carol"])), ["alice", "bob", "carol"]);
        assert!(with_authors(names(&["{author}"]), &[]).is_empty());
    }
}
