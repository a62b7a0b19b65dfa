//! Parts of the text of a proposal that belong to towpath. People write around them.
//!
//! Markers are link reference definitions, which no forge shows. Such a definition cannot interrupt
//! a paragraph, so there is a blank line before each.

use crate::model::short_fingerprint;

/// Name of the section for gate answers.
pub const GATES: &str = "gates";

/// Name of the section that names the run which opened the proposal.
pub const RUN: &str = "run";

/// Start of the marker before towpath's text. The fingerprints of the title and of the change
/// follow.
const BEGIN: &str = "[//]: # (towpath:begin ";

/// Stands for the change of a proposal that towpath itself closed.
const WITHDRAWN: &str = "withdrawn";

/// The marker behind towpath's text.
const END: &str = "[//]: # (towpath:end)\n";

/// Replaces the content of a section. Returns the text unchanged if it has no such section.
pub fn with_section(body: &str, name: &str, content: &str) -> String {
    match split_section(body, name) {
        Some((before, _, after)) => format!("{before}{}{after}", section(name, content)),
        None => body.to_owned(),
    }
}

/// Returns the content of a section, unless it is blank.
pub fn find_section<'b>(body: &'b str, name: &str) -> Option<&'b str> {
    split_section(body, name)
        .map(|(_, content, _)| content.trim_matches('\n'))
        .filter(|content| !content.trim().is_empty())
}

/// Formats a section with its markers.
pub(super) fn section(name: &str, content: &str) -> String {
    let (opening, closing) = (opening_marker(name), closing_marker(name));
    match content.trim_matches('\n') {
        "" => format!("{opening}\n{closing}"),
        content => format!("{opening}\n{content}\n\n{closing}"),
    }
}

fn split_section<'b>(body: &'b str, name: &str) -> Option<(&'b str, &'b str, &'b str)> {
    let (before, rest) = body.split_once(&opening_marker(name))?;
    let (content, after) = rest.split_once(&closing_marker(name))?;
    Some((before, content, after))
}

fn opening_marker(name: &str) -> String {
    format!("[//]: # (towpath:{name})\n")
}

fn closing_marker(name: &str) -> String {
    format!("[//]: # (/towpath:{name})\n")
}

/// Puts markers around towpath's text. The first one remembers the title and the change that go
/// with it.
pub fn with_markers(text: &str, title: &str, change: &str) -> String {
    let marks = format!("{} {}", title_mark(title), title_mark(change));
    format!("{BEGIN}{marks})\n\n{}\n\n{END}", text.trim_matches('\n'))
}

/// True if the text was written for this change.
pub fn is_about_change(there: &str, change: &str) -> bool {
    marks(there).and_then(|(_, told)| told) == Some(title_mark(change).as_str())
}

/// True if towpath wrote the text and did not withdraw the proposal, so that whoever closed it
/// refused it.
pub fn is_refused(there: &str) -> bool {
    marks(there).and_then(|(_, told)| told).is_some_and(|told| told != WITHDRAWN)
}

/// True if both texts were written for one change, or one of them does not tell.
pub fn is_same_change(one: &str, other: &str) -> bool {
    let change = |text: &str| marks(text).and_then(|(_, told)| told).map(str::to_owned);
    change(one).zip(change(other)).is_none_or(|(one, other)| one == other)
}

/// Takes the change out of the first marker: towpath itself withdraws the proposal, so that closing
/// it is no refusal by a person.
pub fn without_change(there: &str) -> String {
    match marks(there) {
        Some((title, Some(change))) => there.replacen(
            &format!("{BEGIN}{title} {change})"),
            &format!("{BEGIN}{title} {WITHDRAWN})"),
            1,
        ),
        _ => there.to_owned(),
    }
}

/// Returns the fingerprints in the first marker: of the title, and of the change.
fn marks(there: &str) -> Option<(&str, Option<&str>)> {
    let (_, rest) = there.split_once(BEGIN)?;
    let (marks, _) = rest.split_once(')')?;
    let (title, change) = marks.split_once(' ').unzip();
    Some((title.unwrap_or(marks), change))
}

/// Puts towpath's text, with its markers, into the text of a proposal. Text of people around it
/// stays. A text without markers is replaced if an older version of towpath wrote it; otherwise
/// towpath's text follows it.
pub fn with_own_text(there: &str, own: &str) -> String {
    match split_own(there) {
        Some((before, after)) => {
            let gap = if before.is_empty() || before.ends_with("\n\n") { "" } else { "\n\n" };
            format!("{}{gap}{own}{after}", before)
        }
        None if there.trim().is_empty() || there.contains(&opening_marker(GATES)) => own.to_owned(),
        None => format!("{}\n\n{own}", there.trim_end()),
    }
}

