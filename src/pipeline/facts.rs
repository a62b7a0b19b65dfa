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
    /// What reviewers think of the proposal for an app in a stage.
    pub reviews: HashMap<String, Vec<Review>>,
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
    pub(super) fn reviews(&self, question: &Question<'_>) -> &[Review] {
        self.reviews.get(&key(question)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Notes what reviewers think of the proposal that a question is about.
    pub fn review(&mut self, question: &Question<'_>, reviews: Vec<Review>) {
        self.reviews.insert(key(question), reviews);
    }
}

fn key(question: &Question<'_>) -> String {
    let targets: String = question.targets.iter().map(|target| format!("@{target}")).collect();
    format!("{}\n{}{targets}\n{}", question.subject, question.stage, question.version)
}
