//! Minimal URL handling: parts, escaping, queries.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Characters that path segments and query values keep unescaped.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Escapes a path segment or query value.
pub(super) fn escape(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

/// Decodes `%20` and the like. If the result is not UTF-8, the text is returned unchanged.
pub(super) fn unescape(text: &str) -> String {
    percent_decode_str(text)
        .decode_utf8()
        .map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

/// Appends a query with escaped values to a path.
pub(super) fn with_query(path: &str, values: &[(&str, &str)]) -> String {
    let values: Vec<String> =
        values.iter().map(|(key, value)| format!("{key}={}", escape(value))).collect();
    format!("{path}?{}", values.join("&"))
}

/// The parts of `scheme://user@host:port/path`, or of git's `user@host:path`. User and password are
/// dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UrlParts {
    pub scheme: String,
    /// In lower case.
    pub host: String,
    pub port: Option<u16>,
    /// Without surrounding slashes, query and fragment.
    pub path: String,
}

impl UrlParts {
    pub(super) fn of(text: &str) -> Option<UrlParts> {
        let text = text.trim();
        match text.split_once("://") {
            Some((scheme, rest)) => UrlParts::with_scheme(&scheme.to_ascii_lowercase(), rest),
            None => UrlParts::scp_like(text),
        }
    }

    /// Returns scheme, host and port, which decide where a token may be sent.
    pub(super) fn origin(&self) -> (&str, &str, u16) {
        let usual = if self.scheme == "http" { 80 } else { 443 };
        (&self.scheme, &self.host, self.port.unwrap_or(usual))
    }

    fn with_scheme(scheme: &str, rest: &str) -> Option<UrlParts> {
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let address = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port.parse().ok()?)),
            _ => (address, None),
        };
        UrlParts::new(scheme, host, port, path)
    }

    /// Parses `[user@]host:path`, with the colon before any slash.
    fn scp_like(text: &str) -> Option<UrlParts> {
        let (address, path) = text.split_once(':')?;
        if address.contains('/') {
            return None;
        }
        let host = address.rsplit_once('@').map_or(address, |(_, host)| host);
        UrlParts::new("ssh", host, None, path)
    }

    fn new(scheme: &str, host: &str, port: Option<u16>, path: &str) -> Option<UrlParts> {
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
        let host = host.to_ascii_lowercase();
        (!host.is_empty()).then(|| UrlParts {
            scheme: scheme.into(),
            host,
            port,
            path: path.into(),
        })
    }
}
