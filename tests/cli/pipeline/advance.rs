//! `towpath advance`: proposals by themselves, once each.

use super::configured;
use crate::delivery::values;
use snapbox::{assert_data_eq, str};

#[test]
fn what_may_go_on_is_proposed_once() {
    let site =
        configured("gates:\n- { window: 'Mon-Thu 09:00-16:00 Europe/London', stages: [prod] }\n");
    assert_data_eq!(
        site.told(&["advance", "--dry-run"]),
        str![[r#"
exit 0
web v2 to staging: would be proposed: every gate is open
api v2 to prod: would be proposed: every gate is open
--

"#]]
    );
    assert_eq!(site.at_origin(&["for-each-ref", "--format=%(refname)"]), "refs/heads/main\n");
    assert_data_eq!(
        site.told_at("2026-09-05T12:00:00Z", &["advance"]),
        str![[r#"
exit 0
web v2 to staging: opened /sandbox/origin.git#1: every gate is open
api v2 to prod: opened /sandbox/origin.git#2: window: opens Mon 2026-09-07 09:00 Europe/London
--

"#]]
    );
    assert_data_eq!(
        site.told_at("2026-09-05T12:00:00Z", &["advance"]),
        str![[r#"
exit 0
web v2 to staging: already proposed /sandbox/origin.git#1: every gate is open
api v2 to prod: already proposed /sandbox/origin.git#2: window: opens Mon 2026-09-07 09:00 Europe/London
--

"#]]
    );
    assert_data_eq!(
        site.told_at("2026-09-07T12:00:00Z", &["advance"]),
        str![[r#"
exit 0
web v2 to staging: already proposed /sandbox/origin.git#1: every gate is open
api v2 to prod: updated /sandbox/origin.git#2: every gate is open
--

"#]]
    );
    assert_eq!(site.says("towpath/prod/api", "apps/prod/api.yaml"), values("api", "v2"));
    let shown = site.told(&["proposals", "show", "towpath/prod/api"]);
    assert!(shown.contains("open: order, isolation, window"), "{shown}");
}

#[test]
fn what_is_shut_stays_and_says_why() {
    let site = configured("gates: [verified]\n");
    assert_data_eq!(
        site.told(&["advance"]),
        str![[r#"
exit 0
web v2 to staging: not proposed: verified: v2 has no recorded outcome in dev
api v2 to prod: not proposed: verified: v2 has no recorded outcome in staging
--

"#]]
    );
    site.told(&["record", "web", "--stage", "dev", "passed"]);
    assert_data_eq!(
        site.told(&["advance", "--stage", "staging"]),
        str![[r#"
exit 0
web v2 to staging: opened /sandbox/origin.git#1: every gate is open
--

"#]]
    );
    assert_data_eq!(
        site.told(&["advance", "--app", "blog"]),
        str![[r#"
exit 0
--
nothing to do

"#]]
    );
}

/// Somebody who looks at the pull request must not see what the gates said yesterday.
#[test]
fn a_proposal_says_when_its_gates_have_shut() {
    let site = configured("");
    assert!(site.told(&["advance", "--app", "web"]).contains("opened"));
    site.told(&["reject", "web", "v2", "--reason", "it leaks"]);
    assert_data_eq!(
        site.told(&["advance", "--app", "web"]),
        str![[r#"
exit 0
web v2 to staging: updated /sandbox/origin.git#1: rejected: v2 was rejected by Jo Doe: it leaks
--

"#]]
    );
    assert_data_eq!(
        site.told(&["proposals", "show", "1"]),
        str![[r#"
exit 0
1 Promote web to staging: v1 -> v2
  state      open
  branch     towpath/staging/web → main
  by         Jo Doe <jo@example.com>
  commit     d7a1ce57ec2cb74a256bc238b8bef3b579de866e
  url        /sandbox/origin.git#1

[//]: # (towpath:begin [short] [short])

| app | from | to | runs in |
| --- | --- | --- | --- |
| web | `v1` | `v2` | dev since 2026-08-04, by Ann |

Promoted from dev by towpath.

### Gates

[//]: # (towpath:gates)

* **rejected** shut: v2 was rejected by Jo Doe: it leaks
* open: order, isolation, lock, hold

[//]: # (/towpath:gates)

### What you can do here

* Merge it: staging then runs the new version. The gates above should be open.
* Approve it, where a gate needs approvals: by a review if the forge has reviews, or by `towpath approve web --stage staging --version v2`.
* `towpath reject web v2 --reason WHY` stops the version in every later stage.
* Close it: towpath does not open it again for this version. A newer version gets a new pull request.
* Write above or below this text, or push to the branch: towpath changes only its own text and its own commits.

### How to take it back

After the merge, revert the commit, or run

```sh
towpath rollback web --stage staging --version v1
```

[//]: # (towpath:end)
--

"#]]
    );
    assert!(site.told(&["advance", "--app", "web"]).contains("already proposed"));
    site.land("apps/dev/web.yaml", &values("web", "v3"), "v3 in dev", "2026-08-20T10:00:00Z");
    site.told(&["reject", "web", "v3"]);
    assert_data_eq!(
        site.told(&["advance", "--app", "web"]),
        str![[r#"
exit 0
web v3 to staging: not proposed: rejected: v3 was rejected by Jo Doe
/sandbox/origin.git#1 with web v2: rejected: v2 was rejected by Jo Doe: it leaks
--

"#]]
    );
    site.told(&["unreject", "web", "v3"]);
    site.told(&["lock", "web", "--reason", "audit"]);
    assert_data_eq!(
        site.told(&["advance", "--app", "web"]),
        str![[r#"
exit 0
web v3 to staging: not proposed: lock: web is locked by Jo Doe: audit
/sandbox/origin.git#1 with web v2: lock: web is locked by Jo Doe: audit; rejected: v2 was rejected by Jo Doe: it leaks
--

"#]]
    );
    site.told(&["unlock", "web"]);
    site.told(&["unreject", "web", "v2"]);
    assert_data_eq!(
        site.told(&["advance", "--app", "web"]),
        str![[r#"
exit 0
web v3 to staging: updated /sandbox/origin.git#1: every gate is open
--

"#]]
    );
}

#[test]
fn automatic_stages_merge_what_is_open_and_only_that() {
    let config = "\
proposals: { merge: auto }
gates:
- { approvals: 1, apps: [web] }
";
    let site = configured(config);
    assert_data_eq!(
        site.told(&["advance"]),
        str![[r#"
exit 0
web v2 to staging: opened /sandbox/origin.git#1: approval: no approvals yet; 1 required
api v2 to prod: merged /sandbox/origin.git#2
--

"#]]
    );
    assert_eq!(site.says("main", "apps/prod/api.yaml"), values("api", "v2"));
    assert_eq!(site.says("main", "apps/staging/web.yaml"), values("web", "v1"));
    site.told(&["approve", "web", "--stage", "staging"]);
    assert_data_eq!(
        site.told(&["advance"]),
        str![[r#"
exit 0
web v2 to staging: merged /sandbox/origin.git#1
--

"#]]
    );
    assert_eq!(site.says("main", "apps/staging/web.yaml"), values("web", "v2"));
    site.sandbox.git(&site.clone, &["pull", "-q"]);
    assert_data_eq!(
        site.told(&["advance"]),
        str![[r#"
exit 0
web v2 to prod: opened /sandbox/origin.git#3: approval: no approvals yet; 1 required
--

"#]]
    );
}

#[test]
fn what_landed_by_other_means_is_closed() {
    let site = configured("");
    site.told(&["advance", "--app", "api"]);
    site.land("apps/prod/api.yaml", &values("api", "v2"), "by hand", "2026-08-20T10:00:00Z");
    assert_data_eq!(
        site.told(&["advance", "--app", "api"]),
        str![[r#"
exit 0
closed /sandbox/origin.git#1: the stage already runs its version
--

"#]]
    );
    assert!(site.told(&["proposals", "show", "1"]).contains("closed"));
}

#[test]
fn the_newest_version_that_passed_is_taken_or_each_in_turn() {
    for (queue, expected) in [("newest", "v3"), ("each", "v2")] {
        let site = configured("");
        let config = format!(
            "\
stages: [dev, {{name: staging, queue: {queue}, gates: [verified]}}, prod]
sources:
- helm-values: 'apps/{{stage}}/{{app}}.yaml'
"
        );
        site.land("towpath.yaml", &config, "queue", "2026-08-06T10:00:00Z");
        site.told(&["record", "web", "--stage", "dev", "passed"]);
        for (version, time) in [("v3", "2026-08-07T10:00:00Z"), ("v4", "2026-08-08T10:00:00Z")] {
            site.land("apps/dev/web.yaml", &values("web", version), version, time);
            if version == "v3" {
                site.told(&["record", "web", "--stage", "dev", "passed"]);
            }
        }
        let said = site.told(&["advance", "--app", "web"]);
        assert!(said.contains(&format!("web {expected} to staging: opened")), "{queue}: {said}");
    }
}

/// Whether a merge keeps the trailers or a squash loses them, isolation and history are the same.
#[test]
fn what_a_forge_merges_is_watched() {
    let merge = &["merge", "-q", "--no-ff", "-m", "Merge pull request #1"] as &[&str];
    let squash = &["merge", "-q", "--squash"];
    let histories = [merge, squash].map(|how| {
        let site = configured("");
        site.told(&["record", "web", "--stage", "dev", "passed"]);
        site.told(&["advance", "--app", "web"]);
        site.land("apps/prod/blog.yaml", &values("blog", "v5"), "beside", "2026-08-20T10:00:00Z");
        let date = [
            ("GIT_AUTHOR_DATE", "2026-09-01T13:00:00Z"),
            ("GIT_COMMITTER_DATE", "2026-09-01T13:00:00Z"),
        ];
        let git = |words: &[&str]| site.sandbox.git_with(&site.clone, words, &date);
        git(&["fetch", "-q"]);
        git(&[how, &["origin/towpath/staging/web"]].concat());
        if how == squash {
            git(&["commit", "-qm", "Promote web to staging: v1 -> v2 (#1)"]);
        }
        git(&["push", "-q", "origin", "HEAD:main"]);
        site.land("apps/dev/web.yaml", &values("web", "v3"), "v3", "2026-09-01T14:00:00Z");
        let said = site.told_at("2026-09-01T15:00:00Z", &["ask", "web", "--to", "staging"]);
        let shut = "v2 (deployed 2026-09-01 13:00 UTC) has no recorded outcome";
        assert!(said.contains(shut), "{said}");
        site.told(&["history", "web", "--stage", "staging"])
    });
    assert!(histories[0].contains("#1"), "{}", histories[0]);
    assert_eq!(histories[0], histories[1]);
}

#[test]
fn two_at_once_do_it_once() {
    let site = configured("proposals: { merge: auto }\n");
    let other = site.another("other");
    let start =
        |at: &std::path::Path| site.sandbox.spawn(at, &["advance"], std::process::Stdio::piped());
    for child in [start(&site.clone), start(&other)] {
        child.wait_with_output().expect("it ends");
    }
    site.told(&["advance"]);
    assert_eq!(site.says("main", "apps/prod/api.yaml"), values("api", "v2"));
    let landed = site.at_origin(&[
        "log",
        "--format=%s",
        "--first-parent",
        "main",
        "--",
        "apps/prod/api.yaml",
    ]);
    assert_eq!(landed.lines().count(), 2, "{landed}");
}

#[test]
fn nothing_is_done_under_read_only() {
    let site = configured("");
    assert_data_eq!(
        site.told(&["--read-only", "advance"]),
        str![[r#"
exit 2
--
error: --read-only refuses `towpath advance`, because it writes
hint: with --dry-run it only reads

"#]]
    );
    assert!(site.told(&["--read-only", "advance", "--dry-run"]).starts_with("exit 0\n"));
}

/// A version that can no longer go does not block a queue of every version.
#[test]
fn a_queue_goes_past_what_was_rejected() {
    let site = configured("");
    let config = "stages:\n- dev\n- { name: staging, queue: each }\n- prod\n\
                  sources:\n- helm-values: apps/{stage}/{app}.yaml\n";
    site.land("towpath.yaml", config, "a queue", "2026-08-06T10:00:00Z");
    for (version, time) in [("v3", "2026-08-07T10:00:00Z"), ("v4", "2026-08-08T10:00:00Z")] {
        let text = crate::delivery::values("web", version);
        site.land("apps/dev/web.yaml", &text, version, time);
    }
    let next = || site.told(&["advance", "--app", "web", "--dry-run"]);
    assert!(next().contains("web v2 to staging"), "{}", next());
    assert!(site.told(&["reject", "web", "v2"]).starts_with("exit 0\n"));
    assert!(next().contains("web v3 to staging: would be proposed"), "{}", next());
}

#[test]
fn what_was_taken_back_by_hand_is_not_taken_again_in_bulk() {
    let site = configured("");
    site.land("apps/prod/api.yaml", &values("api", "v2"), "api to prod", "2026-08-10T10:00:00Z");
    site.land("apps/prod/api.yaml", &values("api", "v1"), "revert", "2026-08-11T10:00:00Z");
    assert_data_eq!(
        site.told(&["promote", "--all", "--to", "prod", "--dry-run"]),
        str![[r#"
exit 0
--
warning: api is refused: v2: prod ran it before, and went to v1 by 324429faa9 on 2026-08-11
hint: `towpath promote api --to prod` takes it again
2 apps are up to date in prod

"#]]
    );
    assert_data_eq!(
        site.told(&["promote", "api", "--to", "prod", "--dry-run"]),
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

"#]]
    );
    assert_data_eq!(
        site.told(&["ask", "api", "--to", "prod"]),
        str![[r#"
exit 0
gate        verdict   reason                                                                            since   from
order       open      staging has run v2 since 2026-08-03 10:00 UTC                                     29d     built-in
isolation   open      v1 was deployed before outcomes were recorded here                                21d     built-in
lock        open      not locked                                                                                built-in
rejected    open      not rejected                                                                              built-in
hold        open      not on hold, but prod ran it before, and went to v1 by 324429faa9 on 2026-08-11           built-in

api v2 may go to prod.
--

"#]]
    );
}
