//! The server: its socket, the thread that refreshes the state, and the signals that end it.

use super::access::AccessRules;
use super::connections::serve_connections;
use super::fleet::{FleetMember, fleet_router};
use super::mirror_thread::ServedMirror;
use super::router::router;
use super::server_state::{WebServer, WebState};
use super::webhook::WebhookGate;
use crate::ops::error::Failure;
use crate::ops::mirror::MirrorRefresh;
use crate::ops::notice::{Level, NoticeSink};
use crate::ops::session::Session;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The connections that are open at a time, where the system allows so many.
const MAX_CONNECTIONS: usize = 8192;
/// Descriptors that are kept for repositories and the cache.
const RESERVED: usize = 256;

/// The options of the server.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// The address and port; port 0 means any free one.
    pub listen: SocketAddr,
    /// The time between two refreshes.
    pub every: Duration,
    pub refresh: MirrorRefresh,
    pub access: AccessRules,
    /// The secret of webhooks; without one, none are taken.
    pub webhook_secret: Option<String>,
    /// The number of answers that are computed at a time.
    pub threads: usize,
    /// The number of files that the process may open, if there is a limit.
    pub max_files: Option<usize>,
}

/// A repository to serve.
pub struct ServedRepository {
    /// The name, which is the first part of its paths where there are several.
    pub name: String,
    pub session: Session,
}

/// Serves one repository, or several below their names, until the process is asked to end.
///
/// # Errors
/// When the address cannot be used, or readers elsewhere could ask without a token.
pub fn serve(
    options: &ServeOptions,
    repositories: &[ServedRepository],
    log: &Arc<dyn NoticeSink>,
) -> Result<(), Failure> {
    if !options.listen.ip().is_loopback() && options.access.tokens.is_empty() {
        let failure = Failure::usage(format!(
            "everybody who reaches {} could read the answers",
            options.listen
        ));
        return Err(failure
            .hint("--token-file FILE asks readers for a token")
            .hint("or listen on 127.0.0.1 behind a proxy that says who may read"));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(options.threads.clamp(1, 8))
        .enable_all()
        .build()
        .map_err(|error| Failure::failed("cannot start threads").with_cause(&error))?;
    let result = runtime.block_on(run(options, repositories, log));
    // An answer that is still being computed has no reader any more.
    runtime.shutdown_background();
    result
}

async fn run(
    options: &ServeOptions,
    repositories: &[ServedRepository],
    log: &Arc<dyn NoticeSink>,
) -> Result<(), Failure> {
    let unusable = |error: std::io::Error| {
        Failure::failed(format!("cannot listen on {}", options.listen)).with_cause(&error)
    };
    let listener = TcpListener::bind(options.listen).await.map_err(unusable)?;
    let address = listener.local_addr().map_err(unusable)?;
    let (stop, stopped) = watch::channel(false);
    let stop = stop_on_signals(stop, log)?;
    log.notice(Level::Note, &format!("listening on http://{address}"));
    let first_request = RandomState::new().hash_one(address) << 20;
    let gates = (options.access.clone(), options.webhook_secret.as_deref().map(WebhookGate::new));
    let threads = options.threads.max(1);
    let server = WebServer::new(gates, threads, Arc::clone(log), first_request, stopped.clone());
    let server = Arc::new(server);
    let members = start_mirrors(options, repositories, &server, log);
    let mirrors: Vec<Arc<ServedMirror>> =
        members.iter().map(|member| Arc::clone(&member.state.mirror)).collect();
    let router = match members.as_slice() {
        [one] => router(Arc::clone(&one.state)),
        _ => fleet_router(members, Arc::clone(&server)),
    };
    let files = options.max_files.unwrap_or(usize::MAX).saturating_sub(RESERVED);
    let most = MAX_CONNECTIONS.min(files.max(16));
    serve_connections(listener, router, server, most, stopped).await;
    mirrors.iter().for_each(|mirror| mirror.stop());
    stop.abort();
    log.notice(Level::Detail, "stopped");
    Ok(())
}

/// Starts a thread for each repository, which keeps it fresh.
fn start_mirrors(
    options: &ServeOptions,
    repositories: &[ServedRepository],
    server: &Arc<WebServer>,
    log: &Arc<dyn NoticeSink>,
) -> Vec<FleetMember> {
    let is_alone = repositories.len() == 1;
    let member = |repository: &ServedRepository| {
        let name = repository.name.clone();
        // The prefixes are as old as the process, so that links may be copied.
        let prefix: &'static str =
            if is_alone { "" } else { Box::leak(format!("/{name}").into_boxed_str()) };
        let (session, log) = (&repository.session, Arc::clone(log));
        let mirror = Arc::new(ServedMirror::new(session, options.refresh, prefix, log));
        let (refreshed, every) = (Arc::clone(&mirror), options.every);
        thread::spawn(move || refreshed.refresh_until_stopped(every));
        let state = Arc::new(WebState { mirror, server: Arc::clone(server) });
        FleetMember { name, state }
    };
    repositories.iter().map(member).collect()
}

/// Stops at Ctrl-C, and at the signal by which service managers end a process.
fn stop_on_signals(
    stop: watch::Sender<bool>,
    log: &Arc<dyn NoticeSink>,
) -> Result<tokio::task::JoinHandle<()>, Failure> {
    let failed =
        |error: std::io::Error| Failure::failed("cannot listen to signals").with_cause(&error);
    #[cfg(unix)]
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .map_err(failed)?;
    let log = Arc::clone(log);
    Ok(tokio::spawn(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        log.notice(Level::Note, "stopping");
        let _ = stop.send(true);
        // The receivers see that the sender is gone, which must not happen before they are told.
        std::future::pending::<()>().await;
    }))
}
