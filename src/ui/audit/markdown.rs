//! Renders the audit tables as Markdown.

use super::AuditDetail;
use super::lines::{self, HEADINGS, format_count};
use crate::report::AuditReport;
use crate::ui::formats::cell_text;

/// Renders rules, findings, and the order of the stages.
pub fn render_markdown(audited: &AuditReport, detail: AuditDetail) -> String {
    let mut out =
        String::from("| rule | severity | findings | description |\n| --- | --- | ---: | --- |\n");
    for (rule, severity, count) in audited.rule_counts() {
        out.push_str(&format!(
            "| {} | {} | {} | {} |\n",
            rule.id,
            severity.as_str(),
            format_count(count),
            rule.title
        ));
    }
    let lines = lines::finding_lines(audited, detail);
    if !lines.is_empty() {
        let rows = lines.iter().map(|line| {
            markdown_row([line.rule].into_iter().chain(line.cells.iter().map(String::as_str)))
        });
        let rule = "| --- | --- | --- | ---: | --- | --- | --- | --- | --- |\n";
        out.push_str(&format!("\n{}{rule}{}", markdown_row(HEADINGS), rows.collect::<String>()));
    }
    let (pairs, left) = lines::pair_lines(audited, detail);
    if !pairs.is_empty() {
        let headings = lines::pair_headings(audited);
        let rows: String =
            pairs.iter().map(|pair| markdown_row(pair.iter().map(String::as_str))).collect();
        let rule = "| --- | ---: | ---: | ---: | ---: | --- |\n";
        out.push_str(&format!(
            "\n{}{rule}{rows}",
            markdown_row(headings.iter().map(String::as_str))
        ));
    }
    if left > 0 {
        out.push_str(&format!("\n{}\n", lines::more_pairs(left)));
    }
    out
}

fn markdown_row<'c>(cells: impl IntoIterator<Item = &'c str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(cell_text).collect();
    format!("| {} |\n", cells.join(" | "))
}
