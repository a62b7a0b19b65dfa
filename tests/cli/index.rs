//! The index of the past: the same answers with it and without, whatever happens to it.

use crate::history::story;
use crate::support::{History, Sandbox};
use std::path::{Path, PathBuf};

/// All indexes that are kept.
fn indexes(sandbox: &Sandbox) -> Vec<PathBuf> {
    let files = std::fs::read_dir(sandbox.path("cache/towpath/index"))
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    files.map(|file| file.path()).collect()
}

fn the_index(sandbox: &Sandbox) -> PathBuf {
    indexes(sandbox).try_into().map(|[file]: [PathBuf; 1]| file).expect("one index")
}

/// stdout and stderr of a question.
fn answer(sandbox: &Sandbox, at: &Path, arguments: &[&str]) -> (String, String) {
    let output = sandbox.towpath(at, arguments).assert().success().get_output().clone();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (text(output.stdout), text(output.stderr))
}

/// Every question, answered with the index and without, twice the same.
fn same(sandbox: &Sandbox, at: &Path) {
    let questions: [&[&str]; 6] = [
        &["audit", "--output", "json"],
        &["history", "--output", "json"],
        &["status", "--output", "json"],
        &["trace", "v2", "--output", "json"],
        &["metrics", "--tolerance", "1h", "--output", "json"],
        &["diff", "dev", "prod", "--output", "json"],
    ];
    for question in questions {
        let without = answer(sandbox, at, &[question, &["--no-index"]].concat());
        assert_eq!(answer(sandbox, at, question), without, "{question:?}");
        assert_eq!(answer(sandbox, at, question), without, "{question:?}, again");
    }
}

fn tag(text: &str) -> String {
    format!("tag: {text}\n")
}

#[test]
fn answers_are_the_same() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    same(&sandbox, &repository);
    the_index(&sandbox);
}

#[test]
fn what_discovery_assumed_is_said_again() {
    let sandbox = Sandbox::new();
    let history = History::new()
        .commit("2026-08-01T10:00:00Z", "Alice", "start")
        .write("deploy/dev/web/values.yaml", "image:\n  tag: v1\n")
        .write("deploy/prod/web/values.yaml", "image:\n  tag: v1\n")
        .commit("2026-08-02T10:00:00Z", "Alice", "v2")
        .write("deploy/dev/web/values.yaml", "image:\n  tag: v2\n");
    let repository = sandbox.repository("deploy", &history);
    let first = answer(&sandbox, &repository, &["history", "-v"]);
    assert!(first.1.contains("assumed: stages dev"), "{}", first.1);
    assert_eq!(answer(&sandbox, &repository, &["history", "-v"]), first);
    same(&sandbox, &repository);
}

#[test]
fn each_branch_of_a_stage_has_its_part() {
    let sandbox = Sandbox::new();
    let config = "stages:\n  - {name: dev, branch: dev}\n  - {name: prod, branch: prod}\n\
                  sources:\n  - yaml: tags/{app}.yaml\n    tag: tag\n";
    let web = |history: History, time: &str, text: &str| {
        history.commit(time, "Alice", text).write("tags/web.yaml", &tag(text))
    };
    let history = History::new()
        .commit("2026-08-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", config);
    let history = web(history.branch("dev"), "2026-08-02T10:00:00Z", "v1");
    let history = web(history, "2026-08-03T10:00:00Z", "v2");
    let history = web(history.branch("prod"), "2026-08-02T11:00:00Z", "v1");
    let repository = sandbox.repository("deploy", &web(history, "2026-08-03T12:00:00Z", "v2"));
    same(&sandbox, &repository);
    sandbox.git(&repository, &["update-ref", "refs/heads/prod", "prod~1"]);
    same(&sandbox, &repository);
    assert_eq!(answer(&sandbox, &repository, &["history"]).0.matches("prod").count(), 1);
    the_index(&sandbox);
}

#[test]
fn new_commits_are_added() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    let tip = sandbox.git(&repository, &["rev-parse", "HEAD"]).trim().to_owned();
    for back in [4, 2, 0] {
        sandbox.git(&repository, &["reset", "-q", "--hard", &format!("{tip}~{back}")]);
        same(&sandbox, &repository);
    }
    the_index(&sandbox);
}

#[test]
fn a_force_push_is_noticed() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    answer(&sandbox, &repository, &["history"]);
    sandbox.git(&repository, &["reset", "-q", "--hard", "HEAD~4"]);
    same(&sandbox, &repository);
    std::fs::write(repository.join("tags/dev/web.yaml"), tag("v9")).expect("writable");
    sandbox.git(
        &repository,
        &["-c", "user.name=a", "-c", "user.email=a@x", "commit", "-qam", "v9", "--amend"],
    );
    same(&sandbox, &repository);
    assert!(answer(&sandbox, &repository, &["history"]).0.contains("v9"));
}

