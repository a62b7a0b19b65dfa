//! What registries have of the versions that run, for the audit rules about images.

use crate::audit::{ImageSighting, RecordedDigests, RegistryAnswers, TagState};
use crate::config::gates::{Gate, GateKind};
use crate::model::{CellKey, EntryNote, MappingEntry, Version};
use crate::ops::gates::GateContext;
use crate::ops::notice::ProgressKind;
use crate::ops::registries::{AttestationCheck, open_registry_client};
use crate::pipeline::{AppComponent, ExternalAnswer};
use crate::registry::{ImageRepository, RegistryClient, RegistryError};
use crate::report::UnknownImage;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;
use std::thread;

/// The number of requests at a time.
const AT_ONCE: usize = 6;

/// What registries answered, and where they did not.
pub struct ImageSurvey {
    pub answers: RegistryAnswers,
    pub unknown: Vec<UnknownImage>,
}

/// An image and one of its versions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct AuditedImage {
    place: ImageRepository,
    version: Version,
}

/// What a registry has of a version.
#[derive(Debug, Clone)]
struct ImageState {
    gone: Option<String>,
    tag: Option<TagState>,
}

/// Asks the registries about the versions of the selected cells. Versions of charts and of git
/// sources are no images, and are left out.
pub fn survey_images(
    context: &GateContext<'_>,
    is_meant: &dyn Fn(&CellKey) -> bool,
) -> ImageSurvey {
    let recorded = RecordedDigests::collect(&context.chronicle.timeline, &context.ledger);
    let (mut sightings, mut unanswered) = (Vec::new(), Vec::new());
    let mut cells: Vec<(&MappingEntry, AuditedImage)> = Vec::new();
    for entry in context.survey.mapping.entries.iter().filter(|entry| is_meant(&entry.cell())) {
        match image_version(entry, context) {
            Some(Ok(asked)) => cells.push((entry, asked)),
            Some(Err(reason)) => unanswered.push(unknown(entry, false, reason)),
            None => {}
        }
    }
    let mut asked: BTreeMap<&AuditedImage, bool> = BTreeMap::new();
    for (entry, image) in &cells {
        *asked.entry(image).or_default() |= recorded.find(entry).is_some();
    }
    let client = open_registry_client(context.session, context.config());
    let states = ask_registries(&client, &asked, context);
    for (entry, asked) in &cells {
        let answer = states.get(asked).cloned();
        let answer = answer.unwrap_or_else(|| Err("the registry was not asked".to_owned()));
        let found = answer.and_then(|state| {
            let lacks = lacking(entry, asked, &state, &client, context)?;
            Ok(ImageSighting { cell: entry.cell(), gone: state.gone, tag: state.tag, lacks })
        });
        match found {
            Ok(sighting) => sightings.push(sighting),
            Err(reason) => unanswered.push(unknown(entry, true, reason)),
        }
    }
    let is_complete = !unanswered.iter().any(|unknown| unknown.has_image);
    let answers = RegistryAnswers { sightings, is_complete, recorded };
    ImageSurvey { answers, unknown: unanswered }
}

fn unknown(entry: &MappingEntry, has_image: bool, reason: String) -> UnknownImage {
    UnknownImage { cell: entry.cell(), version: entry.version.clone(), has_image, reason }
}

/// The image of an entry; `None` where the version is none of an image, or names none.
fn image_version(
    entry: &MappingEntry,
    context: &GateContext<'_>,
) -> Option<Result<AuditedImage, String>> {
    let is_other = |note: &EntryNote| {
        matches!(note, EntryNote::Remote | EntryNote::AppVersion | EntryNote::NoEffect)
    };
    let Version { tag, digest } = &entry.version;
    let has_version = digest.is_some() || tag.as_deref().is_some_and(|tag| !tag.is_empty());
    if !has_version || entry.notes.iter().any(is_other) {
        return None;
    }
    let apps = &context.config().apps;
    let is_beside = |other: &&MappingEntry| other.app == entry.app;
    let siblings = context.survey.mapping.entries.iter().filter(is_beside);
    let images: BTreeSet<_> = siblings.map(|other| other.component.as_ref()).collect();
    let image = match images.len() {
        0 | 1 => apps.image_of(entry.app.as_str()).or_else(|| entry.image.clone()),
        // A setting of the app may be about another one of its images.
        _ => {
            let component = entry.component.clone();
            let whole = AppComponent { app: entry.app.clone(), component };
            entry.image.clone().or_else(|| apps.image_of(&whole.to_string()))
        }
    };
    let Some(image) = image else {
        return Some(Err("the repository does not say which image it is".into()));
    };
    Some(match ImageRepository::parse(&image) {
        Some(place) => Ok(AuditedImage { place, version: entry.version.clone() }),
        None => Err(format!("`{image}` is not the name of an image in a registry")),
    })
}

