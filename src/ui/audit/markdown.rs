//! For pages and pull requests: the same tables as Markdown.

use super::AuditDetail;
use super::lines::{self, HEADINGS, thousands};
use crate::report::AuditReport;
use crate::ui::formats::cell_text;

/// The rules, then the findings, then the order of the stages.
pub fn markdown(audited: &AuditReport, detail: AuditDetail) -> String {
    let mut out =
        String::from("| rule | severity | findings | what |\n| --- | --- | ---: | --- |\n");
    for (rule, severity, count) in audited.counts() {
        out.push_str(&format!(
            "| {} | {} | {} | {} |\n",
            rule.id,
            severity.as_str(),
            thousands(count),
            rule.title
        ));
    }
    let lines = lines::findings(audited, detail);
    if !lines.is_empty() {
        let rows = lines
            .iter()
            .map(|line| row([line.rule].into_iter().chain(line.cells.iter().map(String::as_str))));
        let rule = "| --- | --- | --- | ---: | --- | --- | --- | --- | --- |\n";
        out.push_str(&format!("\n{}{rule}{}", row(HEADINGS), rows.collect::<String>()));
    }
    let (pairs, left) = lines::pairs(audited, detail);
    if !pairs.is_empty() {
        let headings = lines::pair_headings(audited);
        let rows: String = pairs.iter().map(|pair| row(pair.iter().map(String::as_str))).collect();
        let rule = "| --- | ---: | ---: | ---: | ---: | --- |\n";
        out.push_str(&format!("\n{}{rule}{rows}", row(headings.iter().map(String::as_str))));
    }
    if left > 0 {
        out.push_str(&format!("\n{}\n", lines::more_pairs(left)));
    }
    out
}

fn row<'c>(cells: impl IntoIterator<Item = &'c str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(cell_text).collect();
    format!("| {} |\n", cells.join(" | "))
}
