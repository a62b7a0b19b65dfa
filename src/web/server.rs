//! The server: its socket, the thread that refreshes the state, and the signals that end it.

use super::access::AccessRules;
use super::connections::serve_connections;
use super::mirror_thread::ServedMirror;
use super::router::{WebState, router};
use crate::ops::error::Failure;
use crate::ops::mirror::MirrorRefresh;
use crate::ops::notice::{Level, NoticeSink};
use crate::ops::session::Session;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
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
    /// The number of answers that are computed at a time.
    pub threads: usize,
    /// The number of files that the process may open, if there is a limit.
    pub max_files: Option<usize>,
}

/// Serves until the process is asked to end.
///
/// # Errors
/// When the address cannot be used, or readers elsewhere could ask without a token.
pub fn serve(
    options: &ServeOptions,
    session: &Session,
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
    let result = runtime.block_on(run(options, session, log));
    // An answer that is still being computed has no reader any more.
    runtime.shutdown_background();
    result
}

async fn run(
    options: &ServeOptions,
    session: &Session,
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
    let mirror = Arc::new(ServedMirror::new(session, options.refresh, Arc::clone(log)));
    let (stop_refreshing, refreshing) = mpsc::channel();
    let (refreshed, every) = (Arc::clone(&mirror), options.every);
    thread::spawn(move || refreshed.refresh_until(&refreshing, every));
    let threads = options.threads.max(1);
    let first_request = RandomState::new().hash_one(address) << 20;
    let access = options.access.clone();
    let web = Arc::new(WebState::new(mirror, access, threads, Arc::clone(log), first_request));
    let files = options.max_files.unwrap_or(usize::MAX).saturating_sub(RESERVED);
    let most = MAX_CONNECTIONS.min(files.max(16));
    serve_connections(listener, router(Arc::clone(&web)), web, most, stopped).await;
    drop(stop_refreshing);
    stop.abort();
    log.notice(Level::Detail, "stopped");
    Ok(())
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
