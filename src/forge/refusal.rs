//! What a refusal means: the error for an answer, and whether the forge only needs a moment.

use super::{ForgeError, ForgeKind};

/// Why a forge does not merge a proposal now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeBlock {
    /// The branch must be up to date with its base, and is not.
    Behind,
    /// Checks or reviews are missing. Others provide them; the merge may succeed later.
    Pending,
    /// Anything else.
    Other,
}

impl ForgeError {
    /// Returns the error for an answer with this status.
    pub(super) fn from_status(
        status: u16,
        host: String,
        asked: String,
        why: String,
        sign_on: Option<String>,
    ) -> Self {
        match status {
            401 => ForgeError::Unauthorised { host, asked, why },
            403 => ForgeError::Forbidden { host, asked, why, sign_on },
            400 | 409 | 422 if says(&why, &["already exists"]) => {
                ForgeError::Exists { host, asked, why }
            }
            400 | 404 | 409 | 422 if says(&why, NOTHING_BETWEEN) => {
                ForgeError::NothingToPropose { why }
            }
            404 | 410 => ForgeError::NotFound { host, asked },
            409 => ForgeError::Conflict { host, asked, why },
            status @ 500.. => ForgeError::Server { host, status, asked, why },
            status => ForgeError::Refused { host, status, asked, why },
        }
    }

    /// Returns why a merge is not possible now; `None` for an error of another kind.
    pub fn merge_block(&self) -> Option<MergeBlock> {
        let ForgeError::NotMergeable { why, .. } = self else { return None };
        Some(if says(why, BEHIND) {
            MergeBlock::Behind
        } else if says(why, PENDING) {
            MergeBlock::Pending
        } else {
            MergeBlock::Other
        })
    }

    /// True if the forge asks for the merge queue.
    pub(super) fn wants_queue(&self) -> bool {
        self.refusal_words().is_some_and(|why| says(why, &["merge queue"]))
    }

    /// True if the forge may not know a branch yet that was just pushed: its API learns of it after
    /// git does.
    pub(super) fn is_unknown_branch(&self, kind: ForgeKind) -> bool {
        match self {
            ForgeError::NotFound { .. } => kind == ForgeKind::Gitea,
            _ => self.refusal_words().is_some_and(|why| says(why, UNKNOWN_BRANCH)),
        }
    }

    /// True if the forge says that it has not looked at the merge yet.
    pub(super) fn is_not_ready(&self) -> bool {
        self.refusal_words().is_some_and(|why| says(why, NOT_READY))
    }

    /// True for a refusal that a forge also gives while it still checks whether a proposal merges:
    /// GitLab's 405, 406 and 422, Gitea's 405, GitHub's 405 and 409.
    pub(super) fn may_be_checking(&self) -> bool {
        matches!(self, ForgeError::Conflict { .. })
            || matches!(self, ForgeError::Refused { status: 405 | 406 | 409 | 422 | 200, .. })
    }

    fn refusal_words(&self) -> Option<&str> {
        match self {
            ForgeError::Refused { why, .. }
            | ForgeError::Conflict { why, .. }
            | ForgeError::NotMergeable { why, .. } => Some(why),
            _ => None,
        }
    }
}

/// Nothing to merge: GitHub, Gitea, Bitbucket, Azure.
const NOTHING_BETWEEN: &[&str] = &[
    "no commits between",
    "no changes between",
    "there are no changes",
    "there are no commits",
    "no differences between",
    "head and base are the same",
];

/// Branches that must be up to date: GitHub, GitLab, Gitea.
const BEHIND: &[&str] = &[
    "out of date",
    "out-of-date",
    "behind base",
    "behind the base",
    "behind the target",
    "branch is behind",
    "must be up to date",
    "not up to date",
    "needs to be rebased",
    "need rebase",
    "needs rebase",
    "must be rebased",
    "not_fast_forward",
    "outdated",
];

/// Checks and reviews that others provide.
const PENDING: &[&str] = &[
    "required status check",
    "checks have not",
    "checks are pending",
    "status checks",
    "is expected",
    "approving review",
    "approval",
    "review is required",
    "reviews are required",
    "waiting on code owner",
    "pipeline",
    "discussions",
    "conversation",
    "branch policy",
    "merge check",
    "merging is blocked",
    "requested changes",
    "changes requested",
    "changes were requested",
    "review requests",
    "required deployment",
    "policies",
    "rejected by policy",
    "not have enough",
    "does not have the required",
];

/// Words for a branch that the API does not know yet.
const UNKNOWN_BRANCH: &[&str] = &[
    "head is invalid",
    "head: invalid",
    "not all refs are readable",
    "head sha can't be blank",
    "head ref must be a branch",
    "does not exist",
    "doesn't exist",
    "no longer exists",
    "branch not found",
    "not a valid branch",
];

/// Words for a merge that the forge has not looked at yet: GitHub, GitLab, Gitea.
const NOT_READY: &[&str] = &[
    "try again later",
    "base branch was modified",
    "already in progress",
    "is being checked",
    "still checking",
    "not ready",
    "unknown status",
    "mergeability is unknown",
];

fn says(why: &str, words: &[&str]) -> bool {
    let why = why.to_ascii_lowercase();
    words.iter().any(|word| why.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, why: &str) -> ForgeError {
        ForgeError::from_status(status, "h".into(), "POST https://h/x".into(), why.into(), None)
    }

    #[test]
    fn refusals_to_merge_have_kinds() {
        let cases = [
            ("Head branch is out of date. Update the branch and try again.", MergeBlock::Behind),
            ("The head branch is behind the base branch", MergeBlock::Behind),
            ("Required status check \"unit\" is expected.", MergeBlock::Pending),
            (
                "At least 1 approving review is required by reviewers with write access.",
                MergeBlock::Pending,
            ),
            (
                "not allowed to merge [reason: The head branch is behind the base branch]",
                MergeBlock::Behind,
            ),
            ("not allowed to merge [reason: There are requested changes]", MergeBlock::Pending),
            ("The request was rejected by policy", MergeBlock::Pending),
            ("it has conflicts", MergeBlock::Other),
            ("Squash merges are not allowed on this repository.", MergeBlock::Other),
        ];
        for (why, expected) in cases {
            let error = ForgeError::NotMergeable { number: 1, why: why.into() };
            assert_eq!(error.merge_block(), Some(expected), "{why}");
        }
        assert_eq!(refused(405, "Head branch is out of date").merge_block(), None);
    }

    #[test]
    fn answers_that_only_need_a_moment() {
        for why in [
            "Validation Failed; head is invalid",
            "Source branch \"towpath/prod/web\" does not exist",
        ] {
            assert!(refused(422, why).is_unknown_branch(ForgeKind::GitHub), "{why}");
        }
        assert!(
            !refused(422, "Validation Failed; base is invalid")
                .is_unknown_branch(ForgeKind::GitHub)
        );
        assert!(refused(404, "").is_unknown_branch(ForgeKind::Gitea));
        assert!(!refused(404, "").is_unknown_branch(ForgeKind::GitHub));
        assert!(refused(405, "Please try again later").is_not_ready());
        assert!(refused(406, "Branch cannot be merged").may_be_checking());
        assert!(!refused(403, "no").may_be_checking());
    }

    #[test]
    fn nothing_between_two_branches_is_no_failure_of_the_forge() {
        for why in [
            "Validation Failed; No commits between main and x",
            "There are no changes to be pulled",
        ] {
            assert!(matches!(refused(422, why), ForgeError::NothingToPropose { .. }), "{why}");
        }
    }
}
