//! The parts of the HTML page beside the findings.

use crate::forge::ForgeRepository;
use crate::git::Repository;
use crate::history::DeploymentKind;
use crate::ops::audit::AuditSelection;
use crate::ops::gates::GateContext;
use crate::ops::session::Session;
use crate::report::{AuditPage, AuditReport, DeploymentPlot, Matrix, StatusReport};

/// Builds the page: the matrix, the plot of deployments over time, and the host of commit links.
pub fn build_page(
    audited: AuditReport,
    inquiry: &GateContext<'_>,
    meant: &AuditSelection,
) -> AuditPage {
    let deployments = inquiry.chronicle.timeline.deployments().filter(|deployment| {
        deployment.kind != DeploymentKind::Remove
            && (meant.window.since..meant.window.until).contains(&deployment.time)
            && meant.choice.contains(deployment.cell)
    });
    let counted = deployments.map(|deployment| (&deployment.cell.stage, deployment.time));
    let plot = DeploymentPlot::new(&audited, &inquiry.chronicle.stages, counted);
    let place = commit_host(inquiry.session, inquiry.repository);
    AuditPage { audited, matrix: matrix(inquiry, meant), plot, place }
}

fn matrix(inquiry: &GateContext<'_>, meant: &AuditSelection) -> Matrix {
    let mut status =
        StatusReport::new(inquiry.config(), inquiry.survey.mapping.clone(), |_| String::new());
    status.occupants.retain(|occupant| meant.choice.contains(&occupant.entry.cell()));
    let filled: Vec<_> =
        status.occupants.iter().map(|occupant| occupant.entry.stage.clone()).collect();
    status.keep_stages(|stage| filled.contains(stage));
    Matrix::new(&status, false)
}

/// The host with pages for commits, if towpath recognises it by its name.
pub fn commit_host(session: &Session, repository: &Repository) -> Option<ForgeRepository> {
    let url = session.url().map(str::to_owned).or_else(|| repository.origin_url())?;
    ForgeRepository::from_remote(&url, None).ok()
}
