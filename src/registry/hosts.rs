//! How hosts are reached: mirrors, and plain HTTP.

use super::place::{ImageRepository, is_host, is_path};
use std::collections::{BTreeMap, BTreeSet};

/// Settings of one host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistryHost {
    /// `HOST` or `HOST/PREFIX`, which is asked in place of the host.
    pub mirror: Option<String>,
    /// True for plain HTTP.
    pub plain_http: bool,
}

/// Settings of hosts, by host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistryHosts {
    /// From the configuration of the repository.
    pub named: BTreeMap<String, RegistryHost>,
    /// Hosts that the user, and not the repository, wants to reach by plain HTTP. Credentials go
    /// to these, too.
    pub trusted_plain: BTreeSet<String>,
}

/// Where the repository of an image is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryEndpoint {
    /// Scheme, host and port.
    pub origin: String,
    pub path: String,
    /// The place that credentials are looked up for: that of the mirror, if there is one.
    pub place: ImageRepository,
    /// True where credentials may be sent.
    pub takes_credentials: bool,
}

impl RegistryHosts {
    /// Returns where an image is asked.
    pub fn endpoint(&self, place: &ImageRepository) -> RegistryEndpoint {
        let mirror = self.named.get(&place.host).and_then(|host| host.mirror.as_deref());
        let place = mirror.and_then(|mirror| mirrored(mirror, place)).unwrap_or(place.clone());
        let host = if place.is_docker_hub() { "registry-1.docker.io" } else { &place.host };
        let is_trusted = self.trusted_plain.contains(&place.host);
        let is_plain =
            is_trusted || self.named.get(&place.host).is_some_and(|host| host.plain_http);
        let scheme = if is_plain { "http" } else { "https" };
        RegistryEndpoint {
            origin: format!("{scheme}://{host}"),
            path: place.path.clone(),
            takes_credentials: !is_plain || is_trusted || is_loopback(&place.host),
            place,
        }
    }
}

/// The repository of an image at a mirror.
fn mirrored(mirror: &str, place: &ImageRepository) -> Option<ImageRepository> {
    let (host, prefix) = mirror.split_once('/').unwrap_or((mirror, ""));
    let prefix = prefix.trim_matches('/');
    let path =
        if prefix.is_empty() { place.path.clone() } else { format!("{prefix}/{}", place.path) };
    let host = host.to_ascii_lowercase();
    (is_host(&host) && is_path(&path)).then_some(ImageRepository { host, path })
}

/// True for an address of this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_reached_as_it_is_named() {
        let host = |mirror: Option<&str>, plain_http| RegistryHost {
            mirror: mirror.map(str::to_owned),
            plain_http,
        };
        let hosts = RegistryHosts {
            named: [
                ("docker.io".to_owned(), host(Some("mirror.corp/hub"), false)),
                ("127.0.0.1:5000".to_owned(), host(None, true)),
                ("plain.corp:5000".to_owned(), host(None, true)),
            ]
            .into(),
            trusted_plain: ["trusted.corp".to_owned()].into(),
        };
        let at = |image: &str| {
            let place = ImageRepository::parse(image).expect("a name");
            let found = hosts.endpoint(&place);
            format!("{}/{} {}", found.origin, found.path, found.takes_credentials)
        };
        assert_eq!(at("nginx"), "https://mirror.corp/hub/library/nginx true");
        assert_eq!(at("ghcr.io/a/b"), "https://ghcr.io/a/b true");
        assert_eq!(at("127.0.0.1:5000/a"), "http://127.0.0.1:5000/a true");
        assert_eq!(at("plain.corp:5000/a"), "http://plain.corp:5000/a false");
        assert_eq!(at("trusted.corp/a"), "http://trusted.corp/a true");
        let hub = RegistryHosts::default();
        let place = ImageRepository::parse("nginx").expect("a name");
        assert_eq!(hub.endpoint(&place).origin, "https://registry-1.docker.io");
        assert!(is_loopback("[::1]:5000") && is_loopback("localhost") && !is_loopback("10.0.0.1"));
    }
}