#[test]
fn another_configuration_is_another_index() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    answer(&sandbox, &repository, &["history"]);
    let config = "stages: [dev, live]\nsources:\n  - yaml: tags/{stage}/*.yaml\n    app: all\n    tag: tag\n";
    std::fs::write(sandbox.path("other.yaml"), config).expect("writable");
    let other = sandbox.path("other.yaml").display().to_string();
    let with = answer(&sandbox, &repository, &["history", "--config", &other]);
    assert_eq!(answer(&sandbox, &repository, &["history", "--config", &other, "--no-index"]), with);
    assert_eq!(indexes(&sandbox).len(), 2);
}

#[test]
fn a_damaged_index_is_made_anew() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    let whole = answer(&sandbox, &repository, &["history"]);
    let path = the_index(&sandbox);
    let bytes = std::fs::read(&path).expect("readable");
    for length in (0..bytes.len()).step_by(100) {
        std::fs::write(&path, &bytes[..length]).expect("writable");
        assert_eq!(answer(&sandbox, &repository, &["history"]), whole, "the first {length} bytes");
        assert_eq!(std::fs::read(&path).expect("readable"), bytes, "it is whole again");
    }
    std::fs::write(&path, "towpath").expect("writable");
    let said = answer(&sandbox, &repository, &["history", "-v"]).1;
    assert!(said.contains("rebuilding the index: incomplete file"), "{said}");
}

/// What the last status found answers the next one, until something is new or damaged.
#[test]
fn a_second_status_reads_no_files() {
    let sandbox = Sandbox::new();
    let history = History::new()
        .commit("2026-08-01T10:00:00Z", "Alice", "start")
        .write(
            "towpath.yaml",
            "stages: [dev, prod]\nsources:\n- yaml: '{stage}/{app}.yaml'\n  tag: tag\n",
        )
        .write("dev/web.yaml", &tag("v1"))
        .write("prod/web.yaml", &tag("v1"));
    let repository = sandbox.repository("deploy", &history);
    let status = || answer(&sandbox, &repository, &["status", "--output", "json"]);
    let first = status();
    let kept = || std::fs::read_dir(sandbox.path("cache/towpath/status")).into_iter().flatten();
    let file = kept().next().expect("a file").expect("a readable entry").path();
    assert_eq!(kept().count(), 1);
    // Without the contents of a file, only what was kept can tell its version.
    let blob = sandbox.git(&repository, &["rev-parse", "HEAD:dev/web.yaml"]);
    let (folder, name) = blob.trim().split_at(2);
    let object = repository.join(".git/objects").join(folder).join(name);
    let contents = std::fs::read(&object).expect("a loose object");
    std::fs::remove_file(&object).expect("it was there");
    assert_eq!(status(), first);
    // A selection of apps is answered from it too.
    let (one, _) = answer(&sandbox, &repository, &["status", "--app", "web", "--output", "json"]);
    assert_eq!(one, first.0);
    std::fs::write(&object, contents).expect("it can be written");
    // A damaged file is ignored and written anew, and a new commit is seen.
    std::fs::write(&file, "towpath idx\nnonsense").expect("it can be written");
    assert_eq!(status(), first);
    std::fs::write(repository.join("dev/web.yaml"), tag("v2")).expect("it can be written");
    sandbox.git(
        &repository,
        &["-c", "user.name=a", "-c", "user.email=a@x", "commit", "-qam", "web v2"],
    );
    assert!(status().0.contains("v2"));
}

#[test]
fn many_may_write_at_once() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    let whole = answer(&sandbox, &repository, &["history", "--no-index"]);
    for _ in 0..20 {
        indexes(&sandbox).iter().for_each(|file| std::fs::remove_file(file).expect("removable"));
        let start = || sandbox.spawn(&repository, &["history"], std::process::Stdio::piped());
        for child in [start(), start()] {
            let output = child.wait_with_output().expect("it ends");
            assert_eq!(String::from_utf8(output.stdout).expect("text"), whole.0);
        }
        the_index(&sandbox);
        let said = answer(&sandbox, &repository, &["history", "-v"]).1;
        assert!(!said.contains("index"), "{said}");
    }
}

/// A process may write no file of any size.
#[test]
fn a_full_disk_costs_the_index_only() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    let whole = answer(&sandbox, &repository, &["history", "--no-index"]);
    let script = "trap '' XFSZ; ulimit -f 0; towpath history -v | cat";
    let output = sandbox.bash(&repository, script).assert().success().get_output().clone();
    assert_eq!(String::from_utf8(output.stdout).expect("text"), whole.0);
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(said.contains("cannot store the index: "), "{said}");
    assert!(indexes(&sandbox).is_empty());
}

