//! What was asked of the world before the gates are: commands, addresses, the forge, the files.

use super::question::Question;
use crate::forge::{Check, Review};
use crate::git::Oid;
use crate::model::SlotKey;
use std::collections::{BTreeMap, HashMap};

/// What something outside said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    Open,
    /// With its reason.
    Shut(String),
    /// With what went wrong. It counts as shut.
    NoAnswer(String),
}

/// All that was asked. What is not in it was not asked.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    asked: HashMap<u32, Asked>,
    asked_about: HashMap<(u32, String), Asked>,
    /// Statuses and check runs by commit, or why there is no answer.
    pub checks: HashMap<Oid, Result<Vec<Check>, String>>,
    /// What reviewers think of the proposal for an app in a stage, or why there is no answer.
    reviews: HashMap<String, Result<Vec<Review>, String>>,
    /// The flags that are written beside versions.
    pub flags: HashMap<SlotKey, BTreeMap<String, bool>>,
}

impl Facts {
    /// What the rule in this line was told, whatever the app.
    pub fn tell(&mut self, line: u32, asked: Asked) {
        self.asked.insert(line, asked);
    }

    /// What the rule in this line was told about one question.
    pub fn tell_about(&mut self, line: u32, question: &Question<'_>, asked: Asked) {
        self.asked_about.insert((line, key(question)), asked);
    }

    /// What the rule in this line was told.
    pub(super) fn told(&self, line: u32, question: &Question<'_>) -> Option<&Asked> {
        self.asked_about.get(&(line, key(question))).or_else(|| self.asked.get(&line))
    }

    /// What reviewers think of the proposal that a question is about.
    ///
    /// # Errors
    /// Why the forge gave no answer.
    pub(super) fn reviews(&self, question: &Question<'_>) -> Result<&[Review], &str> {
        let reviews =
            self.reviews.get(&key(question)).map(|reviews| reviews.as_ref().map(Vec::as_slice));
        reviews.unwrap_or(Ok(&[])).map_err(String::as_str)
    }

    /// Notes what reviewers think of the proposal that a question is about.
    pub fn review(&mut self, question: &Question<'_>, reviews: Result<Vec<Review>, String>) {
        self.reviews.insert(key(question), reviews);
    }
}

fn key(question: &Question<'_>) -> String {
    let targets: String = question.targets.iter().map(|target| format!("@{target}")).collect();
    format!("{}\n{}{targets}\n{}", question.subject, question.stage, question.version)
}
