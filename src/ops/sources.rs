//! The source repositories of apps: where they are, and the revisions that versions were built
//! from.

use crate::config::Config;
use crate::git::{CloneContents, CommitLog, Repository, WriteError};
use crate::model::{AppName, MappingEntry, Version};
use crate::ops::error::Failure;
use crate::ops::registries::{find_app_image, open_registry_client, version_digest};
use crate::ops::session::Session;
use crate::pipeline::AppComponent;
use crate::promotion::revisions_of_tag;
use crate::registry::ImageFacts;
use std::path::{Component, Path, PathBuf};

/// The commits of an app's sources.
pub struct AppSource {
    pub url: String,
    pub log: CommitLog,
    /// The folders that the app is built from; none means all.
    pub folders: Vec<String>,
}

impl AppSource {
    /// Opens the clone of a source repository in the cache.
    ///
    /// # Errors
    /// When the address is refused, the repository cannot be reached, or there is no cache.
    pub fn open(
        app: &AppName,
        url: &str,
        config: &Config,
        session: &Session,
    ) -> Result<Self, Failure> {
        let cache = session.writable_cache().ok_or_else(|| {
            Failure::failed(format!("the sources of {app} cannot be read without a cache folder"))
                .hint("set XDG_CACHE_HOME or HOME, and leave out --read-only")
        })?;
        let folders = config.apps.paths_of(app).to_vec();
        let contents =
            if folders.is_empty() { CloneContents::Commits } else { CloneContents::Trees };
        let log = CommitLog::open_or_clone(url, contents, cache, session.can_ask())?;
        Ok(AppSource { url: url.to_owned(), log, folders })
    }
}

/// The address of the configured source repository of an app. A relative path is taken from the
/// work tree, as in `source: ../web`.
pub fn configured_source(
    app: &AppName,
    config: &Config,
    repository: &Repository,
) -> Option<String> {
    let written = config.apps.repository_of(app)?;
    if !written.starts_with("./") && !written.starts_with("../") {
        return Some(written);
    }
    let here = repository.work_tree()?.canonicalize().ok()?;
    Some(plain_path(&here.join(written)).display().to_string())
}

/// The path without `.` and `..`, by its text alone.
fn plain_path(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// Finds revisions and, where none is configured, the source repository of an app.
pub struct SourceLookup<'a> {
    pub config: &'a Config,
    pub entries: &'a [MappingEntry],
    pub session: &'a Session,
}

impl SourceLookup<'_> {
    /// Possible revisions of a version, the most likely first: the configured one, the commit in a
    /// tag that the scheme reads, what the tag looks like, and the label of the image.
    pub fn revisions(&self, subject: &AppComponent, version: &Version) -> Vec<String> {
        let mut out = Vec::new();
        if let Some(tag) = version.tag.as_deref() {
            if let Some(said) = self.config.apps.revision_of(&subject.app, tag) {
                return vec![said];
            }
            let scheme = self.config.apps.scheme_of(&subject.to_string());
            let read = scheme.and_then(|scheme| scheme.read(tag).ok());
            out.extend(read.and_then(|read| read.parts.commit));
            out.extend(revisions_of_tag(tag));
        }
        out.dedup();
        out
    }

    /// What the image of a version says about itself, if the app has settings about a registry.
    /// The registry is asked for what the cache does not know.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub fn labels(
        &self,
        subject: &AppComponent,
        version: &Version,
    ) -> Result<Option<ImageFacts>, Failure> {
        if !self.config.apps.has_registry(&subject.to_string()) {
            return Ok(None);
        }
        let image = find_app_image(subject, self.config, self.entries, self.session)?;
        let client = open_registry_client(self.session, self.config);
        let digest = version_digest(&client, &image.place, version)?;
        let facts = digest.map(|digest| client.image_facts(&image.place, &digest));
        Ok(facts.transpose()?)
    }
}

/// The source repository that a label names, if its address is one that anybody may follow: no
/// local path, and no other program than git over TLS.
pub fn labelled_source(facts: &ImageFacts) -> Option<String> {
    let url = facts.source.as_deref()?.trim();
    let rest = url.strip_prefix("https://")?;
    let host = rest.split('/').next().unwrap_or_default();
    let is_plain = !host.is_empty() && !host.contains('@') && !url.contains(char::is_control);
    is_plain.then(|| url.to_owned())
}

/// Converts an error about sources, with the app that they are of.
pub fn source_failure(app: &AppName, error: &WriteError) -> Failure {
    Failure::failed(format!("cannot read the sources of {app}")).with_cause(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_leads_to_https_alone() {
        let source = |text: &str| {
            labelled_source(&ImageFacts { source: Some(text.to_owned()), ..ImageFacts::default() })
        };
        assert_eq!(source("https://h.io/a/b").as_deref(), Some("https://h.io/a/b"));
        for bad in [
            "",
            "https://",
            "http://h.io/a",
            "file:///etc",
            "ext::sh -c id",
            "../web",
            "https://u:p@h.io/a",
        ] {
            assert_eq!(source(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_path_beside_the_repository_is_plain() {
        assert_eq!(plain_path(Path::new("/a/b/../web/./x")), Path::new("/a/web/x"));
    }
}
