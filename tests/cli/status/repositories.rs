//! Which repository, which state of it, which branch.

use super::{CONFIG, status, tags};
use crate::support::{History, Sandbox};
use snapbox::str;

#[test]
fn as_it_was_at_a_revision() {
    status(&["--at", "HEAD~1"])
        .success()
        .stdout_eq(str![[r#"
app   dev       staging     prod
api   v2   0s   v2  0s    ≠ v1  5mo
web   v1  5mo   ·           v1  5mo

"#]])
        .stderr_eq(str![[r#"
≠ differs from the previous stage, in 1 of 2 rows

"#]]);
}

#[test]
fn as_it_was_at_a_time() {
    let at = |time: &str| {
        status(&["--at", time, "--app", "api,web", "--stage", "dev"]).success().get_output().clone()
    };
    let shown = |time: &str| String::from_utf8(at(time).stdout).expect("text");
    assert_eq!(shown("2026-08-30"), shown("3 days ago"));
    assert_eq!(shown("2026-08-20T10:00:00Z"), shown("HEAD~1"));
    let oldest = shown("2026-03-05 10:00");
    assert!(oldest.contains("v1"), "{oldest}");
    status(&["--at", "2020-01-01"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: the mainline has no commit as old as 2020-01-01T00:00:00Z; its first commit is newer
hint: run `git fetch --unshallow` if the clone is shallow

"#]]);
}

#[test]
fn an_unknown_revision() {
    status(&["--at", "v9"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `v9` is neither a commit, branch or tag in this repository nor a time
hint: a time can be written `2026-05-05`, `2026-05-05T10:00`, `2026-05-05T10:00:00Z`, `14:05` (today), `now`, `today`, `yesterday`, `noon`, `last monday`, `3 days ago`, `2 weeks ago`, `90d`

"#]]);
}

#[test]
fn the_work_tree_counts_only_when_asked_for() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &tags());
    std::fs::write(repository.join("tags/dev/job.yaml"), "tag: v7\n").expect("writable");
    let status = |more: &[&str]| {
        let arguments = [&["status", "--app", "job", "--stage", "dev"], more].concat();
        let output = sandbox.towpath(&repository, &arguments).output().expect("runs");
        String::from_utf8(output.stdout).expect("text")
    };
    assert!(status(&[]).contains("latest"));
    assert!(status(&["--worktree"]).contains("v7"));
}

#[test]
fn a_bare_repository_and_a_subfolder_are_repositories_too() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &tags());
    let bare = sandbox.bare("deploy.git", &tags());
    let here = sandbox.path("home");
    let answer = |at: &std::path::Path, arguments: &[&str]| {
        let output = sandbox.towpath(at, arguments).output().expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let expected = answer(&repository, &["status"]);
    assert!(!expected.is_empty());
    assert_eq!(answer(&repository.join("tags/dev"), &["status"]), expected);
    assert_eq!(answer(&here, &["status", "-C", bare.to_str().expect("text")]), expected);
}

#[test]
fn a_folder_that_is_no_repository() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("home");
    sandbox.towpath(&here, &["status"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: `[..]/home` is not in a git repository
hint: name a repository with -C PATH or -C URL

"#]]);
}

#[test]
fn a_repository_without_commits() {
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("empty.git", &History::new());
    sandbox.towpath(&repository, &["status"]).assert().code(1).stdout_eq("").stderr_eq(str![[r#"
error: the repository has no commits yet
hint: commit something first, or name a branch with --branch

"#]]);
}

#[test]
fn a_work_tree_of_a_bare_repository() {
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("deploy.git", &tags());
    let failed =
        sandbox.towpath(&repository, &["status", "--worktree"]).assert().code(2).stdout_eq("");
    failed.stderr_eq(str![[r#"
error: `[..]/deploy.git/` is a bare repository and has no work tree
hint: leave out --worktree to read the newest commit

"#]]);
}

#[test]
fn a_stage_may_be_a_branch() {
    let sandbox = Sandbox::new();
    let config = "stages:\n- {name: dev, branch: env/dev}\n- {name: prod, branch: env/prod}\nsources:\n- yaml: apps/{app}.yaml\n  tag: tag\n";
    let history = History::new()
        .commit("2026-03-01T10:00:00Z", "Alice", "config")
        .write("towpath.yaml", config)
        .branch("env/dev")
        .commit("2026-03-01T11:00:00Z", "Alice", "dev")
        .write("apps/api.yaml", "tag: v2\n")
        .branch("env/prod")
        .commit("2026-03-01T12:00:00Z", "Alice", "prod")
        .write("apps/api.yaml", "tag: v1\n");
    let repository = sandbox.repository("deploy", &history);
    sandbox
        .towpath(&repository, &["status", "--no-since"])
        .assert()
        .success()
        .stdout_eq(str![[r#"
app   dev     prod
api   v2    ≠ v1

"#]])
        .stderr_eq(str![[r#"
≠ differs from the previous stage, in 1 of 1 rows

"#]]);
}

#[test]
fn a_repository_elsewhere_is_cloned_and_fetched_when_old() {
    let sandbox = Sandbox::new();
    let origin = sandbox.bare("deploy.git", &tags());
    let here = sandbox.path("home");
    let url = format!("file://{}", origin.display());
    let run = |more: &[&str]| {
        sandbox.towpath(&here, &[&["status", "-C", url.as_str(), "--app", "job"], more].concat())
    };
    let latest = str![[r#"
app   dev
job   latest  1d

"#]];
    let empty = "no version in staging, prod\n";
    run(&[]).assert().success().stdout_eq(latest.clone()).stderr_eq(empty);
    let newer = tags()
        .commit("2026-09-01T10:00:00Z", "Bob", "job v9")
        .write("tags/dev/job.yaml", "tag: v9\n");
    std::fs::remove_dir_all(&origin).expect("it was there");
    sandbox.bare("deploy.git", &newer);
    run(&[]).assert().success().stdout_eq(latest);
    let fetched = run(&["--max-age", "0s"]).output().expect("runs");
    assert!(
        String::from_utf8_lossy(&fetched.stdout).contains("v9"),
        "{}",
        String::from_utf8_lossy(&fetched.stderr)
    );
}

#[test]
fn a_repository_elsewhere_that_is_not_there() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("home");
    let run = |url: &str| sandbox.towpath(&here, &["status", "-C", url]).assert();
    run("file:///nowhere/deploy.git").code(1).stdout_eq("").stderr_eq(str![[r#"
error: git could not clone `file:///nowhere/deploy.git`: fatal: '/nowhere/deploy.git' does not appear to be a git repository; fatal: Could not read from remote repository.

"#]]);
    run("ext::sh -c true").code(2).stdout_eq("").stderr_eq(str![[r#"
error: the URL `ext::sh -c true` is not allowed: `ext::` runs an external program
hint: use an https, ssh, git or file URL, or `git@host:path`

"#]]);
}

#[test]
fn a_shallow_clone_says_what_it_cannot_know() {
    let sandbox = Sandbox::new();
    let origin = sandbox.bare("deploy.git", &tags());
    let url = format!("file://{}", origin.display());
    let clone = sandbox.path("shallow");
    sandbox.git(
        &sandbox.path("home"),
        &["clone", "-q", "--depth=1", &url, clone.to_str().expect("text")],
    );
    sandbox
        .towpath(&clone, &["status"])
        .assert()
        .success()
        .stdout_eq(str![[r#"
app   dev        staging     prod
api   v2         v2        ≠ v1
job   latest     ·           ·
web   27e13961   ·         ≠ v1

"#]])
        .stderr_eq(str![[r#"
≠ differs from the previous stage, in 2 of 3 rows
warning: 6 versions are older than this shallow clone; `git fetch --unshallow` fetches their commits

"#]]);
    sandbox.towpath(&clone, &["status", "--no-since", "-q"]).assert().success().stderr_eq("");
}

#[test]
fn a_blobless_clone_names_what_is_missing() {
    let sandbox = Sandbox::new();
    let origin = sandbox.bare("deploy.git", &tags());
    sandbox.git(&origin, &["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", origin.display());
    let clone = sandbox.path("blobless");
    let arguments =
        ["clone", "-q", "--bare", "--filter=blob:none", &url, clone.to_str().expect("text")];
    sandbox.git(&sandbox.path("home"), &arguments);
    sandbox.towpath(&clone, &["status"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: towpath.yaml cannot be read: its object cf7ddee70a332437263a4eaffc308b3a6107745d is not in this clone; run `git fetch --refetch --no-filter`

"#]]);
    std::fs::write(sandbox.path("towpath.yaml"), CONFIG).expect("writable");
    let told = sandbox
        .towpath(&clone, &["status", "-v", "--config", "../towpath.yaml"])
        .assert()
        .success();
    told.stderr_eq(str![[r#"
no version could be read in stages dev, staging, prod
warning: tags/dev/api.yaml cannot be read: its object be7bb413a2de5dc8010c7641731b5a155f9e2c2c is not in this clone; run `git fetch --refetch --no-filter`
warning: tags/dev/job.yaml cannot be read: its object b5193020ab610c5b0564e404db5ee3086d935dba is not in this clone; run `git fetch --refetch --no-filter`
warning: tags/dev/web.yaml cannot be read: its object d7990cfb451d06a4350c4a05d8d6977260a842f6 is not in this clone; run `git fetch --refetch --no-filter`
warning: tags/prod/api.yaml cannot be read: its object 0e60899bf2d2eb5f5158f9fa38928282f6c79d67 is not in this clone; run `git fetch --refetch --no-filter`
warning: tags/prod/web.yaml cannot be read: its object 0e60899bf2d2eb5f5158f9fa38928282f6c79d67 is not in this clone; run `git fetch --refetch --no-filter`
warning: tags/staging/api.yaml cannot be read: its object be7bb413a2de5dc8010c7641731b5a155f9e2c2c is not in this clone; run `git fetch --refetch --no-filter`

"#]]);
}

#[test]
fn an_app_that_was_removed_is_still_in_the_past() {
    let sandbox = Sandbox::new();
    let history =
        tags().commit("2026-09-01T10:00:00Z", "Bob", "no more web").remove("tags/dev/web.yaml");
    let repository = sandbox.repository("deploy", &history);
    let shown = |more: &[&str]| {
        let output = sandbox
            .towpath(&repository, &[&["status", "--stage", "dev"], more].concat())
            .output()
            .expect("runs");
        String::from_utf8(output.stdout).expect("text").contains("web")
    };
    assert!(!shown(&[]) && shown(&["--at", "HEAD~1"]) && shown(&["--at", "yesterday"]));
}

#[test]
fn another_branch_is_read_when_named_by_flag_environment_or_file() {
    let sandbox = Sandbox::new();
    let history = tags()
        .branch("live")
        .commit("2026-08-31T12:00:00Z", "Alice", "live has its own")
        .write("towpath.yaml", CONFIG)
        .write("tags/prod/api.yaml", "tag: v9\n");
    let repository = sandbox.repository("deploy", &history);
    let shown = |arguments: &[&str], environment: &str| {
        let run =
            sandbox.towpath(&repository, &[&["status", "--stage", "prod"], arguments].concat());
        String::from_utf8(run.env("TOWPATH_BRANCH", environment).output().expect("runs").stdout)
            .expect("text")
    };
    assert!(shown(&["--branch", "live"], "main").contains("v9"));
    assert!(shown(&[], "live").contains("v9"));
    assert!(!shown(&[], "main").contains("v9"));
    std::fs::write(sandbox.path("live.yaml"), format!("branch: live\n{CONFIG}")).expect("writable");
    let by_file = sandbox
        .towpath(&repository, &["status", "--config", "../live.yaml"])
        .output()
        .expect("runs");
    assert!(String::from_utf8(by_file.stdout).expect("text").contains("v9"));
    sandbox
        .towpath(&repository, &["status", "--branch", "lvie"])
        .assert()
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: there is no branch `lvie`, neither locally nor on `origin`
hint: name one with --branch; the branches are live, main

"#]]);
}

/// The chart beside the values reads them too, and keeps nothing alive that has just gone.
#[test]
fn since_of_a_cell_that_two_sources_read() {
    let sandbox = Sandbox::new();
    let config = "stages: [dev, prod]\nsources:\n- helm-values: u/{stage}/values.yaml\n\
                  - helm-values: u/{stage}/Chart.yaml\n";
    let chart = "apiVersion: v2\nname: p\nversion: 0.1.0\ndependencies:\n\
                 - {name: redis, version: 19.0.0, repository: x}\n";
    let values = |tag: &str| {
        format!("worker:\n  image:\n    repository: r.example.com/worker\n    tag: {tag}\n")
    };
    let mut history =
        History::new().commit("2026-08-01T00:00:00Z", "Ann", "start").write("towpath.yaml", config);
    for stage in ["dev", "prod"] {
        history = history
            .write(&format!("u/{stage}/Chart.yaml"), chart)
            .write(&format!("u/{stage}/values.yaml"), &values("b1"));
    }
    let history = history
        .commit("2026-08-03T00:00:00Z", "Ann", "b2")
        .write("u/dev/values.yaml", &values("b2"));
    let repository = sandbox.repository("deploy", &history);
    let arguments = ["-q", "--no-index", "status", "--app", "worker", "-o", "json"];
    let output = sandbox.towpath(&repository, &arguments).output().expect("it runs");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let since: Vec<&str> = answer["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .filter_map(|entry| entry["since"]["time"].as_str())
        .collect();
    assert_eq!(since, ["2026-08-03T00:00:00Z", "2026-08-01T00:00:00Z"]);
}
