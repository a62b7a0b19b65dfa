//! `test-only`: open while its command allows it; described in `config/gates/test_only.rs`.

use super::{GateInput, rule_origin};
use crate::config::gates::{Gate, GateKind, GateRule};
use crate::pipeline::external_facts::ExternalAnswer;
use crate::pipeline::testing::{GateBench, PAST};
use crate::pipeline::verdict::GateAnswer;

pub(super) fn answer(case: &GateInput<'_>, rule: &GateRule) -> Option<GateAnswer> {
    let Gate::TestOnly(gate) = &rule.gate else { return None };
    let known = case.evidence.facts.find_answer(rule.line, case.question);
    let (kind, place) = (GateKind::TestOnly, rule_origin(rule));
    Some(match known {
        Some(ExternalAnswer::Open) => GateAnswer::open(kind, place, "it was asked"),
        _ => GateAnswer::shut(kind, place, format!("`{}` was not asked", gate.command.argv[0])),
    })
}

#[test]
fn a_gate_is_asked_where_a_rule_holds() {
    let gates = "gates: [{ test-only: { command: [./ask], file: FROZEN } }]\n";
    let mut bench = GateBench::new(gates, &PAST);
    assert_eq!(
        bench.said(40, "web prod v2", &["test-only"]),
        "test-only shut (line 2): `./ask` was not asked\n"
    );
    bench.facts.set_answer(2, ExternalAnswer::Open);
    assert_eq!(
        bench.said(40, "web prod v2", &["test-only"]),
        "test-only open (line 2): it was asked\n"
    );
    assert_eq!(GateBench::new("", &PAST).said(40, "web prod v2", &["test-only"]), "");
}
