//! Commit ids as messages show them.

/// Returns the first ten digits of a commit id.
pub fn short_commit(id: &str) -> String {
    id.chars().take(10).collect()
}
