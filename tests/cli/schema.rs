//! What machines get fits the JSON schema that is checked in: no field is missing, none is unknown.

use crate::support::Sandbox;
use serde_json::Value;

#[test]
fn the_answer_of_status_fits_its_schema() {
    for arguments in [&["status", "-o", "json"][..], &["status", "-o", "json", "--worktree"]] {
        let answer = fitting("status", arguments);
        assert_eq!(answer["entries"].as_array().map(Vec::len), Some(12));
    }
}

#[test]
fn the_answers_over_time_fit_their_schemas() {
    let history = fitting("history", &["history", "-o", "json"]);
    assert!(history["deployments"].as_array().is_some_and(|all| all.len() > 200));
    let none = fitting("history", &["history", "-o", "json", "--since", "now"]);
    assert_eq!(none["deployments"], Value::Array(Vec::new()));
    fitting("deployment", &["history", "-o", "jsonl", "-n", "1"]);
    for arguments in
        [["diff", "staging", "prod", "-o", "json"], ["diff", "3 weeks ago", "main", "-o", "json"]]
    {
        assert!(
            fitting("diff", &arguments)["differences"].as_array().is_some_and(|all| all.len() > 1)
        );
    }
    let trace = fitting("trace", &["trace", "6c90bcb", "-o", "json"]);
    assert_eq!(trace["found"][0]["stays"].as_array().map(Vec::len), Some(4));
    fitting("audit", &["audit", "-o", "json"]);
    let metrics = fitting("metrics", &["metrics", "-o", "json"]);
    assert_eq!(metrics["pairs"].as_array().map(Vec::len), Some(3));
}

/// What a command answers about the demo, if it fits the schema of that name.
fn fitting(name: &str, arguments: &[&str]) -> Value {
    let sandbox = Sandbox::new();
    let home = sandbox.path("home");
    sandbox.towpath(&home, &["demo", "--no-tour", "--dir", "demo"]).assert().success();
    let output = sandbox.towpath(&home.join("demo/deploy"), arguments).output().expect("runs");
    fits(name, &output.stdout)
}

/// An answer, if it fits the schema of that name.
pub fn fits(name: &str, answer: &[u8]) -> Value {
    let path = format!("{}/docs/reference/towpath.{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_slice(&std::fs::read(path).expect("it is there"))
        .expect("a schema is JSON");
    let answer: Value = serde_json::from_slice(answer).expect("JSON");
    let mut wrong = Vec::new();
    check(&answer, &schema, &schema, "", &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    answer
}

/// The part of JSON schema that ours uses. More than the schema says, unknown fields are wrong too.
fn check(value: &Value, schema: &Value, root: &Value, at: &str, wrong: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let target =
            root.pointer(name.trim_start_matches('#')).expect("a reference leads somewhere");
        return check(value, target, root, at, wrong);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let fits = |choice: &Value| {
            let mut wrong = Vec::new();
            check(value, choice, root, at, &mut wrong);
            wrong.is_empty()
        };
        if !choices.iter().any(fits) {
            wrong.push(format!("{at}: {value} is none of {choices:?}"));
        }
        return;
    }
    let kinds = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
    if !kinds.iter().any(|kind| is(value, kind.as_str().unwrap_or_default())) {
        wrong.push(format!("{at}: {value} is no {kinds:?}"));
    }
    if schema.get("const").is_some_and(|constant| constant != value) {
        wrong.push(format!("{at}: {value} is not {}", schema["const"]));
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        check(item, &schema["items"], root, &format!("{at}/{index}"), wrong);
    }
    let Some(fields) = value.as_object() else { return };
    for (name, field) in fields {
        match schema["properties"].get(name) {
            Some(known) => check(field, known, root, &format!("{at}/{name}"), wrong),
            None => wrong.push(format!("{at}/{name} is not in the schema")),
        }
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if !fields.contains_key(name.as_str().unwrap_or_default()) {
            wrong.push(format!("{at}: {name} is missing"));
        }
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}