/// Ticks the items of checklists in towpath's new text that people have ticked in the old one, as
/// long as both are about the same change.
pub fn with_ticks(there: &str, own: &str) -> String {
    if !is_same_change(there, own) {
        return own.to_owned();
    }
    let ticked: Vec<String> = there.lines().filter_map(unticked_line).collect();
    let line = |line: &str| match ticked.iter().any(|ticked| ticked == line) {
        true => line.replacen("[ ]", "[x]", 1),
        false => line.to_owned(),
    };
    own.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// A ticked item of a checklist as it was before it was ticked.
fn unticked_line(line: &str) -> Option<String> {
    let item = line.trim_start();
    let mark =
        ["- [x] ", "- [X] ", "* [x] ", "* [X] "].into_iter().find(|mark| item.starts_with(mark))?;
    Some(line.replacen(mark, &mark.to_lowercase().replace('x', " "), 1))
}

/// Returns the length in bytes of the text that people wrote around towpath's.
pub fn foreign_length(there: &str) -> usize {
    with_own_text(there, "").len()
}

/// True if towpath wrote this title, and no person changed it since. A text without markers counts
/// as towpath's.
pub fn is_own_title(there: &str, title: &str) -> bool {
    marks(there).is_none_or(|(mark, _)| mark == title_mark(title))
}

fn title_mark(title: &str) -> String {
    format!("{:08x}", short_fingerprint(title.trim().as_bytes()))
}

/// Splits the text into what is before and after towpath's part.
fn split_own(there: &str) -> Option<(&str, &str)> {
    let (before, rest) = there.split_once(BEGIN)?;
    // Forges strip blank lines at the end of a text.
    let end = END.trim_end();
    let after = match rest.split_once(end) {
        Some((_, after)) => after.strip_prefix('\n').unwrap_or(after),
        None => "",
    };
    Some((before, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_kept_and_filled() {
        let body = format!("above\n\n{}below\n", section(GATES, ""));
        assert_eq!(find_section(&body, GATES), None);
        let filled = with_section(&body, GATES, "| gate |\n| --- |");
        assert_eq!(find_section(&filled, GATES), Some("| gate |\n| --- |"));
        assert_eq!(
            with_section(&filled, GATES, find_section(&filled, GATES).unwrap_or_default()),
            filled
        );
        assert_eq!(
            filled,
            "above\n\n[//]: # (towpath:gates)\n\n| gate |\n| --- |\n\n[//]: # (/towpath:gates)\nbelow\n"
        );
        assert_eq!(with_section("a person's words", GATES, "x"), "a person's words");
        assert_eq!(find_section(&filled, "other"), None);
    }

    #[test]
    fn words_of_people_stay() {
        let (first, second) = (
            with_markers("one", "Promote 1", "web v1"),
            with_markers("two", "Promote 2", "web v2"),
        );
        assert_eq!(with_own_text("", &first), first);
        assert_eq!(with_own_text(&first, &second), second);
        let below = format!("{first}\n## QA\n- [x] smoke test\n");
        assert_eq!(with_own_text(&below, &second), format!("{second}\n## QA\n- [x] smoke test\n"));
        assert_eq!(with_own_text(&below, &first), below, "twice is once");
        let above = format!("Read this first.\n\n{first}");
        assert_eq!(with_own_text(&above, &second), format!("Read this first.\n\n{second}"));
        assert_eq!(with_own_text("All gone.", &second), format!("All gone.\n\n{second}"));
        let stripped = first.trim_end();
        assert_eq!(with_own_text(stripped, &second), second);
        let old = format!("| app |\n\n{}", section(GATES, "* open"));
        assert_eq!(with_own_text(&old, &second), second, "written by an older version");
        assert_eq!(foreign_length(&below), "\n## QA\n- [x] smoke test\n".len());
    }

    #[test]
    fn ticks_of_people_stay_for_the_same_change() {
        let list = |mark: &str| format!("text\n- [{mark}] smoke test\n  * [ ] other");
        let of = |text: &str, change: &str| with_markers(text, "Promote", change);
        let ticked = of(&list("x"), "web v2");
        assert_eq!(with_ticks(&ticked, &of(&list(" "), "web v2")), ticked);
        let next = of(&list(" "), "web v3");
        assert_eq!(with_ticks(&ticked, &next), next, "another version is tested again");
    }

    #[test]
    fn titles_of_people_stay() {
        let text = with_markers("one", "Promote web: v1 -> v2", "web v2");
        assert!(is_own_title(&text, "Promote web: v1 -> v2"));
        assert!(!is_own_title(&text, "Release train 7"));
        assert!(is_own_title("anything", "Release train 7"), "nothing is known");
        assert!(is_about_change(&text, "web v2") && !is_about_change(&text, "web v3"));
        assert!(!is_about_change("anything", "web v2"));
        let withdrawn = without_change(&text);
        assert!(!is_about_change(&withdrawn, "web v2") && withdrawn.contains("\n\none\n\n"));
        assert!(is_own_title(&withdrawn, "Promote web: v1 -> v2"));
    }
}
