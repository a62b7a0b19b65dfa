//! Input made to break towpath. Never a panic; a file that cannot be read is a warning with its path,
//! everything else is still answered, and nothing but text reaches the terminal.

mod contents;
mod execution;
mod kustomize;
mod output;
mod paths;
mod repositories;
mod sizes;

use crate::support::Sandbox;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Reads `bad` and `web` of two stages.
const CONFIG: &str = "\
stages: [dev, prod]
sources:
  - helm-values: envs/{stage}/{app}.yaml
";

/// What every repository here says besides what is wrong with it.
const WEB: [(&str, &str); 2] = [
    ("envs/dev/web.yaml", "image:\n  tag: v2.0.0\n"),
    ("envs/prod/web.yaml", "image:\n  tag: v1.0.0\n"),
];

/// Files by path, as bytes: neither need be text.
struct Files(Vec<(Vec<u8>, Vec<u8>)>);

impl Files {
    /// Nothing yet.
    fn new() -> Self {
        Files(Vec::new())
    }

    /// A configuration and an app `web` that can be read.
    fn with_web() -> Self {
        WEB.iter().fold(Files::new().add("towpath.yaml", CONFIG), |files, (path, text)| {
            files.add(path, text)
        })
    }

    fn add(mut self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        self.0.push((path.as_ref().to_vec(), content.as_ref().to_vec()));
        self
    }

    /// One commit on `main` of a bare repository.
    fn commit(&self, sandbox: &Sandbox, name: &str) -> PathBuf {
        let path = sandbox.bare(name, &crate::support::History::new());
        let mut stream =
            b"commit refs/heads/main\ncommitter A <a@example.com> 1767225600 +0000\ndata 1\nx\n"
                .to_vec();
        for (file, content) in &self.0 {
            stream.extend_from_slice(b"M 100644 inline \"");
            for byte in file {
                stream.extend_from_slice(format!("\\{byte:03o}").as_bytes());
            }
            stream.extend_from_slice(format!("\"\ndata {}\n", content.len()).as_bytes());
            stream.extend_from_slice(content);
            stream.push(b'\n');
        }
        std::fs::write(sandbox.path("stream"), stream).expect("the sandbox is writable");
        sandbox.bash(&path, "git fast-import --quiet --force < ../stream").assert().success();
        path
    }
}

/// What a run said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

/// Runs towpath, which must not panic, and must send nothing but text and its own colours.
fn run(sandbox: &Sandbox, at: &Path, arguments: &[&str]) -> Said {
    let output = sandbox.towpath(at, arguments).output().expect("towpath runs");
    let said = Said {
        code: output.status.code().expect("towpath ends by itself"),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    };
    assert!(
        !said.err.contains("panicked") && (0..=4).contains(&said.code),
        "{arguments:?}: {}",
        said.err
    );
    assert_harmless(&said.out);
    assert_harmless(&said.err);
    said
}

/// Text, line breaks, and the colours that towpath itself uses.
fn assert_harmless(text: &str) {
    let colors = regex::Regex::new("\x1b\\[(0|1|2|31|32|33)m").expect("a valid expression");
    let bare = colors.replace_all(text, "");
    let bad = |c: &char| {
        c.is_control() && *c != '\n'
            || matches!(*c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if let Some((at, c)) = bare.char_indices().find(|(_, c)| bad(c)) {
        let around: String =
            bare[..at].chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
        panic!("{c:?} reaches the terminal after {around:?}");
    }
}

/// The answer as JSON, with the arguments of `status` given.
fn json(sandbox: &Sandbox, at: &Path, arguments: &[&str]) -> Value {
    let said = run(sandbox, at, &[&["status", "--output", "json"], arguments].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    serde_json::from_str(&said.out).expect("JSON")
}

/// `app stage tag` of every entry.
fn entries(answer: &Value) -> Vec<String> {
    let word = |entry: &Value, key: &str| entry[key].as_str().unwrap_or("-").to_owned();
    let line = |entry: &Value| {
        format!("{} {} {}", word(entry, "app"), word(entry, "stage"), word(entry, "tag"))
    };
    answer["entries"].as_array().expect("entries").iter().map(line).collect()
}

/// `code path` of every warning.
fn warnings(answer: &Value) -> Vec<String> {
    let line = |warning: &Value| {
        format!(
            "{} {}",
            warning["code"].as_str().expect("a code"),
            warning["path"].as_str().unwrap_or("-")
        )
    };
    answer["warnings"].as_array().expect("warnings").iter().map(line).collect()
}

/// `web` is answered whatever lies beside it; without a configuration it may have another name.
fn assert_web(answer: &Value) {
    let all = entries(answer);
    for wanted in [" dev v2.0.0", " prod v1.0.0"] {
        assert!(all.iter().any(|entry| entry.ends_with(wanted)), "{wanted} is not in {all:?}");
    }
}
