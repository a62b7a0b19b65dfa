//! Deployments of the forge as a table.

use super::table::{StyledText, Table, TableColumn};
use super::{TerminalStyle, TextTone, escape_for_terminal};
use crate::model::short_commit;
use crate::report::{PublishReport, PublishedChange, PublishedDeployment};

const COLUMNS: [TableColumn<'static>; 6] = [
    TableColumn::left("app").name(10),
    TableColumn::left("version"),
    TableColumn::left("environment"),
    TableColumn::left("state"),
    TableColumn::left("change").rank(1),
    TableColumn::left("commit").rank(2),
];

/// Renders a row for each deployment.
pub fn render_publish(report: &PublishReport, look: &TerminalStyle) -> String {
    let rows: Vec<[StyledText; 6]> = report.deployments.iter().map(row).collect();
    if rows.is_empty() { String::new() } else { Table::new(COLUMNS).render_all(&rows, look) }
}

fn row(one: &PublishedDeployment) -> [StyledText; 6] {
    let plain = |text: &str| StyledText::plain(escape_for_terminal(text));
    let change = match one.change {
        PublishedChange::Unchanged => StyledText::new(one.change.as_str(), TextTone::Dim),
        change => StyledText::plain(change.as_str()),
    };
    [
        plain(&one.name),
        plain(&one.version),
        plain(&one.environment),
        StyledText::plain(one.state.as_str()),
        change,
        StyledText::new(short_commit(&one.commit), TextTone::Dim),
    ]
}
