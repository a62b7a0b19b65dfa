//! Nothing is pushed, merged or moved in bulk on stages that nobody wrote down.

use super::{Site, values};
use crate::support::{History, Sandbox};

/// The same site without a configuration.
fn site() -> Site {
    let sandbox = Sandbox::new();
    sandbox.introduce();
    let mut history = History::new().commit("2026-08-01T10:00:00Z", "Ann", "start");
    for (stage, version) in [("dev", "v2"), ("staging", "v2"), ("prod", "v1")] {
        history = history.write(&format!("apps/{stage}/api.yaml"), &values("api", version));
    }
    let origin = sandbox.bare("origin.git", &history);
    sandbox.git(&sandbox.path(""), &["clone", "-q", "origin.git", "clone"]);
    let clone = sandbox.path("clone");
    Site { sandbox, origin, clone }
}

#[test]
fn assumed_stages_are_not_acted_on() {
    let site = site();
    let before = site.at_origin(&["for-each-ref"]);
    for arguments in [
        &["promote", "api", "--to", "prod", "--push"][..],
        &["promote", "--all", "--to", "prod"],
        &["promote", "--all", "--to", "prod", "--push", "--yes"],
        &["promote", "--all", "--to", "prod", "--commit"],
        &["deploy", "api", "v3", "--push"],
        &["rollback", "api", "--stage", "prod", "--to", "v1", "--push"],
        &["advance", "--forge", "plain"],
    ] {
        let said = site.run(arguments);
        assert!(said.starts_with("exit 2\n"), "{arguments:?}: {said}");
        assert!(said.contains("here they are assumed: dev, staging, prod"), "{said}");
        assert!(said.contains("hint: `towpath init` writes them"), "{said}");
    }
    assert_eq!(site.at_origin(&["for-each-ref"]), before);
}

#[test]
fn a_named_app_can_be_proposed_and_the_proposal_says_what_is_assumed() {
    let site = site();
    let said = site.run(&["promote", "api", "--to", "prod", "--forge", "plain"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    let shown = site.run(&["proposals", "show", "1", "--forge", "plain"]);
    let text = "The stages and their order are assumed (`dev`, `staging`, `prod`)";
    assert!(shown.contains(text), "{shown}");
    let merged = site.run(&["proposals", "merge", "1", "--forge", "plain"]);
    assert!(merged.contains("a merge needs stages that somebody wrote down"), "{merged}");
}

#[test]
fn stages_that_are_written_or_accepted_are_acted_on() {
    let site = site();
    let assumed = site.run(&["promote", "api", "--to", "prod", "--push", "--assume"]);
    assert!(assumed.starts_with("exit 0\n"), "{assumed}");
    assert!(site.run(&["init", "--yes"]).starts_with("exit 0\n"));
    let written = site.run(&["deploy", "api", "v3", "--push"]);
    assert!(written.starts_with("exit 0\n"), "{written}");
}
