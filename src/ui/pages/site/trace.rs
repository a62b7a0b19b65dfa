//! The page of a version's way through the stages.

use super::{PageFrame, render_body, render_layout};
use crate::model::short_commit;
use crate::model::{CellKey, format_duration};
use crate::report::{ReportedRunPeriod, TraceReport, VersionTraceReport};
use crate::ui::audit::format_minute;
use crate::ui::pages::display_text;
use crate::ui::version::short_version;
use serde::Serialize;

const TEMPLATE: &str = include_str!("trace.html");

#[derive(Serialize)]
struct WayView {
    app: String,
    app_link: String,
    version: String,
    stays: Vec<StayView>,
}

#[derive(Serialize, Default)]
struct StayView {
    stage: String,
    stage_link: String,
    target: Option<String>,
    arrived: String,
    lead: String,
    who: String,
    commit: String,
    link: Option<String>,
    stayed: String,
    now: String,
}

/// Renders the page.
pub fn render_trace_page(frame: &PageFrame, trace: &TraceReport) -> String {
    let view: Vec<WayView> = trace.ways.iter().map(|way| WayView::new(frame, way)).collect();
    let body = render_body("trace.html", TEMPLATE, view);
    render_layout(frame, (&format!("The way of {}", trace.text), "-"), body)
}

impl WayView {
    fn new(frame: &PageFrame, way: &VersionTraceReport) -> Self {
        let visited = way.visits.iter().map(|visit| visited(frame, visit));
        let absent = way.absent.iter().map(|(cell, version)| StayView {
            arrived: "never".to_owned(),
            now: format!("runs {}", short_version(version, false)),
            ..at_cell(frame, cell)
        });
        WayView {
            app: display_text(&way.name),
            app_link: frame.links.app(&way.name),
            version: display_text(&way.version.to_string()),
            stays: visited.chain(absent).collect(),
        }
    }
}

fn at_cell(frame: &PageFrame, cell: &CellKey) -> StayView {
    StayView {
        stage: display_text(cell.stage.as_str()),
        stage_link: frame.links.stage(cell.stage.as_str()),
        target: cell.target.as_ref().map(|target| display_text(target.as_str())),
        ..StayView::default()
    }
}

fn visited(frame: &PageFrame, visit: &ReportedRunPeriod) -> StayView {
    let view = StayView {
        stayed: visit.seconds(frame.now.as_second()).map(format_duration).unwrap_or_default(),
        now: match &visit.left {
            None => "runs here".to_owned(),
            Some(left) => match &left.to {
                Some(to) => format!("left for {}", short_version(&to.version, false)),
                None => "removed".to_owned(),
            },
        },
        ..at_cell(frame, &visit.cell)
    };
    let Some(came) = &visit.came else {
        return StayView { arrived: "before the known history".to_owned(), ..view };
    };
    StayView {
        arrived: format_minute(came.time.as_second()),
        lead: came.lead.map(format_duration).unwrap_or_default(),
        who: display_text(&came.account.who.name),
        commit: short_commit(&came.commit),
        link: frame.commit_link(&came.commit),
        ..view
    }
}
