//! `proposals:`, and the keys of a stage that override it: options of pull requests.

use super::diagnostic::{DiagnosticCollector, did_you_mean};
use super::fields::{ConfigField, ConfigFields, escape_for_message};
use super::keys;
use super::limited_template::TemplateFault;
use super::subject::{NAMES, SubjectTemplate};
use super::written_setting::WrittenSetting;
use crate::model::StageName;
use std::collections::BTreeMap;

/// Settings of proposals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProposalsConfig {
    /// Template for subjects; `None` means towpath's own wording.
    pub subject: Option<SubjectTemplate>,
    /// Options for all stages.
    pub all: ProposalOptions,
    /// Options of single stages, which override those for all.
    pub stages: BTreeMap<StageName, ProposalOptions>,
}

/// Options of a pull request; `None` where nothing is configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProposalOptions {
    pub labels: Option<Vec<String>>,
    pub reviewers: Option<Vec<String>>,
    pub draft: Option<bool>,
    pub merge: Option<MergeMode>,
    pub method: Option<ProposalMergeMethod>,
}

/// Who merges a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeMode {
    /// A person.
    Manual,
    /// The forge, as soon as its own rules are met.
    Auto,
}

/// Merge method of a proposal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProposalMergeMethod {
    #[default]
    Merge,
    Squash,
    Rebase,
}

impl ProposalMergeMethod {
    /// Returns the method with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "merge" => ProposalMergeMethod::Merge,
            "squash" => ProposalMergeMethod::Squash,
            "rebase" => ProposalMergeMethod::Rebase,
            _ => return None,
        })
    }
}

impl ProposalsConfig {
    /// Options for one stage: its own, then those for all.
    pub fn options_for(&self, stage: &StageName) -> ProposalOptions {
        let own = self.stages.get(stage).cloned().unwrap_or_default();
        let all = self.all.clone();
        ProposalOptions {
            labels: own.labels.or(all.labels),
            reviewers: own.reviewers.or(all.reviewers),
            draft: own.draft.or(all.draft),
            merge: own.merge.or(all.merge),
            method: own.method.or(all.method),
        }
    }
}

/// Subject template and options.
type SubjectAndOptions = (Option<SubjectTemplate>, ProposalOptions);

/// Reads `proposals:`.
pub(super) fn read(
    field: ConfigField<'_>,
    said: &mut Vec<WrittenSetting>,
    problems: &mut DiagnosticCollector<'_>,
) -> SubjectAndOptions {
    if !field.value.is_mapping() {
        let hint = String::from("for example `proposals: {labels: [towpath], reviewers: [alice]}`");
        problems.add(field.key, "`proposals` must be a mapping", hint);
        return Default::default();
    }
    let known = keys::PROPOSALS.map(|key| key.name);
    let fields = ConfigFields::read(field.value, &known, problems);
    said.extend(fields.written_settings("proposals.", &known));
    (subject(&fields, problems), read_options(&fields, problems))
}

/// Reads the options among the keys of a mapping.
pub(super) fn read_options(
    fields: &ConfigFields<'_>,
    problems: &mut DiagnosticCollector<'_>,
) -> ProposalOptions {
    let mut texts = |name: &str| {
        let words = fields.optional_texts(name, problems)?;
        Some(words.into_iter().map(|word| word.text.to_owned()).collect())
    };
    let (labels, reviewers) = (texts("labels"), texts("reviewers"));
    let draft = fields.one_of("draft", &keys::SWITCH, problems).map(|word| word.text == "true");
    let merge = fields.one_of("merge", &keys::MERGE, problems).map(|word| match word.text {
        "auto" => MergeMode::Auto,
        _ => MergeMode::Manual,
    });
    let method = fields
        .one_of("method", &keys::METHOD, problems)
        .and_then(|word| ProposalMergeMethod::from_name(word.text));
    ProposalOptions { labels, reviewers, draft, merge, method }
}

fn subject(
    fields: &ConfigFields<'_>,
    problems: &mut DiagnosticCollector<'_>,
) -> Option<SubjectTemplate> {
    let word = fields.text("subject", problems)?;
    match SubjectTemplate::parse(word.text) {
        Ok(template) => return Some(template),
        Err(TemplateFault::Unknown(name)) => {
            let message =
                format!("`subject` uses the unknown variable `{}`", escape_for_message(&name));
            problems.add(word.at, message, did_you_mean(&name, NAMES));
        }
        Err(TemplateFault::Broken(why)) => {
            let hint =
                String::from("for example `subject: 'chore({{ stage }}): {{ app }} {{ to }}'`");
            problems.add(
                word.at,
                format!("`subject` is not a valid template: {}", escape_for_message(&why)),
                hint,
            );
        }
    }
    None
}

#[cfg(test)]
#[path = "proposals_tests.rs"]
mod tests;
