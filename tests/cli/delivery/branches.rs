//! Repositories with a branch for each stage: a change is a commit on the stage's own branch.

use super::{Site, values};
use snapbox::{assert_data_eq, str};

const CONFIG: &str = "\
stages:
- {name: dev, branch: env/dev}
- {name: prod, branch: env/prod}
sources:
- helm-values: apps/{app}.yaml
";

/// `env/dev` is one version ahead of `env/prod`; the configuration is on `main`.
fn site() -> Site {
    let site = Site::new();
    let git = |arguments: &[&str]| site.sandbox.git(&site.clone, arguments);
    let write = |path: &str, text: &str| {
        let path = site.clone.join(path);
        std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    let land = |message: &str| {
        git(&["add", "-A"]);
        git(&["commit", "-qm", message]);
    };
    git(&["rm", "-rq", "apps"]);
    write("towpath.yaml", CONFIG);
    land("a branch for each stage");
    git(&["push", "-q"]);
    git(&["switch", "-qc", "env/prod"]);
    for app in ["api", "web"] {
        write(&format!("apps/{app}.yaml"), &values(app, "v1"));
    }
    land("start");
    git(&["push", "-q", "origin", "env/prod"]);
    git(&["switch", "-qc", "env/dev"]);
    write("apps/web.yaml", &values("web", "v2"));
    land("web v2");
    git(&["push", "-q", "origin", "env/dev"]);
    git(&["switch", "-q", "main"]);
    site
}

#[test]
fn a_promotion_goes_to_the_branch_of_the_stage() {
    let site = site();
    let main = site.at_origin(&["rev-parse", "main"]);
    assert_data_eq!(
        site.run(&["promote", "--to", "prod", "--dry-run"]),
        str![[r#"
exit 0
app   prod   from dev
web   v1     → v2

diff --git a/apps/web.yaml b/apps/web.yaml
--- a/apps/web.yaml
+++ b/apps/web.yaml
@@ -1,5 +1,5 @@
 # of web
 image:
   repository: ghcr.io/example/web
-  tag: v1 # moves
+  tag: v2 # moves
 replicas: 2
--
api is at v1 in prod already

"#]]
    );
    assert_data_eq!(
        site.run(&["promote", "web", "--to", "prod", "--push"]),
        str![[r#"
exit 0
[..]
--
app   prod   from dev
web   v1     → v2
pushed to env/prod: Promote web to prod: v1 -> v2

"#]]
    );
    assert_eq!(site.says("env/prod", "apps/web.yaml"), values("web", "v2"));
    assert_eq!(site.at_origin(&["rev-list", "--count", "main..env/prod"]), "2\n");
    assert_data_eq!(
        site.run(&["promote", "web", "--to", "prod", "--push"]),
        str![[r#"
exit 0
--
web is at v2 in prod already

"#]]
    );
    assert_data_eq!(
        site.run(&["deploy", "api", "v9", "--push"]),
        str![[r#"
exit 0
[..]
--
app   dev   to
api   v1    → v9
pushed to env/dev: Deploy api to dev: v1 -> v9

"#]]
    );
    assert_eq!(site.says("env/dev", "apps/api.yaml"), values("api", "v9"));
    assert_eq!(site.at_origin(&["rev-parse", "main"]), main);
}

#[test]
fn a_pull_request_is_into_the_branch_of_the_stage() {
    let site = site();
    site.run(&["deploy", "api", "v9", "--push"]);
    assert_data_eq!(
        site.run(&["promote", "--all", "--to", "prod", "--one-pr"]),
        str![[r#"
exit 0
/sandbox/origin.git#1
--
app   prod   from dev
api   v1     → v9
web   v1     → v2
opened pull request 1: Promote 2 apps to prod

"#]]
    );
    assert_data_eq!(
        site.run(&["proposals", "show", "1", "--output", "json"])
            .lines()
            .filter(|line| line.contains("\"base\""))
            .collect::<String>(),
        str![[r#"      "base": "env/prod","#]]
    );
    site.run(&["proposals", "merge", "1"]);
    assert_eq!(site.says("env/prod", "apps/web.yaml"), values("web", "v2"));
    assert_eq!(site.says("env/prod", "apps/api.yaml"), values("api", "v9"));
}

#[test]
fn a_commit_and_the_way_back() {
    let site = site();
    assert_data_eq!(
        site.run(&["promote", "web", "--to", "prod", "--commit"]),
        str![[r#"
exit 0
towpath/prod/web
--
app   prod   from dev
web   v1     → v2
[..] Promote web to prod: v1 -> v2

"#]]
    );
    assert_eq!(
        site.sandbox.git(&site.clone, &["rev-parse", "towpath/prod/web~1"]),
        site.at_origin(&["rev-parse", "env/prod"])
    );
    site.run(&["promote", "web", "--to", "prod", "--push"]);
    site.sandbox.git(&site.clone, &["fetch", "-q"]);
    assert_data_eq!(
        site.run(&["rollback", "web", "--stage", "prod", "--push"]),
        str![[r#"
exit 0
[..]
--
app   prod   to
web   v2     → v1
Record web v2 in prod: failed
Hold web in prod: rolled back to v1
pushed to env/prod: Roll back web in prod: v2 -> v1

"#]]
    );
    assert_eq!(site.says("env/prod", "apps/web.yaml"), values("web", "v1"));
}

#[test]
fn a_branch_that_is_missing_is_named() {
    let site = site();
    site.at_origin(&["update-ref", "-d", "refs/heads/env/prod"]);
    assert_data_eq!(
        site.run(&["promote", "web", "--to", "prod", "--push"]),
        str![[r#"
exit 1
--
error: `origin` has no branch `env/prod`
hint: name another branch with --branch
hint: the configuration puts stage `prod` on this branch; see `towpath config show`

"#]]
    );
}
