//! Pull requests, against a forge over HTTP with state and a real bare repository behind it.

mod forks;
mod joint;
mod lives;
mod people;
mod pictures;
mod plain;
mod random_lives;
mod settings;
#[cfg(unix)]
mod tokens;
mod up_to_date;
mod wait;

use crate::delivery::{Site, values};
use crate::fake::server::Answer;
use crate::fake::{Fake, Fault, TOKEN};
use snapbox::{assert_data_eq, str};
use std::fmt::Write as _;
use towpath::forge::ForgeKind;

/// Every kind of forge, and its name in the configuration.
pub const FORGES: [(ForgeKind, &str); 5] = [
    (ForgeKind::GitHub, "github"),
    (ForgeKind::GitLab, "gitlab"),
    (ForgeKind::Gitea, "forgejo"),
    (ForgeKind::Bitbucket, "bitbucket"),
    (ForgeKind::Azure, "azure"),
];

/// The address of the repository at the forge, which git is told to look for in the sandbox.
fn address(kind: ForgeKind) -> &'static str {
    match kind {
        ForgeKind::Azure => "https://git.example.com/org/p/_git/r",
        ForgeKind::GitLab => "https://git.example.com/group/sub/r.git",
        _ => "https://git.example.com/o/r.git",
    }
}

pub struct Forge {
    pub site: Site,
    pub fake: Fake,
    name: &'static str,
}

impl Forge {
    pub fn new(kind: ForgeKind, name: &'static str) -> Forge {
        let site = Site::new();
        let real = format!("url.{}.insteadOf", site.origin.display());
        site.sandbox.git(&site.clone, &["config", &real, address(kind)]);
        site.sandbox.git(&site.clone, &["remote", "set-url", "origin", address(kind)]);
        let fake = Fake::start(kind);
        let origin = git2::Repository::open_bare(&site.origin).expect("it is there");
        let head_of = move |branch: &str| {
            origin
                .refname_to_id(&format!("refs/heads/{branch}"))
                .expect("it was pushed")
                .to_string()
        };
        fake.world.lock().expect("no panic within").head_of = Some(Box::new(head_of));
        Forge { site, fake, name }
    }

    pub fn run(&self, arguments: &[&str]) -> String {
        let api = self.fake.api();
        let variables =
            [("TOWPATH_FORGE", self.name), ("TOWPATH_FORGE_API", &api), ("TOWPATH_TOKEN", TOKEN)];
        let said =
            self.site.run_with(arguments, &variables).replace(&self.fake.base, "http://forge");
        assert!(!said.contains(TOKEN), "{said}");
        said
    }

    /// All pull requests there ever were.
    fn pulls(&self) -> String {
        let mut out = String::new();
        for pull in &self.fake.world.lock().expect("no panic within").pulls {
            let _ = writeln!(
                out,
                "{} {} {} -> {}: {}",
                pull.number, pull.state, pull.head, pull.base, pull.title
            );
        }
        out
    }
}

