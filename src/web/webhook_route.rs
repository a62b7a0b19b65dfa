//! The path that takes webhooks.

use super::problem::ProblemJson;
use super::server_state::WebState;
use super::webhook::{WebhookForge, WebhookRefusal};
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use std::sync::Arc;

/// The longest message; the event of a push with many commits has some hundred kilobytes.
const MAX_MESSAGE: usize = 4 << 20;

/// Takes the message of a forge.
pub async fn answer_webhook(
    State(web): State<Arc<WebState>>,
    Path(word): Path<String>,
    request: Request,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let problem = |status, detail: &str, hints: &[&str]| {
        ProblemJson::new(status, detail, hints).to_answer().to_response(&head.headers)
    };
    let Some(forge) = WebhookForge::from_path(&word) else {
        let hint = "the forges are github, gitlab, gitea, bitbucket and generic";
        return problem(StatusCode::NOT_FOUND, "there is no webhook for this forge", &[hint]);
    };
    let Some(gate) = &web.server.webhooks else {
        let hint = "start the server with --webhook-secret-file FILE";
        return problem(StatusCode::NOT_FOUND, "this server takes no webhooks", &[hint]);
    };
    let Ok(_place) = gate.reading.try_acquire() else {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "other messages are read", &[]);
    };
    let Ok(body) = Limited::new(body, MAX_MESSAGE).collect().await else {
        let detail = "the message is too long, or not complete";
        return problem(StatusCode::PAYLOAD_TOO_LARGE, detail, &[]);
    };
    match gate.take(forge, &head.headers, &body.to_bytes(), web.mirror.now()) {
        Ok(()) => {
            web.mirror.refresh_soon();
            let mut response = Response::new(Body::from("the repository is read soon\n"));
            *response.status_mut() = StatusCode::ACCEPTED;
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, plain);
            response
        }
        Err(WebhookRefusal::Forged) => {
            problem(StatusCode::FORBIDDEN, "the message is not signed with the secret", &[])
        }
        Err(WebhookRefusal::Replayed) => {
            problem(StatusCode::CONFLICT, "the message is old, or was taken before", &[])
        }
    }
}
