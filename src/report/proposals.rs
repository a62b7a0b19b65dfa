//! Pull requests, as a forge tells of them.

/// Some of a repository's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposals {
    pub repository: String,
    /// Which forge it is, by its word in a configuration.
    pub forge: &'static str,
    pub proposals: Vec<Proposal>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub number: u64,
    pub url: String,
    pub title: String,
    pub body: String,
    pub state: ProposalState,
    pub draft: bool,
    pub author: String,
    pub head: String,
    pub head_commit: Option<String>,
    pub base: String,
    pub labels: Vec<String>,
    pub reviewers: Vec<String>,
    pub auto_merge: bool,
    pub mergeable: Option<bool>,
    pub merge_commit: Option<String>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalState {
    Open,
    Closed,
    Merged,
}

impl ProposalState {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            ProposalState::Open => "open",
            ProposalState::Closed => "closed",
            ProposalState::Merged => "merged",
        }
    }
}
