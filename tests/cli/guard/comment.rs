//! The comment of `guard --comment` and `comment`, on the fakes of all forges.

use crate::delivery::values;
use crate::fake::Pull;
use crate::fake::server::Answer;
use crate::fake::{Fault, TOKEN};
use crate::proposals::{FORGES, Forge};
use snapbox::{assert_data_eq, str};
use towpath::forge::ForgeKind;

/// A person's pull request: web v2 goes to staging.
fn proposed(kind: ForgeKind, name: &'static str) -> Forge {
    let forge = Forge::new(kind, name);
    let git = |words: &[&str]| forge.site.sandbox.git(&forge.site.clone, words);
    git(&["switch", "-q", "-c", "feature"]);
    change(&forge, "apps/staging/web.yaml", &values("web", "v2"));
    forge.fake.world.lock().expect("no panic within").add(Pull {
        head: "feature".into(),
        base: "main".into(),
        title: "web to staging".into(),
        ..Pull::default()
    });
    forge
}

fn change(forge: &Forge, path: &str, text: &str) {
    let git = |words: &[&str]| forge.site.sandbox.git(&forge.site.clone, words);
    std::fs::write(forge.site.clone.join(path), text).expect("written");
    git(&["add", "."]);
    // The comment names the commit.
    let time = "2026-08-15T10:00:00Z";
    let dates = [("GIT_AUTHOR_DATE", time), ("GIT_COMMITTER_DATE", time)];
    forge.site.sandbox.git_with(&forge.site.clone, &["commit", "-qm", "change"], &dates);
    git(&["push", "-q", "origin", "feature"]);
    let head = git(&["rev-parse", "HEAD"]).trim().to_owned();
    for pull in &mut forge.fake.world.lock().expect("no panic within").pulls {
        pull.commit = Some(head.clone());
    }
}

fn comments(forge: &Forge) -> Vec<String> {
    let world = forge.fake.world.lock().expect("no panic within");
    world.comments.iter().map(|comment| comment.body.clone()).collect()
}

const COMMENT: [&str; 5] = ["comment", "--base", "origin/main", "--proposal", "1"];
const GUARD: [&str; 6] = ["guard", "--base", "origin/main", "--proposal", "1", "--comment"];

