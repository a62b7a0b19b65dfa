//! Assigned people, the author of a change as reviewer, and forges without drafts.

use super::Forge;
use super::settings::configure;
use crate::fake::Fault;
use crate::fake::server::Answer;
use towpath::forge::ForgeKind;

const PROMOTE: [&str; 4] = ["promote", "api", "--to", "prod"];

#[test]
fn the_author_of_the_change_is_asked_and_assigned() {
    let config = "proposals: {reviewers: ['{author}', carol], assignees: ['{author}']}\n\
                  apps: {api: {assignees: carol}}\n";
    for (kind, name) in [
        (ForgeKind::GitHub, "github"),
        (ForgeKind::GitLab, "gitlab"),
        (ForgeKind::Gitea, "forgejo"),
    ] {
        let forge = Forge::new(kind, name);
        configure(&forge.site, config);
        let log = ["log", "-1", "--format=%H", "--grep=api v2 to staging", "main"];
        let landing = forge.site.at_origin(&log).trim().to_owned();
        let known = [(landing, "alice".to_owned())];
        forge.fake.world.lock().expect("no panic within").authors = known.into();
        for _ in 0..2 {
            let said = forge.run(&PROMOTE);
            assert!(said.starts_with("exit 0\n"), "{name}: {said}");
            let pull = forge.fake.world.lock().expect("no panic within").pulls[0].clone();
            assert_eq!(pull.reviewers, ["alice", "carol"], "{name}: {said}");
            assert_eq!(pull.assignees, ["alice", "carol"], "{name}: {said}");
        }
    }
}

#[test]
fn an_author_without_an_account_is_nobody() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    configure(&forge.site, "proposals: {reviewers: ['{author}'], assignees: ['{author}']}\n");
    let said = forge.run(&[&PROMOTE[..], &["-v"]].concat());
    assert!(said.contains("the forge knows no account of the author of"), "{said}");
    let pull = forge.fake.world.lock().expect("no panic within").pulls[0].clone();
    assert!(pull.reviewers.is_empty() && pull.assignees.is_empty());
}

#[test]
fn where_the_forge_has_no_drafts_it_is_opened_all_the_same() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    configure(&forge.site, "proposals: {draft: true}\n");
    let why = "Draft pull requests are not supported in this repository.";
    forge.fake.break_next("POST", "/pulls", Fault::Instead(Answer::refused(422, why)));
    let said = forge.run(&PROMOTE);
    assert!(
        said.starts_with("exit 0\n") && said.contains("the forge has no drafts here"),
        "{said}"
    );
    let pulls = forge.fake.world.lock().expect("no panic within").pulls.clone();
    assert_eq!(pulls.iter().map(|pull| pull.draft).collect::<Vec<_>>(), [false]);
}

/// The sources are on the server of the pull requests, whose token is known.
#[test]
fn release_notes_of_the_version_are_in_the_text() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    configure(&forge.site, "apps: {api: {repository: 'https://git.example.com/o/api'}}\n");
    let notes = "## Fixes\n* #7 by @carol";
    forge.fake.world.lock().expect("no panic within").releases =
        [("v2".to_owned(), notes.to_owned())].into();
    forge.run(&PROMOTE);
    let body = forge.fake.world.lock().expect("no panic within").pulls[0].body.clone();
    let expected = "### Release notes of api\n\n[v2](https://git.example.com/o/r/releases/v2)\n\n\
                    > #\u{200b}#\u{200b} Fixes\n>\n> \\* #\u{200b}7 by @\u{200b}carol\n";
    assert!(body.contains(expected), "{body}");
}
