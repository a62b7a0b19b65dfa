//! Splits a text into its YAML documents, so that each can be parsed and cached alone.

/// A document of a text, from its `---` to the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentText<'t> {
    pub text: &'t str,
    /// Offset of its first byte in the whole text.
    pub start: usize,
    /// The number of lines before it.
    pub lines: u32,
}

/// Splits a text with more than one document. If each piece is YAML then so is the text, with one
/// document per piece. `None` if the boundaries cannot be recognised by lines alone; the text must
/// then be parsed as a whole.
///
/// Because a line that begins with `---` ends every open construct (YAML 1.2.2, 9.1.2 and
/// `c-forbidden`), no scalar can contain one.
pub fn split_documents(text: &str) -> Option<Vec<DocumentText<'_>>> {
    if !text.contains("\n---") || text.starts_with('\u{feff}') || text.contains('\r') {
        return None;
    }
    let mut starts: Vec<(usize, u32)> = vec![(0, 0)];
    let mut at = 0;
    for (number, line) in text.split('\n').enumerate() {
        match line.as_bytes().first() {
            Some(b'%') => return None,
            Some(b'.') if line.starts_with("...") => return None,
            Some(b'-') if is_marker(line) && at > 0 => {
                starts.push((at, u32::try_from(number).ok()?))
            }
            _ => {}
        }
        at += line.len() + 1;
    }
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
    let cut = starts.iter().zip(ends).map(|((start, lines), end)| DocumentText {
        text: &text[*start..end],
        start: *start,
        lines: *lines,
    });
    let mut cut: Vec<DocumentText<'_>> = cut.collect();
    if !is_marker(text) && cut[0].text.lines().all(says_nothing) {
        cut.remove(0);
    }
    (cut.len() > 1).then_some(cut)
}

fn is_marker(line: &str) -> bool {
    line.strip_prefix("---")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n']))
}

/// True for a comment or an empty line. Before the first `---` these form no document.
fn says_nothing(line: &str) -> bool {
    let line = line.trim_start_matches(' ');
    line.is_empty() || line.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    fn texts(text: &str) -> Option<Vec<&str>> {
        split_documents(text).map(|pieces| pieces.into_iter().map(|piece| piece.text).collect())
    }

    #[test]
    fn each_marker_begins_a_document() {
        assert_eq!(texts("a: 1\n---\nb: 2\n"), Some(vec!["a: 1\n", "---\nb: 2\n"]));
        assert_eq!(
            texts("---\na: 1\n--- # b\nb: 2\n---"),
            Some(vec!["---\na: 1\n", "--- # b\nb: 2\n", "---"])
        );
        assert_eq!(texts("# note\n---\na: 1\n---\n"), Some(vec!["---\na: 1\n", "---\n"]));
        assert_eq!(texts("a: |\n  ---\n  b\n---c: d\n"), None, "no marker");
        assert_eq!(texts("# note\n---\na: 1\n"), None, "one document");
    }

    #[test]
    fn what_the_looks_do_not_tell_is_left_whole() {
        for text in
            ["%YAML 1.2\n---\na: 1\n---\n", "a: 1\n...\n---\nb: 2\n", "a: 1\r\n---\r\nb: 2\r\n"]
        {
            assert_eq!(texts(text), None, "{text}");
        }
    }

    #[test]
    fn pieces_are_the_documents() {
        let parts = [
            "a: 1\n",
            "---\n",
            "--- x\n",
            "# c\n",
            "b: |\n  t\n\n",
            "---\tz\n",
            "'q\n",
            "q'\n",
            "[1,\n",
            "2]\n",
            "&a x\n",
            "*a\n",
        ];
        for number in 0..parts.len().pow(4) {
            let text: String =
                (0..4).map(|place| parts[number / parts.len().pow(place) % parts.len()]).collect();
            let Some(pieces) = split_documents(&text) else { continue };
            let alone: Vec<_> = pieces.iter().map(|piece| parse(piece.text)).collect();
            let Ok(whole) = parse(&text) else {
                assert!(alone.iter().any(Result::is_err), "{text:?}");
                continue;
            };
            for (at, alone) in alone.iter().enumerate() {
                let Ok(alone) = alone else { continue };
                let moved = alone.documents[0].shift_by(pieces[at].start, pieces[at].lines);
                assert_eq!(format!("{:?}", whole.documents[at]), format!("{moved:?}"), "{text:?}");
            }
            assert!(
                alone.iter().any(Result::is_err) || alone.len() == whole.documents.len(),
                "{text:?}"
            );
        }
    }
}
