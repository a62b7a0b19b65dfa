//! The request of `deploy`, with what the registry has: the newest version, or the digest of a
//! named one.

use super::{LatestQuery, find_latest};
use crate::config::Config;
use crate::model::{MappingEntry, Version, VersionArgument};
use crate::ops::change::ChangeRequest;
use crate::ops::change::base::{PlanBase, known_tip};
use crate::ops::error::Failure;
use crate::ops::gates::{GateContext, parse_version};
use crate::ops::notice::Silent;
use crate::ops::registries::{
    AppImage, find_app_image, find_subject, open_registry_client, version_digest,
};
use crate::ops::session::Session;
use crate::ops::state::RevisionSelector;
use crate::ops::state::source::StateSource;
use crate::registry::RegistryClient;
use crate::source::ParseCache;
use std::sync::Arc;

/// What somebody wants to deploy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeploymentQuery {
    /// `web`, or `api/nginx`.
    pub app: String,
    /// The version; `None` for the newest in the registry that may be deployed.
    pub version: Option<String>,
    /// The stage; `None` for the first one.
    pub stage: Option<String>,
    /// True where the digest is written beside the tag.
    pub pins_digest: bool,
    /// True where a named version need not be in the registry.
    pub unchecked: bool,
}

/// Makes the request to deploy a version. The registry is asked for the newest version, for a
/// digest to pin, and whether a named version exists, if the configuration says something about the
/// app's versions or image. `None` where the newest version runs already.
///
/// # Errors
/// When the version does not exist, or the registry does not answer.
pub fn request_deployment(
    query: &DeploymentQuery,
    session: &Session,
) -> Result<Option<ChangeRequest>, Failure> {
    let repository = session.open_repository()?;
    let request = |version: String, pins_digest: bool| ChangeRequest::Deploy {
        app: query.app.clone(),
        version,
        stage: query.stage.clone(),
        pins_digest,
    };
    let Some(named) = &query.version else {
        let context = GateContext::load(session, &repository)?;
        let pins = query.pins_digest || context.config().apps.pins_digest(&query.app);
        let latest = find_latest(LatestQuery { app: &query.app }, &context)?;
        if let Some((tag, why)) = &latest.held {
            session.note(&format!("{tag} is newer, but may not be deployed: {why}"));
        }
        return Ok(latest.version.map(|version| request(version.to_string(), pins)));
    };
    if query.unchecked {
        return Ok(Some(request(named.clone(), false)));
    }
    // A repository without a configuration for the app must not pay for reading it twice.
    let cache = ParseCache::default();
    let source = StateSource::load(session, &repository, RevisionSelector::default(), &cache);
    let source = match source {
        Ok(source) => source,
        // A branch that only the remote has can be pushed to all the same.
        Err(failure) if !query.pins_digest => {
            let failure = failure.to_string();
            let reason = failure.lines().next().unwrap_or_default();
            session.caution(&format!("no registry was asked about {named}: {reason}"));
            return Ok(Some(request(named.clone(), false)));
        }
        Err(failure) => return Err(failure),
    };
    let is_written =
        source.config_file.is_some_and(|file| file.config.apps.has_registry(&query.app));
    if !is_written && !query.pins_digest {
        return Ok(Some(request(named.clone(), false)));
    }
    // The delivery says the same notes again.
    let quiet = session.clone().with_sink(Arc::new(Silent));
    let base = PlanBase::load(&quiet, &repository, &known_tip)?;
    let config = &base.settings.config;
    let pins = query.pins_digest || config.apps.pins_digest(&query.app);
    let entries = base.load_edit_base()?.to_mapping().entries;
    // An unknown name is refused with the names that are known, where the plan is made.
    let Some(subject) = find_subject(&query.app, &entries) else {
        return Ok(Some(request(named.clone(), pins)));
    };
    let written = parse_version(named)?;
    if written.short_digest.is_some() {
        return Ok(Some(request(named.clone(), pins)));
    }
    let image = find_app_image(&subject, config, &entries, session)?;
    let client = open_registry_client(session, config);
    let check = VersionCheck { client: &client, image: &image, session, config };
    let version = check.find(&written)?;
    check.tell_platforms(&version, &entries);
    Ok(Some(request(version.to_string(), pins)))
}

/// Looks a version up in the registry.
struct VersionCheck<'a> {
    client: &'a RegistryClient,
    image: &'a AppImage,
    session: &'a Session,
    config: &'a Config,
}

impl VersionCheck<'_> {
    /// The version with its digest.
    fn find(&self, written: &VersionArgument) -> Result<Version, Failure> {
        let (place, wanted) = (&self.image.place, &written.version);
        let missing = |what: &str| {
            let app = &self.image.subject;
            Failure::failed(format!("{place} has no version `{what}`, so nothing was changed"))
                .hint(format!("`towpath versions {app}` lists those that exist"))
                .hint("--unchecked deploys it all the same")
        };
        let unasked = |failure: Failure| {
            failure.hint("--unchecked deploys a version without asking the registry")
        };
        let Some(tag) = &wanted.tag else {
            let digest = wanted.digest.as_deref().unwrap_or_default();
            let is_there = self.client.has_digest(place, digest);
            let is_there = is_there.map_err(|error| unasked(error.into()))?;
            return if is_there { Ok(wanted.clone()) } else { Err(missing(digest)) };
        };
        let digest = match self.client.resolve_tag(place, tag) {
            Ok(digest) => digest,
            Err(error) if error.is_absence() => return Err(missing(tag)),
            Err(error) => return Err(unasked(error.into())),
        };
        match &wanted.digest {
            Some(named) if *named != digest => Err(Failure::failed(format!(
                "the tag {tag} of {place} has the digest {digest} now, and not {named}"
            ))
            .hint("name the version by its digest alone, or take the tag as it is now")),
            _ => Ok(Version { tag: Some(tag.clone()), digest: Some(digest) }),
        }
    }

    /// Warns where the image lacks a platform that the image in the first stage has. What cannot
    /// be read is told, too, and stops nothing: the version exists.
    fn tell_platforms(&self, version: &Version, entries: &[MappingEntry]) {
        let place = &self.image.place;
        let mut running: Vec<&MappingEntry> =
            entries.iter().filter(|entry| self.image.subject.matches_cell(&entry.cell())).collect();
        running.sort_by_key(|entry| self.config.position(&entry.stage));
        let Some(running) = running.first().map(|entry| &entry.version) else { return };
        let platforms = |version: &Version| match version_digest(self.client, place, version)? {
            Some(digest) => self.client.image_facts(place, &digest).map(|one| one.platforms),
            None => Ok(Vec::new()),
        };
        let (new, old) = (platforms(version), platforms(running));
        match (new, old) {
            (Ok(new), Ok(old)) => {
                for lost in old.iter().filter(|platform| !new.is_empty() && !new.contains(platform))
                {
                    self.session.caution(&format!(
                        "{version} has no image for {lost}, which {running} has",
                    ));
                }
            }
            (Err(error), _) => {
                self.session.caution(&format!("the platforms of {version} are unknown: {error}"));
            }
            // What runs may be gone from the registry.
            (_, Err(error)) => self.session.detail(&error.to_string()),
        }
    }
}
