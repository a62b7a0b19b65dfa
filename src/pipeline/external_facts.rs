//! Answers of commands, addresses, the forge and files, collected before the gates are judged.

use super::live_evidence::LiveEvidence;
use super::query::GateQuery;
use crate::forge::{CommitCheck, Review};
use crate::git::Oid;
use crate::model::CellKey;
use std::collections::{BTreeMap, HashMap};

/// Answer of an external source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExternalAnswer {
    Open,
    /// Shut, with the reason.
    Shut(String),
    /// No answer, with the error. Counts as shut.
    NoAnswer(String),
}

/// All collected answers. A missing answer means that the source was not asked.
#[derive(Debug, Clone, Default)]
pub struct ExternalFacts {
    asked: HashMap<u32, ExternalAnswer>,
    asked_about: HashMap<(u32, String), ExternalAnswer>,
    /// Statuses and check runs by commit, or the error.
    pub checks: HashMap<Oid, Result<Vec<CommitCheck>, String>>,
    /// What witnesses saw.
    pub live: HashMap<CellKey, LiveEvidence>,
    /// Reviews of the proposal for an app in a stage, or the error.
    reviews: HashMap<String, Result<Vec<Review>, String>>,
    /// Flags written beside versions.
    pub flags: HashMap<CellKey, BTreeMap<String, bool>>,
}

impl ExternalFacts {
    /// Sets the answer for the rule in a line of `towpath.yaml`, whatever the app.
    pub fn set_answer(&mut self, line: u32, asked: ExternalAnswer) {
        self.asked.insert(line, asked);
    }

    /// Sets the answer for the rule in a line, for one query.
    pub fn tell_about(&mut self, line: u32, question: &GateQuery<'_>, asked: ExternalAnswer) {
        self.asked_about.insert((line, key(question)), asked);
    }

    /// Returns the answer for the rule in a line: for this query, or else for all.
    pub(super) fn find_answer(
        &self,
        line: u32,
        question: &GateQuery<'_>,
    ) -> Option<&ExternalAnswer> {
        self.asked_about.get(&(line, key(question))).or_else(|| self.asked.get(&line))
    }

    /// Returns the reviews of the proposal that a query is about.
    ///
    /// # Errors
    /// The reason why the forge gave no answer.
    pub(super) fn find_reviews(&self, question: &GateQuery<'_>) -> Result<&[Review], &str> {
        let reviews =
            self.reviews.get(&key(question)).map(|reviews| reviews.as_ref().map(Vec::as_slice));
        reviews.unwrap_or(Ok(&[])).map_err(String::as_str)
    }

    /// Sets the reviews of the proposal that a query is about.
    pub fn set_reviews(&mut self, question: &GateQuery<'_>, reviews: Result<Vec<Review>, String>) {
        self.reviews.insert(key(question), reviews);
    }
}

fn key(question: &GateQuery<'_>) -> String {
    let targets: String = question.targets.iter().map(|target| format!("@{target}")).collect();
    format!("{}\n{}{targets}\n{}", question.subject, question.stage, question.version)
}
