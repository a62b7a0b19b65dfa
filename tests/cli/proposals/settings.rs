//! What `towpath.yaml` says of pull requests.

use super::Forge;
use crate::delivery::Site;
use crate::fake::TOKEN;
use snapbox::{assert_data_eq, str};
use std::path::PathBuf;
use towpath::forge::ForgeKind;

const STAGES: &str =
    "stages: [dev, staging, prod]\nsources:\n- helm-values: apps/{stage}/{app}.yaml\n";

/// Lands a configuration on the branch that is deployed.
pub fn configure(site: &Site, more: &str) {
    std::fs::write(site.clone.join("towpath.yaml"), format!("{STAGES}{more}")).expect("written");
    for arguments in [
        &["add", "towpath.yaml"] as &[&str],
        &["commit", "-qm", "configure towpath"],
        &["pull", "-q", "--rebase"],
        &["push", "-q", "origin", "HEAD:main"],
    ] {
        site.sandbox.git(&site.clone, arguments);
    }
}

#[test]
fn an_app_has_reviewers_of_its_own() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    configure(
        &forge.site,
        "proposals: {reviewers: [alice]}\napps: {api: {reviewers: [carol, Alice]}}\n",
    );
    forge.run(&["promote", "api", "--to", "prod"]);
    forge.run(&["deploy", "web", "v3"]);
    let world = forge.fake.world.lock().expect("no panic within");
    assert_eq!(world.pulls[0].reviewers, ["alice", "carol"]);
    assert_eq!(world.pulls[1].reviewers, ["alice"]);
}

/// A job on a server of one's own needs no `TOWPATH_FORGE`, as the CI system names the forge; on
/// another host than that of `origin`, it says nothing.
#[test]
fn the_forge_is_the_one_that_runs_the_job() {
    let promote = ["promote", "api", "--to", "prod"];
    for (kind, variables) in [
        (
            ForgeKind::GitHub,
            [
                ("GITHUB_ACTIONS", "true"),
                ("GITHUB_SERVER_URL", "SERVER"),
                ("GITHUB_API_URL", "API"),
            ],
        ),
        (
            ForgeKind::Gitea,
            [
                ("GITHUB_ACTIONS", "true"),
                ("GITHUB_SERVER_URL", "SERVER"),
                ("GITHUB_API_URL", "API"),
            ],
        ),
        (
            ForgeKind::GitLab,
            [("GITLAB_CI", "true"), ("CI_SERVER_URL", "SERVER"), ("CI_API_V4_URL", "API")],
        ),
        (
            ForgeKind::Azure,
            [
                ("TF_BUILD", "True"),
                ("SYSTEM_COLLECTIONURI", "SERVER"),
                ("TOWPATH_FORGE_API", "API"),
            ],
        ),
        (
            ForgeKind::Bitbucket,
            [
                ("CI_FORGE_TYPE", "bitbucket"),
                ("CI_FORGE_URL", "SERVER"),
                ("TOWPATH_FORGE_API", "API"),
            ],
        ),
    ] {
        let forge = Forge::new(kind, "");
        let api = forge.fake.api();
        let run = |server: &str| {
            let value = |text: &'static str| text.replace("SERVER", server).replace("API", &api);
            let variables = variables.map(|(name, text)| (name, value(text)));
            let all: Vec<(&str, &str)> = variables
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .chain([("TOWPATH_TOKEN", TOKEN)])
                .collect();
            forge.site.run_with(&promote, &all)
        };
        // The address stands for a folder here, which has no forge.
        let said = run("https://other.example.com/");
        let asked = forge.fake.world.lock().expect("no panic within").requests.len();
        assert_eq!(asked, 0, "{kind:?}: {said}");
        let said = run("https://git.example.com/");
        assert!(said.contains("opened pull request 1"), "{kind:?}: {said}");
    }
}

