//! `announce` as a process: the ledger decides between two runners, and a run that is killed is made
//! good by the next one. What each target gets is tested in src/announce.

use crate::fake::server::{Answer, Request, serve};
use crate::support::{History, Sandbox};
use snapbox::str;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const TOKEN: &str = "t0ken-4711-secret";

/// A homeserver of Matrix, which takes each transaction once.
#[derive(Default)]
struct Homeserver {
    /// The id and the text of each message.
    messages: Vec<(String, String)>,
    /// The answer to the next message comes after this time.
    delay: Duration,
}

fn homeserver() -> (String, Arc<Mutex<Homeserver>>) {
    let server = Arc::new(Mutex::new(Homeserver::default()));
    let shared = Arc::clone(&server);
    let answer = move |request: &Request, _: &str| {
        assert_eq!(request.header("authorization"), Some(&*format!("Bearer {TOKEN}")));
        let mut server = shared.lock().expect("no panic");
        if request.method == "GET" {
            let events = server.messages.iter().map(
                |(id, _)| serde_json::json!({ "content": { "dev.towpath.announcement": id } }),
            );
            let events: Vec<serde_json::Value> = events.collect();
            return Answer::json(200, serde_json::json!({ "chunk": events }));
        }
        let id = request.path.rsplit('/').next().unwrap_or_default().to_owned();
        if server.messages.iter().all(|(known, _)| *known != id) {
            let text = request.body["body"].as_str().unwrap_or_default().to_owned();
            server.messages.push((id, text));
        }
        let delay = std::mem::take(&mut server.delay);
        drop(server);
        std::thread::sleep(delay);
        Answer::json(200, serde_json::json!({ "event_id": "$1" }))
    };
    let address = serve(0, Arc::new(answer));
    (format!("matrix:http://{address}/!room:example.org"), server)
}

fn repository(sandbox: &Sandbox) -> PathBuf {
    sandbox.introduce();
    let config = "stages: [dev]\nsources: [{text: '{app}/{stage}'}]\n";
    let history = History::new()
        .commit("2026-08-01T00:00:00Z", "Alice", "start")
        .write("towpath.yaml", config)
        .write("web/dev", "v1\n");
    sandbox.bare("origin.git", &history)
}

/// A clone with all that landed.
fn clone(sandbox: &Sandbox, name: &str) -> PathBuf {
    let at = sandbox.path(name);
    let home = sandbox.path("home");
    sandbox.git(&home, &["clone", "-q", "../origin.git", &at.display().to_string()]);
    at
}

fn deploy(sandbox: &Sandbox, at: &Path, version: &str) {
    std::fs::write(at.join("web/dev"), format!("{version}\n")).expect("written");
    sandbox.git(at, &["commit", "-qam", &format!("web {version}")]);
    sandbox.git(at, &["push", "-q"]);
}

