//! The page of all repositories of a server.

use super::super::{display_text, render_page};
use crate::model::short_commit;
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

const TEMPLATE: &str = include_str!("fleet.html");

/// A repository of a server of several.
#[derive(Debug, Clone, Serialize)]
pub struct FleetEntry {
    pub name: String,
    /// The path of its first page.
    pub path: String,
    /// Its name in reports; `None` before it is read, as the next ones.
    pub repository: Option<String>,
    pub branch: Option<String>,
    pub revision: Option<String>,
    pub time: Option<String>,
    /// The time at which it was read last.
    pub refreshed: Option<String>,
    /// Why it could not be read, if the last attempt failed.
    pub failure: Option<String>,
}

/// Renders the page.
pub fn render_fleet_page(entries: &[FleetEntry]) -> String {
    let shown = |text: &Option<String>| Some(display_text(text.as_deref().unwrap_or_default()));
    let minute = |text: &Option<String>| {
        text.as_ref().map(|text| text.chars().take(16).collect::<String>().replace('T', " "))
    };
    let entries: Vec<FleetEntry> = entries
        .iter()
        .map(|one| FleetEntry {
            name: display_text(&one.name),
            path: one.path.clone(),
            repository: None,
            branch: shown(&one.branch),
            revision: one.revision.as_deref().map(short_commit),
            time: Some(minute(&one.time).unwrap_or_default()),
            refreshed: minute(&one.refreshed),
            failure: one.failure.as_deref().map(display_text),
        })
        .collect();
    let values = context! { entries => Value::from(Serde(entries)) };
    render_page("fleet.html", TEMPLATE, values)
}
