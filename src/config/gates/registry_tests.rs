//! What holds for every gate by its description: `test-only` has nothing else.

use super::keys::gate_keys;
use super::{FactNeed, Gate, GateKind, PastNeed};
use crate::config::{parse, schema};
use crate::model::{AppName, StageName};
use std::collections::BTreeSet;

const TEST_ONLY: &str = "\
stages: [dev, prod]
gates:
- { test-only: { command: [scripts/asked, --quick], file: keys/pub }, stages: [prod] }
";

/// The gates of a program that is no test.
pub(in crate::config) fn shipped_gates() -> Vec<GateKind> {
    GateKind::ALL.iter().copied().filter(|kind| *kind != GateKind::TestOnly).collect()
}

#[test]
fn a_gate_is_read_by_its_description() {
    let config = parse(TEST_ONLY, "towpath.yaml").expect("it is right");
    let [rule] = config.pipeline.gates.as_slice() else { panic!("one rule") };
    assert!(matches!(&rule.gate, Gate::TestOnly(gate) if gate.file == "keys/pub"));
    let off = parse("gates: [{ test-only: off }]\n", "towpath.yaml").expect("it is right");
    assert!(matches!(off.pipeline.gates[0].gate, Gate::Off(GateKind::TestOnly)));
    let wrong = |text: &str| match parse(&format!("gates: [{text}]\n"), "towpath.yaml") {
        Ok(_) => panic!("{text} is wrong"),
        Err(error) => error.to_string(),
    };
    assert!(wrong("test-only").contains("needs a value"));
    assert!(wrong("test-only: x").contains("its options are command, file"));
    assert!(wrong("{ test-only: { fil: x } }").contains("did you mean `file`?"));
}

#[test]
fn the_schema_has_every_gate() {
    let schema = schema::schema();
    let long = &schema["$defs"]["gate"]["anyOf"][1];
    for (_, key) in gate_keys(GateKind::ALL) {
        assert!(long["properties"][key.name].is_object(), "{}", key.name);
    }
    assert!(long["properties"]["test-only"]["anyOf"][1]["properties"]["command"].is_object());
    assert!(long.to_string().contains(r#"{"required":["test-only"]}"#));
}

#[test]
fn what_a_gate_needs_follows_from_its_settings() {
    let config = parse(TEST_ONLY, "towpath.yaml").expect("it is right");
    let (prod, dev, app) = (StageName::from("prod"), StageName::from("dev"), AppName::from("web"));
    let facts = config.pipeline.facts_for(&prod, &app);
    let [(_, FactNeed::Command(call)), (_, file)] = facts.as_slice() else { panic!("two facts") };
    assert_eq!((call.argv[0].as_str(), *file), ("scripts/asked", FactNeed::File("keys/pub")));
    assert!(config.pipeline.facts_for(&dev, &app).is_empty());
    let paths: Vec<&str> = config.pipeline.all_facts().flat_map(FactNeed::rule_paths).collect();
    assert_eq!(paths, ["scripts/asked", "--quick", "keys/pub"]);
    let past = |stage| config.pipeline.past_need(GateKind::TestOnly, stage, &app);
    assert_eq!((past(&prod), past(&dev)), (PastNeed::WholeHistory, PastNeed::NewestRuns));
}

#[test]
fn every_gate_has_names_of_its_own_and_says_what_it_is_for() {
    let names: BTreeSet<&str> = GateKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(names.len(), GateKind::ALL.len());
    let keys: BTreeSet<&str> = gate_keys(GateKind::ALL).map(|(_, key)| key.name).collect();
    assert_eq!(keys.len(), gate_keys(GateKind::ALL).count());
    for (_, key) in gate_keys(GateKind::ALL) {
        assert!(key.about.ends_with('.'), "{}", key.name);
        assert!(key.short.is_some() || key.long.is_some(), "{} could not be written", key.name);
    }
}

/// The gates and their keys that a document has no row for, in its table of gates.
fn undocumented_gates(document: &str, gates: &[GateKind]) -> Vec<&'static str> {
    let rows: Vec<&str> = document.lines().filter(|line| line.starts_with("| [`")).collect();
    let names = gates.iter().flat_map(|kind| {
        let keys: Vec<_> = gate_keys(&[*kind]).map(|(_, key)| key.name).collect();
        if keys.is_empty() { vec![kind.as_str()] } else { keys }
    });
    names.filter(|name| !rows.iter().any(|row| row.contains(&format!("`{name}`")))).collect()
}

#[test]
fn the_document_has_every_gate() {
    let document = include_str!("../../../docs/gates.md");
    assert_eq!(undocumented_gates(document, &shipped_gates()), [""; 0]);
    assert_eq!(undocumented_gates(document, GateKind::ALL), ["test-only"]);
}
