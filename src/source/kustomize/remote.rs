//! Resources of other repositories, and charts: versions of something other than an image.

use super::yaml_text::YamlText;
use crate::model::{ImagePart, Location};
use crate::yaml::YamlValue;

/// A pinned remote resource or chart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct RemoteResource {
    /// `github.com/org/repo/path`, or `repository/chart`.
    pub name: String,
    /// `repo/path`, or the chart's name.
    pub component: String,
    /// The name of a chart's release.
    pub release: Option<String>,
    pub version: String,
    pub location: Location,
}

/// True if an item of `resources` is outside the repository.
pub(super) fn is_remote(text: &str) -> bool {
    let host = text.split(['/', ':']).next().unwrap_or_default();
    text.contains("://")
        || text.starts_with("git::")
        || text.starts_with("git@")
        || matches!(host, "github.com" | "gitlab.com" | "bitbucket.org")
        || (text.contains("?ref=") && host.contains('.') && !host.starts_with('.'))
}

/// Returns the pinned revision of a remote resource. `None` if it is not pinned: no `ref`, or a
/// common branch name.
pub(super) fn parse_resource(text: &str, location: &Location) -> Option<RemoteResource> {
    let (address, query) = text.split_once('?')?;
    let parameter = |key: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(known, value)| *known == key && !value.is_empty()).map(|(_, value)| value)
    };
    let version = parameter("ref").or_else(|| parameter("version"))?;
    if matches!(version, "main" | "master" | "HEAD") {
        return None;
    }
    let name = plain_address(address);
    let mut parts = name.split('/').filter(|part| !part.is_empty());
    let path: Vec<&str> = parts.by_ref().skip(2).collect();
    let component = if path.is_empty() { name.clone() } else { path.join("/") };
    Some(RemoteResource {
        name,
        component,
        release: None,
        version: version.to_owned(),
        location: location.clone(),
    })
}

/// Normalises the spellings of a repository URL to `host/org/repo/path`.
fn plain_address(text: &str) -> String {
    let text = text.strip_prefix("git::").unwrap_or(text);
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host_end = text.find('/').unwrap_or(text.len());
    let text = text[..host_end].rfind('@').map_or(text, |at| &text[at + 1..]);
    let scp = text.find(':').filter(|at| text.find('/').is_none_or(|slash| *at < slash));
    let port = |at: usize| text[at + 1..].starts_with(|c: char| c.is_ascii_digit());
    let text = match scp {
        Some(at) if !port(at) => format!("{}/{}", &text[..at], &text[at + 1..]),
        _ => text.to_owned(),
    };
    let parts = text.split('/').filter(|part| !part.is_empty());
    parts.map(|part| part.strip_suffix(".git").unwrap_or(part)).collect::<Vec<_>>().join("/")
}

/// Parses a chart with a version, from `helmCharts` or a chart generator.
pub(super) fn parse_chart(
    page: YamlText<'_>,
    list: &str,
    item: YamlValue<'_>,
) -> Option<RemoteResource> {
    let text = |key: &str| {
        super::file::get_field(item, key)
            .and_then(YamlValue::non_null)
            .filter(|text| !text.is_empty())
    };
    let name = text("name")?;
    let version = super::file::get_field(item, "version")?;
    let shown = version.non_null().filter(|text| !text.is_empty())?;
    let repository = text("repo").map(|repo| repo.split_once("://").map_or(repo, |(_, rest)| rest));
    let full =
        match repository.map(|repo| repo.trim_end_matches('/')).filter(|repo| !repo.is_empty()) {
            Some(repository) => format!("{repository}/{name}"),
            None => name.to_owned(),
        };
    Some(RemoteResource {
        name: full,
        component: name.to_owned(),
        release: text("releaseName").map(str::to_owned),
        version: shown.to_owned(),
        location: page.location(version, format!("{list}[{name}].version"), ImagePart::Chart),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, String, String)> {
        let place = Location {
            path: String::new(),
            line: 1,
            document: 0,
            key: String::new(),
            part: ImagePart::Revision,
            span: (0..1).into(),
            alias: false,
        };
        parse_resource(text, &place).map(|remote| (remote.name, remote.component, remote.version))
    }

    #[test]
    fn addresses_are_shown_without_scheme_and_user() {
        let expected = |name: &str, component: &str| {
            Some((name.to_owned(), component.to_owned(), "v1".to_owned()))
        };
        let crd = expected("github.com/org/repo/config/crd", "repo/config/crd");
        for text in [
            "https://github.com/org/repo/config/crd?ref=v1",
            "https://github.com/org/repo/config/crd/?timeout=9&ref=v1",
            "https://github.com/org/repo.git//config/crd?ref=v1",
            "git::https://github.com/org/repo//config/crd?ref=v1",
            "git@github.com:org/repo.git//config/crd?ref=v1",
            "ssh://git@github.com/org/repo//config/crd?ref=v1",
            "github.com/org/repo/config/crd?ref=v1",
        ] {
            assert!(is_remote(text), "{text}");
            assert_eq!(read(text), crd, "{text}");
        }
        assert_eq!(
            read("https://host:8443/org/repo?ref=v1"),
            expected("host:8443/org/repo", "repo")
        );
    }

    #[test]
    fn what_is_not_pinned_is_left_out() {
        for text in [
            "https://github.com/o/r",
            "https://github.com/o/r?ref=main",
            "https://github.com/o/r?ref=",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(!is_remote("../base") && !is_remote("base.d/x.yaml"));
    }
}
