//! `towpath changes`, and `towpath trace` for a commit of an app's sources.

use super::schema::fits;
use crate::support::{History, Sandbox};
use snapbox::str;
use std::path::{Path, PathBuf};

/// A deployment repository beside the sources of two apps, which are one repository.
struct Site {
    sandbox: Sandbox,
    repository: PathBuf,
}

impl Site {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let sources = History::new()
            .commit("2026-07-01T00:00:00Z", "Ann", "Start")
            .write("web/a", "1")
            .write("api/a", "1")
            .commit("2026-07-02T00:00:00Z", "Bob", "Show prices (#12)")
            .write("web/a", "2")
            .commit("2026-07-03T00:00:00Z", "Ann", "feat!: another address")
            .write("api/a", "2")
            .commit("2026-07-04T00:00:00Z", "Cleo", "Round prices (#123)")
            .write("web/a", "3");
        let folder = sandbox.repository("sources", &sources);
        for (tag, revision) in [("v1", "HEAD~3"), ("v2", "HEAD~2"), ("v3", "HEAD")] {
            sandbox.git(&folder, &["tag", tag, revision]);
        }
        let config = "stages: [dev, prod]\nsources: [{text: 'tags/{stage}/{app}'}]\n\
                      apps: {web: {source: ../sources, path: web}, api: {source: ../sources}}\n";
        let history = History::new()
            .commit("2026-08-01T00:00:00Z", "Alice", "start")
            .write("towpath.yaml", config)
            .write("tags/dev/web", "v1\n")
            .write("tags/prod/web", "v1\n")
            .write("tags/dev/api", "v1\n")
            .write("tags/prod/api", "odd\n")
            .commit("2026-08-02T00:00:00Z", "Alice", "two")
            .write("tags/dev/web", "v2\n")
            .commit("2026-08-03T00:00:00Z", "Alice", "three")
            .write("tags/dev/web", "v3\n")
            .write("tags/prod/web", "v2\n");
        let repository = sandbox.repository("deploy", &history);
        Site { sandbox, repository }
    }

    fn run(&self, arguments: &[&str]) -> snapbox::cmd::OutputAssert {
        self.sandbox.towpath(&self.repository, arguments).assert()
    }

    fn commit(&self, revision: &str) -> String {
        let sources: &Path = &self.sandbox.path("sources");
        self.sandbox.git(sources, &["rev-parse", revision]).trim().to_owned()
    }
}

