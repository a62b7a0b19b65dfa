//! Connections: how many there may be, how long they may last, and how they end.

use super::server_state::WebServer;
use crate::ops::notice::Level;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

/// How long a client may take for the head of a request, which is also how long a connection may
/// be idle.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// The bytes of a request's head, and the number of its headers.
const MAX_HEAD: usize = 16 << 10;
const MAX_HEADERS: usize = 64;
/// A connection that is older ends with its present response, and after [`GRACE`] in any case.
const MAX_AGE: Duration = Duration::from_secs(600);
/// How long a stopping server waits for the responses that are under way.
const GRACE: Duration = Duration::from_secs(10);
/// How long to wait when the process has no file descriptors left.
const PAUSE: Duration = Duration::from_millis(50);

/// The open connections, the oldest first.
#[derive(Default)]
struct OpenConnections(VecDeque<OpenConnection>);

struct OpenConnection {
    task: AbortHandle,
    /// True while a request is answered.
    is_busy: Arc<AtomicBool>,
}

impl OpenConnections {
    /// Makes room for one more: ended connections are forgotten, and of `most` open ones the oldest
    /// that is idle is closed. False where none is idle.
    fn make_room(&mut self, most: usize) -> bool {
        if self.0.len() < most {
            return true;
        }
        self.0.retain(|one| !one.task.is_finished());
        if self.0.len() < most {
            return true;
        }
        let idle = self.0.iter().position(|one| !one.is_busy.load(Ordering::Relaxed));
        let closed = idle.and_then(|at| self.0.remove(at));
        closed.map(|one| one.task.abort()).is_some()
    }
}

/// Serves connections until `stop` changes, then ends the open ones.
pub async fn serve_connections(
    listener: TcpListener,
    router: Router,
    web: Arc<WebServer>,
    most: usize,
    mut stop: watch::Receiver<bool>,
) {
    let (mut open, mut tasks) = (OpenConnections::default(), JoinSet::new());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => break,
            Some(_) = tasks.join_next(), if !tasks.is_empty() => continue,
        };
        let socket = match accepted {
            Ok((socket, _)) => socket,
            Err(error) => {
                // A client that went away is no reason to wait; missing descriptors are.
                web.note(Level::Detail, &format!("cannot accept a connection: {error}"));
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        if !open.make_room(most) {
            continue;
        }
        let is_busy = Arc::new(AtomicBool::new(false));
        let router = counting(router.clone(), Arc::clone(&is_busy));
        let task = tasks.spawn(serve_connection(socket, router, stop.clone()));
        open.0.push_back(OpenConnection { task, is_busy });
    }
    drop(listener);
    let ended = async { while tasks.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, ended).await;
}

/// A router that marks its connection as busy while it answers.
fn counting(router: Router, is_busy: Arc<AtomicBool>) -> Router {
    router.layer(axum::middleware::from_fn(
        move |request: axum::extract::Request, next: axum::middleware::Next| {
            let is_busy = Arc::clone(&is_busy);
            async move {
                is_busy.store(true, Ordering::Relaxed);
                let response = next.run(request).await;
                is_busy.store(false, Ordering::Relaxed);
                response
            }
        },
    ))
}

async fn serve_connection(socket: TcpStream, router: Router, mut stop: watch::Receiver<bool>) {
    // A response is one write; waiting for more would only delay it.
    let _ = socket.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(socket), service);
    tokio::pin!(connection);
    tokio::select! {
        // A connection that breaks is the client's affair.
        _ = connection.as_mut() => return,
        _ = stop.changed() => {}
        () = tokio::time::sleep(MAX_AGE) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(GRACE, connection).await;
}
