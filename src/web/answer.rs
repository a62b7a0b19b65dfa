//! Answers as they are kept in memory: the bytes, plain and compressed, and what their headers say.

use crate::ui;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    HeaderName, HeaderValue, IF_NONE_MATCH, LINK, VARY,
};
use axum::http::{HeaderMap, Response, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::time::{Duration, Instant};

/// The commit that an answer was read from.
const REVISION: HeaderName = HeaderName::from_static("towpath-revision");
/// What the command line prints on stderr beside the answer.
const NOTICE: HeaderName = HeaderName::from_static("towpath-notice");

/// Shorter answers are not compressed.
const MIN_COMPRESSED: usize = 1024;
/// Limits of the notices in headers.
const MAX_NOTICES: usize = 8;
const MAX_NOTICE: usize = 400;

/// An answer, ready to be sent any number of times.
#[derive(Debug, Clone)]
pub struct WebAnswer {
    pub status: StatusCode,
    content_type: &'static str,
    body: Bytes,
    compressed: Option<Bytes>,
    etag: String,
    pub revision: Option<String>,
    pub notices: Vec<String>,
    /// The query of the next page.
    pub next: Option<String>,
    /// The time from which it is computed again, though the repository is the same: it depends on
    /// the clock.
    pub expires: Option<Instant>,
    /// How long after that it may still be sent, while the next one is computed.
    pub grace: Duration,
}

impl WebAnswer {
    /// An answer with a body.
    pub fn new(status: StatusCode, content_type: &'static str, body: String) -> Self {
        let digest = ring::digest::digest(&ring::digest::SHA256, body.as_bytes());
        WebAnswer {
            status,
            content_type,
            compressed: (body.len() >= MIN_COMPRESSED).then(|| compress(body.as_bytes())),
            etag: format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest.as_ref()[..16])),
            body: Bytes::from(body),
            revision: None,
            notices: Vec::new(),
            next: None,
            expires: None,
            grace: Duration::ZERO,
        }
    }

    /// The bytes that it takes in memory.
    pub fn weight(&self) -> usize {
        self.body.len() + self.compressed.as_ref().map_or(0, Bytes::len) + 512
    }

    /// The text of the body.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_default()
    }

    /// The response to a request with these headers.
    pub fn to_response(&self, request: &HeaderMap) -> Response<Body> {
        let is_known = self.status == StatusCode::OK && has_etag(request, &self.etag);
        let compressed = self.compressed.as_ref().filter(|_| accepts_gzip(request));
        let body = match compressed {
            _ if is_known => Bytes::new(),
            Some(compressed) => compressed.clone(),
            None => self.body.clone(),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = if is_known { StatusCode::NOT_MODIFIED } else { self.status };
        let headers = response.headers_mut();
        headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding, Authorization"));
        // Browsers take the headers of a 304 over those that they keep (RFC 9111, 3.2).
        if self.content_type.starts_with("text/html") {
            insert_text(headers, CONTENT_SECURITY_POLICY, &ui::pages::page_policy());
        }
        if !is_known {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
            if compressed.is_some() {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        if self.status == StatusCode::OK {
            insert_text(headers, ETAG, &self.etag);
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        } else {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        if let Some(revision) = &self.revision {
            insert_text(headers, REVISION, revision);
        }
        if let Some(next) = &self.next {
            insert_text(headers, LINK, &format!("<?{next}>; rel=\"next\""));
        }
        for notice in self.notices.iter().take(MAX_NOTICES) {
            if let Ok(value) = HeaderValue::from_str(&header_text(notice)) {
                headers.append(NOTICE, value);
            }
        }
        response
    }
}

fn insert_text(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

/// A text in ASCII, as headers carry it; other characters become `?`.
fn header_text(text: &str) -> String {
    let visible = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
    text.replace('→', "->").replace('…', "...").chars().map(visible).take(MAX_NOTICE).collect()
}

fn compress(body: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let held = "a Vec takes everything";
    encoder.write_all(body).expect(held);
    Bytes::from(encoder.finish().expect(held))
}

/// True where `If-None-Match` names the answer (RFC 9110, 13.1.2: weak comparison).
fn has_etag(request: &HeaderMap, etag: &str) -> bool {
    let values = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == etag)
}

/// True where `Accept-Encoding` takes gzip.
fn accepts_gzip(request: &HeaderMap) -> bool {
    let values = request.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let (mut named, mut any) = (None, None);
    for word in values.flat_map(|value| value.split(',')) {
        let mut parts = word.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).unwrap_or("1");
        let accepted = weight.parse::<f32>().is_ok_and(|weight| weight > 0.0);
        match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => named = Some(accepted),
            "*" => any = Some(accepted),
            _ => {}
        }
    }
    named.or(any).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn an_answer_is_sent_once_and_compressed_where_that_is_wanted() {
        let answer = WebAnswer::new(StatusCode::OK, "text/plain", "towpath ".repeat(400));
        let plain = answer.to_response(&HeaderMap::new());
        assert_eq!((plain.status(), plain.headers().get(CONTENT_ENCODING)), (StatusCode::OK, None));
        let etag = plain.headers()[ETAG].to_str().expect("ASCII").to_owned();
        let mut request = headers(&[(ACCEPT_ENCODING, "br, gzip;q=0.5")]);
        assert_eq!(answer.to_response(&request).headers()[CONTENT_ENCODING], "gzip");
        for known in [format!("W/{etag}"), format!("\"x\", {etag}"), "*".to_owned()] {
            request.insert(IF_NONE_MATCH, HeaderValue::from_str(&known).expect("ASCII"));
            let again = answer.to_response(&request);
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(again.headers()[ETAG], etag.as_str());
        }
        request.insert(IF_NONE_MATCH, HeaderValue::from_static("\"x\""));
        assert_eq!(answer.to_response(&request).status(), StatusCode::OK);
    }

    #[test]
    fn gzip_is_sent_only_to_those_who_take_it() {
        for (value, expected) in [
            ("gzip", true),
            ("GZIP;q=0.1", true),
            ("*", true),
            ("gzip;q=0", false),
            ("gzip;q=0, *", false),
            ("identity", false),
            ("br;q=1.0, *;q=0", false),
            ("", false),
        ] {
            assert_eq!(accepts_gzip(&headers(&[(ACCEPT_ENCODING, value)])), expected, "{value}");
        }
    }

    #[test]
    fn notices_are_plain_ascii_in_headers() {
        assert_eq!(header_text("dev → prod\r\nSet-Cookie: é…"), "dev -> prod??Set-Cookie: ?...");
    }
}