#[test]
fn a_pull_request_is_opened_once() {
    for (kind, name) in FORGES {
        let forge = Forge::new(kind, name);
        let first = forge.run(&["promote", "api", "--to", "prod"]);
        assert!(first.starts_with("exit 0\nhttp"), "{first}");
        let second = forge.run(&["promote", "api", "--to", "prod"]);
        assert!(second.contains("nothing to do: pull request 1"), "{second}");
        assert_data_eq!(
            forge.pulls(),
            "1 open towpath/prod/api -> main: Promote api to prod: v1 -> v2\n"
        );
        assert_eq!(forge.site.says("towpath/prod/api", "apps/prod/api.yaml"), values("api", "v2"));
        assert_eq!(forge.site.says("main", "apps/prod/api.yaml"), values("api", "v1"));
        if kind == ForgeKind::GitHub {
            assert_data_eq!(
                first,
                str![[r#"
exit 0
https://github.example/o/r/pull/1
--
app   prod   from staging
api   v1     → v2
opened pull request 1: Promote api to prod: v1 -> v2

"#]]
            );
            assert_data_eq!(
                second,
                str![[r#"
exit 0
https://github.example/o/r/pull/1
--
app   prod   from staging
api   v1     → v2
nothing to do: pull request 1: Promote api to prod: v1 -> v2

"#]]
            );
            let body = forge.fake.world.lock().expect("no panic within").pulls[0].body.clone();
            assert_data_eq!(
                body,
                str![[r#"
[//]: # (towpath:begin 6ce481b7 b5a9f03e)

| app | from | to | runs in |
| --- | --- | --- | --- |
| api | `v1` | `v2` | dev since 2026-08-02, by Ann; staging since 2026-08-03, by Ann |

Promoted from staging by towpath.

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
        }
    }
}

#[test]
fn a_newer_version_takes_the_place_of_an_older_one() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    forge.run(&["deploy", "web", "v3"]);
    assert_data_eq!(
        forge.run(&["deploy", "web", "v4"]),
        str![[r#"
exit 0
https://github.example/o/r/pull/1
--
app   dev   to
web   v2    → v4
updated pull request 1: Deploy web to dev: v2 -> v4

"#]]
    );
    assert_data_eq!(forge.pulls(), "1 open towpath/dev/web -> main: Deploy web to dev: v2 -> v4\n");
    assert_eq!(forge.site.says("towpath/dev/web", "apps/dev/web.yaml"), values("web", "v4"));
    assert_eq!(forge.site.at_origin(&["rev-list", "--count", "main..towpath/dev/web"]), "1\n");
}

#[test]
fn closed_or_merged_the_next_one_is_new() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    forge.run(&["deploy", "web", "v3"]);
    forge.fake.world.lock().expect("no panic within").pulls[0].state = "closed".into();
    forge.run(&["deploy", "web", "v3"]);
    forge.site.at_origin(&["update-ref", "refs/heads/main", "towpath/dev/web"]);
    forge.fake.world.lock().expect("no panic within").pulls[1].state = "merged".into();
    assert_data_eq!(
        forge.run(&["deploy", "web", "v3"]),
        str![[r#"
exit 0
--
web is at v3 in dev already

"#]]
    );
    forge.run(&["deploy", "web", "v4"]);
    assert_data_eq!(
        forge.pulls(),
        str![[r#"
1 closed towpath/dev/web -> main: Deploy web to dev: v2 -> v3
2 merged towpath/dev/web -> main: Deploy web to dev: v2 -> v3
3 open towpath/dev/web -> main: Deploy web to dev: v3 -> v4

"#]]
    );
}

#[test]
fn what_others_have_pushed_is_left_alone() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    forge.run(&["deploy", "web", "v3"]);
    let site = &forge.site;
    site.sandbox.git(&site.clone, &["fetch", "-q"]);
    site.sandbox.git(&site.clone, &["switch", "-q", "towpath/dev/web"]);
    let mine = |arguments: &[&str]| {
        std::fs::write(site.clone.join("apps/dev/web.yaml"), values("web", "v3-hotfix"))
            .expect("written");
        site.sandbox.git(&site.clone, arguments);
        site.sandbox.git(&site.clone, &["push", "-q", "--force"]);
        site.at_origin(&["rev-parse", "towpath/dev/web"])
    };
    let head = mine(&["commit", "-qam", "more"]);
    assert_data_eq!(
        forge.run(&["deploy", "web", "v4"]),
        str![[r#"
exit 1
--
app   dev   to
web   v2    → v4
error: branch `towpath/dev/web` has commits by others, so towpath does not change it
hint: merge or delete the branch, then run the command again

"#]]
    );
    assert_eq!(site.at_origin(&["rev-parse", "towpath/dev/web"]), head);
    // Amended, with our words still in the message.
    site.sandbox.git(&site.clone, &["reset", "-q", "--hard", "HEAD~1"]);
    let head = mine(&["commit", "-q", "-a", "--amend", "--no-edit"]);
    assert!(forge.run(&["deploy", "web", "v4"]).starts_with("exit 1\n"));
    assert_eq!(site.at_origin(&["rev-parse", "towpath/dev/web"]), head);
}

/// The branch was pushed, and the forge was in trouble: the next run ends in one pull request.
#[test]
fn after_trouble_the_next_run_finishes() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    let trouble = || Fault::Instead(Answer::refused(403, "no permission"));
    forge.fake.break_next("POST", "/pulls", trouble());
    assert_data_eq!(
        forge.run(&["promote", "api", "--to", "prod"]),
        str![[r#"
exit 1
--
app   prod   from staging
api   v1     → v2
error: git.example.com denied access (status 403, `POST http://forge/api/v3/repos/o/r/pulls`): no permission
hint: the token needs permission to read the repository and to write pull requests and statuses

"#]]
    );
    assert_data_eq!(forge.pulls(), "");
    forge.run(&["promote", "api", "--to", "prod"]);
    assert_data_eq!(
        forge.pulls(),
        "1 open towpath/prod/api -> main: Promote api to prod: v1 -> v2\n"
    );
}

#[test]
fn one_for_each_app_or_one_for_all() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    forge.run(&["deploy", "web", "v3", "--push"]);
    forge.run(&["deploy", "blog", "v3", "--push"]);
    forge.run(&["promote", "--all", "--to", "staging"]);
    forge.run(&["promote", "--all", "--to", "staging", "--one-pr"]);
    assert_data_eq!(
        forge.pulls(),
        str![[r#"
1 closed towpath/staging/blog -> main: Promote blog to staging: v1 -> v3
2 closed towpath/staging/web -> main: Promote web to staging: v1 -> v3
3 open towpath/staging/_all -> main: Promote 2 apps to staging

"#]]
    );
}

#[test]
fn without_a_token_it_says_where_one_is_looked_for() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    let api = forge.fake.api();
    let variables = [("TOWPATH_FORGE", "github"), ("TOWPATH_FORGE_API", api.as_str())];
    assert_data_eq!(
        forge.site.run_with(&["deploy", "web", "v3"], &variables),
        str![[r#"
exit 1
--
app   dev   to
web   v2    → v3
error: there is no token for git.example.com
hint: set TOWPATH_TOKEN or the variable of the forge; `gh auth login` and Git credential helpers work too

"#]]
    );
    assert_eq!(forge.site.at_origin(&["branch", "--format=%(refname:short)"]), "main\n");
}
