//! Versions inside addresses: `…?ref=X`, `…/releases/download/X/…`.

use crate::source::shape;

/// The revision of `…?ref=X`, with what it is a revision of. Branch names are none.
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

/// The version in the address of a release's file, with the project it belongs to.
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
