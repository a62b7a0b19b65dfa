//! `--wait`: what a build sees of the end of its pull request.

use super::Forge;
use crate::delivery::Site;
use crate::fake::Fault;
use crate::fake::server::Answer;
use snapbox::{assert_data_eq, str};
use std::sync::Arc;
use std::time::Duration;
use towpath::forge::ForgeKind;

/// Waits for a promotion, while somebody sets the state of its pull request.
fn waited(forge: &Forge, becomes: &'static str, after: Duration) -> String {
    let world = Arc::clone(&forge.fake.world);
    let person = std::thread::spawn(move || {
        while world.lock().expect("no panic within").pulls.is_empty() {
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(after);
        world.lock().expect("no panic within").pulls[0].state = becomes.into();
    });
    let said = forge.run(&["promote", "api", "--to", "prod", "--wait=1m"]);
    person.join().expect("nothing went wrong");
    said
}

#[test]
fn merged_is_the_end() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    assert_data_eq!(
        waited(&forge, "merged", Duration::from_millis(300)),
        str![[r#"
exit 0
https://github.example/o/r/pull/1
--
app   prod   from staging
api   v1     → v2
opened pull request 1: Promote api to prod: v1 -> v2
pull request 1 is merged

"#]]
    );
}

/// Another run puts a newer version into the pull request, and that one is merged.
#[test]
fn another_version_is_named() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    forge.run(&["deploy", "web", "v3"]);
    let world = Arc::clone(&forge.fake.world);
    let other = std::thread::spawn(move || {
        while world.lock().expect("no panic within").pulls.is_empty() {
            std::thread::sleep(Duration::from_millis(20));
        }
        // The marker tells which change the text is about.
        std::thread::sleep(Duration::from_millis(700));
        let mut world = world.lock().expect("no panic within");
        let pull = &mut world.pulls[0];
        let (marker, _) = pull.body.split_once(')').expect("a marker");
        let change = marker[marker.len() - 8..].to_owned();
        pull.body = pull.body.replacen(&change, "ffffffff", 1);
        pull.title = "Deploy web to dev: v2 -> v4".into();
        pull.state = "merged".into();
    });
    let said = forge.run(&["deploy", "web", "v3", "--wait=1m"]);
    other.join().expect("nothing went wrong");
    assert!(said.starts_with("exit 0\n"), "{said}");
    assert!(
        said.contains(
            "was changed while this waited, and was merged as: Deploy web to dev: v2 -> v4"
        ),
        "{said}"
    );
}

#[test]
fn closed_is_a_no() {
    let forge = Forge::new(ForgeKind::Gitea, "forgejo");
    assert_data_eq!(
        waited(&forge, "closed", Duration::ZERO),
        str![[r#"
exit 3
https://forgejo.example/o/r/pulls/1
--
app   prod   from staging
api   v1     → v2
opened pull request 1: Promote api to prod: v1 -> v2
error: pull request 1 is closed without being merged

"#]]
    );
}

#[test]
fn time_ends_it() {
    let forge = Forge::new(ForgeKind::GitLab, "gitlab");
    assert_data_eq!(
        forge.run(&["promote", "api", "--to", "prod", "--wait=1s"]),
        str![[r#"
exit 3
https://gitlab.example/group/sub/r/-/merge_requests/1
--
app   prod   from staging
api   v1     → v2
opened pull request 1: Promote api to prod: v1 -> v2
error: pull request 1 is still open after 1s
hint: `towpath proposals show` shows its state; run this again to keep waiting, or use --wait=2h to wait longer

"#]]
    );
    forge.run(&["deploy", "web", "v3"]);
    forge.run(&["deploy", "blog", "v3"]);
    forge.site.at_origin(&["update-ref", "refs/heads/main", "towpath/dev/web"]);
    assert_data_eq!(
        forge.run(&["promote", "--all", "--to", "staging", "--wait=0s"]),
        str![[r#"
exit 3
https://gitlab.example/group/sub/r/-/merge_requests/4
--
app   staging   from dev
web   v1        → v3
2 apps are up to date in staging
opened pull request 4: Promote web to staging: v1 -> v3
error: pull request 4 is still open after 0s
hint: `towpath proposals show` shows its state; run this again to keep waiting, or use --wait=2h to wait longer

"#]]
    );
    assert_data_eq!(
        forge.run(&["promote", "api", "--to", "prod", "--push", "--wait"]),
        str![[r#"
exit 2
--
error: the argument '--push' cannot be used with '--wait[=<DURATION>]'

Usage: towpath promote --to <STAGE> --push --forge <NAME> --forge-api <URL> <APP>...

For more information, try '--help'.

"#]]
    );
}

/// Errors of the server and lost connections are waited out; so is one that outlasts all attempts.
#[test]
fn trouble_passes() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    for fault in
        [Fault::Instead(Answer::status(502)), Fault::Hangup, Fault::Instead(Answer::status(503))]
    {
        forge.fake.break_next("GET", "/pulls/1", fault);
    }
    for _ in 0..2 {
        forge.fake.break_next("GET", "/pulls/1", Fault::Instead(Answer::status(500)));
    }
    assert_data_eq!(
        waited(&forge, "merged", Duration::from_millis(100)),
        str![[r#"
exit 0
https://github.example/o/r/pull/1
--
app   prod   from staging
api   v1     → v2
opened pull request 1: Promote api to prod: v1 -> v2
pull request 1 is merged

"#]]
    );
    assert_eq!(
        forge.fake.world.lock().expect("no panic within").faults.len(),
        0,
        "all of it happened"
    );
}

#[test]
fn a_no_of_the_forge_is_not_waited_out() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    forge.fake.break_next(
        "GET",
        "/pulls/1",
        Fault::Instead(Answer::refused(401, "Bad credentials")),
    );
    let said = forge.run(&["promote", "api", "--to", "prod", "--wait"]);
    assert_data_eq!(
        said,
        str![[r#"
exit 1
https://github.example/o/r/pull/1
--
app   prod   from staging
api   v1     → v2
opened pull request 1: Promote api to prod: v1 -> v2
error: git.example.com rejected the token (status 401, `GET http://forge/api/v3/repos/o/r/pulls/1`): Bad credentials
hint: the token may have expired or belong to another host; create a new one

"#]]
    );
}

#[test]
fn what_git_merges_is_seen_without_a_forge() {
    let site = Site::new();
    let origin = site.origin.clone();
    let person = std::thread::spawn(move || {
        let origin = git2::Repository::open_bare(origin).expect("it is there");
        let head = loop {
            match origin.find_reference("refs/towpath/proposals/1") {
                Ok(_) => {
                    break origin
                        .refname_to_id("refs/heads/towpath/prod/api")
                        .expect("it was pushed");
                }
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        origin.reference("refs/heads/main", head, true, "merged by hand").expect("moved");
    });
    assert_data_eq!(
        site.run(&["promote", "api", "--to", "prod", "--wait=1m"]),
        str![[r#"
exit 0
/sandbox/origin.git#1
--
app   prod   from staging
api   v1     → v2
opened pull request 1: Promote api to prod: v1 -> v2
pull request 1 is merged

"#]]
    );
    person.join().expect("nothing went wrong");
}
