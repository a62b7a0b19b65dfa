//! What `--output html` shows beside the findings.

use super::Meant;
use crate::cli::inquiry::Inquiry;
use crate::forge::Place;
use crate::history::Kind;
use crate::report::{Audited, Matrix, Page, Plot, Status};

/// The matrix of what is meant, its deployments over time, and where its commits are shown.
pub fn page<'a>(audited: &'a Audited, inquiry: &Inquiry<'_>, meant: &Meant) -> Page<'a> {
    let deployments = inquiry.chronicle.timeline.deployments().filter(|deployment| {
        deployment.kind != Kind::Remove
            && (meant.window.since..meant.window.until).contains(&deployment.time)
            && meant.choice.accepts(deployment.slot)
    });
    let counted = deployments.map(|deployment| (&deployment.slot.stage, deployment.time));
    Page {
        audited,
        matrix: matrix(inquiry, meant),
        plot: Plot::new(audited, &inquiry.chronicle.stages, counted),
        place: place(inquiry),
    }
}

fn matrix(inquiry: &Inquiry<'_>, meant: &Meant) -> Matrix {
    let mut status =
        Status::new(inquiry.config(), inquiry.survey.mapping.clone(), |_| String::new());
    status.occupants.retain(|occupant| meant.choice.accepts(&occupant.entry.slot()));
    let filled: Vec<_> =
        status.occupants.iter().map(|occupant| occupant.entry.stage.clone()).collect();
    status.keep_stages(|stage| filled.contains(stage));
    Matrix::new(&status, false)
}

/// A host that is known by its name; others have no pages that we know of.
fn place(inquiry: &Inquiry<'_>) -> Option<Place> {
    let url =
        inquiry.context.url().map(str::to_owned).or_else(|| inquiry.repository.origin_url())?;
    Place::of(&url, None).ok()
}
