//! The server as a process: it says where it listens, answers, and ends when it is asked to. What it
//! answers is tested in src/web.

use crate::support::{History, Sandbox};
use snapbox::str;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use towpath::demo::{DemoImage, DemoRegistry, LoopbackRequest, serve_loopback};

fn repository(sandbox: &Sandbox) -> PathBuf {
    let config = "stages: [dev]\nsources: [{text: '{app}/{stage}'}]\n";
    let history = History::new()
        .commit("2026-08-01T00:00:00Z", "Alice", "start")
        .write("towpath.yaml", config)
        .write("web/dev", "v1\n");
    sandbox.repository("deploy", &history)
}

/// A server that is ended with the test.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(sandbox: &Sandbox) -> Self {
        Server::start_at(sandbox, &repository(sandbox))
    }

    fn start_at(sandbox: &Sandbox, repository: &Path) -> Self {
        let mut command = sandbox.program(repository, &["serve", "--listen", "127.0.0.1:0"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("it starts");
        let mut line = String::new();
        let mut stderr = BufReader::new(process.stderr.take().expect("piped"));
        stderr.read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on http://").expect(&line).to_owned();
        process.stderr = Some(stderr.into_inner());
        Server { process, address }
    }

    /// The head and the body of an answer, once the repository is read.
    fn get(&self, target: &str) -> (String, String) {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let mut socket = TcpStream::connect(&self.address).expect("it listens");
            let host = &self.address;
            write!(socket, "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
                .expect("it reads");
            let mut answer = String::new();
            socket.read_to_string(&mut answer).expect("an answer");
            let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
            if !head.starts_with("HTTP/1.1 503") || Instant::now() > deadline {
                return (head.to_owned(), body.to_owned());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[cfg(unix)]
    fn stop(mut self) -> Option<i32> {
        let id = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it lives");
        self.process.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(unix)]
#[test]
fn it_answers_as_the_command_line_until_it_is_stopped() {
    let sandbox = Sandbox::new();
    let server = Server::start(&sandbox);
    let (head, body) = server.get("/api/v1/status");
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}\n{body}");
    let at = sandbox.path("deploy");
    sandbox.towpath(&at, &["status", "--output", "json", "-q"]).assert().stdout_eq(body);
    assert!(server.get("/").1.contains("<h1>What runs where</h1>"));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn versions_come_from_the_registry_once_a_minute() {
    let sandbox = Sandbox::new();
    let registry = Arc::new(DemoRegistry::new(true));
    let asked = Arc::<AtomicUsize>::default();
    let (served, counted) = (Arc::clone(&registry), Arc::clone(&asked));
    let answer = move |request: &LoopbackRequest| {
        counted.fetch_add(1, Ordering::Relaxed);
        served.answer(request)
    };
    let host = serve_loopback(Arc::new(answer)).expect("a free port").to_string();
    for tag in ["v1.0.0", "v1.1.0"] {
        registry.push_image(&DemoImage {
            repository: "team/web".into(),
            tag: tag.into(),
            created: "2026-08-01T00:00:00Z".into(),
            labels: [].into(),
        });
    }
    let config = format!(
        "stages: [dev]\nsources: [{{text: '{{app}}/{{stage}}'}}]\n\
         apps: {{web: {{image: {host}/team/web, versions: semver}}}}\n\
         registries: {{'{host}': {{plain-http: true}}}}\n"
    );
    let history = History::new()
        .commit("2026-08-01T00:00:00Z", "Alice", "start")
        .write("towpath.yaml", &config)
        .write("web/dev", "v1.0.0\n");
    let at = sandbox.repository("deploy", &history);
    let server = Server::start_at(&sandbox, &at);
    let (head, body) = server.get("/api/v1/versions/web");
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}\n{body}");
    let requests = asked.load(Ordering::Relaxed);
    assert_eq!(server.get("/api/v1/versions/web").1, body);
    server.get("/api/v1/status");
    assert_eq!(asked.load(Ordering::Relaxed), requests);
    let line = ["versions", "web", "-n", "100", "--output", "json", "-q"];
    sandbox.towpath(&at, &line).assert().success().stdout_eq(body);
}

#[test]
fn readers_elsewhere_need_a_token() {
    let sandbox = Sandbox::new();
    let at = repository(&sandbox);
    sandbox.towpath(&at, &["serve", "--listen", "0.0.0.0:0"]).assert().code(2).stderr_eq(str![[
        r#"
error: everybody who reaches 0.0.0.0:0 could read the answers
hint: --token-file FILE asks readers for a token
hint: or listen on 127.0.0.1 behind a proxy that says who may read

"#
    ]]);
    std::fs::write(sandbox.path("tokens"), "# nobody\n").expect("written");
    let tokens = sandbox.path("tokens").display().to_string();
    sandbox.towpath(&at, &["serve", "--token-file", &tokens]).assert().code(2).stderr_eq(str![[
        r#"
error: `[..]/tokens` has no token
hint: write one token per line, such as `openssl rand -hex 32` prints

"#
    ]]);
}

#[test]
fn several_repositories_have_names() {
    let sandbox = Sandbox::new();
    let at = repository(&sandbox);
    let run = |arguments: &[&str]| sandbox.towpath(&at, arguments).assert().code(2);
    run(&["serve", "-C", ".", "-C", "../deploy"]).stderr_eq(str![[r#"
error: two repositories are called `deploy`
hint: --fleet FILE gives them names

"#]]);
    run(&["status", "-C", ".", "-C", "../deploy"]).stderr_eq(str![[r#"
error: the argument '--repo <PATH|URL>' cannot be used multiple times

Usage: towpath [OPTIONS] <COMMAND>

For more information, try '--help'.

"#]]);
    std::fs::write(sandbox.path("fleet"), "api: .\nshop: .\n").expect("written");
    let fleet = sandbox.path("fleet").display().to_string();
    run(&["serve", "--fleet", &fleet]).stderr_eq(str![[r#"
error: `api` cannot be a path of the server
hint: --fleet FILE gives `.` another name

"#]]);
    std::fs::write(sandbox.path("secret"), "short\n").expect("written");
    let secret = sandbox.path("secret").display().to_string();
    run(&["serve", "--webhook-secret-file", &secret]).stderr_eq(str![[r#"
error: the secret in `[..]/secret` is too short
hint: write at least 16 characters, such as `openssl rand -hex 32` prints

"#]]);
}

#[test]
fn an_address_in_use_is_an_error() {
    let sandbox = Sandbox::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let at = repository(&sandbox);
    sandbox.towpath(&at, &["serve", "--listen", &address]).assert().code(1).stderr_eq(str![[r#"
error: cannot listen on 127.0.0.1:[..]
  because [..]

"#]]);
}

#[test]
fn a_site_is_written_once_and_then_only_where_it_changes() {
    let sandbox = Sandbox::new();
    let at = repository(&sandbox);
    sandbox.towpath(&at, &["site", "--out", "public"]).assert().success().stderr_eq(str![[r#"
12 files in public, 12 new or changed

"#]]);
    let page = std::fs::read_to_string(at.join("public/apps/web.html")).expect("a page");
    let page = page.replace("&#x2f;", "/");
    assert!(page.contains("../stages/dev.html") && !page.contains("<form"), "{page}");
    sandbox.towpath(&at, &["site", "--out", "public"]).assert().success().stderr_eq(str![[r#"
12 files in public, 0 new or changed

"#]]);
    sandbox.towpath(&at, &["site", "--out", "."]).assert().code(2).stderr_eq(str![[r#"
error: `[..]/deploy` is not a site that towpath wrote
hint: name a folder that is empty or does not exist

"#]]);
}
