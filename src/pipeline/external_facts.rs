//! What was asked of the world before the gates are: commands, addresses, the forge, the files.

use super::query::GateQuery;
use crate::forge::{CommitCheck, Review};
use crate::git::Oid;
use crate::model::CellKey;
use std::collections::{BTreeMap, HashMap};

/// What something outside said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExternalAnswer {
    Open,
    /// With its reason.
    Shut(String),
    /// With what went wrong. It counts as shut.
    NoAnswer(String),
}

/// All that was asked. What is not in it was not asked.
#[derive(Debug, Clone, Default)]
pub struct ExternalFacts {
    asked: HashMap<u32, ExternalAnswer>,
    asked_about: HashMap<(u32, String), ExternalAnswer>,
    /// Statuses and check runs by commit, or why there is no answer.
    pub checks: HashMap<Oid, Result<Vec<CommitCheck>, String>>,
    /// What reviewers think of the proposal for an app in a stage, or why there is no answer.
    reviews: HashMap<String, Result<Vec<Review>, String>>,
    /// The flags that are written beside versions.
    pub flags: HashMap<CellKey, BTreeMap<String, bool>>,
}

impl ExternalFacts {
    /// What the rule in this line was told, whatever the app.
    pub fn set_answer(&mut self, line: u32, asked: ExternalAnswer) {
        self.asked.insert(line, asked);
    }

    /// What the rule in this line was told about one question.
    pub fn tell_about(&mut self, line: u32, question: &GateQuery<'_>, asked: ExternalAnswer) {
        self.asked_about.insert((line, key(question)), asked);
    }

    /// What the rule in this line was told.
    pub(super) fn find_answer(
        &self,
        line: u32,
        question: &GateQuery<'_>,
    ) -> Option<&ExternalAnswer> {
        self.asked_about.get(&(line, key(question))).or_else(|| self.asked.get(&line))
    }

    /// What reviewers think of the proposal that a question is about.
    ///
    /// # Errors
    /// Why the forge gave no answer.
    pub(super) fn find_reviews(&self, question: &GateQuery<'_>) -> Result<&[Review], &str> {
        let reviews =
            self.reviews.get(&key(question)).map(|reviews| reviews.as_ref().map(Vec::as_slice));
        reviews.unwrap_or(Ok(&[])).map_err(String::as_str)
    }

    /// Notes what reviewers think of the proposal that a question is about.
    pub fn set_reviews(&mut self, question: &GateQuery<'_>, reviews: Result<Vec<Review>, String>) {
        self.reviews.insert(key(question), reviews);
    }
}

fn key(question: &GateQuery<'_>) -> String {
    let targets: String = question.targets.iter().map(|target| format!("@{target}")).collect();
    format!("{}\n{}{targets}\n{}", question.subject, question.stage, question.version)
}
