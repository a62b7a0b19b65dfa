//! `towpath versions`, and what `deploy` and `advance` ask of a registry. The registry runs in this
//! process; `tests/registry/run` does the same with real ones.

use super::schema::fits;
use crate::support::{History, Sandbox};
use snapbox::str;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use towpath::demo::{DemoImage, DemoRegistry, LoopbackAnswer, LoopbackRequest, serve_loopback};

/// The password of the test, which may be seen nowhere.
const SECRET: &str = "s3cret-of-bot";
/// `bot:s3cret-of-bot` in base64.
const ENCODED: &str = "Ym90OnMzY3JldC1vZi1ib3Q=";

/// A deployment repository, and the registry that its images are in.
struct Site {
    sandbox: Sandbox,
    repository: PathBuf,
    registry: Arc<DemoRegistry>,
    host: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// `settings` are those of the app `web`, and `running` is what both stages run.
    fn new(settings: &str, running: &str) -> Self {
        let registry = Arc::new(DemoRegistry::new(true));
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (served, log) = (Arc::clone(&registry), Arc::clone(&asked));
        let answer = move |request: &LoopbackRequest| {
            let line = format!("{} {}", request.method, request.target);
            log.lock().expect("not poisoned").push(line);
            if request.header("authorization") != Some(&format!("Basic {ENCODED}")) {
                return LoopbackAnswer::new(401, "").with("www-authenticate", "Basic realm=\"r\"");
            }
            served.answer(request)
        };
        let host = serve_loopback(Arc::new(answer)).expect("a free port").to_string();
        let sandbox = Sandbox::new();
        let config = format!(
            "stages: [{{name: dev, from: registry}}, prod]\n\
             sources: [{{kustomize: 'apps/{{app}}/{{stage}}'}}]\n\
             apps: {{web: {settings}}}\nregistries: {{'{host}': {{plain-http: true}}}}\n"
        );
        let pin = format!("images:\n- name: {host}/team/web\n  newTag: {running}\n");
        let history = History::new()
            .commit("2026-08-01T00:00:00Z", "Alice", "start")
            .write("towpath.yaml", &config)
            .write("apps/web/dev/kustomization.yaml", &pin)
            .write("apps/web/prod/kustomization.yaml", &pin);
        let repository = sandbox.repository("deploy", &history);
        Site { sandbox, repository, registry, host, asked }
    }

    fn push(&self, tag: &str, created: &str) -> String {
        let label = ("org.opencontainers.image.revision".to_owned(), format!("{tag:0<40.40}"));
        self.registry.push_image(&DemoImage {
            repository: "team/web".into(),
            tag: tag.into(),
            created: created.into(),
            labels: [label].into(),
        })
    }

    fn command(&self, arguments: &[&str]) -> snapbox::cmd::Command {
        self.sandbox
            .towpath(&self.repository, arguments)
            .env("TOWPATH_REGISTRY", &self.host)
            .env("TOWPATH_REGISTRY_USER", "bot")
            .env("TOWPATH_REGISTRY_PASSWORD", SECRET)
    }

    fn run(&self, arguments: &[&str]) -> snapbox::cmd::OutputAssert {
        self.command(arguments).assert()
    }

    /// What the registry was asked since the last time.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("not poisoned"))
    }
}

fn three_branches() -> Site {
    let site = Site::new(
        "{versions: '{branch}.{time}.{sha}', branch: main}",
        "main.20260801-100000.0a1b2c3",
    );
    for (tag, created) in [
        ("main.20260801-100000.0a1b2c3", "2026-08-01T10:00:00Z"),
        ("main.20260731-100000.1111111", "2026-07-31T10:00:00Z"),
        ("main.20260815-100000.2222222", "2026-08-15T10:00:00Z"),
        ("feature-x.20260816-100000.3333333", "2026-08-16T10:00:00Z"),
        ("latest", "2026-08-16T10:00:00Z"),
    ] {
        site.push(tag, created);
    }
    site
}

