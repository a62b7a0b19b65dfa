//! Renders annotations: workflow commands that GitHub Actions reads from a step's output. Gitea and
//! Forgejo show them as lines.

use super::refusal_sentence;
use crate::model::escape_for_terminal;
use crate::report::GuardReport;

/// Renders one annotation per refusal, at its file and line, or a notice if everything is allowed.
pub fn render_annotations(guarded: &GuardReport) -> String {
    let mut out = String::new();
    for ruling in &guarded.rulings {
        let place = ruling
            .path
            .as_deref()
            .filter(|path| *path != ".")
            .map(|path| format!("file={},", escape_property(path)));
        let line = ruling.line.map(|line| format!("line={line},")).unwrap_or_default();
        let place = place.map(|place| place + &line).unwrap_or_default();
        for refusal in &ruling.refusals {
            let title = escape_property(&format!("towpath guard: {}", refusal.check.as_str()));
            out.push_str(&format!(
                "::error {place}title={title}::{}\n",
                escape_data(&refusal_sentence(ruling, refusal, guarded))
            ));
        }
        for refusal in &ruling.overridden {
            let text = format!("overridden: {}", refusal_sentence(ruling, refusal, guarded));
            out.push_str(&format!(
                "::warning {place}title=towpath guard::{}\n",
                escape_data(&text)
            ));
        }
    }
    if guarded.is_allowed() {
        out.push_str(&format!(
            "::notice title=towpath guard::{}\n",
            escape_data(&guarded.summary_sentence())
        ));
    }
    out
}

/// Escapes the message of a command. A log shows it, and so may a terminal.
fn escape_data(text: &str) -> String {
    let lines: Vec<String> =
        text.split('\n').map(|line| escape_for_terminal(line).replace('%', "%25")).collect();
    lines.join("%0A")
}

/// Escapes a property of a command.
fn escape_property(text: &str) -> String {
    escape_for_terminal(text).replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::{GuardCheck, GuardRefusal, Ruling};

    #[test]
    fn nothing_that_a_repository_says_is_a_command() {
        let refusal = GuardRefusal::new(GuardCheck::Link, "50%\n::set-env\r\u{1b}[2J\u{202e}x");
        let mut guarded = GuardReport::default();
        guarded.rulings.push(Ruling::of_file("a,line=1::b\r\n::error::c", Some(3), Some(refusal)));
        let out = render_annotations(&guarded);
        assert_eq!(out.lines().count(), 1, "{out}");
        assert!(!out.trim_end().contains(|c: char| c.is_control() || c == '\u{202e}'), "{out:?}");
        assert!(
            out.starts_with("::error file=a%2Cline=1%3A%3Ab\\r\\n%3A%3Aerror%3A%3Ac,line=3,title="),
            "{out}"
        );
    }
}
