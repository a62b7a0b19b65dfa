//! The paths of the description that answer no question: the stream of updates, and the webhooks.

use crate::web::webhook::WebhookForge;
use serde_json::{Value, json};

/// The paths, each with its description.
pub(super) fn other_paths() -> [(String, Value); 2] {
    [
        ("/events".to_owned(), events()),
        (format!("{}{{forge}}", crate::web::webhook::WEBHOOKS), webhooks()),
    ]
}

fn events() -> Value {
    json!({ "get": {
        "operationId": "events",
        "summary": "Tells the commit that is served, at once and whenever another one is",
        "parameters": [],
        "responses": {
            "200": {
                "description": "Server-sent events `revision`, each with a commit as its data. A \
                    comment is sent every 20 seconds; the stream ends after ten minutes at the \
                    latest.",
                "content": { "text/event-stream": { "schema": { "type": "string" } } },
            },
            "401": { "$ref": "#/components/responses/Unauthorized" },
            "405": { "$ref": "#/components/responses/MethodNotAllowed" },
            "503": { "$ref": "#/components/responses/Unavailable" },
        },
    } })
}

fn webhooks() -> Value {
    let response = |name: &str| json!({ "$ref": format!("#/components/responses/{name}") });
    let word = json!({ "type": "string", "enum": WebhookForge::WORDS });
    json!({ "post": {
        "operationId": "webhook",
        "summary": "Takes a message of a forge, and looks at the repository soon",
        "description": "The forge signs the message with the secret of the server's \
            --webhook-secret-file. Nothing but the signature is read.",
        // Readers' tokens do not matter here.
        "security": [{}],
        "parameters": [{
            "name": "forge",
            "in": "path",
            "required": true,
            "description": "The kind of the forge; it decides how the message is signed.",
            "schema": word,
        }],
        "requestBody": {
            "description": "The event of a push, at most 4 MB.",
            "content": { "application/json": { "schema": {} } },
        },
        "responses": {
            "202": {
                "description": "The message is taken.",
                "content": { "text/plain": { "schema": { "type": "string" } } },
            },
            "403": response("Forged"),
            "404": response("NotFound"),
            "405": response("MethodNotAllowed"),
            "409": response("Replayed"),
            "413": response("TooLong"),
            "503": response("Unavailable"),
        },
    } })
}