#[test]
fn versions_of_a_pattern() {
    let site = three_branches();
    site.run(&["versions", "web"])
        .success()
        .stdout_eq(str![[r#"
version                               built   branch      commit    runs in     deployable
feature-x.20260816-100000.3333333   [..] ago   feature-x   3333333               no: built from feature-x, not from main
main.20260815-100000.2222222        [..] ago   main        2222222               yes
main.20260801-100000.0a1b2c3        [..] ago   main        0a1b2c3   dev, prod   runs
main.20260731-100000.1111111        [..] ago   main        1111111               no: older than main.20260801-100000.0a1b2c3, which dev runs

"#]])
        .stderr_eq(str![[r#"
4 versions of 127.0.0.1:[..]/team/web, ordered by the scheme {branch}.{time}.{sha}

"#]]);
    assert_eq!(site.asked().len(), 2, "the tags, once without and once with the credential");
    let all = site.command(&["versions", "web", "--all", "--details", "-o", "json"]);
    let answer = fits("versions", &all.output().expect("it runs").stdout);
    assert_eq!(answer["left_out"][0]["code"], "no-match");
    assert_eq!(answer["versions"][1]["platforms"][0], "linux/amd64");
    let asked = site.asked();
    assert!(asked.iter().all(|line| !line.contains("tags/list")), "tags are kept: {asked:?}");
    site.run(&["versions", "web", "-n", "1"]).success().stderr_eq(str![[r#"
1 version of 127.0.0.1:[..]/team/web and 3 more (`-n 0` lists all), ordered by the scheme {branch}.{time}.{sha}

"#]]);
    assert_eq!(site.asked(), [""; 0], "nothing is asked twice");
}

#[test]
fn without_a_scheme_the_builds_tell_the_order() {
    let site = Site::new("{branch: main}", "b");
    for (tag, created) in [
        ("a", "2026-08-03T10:00:00Z"),
        ("b", "2026-08-02T10:00:00Z"),
        ("c", "2026-08-01T10:00:00Z"),
        ("latest", "2026-08-03T10:00:00Z"),
    ] {
        site.push(tag, created);
    }
    site.run(&["versions", "web", "--all"])
        .success()
        .stdout_eq(str![[r#"
version     built   digest     commit     runs in     deployable
a        [..] ago   [..]   a0000000               yes
b        [..] ago   [..]   b0000000   dev, prod   runs
c        [..] ago   [..]   c0000000               no: older than b, which dev runs
latest                                                no: the tag moves

"#]])
        .stderr_eq(str![[r#"
3 versions of 127.0.0.1:[..]/team/web, ordered by the times of their builds

"#]]);
    // A reproducible build has no time of its own: the history knows what was deployed.
    site.push("d", "1970-01-01T00:00:00Z");
    site.run(&["versions", "web", "--max-age", "0s"])
        .success()
        .stdout_eq(str![[r#"
version     built   digest     commit     runs in     deployable
b        [..] ago   [..]   b0000000   dev, prod   runs
a        [..] ago   [..]   a0000000               no: its place in the order is unknown
c        [..] ago   [..]   c0000000               no: its place in the order is unknown
d                  [..]   d0000000               no: its place in the order is unknown

"#]])
        .stderr_eq(str![[r#"
4 versions of 127.0.0.1:[..]/team/web, ordered by their first deployments; what was never deployed has no order

"#]]);
}

#[test]
fn what_cannot_be_listed_is_named() {
    let site = Site::new("{versions: semver}", "1.0.0");
    site.run(&["versions", "web"]).failure().stderr_eq(str![[r#"
error: 127.0.0.1:[..] does not have the tags of 127.0.0.1:[..]/team/web (status 404)
hint: check the name; a private repository looks missing without access

"#]]);
    let nobody = site.sandbox.towpath(&site.repository, &["versions", "web"]);
    nobody.assert().failure().stderr_eq(str![[r#"
error: 127.0.0.1:[..] wants to know who asks for the tags of 127.0.0.1:[..]/team/web: there is no credential for it
hint: `docker login 127.0.0.1:[..]` or `podman login 127.0.0.1:[..]` stores a credential that towpath uses; in CI set TOWPATH_REGISTRY, TOWPATH_REGISTRY_USER and TOWPATH_REGISTRY_PASSWORD

"#]]);
    let odd = Site::new("{image: 'Not An Image'}", "1.0.0");
    odd.run(&["versions", "web"]).code(2).stderr_eq(str![[r#"
error: `Not An Image` is not the name of an image in a registry, so web has no versions there
hint: name it in towpath.yaml: `apps: {web: {image: ghcr.io/team/web}}`

"#]]);
}

#[test]
fn the_newest_version_is_deployed_and_a_missing_one_refused() {
    let site = three_branches();
    let deploy = |arguments: &[&str]| site.run(&[&["deploy", "web"], arguments].concat());
    deploy(&["--latest", "--dry-run"]).success().stdout_eq(str![[r#"
...
-  newTag: main.20260801-100000.0a1b2c3
+  newTag: main.20260815-100000.2222222

"#]]);
    deploy(&["main.20260815-100000.2222222", "--pin-digest", "--dry-run"]).success().stdout_eq(
        str![[r#"
...
+  newTag: main.20260815-100000.2222222@sha256:[..]

"#]],
    );
    deploy(&["v9", "--dry-run"]).failure().stdout_eq(str![]).stderr_eq(str![[r#"
error: 127.0.0.1:[..]/team/web has no version `v9`, so nothing was changed
hint: `towpath versions web` lists those that exist
hint: --unchecked deploys it all the same

"#]]);
    deploy(&["v9", "--dry-run", "--unchecked"]).success().stdout_eq(str![[r#"
...
+  newTag: v9

"#]]);
    // A tag that moves is no version, however well its digest is known.
    deploy(&["latest", "--dry-run"]).failure();
    site.run(&["advance", "--dry-run"]).success().stdout_eq(str![[r#"
web main.20260815-100000.2222222 to dev: would be proposed: [..]

"#]]);
    site.registry.remove_tag("team/web", "main.20260815-100000.2222222");
    deploy(&["--latest", "--dry-run"]).success().stdout_eq(str![]).stderr_eq(str![[r#"
web is up to date with the registry

"#]]);
}

#[test]
fn a_marker_opens_the_gate() {
    let site = Site::new("{versions: semver}", "1.0.0");
    let config =
        std::fs::read_to_string(site.repository.join("towpath.yaml")).expect("it is there");
    let gate = "gates: [{attested: application/vnd.example.deployable, stages: [dev]}]\n";
    std::fs::write(site.repository.join("towpath.yaml"), config + gate).expect("written");
    site.sandbox.introduce();
    site.sandbox.git(&site.repository, &["commit", "-qam", "gate"]);
    for (tag, created) in [("1.0.0", "2026-08-01T00:00:00Z"), ("1.1.0", "2026-08-02T00:00:00Z")] {
        site.push(tag, created);
    }
    site.run(&["deploy", "web", "1.1.0", "--dry-run"]).code(3).stdout_eq(str![""]);
    site.run(&["deploy", "web", "--latest", "--dry-run"]).success().stderr_eq(str![[r#"
1.1.0 is newer, but may not be deployed: 1.1.0 has no artifact of type application/vnd.example.deployable
web is up to date with the registry

"#]]);
    site.run(&["advance", "--dry-run"]).success().stdout_eq(str![[r#"
web 1.1.0 to dev: not proposed: 1.1.0 has no artifact of type application/vnd.example.deployable

"#]]);
    let marker = ["attest", "web@1.1.0", "--type", "application/vnd.example.deployable"];
    site.run(&[&marker[..], &["--read-only"]].concat()).code(2).stderr_eq(str![[r#"
error: --read-only refuses `towpath attest`, because it writes

"#]]);
    for done in ["attached to", "was attached already to"] {
        site.run(&marker).success().stdout_eq("sha256:[..]\n").stderr_eq(format!(
            "application/vnd.example.deployable {done} 127.0.0.1:[..]/team/web@sha256:[..]\n"
        ));
    }
    site.run(&["ask", "web", "--to", "dev", "--version", "1.1.0"]).success();
    site.run(&["deploy", "web", "--latest", "--dry-run"]).success();
    site.run(&["attest", "web@9.9.9", "--type", "a/b"]).failure();
    site.run(&["attest", "web", "--type", "a/b"]).code(2);
    site.run(&["attest", "web@1.1.0", "--type", "marker"]).code(2);
}

#[test]
fn a_registry_is_asked_only_when_that_is_wanted() {
    let site = three_branches();
    for arguments in [
        &["status"][..],
        &["history"],
        &["diff", "dev", "prod"],
        &["trace", "web@main.20260801-100000.0a1b2c3"],
        &["promote", "web", "--to", "prod", "--dry-run"],
        &["ask", "web", "--to", "prod"],
        &["audit"],
        &["metrics"],
        &["deploy", "web", "v9", "--unchecked", "--dry-run"],
    ] {
        site.run(arguments);
    }
    assert_eq!(site.asked(), [""; 0]);
}

#[test]
fn the_audit_tells_what_is_gone_moved_or_unattested() {
    let site = Site::new("{versions: semver}", "1.0.0");
    let digest = site.push("1.0.0", "2026-08-01T10:00:00Z");
    let config = std::fs::read_to_string(site.repository.join("towpath.yaml")).expect("read");
    let gate = "gates: [{attested: a/deployable, stages: [prod]}]\n";
    std::fs::write(site.repository.join("towpath.yaml"), config + gate).expect("written");
    let pin = |stage: &str, tag: &str| {
        let text = format!("images:\n- name: {}/team/web\n  newTag: {tag}\n", site.host);
        let path = format!("apps/web/{stage}/kustomization.yaml");
        std::fs::write(site.repository.join(path), text).expect("written");
        site.sandbox.git(&site.repository, &["commit", "-qam", "deploy"]);
    };
    site.sandbox.introduce();
    pin("prod", &format!("1.0.0@{digest}"));
    let rules = ["audit", "--rule", "gone,tag-moved,unattested", "-q", "-o", "csv"];
    let audit = |options: &[&str]| site.run(&[&rules[..], options].concat());
    // Without --registry nothing is asked.
    audit(&[]).success();
    assert_eq!(site.asked(), [""; 0]);
    audit(&["--registry", "--fail-on", "high"]).code(3).stdout_eq(str![[r#"
id,rule,severity,app,stage,targets,version,time,commit,author,path,line,event,message
650ed3c5212dd7fd,unattested,high,web,prod,,1.0.0@sha256:cd84d0b741b246c94860347f54d1f585afd3f5da3713fb0889e856041f3311b2,,,,apps/web/prod/kustomization.yaml,3,,1.0.0@sha256:cd84d0b741b246c94860347f54d1f585afd3f5da3713fb0889e856041f3311b2 has no artifact of type a/deployable

"#]]);
    // The tag is pushed again, and dev gets a version that nobody pushed.
    site.push("1.0.0", "2026-08-02T10:00:00Z");
    audit(&["--registry"]).success().stdout_eq(str![[r#"
id,rule,severity,app,stage,targets,version,time,commit,author,path,line,event,message
a20fa360c8d75f2a,tag-moved,high,web,dev,,1.0.0,,,,apps/web/dev/kustomization.yaml,3,,"the tag names sha256:7606f76e now, and sha256:cd84d0b7 was pinned in prod"
650ed3c5212dd7fd,unattested,high,web,prod,,1.0.0@sha256:cd84d0b741b246c94860347f54d1f585afd3f5da3713fb0889e856041f3311b2,,,,apps/web/prod/kustomization.yaml,3,,1.0.0@sha256:cd84d0b741b246c94860347f54d1f585afd3f5da3713fb0889e856041f3311b2 has no artifact of type a/deployable
82137cfe033474c2,tag-moved,medium,web,prod,,1.0.0@sha256:cd84d0b741b246c94860347f54d1f585afd3f5da3713fb0889e856041f3311b2,,,,apps/web/prod/kustomization.yaml,3,,"the tag names sha256:7606f76e now, and sha256:cd84d0b7 is pinned here"

"#]]);
    pin("prod", "1.0.0");
    pin("dev", "0.9.0");
    audit(&["--registry"]).success().stdout_eq(str![[r#"
id,rule,severity,app,stage,targets,version,time,commit,author,path,line,event,message
2f787522ed98ca13,gone,high,web,dev,,0.9.0,,,,apps/web/dev/kustomization.yaml,3,,127.0.0.1:[..]/team/web has no 0.9.0
82137cfe033474c2,tag-moved,high,web,prod,,1.0.0,,,,apps/web/prod/kustomization.yaml,3,,"the tag names sha256:7606f76e now, and sha256:cd84d0b7 was pinned in prod"
650ed3c5212dd7fd,unattested,high,web,prod,,1.0.0,,,,apps/web/prod/kustomization.yaml,3,,1.0.0 has no artifact of type a/deployable

"#]]);
    // A repository that the registry does not show may be hidden, so it is not gone.
    let hidden = format!("images:\n- name: {}/team/hidden\n  newTag: 1.0.0\n", site.host);
    std::fs::write(site.repository.join("apps/web/dev/kustomization.yaml"), hidden).expect("it is");
    site.sandbox.git(&site.repository, &["commit", "-qam", "another image"]);
    let answer = site.run(&["audit", "--registry", "--rule", "gone", "-o", "json"]);
    let answer = fits("audit", &answer.get_output().stdout);
    assert!(answer["findings"].as_array().is_some_and(Vec::is_empty), "{answer}");
    let reason = answer["unknown"][0]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("does not have the tags of"), "{answer}");
    assert_eq!(answer["not_judged"][0]["id"], "gone");
    pin("dev", "0.9.0");
    site.run(&["audit", "--registry", "--rule", "gone"]).success().stderr_eq(str![[r#"
[..] deployments from 2026-08-01 to [..]

"#]]);
}

#[test]
fn an_audit_without_an_answer_says_so() {
    let site = Site::new("{versions: semver}", "1.0.0");
    site.push("1.0.0", "2026-08-01T10:00:00Z");
    let audit = |options: &[&str]| {
        let rules = ["audit", "--registry", "--rule", "gone", "--fail-on", "low"];
        let command = site.sandbox.towpath(&site.repository, &[&rules[..], options].concat());
        command.assert().code(1)
    };
    audit(&["-o", "junit"])
        .stdout_eq(str![[r#"
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="towpath audit" tests="1" failures="0" skipped="1">
  <testsuite name="gone" tests="1" failures="0">
    <testcase classname="gone" name="The registry does not have the version any more">
      <skipped message="needs an answer of the registries (`--registry`)"/>
    </testcase>
  </testsuite>
</testsuites>

"#]])
        .stderr_eq(str![[r#"
2 deployments from 2026-08-01 to 2026-09-01
warning: nothing is known of 2 versions: 127.0.0.1:[..] wants to know who asks for 127.0.0.1:[..]/team/web:1.0.0: there is no credential for it
error: a registry gave no answer, so it is unknown whether --fail-on would find something

"#]]);
    let answer = fits("audit", &audit(&["-o", "json"]).get_output().stdout);
    assert_eq!(answer["unknown"].as_array().map(Vec::len), Some(2), "{answer}");
}

#[test]
fn the_password_is_seen_nowhere() {
    let site = three_branches();
    let mut said = String::new();
    for arguments in [
        &["versions", "web", "--details", "-vvv"][..],
        &["deploy", "web", "--latest", "--dry-run", "-vvv"],
        &["deploy", "web", "v9", "--dry-run", "-vvv"],
        &["attest", "web@main.20260815-100000.2222222", "--type", "a/b", "-vvv"],
    ] {
        let output = site.command(arguments).output().expect("it runs");
        said += &String::from_utf8_lossy(&[output.stdout, output.stderr].concat());
    }
    let cache = site.sandbox.path("");
    let lying = site.sandbox.bash(&cache, "find . -type f -exec cat {} +").output();
    said += &String::from_utf8_lossy(&lying.expect("it runs").stdout);
    said += &site.asked().concat();
    assert!(said.contains("using the credential for"), "{said}");
    assert!(said.contains("schemaVersion"), "the cache was looked at");
    for secret in [SECRET, ENCODED] {
        assert!(!said.contains(secret), "{said}");
    }
}
