//! Which commits of the deployed branch a clone answers from.

use super::{Site, values};
use snapbox::{assert_data_eq, str};
use std::path::Path;

/// The version of api in prod, as `status` has it in this clone.
fn api_in_prod(site: &Site, at: &Path, options: &[&str]) -> String {
    let arguments = ["status", "--no-since", "--app", "api", "--stage", "prod", "--output", "csv"];
    let output = site.sandbox.towpath(at, &[&arguments, options].concat()).output();
    let text = String::from_utf8(output.expect("it runs").stdout).expect("text");
    let row = text.lines().nth(1).unwrap_or_default().to_owned();
    row.split(',').nth(4).unwrap_or_default().to_owned()
}

/// A commit in a clone that writes another version of api into prod.
fn write(site: &Site, at: &Path, version: &str) {
    std::fs::write(at.join("apps/prod/api.yaml"), values("api", version)).expect("writable");
    site.sandbox.git(at, &["commit", "-q", "-a", "-m", version]);
}

/// Another clone, which lands a version at the origin; then the first one fetches.
fn land_at_origin(site: &Site, version: &str) {
    let other = site.sandbox.path("other");
    site.sandbox.git(&site.sandbox.path(""), &["clone", "-q", "origin.git", "other"]);
    write(site, &other, version);
    site.sandbox.git(&other, &["push", "-q"]);
    site.sandbox.git(&site.clone, &["fetch", "-q"]);
}

#[test]
fn after_a_push_every_command_answers_from_it() {
    let site = Site::new();
    site.run(&["promote", "api", "--to", "prod", "--push"]);
    assert_eq!(api_in_prod(&site, &site.clone, &[]), "v2");
    assert_data_eq!(
        site.run(&["history", "api", "-n", "1"]),
        str![[r#"
exit 0
when   stage   app   from   to     kind      who      change
0s     prod    api   v1     → v2   promote   Jo Doe   05dc787cec
--

"#]]
    );
    assert_data_eq!(
        site.run(&["ask", "api", "--to", "prod"]),
        str![[r#"
exit 0
gate        verdict   reason                                               since   from
order       open      staging has run v2 since 2026-08-03 10:00 UTC        29d     built-in
isolation   open      v2 was deployed before outcomes were recorded here   0s      built-in
lock        open      not locked                                                   built-in
rejected    open      not rejected                                                 built-in
hold        open      not on hold                                                  built-in

api v2 already runs in prod.
--

"#]]
    );
    assert_eq!(
        site.sandbox.git(&site.clone, &["rev-parse", "main"]),
        site.sandbox.git(&site.clone, &["rev-parse", "origin/main~1"]),
        "the branch of the user stays where it was"
    );
}

#[test]
fn a_branch_that_is_behind_is_read_at_its_upstream() {
    let site = Site::new();
    land_at_origin(&site, "v2");
    assert_eq!(api_in_prod(&site, &site.clone, &[]), "v2");
    assert_eq!(api_in_prod(&site, &site.clone, &["--branch", "main"]), "v2");
}

#[test]
fn a_branch_that_is_ahead_is_read_as_it_is_and_that_is_said() {
    let site = Site::new();
    write(&site, &site.clone, "v3");
    assert_eq!(api_in_prod(&site, &site.clone, &[]), "v3");
    assert_data_eq!(
        site.run(&["status", "--no-since", "--app", "api", "--stage", "prod"]),
        str![[r#"
exit 0
app   prod
api   v3
--
main has 1 commit that origin/main does not have

"#]]
    );
}

#[test]
fn branches_that_have_diverged_are_read_at_the_upstream_unless_one_is_named() {
    let site = Site::new();
    land_at_origin(&site, "v2");
    write(&site, &site.clone, "v3");
    assert_eq!(api_in_prod(&site, &site.clone, &[]), "v2");
    assert_eq!(api_in_prod(&site, &site.clone, &["--branch", "main"]), "v3");
    assert_data_eq!(
        site.run(&["status", "--no-since", "--app", "api", "--stage", "prod"]),
        str![[r#"
exit 0
app   prod
api   v2
--
warning: main and origin/main have diverged, with 1 commit and 1 commit of their own; reading origin/main

"#]]
    );
}

#[test]
fn work_on_another_branch_is_shown_when_it_is_named() {
    let site = Site::new();
    site.sandbox.git(&site.clone, &["checkout", "-q", "-b", "work"]);
    write(&site, &site.clone, "v3");
    assert_eq!(api_in_prod(&site, &site.clone, &[]), "v1");
    assert_eq!(api_in_prod(&site, &site.clone, &["--branch", "work"]), "v3");
    assert_eq!(api_in_prod(&site, &site.clone, &["--worktree"]), "v3");
    assert_data_eq!(
        site.run(&["status", "--no-since", "--app", "api", "--stage", "prod"]),
        str![[r#"
exit 0
app   prod
api   v1
--
reading main, the branch that origin deploys; `--branch work` reads the checked-out one

"#]]
    );
}

#[test]
fn a_bare_clone_and_one_without_a_remote_have_only_their_own_branch() {
    let site = Site::new();
    assert_eq!(api_in_prod(&site, &site.origin, &[]), "v1");
    site.sandbox.git(&site.clone, &["remote", "remove", "origin"]);
    write(&site, &site.clone, "v3");
    assert_eq!(api_in_prod(&site, &site.clone, &[]), "v3");
}

#[test]
fn a_shallow_clone_is_read_at_its_upstream() {
    let site = Site::new();
    let url = format!("file://{}", site.origin.display());
    let home = site.sandbox.path("");
    site.sandbox.git(&home, &["clone", "-q", "--depth", "1", &url, "shallow"]);
    land_at_origin(&site, "v2");
    let shallow = site.sandbox.path("shallow");
    site.sandbox.git(&shallow, &["fetch", "-q", "--depth", "1"]);
    assert_eq!(api_in_prod(&site, &shallow, &[]), "v2");
}
