//! The OpenAPI description of the API, made from the table of endpoints. It refers to the schema
//! files of the command line, which the server has beside it.

use super::other_paths::other_paths;
use super::{API, AnswerFormat, WebEndpoint};
use crate::web::feeds::{CALENDAR, FEEDS};
use crate::web::parameters::{MAX_VALUE, ParameterDescription, ParameterKind};
use serde_json::{Map, Value, json};

macro_rules! schema {
    ($name:literal) => {
        (
            concat!("towpath.", $name, ".schema.json"),
            include_str!(concat!("../../../docs/reference/towpath.", $name, ".schema.json")),
        )
    };
}

/// The schemas that the description refers to, by the name of their files.
pub const SCHEMAS: [(&str, &str); 8] = [
    schema!("status"),
    schema!("history"),
    schema!("diff"),
    schema!("trace"),
    schema!("metrics"),
    schema!("audit"),
    schema!("ask"),
    schema!("versions"),
];

/// A line of text, and one pattern of a list, as regular expressions.
const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f]+$";
const PATTERN: &str = r"^[^,\u0000-\u001f\u007f-\u009f]{1,100}$";

/// The description, of OpenAPI 3.1.
pub fn openapi(prefix: &str) -> Value {
    let endpoints = API.iter().chain(&FEEDS).chain([&CALENDAR]);
    let paths: Map<String, Value> =
        endpoints.map(|one| (shown_path(one), path_item(one))).chain(other_paths()).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "towpath",
            "version": "1",
            "description": "What runs where in a GitOps deployment repository, and what was \
                deployed when. Every answer is the JSON that the command of the same name prints.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": format!("{prefix}/") }],
        "security": [{}, { "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "A line of the server's --token-file, where it has one.",
            } },
            "headers": headers(),
            "schemas": { "Problem": problem_schema() },
            "responses": responses(),
        },
    })
}

fn shown_path(endpoint: &WebEndpoint) -> String {
    match endpoint.subject {
        Some(subject) => format!("{}/{{{}}}", endpoint.path, subject.name),
        None => endpoint.path.to_owned(),
    }
}

fn path_item(endpoint: &WebEndpoint) -> Value {
    let subject = endpoint.subject.map(|subject| {
        json!({
            "name": subject.name,
            "in": "path",
            "required": true,
            "description": subject.about,
            "schema": { "type": "string", "minLength": 1, "pattern": LINE },
        })
    });
    let parameters: Vec<Value> =
        subject.into_iter().chain(endpoint.parameters.iter().map(|one| parameter(one))).collect();
    let mut answers = json!({
        "200": ok_response(endpoint),
        "304": { "$ref": "#/components/responses/NotModified" },
        "400": { "$ref": "#/components/responses/BadRequest" },
        "401": { "$ref": "#/components/responses/Unauthorized" },
        "404": { "$ref": "#/components/responses/NotFound" },
        "405": { "$ref": "#/components/responses/MethodNotAllowed" },
        "500": { "$ref": "#/components/responses/Failed" },
        "503": { "$ref": "#/components/responses/Unavailable" },
    });
    if endpoint.path == "/api/v1/history" {
        answers["200"]["headers"]["Link"] = json!({ "$ref": "#/components/headers/Link" });
    }
    let name = endpoint.path.rsplit('/').next().unwrap_or_default();
    let suffix = endpoint.subject.map(|subject| format!("-{}", subject.name)).unwrap_or_default();
    json!({ "get": {
        "operationId": format!("{name}{suffix}"),
        "summary": endpoint.summary,
        "parameters": parameters,
        "responses": answers,
    } })
}

fn parameter(parameter: &ParameterDescription) -> Value {
    let text = json!({
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_VALUE,
        "pattern": parameter.pattern.unwrap_or(LINE),
    });
    let list = |items: Value| json!({ "type": "array", "minItems": 1, "items": items });
    let schema = match parameter.kind {
        ParameterKind::Patterns => list(json!({ "type": "string", "pattern": PATTERN })),
        ParameterKind::Text => text,
        ParameterKind::Word(words) => json!({ "type": "string", "enum": words() }),
        ParameterKind::Words(words) => list(json!({ "type": "string", "enum": words() })),
        ParameterKind::Count(most) => json!({ "type": "integer", "minimum": 1, "maximum": most }),
        ParameterKind::Flag => json!({ "type": "boolean" }),
    };
    let mut described = json!({
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.about,
        "schema": schema,
    });
    if described["schema"]["type"] == "array" {
        described["explode"] = json!(false);
    }
    described
}

