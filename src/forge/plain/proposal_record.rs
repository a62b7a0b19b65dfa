//! The record of one proposal, stored as JSON in a commit of its own ref.

use crate::forge::types::{
    DraftState, NewProposal, Proposal, ProposalState, ProposalUpdate, askable_reviewers,
};
use serde::{Deserialize, Serialize};

/// The file in the commit.
pub(super) const FILE: &str = "proposal.json";

/// Prefix of the refs; the rest of the name is the number.
pub(super) const REFS: &str = "refs/towpath/proposals/";

const SCHEMA: &str = "towpath.plain/1";

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ProposalRecord {
    pub schema: String,
    pub number: u64,
    pub title: String,
    pub body: String,
    pub state: ProposalRecordState,
    pub draft: bool,
    pub author: String,
    pub head: String,
    pub base: String,
    pub labels: Vec<String>,
    pub reviewers: Vec<String>,
    /// The branch's commit when it was merged.
    pub head_commit: Option<String>,
    pub merge_commit: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ProposalRecordState {
    Open,
    Closed,
    Merged,
}

impl ProposalRecord {
    pub fn new(number: u64, new: &NewProposal, author: &str) -> Self {
        ProposalRecord {
            schema: SCHEMA.to_owned(),
            number,
            title: new.title.clone(),
            body: new.body.clone(),
            state: ProposalRecordState::Open,
            draft: new.draft == DraftState::Yes,
            author: author.to_owned(),
            head: new.head.clone(),
            base: new.base.clone(),
            labels: Vec::new(),
            reviewers: Vec::new(),
            head_commit: None,
            merge_commit: None,
        }
    }

    /// Parses a record. One with a different schema version is ignored.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().filter(|entry: &ProposalRecord| entry.schema == SCHEMA)
    }

    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("texts, numbers and bools are JSON");
        text + "\n"
    }

    pub fn apply_update(&mut self, change: &ProposalUpdate) {
        if let Some(title) = &change.title {
            self.title.clone_from(title);
        }
        if let Some(body) = &change.body {
            self.body.clone_from(body);
        }
        if let Some(draft) = change.draft {
            self.draft = draft == DraftState::Yes;
        }
        self.labels.retain(|label| !change.remove_labels.contains(label));
        for label in &change.add_labels {
            if !self.labels.contains(label) {
                self.labels.push(label.clone());
            }
        }
        let asked = askable_reviewers(&change.add_reviewers, &self.to_proposal("", None));
        self.reviewers.extend(asked);
    }

    /// Converts to the forge's type. `home` is the address of the repository.
    pub fn to_proposal(&self, home: &str, head: Option<String>) -> Proposal {
        Proposal {
            number: self.number,
            url: format!("{home}#{}", self.number),
            title: self.title.clone(),
            body: self.body.clone(),
            state: match self.state {
                ProposalRecordState::Open => ProposalState::Open,
                ProposalRecordState::Closed => ProposalState::Closed,
                ProposalRecordState::Merged => ProposalState::Merged,
            },
            draft: self.draft,
            author: self.author.clone(),
            head: self.head.clone(),
            head_commit: self.head_commit.clone().or(head),
            from_fork: false,
            base: self.base.clone(),
            labels: self.labels.clone(),
            reviewers: self.reviewers.clone(),
            assignees: Vec::new(),
            auto_merge: false,
            queued: false,
            is_behind: false,
            is_checking: false,
            mergeable: None,
            merge_commit: self.merge_commit.clone(),
        }
    }
}
