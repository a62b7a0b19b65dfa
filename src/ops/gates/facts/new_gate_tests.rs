//! Code that handles all gates handles a gate with only a description and an answer.

use super::FactCollector;
use crate::config::gates::GateKind;
use crate::git::testing::TestRepository;
use crate::git::{MergePreview, Repository};
use crate::guard::find_cell_changes;
use crate::ops::gates::ask::ask_gates;
use crate::ops::gates::{GateContext, GateRequest};
use crate::ops::guard::RenderRequest;
use crate::ops::guard::comparison::BaseHeadComparison;
use crate::ops::guard::partial_history::load_partial_history;
use crate::ops::session::{Options, Session};
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::pipeline::{AppComponent, ExternalFacts, MoveDirection};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::sync::Arc;

const CONFIG: &str = "\
stages: [dev, prod]
sources: [{ text: '{stage}/{app}' }]
gates: [{ test-only: { command: [scripts/asked], file: keys/pub } }]
";

const PLAIN: &str = "\
stages: [dev, prod]
sources: [{ text: '{stage}/{app}' }]
";

/// A repository in which `web` went to dev twice and to prod once, and a session that reads it.
fn repository(config: &str) -> (TestRepository, Repository, Session) {
    let mut out = TestRepository::new();
    out.commit(
        "begin",
        &[
            ("towpath.yaml", Some(config)),
            ("scripts/asked", Some("#!/bin/sh\nexit 0\n")),
            ("keys/pub", Some("a key\n")),
            ("dev/web", Some("v1\n")),
            ("prod/web", Some("v1\n")),
        ],
    );
    out.commit("dev", &[("dev/web", Some("v2\n"))]);
    let repository = out.open();
    let clock = || {
        let now = Timestamp::from_second(1_700_100_000).expect("in range");
        now.to_zoned(TimeZone::UTC)
    };
    let folder = out.path.to_string_lossy().into_owned();
    let options = Options { repository: Some(folder), no_index: true, ..Options::default() };
    (out, repository, Session::new(options, Arc::new(clock)))
}

fn to_prod() -> GateRequest {
    GateRequest {
        subject: AppComponent { app: "web".into(), component: None },
        stage: "prod".into(),
        targets: Vec::new(),
        version: crate::model::Version::parse("v2"),
        purpose: MoveDirection::Forward,
    }
}

#[test]
fn its_facts_are_collected_and_its_command_is_known() {
    let (_folder, repository, session) = repository(CONFIG);
    let inquiry = GateContext::load(&session, &repository).expect("it can be read");
    let (past, nothing) = (inquiry.deployment_index(), ExternalFacts::default());
    let request = to_prod();
    let query = request.to_query(&session, None);
    let collector = FactCollector::new(&inquiry);
    let facts = collector.collect(&inquiry.evidence(&past, &nothing), &[query]);
    // Only a command that the protected branch names gets this message.
    let told = format!("{facts:?}");
    assert!(told.contains("only with --allow-commands"), "{told}");
    assert!(told.contains("a key"), "the file was not read: {told}");
    let report = ask_gates(&request, &query, &inquiry.evidence(&past, &facts));
    let closed: Vec<GateKind> = report.judgement.closed_gates().map(|answer| answer.gate).collect();
    assert!(closed.contains(&GateKind::TestOnly), "{closed:?}");
}

#[test]
fn its_command_and_its_file_are_rules_to_the_guard() {
    let (mut folder, _, session) = repository(CONFIG);
    // A new stream of commits begins without files.
    let head = folder.commit(
        "mine",
        &[
            ("towpath.yaml", Some(CONFIG)),
            ("scripts/asked", Some("exit 0\n")),
            ("keys/pub", Some("another\n")),
            ("dev/web", Some("v2\n")),
            ("prod/web", Some("v1\n")),
            ("other", Some("x\n")),
        ],
    );
    let repository = folder.open();
    let (base, head) = (folder.id(head - 1), folder.id(head));
    let preview = MergePreview::Forward(head);
    let sides = BaseHeadComparison::load(
        &session,
        &repository,
        (base, head),
        &preview,
        None,
        RenderRequest::Never,
    );
    let sides = sides.expect("it can be compared");
    assert_eq!(sides.changed_rules().0, ["keys/pub", "scripts/asked"]);
}

#[test]
fn the_whole_past_is_read_for_it() {
    for (config, is_part) in [(PLAIN, true), (CONFIG, false)] {
        let (_folder, repository, session) = repository(config);
        let state = RepositoryState::load(&session, &repository, RevisionSelector::default())
            .expect("it can be read");
        let mut after = state.mapping.entries.clone();
        for entry in after.iter_mut().filter(|entry| entry.stage.as_str() == "prod") {
            entry.version = crate::model::Version::parse("v2");
        }
        let moves = find_cell_changes(&state.mapping.entries, &after, &BTreeSet::new());
        assert_eq!(moves.len(), 1);
        let part = load_partial_history(&repository, &state, &moves).expect("it can be read");
        assert_eq!(part.is_some(), is_part, "{config}");
    }
}
