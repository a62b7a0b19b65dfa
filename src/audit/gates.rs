//! Asks the gates about every deployment, as of the time it landed and with what had landed before
//! it.

use super::AuditContext;
use crate::config::gates::GateKind;
use crate::history::{Deployment, DeploymentKind};
use crate::pipeline::{AppComponent, GateAnswer, GateQuery, MoveDirection, judge};
use jiff::Timestamp;

/// True for gates that can be judged for the past. Approvals, blockers and facts of the forge have
/// no history, and order is judged with the tolerance for merges instead. Without the ledger, no
/// gate is asked that reads it.
fn is_asked(scene: &AuditContext<'_>, gate: GateKind) -> bool {
    let (gate, ledger) = (gate.descriptor(), scene.evidence.ledger);
    gate.answers_for_the_past && (ledger.gap().is_none() || !gate.reads_the_ledger)
}

/// Finds the gates that were not open, by deployment index.
pub(super) fn find_closed_gates(scene: &AuditContext<'_>) -> Vec<(usize, GateAnswer)> {
    let mut out = Vec::new();
    for deployment in scene.deployments().filter(|deployment| changes_version(deployment)) {
        if is_gated(scene, &deployment) {
            out.extend(
                ask_gates(scene, &deployment).into_iter().map(|answer| (deployment.index, answer)),
            );
        }
    }
    out
}

/// False for new cells and new names of the same image: no gate is asked about those.
fn changes_version(deployment: &Deployment<'_>) -> bool {
    !matches!(deployment.kind, DeploymentKind::Add | DeploymentKind::Remove | DeploymentKind::Image)
}

/// True if gates are configured for the cell, or the ledger had begun.
fn is_gated(scene: &AuditContext<'_>, deployment: &Deployment<'_>) -> bool {
    let has_rules = |kind| {
        !scene
            .config
            .pipeline
            .rules_for(kind, &deployment.cell.stage, &deployment.cell.app)
            .is_empty()
    };
    let has_waves = scene.config.pipeline.waves_of(&deployment.cell.stage).is_some();
    has_waves
        || GateKind::ALL.iter().any(|kind| is_asked(scene, *kind) && has_rules(*kind))
        || scene.evidence.ledger.start_time().is_some_and(|begins| begins <= deployment.time)
}

fn ask_gates(scene: &AuditContext<'_>, deployment: &Deployment<'_>) -> Vec<GateAnswer> {
    let (Some(to), Ok(at)) = (deployment.to, Timestamp::from_second(deployment.time)) else {
        return Vec::new();
    };
    let cell = deployment.cell;
    let subject = AppComponent { app: cell.app.clone(), component: cell.component.clone() };
    let purpose = if deployment.kind == DeploymentKind::Rollback {
        MoveDirection::Back
    } else {
        MoveDirection::Forward
    };
    let targets = cell.target.as_slice();
    let question = GateQuery {
        subject: &subject,
        stage: &cell.stage,
        targets,
        version: &to.version,
        at,
        is_past: true,
        purpose,
    };
    let judgement = judge(&scene.evidence.before_landing(deployment.index), &question);
    if judgement.broken.is_some() {
        return Vec::new();
    }
    let meant = |answer: &GateAnswer| is_asked(scene, answer.gate) && !answer.verdict.is_open();
    judgement.answers.into_iter().filter(meant).collect()
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;

    #[test]
    fn a_gate_that_answers_for_the_past_is_asked_by_its_description() {
        let gates = "gates: [{ test-only: { command: [./ask], file: FROZEN }, stages: [prod] }]\n";
        let lines = ["0 web dev ->v1", "1 web prod ->v1", "2 web dev v1>v2", "3 web prod v1>v2"];
        let told = AuditBench::new(gates, &lines).asked(|scene| {
            let closed = super::find_closed_gates(scene).into_iter();
            closed.map(|(_, answer)| format!("{}: {}\n", answer.gate, answer.reason)).collect()
        });
        assert_eq!(told, "test-only: `./ask` was not asked\n");
    }
}