#[test]
fn one_comment_says_what_would_move() {
    for (kind, name) in FORGES {
        let forge = proposed(kind, name);
        let said = forge.run(&COMMENT);
        assert!(said.ends_with("comment on pull request 1: added\n"), "{said}");
        let said = forge.run(&COMMENT);
        assert!(said.ends_with("comment on pull request 1: is as it was\n"), "{said}");
        assert!(comments(&forge).concat().contains("dev since 2026-08-04, by Ann"), "{name}");
        if kind == ForgeKind::GitHub {
            assert_data_eq!(
                comments(&forge).concat(),
                str![[r#"
[//]: # (towpath:comment)

### What this pull request would move

| app | stage | from | to | runs in |
| --- | --- | --- | --- | --- |
| web | staging | `v1` | `v2` | dev since 2026-08-04, by Ann |

### Gates

* all open: order, isolation, lock, rejected, hold

Judged by towpath: `8604ad9839` onto `45b1b64609`.

"#]]
            );
        }
        // What it would move has changed, and a rule says no.
        change(&forge, "apps/prod/web.yaml", &values("web", "v2"));
        let said = forge.run(&GUARD);
        assert!(said.starts_with("exit 3\n"), "{said}");
        assert!(said.contains("comment on pull request 1: brought up to date"), "{said}");
        let all = comments(&forge);
        assert_eq!(all.len(), 1, "{name}: {all:?}");
        if kind == ForgeKind::GitHub {
            assert_data_eq!(
                all.concat(),
                str![[r#"
[//]: # (towpath:comment)

### What this pull request would move

| app | stage | from | to | runs in |
| --- | --- | --- | --- | --- |
| web | prod | `v1` | `v2` | dev since 2026-08-04, by Ann |
| web | staging | `v1` | `v2` | dev since 2026-08-04, by Ann |

### May it be merged?

Not yet:

* web in prod: **order** staging has never run v2 (to open this gate, run `towpath deploy web v2 --to staging`)

### Gates

**prod**

* **order** shut: staging has never run v2
* open: isolation, lock, rejected, hold

**staging**

* all open: order, isolation, lock, rejected, hold

Judged by towpath: `b4f8d3d573` onto `45b1b64609`.

"#]]
            );
        }
        // Nothing moves any more: the comment says so.
        change(&forge, "apps/prod/web.yaml", &values("web", "v1"));
        change(&forge, "apps/staging/web.yaml", &values("web", "v1"));
        forge.run(&COMMENT);
        assert!(comments(&forge).concat().contains("No version changes."));
    }
}

#[test]
fn a_change_that_moves_nothing_gets_no_comment() {
    let forge = proposed(ForgeKind::GitHub, "github");
    change(&forge, "apps/staging/web.yaml", &values("web", "v1"));
    change(&forge, "README.md", "words\n");
    assert_data_eq!(
        forge.run(&COMMENT),
        str![[r#"
exit 0
--
pull request 1 moves no version: nothing is commented

"#]]
    );
    assert!(comments(&forge).is_empty());
}

#[test]
fn texts_of_the_repository_act_on_nothing() {
    let forge = proposed(ForgeKind::GitHub, "github");
    let reason = "@octocat fixes #1 <img src=x onerror=alert(1)> [x](https://evil.example) | `";
    forge.run(&["lock", "web", "--stage", "staging", "--reason", reason]);
    forge.run(&GUARD);
    let text = comments(&forge).concat();
    let (tables, options) = (pulldown_cmark::Options::ENABLE_TABLES, &text);
    for event in pulldown_cmark::Parser::new_ext(options, tables) {
        use pulldown_cmark::{Event, Tag};
        let is_act = matches!(
            event,
            Event::Html(_)
                | Event::InlineHtml(_)
                | Event::Start(Tag::Link { .. } | Tag::Image { .. })
        );
        assert!(!is_act, "{event:?} in {text}");
    }
    assert!(text.contains("@\u{200b}octocat fixes #\u{200b}1"), "{text}");
}

#[test]
fn a_slow_run_does_not_overwrite_a_later_one() {
    let forge = proposed(ForgeKind::GitHub, "github");
    let old = forge.site.sandbox.git(&forge.site.clone, &["rev-parse", "HEAD"]);
    change(&forge, "apps/staging/api.yaml", &values("api", "v3"));
    let slow = [&COMMENT[..], &["--head", old.trim()]].concat();
    let said = forge.run(&slow);
    assert!(said.starts_with("exit 2\n--\nerror: the pull request is about commit"), "{said}");
    assert!(comments(&forge).is_empty());
}

#[test]
fn a_judgement_stands_where_the_token_may_not_comment() {
    let forge = proposed(ForgeKind::GitHub, "github");
    let refused = Answer::refused(403, "Resource not accessible by integration");
    forge.fake.break_next("POST", "/comments", Fault::Instead(refused));
    let event = serde_json::json!({
        "pull_request": { "number": 1, "user": { "login": "ann" },
            "head": { "sha": forge.fake.world.lock().expect("no panic within").pulls[0].sha() } },
        "sender": { "login": "ann" },
    });
    let path = forge.site.sandbox.path("event.json");
    std::fs::write(&path, event.to_string()).expect("written");
    let api = forge.fake.api();
    let variables = [
        ("TOWPATH_FORGE", "github"),
        ("TOWPATH_FORGE_API", api.as_str()),
        ("TOWPATH_TOKEN", TOKEN),
        ("GITHUB_EVENT_PATH", path.to_str().expect("text")),
    ];
    let words = ["guard", "--base", "origin/main", "--comment", "-q"];
    assert_data_eq!(
        forge.site.run_with(&words, &variables).replace(&forge.fake.base, "http://forge"),
        str![[r#"
exit 0
result   subject   stage     change
ok       web       staging   v1 → v2
--

"#]]
    );
    let words = ["guard", "--base", "origin/main", "--comment", "--read-only"];
    assert_data_eq!(
        forge.site.run_with(&words, &variables),
        str![[r#"
exit 2
--
error: --read-only refuses `towpath guard --comment`, because it writes
hint: without --comment it only reads

"#]]
    );
    let words = ["comment", "--base", "origin/main", "--dry-run", "-q"];
    assert_data_eq!(
        forge.site.run_with(&words, &[]),
        str![[r#"
exit 0
### What this pull request would move

| app | stage | from | to | runs in |
| --- | --- | --- | --- | --- |
| web | staging | `v1` | `v2` | dev since 2026-08-04, by Ann |

### Gates

* all open: order, isolation, lock, rejected, hold

Judged by towpath: `8604ad9839` onto `45b1b64609`.
--

"#]]
    );
}
