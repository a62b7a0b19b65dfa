//! `attest`: marks an image in its registry, for the gate `attested`.

use crate::config::gates::is_media_type;
use crate::model::VersionArgument;
use crate::ops::error::Failure;
use crate::ops::registries::{find_app_image, find_subject, open_registry_client, version_digest};
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::ops::suggest::unknown_app;
use crate::registry::{ArtifactUpload, UploadedArtifact};
use crate::report::display_names;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The largest file that is attached, in bytes.
const MAX_FILE: u64 = 4 * 1024 * 1024;

/// A marker for an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttestQuery {
    /// `APP@VERSION`, where the version is a tag, a digest, or both.
    pub subject: String,
    pub artifact_type: String,
    /// The content; without one, the artifact is a mere marker.
    pub file: Option<PathBuf>,
    /// The media type of the content.
    pub media_type: Option<String>,
}

/// The artifact, and the image that it is about.
pub struct AttestAnswer {
    pub artifact: UploadedArtifact,
    /// `ghcr.io/team/web@sha256:…`
    pub image: String,
}

/// Attaches an artifact to an image in its registry. Doing it twice equals doing it once.
///
/// # Errors
/// When the app or the version is unknown, or the registry refuses the upload.
pub fn attest(query: &AttestQuery, session: &Session) -> Result<AttestAnswer, Failure> {
    session.check_write_access()?;
    for kind in [Some(&query.artifact_type), query.media_type.as_ref()].into_iter().flatten() {
        if !is_media_type(kind) {
            return Err(Failure::usage(format!("`{kind}` is not an artifact type"))
                .hint("for example `application/vnd.example.deployable`"));
        }
    }
    let content = query.file.as_ref().map(read_content).transpose()?;
    let repository = session.open_repository()?;
    let state = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    let (config, entries) = (&state.settings.config, &state.mapping.entries);
    let (name, version) = query.subject.split_once('@').ok_or_else(|| {
        Failure::usage(format!("`{}` is not APP@VERSION", query.subject))
            .hint("for example `web@v1.4.0`")
    })?;
    let Some(subject) = find_subject(name, entries) else {
        let shown: Vec<String> = display_names(entries).into_values().collect();
        let usage = "name an app, and the version that the stage runs";
        return Err(unknown_app(name, &shown, &shown, (config, usage)));
    };
    let image = find_app_image(&subject, config, entries, session)?;
    let client = open_registry_client(session, config);
    let written =
        VersionArgument::parse(version).map_err(|error| Failure::usage(error.to_string()))?;
    let digest = version_digest(&client, &image.place, &written.version)?
        .ok_or_else(|| Failure::usage(format!("`{version}` names no tag and no whole digest")))?;
    let media_type = query.media_type.as_deref().unwrap_or("application/octet-stream");
    let upload = ArtifactUpload {
        subject: &digest,
        artifact_type: &query.artifact_type,
        content: content.as_deref().map(|content| (content, media_type)),
        annotations: &BTreeMap::new(),
    };
    let artifact = client.attach(&image.place, &upload)?;
    Ok(AttestAnswer { artifact, image: format!("{}@{digest}", image.place) })
}

fn read_content(path: &PathBuf) -> Result<Vec<u8>, Failure> {
    let shown = path.display();
    let failed = |error: &std::io::Error| Failure::usage(format!("cannot read `{shown}`: {error}"));
    let length = std::fs::metadata(path).map_err(|error| failed(&error))?.len();
    if length > MAX_FILE {
        return Err(Failure::usage(format!("`{shown}` has more than {MAX_FILE} bytes")));
    }
    std::fs::read(path).map_err(|error| failed(&error))
}
