//! Pushes: done twice, lost, refused, from clones of all kinds.

use super::{Site, history, values};
use snapbox::{assert_data_eq, str};
use std::collections::BTreeSet;
use std::process::Stdio;

#[test]
fn a_push_lands_once() {
    let site = Site::new();
    assert_data_eq!(
        site.run(&["promote", "api", "--to", "prod", "--push"]),
        str![[r#"
exit 0
05dc787cec2f631b3c6308331685608cca641fc7
--
app   prod   from staging
api   v1     → v2
pushed to main: Promote api to prod: v1 -> v2

"#]]
    );
    assert_data_eq!(
        site.run(&["promote", "api", "--to", "prod", "--push"]),
        str![[r#"
exit 0
--
api is at v2 in prod already

"#]]
    );
    assert_eq!(site.says("main", "apps/prod/api.yaml"), values("api", "v2"));
    assert_eq!(site.at_origin(&["rev-list", "--count", "main"]), "5\n");
    assert_eq!(
        site.at_origin(&["diff", "--numstat", "main~1", "main"]),
        "1\t1\tapps/prod/api.yaml\n"
    );
    assert_eq!(site.at_origin(&["fsck", "--strict"]), "");
    site.sandbox.git(&site.clone, &["pull", "-q"]);
    assert_data_eq!(
        site.run(&["history", "api", "-n", "1"]),
        str![[r#"
exit 0
when   stage   app   from   to     kind      who      change
0s     prod    api   v1     → v2   promote   Jo Doe   05dc787cec
--

"#]]
    );
    assert_data_eq!(
        site.run(&[
            "rollback",
            "api",
            "--stage",
            "prod",
            "--push",
            "--author",
            "CI <ci@example.com>"
        ]),
        str![[r#"
exit 0
7ec3ef35506efe0c03b0d265530806bf04dcd37a
--
app   prod   to
api   v2     → v1
Record api v2 in prod: failed
Hold api in prod: rolled back to v1
pushed to main: Roll back api in prod: v2 -> v1

"#]]
    );
    assert_eq!(site.says("main", "apps/prod/api.yaml"), values("api", "v1"));
}

/// Eight builds end at the same moment.
#[test]
fn all_pushes_of_a_race_land_once() {
    let site = Site::new();
    let apps: Vec<String> = (0..8).map(|n| format!("app{n}")).collect();
    for app in &apps {
        std::fs::write(site.clone.join(format!("apps/dev/{app}.yaml")), values(app, "v1"))
            .expect("written");
    }
    site.sandbox.git(&site.clone, &["add", "."]);
    site.sandbox.git(&site.clone, &["commit", "-qm", "eight apps"]);
    site.sandbox.git(&site.clone, &["push", "-q"]);
    let start = |app: &String| {
        let name = format!("clone-of-{app}");
        site.sandbox.git(&site.sandbox.path(""), &["clone", "-q", "origin.git", &name]);
        site.sandbox.path(&name)
    };
    let clones: Vec<_> = apps.iter().map(start).collect();
    let start = |(app, clone): (&String, &std::path::PathBuf)| {
        site.sandbox.spawn(clone, &["deploy", app, "v2", "--push", "-q"], Stdio::null())
    };
    let running: Vec<_> = apps.iter().zip(&clones).map(start).collect();
    for mut child in running {
        assert!(child.wait().expect("it ends").success());
    }
    let subjects = site.at_origin(&["log", "-8", "--format=%s", "main"]);
    let landed: BTreeSet<&str> = subjects.lines().collect();
    let expected: Vec<String> =
        apps.iter().map(|app| format!("Deploy {app} to dev: v1 -> v2")).collect();
    assert_eq!(landed, expected.iter().map(String::as_str).collect());
    assert_eq!(site.at_origin(&["rev-list", "--count", "--merges", "main"]), "0\n");
    for app in &apps {
        assert_eq!(site.says("main", &format!("apps/dev/{app}.yaml")), values(app, "v2"));
    }
}

#[cfg(unix)]
#[test]
fn what_a_hook_says_is_shown() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::new();
    let hook = site.origin.join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().expect("a folder")).expect("made");
    std::fs::write(&hook, "#!/bin/sh\necho 'main takes pull requests only' >&2\nexit 1\n")
        .expect("written");
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).expect("set");
    assert_data_eq!(
        site.run(&["deploy", "web", "v3", "--push"]),
        str![[r#"
exit 1
--
app   dev   to
web   v2    → v3
error: the remote refuses `main`: main takes pull requests only (pre-receive hook declined)
hint: the branch may be protected; leave out --push to open a pull request

"#]]
    );
    assert_eq!(site.at_origin(&["rev-list", "--count", "main"]), "4\n");
}

#[test]
fn the_newest_commit_of_origin_counts() {
    let site = Site::new();
    // The clone is behind and HEAD is detached.
    site.sandbox.git(&site.clone, &["switch", "-q", "--detach", "HEAD~1"]);
    let other = site.sandbox.path("other");
    site.sandbox.git(&site.sandbox.path(""), &["clone", "-q", "origin.git", "other"]);
    std::fs::write(other.join("apps/staging/api.yaml"), values("api", "v3")).expect("written");
    site.sandbox.git(&other, &["commit", "-qam", "api v3"]);
    site.sandbox.git(&other, &["push", "-q"]);
    assert_data_eq!(
        site.run(&["promote", "api", "--to", "prod", "--push"]),
        str![[r#"
exit 0
[..]
--
app   prod   from staging
api   v1     → v3
pushed to main: Promote api to prod: v1 -> v3

"#]]
    );
    assert_eq!(site.says("main", "apps/prod/api.yaml"), values("api", "v3"));
    // A bare clone has no tree to look at.
    site.sandbox.git(&site.sandbox.path(""), &["clone", "-q", "--bare", "origin.git", "bare.git"]);
    let bare = site.sandbox.path("bare.git");
    let pushed = site.sandbox.towpath(&bare, &["deploy", "web", "v9", "--push", "-q"]);
    pushed.assert().success();
    assert_eq!(site.says("main", "apps/dev/web.yaml"), values("web", "v9"));
}

#[test]
fn without_origin_or_identity_it_says_so() {
    let site = Site::new();
    let alone = site.sandbox.repository("alone", &history());
    let said = |arguments: &[&str]| {
        let output = site.sandbox.towpath(&alone, arguments).output().expect("it runs");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert_data_eq!(
        said(&["deploy", "web", "v3", "--push", "-q"]),
        str![[r#"
error: the repository has no remote `origin`
hint: --commit makes a local commit, --patch prints one

"#]]
    );
    assert_data_eq!(
        said(&["deploy", "web", "v3", "-q"]),
        str![[r#"
error: the repository has no remote `origin` for pull requests
hint: --push pushes to the deployed branch, --commit creates a local commit, --patch prints a mail

"#]]
    );
    let settings = "[user]\n\tuseConfigOnly = true\n";
    std::fs::write(site.sandbox.path("home").join(".gitconfig"), settings).expect("written");
    assert_data_eq!(
        said(&["deploy", "web", "v3", "--commit", "-q"]),
        str![[r#"
error: git does not know who you are: fatal: no email was given and auto-detection is disabled
hint: set user.name and user.email with `git config`, or GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL in CI

"#]]
    );
}

#[test]
fn an_origin_out_of_reach_is_said() {
    let site = Site::new();
    let mut said = String::new();
    for url in
        ["http://127.0.0.1:1/team/deploy.git", "/sandbox/moved.git", "ext::sh -c 'touch ran'"]
    {
        site.sandbox.git(&site.clone, &["remote", "set-url", "origin", url]);
        said += &format!("{url}\n{}\n", site.run(&["deploy", "web", "v3", "--push"]));
    }
    assert_data_eq!(
        said,
        str![[r#"
http://127.0.0.1:1/team/deploy.git
exit 1
--
error: git could not read the remote: fatal: unable to access [..]
hint: nothing was changed; run it again once `git fetch` works here

/sandbox/moved.git
exit 1
--
error: git could not read the remote: fatal: '/sandbox/moved.git' does not appear to be a git repository; fatal: Could not read from remote repository.
hint: nothing was changed; run it again once `git fetch` works here

ext::sh -c 'touch ran'
exit 1
--
error: git could not read the remote: fatal: transport 'ext' not allowed
hint: nothing was changed; run it again once `git fetch` works here


"#]]
    );
    assert!(!site.clone.join("ran").exists());
    assert_eq!(site.sandbox.git(&site.clone, &["status", "--porcelain"]), "");
}
