//! The figures that a monitoring system collects: what runs now, and counts over the history.

use crate::audit::Severity;
use crate::history::MERGE_TOLERANCE;
use crate::ops::audit::{AuditQuery, audit};
use crate::ops::deployments::DeploymentHistory;
use crate::ops::error::Failure;
use crate::ops::ledger::load_ledger;
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::ops::status::{StatusQuery, status};
use crate::report::MeasurementReport;
use std::collections::BTreeMap;

/// Measures a repository.
///
/// # Errors
/// When the repository cannot be read.
pub fn measure(session: &Session) -> Result<MeasurementReport, Failure> {
    let status = status(&StatusQuery::default(), session)?.report;
    let repository = session.open_repository()?;
    let state = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    let history = DeploymentHistory::load(session, &repository, &state, MERGE_TOLERANCE)?;
    let ledger = load_ledger(session, &repository, state.ledger_rules())?;
    let now = session.now().as_second();
    let mut report = MeasurementReport {
        status,
        deployments: BTreeMap::new(),
        leads: BTreeMap::new(),
        locks: ledger.gap().is_none().then(|| ledger.active_locks(None, now).len()),
        findings: Severity::ALL.into_iter().map(|severity| (severity, 0)).collect(),
        is_complete: history.is_complete(),
    };
    for deployment in history.timeline.deployments() {
        let stage = &deployment.cell.stage;
        *report.deployments.entry((stage.clone(), deployment.kind)).or_default() += 1;
        let lead = deployment.lead.filter(|lead| *lead >= 0);
        report.leads.entry(stage.clone()).or_default().extend(lead);
    }
    for told in &audit(&AuditQuery::default(), session)?.audited.findings {
        *report.findings.entry(told.finding.severity).or_default() += 1;
    }
    Ok(report)
}
