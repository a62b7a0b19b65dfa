//! Bases that take only branches that are up to date: somebody else lands, and the branch is renewed.

use super::Forge;
use super::settings::configure;
use towpath::forge::ForgeKind;

const KINDS: [(ForgeKind, &str); 3] =
    [(ForgeKind::GitHub, "github"), (ForgeKind::GitLab, "gitlab"), (ForgeKind::Gitea, "forgejo")];

/// A forge whose base is strict, and which merges for real.
fn strict(kind: ForgeKind, name: &'static str, more: &str) -> Forge {
    let forge = Forge::new(kind, name);
    configure(&forge.site, more);
    let origin = git2::Repository::open_bare(&forge.site.origin).expect("it is there");
    let is_behind = move |branch: &str| {
        let at =
            |name: &str| origin.refname_to_id(&format!("refs/heads/{name}")).expect("a branch");
        let (base, head) = (at("main"), at(branch));
        base != head && !origin.graph_descendant_of(head, base).expect("a history")
    };
    forge.fake.world.lock().expect("no panic within").behind_of = Some(Box::new(is_behind));
    forge
}

fn land(forge: &Forge, path: &str, text: &str) {
    let git = |words: &[&str]| forge.site.sandbox.git(&forge.site.clone, words);
    git(&["fetch", "-q"]);
    git(&["switch", "-q", "--detach", "origin/main"]);
    std::fs::write(forge.site.clone.join(path), text).expect("written");
    git(&["add", "."]);
    git(&["commit", "-qm", "something else"]);
    git(&["push", "-q", "origin", "HEAD:main"]);
}

fn states(forge: &Forge) -> Vec<String> {
    let world = forge.fake.world.lock().expect("no panic within");
    world.pulls.iter().map(|pull| pull.state.clone()).collect()
}

#[test]
fn promote_renews_a_branch_that_is_behind() {
    for (kind, name) in KINDS {
        let forge = strict(kind, name, "");
        forge.run(&["promote", "api", "--to", "prod"]);
        land(&forge, "README.md", "hello\n");
        let said = forge.run(&["promote", "api", "--to", "prod"]);
        assert!(said.contains("updated pull request 1"), "{name}: {said}");
        let said = forge.run(&["proposals", "merge", "1"]);
        assert!(said.starts_with("exit 0\n"), "{name}: {said}");
    }
}

/// With `merge: auto`, a branch that is behind is renewed and merged in the same run, and a forge that
/// waits for people is no failure.
#[test]
fn advance_renews_and_merges() {
    for (kind, name) in KINDS {
        let forge = strict(kind, name, "proposals: {merge: auto}\n");
        let block = |why: Option<&str>| {
            let mut world = forge.fake.world.lock().expect("no panic within");
            world.pull(1).expect("it is there").blocked = why.map(str::to_owned);
        };
        forge.run(&["promote", "api", "--to", "prod"]);
        let waits = match kind {
            ForgeKind::GitHub => "At least 1 approving review is required.",
            ForgeKind::GitLab => "not_approved",
            _ => "not allowed to merge [reason: Does not have enough approvals]",
        };
        block(Some(waits));
        land(&forge, "README.md", "hello\n");
        let said = forge.run(&["advance", "--stage", "prod"]);
        assert!(said.starts_with("exit 0\n"), "{name}: {said}");
        assert!(said.contains("the forge does not merge it yet"), "{name}: {said}");
        block(None);
        land(&forge, "README.md", "hello again\n");
        let said = forge.run(&["advance", "--stage", "prod"]);
        assert!(said.contains("merged http"), "{name}: {said}");
        assert_eq!(states(&forge), ["merged"], "{name}: {said}");
    }
}
