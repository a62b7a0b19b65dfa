//! What a repository says passes the terminal as text, and a reader that goes away is no failure.

use super::{Files, assert_harmless, run};
use crate::support::{History, Sandbox};
use std::path::PathBuf;

/// Colour, title, clear screen, line break, direction override, zero width, C1.
const EVIL: &str = "\u{1b}[31m\u{1b}]0;x\u{7}\r\u{202e}\u{200b}\u{9b}2J";

/// The same in every place a repository has for a text.
fn evil(sandbox: &Sandbox) -> PathBuf {
    let quoted = "\\e[31m\\e]0;x\\a\\u202e\\u200b\\u009b2J";
    let name = format!("a{EVIL}b");
    let history = History::new()
        .raw_commit("2026-03-01T10:00:00Z", format!("Eve {}", EVIL.replace('\r', "")), "eve\u{1b}[31m@x", EVIL)
        .write("towpath.yaml", "stages: [dev, prod]\nsources:\n- yaml: t/{stage}/{app}.yaml\n  tag: [\"{component}.tag\", tag]\n  image: image\n")
        .write(&format!("t/dev/{name}.yaml"), &format!("image: \"r/{quoted}\"\ntag: \"v1{quoted}\"\n"))
        .write(&format!("t/prod/{name}.yaml"), &format!("\"k{quoted}\": {{tag: \"v2{quoted}\"}}\n"))
        .write(&format!("t/prod/broken{EVIL}.yaml"), "[")
        .write("t/prod/new\nline.yaml", "tag: v3\n");
    sandbox.repository("deploy", &history)
}

#[test]
fn nothing_but_text_is_shown() {
    let sandbox = Sandbox::new();
    let repository = evil(&sandbox);
    let app = format!("a{EVIL}b");
    for format in ["table", "json", "yaml", "csv", "markdown"] {
        for color in ["always", "never"] {
            for more in [["-v"].as_slice(), &["--targets"], &["--worktree", "-v"]] {
                let said = run(
                    &sandbox,
                    &repository,
                    &[&["status", "-o", format, "--color", color], more].concat(),
                );
                assert!(said.code == 0 && said.out.contains("v1"), "{format}: {}", said.err);
            }
        }
    }
    for arguments in [
        ["status", app.as_str()].as_slice(),
        &["status", "--color", "always", &app],
        &["status", EVIL],
        &["status", "--app", EVIL],
        &["status", "--stage", EVIL],
        &["status", "--at", EVIL],
        &["--branch", EVIL, "status"],
        &["--config", EVIL, "status"],
        &["-C", EVIL, "status"],
        &["config", "show"],
        &["config", "check"],
        &["config", "show", "--color", "always"],
        &["-v", "init", "--yes", "--force", "--stdout"],
    ] {
        run(&sandbox, &repository, arguments);
    }
}

#[test]
fn configurations_are_shown_as_text() {
    let sandbox = Sandbox::new();
    let quoted = "\\e[31m\\u202e\\n";
    for (index, config) in [
        format!("branch: \"x{quoted}\"\nstages: [\"dev{quoted}\"]\nsources: [{{yaml: \"a{quoted}/{{stage}}\", tag: \"x{quoted}\"}}]\n"),
        format!("\"key{quoted}\": 1\n{EVIL}: [\n"),
        format!("stages: [dev]\n\"key{quoted}\": 1\nsources: [{{yaml: \"a{{{quoted}}}\", tag: x}}]\n"),
        format!("stages: [dev]\nsources: [{{line: x, stage: \"no{quoted}\", pattern: \"(?P<tag>{quoted}\"}}]\n"),
    ]
    .iter()
    .enumerate()
    {
        let repository = Files::new().add("towpath.yaml", config).commit(&sandbox, &format!("deploy{index}"));
        for arguments in [["status"].as_slice(), &["config", "show"], &["config", "check"], &["status", "--color=always"]] {
            run(&sandbox, &repository, arguments);
        }
    }
}

#[test]
fn discovered_names_are_shown_as_text() {
    let sandbox = Sandbox::new();
    let mut files = Files::new();
    for stage in ["dev", "prod"] {
        files =
            files.add(format!("a{EVIL}/{stage}-{EVIL}/x{EVIL}.yaml"), "image: {repository: a/b, tag: v1.0.0}\n").add(
                format!("k/{stage}{EVIL}/kustomization.yaml"),
                format!("resources: [\"gone\\e[31m\"]\nimages: [{{name: \"a\\e[1m[\", newTag: v1}}]\n# {EVIL}"),
            );
    }
    let repository = files.commit(&sandbox, "deploy");
    for arguments in [
        ["-v", "status"].as_slice(),
        &["-v", "init", "--yes", "--stdout"],
        &["config", "show"],
        &["status", "-o", "yaml"],
    ] {
        run(&sandbox, &repository, arguments);
    }
}

#[test]
fn completion_candidates_are_text() {
    let sandbox = Sandbox::new();
    let repository = evil(&sandbox);
    for shell in ["bash", "zsh", "fish"] {
        let script = format!(
            "export COMPLETE={shell} _CLAP_COMPLETE_INDEX=2 _CLAP_IFS=$'\\n' _CLAP_COMPLETE_COMP_TYPE=9; towpath -- towpath status ''"
        );
        let output = sandbox.bash(&repository, &script).output().expect("it runs");
        let text = String::from_utf8(output.stdout).expect("text");
        assert_harmless(&text.replace('\t', " ").replace('\u{b}', "\n"));
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let sandbox = Sandbox::new();
    let mut files = Files::new().add(
        "towpath.yaml",
        "stages: [dev]\nsources: [{yaml: \"{stage}.yaml\", tag: \"{app}\"}]\n",
    );
    let many: String = (0..6_000).map(|i| format!("app{i}: v1.{i}\n")).collect();
    files = files.add("dev.yaml", many);
    let repository = files.commit(&sandbox, "deploy");
    for command in [
        "status --no-since",
        "status --no-since -o json",
        "config show",
        "completions bash",
        "man",
        "--help",
    ] {
        let script = format!("set -o pipefail; towpath {command} | head -1 >/dev/null");
        let output = sandbox.bash(&repository, &script).output().expect("it runs");
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(0) && !err.contains("error"), "{command}: {err}");
        for (closed, code) in [("2>&-", Some(0)), (">/dev/full", Some(1)), ("2>/dev/full", Some(0))]
        {
            let output = sandbox
                .bash(&repository, &format!("towpath {command} {closed}"))
                .output()
                .expect("it runs");
            let err = String::from_utf8_lossy(&output.stderr).into_owned();
            let wanted = if command == "--help" { output.status.code() } else { code };
            assert!(
                output.status.code() == wanted && !err.contains("panicked"),
                "{command} {closed}: {err}"
            );
        }
        let closed =
            sandbox.bash(&repository, &format!("towpath {command} >&-")).output().expect("it runs");
        assert!(!String::from_utf8_lossy(&closed.stderr).contains("panicked"), "{command}");
        assert!(closed.status.code().is_some_and(|code| code <= 1), "{command}");
    }
}
