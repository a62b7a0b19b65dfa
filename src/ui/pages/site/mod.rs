//! The pages of the server. Each is a body in a common layout, which shares
//! style and policy with the page of `audit`.

mod deployments;
mod dora;
mod fleet;
mod history;
mod links;
mod matrix;
mod places;
mod problem;
mod trace;

pub use dora::{render_dora_page, weekly_chart_html};
pub use fleet::{FleetEntry, render_fleet_page};
pub use history::{HistoryForm, render_history_page};
pub use links::PageLinks;
pub use matrix::{MatrixFilters, render_matrix_page};
pub use places::{PlacesPage, render_places_page};
pub use problem::render_problem_page;
pub use trace::render_trace_page;

use super::{SCRIPT, SCRIPT_HASH, display_text, render, render_page};
use crate::model::short_commit;
use crate::report::ForgeRepository;
use crate::ui::audit::format_minute;
use jiff::Timestamp;
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

const LAYOUT: &str = include_str!("layout.html");

/// What all pages about one state share.
#[derive(Debug, Clone)]
pub struct PageFrame {
    /// The name of the repository in reports.
    pub repository: String,
    pub branch: Option<String>,
    pub revision: Option<String>,
    pub time: Option<Timestamp>,
    /// The host with pages for commits.
    pub place: Option<ForgeRepository>,
    pub links: PageLinks,
    /// The time that ages count from.
    pub now: Timestamp,
    /// What the reader should know about the answers.
    pub notices: Vec<String>,
}

impl PageFrame {
    fn commit_link(&self, commit: &str) -> Option<String> {
        self.place.as_ref().map(|place| place.commit_url(commit))
    }
}

/// A link of the navigation.
#[derive(Serialize)]
pub(super) struct NavigationLink {
    title: &'static str,
    link: String,
    is_current: bool,
}

/// The pages that every page links to, by the path of each.
const NAVIGATION: [(&str, &str); 4] =
    [("What runs where", ""), ("History", "history"), ("DORA metrics", "dora"), ("Audit", "audit")];

/// The links of the navigation.
pub(super) fn navigation(frame: &PageFrame, current: &str) -> Vec<NavigationLink> {
    let links = NAVIGATION.into_iter().map(|(title, path)| NavigationLink {
        title,
        link: frame.links.page(path),
        is_current: path == current,
    });
    links.collect()
}

/// The frame as the layout shows it.
#[derive(Serialize)]
struct FrameView {
    name: String,
    repository: String,
    branch: Option<String>,
    revision: Option<String>,
    revision_link: Option<String>,
    time: Option<String>,
    notices: Vec<String>,
    pages: Vec<NavigationLink>,
    /// The feed of all deployments, where there is one.
    feed: Option<String>,
    /// The freezes and opening hours.
    calendar: String,
    /// The stream of updates, where there is one, and the commit that the page is about.
    events: Option<String>,
    commit: Option<String>,
}

/// Renders a page: its title, the path of its entry in the navigation, and the body.
fn render_layout(frame: &PageFrame, (title, current): (&str, &str), body: String) -> String {
    let view = FrameView {
        name: display_text(super::view::short_name(&frame.repository)),
        repository: display_text(&frame.repository),
        branch: frame.branch.as_deref().map(display_text),
        revision: frame.revision.as_deref().map(short_commit),
        revision_link: frame.revision.as_deref().and_then(|commit| frame.commit_link(commit)),
        time: frame.time.map(|time| format_minute(time.as_second())),
        notices: frame.notices.iter().map(|notice| display_text(notice)).collect(),
        pages: navigation(frame, current),
        feed: frame.links.served("/feeds/all.atom"),
        calendar: frame.links.file("calendar.ics"),
        events: frame.links.served("/events"),
        commit: frame.revision.clone(),
    };
    let values = context! {
        frame => Value::from(Serde(view)),
        title => display_text(title),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        script_hash => Value::from_safe_string(SCRIPT_HASH.to_owned()),
        body => Value::from_safe_string(body),
    };
    render_page("layout.html", LAYOUT, values)
}

/// Renders the body of a page from its view.
fn render_body(name: &str, template: &str, view: impl Serialize) -> String {
    render(name, template, context! { view => Value::from(Serde(view)) })
}
