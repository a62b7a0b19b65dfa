//! Finds the pull request of a mainline commit in the merge and squash messages of forges.

/// Returns the pull request number named by a commit message.
///
/// GitHub: `Merge pull request #12 from …`, `… (#12)`. Gitea and Forgejo: `Merge pull request 'x'
/// (#12) from …`. Bitbucket: `Merged in x (pull request #12)`, `Pull request #12: …`. Azure DevOps:
/// `Merged PR 12: …`. GitLab: `See merge request group/project!12` below the subject.
pub fn number(subject: &str, message: &str) -> Option<u64> {
    let subject = subject.trim();
    for prefix in ["Merge pull request #", "Pull request #", "Merged PR "] {
        if let Some(found) = subject.strip_prefix(prefix).and_then(leading_number) {
            return Some(found);
        }
    }
    if subject.starts_with("Merge pull request '")
        && let Some((_, rest)) = subject.rsplit_once("' (#")
        && let Some(found) = leading_number(rest)
    {
        return Some(found);
    }
    for before in ["(pull request #", "(#"] {
        let inside = subject.strip_suffix(')').and_then(|text| text.rsplit_once(before));
        if let Some((_, digits)) = inside
            && let Ok(found) = digits.parse()
        {
            return Some(found);
        }
    }
    let line =
        message.lines().rev().find_map(|line| line.trim().strip_prefix("See merge request "))?;
    leading_number(line.rsplit_once('!')?.1)
}

/// Parses the number at the start of a text.
fn leading_number(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn every_forge_has_its_own_words() {
        for (subject, expected) in [
            ("Merge pull request #12 from team/topic", Some(12)),
            ("Bump web to v2 (#345)", Some(345)),
            ("Revert \"Bump web (#3)\" (#4)", Some(4)),
            ("Merge pull request 'Bump (#1)' (#12) from topic into main", Some(12)),
            ("Merged in topic (pull request #7)", Some(7)),
            ("Pull request #8: bump", Some(8)),
            ("Merged PR 99: bump", Some(99)),
            ("Revert \"Bump web (#3)\"", None),
            ("Fix (#x)", None),
            ("Merge branch 'topic'", None),
            ("Bump (#99999999999999999999999)", None),
            ("", None),
            ("é (#", None),
        ] {
            assert_eq!(number(subject, subject), expected, "{subject}");
        }
        let gitlab = "Merge branch 'topic' into 'main'\n\nBump web\n\nSee merge request group/sub/project!41\n";
        assert_eq!(number("Merge branch 'topic' into 'main'", gitlab), Some(41));
    }
}
