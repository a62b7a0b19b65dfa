//! What happens to a pull request after it was opened: buttons, people, trouble, closing.

use super::settings::configure;
use super::{FORGES, Forge};
use crate::delivery::values;
use crate::fake::server::Answer;
use crate::fake::{Fault, Pull};
use towpath::forge::ForgeKind;

const PROMOTE: [&str; 4] = ["promote", "api", "--to", "prod"];

fn pull(forge: &Forge, number: usize) -> Pull {
    forge.fake.world.lock().expect("no panic within").pulls[number - 1].clone()
}

fn git(forge: &Forge, arguments: &[&str]) {
    forge.site.sandbox.git(&forge.site.clone, arguments);
}

/// Somebody changes a file on the deployed branch.
fn land(forge: &Forge, path: &str, text: &str) {
    git(forge, &["fetch", "-q"]);
    git(forge, &["switch", "-q", "--detach", "origin/main"]);
    std::fs::write(forge.site.clone.join(path), text).expect("written");
    git(forge, &["add", "."]);
    git(forge, &["commit", "-qm", "something else"]);
    git(forge, &["push", "-q", "origin", "HEAD:main"]);
}

#[test]
fn the_button_update_branch_does_no_harm() {
    for button in ["merge", "rebase"] {
        let forge = Forge::new(ForgeKind::GitHub, "github");
        forge.run(&["deploy", "web", "v3"]);
        land(&forge, "README.md", "hello\n");
        git(&forge, &["fetch", "-q"]);
        git(&forge, &["switch", "-q", "--detach", "origin/towpath/dev/web"]);
        if button == "merge" {
            git(&forge, &["merge", "-q", "--no-ff", "--no-edit", "origin/main"]);
        } else {
            git(&forge, &["rebase", "-q", "--force-rebase", "origin/main"]);
        }
        git(&forge, &["push", "-q", "--force", "origin", "HEAD:towpath/dev/web"]);
        let same = forge.run(&["deploy", "web", "v3"]);
        assert!(same.starts_with("exit 0\n"), "{button}: {same}");
        let newer = forge.run(&["deploy", "web", "v4"]);
        assert!(newer.contains("updated pull request 1"), "{button}: {newer}");
        assert_eq!(forge.site.says("towpath/dev/web", "apps/dev/web.yaml"), values("web", "v4"));
        assert_eq!(pull(&forge, 1).title, "Deploy web to dev: v2 -> v4");
    }
}

#[test]
fn what_went_wrong_after_the_opening_is_made_good() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    configure(&forge.site, "proposals: {labels: [towpath], reviewers: [alice, carol]}\n");
    for _ in 0..4 {
        forge.fake.break_next("POST", "/requested_reviewers", Fault::Instead(Answer::status(502)));
    }
    let first = forge.run(&PROMOTE);
    assert!(first.starts_with("exit 1\nhttps://github.example/o/r/pull/1\n"), "{first}");
    assert!(first.contains("cannot ask for a review of `alice`, `carol`"), "{first}");
    assert_eq!((pull(&forge, 1).reviewers.len(), pull(&forge, 1).labels.len()), (0, 1));
    let second = forge.run(&PROMOTE);
    assert!(second.contains("updated pull request 1"), "{second}");
    assert_eq!(pull(&forge, 1).reviewers, ["alice", "carol"]);
    let third = forge.run(&PROMOTE);
    assert!(third.contains("nothing to do: pull request 1"), "{third}");
}

#[test]
fn a_reviewer_who_cannot_be_asked_does_not_stop_the_others() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    configure(&forge.site, "proposals: {reviewers: [alice, nobody, carol]}\n");
    let no = || Fault::Instead(Answer::refused(422, "not a collaborator"));
    forge.fake.break_next("POST", "/requested_reviewers", no());
    let said = forge.run(&PROMOTE);
    assert!(said.starts_with("exit 0\nhttps://github.example/o/r/pull/1\n"), "{said}");
    let asked = pull(&forge, 1).reviewers;
    assert!(asked.contains(&"alice".to_owned()) && asked.contains(&"carol".to_owned()));
}

#[test]
fn the_status_is_what_the_gates_say() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    let fault = Fault::Instead(Answer::refused(422, "try later"));
    forge.fake.break_next("POST", "/statuses/", fault);
    let first = forge.run(&PROMOTE);
    assert!(first.contains("cannot set the status `towpath/gates`"), "{first}");
    let status = |forge: &Forge| {
        let head = pull(forge, 1).sha();
        forge.fake.world.lock().expect("no panic within").statuses_of(&head)
    };
    assert_eq!(status(&forge).len(), 0);
    forge.run(&PROMOTE);
    assert_eq!(status(&forge)[0].1, "success");
    forge.run(&PROMOTE);
    forge.run(&["advance", "--app", "api"]);
    assert_eq!(status(&forge).len(), 1, "it is set once");
}

#[test]
fn words_of_people_stay() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    forge.run(&["deploy", "web", "v3"]);
    {
        let mut world = forge.fake.world.lock().expect("no panic within");
        let pull = &mut world.pulls[0];
        pull.title = "Release train 7".into();
        pull.body = format!("{}\r\n\r\n## QA\r\n- [x] smoke test\r\n", pull.body.trim_end());
    }
    let again = forge.run(&["deploy", "web", "v3"]);
    assert!(again.contains("nothing to do"), "{again}");
    forge.run(&["deploy", "web", "v4"]);
    let pull = pull(&forge, 1);
    assert_eq!(pull.title, "Release train 7");
    assert!(pull.body.contains("## QA\n- [x] smoke test") && pull.body.contains("`v4`"));
    assert!(!pull.body.contains("`v3`"), "{}", pull.body);
}