fn program(sandbox: &Sandbox, at: &Path, target: &str) -> Command {
    let mut command = sandbox.program(at, &["announce", "--to", target]);
    command.env("TOWPATH_MATRIX_TOKEN", TOKEN).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

#[test]
fn two_runners_and_a_killed_one_announce_each_deployment_once() {
    let sandbox = Sandbox::new();
    repository(&sandbox);
    let (target, server) = homeserver();
    let (one, two) = (clone(&sandbox, "one"), clone(&sandbox, "two"));
    let run = |at: &Path| {
        sandbox.towpath(at, &["announce", "--to", &target]).env("TOWPATH_MATRIX_TOKEN", TOKEN)
    };
    run(&one).assert().success().stderr_eq(str![[r#"
matrix: announcements begin with the next deployment; --since announces earlier ones

"#]]);
    for version in ["v2", "v3", "v4"] {
        deploy(&sandbox, &one, version);
    }
    sandbox.git(&two, &["pull", "-q"]);
    let both = [&one, &two].map(|at| program(&sandbox, at, &target).spawn().expect("it starts"));
    for mut process in both {
        assert!(process.wait().expect("it ends").success());
    }
    let count = || server.lock().expect("no panic").messages.len();
    assert_eq!(count(), 3);
    run(&two).assert().success().stderr_eq("matrix: nothing new\n");

    // A run that is killed while it waits for the answer. Its claim holds until its time is over.
    deploy(&sandbox, &one, "v5");
    server.lock().expect("no panic").delay = Duration::from_secs(20);
    let mut killed =
        program(&sandbox, &one, &target).stderr(Stdio::null()).spawn().expect("starts");
    while count() < 4 {
        std::thread::sleep(Duration::from_millis(20));
    }
    killed.kill().expect("it lives");
    killed.wait().expect("it ends");
    sandbox.git(&two, &["pull", "-q"]);
    run(&two).assert().success().stderr_eq(str![[r#"
matrix: nothing new
matrix: 1 being sent by another run

"#]]);
    let later = run(&two).env("TOWPATH_NOW", "2026-09-01T12:16:00Z");
    later.assert().success().stderr_eq(str![[r#"
matrix: 1 sent by an earlier run that did not end

"#]]);
    assert_eq!(count(), 4);
    let messages = server.lock().expect("no panic").messages.clone();
    assert!(messages[0].1.starts_with("web v2 in dev (was v1)\n"), "{messages:?}");
    let ledger = sandbox.git(&two, &["log", "--format=%s", "refs/towpath/ledger"]);
    assert!(ledger.contains("Announce 3 commits to matrix") && !ledger.contains(TOKEN), "{ledger}");
}

#[test]
fn what_is_missing_is_named() {
    let sandbox = Sandbox::new();
    repository(&sandbox);
    let at = clone(&sandbox, "one");
    let run = |arguments: &[&str]| {
        sandbox.towpath(&at, &[&["announce"], arguments].concat()).assert().code(2)
    };
    run(&["--to", "slack"]).stderr_eq(str![[r#"
error: TOWPATH_SLACK_WEBHOOK is not set
hint: it holds the address of an incoming webhook; TOWPATH_SLACK_WEBHOOK_FILE names a file with it

"#]]);
    run(&["--to", "slak"]).stderr_eq(str![[r#"
error: `slak` is no kind of target
hint: did you mean `slack`?

"#]]);
    run(&["--to", "mail"]).stderr_eq(str![[r#"
error: `mail` needs an address
hint: write `mail:team@example.com`

"#]]);
    run(&["--to", "teams:https://x.example"]).stderr_eq(str![[r#"
error: `teams` takes no address
hint: a variable holds it, because it is secret

"#]]);
    run(&["--to", "slack", "--to", "slack"]).stderr_eq(str![[r#"
error: two targets are called `slack`
hint: give one another name, as in `--to ops=slack`

"#]]);
    run(&["--to", "slack", "--read-only"]).stderr_eq(str![[r#"
error: --read-only refuses `towpath announce`, because it writes
hint: with --dry-run it only reads

"#]]);
}

#[cfg(unix)]
#[test]
fn a_mail_goes_through_sendmail() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    repository(&sandbox);
    let at = clone(&sandbox, "one");
    let bin = sandbox.path("bin");
    std::fs::create_dir(&bin).expect("a folder");
    let script = "#!/bin/sh\n(echo \"$@\"; env | grep -c TOWPATH_; cat) > \"$HOME/mail\"\n";
    std::fs::write(bin.join("sendmail"), script).expect("written");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(bin.join("sendmail"), mode).expect("it can run");
    let state = sandbox.path("state").display().to_string();
    let search = format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display());
    let run = |more: &[&str]| {
        let arguments = ["announce", "--to", "mail:team@example.com", "--state", &state];
        let command = sandbox.towpath(&at, &[&arguments, more].concat());
        command.env("PATH", &search).env("TOWPATH_MAIL_FROM", "towpath@example.com")
    };
    run(&["--since", "2026-07-01", "-o", "name"]).assert().code(2);
    run(&["--since", "2026-07-01"]).assert().success().stderr_eq("mail: 1 sent\n");
    let mail = std::fs::read_to_string(sandbox.path("home/mail")).expect("a mail");
    let mail = mail.replace("\r\n", "\n");
    assert!(mail.starts_with("-i -- team@example.com\n0\n"), "{mail}");
    for line in [
        "From: <towpath@example.com>\n",
        "To: <team@example.com>\n",
        "Subject: web v1 in dev\n",
        "Auto-Submitted: auto-generated\n",
        "@example.com>\n",
        "start (Alice, ",
    ] {
        assert!(mail.contains(line), "{line} is not in {mail}");
    }
    let answer = run(&["--since", "2026-07-01", "-o", "json"]).output().expect("it runs");
    let answer = crate::schema::fits("announcements", &answer.stdout);
    assert_eq!(answer["announcements"], serde_json::json!([]));
    std::fs::write(bin.join("sendmail"), "#!/bin/sh\necho no >&2; exit 75\n").expect("written");
    deploy(&sandbox, &at, "v2");
    run(&[]).assert().code(1).stderr_eq(str![[r#"
error: mail: [..]/bin/sendmail ended with code 75: no

"#]]);
}
