//! Annotations: workflow commands, as GitHub Actions reads them from the output of a step. Gitea and
//! Forgejo show them as lines.

use super::sentence;
use crate::report::GuardReport;

/// One line for each reason, on the file and line it is about; a notice where nothing is in the way.
pub fn github(guarded: &GuardReport) -> String {
    let mut out = String::new();
    for ruling in &guarded.rulings {
        let place = ruling
            .path
            .as_deref()
            .filter(|path| *path != ".")
            .map(|path| format!("file={},", property(path)));
        let line = ruling.line.map(|line| format!("line={line},")).unwrap_or_default();
        let place = place.map(|place| place + &line).unwrap_or_default();
        for refusal in &ruling.refusals {
            let title = property(&format!("towpath guard: {}", refusal.check.as_str()));
            out.push_str(&format!(
                "::error {place}title={title}::{}\n",
                data(&sentence(ruling, refusal, guarded))
            ));
        }
        for refusal in &ruling.overridden {
            let text = format!("the glass is broken: {}", sentence(ruling, refusal, guarded));
            out.push_str(&format!("::warning {place}title=towpath guard::{}\n", data(&text)));
        }
    }
    if guarded.allows() {
        out.push_str(&format!("::notice title=towpath guard::{}\n", data(&guarded.sentence())));
    }
    out
}

/// What stands behind `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value between commas.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::{GuardCheck, GuardRefusal, Ruling};

    #[test]
    fn nothing_that_a_repository_says_is_a_command() {
        let refusal = GuardRefusal::of(GuardCheck::Link, "50%\n::set-env name=PATH::x");
        let mut guarded = GuardReport::default();
        guarded.rulings.push(Ruling::of_file("a,line=1::b\r\n::error::c", Some(3), Some(refusal)));
        let out = github(&guarded);
        assert_eq!(out.lines().count(), 1, "{out}");
        assert!(
            out.starts_with("::error file=a%2Cline=1%3A%3Ab%0D%0A%3A%3Aerror%3A%3Ac,line=3,title="),
            "{out}"
        );
    }
}