#[test]
fn what_commits_are_like_is_kept_and_can_be_lost() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    let folder = sandbox.path("cache/towpath/commits");
    for flag in ["--read-only", "--no-index"] {
        answer(&sandbox, &repository, &["audit", flag]);
        assert!(!folder.exists(), "{flag}");
    }
    let whole = answer(&sandbox, &repository, &["audit"]);
    let files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("it is kept")
        .map(|file| file.expect("readable").path())
        .collect();
    let [file] = files.as_slice() else { panic!("one file: {files:?}") };
    let kept = std::fs::read(file).expect("readable");
    for damage in [b"".as_slice(), b"damaged", &kept[..kept.len() - 1]] {
        std::fs::write(file, damage).expect("writable");
        assert_eq!(answer(&sandbox, &repository, &["audit"]), whole);
        assert_eq!(std::fs::read(file).expect("readable"), kept);
    }
}

#[test]
fn nothing_is_written_where_nothing_may_be() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    for flag in ["--read-only", "--no-index"] {
        answer(&sandbox, &repository, &["history", flag]);
        assert!(indexes(&sandbox).is_empty(), "{flag}");
    }
    answer(&sandbox, &repository, &["history"]);
    let path = the_index(&sandbox);
    std::fs::write(&path, "damaged").expect("writable");
    for flag in ["--read-only", "--no-index"] {
        answer(&sandbox, &repository, &["history", flag]);
        assert_eq!(std::fs::read(&path).expect("readable"), b"damaged", "{flag}");
    }
    sandbox.towpath(&repository, &["history"]).env("TOWPATH_NO_INDEX", "1").assert().success();
    assert_eq!(std::fs::read(&path).expect("readable"), b"damaged");
}

#[test]
fn a_shallow_clone_may_grow() {
    let sandbox = Sandbox::new();
    let origin = sandbox.repository("deploy", &story());
    let url = format!("file://{}", origin.display());
    sandbox.git(&sandbox.path("home"), &["clone", "-q", "--depth", "4", &url, "shallow"]);
    let clone = sandbox.path("home/shallow");
    same(&sandbox, &clone);
    let cut = answer(&sandbox, &clone, &["history", "--quiet"]).0;
    sandbox.git(&clone, &["fetch", "-q", "--unshallow"]);
    same(&sandbox, &clone);
    assert_ne!(answer(&sandbox, &clone, &["history", "--quiet"]).0, cut);
}

/// What is missing may yet come, so nothing is kept.
#[test]
fn a_partial_clone_says_what_is_missing() {
    let sandbox = Sandbox::new();
    let origin = sandbox.repository("deploy", &story());
    sandbox.git(&origin, &["config", "uploadpack.allowFilter", "true"]);
    sandbox.git(&origin, &["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let url = format!("file://{}", origin.display());
    sandbox.git(&sandbox.path("home"), &["clone", "-q", "--filter=blob:none", &url, "partial"]);
    let said = answer(&sandbox, &sandbox.path("home/partial"), &["history"]).1;
    assert!(
        said.contains("this clone lacks older contents") && said.contains("git fetch --refetch"),
        "{said}"
    );
    assert!(indexes(&sandbox).is_empty());
}

/// The newest alone are told as they are when everything is read.
#[test]
fn the_newest_need_not_all_of_the_past() {
    let sandbox = Sandbox::new();
    let mut history = History::new()
        .commit("2026-01-01T10:00:00Z", "Ann", "first")
        .write("towpath.yaml", "stages: [dev, prod]\nsources:\n  - text: tags/{stage}/{app}\n");
    let start: jiff::Timestamp = "2026-01-02T10:00:00Z".parse().expect("a time");
    for step in 0..700_i64 {
        let time = (start + jiff::SignedDuration::from_mins(step)).to_string();
        let (stage, version) = if step % 2 == 0 { ("dev", step / 2) } else { ("prod", step / 2) };
        let app = if step < 100 { "old" } else { "web" };
        history = history
            .commit(&time, "Ann", "bump")
            .write(&format!("tags/{stage}/{app}"), &format!("v1.{version}"));
    }
    let history = history
        .commit("2026-02-01T10:00:00Z", "Bob", "a hotfix")
        .write("tags/prod/web", "v9.9-hotfix")
        .commit("2026-02-01T11:00:00Z", "Bob", "and back")
        .write("tags/prod/web", "v1.349");
    let repository = sandbox.repository("deploy", &history);
    for question in [
        &["history", "web", "--stage", "dev", "-n", "5"][..],
        &["history", "--stage", "prod", "-n", "1"],
        &["history", "--stage", "prod", "-n", "3"],
        &["history", "old", "-n", "2"],
        &["history", "-n", "100000"],
    ] {
        let question = [question, &["--output", "jsonl", "--quiet"]].concat();
        let fresh = answer(&sandbox, &repository, &[&question[..], &["--no-index"]].concat()).0;
        assert!(!fresh.is_empty());
        answer(&sandbox, &repository, &["metrics"]);
        assert_eq!(answer(&sandbox, &repository, &question).0, fresh, "{question:?}");
    }
}
