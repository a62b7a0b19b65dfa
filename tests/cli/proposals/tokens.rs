//! A token goes to the forge in one header, to git in its environment, and nowhere else.

use super::{FORGES, Forge, address};
use crate::fake::server::{Answer, Request};
use crate::fake::{Fault, TOKEN};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;
use std::path::Path;
use towpath::forge::ForgeKind;

/// What is sent, but for the header that signs in.
fn sent(requests: &[Request]) -> String {
    let mut out = String::new();
    for request in requests {
        let headers = request.headers.iter();
        let others = headers.filter(|(name, _)| {
            !["authorization", "private-token"].contains(&name.to_lowercase().as_str())
        });
        let _ = writeln!(
            out,
            "{} {} {:?} {}",
            request.method,
            request.target,
            others.collect::<Vec<_>>(),
            request.body
        );
    }
    out
}

/// All that lies in a folder and can be read as text.
fn lying(folder: &Path) -> String {
    let mut out = String::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_link = path.is_symlink();
        match (path.is_dir(), is_link) {
            (true, false) => out += &lying(&path),
            (false, false) => {
                out += &String::from_utf8_lossy(&std::fs::read(&path).expect("a file"))
            }
            _ => {}
        }
    }
    out
}

/// A git that notes its arguments.
fn witness(forge: &Forge) -> String {
    let folder = forge.site.sandbox.path("witness");
    std::fs::create_dir(&folder).expect("a folder");
    let log = folder.join("arguments");
    let real = forge.site.sandbox.bash(&folder, "command -v git").output().expect("it runs").stdout;
    let real = String::from_utf8(real).expect("a path");
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$*\" >>'{}'\nexec '{}' \"$@\"\n",
        log.display(),
        real.trim()
    );
    std::fs::write(folder.join("git"), script).expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder.join("git"), std::fs::Permissions::from_mode(0o755))
            .expect("set");
    }
    format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display())
}

/// The forms in which a token can be seen.
fn forms() -> [String; 4] {
    let basic = |user: &str| STANDARD.encode(format!("{user}:{TOKEN}"));
    [TOKEN.to_owned(), basic(""), basic("bot"), basic("x-token-auth")]
}

#[test]
fn a_token_is_seen_nowhere() {
    // Most of the time is spent in pauses between attempts.
    std::thread::scope(|scope| {
        for (kind, name) in FORGES {
            scope.spawn(move || searched(kind, name));
        }
    });
}

fn searched(kind: ForgeKind, name: &'static str) {
    let forge = Forge::new(kind, name);
    // The repository is named by a URL with the token in it, too.
    let url = address(kind).replace("https://", &format!("https://bot:{TOKEN}@"));
    let real = format!("url.{}.insteadOf", forge.site.origin.display());
    forge.site.sandbox.git(&forge.site.clone, &["config", "--global", &real, address(kind)]);
    let path = witness(&forge);
    let api = forge.fake.api();
    let run = |arguments: &[&str]| {
        let variables = [
            ("TOWPATH_FORGE", name),
            ("TOWPATH_FORGE_API", &api),
            ("TOWPATH_TOKEN", TOKEN),
            ("PATH", &path),
        ];
        forge.site.run_with(&[arguments, &["-vvv"]].concat(), &variables)
    };
    let mut said = String::new();
    said += &run(&["promote", "api", "--to", "prod", "--dry-run"]);
    forge.fake.break_next("POST", "", Fault::Instead(Answer::status(500)));
    said += &run(&["promote", "api", "--to", "prod"]);
    said += &run(&["promote", "api", "--to", "prod"]);
    said += &run(&["proposals", "list", "--output", "json"]);
    said += &run(&["proposals", "show", "1"]);
    said += &run(&["deploy", "web", "v9", "--push"]);
    said += &run(&["rollback", "web", "--stage", "dev", "--version", "v1"]);
    said += &run(&["-C", &url, "status"]);
    said += &run(&["-C", &url, "promote", "web", "--to", "staging"]);
    // A server that repeats what it was sent.
    let echo = serde_json::json!({ "message": format!("{TOKEN} is not good, {TOKEN}") });
    forge.fake.break_next("GET", "", Fault::Instead(Answer::json(400, echo)));
    said += &run(&["proposals", "list"]);
    said += &run(&["proposals", "close", "1"]);
    assert!(said.contains("the token for"), "{name} says nothing of tokens at -vvv:\n{said}");
    let arguments =
        std::fs::read_to_string(forge.site.sandbox.path("witness/arguments")).expect("git was run");
    assert!(arguments.contains("push") && arguments.contains("ls-remote"), "{arguments}");
    let requests = forge.fake.requests();
    assert!(requests.len() > 8, "{name} was asked {} times", requests.len());
    let log = forge.site.at_origin(&["log", "--all", "--format=fuller"]);
    let places = [
        ("output", said),
        ("arguments", arguments),
        ("requests", sent(&requests)),
        ("commits", log),
        ("files", lying(&forge.site.sandbox.path(""))),
    ];
    for (place, text) in places {
        for form in forms() {
            let at = text.find(&form);
            assert_eq!(
                at,
                None,
                "{name}, {place}: {:?}",
                at.map(|at| &text[at.saturating_sub(200)..at])
            );
        }
    }
}
