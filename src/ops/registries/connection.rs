//! The client for registries, with the settings of the repository and of the user.

use crate::config::Config;
use crate::config::gates::time_span;
use crate::forge::{HttpExchange, RequestLimits};
use crate::ops::forge::forge_access;
use crate::ops::session::Session;
use crate::registry::{
    CredentialSources, ImageRepository, RegistryCache, RegistryClient, RegistryConnector,
    RegistryCredential, RegistryHost, RegistryHosts, find_credential,
};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Limits of requests: a registry that hangs must not hold a command for minutes.
const LIMITS: RequestLimits = RequestLimits {
    timeout: Duration::from_secs(15),
    attempts: 3,
    pause: Duration::from_millis(500),
    patience: Duration::from_secs(30),
    pages: 1,
};

/// Opens the client. Nothing is sent yet.
pub fn open_registry_client(session: &Session, config: &Config) -> RegistryClient {
    let connecting = session.clone();
    let signing = session.clone();
    let limit = session.variable("TOWPATH_REGISTRY_TIMEOUT").and_then(|text| time_span(&text));
    let timeout = limit.map_or(LIMITS.timeout, |limit| limit.unsigned_abs());
    let limits = RequestLimits { timeout, ..LIMITS };
    let connector = RegistryConnector {
        connect: Box::new(move |url| {
            let access = forge_access(url, None, limits, &connecting);
            let access = access.map_err(|failure| failure.message())?;
            HttpExchange::new(&access).map_err(|error| error.to_string())
        }),
        credential: Box::new(move |place| credential(place, &signing)),
    };
    let cache = RegistryCache::new(session.options.cache.as_deref(), !session.options.read_only);
    RegistryClient::new(hosts(session, config), connector, cache)
}

fn hosts(session: &Session, config: &Config) -> RegistryHosts {
    let named = config.registries.iter().map(|(host, settings)| {
        let (mirror, plain_http) = (settings.mirror.clone(), settings.plain_http);
        (host.clone(), RegistryHost { mirror, plain_http })
    });
    let trusted = session.variable("TOWPATH_REGISTRY_PLAIN_HTTP").unwrap_or_default();
    let trusted = trusted.split(',').map(|host| host.trim().to_ascii_lowercase());
    RegistryHosts {
        named: named.collect(),
        trusted_plain: trusted.filter(|host| !host.is_empty()).collect(),
    }
}

/// The credential of the user for a repository.
fn credential(place: &ImageRepository, session: &Session) -> Option<RegistryCredential> {
    let variable = |name: &str| session.variable(name);
    let read = |path: &std::path::Path| std::fs::read(path).ok();
    let sources = CredentialSources { variable: &variable, read: &read, helper: &run_helper };
    let search = find_credential(place, &sources);
    for trouble in &search.troubles {
        session.caution(trouble);
    }
    let (credential, from) = search.found?;
    session.detail(&format!("using the credential for {} from {from}", place.host));
    Some(credential)
}

/// Asks `docker-credential-NAME`, which the user's own configuration names. The server goes to its
/// standard input.
fn run_helper(name: &str, server: &str) -> Option<String> {
    let mut helper = Command::new(format!("docker-credential-{name}"));
    helper.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = helper.spawn().ok()?;
    child.stdin.take()?.write_all(server.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
}