/// Asks about each image, several at a time; `asked` tells of which the members of an index matter.
/// A host that does not answer is asked no more.
fn ask_registries(
    client: &RegistryClient,
    asked: &BTreeMap<&AuditedImage, bool>,
    context: &GateContext<'_>,
) -> HashMap<AuditedImage, Result<ImageState, String>> {
    let next = Mutex::new(asked.iter());
    let states = Mutex::new(HashMap::new());
    let silent: Mutex<BTreeMap<String, String>> = Mutex::default();
    let now = context.session.now().as_second();
    let spinner = context.session.progress(ProgressKind::Spinner, "asking registries");
    let ask = || {
        loop {
            let task = next.lock().ok().and_then(|mut next| next.next());
            let Some((image, has_record)) = task else { return };
            let host = &image.place.host;
            let known = silent.lock().ok().and_then(|silent| silent.get(host).cloned());
            let state = match known {
                Some(reason) => Err(reason),
                None => ask_registry(client, image, *has_record, now).map_err(|error| {
                    let reason = error.to_string();
                    if let (true, Ok(mut silent)) = (is_about_host(&error), silent.lock()) {
                        silent.insert(host.clone(), reason.clone());
                    }
                    reason
                }),
            };
            if let Ok(mut states) = states.lock() {
                states.insert((*image).clone(), state);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(asked.len()) {
            scope.spawn(ask);
        }
    });
    drop(spinner);
    states.into_inner().unwrap_or_default()
}

/// True for an error that every question to the host would meet.
fn is_about_host(error: &RegistryError) -> bool {
    matches!(
        error,
        RegistryError::Unreachable { .. }
            | RegistryError::Certificate { .. }
            | RegistryError::Timeout { .. }
            | RegistryError::RateLimited { .. }
            | RegistryError::PlainHttp { .. }
            | RegistryError::Settings { .. }
    )
}

/// What the registry has of a version. A pinned version is pulled by its digest.
fn ask_registry(
    client: &RegistryClient,
    image: &AuditedImage,
    has_record: bool,
    now: i64,
) -> Result<ImageState, RegistryError> {
    let AuditedImage { place, version } = image;
    let tag = match version.tag.as_deref().filter(|tag| !tag.is_empty()) {
        None => None,
        Some(tag) => Some(match client.resolve_tag(place, tag) {
            Ok(digest) if has_record => TagState::Names(digests_of(client, place, digest)?),
            Ok(digest) => TagState::Names(vec![digest]),
            Err(error) if error.is_absence() => TagState::Missing,
            Err(error) => return Err(error),
        }),
    };
    let is_there = match (&version.digest, &tag) {
        (Some(digest), Some(TagState::Names(names))) if names.contains(digest) => true,
        (Some(digest), _) => client.has_digest(place, digest)?,
        (None, Some(TagState::Names(_))) => true,
        (None, _) => false,
    };
    if !is_there {
        // A registry answers in the same way about what it hides. Only one that shows the tags of
        // the image lets us see that something is missing.
        client.tags(place, now, now)?;
    }
    let name = version.digest.as_ref().or(version.tag.as_ref()).cloned().unwrap_or_default();
    let gone = (!is_there).then(|| format!("{place} has no {name}"));
    Ok(ImageState { gone, tag })
}

/// The digest that a tag names, and those of the images in an index.
fn digests_of(
    client: &RegistryClient,
    place: &ImageRepository,
    digest: String,
) -> Result<Vec<String>, RegistryError> {
    let manifest = client.manifest(place, &digest)?;
    let members = manifest.manifests.into_iter().map(|member| member.digest);
    Ok(std::iter::once(digest).chain(members).collect())
}

/// What the gates `attested` of the stage ask for and the image lacks.
fn lacking(
    entry: &MappingEntry,
    image: &AuditedImage,
    state: &ImageState,
    client: &RegistryClient,
    context: &GateContext<'_>,
) -> Result<Option<String>, String> {
    if state.gone.is_some() {
        return Ok(None);
    }
    let pipeline = &context.config().pipeline;
    let read_file = |path: &str| context.read_committed(path);
    let check = AttestationCheck {
        client,
        place: &image.place,
        read_file: &read_file,
        session: context.session,
    };
    for rule in pipeline.rules_for(GateKind::Attested, &entry.stage, &entry.app) {
        let Gate::Attested(wanted) = &rule.gate else { continue };
        match check.check(wanted, &image.version) {
            ExternalAnswer::Open => {}
            ExternalAnswer::Shut(why) => return Ok(Some(why)),
            ExternalAnswer::NoAnswer(why) => return Err(why),
        }
    }
    Ok(None)
}
