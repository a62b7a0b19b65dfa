//! A single HTTP request: TLS with ring, proxy, private certificate authorities, time limits.
//! Redirects and retries are left to [`super::http`].

use super::access::ForgeAccess;
use super::tls::TlsConnector;
use super::{ForgeError, Result};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use std::io;
use std::sync::Arc;
use ureq::http::{HeaderMap, Method, Request};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{ConnectProxyConnector, Connector, TcpConnector};
use ureq::{Agent, Error, Proxy, ProxyProtocol, Timeout};

/// Longer answers are refused, in bytes.
const MAX_BODY: u64 = 64 * 1024 * 1024;

/// An HTTP answer.
pub(super) struct HttpResponse {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum TransportError {
    /// The request cannot have arrived.
    Unsent(String),
    /// The server's certificate is not trusted; retrying does not help.
    Untrusted(String),
    Timeout,
    /// The connection broke; the request may have arrived.
    Broken(String),
    /// The answer is longer than allowed; another one would be as long.
    TooLarge,
}

/// Connections to one forge.
pub(super) struct Transport {
    agent: Agent,
}

impl Transport {
    pub(super) fn new(access: &ForgeAccess) -> Result<Self> {
        let limits = &access.limits;
        let config = Agent::config_builder()
            .proxy(find_proxy(access)?)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(limits.timeout))
            .timeout_connect(Some(limits.timeout / 2))
            .user_agent(concat!("towpath/", env!("CARGO_PKG_VERSION")));
        let system = rustls_native_certs::load_native_certs().certs;
        let agent = match access.authorities.as_deref() {
            None => {
                let roots = system.iter().map(|one| Certificate::from_der(one.as_ref()).to_owned());
                let tls = TlsConfig::builder()
                    .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
                    .root_certs(RootCerts::from(roots.collect::<Vec<Certificate<'static>>>()))
                    .build();
                config.tls_config(tls).build().into()
            }
            Some(pem) => {
                let tls = TlsConnector::new(system, parse_certificates(pem)?)
                    .map_err(|why| settings_error("the certificate file", &why))?;
                let chain =
                    ().chain(ConnectProxyConnector::default())
                        .chain(TcpConnector::default())
                        .chain(tls);
                Agent::with_parts(config.build(), chain, DefaultResolver::default())
            }
        };
        Ok(Transport { agent })
    }

    pub(super) fn send(
        &self,
        method: &Method,
        url: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> std::result::Result<HttpResponse, TransportError> {
        self.send_for(method, url, headers, body, MAX_BODY)
    }

    /// Like `send`, for an answer of at most `longest` bytes.
    pub(super) fn send_for(
        &self,
        method: &Method,
        url: &str,
        headers: &HeaderMap,
        body: &[u8],
        longest: u64,
    ) -> std::result::Result<HttpResponse, TransportError> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let bad = |error: ureq::http::Error| TransportError::Unsent(error.to_string());
        let answer = match body {
            [] if !matches!(*method, Method::POST | Method::PUT | Method::PATCH) => {
                self.agent.run(request.body(()).map_err(bad)?)
            }
            _ => self.agent.run(request.body(body).map_err(bad)?),
        };
        let answer = answer.map_err(|error| to_transport_error(&error))?;
        let (parts, mut body) = answer.into_parts();
        let body =
            body.with_config().limit(longest).read_to_vec().map_err(|error| lost_within(&error))?;
        Ok(HttpResponse { status: parts.status.as_u16(), headers: parts.headers, body })
    }
}

/// Returns the certificates of a PEM file.
fn parse_certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let mut out = Vec::new();
    for item in parse_pem(pem) {
        let item =
            item.map_err(|error| settings_error("the certificate file", &error.to_string()))?;
        if let PemItem::Certificate(certificate) = item {
            out.push(CertificateDer::from(certificate.der().to_vec()));
        }
    }
    if out.is_empty() {
        return Err(settings_error("the certificate file", "it contains no certificate"));
    }
    Ok(out)
}

fn find_proxy(access: &ForgeAccess) -> Result<Option<Proxy>> {
    let Some(url) = access.proxy.as_deref().filter(|url| !url.trim().is_empty()) else {
        return Ok(None);
    };
    let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    // The library's error could contain the password, so it is dropped.
    let plain = Proxy::new(&url).map_err(|_error| {
        settings_error("the proxy", "it is not a URL such as http://host:3128")
    })?;
    if matches!(
        plain.protocol(),
        ProxyProtocol::Socks4 | ProxyProtocol::Socks4A | ProxyProtocol::Socks5
    ) {
        return Err(settings_error("the proxy", "only http and https proxies are supported"));
    }
    let mut builder = Proxy::builder(plain.protocol()).host(plain.host()).port(plain.port());
    if let Some(user) = plain.username() {
        builder = builder.username(user);
    }
    if let Some(password) = plain.password() {
        builder = builder.password(password);
    }
    for host in &access.no_proxy {
        let host = host.trim();
        // `example.com` in NO_PROXY includes its subdomains, as in curl and git.
        builder = builder.no_proxy(host);
        if !host.starts_with(['.', '*']) {
            builder = builder.no_proxy(&format!(".{host}"));
        }
    }
    builder
        .build()
        .map(Some)
        .map_err(|_error| settings_error("the proxy", "it is not a valid address"))
}

fn settings_error(what: &'static str, why: &str) -> ForgeError {
    ForgeError::Settings { what, why: why.to_owned() }
}

fn to_transport_error(error: &Error) -> TransportError {
    match error {
        Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
            TransportError::Unsent("connecting timed out".into())
        }
        Error::Timeout(_) => TransportError::Timeout,
        Error::HostNotFound => TransportError::Unsent("the host does not exist".into()),
        Error::ConnectionFailed => TransportError::Unsent("the connection failed".into()),
        Error::ConnectProxyFailed(why) => {
            TransportError::Unsent(format!("the proxy refused: {why}"))
        }
        Error::Rustls(why) => TransportError::Untrusted(why.to_string()),
        Error::Tls(why) => TransportError::Untrusted((*why).to_owned()),
        Error::Io(why) if why.kind() == io::ErrorKind::ConnectionRefused => {
            TransportError::Unsent("the connection was refused".into())
        }
        // The name service has no kind of its own; the text is that of the standard library.
        Error::Io(why) if why.to_string().starts_with("failed to lookup address") => {
            TransportError::Unsent("its name is not known here".into())
        }
        Error::Io(why)
            if matches!(
                why.kind(),
                io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable
            ) =>
        {
            TransportError::Unsent("there is no way to it in the network".into())
        }
        Error::Io(why) if why.kind() == io::ErrorKind::InvalidData => {
            TransportError::Untrusted(why.to_string())
        }
        other => lost_within(other),
    }
}

/// Converts an error that occurred after the request was sent.
fn lost_within(error: &Error) -> TransportError {
    match error {
        Error::Timeout(_) => TransportError::Timeout,
        Error::BodyExceedsLimit(_) => TransportError::TooLarge,
        other => TransportError::Broken(other.to_string()),
    }
}
