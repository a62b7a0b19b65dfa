//! Errors of registries. No message ever contains a credential or a query of a URL.

use super::place::ImageRepository;
use crate::forge::ExchangeError;
use serde::de::DeserializeOwned;

/// A request to a registry that failed. `asked` is what was wanted, such as `the tags of
/// ghcr.io/team/web`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    #[error("{host} wants to know who asks for {asked}: {why}")]
    Unauthorised { host: String, asked: String, why: String },
    #[error("{host} denied access to {asked} (status 403)")]
    Denied { host: String, asked: String },
    #[error("{host} does not have {asked} (status 404)")]
    NotFound { host: String, asked: String },
    #[error("{host} rejected the request for {asked} (status {status}): {why}")]
    Refused { host: String, asked: String, status: u16, why: String },
    #[error("{host} returned a server error for {asked} (status {status})")]
    Server { host: String, asked: String, status: u16 },
    #[error("the rate limit of {host} is exceeded")]
    RateLimited { host: String },
    #[error("{host} did not send {asked} within {seconds} s")]
    Timeout { host: String, asked: String, seconds: u64 },
    #[error("cannot reach {host}: {why}")]
    Unreachable { host: String, why: String },
    #[error("the certificate of {host} is not trusted: {why}")]
    Certificate { host: String, why: String },
    #[error("lost the connection to {host}, which was to send {asked}: {why}")]
    Broken { host: String, asked: String, why: String },
    #[error("{host} sent {asked} with more than {longest} bytes, which is refused")]
    TooLarge { host: String, asked: String, longest: u64 },
    #[error("{host} sent {asked} with other contents than its digest says, which is refused")]
    WrongDigest { host: String, asked: String },
    #[error("{host} redirects {asked}: {why}")]
    BadRedirect { host: String, asked: String, why: String },
    #[error("unexpected answer from {host} for {asked}: {why}")]
    Unreadable { host: String, asked: String, why: String },
    #[error("{host} returned more than {pages} pages of {asked}")]
    TooMany { host: String, asked: String, pages: usize },
    #[error("credentials are not sent to {host} by plain HTTP, as only towpath.yaml asks for that")]
    PlainHttp { host: String },
    #[error("`{image}` is not the name of an image in a registry")]
    BadName { image: String },
    #[error("{what} cannot be used: {why}")]
    Settings { what: String, why: String },
}

impl RegistryError {
    pub(super) fn from_exchange(
        error: ExchangeError,
        host: &str,
        asked: &str,
        longest: u64,
    ) -> Self {
        let (host, asked) = (host.to_owned(), asked.to_owned());
        match error {
            ExchangeError::Unreachable(why) => RegistryError::Unreachable { host, why },
            ExchangeError::Untrusted(why) => RegistryError::Certificate { host, why },
            ExchangeError::Timeout(limit) => {
                RegistryError::Timeout { host, asked, seconds: limit.as_secs() }
            }
            ExchangeError::Broken(why) => RegistryError::Broken { host, asked, why },
            ExchangeError::TooLarge => RegistryError::TooLarge { host, asked, longest },
            ExchangeError::RateLimited(_) => RegistryError::RateLimited { host },
            ExchangeError::BadRedirect(why) => RegistryError::BadRedirect { host, asked, why },
            ExchangeError::Unsendable => RegistryError::Settings {
                what: format!("the credential for {host}"),
                why: "it contains characters that cannot be sent".into(),
            },
        }
    }

    /// True where the registry has answered that something is not there.
    pub fn is_absence(&self) -> bool {
        matches!(self, RegistryError::NotFound { .. })
    }

