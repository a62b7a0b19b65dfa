//! The table of deployments, as several pages have it.

use super::{PageFrame, render};
use crate::model::short_commit;
use crate::model::{Version, format_duration};
use crate::report::{DeploymentKind, DeploymentReport, ImageVersion};
use crate::ui::audit::format_minute;
use crate::ui::pages::display_text;
use crate::ui::version::short_version;
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

const TEMPLATE: &str = include_str!("deployments.html");

#[derive(Serialize)]
struct DeploymentLine {
    time: String,
    minute: String,
    app: String,
    app_link: String,
    stage: String,
    stage_link: String,
    target: Option<String>,
    kind: &'static str,
    /// The class of a kind that needs a second look.
    tone: Option<&'static str>,
    from: Option<String>,
    to: Option<String>,
    to_link: Option<String>,
    lead: String,
    who: String,
    commit: String,
    link: Option<String>,
    subject: String,
}

/// Renders the table, with a link to older deployments.
pub(super) fn render_deployments(
    frame: &PageFrame,
    deployments: &[DeploymentReport],
    older: Option<&str>,
) -> String {
    let rows: Vec<DeploymentLine> =
        deployments.iter().map(|one| DeploymentLine::new(frame, one)).collect();
    let values = context! { rows => Value::from(Serde(rows)), older => older };
    render("deployments.html", TEMPLATE, values)
}

impl DeploymentLine {
    fn new(frame: &PageFrame, one: &DeploymentReport) -> Self {
        let account = &one.account;
        let change = match account.pull_request {
            Some(number) => format!("#{number}"),
            None => short_commit(&one.commit),
        };
        let overridden = account.break_glass.as_ref().map(|why| format!("gates overridden: {why}"));
        DeploymentLine {
            time: one.time.to_string(),
            minute: format_minute(one.time.as_second()),
            app: display_text(&one.name),
            app_link: frame.links.app(&one.name),
            stage: display_text(one.cell.stage.as_str()),
            stage_link: frame.links.stage(one.cell.stage.as_str()),
            target: one.cell.target.as_ref().map(|target| display_text(target.as_str())),
            kind: one.kind.as_str(),
            tone: tone(one),
            from: one.from.as_ref().map(|from| shown(one.kind, from)),
            to: one.to.as_ref().map(|to| shown(one.kind, to)),
            to_link: one
                .to
                .as_ref()
                .and_then(|to| frame.links.version(&one.name, version_word(&to.version))),
            lead: one.lead.map(format_duration).unwrap_or_default(),
            who: display_text(&account.who.name),
            commit: change,
            link: frame.commit_link(&one.commit),
            subject: display_text(&overridden.unwrap_or_else(|| account.subject.clone())),
        }
    }
}

fn tone(one: &DeploymentReport) -> Option<&'static str> {
    match one.kind {
        _ if one.account.break_glass.is_some() => Some("high"),
        DeploymentKind::Rollback => Some("high"),
        DeploymentKind::Skip => Some("medium"),
        _ => None,
    }
}

/// The version, or the image where only that changed.
fn shown(kind: DeploymentKind, pinned: &ImageVersion) -> String {
    match &pinned.image {
        Some(image) if kind == DeploymentKind::Image => display_text(image),
        _ => display_text(&short_version(&pinned.version, false)),
    }
}

/// The word by which a version can be traced.
pub(super) fn version_word(version: &Version) -> &str {
    let tag = version.tag.as_deref().filter(|tag| !tag.is_empty());
    tag.or(version.digest.as_deref()).unwrap_or_default()
}
