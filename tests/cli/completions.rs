//! `towpath completions`, and what the scripts ask.

use crate::support::{History, Sandbox};
use snapbox::str;
use std::path::Path;

const SCRIPTS: [(&str, &str); 5] = [
    ("bash", "towpath.bash"),
    ("zsh", "_towpath"),
    ("fish", "towpath.fish"),
    ("elvish", "towpath.elv"),
    ("powershell", "_towpath.ps1"),
];

/// With `SNAPSHOTS=overwrite` the files are written anew.
#[test]
fn the_scripts_that_are_checked_in_are_fresh() {
    let sandbox = Sandbox::new();
    for (shell, file) in SCRIPTS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(file);
        let expected = snapbox::Data::read_from(&path, None).raw();
        sandbox
            .towpath(&sandbox.path("home"), &["completions", shell])
            .assert()
            .success()
            .stdout_eq(expected);
    }
}

#[test]
fn an_unknown_shell_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.towpath(&sandbox.path("home"), &["completions", "tcsh"]).assert().code(2).stderr_eq(
        str![[r#"
error: invalid value 'tcsh' for '<SHELL>'
  [possible values: bash, zsh, fish, elvish, powershell]

  tip: a similar value exists: 'zsh'

For more information, try '--help'.

"#]],
    );
}

fn deploy() -> History {
    let config = "stages: [dev, prod]\nsources:\n  - yaml: tags/{stage}/{app}.yaml\n    tag: tag\n";
    History::new()
        .commit("2026-03-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", config)
        .write("tags/dev/api.yaml", "tag: v1\n")
        .write("tags/prod/api.yaml", "tag: v1\n")
        .write("tags/dev/web.yaml", "tag: v1\n")
}

/// What a shell gets for the last of these words.
fn asked(sandbox: &Sandbox, at: &Path, shell: &str, words: &[&str]) -> String {
    let index = (words.len() - 1).to_string();
    let asking = sandbox.towpath(at, &[&["--"], words].concat());
    let asking =
        asking.env("COMPLETE", shell).env("_CLAP_COMPLETE_INDEX", index).env("_CLAP_IFS", "\n");
    let output = asking.output().expect("runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn apps_and_stages_are_completed() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &deploy());
    for shell in ["bash", "zsh", "fish"] {
        let asked = |words: &[&str]| asked(&sandbox, &repository, shell, words);
        assert_eq!(asked(&["towpath", "status", "a"]).trim(), "api", "{shell}");
        assert_eq!(asked(&["towpath", "status", "--stage", "p"]).trim(), "prod", "{shell}");
        assert_eq!(asked(&["towpath", "status", "--app", "api,w"]).trim(), "api,web", "{shell}");
        assert!(asked(&["towpath", "st"]).starts_with("status"), "{shell}");
    }
}

#[test]
fn another_repository_is_completed_from_its_own_names() {
    let sandbox = Sandbox::new();
    sandbox.bare("deploy.git", &deploy());
    let here = sandbox.path("home");
    assert_eq!(asked(&sandbox, &here, "bash", &["towpath", "status", "w"]), "");
    assert_eq!(
        asked(&sandbox, &here, "bash", &["towpath", "-C", "../deploy.git", "status", "w"]),
        "web"
    );
    assert_eq!(
        asked(&sandbox, &here, "bash", &["towpath", "status", "--repo=../deploy.git", "w"]),
        "web"
    );
}

#[test]
fn names_come_from_the_cache_that_status_keeps() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &deploy());
    let kept = || std::fs::read_dir(sandbox.path("cache/towpath/names")).map_or(0, Iterator::count);
    sandbox.towpath(&repository, &["status", "--read-only"]).assert().success();
    assert_eq!(kept(), 0);
    sandbox.towpath(&repository, &["status"]).assert().success();
    assert_eq!(kept(), 1);
    // Without its objects a repository has no names but the ones that were kept.
    std::fs::remove_dir_all(repository.join(".git/objects/pack")).expect("there are packs");
    assert_eq!(asked(&sandbox, &repository, "bash", &["towpath", "status", "w"]), "web");
}

#[test]
fn the_bash_script_completes() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &deploy());
    let completions = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions/towpath.bash");
    let script = format!(
        "source '{}'; COMP_WORDS=(towpath status --stage pr); COMP_CWORD=3; _clap_complete_towpath towpath pr --stage; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        completions.display()
    );
    sandbox.bash(&repository, &script).assert().success().stdout_eq("prod\n");
}
