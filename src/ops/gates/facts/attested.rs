//! Asks registries what an image bears.

use crate::config::gates::AttestedGate;
use crate::ops::gates::GateContext;
use crate::ops::registries::{AttestationCheck, find_app_image, open_registry_client};
use crate::pipeline::{ExternalAnswer, GateQuery};
use crate::registry::RegistryClient;
use std::cell::OnceCell;

/// Asks registries for gates, with one client for all questions.
pub(super) struct RegistryFacts<'w, 'r> {
    inquiry: &'w GateContext<'r>,
    client: OnceCell<RegistryClient>,
}

impl<'w, 'r> RegistryFacts<'w, 'r> {
    pub fn new(inquiry: &'w GateContext<'r>) -> Self {
        RegistryFacts { inquiry, client: OnceCell::new() }
    }

    /// What the image of a question bears. The files that the gate names are those of the judged
    /// commit.
    pub fn check(&self, wanted: &AttestedGate, question: &GateQuery<'_>) -> ExternalAnswer {
        let (config, session) = (self.inquiry.config(), self.inquiry.session);
        let entries = &self.inquiry.survey.mapping.entries;
        let image = match find_app_image(question.subject, config, entries, session) {
            Ok(image) => image,
            Err(failure) => return ExternalAnswer::NoAnswer(failure.message()),
        };
        let client = self.client.get_or_init(|| open_registry_client(session, config));
        let read_file = |path: &str| self.inquiry.read_committed(path);
        let place = &image.place;
        AttestationCheck { client, place, read_file: &read_file, session }
            .check(wanted, question.version)
    }
}