/// Ticks of people stay until the version changes.
#[test]
fn the_text_is_as_configured() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    configure(
        &forge.site,
        "\
proposals:
  body: |
    {{ moves }}
    {{ gates }}
    ### Checklist for {{ app }}

    - [ ] smoke test in {{ stage }}
",
    );
    let text = || forge.fake.world.lock().expect("no panic within").pulls[0].body.clone();
    forge.run(&["deploy", "web", "v3"]);
    assert_data_eq!(
        text(),
        str![[r#"
[//]: # (towpath:begin [..])

| app | from | to |
| --- | --- | --- |
| web | `v2` | `v3` |

Deployed by towpath.

### Gates

[//]: # (towpath:gates)

* all open: order, isolation, lock, rejected, hold

[//]: # (/towpath:gates)

### Checklist for web

- [ ] smoke test in dev

[//]: # (towpath:end)

"#]]
    );
    let ticked = text().replace("- [ ]", "- [x]");
    forge.fake.world.lock().expect("no panic within").pulls[0].body = ticked.clone();
    let again = forge.run(&["deploy", "web", "v3"]);
    assert!(again.contains("nothing to do") && text() == ticked, "{again}");
    forge.run(&["deploy", "web", "v4"]);
    assert!(text().contains("- [ ] smoke test in dev"), "{}", text());
}

#[test]
fn labels_reviewers_and_words_are_as_configured() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    configure(
        &forge.site,
        "\
proposals:
  subject: 'chore({{ stage }}): {{ app }} {{ from }} to {{ to }}'
  labels: [towpath, prod]
  reviewers: alice
  draft: true
",
    );
    assert_data_eq!(
        forge.run(&["promote", "api", "--to", "prod"]),
        str![[r#"
exit 0
https://github.example/o/r/pull/1
--
app   prod   from staging
api   v1     → v2
opened pull request 1: chore(prod): api v1 to v2

"#]]
    );
    {
        let world = forge.fake.world.lock().expect("no panic within");
        let pull = &world.pulls[0];
        assert_eq!(
            (pull.labels.as_slice(), pull.reviewers.as_slice()),
            (&["towpath".to_owned(), "prod".into()][..], &["alice".to_owned()][..])
        );
        assert!(pull.draft && !pull.auto);
    }
    assert_eq!(
        forge.site.at_origin(&["log", "-1", "--format=%s", "towpath/prod/api"]),
        "chore(prod): api v1 to v2\n"
    );
    // People take the draft and a label away, and somebody reviews.
    {
        let mut world = forge.fake.world.lock().expect("no panic within");
        let pull = &mut world.pulls[0];
        (pull.draft, pull.labels, pull.reviewers) = (false, vec!["prod".into()], Vec::new());
        pull.reviews = vec![("alice".into(), "COMMENTED".into())];
    }
    let again = forge.run(&["promote", "api", "--to", "prod"]);
    assert!(again.contains("updated pull request 1"), "{again}");
    let pull = forge.fake.world.lock().expect("no panic within").pulls[0].clone();
    assert_eq!(
        (pull.labels, pull.reviewers, pull.draft),
        (vec!["prod".to_owned(), "towpath".into()], Vec::new(), false)
    );
}

#[test]
fn one_stage_merges_by_itself() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    configure(&forge.site, "proposals: {method: squash, merge: auto}\n");
    let said = forge.run(&["promote", "api", "--to", "prod"]);
    assert_data_eq!(
        said,
        str![[r#"
exit 0
https://github.example/o/r/pull/1
--
app   prod   from staging
api   v1     → v2
opened pull request 1: Promote api to prod: v1 -> v2
the forge merges it once its own conditions are met

"#]]
    );
    assert!(forge.fake.world.lock().expect("no panic within").pulls[0].auto);
    let asked = forge
        .fake
        .requests()
        .into_iter()
        .find(|request| request.body.to_string().contains("enablePullRequestAutoMerge"))
        .expect("asked for");
    let input = &asked.body["variables"]["input"];
    assert_data_eq!(
        format!(
            "{}\n\n{}",
            input["commitHeadline"].as_str().unwrap_or_default(),
            input["commitBody"].as_str().unwrap_or_default()
        ),
        str![[r#"
Promote api to prod: v1 -> v2 (#1)

App: api
Stage: prod
Image: ghcr.io/example/api
From-Version: v1
To-Version: v2
Promoted-From: staging
Promoted-By: Jo Doe <jo@example.com>
Edits: [..]

"#]]
    );
    let count = |forge: &Forge| {
        forge.fake.requests().iter().filter(|request| request.path.ends_with("/graphql")).count()
    };
    let before = count(&forge);
    forge.run(&["promote", "api", "--to", "prod"]);
    assert_eq!(count(&forge), before, "it is asked for once");
}

#[test]
fn what_does_not_merge_by_itself_is_open_all_the_same() {
    let forge = Forge::new(ForgeKind::Bitbucket, "bitbucket");
    configure(&forge.site, "proposals: {merge: auto}\n");
    assert_data_eq!(
        forge.run(&["promote", "api", "--to", "prod"]),
        str![[r#"
exit 0
https://bitbucket.org/o/r/pull-requests/1
--
app   prod   from staging
api   v1     → v2
opened pull request 1: Promote api to prod: v1 -> v2
warning: cannot turn on automatic merging of pull request 1: Bitbucket does not support auto-merge
hint: `towpath advance` merges it once every gate is open and the forge allows it

"#]]
    );
}

/// The sources of an app: three versions, the last commit of which have words that Markdown knows.
pub fn sources(site: &Site) -> PathBuf {
    let history = crate::support::History::new()
        .commit("2026-07-01T10:00:00Z", "Ann", "first")
        .write("a", "1")
        .commit("2026-07-02T10:00:00Z", "Bob", "fix: *all* of <it> for @carol (#7)")
        .write("a", "2")
        .commit("2026-07-03T10:00:00Z", "Ann", "faster")
        .write("a", "3");
    let path = site.sandbox.bare("api.git", &history);
    site.sandbox.git(&path, &["tag", "v1", "main~2"]);
    site.sandbox.git(&path, &["tag", "v2", "main"]);
    path
}

#[test]
fn a_pull_request_says_what_it_brings() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    let sources = sources(&forge.site);
    let address = "https://github.com/example/api";
    let real = format!("url.{}.insteadOf", sources.display());
    let home = forge.site.sandbox.path("home").join(".gitconfig");
    forge.site.sandbox.git(
        &forge.site.clone,
        &["config", "--file", home.to_str().expect("plain"), &real, address],
    );
    configure(&forge.site, "apps: {'*': {repository: 'https://github.com/example/{app}'}}\n");
    forge.run(&["promote", "api", "--to", "prod"]);
    let body =
        |forge: &Forge| forge.fake.world.lock().expect("no panic within").pulls[0].body.clone();
    assert_data_eq!(
        body(&forge).replace('\u{200b}', "{break}"),
        str![[r#"
[//]: # (towpath:begin 6ce481b7 b5a9f03e)

| app | from | to | runs in | |
| --- | --- | --- | --- | --- |
| api | `v1` | `v2` | dev since 2026-08-02, by Ann; staging since 2026-08-03, by Ann | [compare](https://github.com/example/api/compare/v1...v2) |

Promoted from staging by towpath.

### Commits added to api

* [d2b273e037](https://github.com/example/api/commit/d2b273e037a945696c0581c81770e8a272b847a2) faster (Ann)
* [d5496e2310](https://github.com/example/api/commit/d5496e2310f58f9413b1c6490cae2be30686adfa) fix: /*all/* of /<it/> for @{break}carol ([#{break}7](https://github.com/example/api/pull/7), Bob)

### Gates

[//]: # (towpath:gates)

* all open: order, isolation, lock, rejected, hold

[//]: # (/towpath:gates)

### What you can do here

* Merge it: prod then runs the new version. The gates above should be open.
* Approve it, where a gate needs approvals: by a review if the forge has reviews, or by `towpath approve api --stage prod --version v2`.
* `towpath reject api v2 --reason WHY` stops the version in every later stage.
* Close it: towpath does not open it again for this version. A newer version gets a new pull request.
* Write above or below this text, or push to the branch: towpath changes only its own text and its own commits.

### How to take it back

After the merge, revert the commit, or run

```sh
towpath rollback api --stage prod --version v1
```

[//]: # (towpath:end)

"#]]
    );
    // What the gates say is said anew, and a title that a person wrote stays.
    let told = body(&forge);
    let gates = "| gate | |\n| --- | --- |\n| bake | open |";
    let with_gates =
        towpath::promotion::with_section(&body(&forge), towpath::promotion::GATES, gates);
    forge.fake.world.lock().expect("no panic within").pulls[0].body =
        with_gates.replace('\n', "\r\n");
    let again = forge.run(&["promote", "api", "--to", "prod"]);
    assert!(again.contains("updated pull request 1") && body(&forge) == told, "{again}");
    forge.fake.world.lock().expect("no panic within").pulls[0].title = "renamed".into();
    let again = forge.run(&["promote", "api", "--to", "prod"]);
    assert!(again.contains("nothing to do") && body(&forge) == told, "{again}");
    assert_eq!(forge.fake.world.lock().expect("no panic within").pulls[0].title, "renamed");
}

#[test]
fn sources_that_cannot_be_reached_are_said_and_left_out() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    let nowhere = forge.site.sandbox.path("nowhere.git");
    configure(&forge.site, &format!("apps: {{api: {{repository: {}}}}}\n", nowhere.display()));
    assert_data_eq!(
        forge.run(&["promote", "api", "--to", "prod"]),
        str![[r#"
exit 0
https://github.example/o/r/pull/1
--
app   prod   from staging
api   v1     → v2
warning: cannot list the commits of api: git could not clone an app's sources: fatal: repository '/sandbox/nowhere.git' does not exist
opened pull request 1: Promote api to prod: v1 -> v2

"#]]
    );
    configure(&forge.site, "apps: {web: {repository: 'ext::sh -c x'}}\n");
    let said = forge.run(&["promote", "web", "--to", "staging"]);
    assert_data_eq!(
        said,
        str![[r#"
exit 0
https://github.example/o/r/pull/2
--
app   staging   from dev
web   v1        → v2
warning: cannot list the commits of web: git could not clone an app's sources: `ext::` runs an external program
opened pull request 2: Promote web to staging: v1 -> v2

"#]]
    );
}

#[test]
fn a_forge_that_only_the_file_names_gets_no_general_token() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    configure(&forge.site, "forge: github\n");
    assert_data_eq!(
        forge.site.run_with(&["deploy", "web", "v3"], &[("TOWPATH_TOKEN", crate::fake::TOKEN)]),
        str![[r#"
exit 1
--
app   dev   to
web   v2    → v3
error: there is no token for git.example.com
hint: only towpath.yaml names this forge, so towpath sends TOWPATH_TOKEN only with --forge or TOWPATH_FORGE

"#]]
    );
    configure(&forge.site, "forge: githbu\n");
    assert_data_eq!(
        forge.site.run_with(&["deploy", "web", "v3"], &[]),
        str![[r#"
exit 2
--
warning: no registry was asked about v3: the configuration is invalid
error: the configuration is invalid
towpath.yaml:4:8: `forge` cannot be `githbu`
  hint: did you mean `github`?

"#]]
    );
}
