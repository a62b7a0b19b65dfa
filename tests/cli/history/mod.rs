//! `towpath history`

mod follow;
mod formats;
mod layout;
mod robust;

use crate::support::{History, Sandbox};
use snapbox::str;

const CONFIG: &str = "\
stages: [dev, {name: prod, aliases: [live]}]
sources:
  - yaml: tags/{stage}/{app}.yaml
    tag: tag
";

fn tag(text: &str) -> String {
    format!("tag: {text}\n")
}

/// `web` is promoted, rolled back and hotfixed; `api` comes and goes.
pub fn story() -> History {
    let id = "27e1396100000000000000000000000000000000";
    History::new()
        .commit("2026-08-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", CONFIG)
        .write("tags/dev/web.yaml", &tag("v1"))
        .write("tags/prod/web.yaml", &tag("v1"))
        .commit(
            "2026-08-20T10:00:00Z",
            "deploy-bot",
            "web v2 to dev\n\nCo-authored-by: Cleo <cleo@example.com>",
        )
        .write("tags/dev/web.yaml", &tag("v2"))
        .commit("2026-08-20T12:30:00Z", "Bob", "web v2 to prod (#12)")
        .write("tags/prod/web.yaml", &tag("v2"))
        .commit("2026-08-20T13:00:00Z", "Bob", "Merge pull request #13 from team/rollback")
        .write("tags/prod/web.yaml", &tag("v1"))
        .commit("2026-08-31T10:00:00Z", "Alice", "hotfix")
        .write("tags/prod/web.yaml", &tag(id))
        .commit("2026-08-31T11:00:00Z", "Alice", "api")
        .write("tags/dev/api.yaml", &tag("v7"))
        .commit("2026-09-01T11:00:00Z", "Alice", "no api")
        .remove("tags/dev/api.yaml")
        .commit("2026-09-01T11:30:00Z", "Bob", "no deployment")
        .write("README.md", "read me")
}

fn history(arguments: &[&str]) -> snapbox::cmd::OutputAssert {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    sandbox.towpath(&repository, &[&["history"], arguments].concat()).assert()
}

