//! The server for assistants as a process: it speaks the protocol on standard input and output, and
//! ends with the connection. Answers of the tools are tested in src/mcp, and with a client of others
//! in tests/mcp.

use crate::support::{History, Sandbox};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

#[test]
fn a_client_lists_and_calls_the_tools() {
    let sandbox = Sandbox::new();
    let config = "stages: [dev]\nsources: [{text: '{app}/{stage}'}]\n";
    let history = History::new()
        .commit("2026-08-31T14:00:00Z", "Alice", "start")
        .write("towpath.yaml", config)
        .write("web/dev", "v1\n");
    let at = sandbox.repository("deploy", &history);
    let mut command = sandbox.program(&at, &["mcp"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().expect("it starts");
    let mut input = process.stdin.take().expect("piped");
    let mut output = BufReader::new(process.stdout.take().expect("piped"));
    let mut say = |message: &Value| writeln!(input, "{message}").expect("it reads");
    let mut hear = || -> Value {
        let mut line = String::new();
        output.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect("every line is a message")
    };
    let begin = json!({
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" },
    });
    say(&json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": begin }));
    assert_eq!(hear()["result"]["serverInfo"]["name"], "towpath");
    say(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    say(&json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" }));
    let tools = hear();
    let tools = tools["result"]["tools"].as_array().expect("a list").clone();
    let names: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
    assert_eq!(names, ["status", "history", "changes", "diff", "trace", "ask", "audit"]);
    assert!(tools.iter().all(|tool| tool["annotations"]["readOnlyHint"] == true), "{tools:?}");
    let call = |id: u32, name: &str, arguments: &Value| {
        let params = json!({ "name": name, "arguments": arguments });
        json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })
    };
    say(&call(3, "changes", &json!({ "until": "2026-09-01T02:40", "stages": ["dev"] })));
    let answer = hear();
    let deployments = &answer["result"]["structuredContent"]["deployments"];
    assert_eq!(deployments[0]["to"]["tag"], "v1", "{answer}");
    say(&call(4, "status", &json!({ "apps": ["nothing"] })));
    let answer = hear();
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    drop(input);
    assert_eq!(process.wait().expect("it ends").code(), Some(0));
}
