//! Requests to services that are not forges, by the same policy: retries, redirects, limits, and
//! messages without secrets.

use super::access::ForgeAccess;
use super::http::{ForgeRequest, HttpClient};
use super::retry::RetrySafety;
use super::url::UrlParts;
use super::{ForgeError, Result};
use serde_json::Value;
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Method};

/// The client of one service.
pub struct ServiceClient(HttpClient);

/// The address of a service, whose path may be secret.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceAddress {
    /// Scheme, host and port.
    pub base: String,
    /// The path and query, with `/`; empty if there is none.
    pub path: String,
    host: String,
}

impl ServiceAddress {
    /// Parses `https://host/path`. `http` is for this machine only.
    ///
    /// # Errors
    /// The reason, as a sentence fragment without the address, which may be secret.
    pub fn parse(text: &str) -> std::result::Result<Self, &'static str> {
        let text = text.trim();
        let parts = UrlParts::of(text).filter(|_| text.contains("://")).ok_or("it is no URL")?;
        let (_, rest) = text.split_once("://").ok_or("it is no URL")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err("it has a user name");
        }
        if path.contains('#') || text.chars().any(|c| c.is_control() || c == ' ') {
            return Err("it has characters that a URL has not");
        }
        let is_here = matches!(parts.host.as_str(), "localhost" | "127.0.0.1" | "[::1]" | "::1");
        match parts.scheme.as_str() {
            "https" => {}
            "http" if is_here => {}
            "http" => return Err("it is not encrypted; it must begin with https://"),
            _ => return Err("it does not begin with https://"),
        }
        let base = format!("{}://{authority}", parts.scheme);
        Ok(ServiceAddress { base, path: path.to_owned(), host: parts.host })
    }
}

/// A request to a service.
pub struct ServiceRequest<'a> {
    pub method: ServiceMethod,
    /// Below the base of the client.
    pub path: &'a str,
    pub body: Value,
    pub headers: &'a [(&'static str, String)],
    /// True where the service notices a repeated request, so that it may be sent again.
    pub is_repeatable: bool,
}

/// The methods that services are called with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceMethod {
    Post,
    Put,
}

impl ServiceClient {
    /// Opens a client. Nothing is sent yet. `authorization` is the value of the header.
    ///
    /// # Errors
    /// [`ForgeError::Settings`] for an unusable proxy, certificate or token.
    pub fn new(
        address: &ServiceAddress,
        authorization: Option<&str>,
        secrets: Vec<String>,
        access: &ForgeAccess,
    ) -> Result<Self> {
        let (base, host) = (address.base.as_str(), address.host.as_str());
        // A short text would be removed from the middle of words.
        let secrets = secrets.into_iter().filter(|secret| secret.len() > 3).collect();
        HttpClient::for_service((base, host), authorization, secrets, access).map(ServiceClient)
    }

    /// Reads JSON.
    pub fn read(&self, path: &str) -> Result<Value> {
        self.0.get_json(path)
    }

    /// Sends JSON. The answer is null where it is no JSON.
    pub fn send(&self, request: &ServiceRequest<'_>) -> Result<Value> {
        let method = match request.method {
            ServiceMethod::Post => Method::POST,
            ServiceMethod::Put => Method::PUT,
        };
        let repeat = if request.is_repeatable { RetrySafety::Safe } else { RetrySafety::Once };
        let mut call = ForgeRequest::new(method, request.path, Some(request.body.clone()), repeat);
        call.headers = to_headers(request.headers)?;
        let answer = self.0.request_response(&call)?;
        Ok(serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
    }
}

fn to_headers(pairs: &[(&'static str, String)]) -> Result<HeaderMap> {
    let header = |(name, value): &(&'static str, String)| {
        let value = HeaderValue::from_str(value).map_err(|_error| ForgeError::Settings {
            what: "a header",
            why: format!("`{name}` cannot have this value"),
        })?;
        Ok((HeaderName::from_static(name), value))
    };
    pairs.iter().map(header).collect()
}

#[cfg(test)]
mod tests {
    use super::ServiceAddress;

    #[test]
    fn an_address_is_encrypted_or_here() {
        let parsed = |text: &str| ServiceAddress::parse(text).map(|read| (read.base, read.path));
        let both = |base: &str, path: &str| Ok((base.to_owned(), path.to_owned()));
        assert_eq!(parsed("https://a.example"), both("https://a.example", ""));
        assert_eq!(parsed(" https://a.example/x?y\n"), both("https://a.example", "/x?y"));
        assert_eq!(parsed("http://127.0.0.1:8/x"), both("http://127.0.0.1:8", "/x"));
        for text in
            ["a.example", "http://a.example/", "ftp://a", "https://u@a.example", "https://a/#b", ""]
        {
            assert!(parsed(text).is_err(), "{text}");
        }
    }
}
