//! Who may ask: tokens, the names of the server, and the origins of pages that may read it.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{Digest, SHA256, digest};
use std::net::IpAddr;

/// A token that readers show. Only its hash is kept.
#[derive(Clone)]
pub struct AccessToken(Digest);

impl AccessToken {
    pub fn new(text: &str) -> Self {
        AccessToken(digest(&SHA256, text.as_bytes()))
    }

    /// The tokens of a file, one a line; lines that begin with `#` are comments.
    pub fn parse_file(text: &str) -> Vec<Self> {
        let lines = text.lines().map(str::trim);
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(Self::new).collect()
    }

    /// Compares hashes: how long that takes tells nothing about the token.
    fn is(&self, text: &str) -> bool {
        self.0.as_ref() == digest(&SHA256, text.as_bytes()).as_ref()
    }
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

/// Who may ask.
#[derive(Debug, Clone, Default)]
pub struct AccessRules {
    /// Readers show one of these; none means that everybody who reaches the server may read.
    pub tokens: Vec<AccessToken>,
    /// The names that the server is called by, beside IP addresses and `localhost`.
    pub hosts: Vec<String>,
    /// The origins whose pages may read the answers, such as `https://dashboard.example.com`.
    pub origins: Vec<String>,
}

impl AccessRules {
    /// True where the request shows a token: as `Bearer`, or as the password of `Basic`, which is
    /// what browsers ask for.
    pub fn has_token(&self, headers: &HeaderMap) -> bool {
        if self.tokens.is_empty() {
            return true;
        }
        let shown = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let shown = shown.and_then(|value| value.split_once(' ')).and_then(|(scheme, rest)| {
            match scheme.to_ascii_lowercase().as_str() {
                "bearer" => Some(rest.trim().to_owned()),
                "basic" => {
                    let text = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
                    Some(text.split_once(':')?.1.to_owned())
                }
                _ => None,
            }
        });
        shown.is_some_and(|shown| self.tokens.iter().any(|token| token.is(&shown)))
    }

    /// True where the `Host` is one of this server. A page of another site that has its own name
    /// resolved to this address cannot read the answers then (DNS rebinding). Whoever shows a token
    /// is no such page.
    pub fn is_own_host(&self, headers: &HeaderMap) -> bool {
        let Some(host) = headers.get(HOST) else { return true };
        let Ok(host) = host.to_str() else { return false };
        let name = host_name(host);
        !self.tokens.is_empty()
            || name.eq_ignore_ascii_case("localhost")
            || name.parse::<IpAddr>().is_ok()
            || self.hosts.iter().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// The origin of the request, if its pages may read the answers.
    pub fn allowed_origin<'r>(&self, headers: &'r HeaderMap) -> Option<&'r str> {
        let origin = headers.get(ORIGIN)?.to_str().ok()?;
        self.origins.iter().any(|allowed| allowed == origin).then_some(origin)
    }
}

/// The name of a `Host` without its port; an IPv6 address without brackets.
fn host_name(host: &str) -> &str {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use axum::http::header::HeaderName;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).expect("a header"))])
    }

    #[test]
    fn a_token_is_shown_as_bearer_or_as_a_password() {
        let tokens = AccessToken::parse_file("# readers\n s3cret \n\nother\n");
        let rules = AccessRules { tokens, ..AccessRules::default() };
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        for (shown, expected) in [
            ("Bearer s3cret".to_owned(), true),
            ("bearer other".to_owned(), true),
            (basic("anyone:s3cret"), true),
            (basic("s3cret:"), false),
            (basic("s3cret"), false),
            ("Bearer s3cre".to_owned(), false),
            ("Bearer # readers".to_owned(), false),
            ("Bearer ".to_owned(), false),
            ("Basic !".to_owned(), false),
            ("s3cret".to_owned(), false),
        ] {
            assert_eq!(rules.has_token(&headers(AUTHORIZATION, &shown)), expected, "{shown}");
        }
        assert!(!rules.has_token(&HeaderMap::new()));
        assert!(AccessRules::default().has_token(&HeaderMap::new()));
        assert_eq!(format!("{:?}", rules.tokens[0]), "AccessToken(…)");
    }

    #[test]
    fn a_foreign_name_is_no_name_of_this_server() {
        let rules =
            AccessRules { hosts: vec!["towpath.example.com".to_owned()], ..AccessRules::default() };
        for (host, expected) in [
            ("localhost:8080", true),
            ("127.0.0.1:8080", true),
            ("[::1]:8080", true),
            ("[::1]", true),
            ("Towpath.example.com", true),
            ("evil.example.com:8080", false),
            ("127.0.0.1.evil.example.com", false),
            ("", false),
        ] {
            assert_eq!(rules.is_own_host(&headers(HOST, host)), expected, "{host}");
        }
    }

    #[test]
    fn only_named_origins_may_read() {
        let rules =
            AccessRules { origins: vec!["https://a.example".to_owned()], ..AccessRules::default() };
        let allowed = |origin: &str| rules.allowed_origin(&headers(ORIGIN, origin)).is_some();
        assert!(allowed("https://a.example"));
        assert!(!allowed("http://a.example") && !allowed("null") && !allowed("https://b.example"));
    }
}
