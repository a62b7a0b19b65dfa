//! `proposals:` and the keys of a stage that say the same for it: what is asked of a forge besides
//! the change itself.

use super::diagnostic::{Diagnostics, did_you_mean};
use super::fields::{Field, Fields, shown};
use super::keys;
use super::resolved::Said;
use super::subject::{NAMES, SubjectError, SubjectTemplate};
use crate::model::StageName;
use std::collections::BTreeMap;

/// What is said of proposals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposals {
    /// How subjects are worded; towpath's own words otherwise.
    pub subject: Option<SubjectTemplate>,
    /// For all stages.
    pub all: ProposalTerms,
    /// For single ones, instead.
    pub stages: BTreeMap<StageName, ProposalTerms>,
}

/// What is asked of a forge, as far as it is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProposalTerms {
    pub labels: Option<Vec<String>>,
    pub reviewers: Option<Vec<String>>,
    pub draft: Option<bool>,
    pub merge: Option<Merging>,
    pub method: Option<Method>,
}

/// Who merges a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merging {
    /// A person.
    Manual,
    /// The forge, as soon as its own rules are met.
    Auto,
}

/// How a proposal is merged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Method {
    #[default]
    Merge,
    Squash,
    Rebase,
}

impl Method {
    /// The method with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "merge" => Method::Merge,
            "squash" => Method::Squash,
            "rebase" => Method::Rebase,
            _ => return None,
        })
    }
}

impl Proposals {
    /// What is said for one stage: its own words, then those for all.
    pub fn of(&self, stage: &StageName) -> ProposalTerms {
        let own = self.stages.get(stage).cloned().unwrap_or_default();
        let all = self.all.clone();
        ProposalTerms {
            labels: own.labels.or(all.labels),
            reviewers: own.reviewers.or(all.reviewers),
            draft: own.draft.or(all.draft),
            merge: own.merge.or(all.merge),
            method: own.method.or(all.method),
        }
    }
}

/// Subject and terms.
type Written = (Option<SubjectTemplate>, ProposalTerms);

/// Reads `proposals:`.
pub(super) fn read(
    field: Field<'_>,
    said: &mut Vec<Said>,
    problems: &mut Diagnostics<'_>,
) -> Written {
    if !field.value.is_mapping() {
        let hint = String::from("for example `proposals: {labels: [towpath], reviewers: [alice]}`");
        problems.add(field.key, "`proposals` must be a mapping", hint);
        return Default::default();
    }
    let known = keys::PROPOSALS.map(|key| key.name);
    let fields = Fields::read(field.value, &known, problems);
    said.extend(fields.said("proposals.", &known));
    (subject(&fields, problems), terms(&fields, problems))
}

/// Reads the terms among the keys of a mapping.
pub(super) fn terms(fields: &Fields<'_>, problems: &mut Diagnostics<'_>) -> ProposalTerms {
    let mut texts = |name: &str| {
        let words = fields.listed(name, problems)?;
        Some(words.into_iter().map(|word| word.text.to_owned()).collect())
    };
    let (labels, reviewers) = (texts("labels"), texts("reviewers"));
    let draft = fields.one_of("draft", &keys::SWITCH, problems).map(|word| word.text == "true");
    let merge = fields.one_of("merge", &keys::MERGE, problems).map(|word| match word.text {
        "auto" => Merging::Auto,
        _ => Merging::Manual,
    });
    let method = fields
        .one_of("method", &keys::METHOD, problems)
        .and_then(|word| Method::from_name(word.text));
    ProposalTerms { labels, reviewers, draft, merge, method }
}

fn subject(fields: &Fields<'_>, problems: &mut Diagnostics<'_>) -> Option<SubjectTemplate> {
    let word = fields.text("subject", problems)?;
    match SubjectTemplate::parse(word.text) {
        Ok(template) => return Some(template),
        Err(SubjectError::Unknown(name)) => {
            let message = format!("`subject` uses `{}`, which stands for nothing", shown(&name));
            problems.add(word.at, message, did_you_mean(&name, NAMES));
        }
        Err(SubjectError::Broken(why)) => {
            let hint =
                String::from("for example `subject: 'chore({{ stage }}): {{ app }} {{ to }}'`");
            problems.add(word.at, format!("`subject` is no template: {}", shown(&why)), hint);
        }
    }
    None
}

#[cfg(test)]
#[path = "proposals_tests.rs"]
mod tests;
