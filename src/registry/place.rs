//! The place of an image: the host of its registry, and its name there.

use std::fmt;

/// The registry that an image name without a host means.
const DOCKER_HUB: &str = "docker.io";
/// The longest name (OCI distribution specification, "Pulling manifests").
const LONGEST_NAME: usize = 255;

/// A repository of a registry: `ghcr.io` and `team/web`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageRepository {
    /// Host, with its port if one is named, in lower case.
    pub host: String,
    pub path: String,
}

impl ImageRepository {
    /// Parses the name of an image, without tag and digest, as `docker pull` does: `nginx` is
    /// `docker.io/library/nginx`, and a first part with a dot, a colon, or `localhost` is a host.
    /// `None` for a name that no registry can have.
    pub fn parse(image: &str) -> Option<Self> {
        let image = image.strip_prefix("oci://").unwrap_or(image);
        let (host, path) = match image.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
                (host.to_ascii_lowercase(), path.to_owned())
            }
            Some(_) => (DOCKER_HUB.to_owned(), image.to_owned()),
            None => (DOCKER_HUB.to_owned(), format!("library/{image}")),
        };
        let host = match host.as_str() {
            "index.docker.io" | "registry-1.docker.io" => DOCKER_HUB.to_owned(),
            _ => host,
        };
        (is_host(&host) && is_path(&path)).then_some(ImageRepository { host, path })
    }

    /// True for Docker Hub.
    pub(super) fn is_docker_hub(&self) -> bool {
        self.host == DOCKER_HUB
    }
}

impl fmt::Display for ImageRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.path)
    }
}

/// True for a host name or address, with or without a port.
pub(super) fn is_host(text: &str) -> bool {
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (text, None),
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let is_address = name.starts_with('[')
        && name.ends_with(']')
        && name[1..name.len() - 1].bytes().all(|b| b.is_ascii_hexdigit() || b == b':');
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    (is_address || (!name.is_empty() && name.bytes().all(is_name)))
        && port.is_none_or(is_port)
        && text.len() <= LONGEST_NAME
}

/// True for a repository name. It becomes part of a URL, so nothing else may pass.
pub(super) fn is_path(text: &str) -> bool {
    let is_part = |part: &str| {
        let bytes = part.as_bytes();
        let is_letter = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9');
        bytes.first().is_some_and(is_letter)
            && bytes.last().is_some_and(is_letter)
            && bytes.iter().all(|byte| is_letter(byte) || matches!(byte, b'.' | b'_' | b'-'))
            && !part.contains("..")
    };
    text.len() <= LONGEST_NAME && text.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_docker_does() {
        let place = |image: &str| {
            ImageRepository::parse(image).map_or_else(|| "-".to_owned(), |place| place.to_string())
        };
        for (image, wanted) in [
            ("nginx", "docker.io/library/nginx"),
            ("grafana/loki", "docker.io/grafana/loki"),
            ("index.docker.io/library/nginx", "docker.io/library/nginx"),
            ("GHCR.io/team/web", "ghcr.io/team/web"),
            ("localhost/web", "localhost/web"),
            ("127.0.0.1:5000/a/b_c/d-e", "127.0.0.1:5000/a/b_c/d-e"),
            ("[::1]:5000/web", "[::1]:5000/web"),
            ("oci://ghcr.io/team/chart", "ghcr.io/team/chart"),
            ("ghcr.io/team/../x", "-"),
            ("ghcr.io/Team/web", "-"),
            ("ghcr.io/", "-"),
            ("a b/c.d", "-"),
            ("evil.io:99999/x", "-"),
            ("user@evil.io/x", "-"),
            ("", "-"),
        ] {
            assert_eq!(place(image), wanted, "{image}");
        }
    }
}