    /// Returns a remedy, if one is known.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            RegistryError::Unauthorised { host, .. } | RegistryError::Denied { host, .. } => {
                format!(
                    "`docker login {host}` or `podman login {host}` stores a credential that \
                     towpath uses; in CI set TOWPATH_REGISTRY, TOWPATH_REGISTRY_USER and \
                     TOWPATH_REGISTRY_PASSWORD"
                )
            }
            RegistryError::NotFound { .. } => "check the name; a private repository looks missing \
                 without access"
                .to_owned(),
            RegistryError::RateLimited { .. } => {
                "wait, or sign in: anonymous requests have a lower limit".to_owned()
            }
            RegistryError::Unreachable { .. } => {
                "check the network and the proxy (HTTPS_PROXY, NO_PROXY); a registry without TLS \
                 needs `plain-http: true` under `registries` in towpath.yaml"
                    .to_owned()
            }
            RegistryError::Certificate { .. } => "name the file with the certificate, or with \
                 your company's certificate authority, in TOWPATH_CA_FILE"
                .to_owned(),
            RegistryError::Timeout { .. } => {
                "run it again, or allow more time with TOWPATH_REGISTRY_TIMEOUT=60s".to_owned()
            }
            RegistryError::Server { .. } | RegistryError::Broken { .. } => {
                "run it again; nothing was changed".to_owned()
            }
            RegistryError::PlainHttp { host } => format!(
                "if the network is trusted, set TOWPATH_REGISTRY_PLAIN_HTTP={host} in your own \
                 environment"
            ),
            RegistryError::BadName { .. } => {
                "name the image under `apps` in towpath.yaml: `web: {image: ghcr.io/team/web}`"
                    .to_owned()
            }
            _ => return None,
        })
    }
}

/// Parses the JSON of an answer.
pub(super) fn parse_answer<T: DeserializeOwned>(
    place: &ImageRepository,
    body: &[u8],
    asked: &str,
) -> Result<T, RegistryError> {
    serde_json::from_slice(body).map_err(|error| RegistryError::Unreadable {
        host: place.host.clone(),
        asked: asked.to_owned(),
        why: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every error as displayed.
    #[test]
    fn every_sentence() {
        let (host, asked, why) =
            (|| "r.io".to_owned(), || "the tags of r.io/a".to_owned(), || "no".to_owned());
        for (error, wanted) in [
            (
                RegistryError::Unauthorised { host: host(), asked: asked(), why: why() },
                "r.io wants to know who asks for the tags of r.io/a: no",
            ),
            (
                RegistryError::Denied { host: host(), asked: asked() },
                "r.io denied access to the tags of r.io/a (status 403)",
            ),
            (
                RegistryError::NotFound { host: host(), asked: asked() },
                "r.io does not have the tags of r.io/a (status 404)",
            ),
            (
                RegistryError::Refused { host: host(), asked: asked(), status: 400, why: why() },
                "r.io rejected the request for the tags of r.io/a (status 400): no",
            ),
            (
                RegistryError::Server { host: host(), asked: asked(), status: 502 },
                "r.io returned a server error for the tags of r.io/a (status 502)",
            ),
            (RegistryError::RateLimited { host: host() }, "the rate limit of r.io is exceeded"),
            (
                RegistryError::Timeout { host: host(), asked: asked(), seconds: 10 },
                "r.io did not send the tags of r.io/a within 10 s",
            ),
            (RegistryError::Unreachable { host: host(), why: why() }, "cannot reach r.io: no"),
            (
                RegistryError::Certificate { host: host(), why: why() },
                "the certificate of r.io is not trusted: no",
            ),
            (
                RegistryError::Broken { host: host(), asked: asked(), why: why() },
                "lost the connection to r.io, which was to send the tags of r.io/a: no",
            ),
            (
                RegistryError::TooLarge { host: host(), asked: asked(), longest: 9 },
                "r.io sent the tags of r.io/a with more than 9 bytes, which is refused",
            ),
            (
                RegistryError::WrongDigest { host: host(), asked: asked() },
                "r.io sent the tags of r.io/a with other contents than its digest says, which is refused",
            ),
            (
                RegistryError::BadRedirect { host: host(), asked: asked(), why: why() },
                "r.io redirects the tags of r.io/a: no",
            ),
            (
                RegistryError::Unreadable { host: host(), asked: asked(), why: why() },
                "unexpected answer from r.io for the tags of r.io/a: no",
            ),
            (
                RegistryError::TooMany { host: host(), asked: asked(), pages: 3 },
                "r.io returned more than 3 pages of the tags of r.io/a",
            ),
            (
                RegistryError::PlainHttp { host: host() },
                "credentials are not sent to r.io by plain HTTP, as only towpath.yaml asks for that",
            ),
            (
                RegistryError::BadName { image: "A".into() },
                "`A` is not the name of an image in a registry",
            ),
            (RegistryError::Settings { what: "x".into(), why: why() }, "x cannot be used: no"),
        ] {
            assert_eq!(error.to_string(), wanted);
        }
    }
}
