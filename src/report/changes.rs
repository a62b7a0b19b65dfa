//! The commits of an app's sources between two versions.

/// The commits between two versions of an app.
#[derive(Debug, Clone)]
pub struct ChangesReport {
    pub app: String,
    /// The address of the source repository.
    pub source: String,
    pub from: ChangesEnd,
    pub to: ChangesEnd,
    /// The newest first.
    pub commits: Vec<ChangedCommit>,
    /// The number of further commits.
    pub unlisted: usize,
    /// True where `from` is the later one, so that the commits are taken away.
    pub is_back: bool,
    /// The page that compares both, where the host is known.
    pub page: Option<String>,
}

/// The commits between two versions, where they can be told.
#[derive(Debug, Clone)]
pub enum SourceChanges {
    Known(Box<ChangesReport>),
    /// Why they are unknown, and what makes them known.
    Unknown {
        reason: String,
        hint: Option<String>,
    },
}

/// One end of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangesEnd {
    /// The stage that runs the version, if one was named.
    pub stage: Option<String>,
    pub version: String,
    /// The revision that it was built from.
    pub revision: String,
}

/// A commit of an app's sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedCommit {
    pub id: String,
    pub author: String,
    pub subject: String,
    pub is_breaking: bool,
    pub page: Option<String>,
}
