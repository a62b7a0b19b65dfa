//! The page of the history, with its filters.

use super::deployments::render_deployments;
use super::{PageFrame, render, render_layout};
use crate::report::{DeploymentKind, DeploymentReport};
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

const TEMPLATE: &str = include_str!("history.html");

/// The fields of the form, as the reader filled them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct HistoryForm {
    pub app: String,
    pub stage: String,
    pub since: String,
    pub until: String,
    pub author: String,
    pub version: String,
    pub kind: String,
    pub kinds: Vec<&'static str>,
    pub action: String,
}

/// Renders the page.
pub fn render_history_page(
    frame: &PageFrame,
    form: &HistoryForm,
    deployments: &[DeploymentReport],
    older: Option<&str>,
) -> String {
    let kinds = DeploymentKind::ALL.map(DeploymentKind::as_str).to_vec();
    let form = HistoryForm { kinds, action: frame.links.page("history"), ..form.clone() };
    let view = context! {
        form => frame.links.is_served().then(|| Value::from(Serde(form))),
        deployments => Value::from_safe_string(render_deployments(frame, deployments, older)),
    };
    let body = render("history.html", TEMPLATE, context! { view => view });
    render_layout(frame, ("History", "history"), body)
}
