//! Comments on proposals: one comment for each marker, kept up to date.

use super::{Forge, ForgeError, Result, truncate_bytes};

/// Number of comments with a marker that are looked through for one of our own.
const MAX_TRIES: usize = 20;

/// A comment on a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalComment {
    /// Names the comment to the forge.
    pub id: String,
    pub body: String,
    /// True if the account of the token wrote it, as far as the forge tells.
    pub is_own: bool,
}

/// The comments of proposals on a forge.
pub trait CommentLog {
    /// Returns the comments of a proposal, oldest first, without those on lines of files.
    fn list_comments(&self, number: u64) -> Result<Vec<ProposalComment>>;

    /// Writes a new comment.
    fn add_comment(&self, number: u64, body: &str) -> Result<()>;

    /// Replaces the text of a comment.
    fn edit_comment(&self, number: u64, id: &str, body: &str) -> Result<()>;
}

/// What [`keep_comment`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentChange {
    Added,
    Edited,
    Unchanged,
}

/// Writes the comment that begins with a marker, or brings it up to date. Only comments of the
/// account of the token count: anybody can copy the marker. If an answer is lost, the comment is
/// looked for before another attempt.
///
/// # Errors
/// [`ForgeError::Unsupported`] where the forge has no comments.
pub fn keep_comment(
    forge: &dyn Forge,
    number: u64,
    marker: &str,
    text: &str,
) -> Result<CommentChange> {
    let comments = open_comments(forge)?;
    let body = format!("{marker}\n{text}");
    let body = truncate_bytes(&body, forge.kind().text_limits().body);
    if let Some(own) = find_own(comments, number, marker)? {
        if is_same_text(&own.body, &body) {
            return Ok(CommentChange::Unchanged);
        }
        comments.edit_comment(number, &own.id, &body)?;
        return Ok(CommentChange::Edited);
    }
    match comments.add_comment(number, &body) {
        Err(error) if error.is_unsure() => match find_own(comments, number, marker)? {
            Some(_) => Ok(CommentChange::Added),
            None => Err(error),
        },
        added => added.map(|()| CommentChange::Added),
    }
}

/// Brings the comment with a marker up to date if there is one, so that a proposal that nothing is
/// to be said about gets none.
///
/// # Errors
/// As [`keep_comment`].
pub fn update_comment(
    forge: &dyn Forge,
    number: u64,
    marker: &str,
    text: &str,
) -> Result<CommentChange> {
    match find_own(open_comments(forge)?, number, marker)? {
        Some(_) => keep_comment(forge, number, marker, text),
        None => Ok(CommentChange::Unchanged),
    }
}

fn open_comments(forge: &dyn Forge) -> Result<&dyn CommentLog> {
    let feature = super::ForgeFeature::Comments;
    let forge_name = forge.kind().as_str();
    forge.comments().ok_or(ForgeError::Unsupported { forge: forge_name, feature })
}

fn find_own(
    comments: &dyn CommentLog,
    number: u64,
    marker: &str,
) -> Result<Option<ProposalComment>> {
    let all = comments.list_comments(number)?;
    let marked = all.into_iter().filter(|comment| comment.body.trim_start().starts_with(marker));
    Ok(marked.take(MAX_TRIES).find(|comment| comment.is_own))
}

/// Forges change line ends and spaces at the end.
fn is_same_text(one: &str, other: &str) -> bool {
    one.replace("\r\n", "\n").trim_end() == other.trim_end()
}
