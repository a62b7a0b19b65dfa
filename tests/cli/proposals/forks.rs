//! Pull requests from forks: the gates are asked about what they bring, or nothing is merged.

use super::Forge;
use crate::delivery::values;
use crate::fake::Pull;
use snapbox::{assert_data_eq, str};
use towpath::forge::ForgeKind;

/// Somebody's pull request that brings web to staging, from a branch called like one that is here. The
/// forge keeps its head where forges do, if anywhere.
fn offered(forge: &Forge, version: &str, kept_at: Option<&str>) {
    let site = &forge.site;
    let git = |arguments: &[&str]| site.sandbox.git(&site.clone, arguments);
    git(&["checkout", "-q", "--detach", "origin/main"]);
    std::fs::write(site.clone.join("apps/staging/web.yaml"), values("web", version))
        .expect("written");
    git(&["commit", "-qam", &format!("web {version} to staging")]);
    let commit = git(&["rev-parse", "HEAD"]).trim().to_owned();
    if let Some(name) = kept_at {
        git(&["push", "-q", "origin", &format!("HEAD:{name}")]);
    }
    git(&["checkout", "-q", "main"]);
    let mut world = forge.fake.world.lock().expect("no panic within");
    let (head, base, title) = ("main".to_owned(), "main".to_owned(), format!("web {version}"));
    let pull = Pull { head, base, title, fork: true, ..Pull::default() };
    let number = world.add(pull).expect("forks may have as many").number;
    world.pull(number).expect("it was added").commit = Some(commit);
}

#[test]
fn the_gates_are_asked_about_a_fork() {
    let kept = [
        (ForgeKind::GitHub, "github", "pull"),
        (ForgeKind::Gitea, "forgejo", "pull"),
        (ForgeKind::GitLab, "gitlab", "merge-requests"),
    ];
    for (kind, name, folder) in kept {
        let forge = Forge::new(kind, name);
        offered(&forge, "v9", Some(&format!("refs/{folder}/1/head")));
        offered(&forge, "v2", Some(&format!("refs/{folder}/2/head")));
        assert_data_eq!(
            forge.run(&["proposals", "merge", "1"]),
            str![[r#"
exit 3
--
error: pull request 1 is not merged: web v9 may not go to staging: order.
  order: dev has never run v9
hint: `towpath deploy web v9 --to dev` would clear it; `towpath ask` shows why

"#]]
        );
        let merged = forge.run(&["proposals", "merge", "2"]);
        assert!(merged.starts_with("exit 0"), "{merged}");
        let states: Vec<String> = forge
            .fake
            .world
            .lock()
            .expect("no panic within")
            .pulls
            .iter()
            .map(|pull| pull.state.clone())
            .collect();
        assert_eq!(states, ["open", "merged"], "{kind:?}");
    }
}

#[test]
fn what_cannot_be_fetched_is_not_merged() {
    let forge = Forge::new(ForgeKind::Bitbucket, "bitbucket");
    offered(&forge, "v2", None);
    assert_data_eq!(
        forge.run(&["proposals", "merge", "1"]),
        str![[r#"
exit 3
--
error: pull request 1 is not merged: cannot ask the gates, because it comes from a fork, and Bitbucket does not serve its commits
hint: `towpath guard` judges it in a checkout of its commits

"#]]
    );
    let forge = Forge::new(ForgeKind::GitHub, "github");
    offered(&forge, "v2", None);
    assert_data_eq!(
        forge.run(&["proposals", "merge", "1"]),
        str![[r#"
exit 3
--
error: pull request 1 is not merged: cannot ask the gates, because its commits cannot be fetched from the remote
hint: `towpath guard` judges it in a checkout of its commits

"#]]
    );
}

#[test]
fn what_has_moved_is_looked_at_again() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    offered(&forge, "v2", Some("refs/pull/1/head"));
    forge.site.at_origin(&["update-ref", "refs/pull/1/head", "main"]);
    assert_data_eq!(
        forge.run(&["proposals", "merge", "1"]),
        str![[r#"
exit 1
--
error: pull request 1 has changed since it was shown
hint: run it again; nothing was changed

"#]]
    );
}

#[test]
fn what_conflicts_is_said() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    offered(&forge, "v9", Some("refs/pull/1/head"));
    assert!(forge.run(&["deploy", "web", "v2", "--to", "staging", "--push"]).starts_with("exit 0"));
    assert_data_eq!(
        forge.run(&["proposals", "merge", "1"]),
        str![[r#"
exit 1
--
error: proposal 1 cannot be merged: `main` has changed the same lines of apps/staging/web.yaml
hint: `towpath proposals show 1` shows its state, and its page what the forge waits for

"#]]
    );
}