fn ok_response(endpoint: &WebEndpoint) -> Value {
    let (schema, csv) = match endpoint.format {
        AnswerFormat::Json { schema, csv } => (schema, csv),
        AnswerFormat::Text(content_type) => return text_response(endpoint.summary, content_type),
        AnswerFormat::Html => return text_response(endpoint.summary, "text/html; charset=utf-8"),
    };
    let file = format!("towpath.{schema}.schema.json");
    let mut content = json!({ "application/json": { "schema": { "$ref": file } } });
    if csv {
        content["text/csv"] = json!({ "schema": { "type": "string" } });
    }
    json!({
        "description": format!("The answer, of the schema `towpath.{schema}/1`."),
        "headers": answer_headers(),
        "content": content,
    })
}

fn text_response(about: &str, content_type: &str) -> Value {
    json!({
        "description": format!("{about}."),
        "headers": answer_headers(),
        "content": { content_type: { "schema": { "type": "string" } } },
    })
}

fn answer_headers() -> Value {
    json!({
        "ETag": { "$ref": "#/components/headers/ETag" },
        "Towpath-Revision": { "$ref": "#/components/headers/Revision" },
        "Towpath-Notice": { "$ref": "#/components/headers/Notice" },
    })
}

fn headers() -> Value {
    let header = |about: &str| json!({ "description": about, "schema": { "type": "string" } });
    json!({
        "ETag": header("Changes when the answer does; send it back as `If-None-Match`."),
        "Revision": header("The commit of the deployed branch that the answer is about."),
        "Notice": header("What the command line says beside the answer; may be repeated."),
        "Link": header("The next page, with `rel=\"next\"`; missing on the last one."),
    })
}

fn problem_schema() -> Value {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "causes", "hints"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "What failed." },
            "causes": texts.clone(),
            "hints": texts,
        },
    })
}

fn responses() -> Value {
    let problem = |about: &str| {
        let schema = json!({ "$ref": "#/components/schemas/Problem" });
        json!({
            "description": about,
            "content": { "application/problem+json": { "schema": schema } },
        })
    };
    json!({
        "NotModified": { "description": "The answer is the one that `If-None-Match` names." },
        "BadRequest": problem("A parameter is unknown, missing or wrong."),
        "Unauthorized": problem("The request has no token, or a wrong one."),
        "NotFound": problem("There is no such app, stage, version, revision, time or path."),
        "MethodNotAllowed": problem("The server only reads: `GET`, `HEAD` and `OPTIONS`."),
        "Forged": problem("The message is not signed with the secret."),
        "Replayed": problem("The message is old, or was taken before."),
        "TooLong": problem("The message is too long, or not complete."),
        "Failed": problem("The repository could not be read."),
        "Unavailable": problem("The repository is not read yet, or the server is busy."),
    })
}

#[cfg(test)]
mod tests {
    use super::{API, AnswerFormat, SCHEMAS, openapi};
    use std::path::Path;

    #[test]
    fn every_schema_that_an_endpoint_names_is_served() {
        for endpoint in &API {
            let AnswerFormat::Json { schema, .. } = endpoint.format else { continue };
            let file = format!("towpath.{schema}.schema.json");
            assert!(SCHEMAS.iter().any(|(name, _)| *name == file), "{file}");
        }
    }

    /// `SNAPSHOTS=overwrite` rewrites the file.
    #[test]
    fn the_description_that_is_checked_in_is_fresh() {
        let text =
            serde_json::to_string_pretty(&openapi("")).expect("a description is JSON") + "\n";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/openapi.json");
        snapbox::Assert::new()
            .action_env("SNAPSHOTS")
            .eq(text, snapbox::Data::read_from(&path, None).raw());
    }
}
