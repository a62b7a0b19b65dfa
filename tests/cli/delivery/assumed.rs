//! Nothing is pushed, merged or moved in bulk on stages that nobody wrote down.

use super::{Site, values};
use crate::support::History;

/// The same site without a configuration.
fn site() -> Site {
    let mut history = History::new().commit("2026-08-01T10:00:00Z", "Ann", "start");
    for (stage, version) in [("dev", "v2"), ("staging", "v2"), ("prod", "v1")] {
        history = history.write(&format!("apps/{stage}/api.yaml"), &values("api", version));
    }
    Site::of(&history)
}

#[test]
fn assumed_stages_are_not_acted_on() {
    let site = site();
    let before = site.at_origin(&["for-each-ref"]);
    for arguments in [
        &["promote", "api", "--to", "prod", "--push"][..],
        &["promote", "--all", "--to", "prod"],
        &["promote", "a*", "--to", "prod"],
        &["promote", "--all", "--to", "prod", "--push", "--yes"],
        &["promote", "--all", "--to", "prod", "--commit"],
        &["deploy", "api", "v3", "--push"],
        &["rollback", "api", "--stage", "prod", "--version", "v1", "--push"],
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

/// `ask` and `promote` agree on where an app comes from: the nearest stage before that has it.
#[test]
fn a_stage_without_the_app_is_skipped() {
    let config = "stages: [dev, staging, prod]\nsources: [{text: '{stage}/{app}'}]\n";
    let history = History::new()
        .commit("2026-08-01T10:00:00Z", "Ann", "start")
        .write("towpath.yaml", config)
        .write("dev/tool", "v2\n")
        .write("dev/web", "v1\n")
        .write("staging/web", "v1\n")
        .write("prod/tool", "v1\n")
        .write("prod/web", "v1\n");
    let site = Site::of(&history);
    assert!(site.run(&["ask", "tool", "--to", "prod"]).contains("dev has run v2"));
    let said = site.run(&["promote", "tool", "--to", "prod", "--push"]);
    assert!(said.starts_with("exit 0\n") && said.contains("from dev"), "{said}");
    assert!(site.at_origin(&["log", "-1", "--format=%B", "main"]).contains("Promoted-From: dev"));
    let said = site.run(&["promote", "tool", "--from", "staging", "--to", "prod", "--dry-run"]);
    assert!(said.contains("tool does not run in staging"), "{said}");
    assert!(said.contains("--from names another stage"), "{said}");
    let site = Site::of(&history);
    let said = site.run(&["promote", "--all", "--to", "prod", "--dry-run"]);
    assert!(said.contains("`towpath promote tool --to prod` takes it from dev"), "{said}");
    let said = site.run(&["advance", "--dry-run"]);
    assert!(said.contains("tool v2 to prod: would be proposed: every gate is open"), "{said}");
    assert!(!said.contains("refused"), "{said}");
    let said = site.run(&["advance", "--app", "tool", "--dry-run"]);
    assert!(said.contains("tool v2 to prod: would be proposed"), "{said}");
}

/// A stage that nobody has used for years is not taken as the first one on a guess.
#[test]
fn a_stale_stage_is_no_source_on_a_guess() {
    let mut history = History::new().commit("2022-01-01T10:00:00Z", "Ann", "start");
    for stage in ["test", "staging", "prod"] {
        history = history.write(&format!("apps/{stage}/api.yaml"), &values("api", "v1"));
    }
    for number in 2..9 {
        let version = format!("v{number}");
        for stage in ["staging", "prod"] {
            let time = format!("2026-08-{number:02}T10:00:00Z");
            history = history
                .commit(&time, "Ann", &version)
                .write(&format!("apps/{stage}/api.yaml"), &values("api", &version));
        }
    }
    let site = Site::of(&history);
    let said = site.run(&["promote", "api", "--to", "staging", "--dry-run"]);
    assert!(said.starts_with("exit 2\n"), "{said}");
    assert!(said.contains("nothing has moved in test since 2022-01-01"), "{said}");
    let named = ["promote", "api", "--from", "test", "--to", "staging", "--dry-run"];
    assert!(!site.run(&named).contains("nothing has moved"));
}
