//! The programs in `examples/` that use the library alone.

use crate::delivery::Site;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const PROGRAMS: [&str; 4] = ["status", "history-server", "ask", "audit"];

/// Where cargo puts the examples that it builds with the tests.
fn program(name: &str) -> Command {
    let folder = Path::new(env!("CARGO_BIN_EXE_towpath")).parent().expect("a folder");
    let path: PathBuf = folder.join("examples").join(name);
    assert!(path.exists(), "`cargo build --examples` builds {}", path.display());
    Command::new(path)
}

fn answer(name: &str, arguments: &[&str]) -> String {
    let output = program(name).args(arguments).output().expect("it runs");
    let problem = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{problem}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_door_is_forty_lines_and_knows_nothing_of_the_command_line() {
    for name in PROGRAMS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/{name}.rs"));
        let text = std::fs::read_to_string(path).expect("it is there");
        assert!(text.lines().count() <= 40, "{name}");
        assert!(!text.contains("cli"), "{name}");
    }
}

#[test]
fn questions_are_answered() {
    let site = Site::new();
    let clone = site.clone.display().to_string();
    let status: serde_json::Value =
        serde_json::from_str(&answer("status", &[&clone])).expect("JSON");
    assert_eq!(status["schema"], "towpath.status/1");
    assert_eq!(status["entries"].as_array().map(Vec::len), Some(9));
    let asked = answer("ask", &[&clone, "api", "prod"]);
    assert!(asked.starts_with("api v2 may"), "{asked}");
    let audited = answer("audit", &[&clone]);
    assert!(audited.contains("deployments, "), "{audited}");
}

#[test]
fn a_server_answers_each_request_with_a_session_of_its_own() {
    let site = Site::new();
    let free = TcpListener::bind("127.0.0.1:0").and_then(|one| one.local_addr());
    let address = free.expect("a free port").to_string();
    let clone = site.clone.display().to_string();
    let mut server = program("history-server")
        .args([&clone, &address])
        .stdout(Stdio::null())
        .spawn()
        .expect("it runs");
    let answers: Vec<String> = (0..2).map(|_| request(&address)).collect();
    server.kill().and_then(|()| server.wait()).expect("it ends");
    for answer in answers {
        let lines: Vec<&str> = answer.lines().collect();
        assert!(lines.len() >= 3, "{answer}");
        assert!(lines[0].contains("\"app\":\"web\""), "{answer}");
    }
}

/// The body of an answer; the server may need a moment to listen.
fn request(address: &str) -> String {
    let connected = (0..100).find_map(|_| {
        std::thread::sleep(Duration::from_millis(50));
        TcpStream::connect(address).ok()
    });
    let mut stream = connected.expect("the server listens");
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").expect("it reads");
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while reader.read_line(&mut line).expect("a line") > 2 {
        line.clear();
    }
    let mut body = String::new();
    reader.read_to_string(&mut body).expect("text");
    body
}
