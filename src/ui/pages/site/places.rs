//! The page of an app and the page of a stage: what runs there, how often it changed, and the
//! newest deployments.

use super::deployments::{render_deployments, version_word};
use super::{PageFrame, render_layout};
use crate::model::short_commit;
use crate::report::json::note_sentence;
use crate::report::{DeploymentReport, StatusEntry, StatusReport};
use crate::ui::audit::format_minute;
use crate::ui::pages::display_text;
use crate::ui::version::short_version;
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

const TEMPLATE: &str = include_str!("app.html");

/// The answers that the page shows.
pub struct PlacesPage<'a> {
    /// The name of the app or the stage.
    pub title: &'a str,
    pub is_stage: bool,
    pub status: &'a StatusReport,
    /// The chart, if something was deployed.
    pub chart: Option<String>,
    pub deployments: &'a [DeploymentReport],
    /// The address of the older deployments.
    pub older: Option<&'a str>,
}

#[derive(Serialize)]
struct PlaceView {
    app: String,
    app_link: String,
    stage: String,
    stage_link: String,
    target: Option<String>,
    version: String,
    version_link: Option<String>,
    image: Option<String>,
    since: String,
    who: String,
    commit: String,
    link: Option<String>,
    written: Vec<String>,
    notes: Vec<String>,
}

/// Renders the page.
pub fn render_places_page(frame: &PageFrame, page: &PlacesPage<'_>) -> String {
    let occupants = page.status.occupants.iter();
    let places: Vec<PlaceView> = occupants.map(|one| PlaceView::new(frame, one)).collect();
    let deployments = render_deployments(frame, page.deployments, page.older);
    let view = context! {
        places => Value::from(Serde(places)),
        is_stage => page.is_stage,
        chart => page.chart.clone().map(Value::from_safe_string),
        deployments => Value::from_safe_string(deployments),
    };
    let body = super::render("app.html", TEMPLATE, context! { view => view });
    render_layout(frame, (page.title, "-"), body)
}

impl PlaceView {
    fn new(frame: &PageFrame, one: &StatusEntry) -> Self {
        let entry = &one.entry;
        let app_version = entry.notes.contains(&crate::model::EntryNote::AppVersion);
        let written = entry.locations.iter().map(|at| match at.key.as_str() {
            "" => display_text(&format!("{}:{}", at.path, at.line)),
            key => display_text(&format!("{}:{} ({key})", at.path, at.line)),
        });
        let since = one.since.as_ref();
        PlaceView {
            app: display_text(&one.name),
            app_link: frame.links.app(&one.name),
            stage: display_text(entry.stage.as_str()),
            stage_link: frame.links.stage(entry.stage.as_str()),
            target: entry.target.as_ref().map(|target| display_text(target.as_str())),
            version: display_text(&short_version(&entry.version, app_version)),
            version_link: frame.links.version(&one.name, version_word(&entry.version)),
            image: entry.image.as_deref().map(display_text),
            since: since.map(|since| format_minute(since.time.as_second())).unwrap_or_default(),
            who: since.map(|since| display_text(&since.author_name)).unwrap_or_default(),
            commit: since.map(|since| short_commit(&since.commit)).unwrap_or_default(),
            link: since.and_then(|since| frame.commit_link(&since.commit)),
            written: written.collect(),
            notes: entry.notes.iter().map(|note| display_text(&note_sentence(note))).collect(),
        }
    }
}
