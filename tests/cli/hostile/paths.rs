//! Paths that lead elsewhere, are no text, or are the same to some file systems.

use super::{CONFIG, Files, WEB, assert_web, entries, json, run, warnings};
use crate::support::{History, Sandbox};

fn web() -> History {
    let start = History::new()
        .commit("2026-03-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", CONFIG);
    WEB.iter().fold(start, |history, (path, text)| history.write(path, text))
}

#[test]
fn links_are_not_followed() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("outside")).expect("a fresh folder");
    std::fs::write(sandbox.path("outside/secret.yaml"), "image:\n  tag: stolen\n").expect("a file");
    let history = web()
        .link("envs/dev/bad.yaml", "../../../outside/secret.yaml")
        .link("envs/dev/loop.yaml", "loop.yaml")
        .link("envs/stage", "../../outside");
    let repository = sandbox.repository("deploy", &history);
    for arguments in [[].as_slice(), &["--worktree"]] {
        let answer = json(&sandbox, &repository, arguments);
        assert_web(&answer);
        assert_eq!(
            warnings(&answer),
            ["symlink envs/dev/bad.yaml", "symlink envs/dev/loop.yaml"],
            "{arguments:?}"
        );
        assert!(!answer.to_string().contains("stolen"));
    }
    // On disk only: a folder that was replaced by a link.
    std::fs::remove_dir_all(repository.join("envs/prod")).expect("it is there");
    std::os::unix::fs::symlink(sandbox.path("outside"), repository.join("envs/prod"))
        .expect("a link");
    let answer = json(&sandbox, &repository, &["--worktree"]);
    assert!(!answer.to_string().contains("stolen"));
}

#[test]
fn a_configuration_behind_a_link_is_not_read() {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.path("outside.yaml"), "stages: [stolen]\n").expect("a file");
    let history = History::new()
        .commit("2026-03-01T10:00:00Z", "Alice", "start")
        .link("towpath.yaml", "../outside.yaml")
        .write("envs/dev/web.yaml", WEB[0].1);
    let repository = sandbox.repository("deploy", &history);
    for arguments in [["status"].as_slice(), &["status", "--worktree"], &["config", "check"]] {
        let said = run(&sandbox, &repository, arguments);
        assert!(!said.out.contains("stolen") && !said.err.contains("stolen"), "{arguments:?}");
    }
}

#[test]
fn kustomize_does_not_follow_links() {
    let sandbox = Sandbox::new();
    let pod =
        "kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: \"r/a:stolen\"}]}\n";
    std::fs::write(sandbox.path("pod.yaml"), pod).expect("a file");
    let mut history = web();
    for stage in ["dev", "prod"] {
        let images = "resources: [pod.yaml, base]\nimages: [{name: r/a, newTag: v2}]\n";
        history = history
            .write(&format!("apps/api/{stage}/kustomization.yaml"), images)
            .link(&format!("apps/api/{stage}/pod.yaml"), "../../../../pod.yaml")
            .link(&format!("apps/api/{stage}/base"), "/");
    }
    let repository = sandbox.repository("deploy", &history.remove("towpath.yaml"));
    for arguments in [[].as_slice(), &["--worktree"]] {
        let answer = json(&sandbox, &repository, arguments);
        assert!(!answer.to_string().contains("stolen"));
        assert!(
            warnings(&answer).iter().any(|warning| warning.starts_with("symlink apps/api/dev/"))
        );
    }
}

#[test]
fn a_submodule_is_named() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &web());
    let head = sandbox.git(&repository, &["rev-parse", "HEAD"]);
    let entry = format!("160000,{},envs/dev/bad.yaml", head.trim());
    sandbox.git(&repository, &["update-index", "--add", "--cacheinfo", &entry]);
    sandbox.git(
        &repository,
        &["-c", "user.name=A", "-c", "user.email=a@x", "commit", "-qm", "submodule"],
    );
    let answer = json(&sandbox, &repository, &[]);
    assert_web(&answer);
    assert_eq!(warnings(&answer), ["submodule envs/dev/bad.yaml"]);
}

/// Trees that git itself would refuse to make or to check out.
#[test]
fn forged_trees_stay_inside() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &web());
    std::fs::write(sandbox.path("secret.yaml"), "image: {tag: stolen}\n").expect("a file");
    for name in ["..", ".", ".git", "a/../../../secret.yaml", "/etc", ""] {
        let script = format!(
            r#"blob=$(printf 'image:\n  tag: v9\n' | git hash-object -w --stdin)
            raw() {{ printf '%b' "$(echo $1 | sed 's/../\\x&/g')"; }}
            evil=$( (printf '100644 {name}\0'; raw $blob) | git hash-object -t tree -w --stdin --literally)
            envs=$(git rev-parse HEAD:envs) config=$(git rev-parse HEAD:towpath.yaml)
            top=$( (printf '40000 {name}\0'; raw $evil; printf '40000 envs\0'; raw $envs; printf '100644 towpath.yaml\0'; raw $config) | git hash-object -t tree -w --stdin --literally)
            git update-ref refs/heads/forged $(GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a git commit-tree -m x $top)"#
        );
        sandbox.bash(&repository, &script).assert().success();
        let answer = json(&sandbox, &repository, &["--branch", "forged"]);
        assert_web(&answer);
        assert!(!answer.to_string().contains("stolen"), "{name}");
    }
}

#[test]
fn bases_cannot_leave_the_repository() {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.path("secret.yaml"), "image: {tag: stolen}\n").expect("a file");
    let config = format!("{CONFIG}    base: ../{{app}}/../secret.yaml\n");
    let history = web().write("towpath.yaml", &config).write("envs/dev/bad.yaml", "a: 1\n");
    let repository = sandbox.repository("deploy", &history);
    for arguments in [["status", "-o", "json"].as_slice(), &["status", "--worktree", "-o", "json"]]
    {
        let said = run(&sandbox, &repository, arguments);
        assert!(!said.out.contains("stolen"), "{arguments:?}");
    }
}

#[test]
fn names_that_are_no_text_or_differ_in_case() {
    let sandbox = Sandbox::new();
    let repository = Files::with_web()
        .add(b"envs/dev/caf\xe9.yaml", WEB[0].1)
        .add(b"envs/d\xff/x.yaml", WEB[0].1)
        .add("envs/dev/WEB.yaml", "image:\n  tag: v7\n")
        .commit(&sandbox, "deploy");
    let answer = json(&sandbox, &repository, &[]);
    assert_web(&answer);
    assert!(entries(&answer).contains(&"WEB dev v7".to_owned()));
}
