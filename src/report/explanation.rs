//! How discovery came to its proposal: `init --explain`.

/// What discovery found, the evidence for it, and what it left out.
#[derive(Debug, Clone, Default)]
pub struct DiscoveryExplanation {
    /// Where the names of the stages were found, such as `in the paths of files`.
    pub basis: &'static str,
    /// In pipeline order.
    pub stages: Vec<StageEvidence>,
    pub sources: Vec<SourceEvidence>,
    pub left_out: Vec<LeftOutFiles>,
}

/// Why a name is a stage.
#[derive(Debug, Clone)]
pub struct StageEvidence {
    pub name: String,
    /// The number of apps and components that run in it.
    pub apps: usize,
    /// What made it a stage, such as `a stage word`.
    pub named_by: String,
    /// Why it comes where it does; empty where only the words tell.
    pub order: String,
}

/// What a source of the proposal reads.
#[derive(Debug, Clone)]
pub struct SourceEvidence {
    /// Kind and path template, as in `towpath.yaml`.
    pub source: String,
    pub files: usize,
    /// `high`, `medium` or `low`.
    pub confidence: &'static str,
    /// The number of apps and components that it finds.
    pub apps: usize,
    /// How many of them run in two stages or more.
    pub in_several_stages: usize,
}

/// Files that are not used.
#[derive(Debug, Clone)]
pub struct LeftOutFiles {
    /// An uncertain source, or a folder.
    pub what: String,
    pub files: usize,
    pub reason: &'static str,
}
