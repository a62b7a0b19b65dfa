//! Renders annotations: workflow commands that GitHub Actions reads from a step's output. Gitea and
//! Forgejo show them as lines.

use super::refusal_sentence;
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

/// Escapes the message of a command.
fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a command.
fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::{GuardCheck, GuardRefusal, Ruling};

    #[test]
    fn nothing_that_a_repository_says_is_a_command() {
        let refusal = GuardRefusal::new(GuardCheck::Link, "50%\n::set-env name=PATH::x");
        let mut guarded = GuardReport::default();
        guarded.rulings.push(Ruling::of_file("a,line=1::b\r\n::error::c", Some(3), Some(refusal)));
        let out = render_annotations(&guarded);
        assert_eq!(out.lines().count(), 1, "{out}");
        assert!(
            out.starts_with("::error file=a%2Cline=1%3A%3Ab%0D%0A%3A%3Aerror%3A%3Ac,line=3,title="),
            "{out}"
        );
    }
}
