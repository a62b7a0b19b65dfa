//! Repositories without a forge: pull requests are refs, and `towpath proposals` is their page.

use super::settings::configure;
use crate::delivery::{Site, values};
use snapbox::{assert_data_eq, str};

#[test]
fn from_the_promotion_to_the_merge() {
    let site = Site::new();
    let mut said = String::new();
    for arguments in [
        &["promote", "api", "--to", "prod"][..],
        &["promote", "api", "--to", "prod"],
        &["proposals", "list"],
        &["proposals", "show", "towpath/prod/api"],
        &["proposals", "merge", "1"],
        &["proposals", "merge", "#1"],
        &["proposals", "close", "1"],
        &["proposals", "show", "1", "--output", "json"],
        &["promote", "api", "--to", "prod"],
        &["proposals", "list"],
        &["proposals", "show", "7"],
        &["proposals", "close", "towpath/prod/web"],
        &["--read-only", "proposals", "list"],
    ] {
        said.push_str(&format!("$ towpath {}\n{}\n", arguments.join(" "), site.run(arguments)));
    }
    assert_data_eq!(said, snapbox::file!["plain.txt"]);
    assert_eq!(site.says("main", "apps/prod/api.yaml"), values("api", "v2"));
}

#[test]
fn two_merges_and_what_history_says_of_them() {
    let site = Site::new();
    configure(&site, "proposals: {labels: [towpath], reviewers: bob}\n");
    site.run(&["promote", "api", "--to", "prod"]);
    site.run(&["promote", "web", "--to", "staging"]);
    assert_data_eq!(
        site.run(&["proposals", "list"]),
        str![[r#"
exit 0
number   title                              branch                by
     2   Promote web to staging: v1 -> v2   towpath/staging/web   Jo Doe <jo@example.com>
     1   Promote api to prod: v1 -> v2      towpath/prod/api      Jo Doe <jo@example.com>
--

"#]]
    );
    site.run(&["proposals", "merge", "1", "--yes"]);
    site.run(&["proposals", "merge", "2"]);
    assert_data_eq!(
        site.at_origin(&["log", "-1", "--format=%P%n%B", "main"]),
        str![[r#"
[..]
Merge pull request #2 from towpath/staging/web

App: web
Stage: staging
Image: ghcr.io/example/web
From-Version: v1
To-Version: v2
Promoted-From: dev
Promoted-By: Jo Doe <jo@example.com>
Edits: dcfc0e861290b646


"#]]
    );
    site.sandbox.git(&site.clone, &["pull", "-q", "--rebase", "origin", "main"]);
    assert_data_eq!(
        site.run(&["history", "-n", "2", "--output", "csv"]),
        str![[r#"
exit 0
time,stage,target,app,component,kind,from_image,from_tag,from_digest,to_image,to_tag,to_digest,who,author,commit,pull_request,lead_seconds,path,subject
2026-09-01T12:00:00Z,staging,,web,,promote,ghcr.io/example/web,v1,,ghcr.io/example/web,v2,,Jo Doe,Jo Doe,[..],2,2426400,apps/staging/web.yaml,Merge pull request #2 from towpath/staging/web
2026-09-01T12:00:00Z,prod,,api,,promote,ghcr.io/example/api,v1,,ghcr.io/example/api,v2,,Jo Doe,Jo Doe,[..],,2512800,apps/prod/api.yaml,Promote api to prod: v1 -> v2
--

"#]]
    );
    site.run(&["deploy", "blog", "v9"]);
    assert_data_eq!(
        site.run(&["proposals", "merge", "3", "--method", "squash"]),
        str![[r#"
exit 0
[..]
--
merged pull request 3 into main: Deploy blog to dev: v1 -> v9

"#]]
    );
    assert_data_eq!(
        site.at_origin(&["log", "-1", "--format=%B", "main"]),
        str![[r#"
Deploy blog to dev: v1 -> v9 (#3)

App: blog
Stage: dev
Image: ghcr.io/example/blog
From-Version: v1
To-Version: v9
Promoted-By: Jo Doe <jo@example.com>
Edits: e5a0c56b1268eb4f


"#]]
    );
}

#[test]
fn what_cannot_be_merged_is_said() {
    let site = Site::new();
    site.run(&["promote", "api", "--to", "prod"]);
    std::fs::write(site.clone.join("apps/prod/api.yaml"), values("api", "v1-hotfix"))
        .expect("written");
    site.sandbox.git(&site.clone, &["commit", "-qam", "hotfix"]);
    site.sandbox.git(&site.clone, &["push", "-q"]);
    assert_data_eq!(
        site.run(&["proposals", "merge", "1"]),
        str![[r#"
exit 1
--
error: proposal 1 cannot be merged: `main` has changed the same lines of apps/prod/api.yaml
hint: `towpath proposals show 1` shows its state, and its page what the forge waits for

"#]]
    );
    assert_eq!(site.says("main", "apps/prod/api.yaml"), values("api", "v1-hotfix"));
    // As the hint says.
    let renewed = site.run(&["promote", "api", "--to", "prod"]);
    assert!(renewed.contains("updated pull request 1"), "{renewed}");
    assert!(site.run(&["proposals", "merge", "1"]).starts_with("exit 0"));
    site.run(&["deploy", "api", "v9"]);
    site.run(&["proposals", "close", "2"]);
    assert_data_eq!(
        site.run(&["proposals", "merge", "2"]),
        str![[r#"
exit 1
--
error: proposal 2 cannot be merged: it is closed

"#]]
    );
    assert_data_eq!(
        site.run(&["--read-only", "proposals", "close", "1"]),
        str![[r#"
exit 2
--
error: --read-only refuses `towpath proposals close`, because it writes

"#]]
    );
    assert_data_eq!(
        site.run(&["proposals", "merge", "1", "--method", "octopus"]),
        str![[r#"
exit 2
--
error: invalid value 'octopus' for '--method <METHOD>': expected merge, squash or rebase

For more information, try '--help'.

"#]]
    );
}

#[test]
fn a_draft_waits() {
    let site = Site::new();
    configure(&site, "proposals: {draft: true, merge: auto}\n");
    site.run(&["promote", "api", "--to", "prod"]);
    assert_data_eq!(
        site.run(&["proposals", "list"]),
        str![[r#"
exit 0
number   title                           branch             by
     1   Promote api to prod: v1 -> v2   towpath/prod/api   Jo Doe <jo@example.com>   draft
--

"#]]
    );
    assert_data_eq!(
        site.run(&["proposals", "merge", "1"]),
        str![[r#"
exit 1
--
error: proposal 1 cannot be merged: it is a draft
hint: `towpath proposals show 1` shows its state, and its page what the forge waits for

"#]]
    );
}

#[test]
fn any_address_can_be_without_a_forge() {
    let site = Site::new();
    let address = "ssh://git@git.example.com/srv/deploy.git";
    site.sandbox.git(&site.clone, &["remote", "set-url", "origin", address]);
    // Nobody says what is there; git is not asked, for there is nobody to answer it.
    let said = site.run_with(&["proposals", "list"], &[("GIT_SSH_COMMAND", "false")]);
    assert_data_eq!(
        said,
        str![[r#"
exit 1
--
error: pull requests need a forge: `git.example.com` is not a known forge
hint: if `git.example.com` is a forge, name its kind with --forge; `--forge plain` needs no forge

"#]]
    );
    let said =
        site.run_with(&["proposals", "list", "--forge", "plain"], &[("GIT_SSH_COMMAND", "false")]);
    assert_data_eq!(
        said,
        str![[r#"
exit 1
--
error: git could not read the remote: fatal: Could not read from remote repository.
hint: nothing was changed; run it again once `git fetch` works here

"#]]
    );
    let config = site.sandbox.path("plain.yaml");
    std::fs::write(&config, "forge: plain\n").expect("written");
    let config = config.to_str().expect("a plain path");
    let said =
        site.run_with(&["proposals", "list", "--config", config], &[("GIT_SSH_COMMAND", "false")]);
    assert!(said.contains("git could not read the remote"), "{said}");
    assert_data_eq!(
        site.run(&["proposals", "list", "--forge", "svn"]),
        str![[r#"
exit 2
--
error: unknown forge `svn`
hint: use github, gitlab, gitea, forgejo, bitbucket, azure or plain

"#]]
    );
}

#[test]
fn a_bare_repository_is_named_by_its_address() {
    let site = Site::new();
    let said = site
        .sandbox
        .towpath(&site.origin, &["promote", "api", "--to", "prod", "--pr"])
        .output()
        .expect("runs");
    assert_data_eq!(
        String::from_utf8(said.stderr).expect("text"),
        str![[r#"
error: the repository has no remote `origin` for pull requests
hint: name a bare repository by its address, as in `-C file:///srv/deploy.git`
hint: --push pushes to the deployed branch, --commit creates a local commit, --patch prints a mail

"#]]
    );
    let address = format!("file://{}", site.origin.display());
    let run = |arguments: &[&str]| {
        let arguments = [&["-C", &address], arguments].concat();
        let output = site.sandbox.towpath(&site.origin, &arguments).output().expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["promote", "api", "--to", "prod"]);
    run(&["proposals", "merge", "1"]);
    assert_eq!(site.says("main", "apps/prod/api.yaml"), values("api", "v2"));
}
