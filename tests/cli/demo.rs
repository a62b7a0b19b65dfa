//! `towpath demo`

use crate::support::Sandbox;
use snapbox::str;

#[test]
fn the_tour() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("home");
    let temporary = sandbox.path("cache").canonicalize().expect("it is there");
    let tour = sandbox.towpath(&here, &["demo"]).env("TMPDIR", &temporary).output().expect("runs");
    assert!(tour.status.success());
    let temporary = temporary.join("towpath-demo-").display().to_string();
    let stdout =
        String::from_utf8(tour.stdout).expect("text").replace(&temporary, "/tmp/towpath-demo-");
    snapbox::assert_data_eq!(stdout, snapbox::file!["demo-tour.txt"]);
    snapbox::assert_data_eq!(
        String::from_utf8(tour.stderr).expect("text"),
        str![[r#"
assumed: stages dev → staging → prod, from 12 files in 3 layouts. No towpath.yaml found. Run `towpath init` to save these settings.
≠ differs from the previous stage, in 3 of 4 rows
assumed: stages dev → staging → prod, from 12 files in 3 layouts. No towpath.yaml found. Run `towpath init` to save these settings.
`--locations` shows the file, line and commit of each place
assumed: stages dev → staging → prod, from 12 files in 3 layouts. No towpath.yaml found. Run `towpath init` to save these settings.
≠ differs from the previous stage, in 3 of 4 rows
assumed: stages dev → staging → prod, from 12 files in 3 layouts. No towpath.yaml found. Run `towpath init` to save these settings.
assumed: stages dev → staging → prod, from 12 files in 3 layouts. No towpath.yaml found. Run `towpath init` to save these settings.
2 of 4 differ; a promotion to prod would move 2 forward
assumed: stages dev → staging → prod, from 12 files in 3 layouts. No towpath.yaml found. Run `towpath init` to save these settings.
assumed: stages dev → staging → prod, from 12 files in 3 layouts. No towpath.yaml found. Run `towpath init` to save these settings.
wrote towpath.yaml, and .towpath/schema.json for editors. `towpath status` uses it. Commit both to share them.
Record storefront v2.39.0 in staging: passed
towpath.yaml is not committed yet; using the one in the work tree
towpath.yaml is not committed yet; using the one in the work tree
app          prod      from staging
storefront   v2.38.0   → v2.39.0
pushed to main: Promote storefront to prod: v2.38.0 -> v2.39.0
towpath.yaml is not committed yet; using the one in the work tree
≠ differs from the previous stage, in 3 of 4 rows
towpath.yaml is not committed yet; using the one in the work tree
1 file differs; 1 version change is allowed
towpath.yaml is not committed yet; using the one in the work tree
82 deployments from 2026-04-02 to 2026-09-01
skipped rules (no configuration or ledger): unauthorised, unverified, during-freeze, outside-window, bake-too-short, unsigned

"#]]
    );
}

#[test]
fn the_same_now_makes_the_same_commits() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("home");
    let made = ["one", "two"].map(|name| {
        let demo = sandbox.towpath(&here, &["demo", "--no-tour", "--dir", name]);
        demo.assert()
            .success()
            .stdout_eq(format!("{}\n", here.join(name).join("deploy").display()))
            .stderr_eq("");
        sandbox.git(&here.join(name).join("deploy"), &["log", "--format=%H %P %an <%ae> %ct %s"])
    });
    assert_eq!(made[0], made[1]);
}

#[test]
fn it_is_a_clone_like_any_other() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("home");
    sandbox.towpath(&here, &["demo", "--no-tour", "--dir", "demo"]).assert().success();
    let git = |arguments: &[&str]| sandbox.git(&here.join("demo/deploy"), arguments);
    assert_eq!(git(&["status", "--porcelain", "--branch"]), "## main...origin/main\n");
    assert_eq!(
        git(&["for-each-ref", "--format=%(refname)"]),
        "refs/heads/main\nrefs/remotes/origin/HEAD\nrefs/remotes/origin/main\n"
    );
    assert_eq!(
        sandbox.git(&here.join("demo/origin.git"), &["for-each-ref", "--format=%(refname)"]),
        "refs/heads/main\n"
    );
    assert_eq!(git(&["fsck", "--strict"]), "");
    let landed = git(&["log", "--first-parent", "--format=%ct"]);
    let times: Vec<i64> = landed.lines().map(|line| line.parse().expect("a number")).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older) && times.len() > 100, "{times:?}");
}

/// Neither the user's settings nor an outer git change what is made.
#[test]
fn settings_of_git_do_not_count() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("home");
    let settings = "[init]\n\tdefaultBranch = trunk\n\ttemplateDir = /nowhere\n[clone]\n\tdefaultRemoteName = up\n";
    std::fs::write(here.join(".gitconfig"), settings).expect("written");
    let demo = sandbox.towpath(&here, &["demo", "--no-tour", "--dir", "demo"]);
    demo.env("GIT_DIR", "/nowhere")
        .env("GIT_DEFAULT_HASH", "sha256")
        .assert()
        .success()
        .stderr_eq("");
    assert_eq!(
        sandbox.git(&here.join("demo/deploy"), &["rev-parse", "--abbrev-ref", "@{u}"]),
        "origin/main\n"
    );
}

#[test]
fn a_folder_that_is_in_use_is_refused() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("home");
    std::fs::create_dir_all(here.join("used/already")).expect("made");
    sandbox.towpath(&here, &["demo", "--dir", "used"]).assert().code(2).stdout_eq("").stderr_eq(
        str![[r#"
error: the folder `[..]/home/used` is not empty
hint: `towpath demo --dir DIR` takes a new or empty folder

"#]],
    );
    std::fs::create_dir(here.join("empty")).expect("made");
    sandbox.towpath(&here, &["demo", "--no-tour", "--dir", "empty"]).assert().success();
    std::fs::write(here.join("file"), "").expect("made");
    sandbox.towpath(&here, &["demo", "--dir", "file"]).assert().code(1).stdout_eq("").stderr_eq(
        str![[r#"
error: the folder `[..]/home/file` cannot be used
  because [..]

"#]],
    );
}

#[test]
fn read_only_makes_nothing() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("home");
    let demo = sandbox.towpath(&here, &["demo", "--read-only", "--dir", "demo"]);
    demo.assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: --read-only refuses `towpath demo`, because it writes

"#]]);
    assert!(!here.join("demo").exists());
}

#[test]
fn without_git_it_says_so() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("home");
    let demo = sandbox.towpath(&here, &["demo", "--dir", "demo"]).env("PATH", &here);
    demo.assert().code(1).stdout_eq("").stderr_eq(str![[r#"
error: cannot create the demo: git could not be started
  because [..]
hint: install git; on Debian: `apt-get install git`

"#]]);
    let demo =
        sandbox.towpath(&here, &["demo"]).env("PATH", &here).env("TMPDIR", sandbox.path("cache"));
    demo.assert().code(1);
    assert_eq!(std::fs::read_dir(sandbox.path("cache")).expect("it is there").count(), 0);
}
