//! Renders the steps that `advance` held back: those with one reason in one line.

use super::version::short_version;
use super::wrap::wrap_text;
use super::{TerminalStyle, escape_for_terminal};
use crate::model::Version;
use crate::report::AdvanceLine;

/// Steps with the same reason that are folded into one line.
const SEVERAL: usize = 3;

/// Renders a line per step, or per reason where several steps have the same, in the width of the
/// terminal. The order is that of each reason's first step.
pub fn fold_advance_lines(lines: &[AdvanceLine], look: &TerminalStyle) -> Vec<String> {
    let mut groups: Vec<(String, Vec<&AdvanceLine>)> = Vec::new();
    for line in lines {
        let reason = general_reason(line);
        match groups.iter_mut().find(|(known, of)| *known == reason && of[0].place == line.place) {
            Some((_, same)) => same.push(line),
            None => groups.push((reason, vec![line])),
        }
    }
    let folded = groups.iter().flat_map(|(reason, same)| render_group(reason, same));
    let width = look.width.unwrap_or(usize::MAX);
    folded.flat_map(|line| wrap_text(&escape_for_terminal(&line), width)).collect()
}

fn render_group(reason: &str, lines: &[&AdvanceLine]) -> Vec<String> {
    if lines.len() < SEVERAL {
        return lines.iter().map(ToString::to_string).collect();
    }
    let name = |line: &&AdvanceLine| match line.version.is_empty() {
        true => line.app.clone(),
        // As in tables: a commit id in full tells nobody more.
        false => {
            let version = short_version(&Version::parse(&line.version), false);
            format!("{} {version}", line.app)
        }
    };
    let names: Vec<String> = lines.iter().map(name).collect();
    vec![format!("{} apps to {}: {reason} ({})", lines.len(), lines[0].place, names.join(", "))]
}

/// The reason, with `APP` for the name of the app.
fn general_reason(line: &AdvanceLine) -> String {
    let words = line.what.split(' ');
    let general = |word: &str| if word == line.app { "APP".to_owned() } else { word.to_owned() };
    words.map(general).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use snapbox::{assert_data_eq, str};

    fn look(width: Option<usize>) -> TerminalStyle {
        TerminalStyle { colors: false, unicode: true, width }
    }

    fn held(app: &str, what: &str) -> AdvanceLine {
        AdvanceLine {
            app: app.into(),
            version: "v2".into(),
            place: "prod".into(),
            what: what.into(),
            is_held: true,
        }
    }

    #[test]
    fn steps_with_one_reason_are_one_line() {
        let lines = [
            held("api", "not proposed: lock: locked by Mei"),
            held("web", "refused: web does not run in staging"),
            held("job", "not proposed: lock: locked by Mei"),
            AdvanceLine {
                version: "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567".into(),
                ..held("cron", "not proposed: lock: locked by Mei")
            },
            held("mail", "refused: mail does not run in staging"),
        ];
        assert_data_eq!(
            fold_advance_lines(&lines, &look(None)).join("\n"),
            str![[r#"
3 apps to prod: not proposed: lock: locked by Mei (api v2, job v2, cron 0a1b2c3d)
web v2 to prod: refused: web does not run in staging
mail v2 to prod: refused: mail does not run in staging
"#]]
        );
        let narrow = fold_advance_lines(&lines, &look(Some(60)));
        assert!(narrow.iter().all(|line| line.len() <= 60), "{narrow:?}");
    }
}
