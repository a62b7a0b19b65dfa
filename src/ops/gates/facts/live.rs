//! Facts from the witnesses of what runs.

use crate::model::CellKey;
use crate::model::StageName;
use crate::ops::gates::GateContext;
use crate::ops::live::stage_evidence;
use crate::pipeline::LiveEvidence;
use crate::pipeline::{Evidence, ExternalFacts, GateQuery};
use std::cell::RefCell;
use std::collections::HashMap;

/// What witnesses saw, stage by stage. Each stage is looked at once.
pub(super) struct LiveFacts<'w, 'r> {
    inquiry: &'w GateContext<'r>,
    known: RefCell<HashMap<StageName, HashMap<CellKey, LiveEvidence>>>,
}

impl<'w, 'r> LiveFacts<'w, 'r> {
    pub fn new(inquiry: &'w GateContext<'r>) -> Self {
        LiveFacts { inquiry, known: RefCell::default() }
    }

    /// Collects what is seen of the cells that a question is about: those of the named stages, else
    /// of the previous ones and of the wave before.
    pub fn collect(
        &self,
        named: &[StageName],
        evidence: &Evidence<'_>,
        question: &GateQuery<'_>,
        facts: &mut ExternalFacts,
    ) {
        for cell in evidence.asked_cells(named, question) {
            let mut known = self.known.borrow_mut();
            let seen = known
                .entry(cell.stage.clone())
                .or_insert_with(|| stage_evidence(self.inquiry, &cell.stage));
            if let Some(found) = seen.get(cell) {
                facts.live.insert(cell.clone(), found.clone());
            }
        }
    }
}