#[test]
fn commits_between_stages_and_versions() {
    let site = Site::new();
    site.run(&["changes", "web"])
        .success()
        .stdout_eq(str![[r#"
commit       author   subject
a71697d578   Cleo     Round prices (#123)

"#]])
        .stderr_eq(str![[r#"
1 commit of web from v2 (prod) to v3 (dev)

"#]]);
    site.run(&["changes", "api", "--from", "v1", "--to", "v3"])
        .success()
        .stdout_eq(str![[r#"
commit       author   subject
a71697d578   Cleo     Round prices (#123)
0b93f75ffd   Ann      feat!: another address (breaking)
dfb67bcc71   Bob      Show prices (#12)

"#]])
        .stderr_eq(str![[r#"
3 commits of api from v1 to v3

"#]]);
    site.run(&["changes", "web", "--from", "dev", "--to", "prod"])
        .success()
        .stdout_eq(str![[r#"
commit       author   subject
a71697d578   Cleo     Round prices (#123)

"#]])
        .stderr_eq(str![[r#"
v2 (prod) is older than v3 (dev), and lacks 1 commit of web

"#]]);
    let json = ["changes", "api", "--from", "v1", "--to", "v3", "-n", "1", "-o", "json"];
    let output = site.sandbox.towpath(&site.repository, &json).output().expect("it runs");
    let answer = fits("changes", &output.stdout);
    assert_eq!((&answer["unlisted"], &answer["back"]), (&2.into(), &false.into()));
}

#[test]
fn what_cannot_be_compared_is_named() {
    let site = Site::new();
    site.run(&["changes", "api"]).failure().stdout_eq(str![]).stderr_eq(str![[r#"
error: [..]/sources has no revision for api odd
hint: `revision` under `apps` in towpath.yaml says how tags name revisions

"#]]);
    site.run(&["changes", "web", "--from", "nowhere"]).failure().stderr_eq(str![[r#"
error: [..]/sources has no revision for web nowhere
hint: `revision` under `apps` in towpath.yaml says how tags name revisions

"#]]);
    site.run(&["changes", "nothing"]).code(2).stderr_eq(str![[r#"
error: there is no app `nothing`
hint: the apps are api, web

"#]]);
    let plain = History::new()
        .commit("2026-08-01T00:00:00Z", "Alice", "start")
        .write("towpath.yaml", "stages: [dev]\nsources: [{text: 'tags/{stage}/{app}'}]\n")
        .write("tags/dev/web", "v1\n");
    let plain = site.sandbox.repository("plain", &plain);
    site.sandbox.towpath(&plain, &["changes", "web"]).assert().code(2).stderr_eq(str![[r#"
error: the source repository of web is unknown
hint: name it in towpath.yaml: `apps: {web: {source: https://git.example.com/team/web}}`

"#]]);
}

#[test]
fn the_stages_that_contain_a_commit() {
    let site = Site::new();
    let (twelve, last) = (site.commit("v2"), site.commit("v3"));
    site.run(&["trace", &twelve[..9], "--source", "web"])
        .success()
        .stdout_eq(str![[r#"
web dfb67bcc71 Show prices (#12) (Bob)

  stage   since (UTC)        with   now
  dev     2026-08-02 00:00   v2     contains it, runs v3
  prod    2026-08-03 00:00   v2     contains it, runs v2

"#]])
        .stderr_eq(str![]);
    site.run(&["trace", "#123", "--source", "web"]).success().stdout_eq(str![[r#"
web a71697d578 Round prices (#123) (Cleo)

  stage   since (UTC)        with   now
  dev     2026-08-03 00:00   v3     contains it, runs v3
  prod    never                     waits for it, runs v2

"#]]);
    // No version has this name, and both apps have the commit.
    site.run(&["trace", &last]).success().stdout_eq(str![[r#"
api a71697d578 Round prices (#123) (Cleo)

  stage   since (UTC)   now
  dev     never         waits for it, runs v1
  prod    unknown       no revision for odd

web a71697d578 Round prices (#123) (Cleo)

  stage   since (UTC)        with   now
  dev     2026-08-03 00:00   v3     contains it, runs v3
  prod    never                     waits for it, runs v2

"#]]);
    let json = ["trace", "#12", "--source", "web", "-o", "json"];
    let output = site.sandbox.towpath(&site.repository, &json).output().expect("it runs");
    let answer = fits("commit", &output.stdout);
    assert_eq!(answer["found"][0]["commit"], twelve.as_str());
    site.run(&["trace", "#99", "--source", "web"]).code(2).stderr_eq(str![[r#"
error: #99 is in none of [..]/sources

"#]]);
    site.run(&["trace", "v2", "--source", "web"]).code(2).stderr_eq(str![[r#"
error: `v2` is neither a commit nor a pull request
hint: seven digits of a commit id are enough; a pull request is `#12`

"#]]);
    site.run(&["trace", "0123456789"]).code(2).stderr_eq(str![[r#"
error: 0123456789 is in none of [..]/sources

"#]]);
}

#[test]
fn differences_and_deployments_list_their_commits() {
    let site = Site::new();
    site.run(&["diff", "dev", "prod", "--changes"]).success().stdout_eq(str![[r#"
app   dev   prod
api   v1    odd    unknown which is ahead
    commits unknown: [..]/sources has no revision for api odd
    hint: `revision` under `apps` in towpath.yaml says how tags name revisions
web   v3    v2     dev is 1 deployment ahead
    a71697d578   Cleo     Round prices (#123)

"#]]);
    site.run(&["history", "--changes", "--exact", "-n", "4"]).success().stdout_eq(str![[r#"
when               stage   app   from   to     kind      who     change
2026-08-03 00:00   dev     web   v2     → v3   deploy    Alice   8254587e3f
    a71697d578   Cleo     Round prices (#123)
2026-08-03 00:00   prod    web   v1     → v2   promote   Alice   8254587e3f
    dfb67bcc71   Bob      Show prices (#12)
2026-08-02 00:00   dev     web   v1     → v2   deploy    Alice   7d78637f2e
    dfb67bcc71   Bob      Show prices (#12)
2026-08-01 00:00   dev     api   ·      → v1   add       Alice   603f86047e

"#]]);
    let output = site.run(&["diff", "dev", "prod", "--changes", "-o", "json"]);
    let answer = fits("diff", &output.get_output().stdout);
    let api = &answer["differences"][0]["changes"];
    assert!(api["unknown"].as_str().is_some_and(|why| why.contains("no revision")), "{api}");
    let web = &answer["differences"][1]["changes"];
    assert_eq!(web["commits"][0]["subject"], "Round prices (#123)");
    // Without the option, nothing is cloned and the answer is as before.
    let plain = fits("diff", &site.run(&["diff", "dev", "prod", "-o", "json"]).get_output().stdout);
    assert!(plain["differences"][1].get("changes").is_none());
    let lines = site.run(&["history", "--changes", "-n", "1", "-o", "jsonl"]);
    let first = String::from_utf8_lossy(&lines.get_output().stdout).into_owned();
    let first = fits("deployment", first.lines().next().expect("a line").as_bytes());
    assert_eq!(first["changes"]["commits"].as_array().map(Vec::len), Some(1), "{first}");
    site.run(&["history", "--changes", "-o", "csv"]).code(2).stderr_eq(str![[r#"
error: CSV and Markdown have no place for the commits of --changes
hint: `--output json` has them

"#]]);
}
