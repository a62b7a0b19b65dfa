//! Renders what each changed file means for protected stages.

use super::super::table::{StyledText, Table, TableColumn};
use super::super::{TerminalStyle, escape_for_terminal};
use crate::guard::FileExplanation;
use crate::report::GuardReport;

/// Renders a line per file: what it is, for which stages, and why.
pub(super) fn render_explanations(
    guarded: &GuardReport,
    files: &[FileExplanation],
    look: &TerminalStyle,
) -> String {
    let text = |text: &str| StyledText::plain(escape_for_terminal(text));
    let rows: Vec<_> = files
        .iter()
        .map(|file| {
            let (what, why) = explain(guarded, file);
            let stages: Vec<&str> = file.stages.iter().map(|stage| stage.as_str()).collect();
            [text(&file.path), text(what), text(&stages.join(", ")), text(&why)]
        })
        .collect();
    let heads = [
        TableColumn::left("file").wrap(20),
        TableColumn::left("is"),
        TableColumn::left("stages").wrap(8),
        TableColumn::left("because").wrap(24),
    ];
    Table::new(heads).render_all(&rows, look)
}

fn explain(guarded: &GuardReport, file: &FileExplanation) -> (&'static str, String) {
    let ruled = guarded.rulings.iter().any(|one| one.path.as_ref() == Some(&file.path));
    if !file.unproven.is_empty() {
        let place = |one: &crate::guard::UnprovenDifference| {
            let line = one.line.map(|line| format!("line {line}: ")).unwrap_or_default();
            let keys = if one.keys.is_empty() { String::new() } else { format!("`{}` ", one.keys) };
            format!("{line}{keys}{}", one.why)
        };
        let places: Vec<String> = file.unproven.iter().map(place).collect();
        return ("unproven", places.join("; "));
    }
    let rules: Vec<&str> = file.harmless.iter().copied().collect();
    match (file.has_cells, &rules[..]) {
        (true, []) => ("versions", "judged by the rules, above".to_owned()),
        (true, rules) => ("versions", format!("judged above; also harmless: {}", rules.join(", "))),
        (false, []) if ruled => ("judged", "see its line above".to_owned()),
        (false, []) if file.stages.is_empty() => ("free", "no protected stage reads it".to_owned()),
        (false, []) => {
            ("harmless", "only comments, layout, or keys that no source reads".to_owned())
        }
        (false, rules) => ("harmless", rules.join(", ")),
    }
}