/// The answer without its heading, one space between columns.
fn rows(arguments: &[&str]) -> Vec<String> {
    let output = history(arguments).success().get_output().stdout.clone();
    let text = String::from_utf8(output).expect("text");
    text.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn newest_first() {
    history(&[])
        .success()
        .stdout_eq(str![[r#"
when   stage   app   from   to           kind       who     change
1h     dev     api   v7     → ·          remove     Alice   5987fdf481
1d     dev     api   ·      → v7         add        Alice   8e5bae7a9f
1d     prod    web   v1     → 27e13961   skip       Alice   deef026c02
11d    prod    web   v2     → v1         rollback   Bob     #13
11d    prod    web   v1     → v2         promote    Bob     #12
12d    dev     web   v1     → v2         deploy     Cleo    73b92b5a79
31d    dev     web   ·      → v1         add        Alice   75c0badf59
31d    prod    web   ·      → v1         add        Alice   75c0badf59

"#]])
        .stderr_eq(str![]);
}

#[test]
fn apps_stages_and_kinds_are_chosen() {
    assert_eq!(rows(&["api"]).len(), 2);
    assert_eq!(rows(&["--app", "a*"]).len(), 2);
    assert_eq!(rows(&["--stage", "live", "web"]).len(), 4);
    assert_eq!(rows(&["--kind", "rollback,skip"]).len(), 2);
    assert_eq!(rows(&["-n", "3"]).len(), 3);
    assert_eq!(rows(&["-n", "0"]).len(), 8);
}

#[test]
fn a_span_of_time_is_chosen() {
    assert_eq!(rows(&["--since", "2026-08-20", "--until", "2026-08-20T13:00:00Z"]).len(), 2);
    assert_eq!(rows(&["--since", "2 hours ago"]).len(), 1);
    assert_eq!(rows(&["--since", "HEAD~2", "--stage", "dev"]).len(), 2);
}

#[test]
fn people_are_found_by_name_address_and_trailer() {
    assert_eq!(rows(&["--author", "BOB"]).len(), 2);
    assert_eq!(rows(&["--author", "cleo@"]).len(), 1);
    assert_eq!(rows(&["--author", "deploy-bot"]).len(), 1);
}

#[test]
fn versions_are_found_by_tag_pattern_and_beginning() {
    assert_eq!(rows(&["--version", "v2"]).len(), 2);
    assert_eq!(rows(&["--version", "v?"]).len(), 6);
    assert_eq!(rows(&["--version", "27e139"]).len(), 1);
}

#[test]
fn nothing_is_an_answer_too() {
    history(&["--author", "nobody"]).success().stdout_eq("").stderr_eq(str![[r#"
no deployment matches

"#]]);
}

#[test]
fn slips_are_named() {
    history(&["wep"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no app `wep`
hint: did you mean `web`?

"#]]);
    history(&["--stage", "pord"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no stage `pord`
hint: did you mean `prod`?

"#]]);
    history(&["--since", "sometime"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `sometime` is neither a commit, branch or tag in this repository nor a time
hint: a time can be written `2026-05-05`, `2026-05-05T10:00`, `2026-05-05T10:00:00Z`, `14:05` (today), `now`, `today`, `yesterday`, `noon`, `last monday`, `3 days ago`, `2 weeks ago`, `90d`

"#]]);
    history(&["--kind", "rolback"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value 'rolback' for '--kind <KIND>'
  [possible values: deploy, promote, rollback, skip, add, remove, image]

  tip: a similar value exists: 'rollback'

For more information, try '--help'.

"#]]);
}

#[test]
fn exact_times_when_asked_for() {
    history(&["--exact", "-n", "2"])
        .success()
        .stdout_eq(str![[r#"
when               stage   app   from   to     kind     who     change
2026-09-01 11:00   dev     api   v7     → ·    remove   Alice   5987fdf481
2026-08-31 11:00   dev     api   ·      → v7   add      Alice   8e5bae7a9f

"#]])
        .stderr_eq("");
}

#[test]
fn narrow_terminals_without_utf_8() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    let history =
        sandbox.towpath(&repository, &["history", "-n", "3"]).env("COLUMNS", "60").env("LANG", "C");
    history
        .assert()
        .success()
        .stdout_eq(str![[r#"
when  stage  app  from  to           kind    who
1h    dev    api  v7    -> -         remove  Alice
1d    dev    api  -     -> v7        add     Alice
1d    prod   web  v1    -> 27e13961  skip    Alice
(no room for: change)

"#]])
        .stderr_eq("");
}

/// Names of people, versions and apps may hold anything.
#[test]
fn nothing_but_text_reaches_the_terminal() {
    let sandbox = Sandbox::new();
    let evil = story()
        .raw_commit(
            "2026-09-01T11:40:00Z",
            "Mal\u{1b}[31m\u{202e}lory",
            "m@example.com",
            "x\u{1b}]0;t\u{7}",
        )
        .write("tags/dev/web.yaml", "tag: \"v3\\e[2J\"\n");
    let repository = sandbox.repository("deploy", &evil);
    for format in ["table", "json", "jsonl", "csv", "markdown"] {
        let history = sandbox
            .towpath(&repository, &["history", "-n", "1", "-o", format])
            .output()
            .expect("runs");
        let said = String::from_utf8(history.stdout).expect("text");
        assert!(said.contains("lory") && !said.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{said}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    sandbox
        .bash(&repository, "set -o pipefail; towpath history -o jsonl | head -1 | wc -l")
        .assert()
        .success()
        .stdout_eq("1\n")
        .stderr_eq("");
}

#[test]
fn a_shallow_clone_says_where_it_ends() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    let url = format!("file://{}", repository.display());
    sandbox.git(&sandbox.path("home"), &["clone", "-q", "--depth", "4", &url, "shallow"]);
    sandbox
        .towpath(&sandbox.path("home/shallow"), &["history"])
        .assert()
        .success()
        .stdout_eq(str![[r#"
when   stage   app   from   to     kind     who     change
1h     dev     api   v7     → ·    remove   Alice   5987fdf481
1d     dev     api   ·      → v7   add      Alice   8e5bae7a9f

"#]])
        .stderr_eq(str![[r#"
warning: this clone is shallow, and its history ends at deef026c02; `git fetch --unshallow` fetches the rest

"#]]);
}
