//! How the guard answers, and how it learns who asks.

use super::{Case, Site, ahead, ahead_by, deployment, overlay, values};
use crate::support::{History, NOW, Sandbox};
use snapbox::{assert_data_eq, str};
use std::path::PathBuf;

const PROD: &str = "envs/prod/web.yaml";

fn cases() -> Vec<Case> {
    let case = |change| Case { name: "", actor: "", change };
    vec![
        case(|h| {
            ahead(h)
                .write(PROD, &values("v9"))
                .write("envs/dev/web.yaml", &values("v9"))
                .write("README.md", "x\n")
        }),
        case(|h| ahead(h).write(PROD, &values("v2"))),
        case(|h| ahead(h).write("README.md", "x\n")),
        case(|h| {
            let message = "deploy\n\nApp: web\nStage: prod\nGate-Override: nothing works\n";
            ahead_by(h, "Alice", message).write(PROD, &values("v9"))
        }),
    ]
}

fn say(site: &Site, arguments: &[&str]) -> String {
    say_with(site, arguments, &[])
}

fn say_with(site: &Site, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let all = [&["guard", "--base", "main"], arguments].concat();
    let mut program = site.sandbox.program(&site.repository, &all);
    let output =
        program.env("TOWPATH_NOW", NOW).envs(variables.iter().copied()).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().expect("an exit code");
    format!("exit {code}\n{}--\n{}", text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_only_image_of_an_app_goes_by_its_name() {
    let change = |h| ahead(h).write("kustom/api/overlays/prod/kustomization.yaml", &overlay("v9"));
    let site = Site::new(&[Case { name: "", actor: "", change }]);
    let said = say(&site, &["--head", "case-0", "--actor", "deploy-bot"]);
    assert!(said.contains("run `towpath deploy api v9 --to "), "{said}");
}

/// Each changed file, with the rule that lets it pass.
#[test]
fn each_file_is_explained() {
    let change = |h| {
        ahead(h)
            .write("docs/notes.md", "other notes\n")
            .write("envs/prod/web.yaml", &values("v1").replace("replicas: 2", "replicas: 3"))
            .write("envs/staging/web.yaml", &values("v3"))
            .write(
                "kustom/api/base/deployment.yaml",
                &deployment("v1").replace("name: api\nspec", "name: api2\nspec"),
            )
    };
    let site = Site::new(&[Case { name: "", actor: "", change }]);
    let arguments = ["--head", "case-0", "--actor", "mallory", "--explain"];
    assert_data_eq!(
        say(&site, &arguments),
        str![[r#"
exit 0
result   subject   stage     change
ok       web       staging   v2 → v3

file                              is         stages          because
docs/notes.md                     free                       no protected stage reads it
envs/prod/web.yaml                harmless   prod            replicas
envs/staging/web.yaml             versions   staging         judged by the rules, above
kustom/api/base/deployment.yaml   harmless   prod, staging   a workload's fields other than images, apiVersion, kind, metadata
--
4 files differ; 1 version change is allowed

"#]]
    );
    let change = |h| {
        let overlay = format!("{}transformers: [labels.yaml]\n", overlay("v1"));
        ahead(h).write("kustom/api/overlays/staging/kustomization.yaml", &overlay)
    };
    let other = Site::new(&[Case { name: "", actor: "", change }]);
    assert_data_eq!(
        say(&other, &arguments),
        str![[r#"
exit 3
result    subject                                          check        reason
refused   kustom/api/overlays/staging/kustomization.yaml   unreadable   was readable before, but now has the transformer `labels.yaml`, which is not run

file                                             is         stages    because
kustom/api/overlays/staging/kustomization.yaml   unproven   staging   line 8: `transformers[0]` what kustomize does with it is not worked out; has the transformer `labels.yaml`, which is not run
--
1 file differs; 1 other file is not allowed

"#]]
    );
    let (_, answer) = site.guard("case-0", &arguments[2..]);
    assert_eq!(answer["explained"][1]["harmless"], serde_json::json!(["replicas"]));
    let sarif = say(&site, &[&arguments[..], &["-o", "sarif"]].concat());
    assert!(sarif.contains("--explain is shown as `table`, `json` or `yaml`"), "{sarif}");
}

#[test]
fn for_people() {
    let site = Site::new(&cases());
    assert_data_eq!(
        say(&site, &["--head", "case-0", "--actor", "mallory"]),
        str![[r#"
exit 3
result    subject   stage   change    check        reason
refused   web       prod    v1 → v9   permission   mallory, who is named by --actor, is not one of the actors of prod; 3cb9477f39 is not signed with an ssh key
                                      order        staging has never run v9
ok        web       dev     v3 → v9
hint: `permissions` in towpath.yaml:10 names deploy-bot, .towpath/signers
hint: to open this gate, run `towpath deploy web v9 --to staging`
--
3 files differ; 1 of 2 version changes are not allowed

"#]]
    );
    assert_data_eq!(
        say(&site, &["--head", "case-1", "--actor", "deploy-bot"]),
        str![[r#"
exit 0
result   subject   stage   change    check        reason
ok       web       prod    v1 → v2   permission   deploy-bot is named by --actor
--
1 file differs; 1 version change is allowed

"#]]
    );
    assert_data_eq!(
        say(&site, &["--head", "case-2"]),
        str![[r#"
exit 0
1 file differs; no version changes
--

"#]]
    );
    assert_data_eq!(
        say(&site, &["--head", "case-3", "--actor", "alice"]),
        str![[r#"
exit 0
result       subject   stage   change    check        reason
overridden   web       prod    v1 → v9   permission   alice is named by --actor
                                         permission   overridden: alice, who is named by --actor, is not one of the actors of prod; e850f44075 is not signed with an ssh key
                                         order        overridden: staging has never run v9
--
1 file differs; 1 version change is allowed; gates overridden for 1

"#]]
    );
    assert_data_eq!(
        say(&site, &["--head", "main"]),
        str![[r#"
exit 0
no differences
--

"#]]
    );
}

#[test]
fn for_pages_and_machines() {
    let site = Site::new(&cases());
    let say =
        |head: &str, format: &str| say(&site, &["--head", head, "--actor", "alice", "-o", format]);
    assert_data_eq!(
        say("case-0", "markdown"),
        str![[r#"
exit 3
### towpath guard: may not be merged

3 files differ; 1 of 2 version changes are not allowed.

| result | subject | stage | change | reason |
| --- | --- | --- | --- | --- |
| refused | web | prod | v1 → v9 | **permission** alice, who is named by --actor, is not one of the actors of prod; 3cb9477f39 is not signed with an ssh key<br>**order** staging has never run v9 |
| ok | web | dev | v3 → v9 |  |

* `permissions` in towpath.yaml:10 names deploy-bot, .towpath/signers
* to open this gate, run `towpath deploy web v9 --to staging`
--
3 files differ; 1 of 2 version changes are not allowed

"#]]
    );
    assert_data_eq!(
        say("case-0", "github"),
        str![[r#"
exit 3
::error file=envs/prod/web.yaml,line=3,title=towpath guard%3A permission::web in prod, v1 → v9: permission: alice, who is named by --actor, is not one of the actors of prod; 3cb9477f39 is not signed with an ssh key (`permissions` in towpath.yaml:10 names deploy-bot, .towpath/signers)
::error file=envs/prod/web.yaml,line=3,title=towpath guard%3A order::web in prod, v1 → v9: order: staging has never run v9 (to open this gate, run `towpath deploy web v9 --to staging`)
--
3 files differ; 1 of 2 version changes are not allowed

"#]]
    );
    assert_data_eq!(
        say("case-3", "github"),
        str![[r#"
exit 0
::warning file=envs/prod/web.yaml,line=3,title=towpath guard::overridden: web in prod, v1 → v9: permission: alice, who is named by --actor, is not one of the actors of prod; e850f44075 is not signed with an ssh key (`permissions` in towpath.yaml:10 names deploy-bot, .towpath/signers)
::warning file=envs/prod/web.yaml,line=3,title=towpath guard::overridden: web in prod, v1 → v9: order: staging has never run v9 (to open this gate, run `towpath deploy web v9 --to staging`)
::notice title=towpath guard::1 file differs; 1 version change is allowed; gates overridden for 1
--
1 file differs; 1 version change is allowed; gates overridden for 1

"#]]
    );
    assert_data_eq!(
        say("case-2", "github"),
        str![[r#"
exit 0
::notice title=towpath guard::1 file differs; no version changes
--
1 file differs; no version changes

"#]]
    );
    assert_data_eq!(say("case-0", "sarif"), snapbox::file!["sarif.txt"]);
}

#[test]
fn the_json_fits_its_schema() {
    let site = Site::new(&cases());
    for (head, actor) in [("case-0", "mallory"), ("case-3", "alice"), ("main", "x")] {
        let all = ["guard", "--base", "main", "--head", head, "--actor", actor, "-o", "json"];
        let output = site
            .sandbox
            .program(&site.repository, &all)
            .env("TOWPATH_NOW", NOW)
            .output()
            .expect("it runs");
        crate::schema::fits("guard", &output.stdout);
    }
}

#[test]
fn a_summary_is_added() {
    let site = Site::new(&cases());
    let file = site.sandbox.path("summary.md");
    std::fs::write(&file, "before\n").expect("written");
    let name = file.display().to_string();
    say_with(&site, &["--head", "case-1", "--actor", "mallory"], &[("GITHUB_STEP_SUMMARY", &name)]);
    assert_data_eq!(
        std::fs::read_to_string(&file).expect("there"),
        str![[r#"
before
### towpath guard: may not be merged

1 file differs; 1 version change is not allowed.

| result | subject | stage | change | reason |
| --- | --- | --- | --- | --- |
| refused | web | prod | v1 → v2 | **permission** mallory, who is named by --actor, is not one of the actors of prod; 63f9e02fb5 is not signed with an ssh key |

* `permissions` in towpath.yaml:10 names deploy-bot, .towpath/signers

"#]]
    );
    let said = say(&site, &["--head", "case-2", "--read-only", "--summary", "/nowhere/x"]);
    assert_data_eq!(
        said,
        str![[r#"
exit 0
1 file differs; no version changes
--
no summary is written to `/nowhere/x` under --read-only

"#]]
    );
    let said = say(&site, &["--head", "case-2", "--summary", "/nowhere/x"]);
    assert_data_eq!(
        said,
        str![[r#"
exit 1
1 file differs; no version changes
--
error: cannot write the summary to `/nowhere/x`
  because No such file or directory (os error 2)

"#]]
    );
}

/// An event as GitHub, Gitea and Forgejo write it.
fn event(site: &Site, author: &str, sender: &str, head: &str) -> PathBuf {
    let commit = site.sandbox.git(&site.repository, &["rev-parse", head]);
    let user = serde_json::json!({ "login": author });
    let proposal =
        serde_json::json!({ "number": 7, "user": user, "head": { "sha": commit.trim() } });
    let event = serde_json::json!({ "action": "synchronize", "pull_request": proposal, "sender": { "login": sender } });
    let file = site.sandbox.path("event.json");
    std::fs::write(&file, event.to_string()).expect("written");
    file
}

#[test]
fn the_event_says_who_asks() {
    let site = Site::new(&cases());
    let with = |author: &str, sender: &str, head: &str| {
        let file = event(&site, author, sender, head).display().to_string();
        say_with(&site, &["--head", "case-1"], &[("GITHUB_EVENT_PATH", &file)])
    };
    assert_data_eq!(
        with("deploy-bot", "deploy-bot", "case-1"),
        str![[r#"
exit 0
result   subject   stage   change    check        reason
ok       web       prod    v1 → v2   permission   deploy-bot opened the pull request
--
1 file differs; 1 version change is allowed

"#]]
    );
    assert_data_eq!(
        with("mallory", "mallory", "case-1"),
        str![[r#"
exit 3
result    subject   stage   change    check        reason
refused   web       prod    v1 → v2   permission   mallory, who opened the pull request, is not one of the actors of prod; 63f9e02fb5 is not signed with an ssh key
hint: `permissions` in towpath.yaml:10 names deploy-bot, .towpath/signers
--
1 file differs; 1 version change is not allowed

"#]]
    );
    assert_data_eq!(
        with("deploy-bot", "mallory", "case-1"),
        str![[r#"
exit 3
result    subject   stage   change    check        reason
refused   web       prod    v1 → v2   permission   mallory, who acted on the pull request last, is not one of the actors of prod; 63f9e02fb5 is not signed with an ssh key
hint: `permissions` in towpath.yaml:10 names deploy-bot, .towpath/signers
--
1 file differs; 1 version change is not allowed

"#]]
    );
    assert_data_eq!(
        with("deploy-bot", "deploy-bot", "case-0"),
        str![[r#"
exit 2
--
error: the event is about commit 3cb9477f39bfa5eda31b327abafe5b3690fafddf, but --head is 63f9e02fb56aefb9afd953708e6e0957cd34a360
hint: check out the newest commit of the pull request, or name it with --head

"#]]
    );
    let said = say(&site, &["--head", "case-1", "--event", "/nowhere/event.json"]);
    assert_data_eq!(
        said,
        str![[r#"
exit 2
--
error: cannot read the event `/nowhere/event.json`
  because No such file or directory (os error 2)

"#]]
    );
}

#[test]
fn the_event_of_the_merge_that_a_forge_tries() {
    let site = Site::new(&cases());
    let file = event(&site, "deploy-bot", "deploy-bot", "case-1").display().to_string();
    let tree = site.sandbox.git(&site.repository, &["rev-parse", "case-1^{tree}"]);
    site.sandbox.introduce();
    let arguments = ["commit-tree", tree.trim(), "-p", "main", "-p", "case-1", "-m", "Merge"];
    let merge = site.sandbox.git(&site.repository, &arguments);
    let said = say_with(&site, &["--head", merge.trim()], &[("GITHUB_EVENT_PATH", &file)]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    // The event's commit as the first parent is no merge of it.
    let arguments = ["commit-tree", tree.trim(), "-p", "case-1", "-p", "main", "-m", "Merge"];
    let other = site.sandbox.git(&site.repository, &arguments);
    let said = say_with(&site, &["--head", other.trim()], &[("GITHUB_EVENT_PATH", &file)]);
    assert!(said.starts_with("exit 2\n"), "{said}");
}

#[test]
fn what_is_not_there_is_said() {
    let site = Site::new(&cases());
    assert_data_eq!(
        say(&site, &["--head", "nowhere"]),
        str![[r#"
exit 2
--
error: `nowhere` is not a commit, branch or tag in this repository
hint: `git fetch origin` fetches branches; a check needs `nowhere` and its history

"#]]
    );
    site.sandbox.git(&site.repository, &["switch", "-q", "--orphan", "empty"]);
    assert_data_eq!(
        say(&site, &[]),
        str![[r#"
exit 2
--
error: `HEAD` is not a commit, branch or tag in this repository
hint: `git fetch origin` fetches branches; a check needs `HEAD` and its history

"#]]
    );
}

/// Each stage is a branch; the rules stand on main.
#[test]
fn stages_that_are_branches() {
    let rules = "stages:\n- { name: dev, branch: env/dev }\n- { name: prod, branch: env/prod }\nsources:\n- helm-values: apps/{app}.yaml\npermissions: { prod: [deploy-bot] }\n";
    let at = "2026-08-01T10:00:00Z";
    let start = |history: History, branch: &str| history.branch(branch).commit(at, "Ann", "start");
    let history = start(History::new(), "main").write("towpath.yaml", rules);
    let history = start(history, "env/dev").write("apps/web.yaml", &values("v2"));
    let history = start(history, "env/prod").write("apps/web.yaml", &values("v1"));
    let later = |history: History, branch: &str| {
        history.branch(branch).commit(at, "Ann", "go on").from("env/prod")
    };
    let history = later(history, "good").write("apps/web.yaml", &values("v2"));
    let history = later(history, "bad").write("apps/web.yaml", &values("v9"));
    let sandbox = Sandbox::new();
    sandbox.bare("origin.git", &history);
    sandbox.git(&sandbox.path(""), &["clone", "-q", "origin.git", "clone"]);
    let clone = sandbox.path("clone");
    sandbox.git(&clone, &["fetch", "-q", "origin", "env/prod"]);
    let say = |base: &[&str], head: &str, actor: &str| {
        let all = [&["guard", "--head", head, "--actor", actor, "-o", "json"], base].concat();
        let output =
            sandbox.program(&clone, &all).env("TOWPATH_NOW", NOW).output().expect("it runs");
        let answer = serde_json::from_slice(&output.stdout);
        let told = answer.map_or_else(
            |_| String::from_utf8_lossy(&output.stderr).into_owned(),
            |answer| super::lines(&answer),
        );
        format!("exit {}\n{told}", output.status.code().unwrap_or(-1))
    };
    for base in
        [&["--base", "origin/env/prod"][..], &["--base", "FETCH_HEAD", "--branch", "env/prod"]]
    {
        assert_eq!(say(base, "origin/good", "deploy-bot"), "exit 0\n  web prod v1 > v2: ok\n");
        assert_eq!(say(base, "origin/good", "mallory"), "exit 3\n  web prod v1 > v2: permission\n");
        assert_eq!(say(base, "origin/bad", "deploy-bot"), "exit 3\n  web prod v1 > v9: order\n");
    }
    assert_data_eq!(
        say(&["--base", "FETCH_HEAD"], "origin/bad", "mallory"),
        str![[r#"
exit 2
error: stages are branches in this repository, and --base does not name a branch
hint: use --branch BRANCH, or --base refs/remotes/origin/BRANCH

"#]]
    );
}

/// Trees that git itself would not write.
#[test]
fn a_name_that_stands_twice() {
    let site = Site::new(&cases());
    let git = |arguments: &[&str]| site.sandbox.git(&site.repository, arguments).trim().to_owned();
    let blob = git(&["rev-parse", "case-0:envs/prod/web.yaml"]);
    let raw = |id: &str| -> Vec<u8> {
        (0..20)
            .map(|at| u8::from_str_radix(&id[2 * at..2 * at + 2], 16).expect("hexadecimal"))
            .collect()
    };
    let entry =
        |mode: &str, name: &[u8], id: &str| [mode.as_bytes(), b" ", name, b"\0", &raw(id)].concat();
    let write = |bytes: &[u8]| {
        let file = site.sandbox.path("tree");
        std::fs::write(&file, bytes).expect("written");
        let name = file.to_str().expect("a plain path").to_owned();
        git(&["hash-object", "-t", "tree", "-w", "--literally", &name])
    };
    let whole = |prod: &str| {
        let stages = [
            ("dev", git(&["rev-parse", "main:envs/dev"])),
            ("prod", prod.to_owned()),
            ("staging", git(&["rev-parse", "main:envs/staging"])),
        ];
        let envs = write(
            &stages
                .iter()
                .flat_map(|(name, id)| entry("40000", name.as_bytes(), id))
                .collect::<Vec<u8>>(),
        );
        let top = git(&["ls-tree", "main"]);
        let lines = top.lines().map(|line| line.split_once('\t').expect("a name"));
        let top = write(
            &lines
                .flat_map(|(head, name)| {
                    let words: Vec<&str> = head.split(' ').collect();
                    let id = if name == "envs" { envs.as_str() } else { words[2] };
                    entry(words[0].trim_start_matches('0'), name.as_bytes(), id)
                })
                .collect::<Vec<u8>>(),
        );
        site.sandbox.introduce();
        git(&["commit-tree", &top, "-p", "main", "-m", "odd"])
    };
    let files = ["cron.yaml", "mail.yaml", "web.yaml"];
    let own: Vec<u8> = files
        .iter()
        .flat_map(|name| {
            entry(
                "100644",
                name.as_bytes(),
                &git(&["rev-parse", &format!("main:envs/prod/{name}")]),
            )
        })
        .collect();
    for (name, what) in [(&b"web.yaml"[..], "envs/prod/web.yaml"), (b"\xff.yaml", "envs/prod")] {
        let prod = write(&[own.clone(), entry("100644", name, &blob)].concat());
        let (code, answer) = site.guard(&whole(&prod), &["--actor", "deploy-bot"]);
        assert_eq!((code, super::lines(&answer)), (3, format!("  {what}: unreadable\n")));
    }
}
