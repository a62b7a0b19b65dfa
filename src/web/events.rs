//! Server-sent events: a reader is told when another state is served.

use super::problem::ProblemJson;
use super::server_state::WebState;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, Response, StatusCode};
use bytes::Bytes;
use http_body_util::channel::{Channel, Sender};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::watch::Receiver;

/// A stream that says nothing for longer is ended by proxies.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// How long a client waits before it connects again, in milliseconds.
const RETRY: u32 = 5000;

/// The states of the repository from now on, as they are served.
pub async fn answer_events(State(web): State<Arc<WebState>>, headers: HeaderMap) -> Response<Body> {
    let Ok(place) = Arc::clone(&web.server.streams).try_acquire_owned() else {
        let detail = "the server has as many streams as it can";
        let problem = ProblemJson::new(StatusCode::SERVICE_UNAVAILABLE, detail, &[]);
        return problem.to_answer().to_response(&headers);
    };
    let (sender, body) = Channel::<Bytes>::new(1);
    tokio::spawn(send_events(sender, web, place));
    let mut response = Response::new(Body::new(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would keep the events back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// Sends events until the reader is gone or the server stops. Without a reader, sending fails at
/// the next event or at the next sign of life.
async fn send_events(mut sender: Sender<Bytes>, web: Arc<WebState>, _place: OwnedSemaphorePermit) {
    let (mut states, mut stop) = (web.mirror.states(), web.server.stop.clone());
    let mut text = format!("retry: {RETRY}\n{}", event(&web));
    loop {
        if sender.send_data(Bytes::from(text)).await.is_err() {
            return;
        }
        text = tokio::select! {
            changed = states.changed() => match changed {
                Ok(()) => event(&web),
                Err(_) => return,
            },
            () = tokio::time::sleep(KEEP_ALIVE) => ":\n\n".to_owned(),
            () = stopped(&mut stop) => return,
        };
    }
}

async fn stopped(stop: &mut Receiver<bool>) {
    // A server that cannot be stopped has no sender.
    if stop.wait_for(|stopped| *stopped).await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn event(web: &WebState) -> String {
    let served = web.mirror.current();
    let revision = served.and_then(|served| served.state.revision.clone());
    // Revisions are hexadecimal digits.
    format!("event: revision\ndata: {}\n\n", revision.unwrap_or_default())
}
