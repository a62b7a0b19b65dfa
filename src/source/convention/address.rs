//! Versions inside URLs: `…?ref=X`, `…/releases/download/X/…`.

use crate::source::shape;

/// Returns URL and revision of `…?ref=X`. Branch names are not versions.
pub fn url_revision(value: &str) -> Option<(String, String)> {
    let at = value.find("?ref=").or_else(|| value.find("&ref="))?;
    let revision = value[at + 5..].split('&').next().unwrap_or_default();
    let moving = matches!(
        revision,
        "" | "head" | "HEAD" | "main" | "master" | "develop" | "trunk" | "latest" | "stable"
    );
    if moving || !shape::is_tag(&revision.replace('/', "-")) {
        return None;
    }
    let address = &value[..value.find('?').unwrap_or(at)];
    let address = address.trim_start_matches("git::").split("://").last().unwrap_or_default();
    Some((address.trim_end_matches('/').to_owned(), revision.to_owned()))
}

/// Returns project and version in the URL of a release file.
pub(super) fn release_download(value: &str) -> Option<(String, String)> {
    let address = value.strip_prefix("https://")?;
    let (project, rest) = address.split_once("/releases/download/").or_else(|| {
        let (project, rest) = address.split_once("/archive/")?;
        Some((project, rest.trim_start_matches("refs/tags/")))
    })?;
    let version = rest
        .split('/')
        .next()
        .unwrap_or_default()
        .trim_end_matches(".tar.gz")
        .trim_end_matches(".zip");
    shape::is_version(version).then(|| (project.to_owned(), version.to_owned()))
}
