//! What touches nothing, or only the clone.

use super::{Site, values};
use snapbox::{assert_data_eq, str};

/// Where builds are tagged anew for each stage, what staging runs is not what prod is to run.
#[test]
fn a_tag_of_another_stage_is_warned_of() {
    let site = Site::new();
    for (stage, tag) in [("staging", "staging-1f00c0d"), ("prod", "prod-c0de1f0")] {
        site.land(
            &format!("apps/{stage}/web.yaml"),
            &values("web", tag),
            "tagged",
            "2026-08-05T10:00:00Z",
        );
    }
    site.sandbox.git(&site.clone, &["pull", "-q"]);
    assert_data_eq!(
        site.run(&["promote", "web", "--to", "prod", "--patch"])
            .rsplit_once("\n--\n")
            .unwrap_or_default()
            .1,
        str![[r#"
warning: staging-1f00c0d of web names a stage other than prod, which runs prod-c0de1f0; each stage seems to have tags of its own
hint: `towpath deploy web VERSION --to prod` deploys the right tag

"#]]
    );
    assert!(
        !site
            .run(&["deploy", "web", "staging-2", "--to", "prod", "--dry-run"])
            .contains("names a stage other than")
    );
}

#[test]
fn dry_run_touches_nothing() {
    let site = Site::new();
    let state =
        || site.sandbox.git(&site.clone, &["for-each-ref"]) + &site.at_origin(&["for-each-ref"]);
    let before = state();
    let plan = site.run(&["--read-only", "promote", "--dry-run"]);
    assert_data_eq!(
        &plan,
        str![[r#"
exit 0
app   staging   from dev
web   v1        → v2

diff --git a/apps/staging/web.yaml b/apps/staging/web.yaml
--- a/apps/staging/web.yaml
+++ b/apps/staging/web.yaml
@@ -1,5 +1,5 @@
 # of web
 image:
   repository: ghcr.io/example/web
-  tag: v1 # moves
+  tag: v2 # moves
 replicas: 2
--
2 apps are up to date in staging

"#]]
    );
    assert_data_eq!(
        site.run(&["promote", "api", "web", "--to", "prod", "--dry-run"]),
        str![[r#"
exit 0
app   prod   from staging
api   v1     → v2

diff --git a/apps/prod/api.yaml b/apps/prod/api.yaml
--- a/apps/prod/api.yaml
+++ b/apps/prod/api.yaml
@@ -1,5 +1,5 @@
 # of api
 image:
   repository: ghcr.io/example/api
-  tag: v1 # moves
+  tag: v2 # moves
 replicas: 2
--
web is at v1 in prod already

"#]]
    );
    assert_data_eq!(
        site.run(&["deploy", "web", "1.10", "--dry-run"]),
        str![[r#"
exit 0
app   dev   to
web   v2    → 1.10

diff --git a/apps/dev/web.yaml b/apps/dev/web.yaml
--- a/apps/dev/web.yaml
+++ b/apps/dev/web.yaml
@@ -1,5 +1,5 @@
 # of web
 image:
   repository: ghcr.io/example/web
-  tag: v2 # moves
+  tag: "1.10" # moves
 replicas: 2
--

"#]]
    );
    assert_eq!(state(), before);
}

#[test]
fn a_rollback_shows_what_comes_back() {
    let site = Site::new();
    assert_data_eq!(
        site.run(&["rollback", "api", "--stage", "staging", "--dry-run"]),
        str![[r#"
exit 0
app   staging   to
api   v2        → v1

diff --git a/apps/staging/api.yaml b/apps/staging/api.yaml
--- a/apps/staging/api.yaml
+++ b/apps/staging/api.yaml
@@ -1,5 +1,5 @@
 # of api
 image:
   repository: ghcr.io/example/api
-  tag: v2 # moves
+  tag: v1 # moves
 replicas: 2
--

"#]]
    );
}

#[test]
fn machines_read_the_plan() {
    let site = Site::new();
    let plan =
        site.run(&["promote", "api", "blog", "--to", "prod", "--dry-run", "--output", "json"]);
    assert_data_eq!(plan, snapbox::file!["plan.txt"]);
}

#[test]
fn what_cannot_be_meant_is_said() {
    let site = Site::new();
    let mut said = String::new();
    for arguments in [
        &["promote"][..],
        &["promote", "wbe", "--dry-run"],
        &["promote", "web", "--to", "porduction", "--dry-run"],
        &["promote", "web", "--to", "dev", "--dry-run"],
        &["promote", "web", "--from", "prod", "--dry-run"],
        &["promote", "web", "--to", "staging", "--version", "v9", "--dry-run"],
        &["promote", "web", "--target", "eu", "--dry-run"],
        &["promote", "web", "--forge", "gihtub"],
        &["rollback", "blog", "--stage", "prod", "--dry-run"],
        &["rollback", "api", "--stage", "staging", "--version", "v7", "--dry-run"],
        &["deploy", "web", "", "--dry-run"],
        &["--read-only", "promote", "web", "--push"],
        &["--read-only", "deploy", "web", "v3", "--commit"],
        &["deploy", "web", "v3", "--push", "--author", "nobody"],
        &["deploy", "web", "v3", "--push", "--branch", "nowhere"],
    ] {
        said.push_str(&format!("$ towpath {}\n{}\n", arguments.join(" "), site.run(arguments)));
    }
    assert_data_eq!(said, snapbox::file!["mistakes.txt"]);
}

#[test]
fn a_patch_is_what_git_am_takes() {
    let site = Site::new();
    let patch = site
        .sandbox
        .towpath(&site.clone, &["--read-only", "promote", "--all", "--to", "prod", "--patch"]);
    let output = patch.output().expect("it runs");
    assert_data_eq!(
        String::from_utf8_lossy(&output.stdout).into_owned(),
        str![[r#"
From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001
From: Jo Doe <jo@example.com>
Date: Tue, 01 Sep 2026 12:00:00 +0000
Subject: [PATCH] Promote api to prod: v1 -> v2
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit

App: api
Stage: prod
Image: ghcr.io/example/api
From-Version: v1
To-Version: v2
Promoted-From: staging
Promoted-By: Jo Doe <jo@example.com>
---
diff --git a/apps/prod/api.yaml b/apps/prod/api.yaml
--- a/apps/prod/api.yaml
+++ b/apps/prod/api.yaml
@@ -1,5 +1,5 @@
 # of api
 image:
   repository: ghcr.io/example/api
-  tag: v1 # moves
+  tag: v2 # moves
 replicas: 2
-- 
towpath


"#]]
    );
    std::fs::write(site.sandbox.path("mail"), &output.stdout).expect("written");
    site.sandbox.git(&site.clone, &["am", "-q", "../mail"]);
    let text = std::fs::read_to_string(site.clone.join("apps/prod/api.yaml")).expect("it is there");
    assert_eq!(text, values("api", "v2"));
    let trailers = "git log -1 --format=%B | git interpret-trailers --parse";
    let trailers = site.sandbox.bash(&site.clone, trailers).output().expect("runs").stdout;
    assert_data_eq!(
        String::from_utf8(trailers).expect("text"),
        str![[r#"
App: api
Stage: prod
Image: ghcr.io/example/api
From-Version: v1
To-Version: v2
Promoted-From: staging
Promoted-By: Jo Doe <jo@example.com>

"#]]
    );
}

/// A mail keeps carriage returns and letters of all kinds.
#[test]
fn a_patch_keeps_every_byte() {
    let site = Site::new();
    let before = "# é\r\nimage:\r\n  repository: r\r\n  tag: 'v1'\r\n";
    for stage in ["dev", "staging"] {
        std::fs::write(site.clone.join(format!("apps/{stage}/blog.yaml")), before)
            .expect("written");
    }
    site.sandbox.git(&site.clone, &["commit", "-qam", "windows"]);
    site.sandbox.git(&site.clone, &["push", "-q"]);
    let arguments = ["deploy", "blog", "v5", "--patch", "--author", "Jürgen <j@example.com>"];
    let output = site.sandbox.towpath(&site.clone, &arguments).output().expect("it runs");
    std::fs::write(site.sandbox.path("mail"), &output.stdout).expect("written");
    site.sandbox.git(&site.clone, &["am", "-q", "../mail"]);
    let text = std::fs::read_to_string(site.clone.join("apps/dev/blog.yaml")).expect("it is there");
    assert_eq!(text, before.replace("v1", "v5"));
    assert_eq!(
        site.sandbox.git(&site.clone, &["log", "-1", "--format=%an <%ae>"]),
        "Jürgen <j@example.com>\n"
    );
}

#[test]
fn a_commit_leaves_work_tree_and_index_alone() {
    let site = Site::new();
    std::fs::write(site.clone.join("apps/prod/api.yaml"), "half done").expect("written");
    std::fs::write(site.clone.join("new"), "staged").expect("written");
    site.sandbox.git(&site.clone, &["add", "new"]);
    let state = || site.sandbox.git(&site.clone, &["status", "--porcelain=v2", "--branch"]);
    let before = state();
    assert_data_eq!(
        site.run(&["promote", "api", "--to", "prod", "--commit"]),
        str![[r#"
exit 0
towpath/prod/api
--
app   prod   from staging
api   v1     → v2
05dc787cec Promote api to prod: v1 -> v2

"#]]
    );
    assert_data_eq!(
        site.run(&["promote", "api", "--to", "prod", "--commit"]),
        str![[r#"
exit 0
towpath/prod/api
--
app   prod   from staging
api   v1     → v2
towpath/prod/api is already up to date

"#]]
    );
    assert_eq!(state(), before);
    assert_eq!(
        site.sandbox.git(&site.clone, &["show", "towpath/prod/api:apps/prod/api.yaml"]),
        values("api", "v2")
    );
    let log = site
        .sandbox
        .git(&site.clone, &["log", "-1", "--format=%an <%ae> %ct%n%B", "towpath/prod/api"]);
    assert_data_eq!(
        log,
        str![[r#"
Jo Doe <jo@example.com> 1788264000
Promote api to prod: v1 -> v2

App: api
Stage: prod
Image: ghcr.io/example/api
From-Version: v1
To-Version: v2
Promoted-From: staging
Promoted-By: Jo Doe <jo@example.com>


"#]]
    );
    // Somebody goes on there.
    site.sandbox.git(&site.clone, &["stash", "-q"]);
    site.sandbox.git(&site.clone, &["switch", "-q", "towpath/prod/api"]);
    site.sandbox.git(&site.clone, &["commit", "-q", "--allow-empty", "-m", "mine"]);
    assert_data_eq!(
        site.run(&["promote", "api", "--to", "prod", "--commit"]),
        str![[r#"
exit 1
--
app   prod   from staging
api   v1     → v2
error: branch `towpath/prod/api` has commits by others, so towpath does not change it
hint: merge or delete the branch, then run the command again

"#]]
    );
}

#[test]
fn old_spellings_are_accepted_with_a_note() {
    let site = Site::new();
    for (old, new, note) in [
        (
            ["rollback", "api", "--stage", "dev", "--to", "v1", "--dry-run"],
            ["rollback", "api", "--stage", "dev", "--version", "v1", "--dry-run"],
            "`--to` is called `--version` now",
        ),
        (
            ["deploy", "api", "v7", "--stage", "staging", "--dry-run", "--no-index"],
            ["deploy", "api", "v7", "--to", "staging", "--dry-run", "--no-index"],
            "`--stage` is called `--to` now",
        ),
    ] {
        let (said, now) = (site.run(&old), site.run(&new));
        assert!(said.contains(note) && !now.contains(note), "{said}");
        let without: String = said
            .lines()
            .filter(|line| !line.contains(note))
            .map(|line| format!("{line}\n"))
            .collect();
        assert_eq!(without.trim_end(), now.trim_end());
    }
}

#[test]
fn a_pattern_stands_for_the_apps_that_match() {
    let site = Site::new();
    let all = site.run(&["promote", "--all", "--to", "prod", "--dry-run", "--output", "json"]);
    let pattern = site.run(&["promote", "*", "--to", "prod", "--dry-run", "--output", "json"]);
    assert!(pattern.contains("\"outcome\": \"moves\""), "{pattern}");
    let moves = |said: &str| said.matches("\"outcome\": \"moves\"").count();
    assert_eq!(moves(&pattern), moves(&all));
    let none = site.run(&["promote", "x*", "--to", "prod", "--dry-run"]);
    assert!(none.starts_with("exit 2\n") && none.contains("there is no app `x*`"), "{none}");
}