#[test]
fn closed_by_a_person_means_no() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    configure(&forge.site, "");
    forge.run(&["advance", "--stage", "prod"]);
    forge.fake.world.lock().expect("no panic within").pulls[0].state = "closed".into();
    for _ in 0..2 {
        let said = forge.run(&["advance", "--stage", "prod"]);
        assert!(said.contains("not proposed: closed"), "{said}");
        assert!(said.contains("`towpath promote api --to prod` opens it again"), "{said}");
    }
    assert_eq!(forge.fake.world.lock().expect("no panic within").pulls.len(), 1);
    let said = forge.run(&PROMOTE);
    assert!(said.contains("opened pull request 2"), "{said}");
}

#[test]
fn closing_may_be_a_rejection() {
    for (kind, name) in FORGES {
        let forge = Forge::new(kind, name);
        configure(&forge.site, "proposals: {closing: reject}\n");
        let advance = || forge.run(&["advance", "--stage", "prod"]);
        advance();
        forge.fake.world.lock().expect("no panic within").pulls[0].state = "closed".into();
        let said = advance();
        assert!(said.contains("not proposed, and rejected: closed"), "{name}: {said}");
        let said = advance();
        assert!(said.contains("rejected: v2 was rejected by Jo Doe: closed"), "{name}: {said}");
        let ledger = forge.run(&["ledger"]);
        assert_eq!(ledger.matches("Reject api v2: closed").count(), 1, "{name}: {ledger}");
        // Whoever withdraws the rejection is heeded: the closing does not reject again.
        forge.run(&["unreject", "api", "v2"]);
        let said = advance();
        assert!(said.contains("not proposed: closed"), "{name}: {said}");
        assert_eq!(forge.fake.world.lock().expect("no panic within").pulls.len(), 1, "{name}");
    }
}

/// What towpath closes by itself is no refusal by a person.
#[test]
fn a_stage_that_went_back_may_come_again() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    configure(&forge.site, "");
    let at_staging = |version: &str| land(&forge, "apps/staging/api.yaml", &values("api", version));
    forge.run(&["advance", "--app", "api"]);
    at_staging("v1");
    let said = forge.run(&["advance", "--stage", "prod"]);
    assert!(said.contains("staging went back to v1"), "{said}");
    assert_eq!(pull(&forge, 1).state, "closed");
    at_staging("v2");
    let said = forge.run(&["advance", "--stage", "prod"]);
    assert!(said.contains("opened") && pull(&forge, 2).state == "open", "{said}");
}

#[test]
fn a_branch_in_the_way_is_named() {
    for name in ["towpath", "towpath/prod", "towpath/prod/api/x"] {
        let forge = Forge::new(ForgeKind::GitHub, "github");
        git(&forge, &["push", "-q", "origin", &format!("HEAD:refs/heads/{name}")]);
        let said = forge.run(&PROMOTE);
        assert!(said.starts_with("exit 1\n") && said.contains(&format!("`{name}`")), "{said}");
    }
}

#[test]
fn a_remote_that_forbids_replacing_gets_commits_on_top() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    forge.run(&["deploy", "web", "v3"]);
    forge.site.at_origin(&["config", "receive.denyNonFastForwards", "true"]);
    land(&forge, "README.md", "hello\n");
    for version in ["v4", "v5"] {
        let said = forge.run(&["deploy", "web", version]);
        assert!(said.contains("updated pull request 1"), "{said}");
        assert_eq!(forge.site.says("towpath/dev/web", "apps/dev/web.yaml"), values("web", version));
    }
}

#[test]
fn another_base_is_another_pull_request() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    forge.run(&PROMOTE);
    forge.fake.world.lock().expect("no panic within").pulls[0].base = "release".into();
    let said = forge.run(&PROMOTE);
    assert!(said.contains("opened pull request 2"), "{said}");
    assert!(said.contains("pull request 1 has the branch") && said.contains("`release`"), "{said}");
}

/// A branch may have merges of its base on top of towpath's commit.
#[test]
fn a_merge_of_an_updated_branch_does_not_open_isolation() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    forge.run(&["record", "api", "--stage", "staging", "passed"]);
    forge.run(&PROMOTE);
    land(&forge, "README.md", "hello\n");
    git(&forge, &["fetch", "-q"]);
    git(&forge, &["switch", "-q", "--detach", "origin/towpath/prod/api"]);
    git(&forge, &["merge", "-q", "--no-ff", "--no-edit", "origin/main"]);
    git(&forge, &["push", "-q", "origin", "HEAD:towpath/prod/api"]);
    git(&forge, &["fetch", "-q"]);
    git(&forge, &["switch", "-q", "--detach", "origin/main"]);
    let subject = "Merge pull request #1 from o/towpath/prod/api";
    git(&forge, &["merge", "-q", "--no-ff", "-m", subject, "origin/towpath/prod/api"]);
    git(&forge, &["push", "-q", "origin", "HEAD:main"]);
    forge.run(&["deploy", "api", "v3", "--push"]);
    forge.run(&["promote", "api", "--to", "staging", "--push"]);
    let said = forge.run(&["ask", "api", "--to", "prod"]);
    assert!(said.contains("has no recorded outcome"), "{said}");
}
