//! Pull requests that overlap: one for several apps beside single ones, and ones that are left over.

use super::settings::configure;
use super::{FORGES, Forge};
use crate::delivery::values;
use towpath::forge::ForgeKind;

fn open_heads(forge: &Forge) -> Vec<String> {
    let world = forge.fake.world.lock().expect("no panic within");
    world.pulls.iter().filter(|one| one.state == "open").map(|one| one.head.clone()).collect()
}

/// Two apps that staging is behind with.
fn two_apps(kind: ForgeKind, name: &'static str) -> Forge {
    let forge = Forge::new(kind, name);
    configure(&forge.site, "");
    for app in ["web", "blog"] {
        forge.run(&["deploy", app, "v3", "--push"]);
    }
    forge
}

const ALL: [&str; 5] = ["promote", "--all", "--to", "staging", "--one-pr"];

#[test]
fn one_for_all_closes_the_single_ones_and_is_not_repeated() {
    for (kind, name) in FORGES {
        let forge = two_apps(kind, name);
        forge.run(&["promote", "--all", "--to", "staging"]);
        assert_eq!(open_heads(&forge), ["towpath/staging/blog", "towpath/staging/web"], "{name}");
        let said = forge.run(&ALL);
        assert!(said.contains("closed pull request 1: pull request 3 contains"), "{name}: {said}");
        assert_eq!(open_heads(&forge), ["towpath/staging/_all"], "{name}: {said}");
        let said = forge.run(&["promote", "web", "--to", "staging"]);
        assert!(said.starts_with("exit 0\n"), "{name}: {said}");
        assert!(said.contains("pull request 3 contains it"), "{name}: {said}");
        let said = forge.run(&["advance", "--stage", "staging"]);
        assert!(said.contains("with others"), "{name}: {said}");
        assert_eq!(open_heads(&forge), ["towpath/staging/_all"], "{name}: {said}");
    }
}

#[test]
fn a_single_one_with_work_of_others_stays() {
    let forge = two_apps(ForgeKind::GitHub, "github");
    forge.run(&["promote", "web", "--to", "staging"]);
    let (clone, sandbox) = (&forge.site.clone, &forge.site.sandbox);
    sandbox.git(clone, &["fetch", "-q"]);
    sandbox.git(clone, &["switch", "-q", "--detach", "origin/towpath/staging/web"]);
    std::fs::write(clone.join("notes.txt"), "by hand\n").expect("written");
    sandbox.git(clone, &["add", "."]);
    sandbox.git(clone, &["commit", "-qm", "notes"]);
    sandbox.git(clone, &["push", "-q", "origin", "HEAD:towpath/staging/web"]);
    let said = forge.run(&ALL);
    assert!(said.contains("warning: pull request 1 stays open"), "{said}");
    assert_eq!(open_heads(&forge), ["towpath/staging/web", "towpath/staging/_all"]);
}

#[test]
fn promote_names_a_proposal_that_is_left_over() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    configure(&forge.site, "");
    forge.run(&["promote", "api", "--to", "prod"]);
    std::fs::write(forge.site.clone.join("apps/staging/api.yaml"), values("api", "v1"))
        .expect("written");
    let git = |arguments: &[&str]| forge.site.sandbox.git(&forge.site.clone, arguments);
    git(&["commit", "-qam", "take it back"]);
    git(&["push", "-q", "origin", "HEAD:main"]);
    let said = forge.run(&["promote", "api", "--to", "prod"]);
    assert!(said.contains("branch `towpath/prod/api` still has v2"), "{said}");
    forge.run(&["advance", "--stage", "prod"]);
    assert_eq!(open_heads(&forge).len(), 0);
}

#[test]
fn closing_one_for_all_is_about_each_of_its_versions() {
    for closing in ["skip", "reject"] {
        let forge = Forge::new(ForgeKind::GitHub, "github");
        configure(&forge.site, &format!("proposals: {{closing: {closing}}}\n"));
        for app in ["web", "blog"] {
            forge.run(&["deploy", app, "v3", "--push"]);
        }
        forge.run(&ALL);
        let body = forge.fake.world.lock().expect("no panic within").pulls[0].body.clone();
        assert_eq!(body.contains("towpath then rejects these versions"), closing == "reject");
        forge.fake.world.lock().expect("no panic within").pulls[0].state = "closed".into();
        // Neither is opened again on its own.
        let said = forge.run(&["advance", "--stage", "staging"]);
        assert!(open_heads(&forge).is_empty(), "{said}");
        assert_eq!(said.matches("not proposed").count(), 2, "{said}");
        let ledger = forge.run(&["ledger"]);
        let rejected = ledger.matches("Reject ").count();
        assert_eq!(rejected, if closing == "reject" { 2 } else { 0 }, "{ledger}");
        // A newer version is another matter.
        forge.run(&["deploy", "web", "v4", "--push"]);
        forge.run(&["advance", "--stage", "staging"]);
        assert_eq!(open_heads(&forge), ["towpath/staging/web"]);
    }
    // All of them again at once: each is rejected by that run.
    let forge = Forge::new(ForgeKind::GitHub, "github");
    configure(&forge.site, "proposals: {closing: reject}\n");
    for app in ["web", "blog"] {
        forge.run(&["deploy", app, "v3", "--push"]);
    }
    forge.run(&ALL);
    forge.fake.world.lock().expect("no panic within").pulls[0].state = "closed".into();
    let said = forge.run(&ALL);
    assert!(said.contains("rejected, closed"), "{said}");
    assert_eq!(forge.run(&["ledger"]).matches("Reject ").count(), 2);
}
