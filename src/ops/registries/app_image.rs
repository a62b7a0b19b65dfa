//! The image of an app in its registry.

use crate::config::Config;
use crate::model::{EntryNote, MappingEntry};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::pipeline::AppComponent;
use crate::registry::ImageRepository;
use crate::report::display_names;
use std::collections::BTreeSet;

/// An app with one image, and where that is.
#[derive(Debug, Clone)]
pub struct AppImage {
    pub subject: AppComponent,
    pub place: ImageRepository,
    /// The name of the image as it is written.
    pub written: String,
}

impl AppImage {
    /// The name by which the configuration knows the app: `web`, or `api/nginx`.
    pub fn name(&self) -> String {
        self.subject.to_string()
    }
}

/// The app with this name, as `status` shows it, or as `app/component`.
pub fn find_subject(name: &str, entries: &[MappingEntry]) -> Option<AppComponent> {
    if let Some(entry) = entries.iter().find(|entry| entry.app.as_str() == name) {
        return Some(AppComponent { app: entry.app.clone(), component: None });
    }
    let shown = display_names(entries);
    let whole = |component: &AppComponent| component.to_string() == name;
    shown.into_iter().find_map(|((app, component), shown)| {
        let subject = AppComponent { app, component };
        (shown == name || whole(&subject)).then_some(subject)
    })
}

/// Finds the image of an app: the configured one, else the one that the repository deploys.
///
/// # Errors
/// When the app has several images, none is written, or its name is none of a registry.
pub fn find_app_image(
    subject: &AppComponent,
    config: &Config,
    entries: &[MappingEntry],
    session: &Session,
) -> Result<AppImage, Failure> {
    let subject = only_component(subject, entries)?;
    let name = subject.to_string();
    let written = match config.apps.image_of(&name) {
        Some(image) => image,
        None => deployed_image(&subject, config, entries, session)?,
    };
    match ImageRepository::parse(&written) {
        Some(place) => Ok(AppImage { subject, place, written }),
        None => Err(Failure::usage(format!(
            "`{written}` is not the name of an image in a registry, so {name} has no versions there"
        ))
        .hint(image_hint(&name))),
    }
}

/// The app with its component, if it has exactly one.
fn only_component(
    subject: &AppComponent,
    entries: &[MappingEntry],
) -> Result<AppComponent, Failure> {
    let all: BTreeSet<Option<&String>> = entries
        .iter()
        .filter(|entry| subject.matches_cell(&entry.cell()))
        .map(|entry| entry.component.as_ref())
        .collect();
    if subject.component.is_some() || all.len() < 2 {
        return Ok(subject.clone());
    }
    let names: Vec<String> =
        all.into_iter().flatten().map(|component| format!("{}/{component}", subject.app)).collect();
    Err(Failure::usage(format!("{} has several images", subject.app))
        .hint(format!("name one: {}", names.join(", "))))
}

fn deployed_image(
    subject: &AppComponent,
    config: &Config,
    entries: &[MappingEntry],
    session: &Session,
) -> Result<String, Failure> {
    let is_image = |entry: &&MappingEntry| {
        subject.matches_cell(&entry.cell()) && !entry.notes.contains(&EntryNote::Remote)
    };
    let mut found: Vec<&MappingEntry> = entries.iter().filter(is_image).collect();
    found.sort_by_key(|entry| config.position(&entry.stage));
    let mut images: Vec<(&str, &MappingEntry)> = Vec::new();
    for entry in found {
        if let Some(image) = entry.image.as_deref()
            && images.iter().all(|(known, _)| *known != image)
        {
            images.push((image, entry));
        }
    }
    let Some((image, first)) = images.first() else {
        let message = format!("the repository does not say which image {subject} has");
        return Err(Failure::usage(message).hint(image_hint(&subject.to_string())));
    };
    if let Some((other, entry)) = images.get(1) {
        session.note(&format!(
            "{subject} has the image {image} in {}, which is asked for, and {other} in {}",
            first.stage, entry.stage
        ));
    }
    Ok((*image).to_owned())
}

fn image_hint(name: &str) -> String {
    format!("name it in towpath.yaml: `apps: {{{name}: {{image: ghcr.io/team/web}}}}`")
}
