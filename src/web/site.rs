//! The static site: the pages of the server as files, with the JSON beside them.

use super::api::{API, WebEndpoint};
use super::feeds::{CALENDAR, FEEDS};
use super::pages::PAGES;
use super::request::AnswerRequest;
use super::site_folder::{SiteFile, SiteFolder, WrittenSite};
use crate::ops::error::Failure;
use crate::ops::mirror::{MirrorRefresh, MirrorState};
use crate::ops::notice::{ProgressKind, Silent};
use crate::ops::session::Session;
use crate::ops::status::{StatusQuery, status};
use crate::ui::pages::site::PageLinks;
use axum::http::StatusCode;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A file of the site, and the answer in it.
struct PlannedFile {
    name: String,
    request: AnswerRequest,
    links: PageLinks,
}

/// Writes the site. A folder that towpath did not write is refused.
///
/// # Errors
/// When the repository cannot be read, or the folder cannot be written.
pub fn write_site(
    folder: &Path,
    threads: usize,
    session: &Session,
) -> Result<WrittenSite, Failure> {
    session.check_write_access()?;
    let folder = SiteFolder::open(folder)?;
    let state = MirrorState::load(session, MirrorRefresh::Cache)?;
    let planned = plan(&state)?;
    let bar = session.progress(ProgressKind::Bar, "Writing the site");
    let (next, files) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(file) = planned.get(next.fetch_add(1, Ordering::Relaxed)) {
            let written = render(file, &state);
            files.lock().unwrap_or_else(PoisonError::into_inner).push(written);
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
    });
    bar.set_progress(1, 1);
    let files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
    folder.replace(&files.into_iter().collect::<Result<Vec<_>, _>>()?)
}

/// Every file of the site: the pages, a page for each app and stage, the JSON, the feed, and the
/// calendar.
fn plan(state: &MirrorState) -> Result<Vec<PlannedFile>, Failure> {
    let query = StatusQuery { no_since: true, ..StatusQuery::default() };
    let report = status(&query, &state.session(Arc::new(Silent)))?.report;
    let apps: BTreeSet<&str> = report.occupants.iter().map(|one| one.name.as_str()).collect();
    let mut planned = Vec::new();
    let endpoints = PAGES.iter().chain(&API).chain(&FEEDS).chain([&CALENDAR]);
    for endpoint in endpoints {
        let subjects: Vec<&str> = match endpoint.path {
            "/apps" => apps.iter().copied().collect(),
            "/stages" => report.stages.iter().map(|stage| stage.as_str()).collect(),
            _ if endpoint.subject.is_some() || has_required(endpoint) => continue,
            _ => Vec::new(),
        };
        if endpoint.subject.is_none() {
            planned.push(file(endpoint, None)?);
        }
        for subject in subjects {
            planned.push(file(endpoint, Some(subject))?);
        }
    }
    Ok(planned)
}

fn has_required(endpoint: &WebEndpoint) -> bool {
    endpoint.parameters.iter().any(|parameter| parameter.required)
}

fn file(endpoint: &'static WebEndpoint, subject: Option<&str>) -> Result<PlannedFile, Failure> {
    let path = endpoint.path.trim_start_matches('/');
    let (name, depth) = match (path.strip_prefix("api/v1/"), path, subject) {
        (Some(question), _, _) => (format!("{question}.json"), 0),
        (None, "calendar.ics", _) => (path.to_owned(), 0),
        (None, "feeds/all.atom", _) => ("deployments.atom".to_owned(), 0),
        (None, "apps", Some(app)) => (PageLinks::Files(0).app(app), 1),
        (None, "stages", Some(stage)) => (PageLinks::Files(0).stage(stage), 1),
        _ => (PageLinks::page_file(path), 0),
    };
    let request = AnswerRequest::new(endpoint, subject.map(str::to_owned), "", false)?;
    Ok(PlannedFile { name, request, links: PageLinks::Files(depth) })
}

fn render(file: &PlannedFile, state: &MirrorState) -> Result<SiteFile, Failure> {
    let answer = file.request.compute(state, file.links)?;
    if answer.status != StatusCode::OK {
        return Err(Failure::failed(format!("cannot write {}: {}", file.name, answer.text())));
    }
    Ok(SiteFile { name: file.name.clone(), text: answer.text().to_owned() })
}
