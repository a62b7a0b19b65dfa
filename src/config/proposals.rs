//! `proposals:`, and the keys of a stage that override it: options of pull requests.

use super::body::{self, BodyTemplate};
use super::diagnostic::{DiagnosticCollector, did_you_mean};
use super::fields::{ConfigField, ConfigFields, LocatedText, escape_for_message};
use super::keys;
use super::limited_template::TemplateFault;
use super::subject::{self, SubjectTemplate};
use super::written_setting::WrittenSetting;
use crate::model::StageName;
use std::collections::BTreeMap;

/// Settings of proposals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProposalsConfig {
    /// Template for subjects; `None` means towpath's own wording.
    pub subject: Option<SubjectTemplate>,
    /// Template for the texts of proposals; `None` means towpath's own order.
    pub body: Option<BodyTemplate>,
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
    pub assignees: Option<Vec<String>>,
    pub draft: Option<bool>,
    pub merge: Option<MergeMode>,
    pub method: Option<ProposalMergeMethod>,
    pub closing: Option<ClosingMode>,
}

/// Who merges a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeMode {
    /// A person.
    Manual,
    /// The forge, as soon as its own rules are met.
    Auto,
}

/// Meaning of a proposal that somebody closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClosingMode {
    /// The version is not proposed for this stage again.
    #[default]
    Skip,
    /// The version is rejected in the ledger.
    Reject,
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
            assignees: own.assignees.or(all.assignees),
            draft: own.draft.or(all.draft),
            merge: own.merge.or(all.merge),
            method: own.method.or(all.method),
            closing: own.closing.or(all.closing),
        }
    }
}

/// Reads `proposals:`, without the options of single stages.
pub(super) fn read(
    field: ConfigField<'_>,
    said: &mut Vec<WrittenSetting>,
    problems: &mut DiagnosticCollector<'_>,
) -> ProposalsConfig {
    if !field.value.is_mapping() {
        let hint = String::from("for example `proposals: {labels: [towpath], reviewers: [alice]}`");
        problems.add(field.key, "`proposals` must be a mapping", hint);
        return ProposalsConfig::default();
    }
    let known = keys::PROPOSALS.map(|key| key.name);
    let fields = ConfigFields::read(field.value, &known, problems);
    said.extend(fields.written_settings("proposals.", &known));
    let all = read_options(&fields, problems);
    let subject = read_template(&fields, "subject", problems);
    let body = read_template(&fields, "body", problems);
    ProposalsConfig { subject, body, all, stages: BTreeMap::new() }
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
    let assignees = texts("assignees");
    let draft = fields.one_of("draft", &keys::SWITCH, problems).map(|word| word.text == "true");
    let merge = fields.one_of("merge", &keys::MERGE, problems).map(|word| match word.text {
        "auto" => MergeMode::Auto,
        _ => MergeMode::Manual,
    });
    let method = fields
        .one_of("method", &keys::METHOD, problems)
        .and_then(|word| ProposalMergeMethod::from_name(word.text));
    let closing = fields.one_of("closing", &keys::CLOSING, problems).map(|word| match word.text {
        "reject" => ClosingMode::Reject,
        _ => ClosingMode::Skip,
    });
    ProposalOptions { labels, reviewers, assignees, draft, merge, method, closing }
}

/// A template under one of the keys of `proposals`.
trait ProposalTemplate: Sized {
    /// The names that it may use.
    fn names() -> Vec<&'static str>;
    /// An example for hints.
    const EXAMPLE: &'static str;
    fn parse_text(text: &str) -> Result<Self, TemplateFault>;
    fn read<'a>(
        fields: &ConfigFields<'a>,
        key: &str,
        problems: &mut DiagnosticCollector<'_>,
    ) -> Option<LocatedText<'a>>;
}

impl ProposalTemplate for SubjectTemplate {
    fn names() -> Vec<&'static str> {
        subject::NAMES.to_vec()
    }

    const EXAMPLE: &'static str = "'chore({{ stage }}): {{ app }} {{ to }}'";

    fn parse_text(text: &str) -> Result<Self, TemplateFault> {
        SubjectTemplate::parse(text)
    }

    fn read<'a>(
        fields: &ConfigFields<'a>,
        key: &str,
        problems: &mut DiagnosticCollector<'_>,
    ) -> Option<LocatedText<'a>> {
        fields.text(key, problems)
    }
}

impl ProposalTemplate for BodyTemplate {
    fn names() -> Vec<&'static str> {
        body::names()
    }

    const EXAMPLE: &'static str = "\"{{ moves }}\\n\\n{{ gates }}\"";

    fn parse_text(text: &str) -> Result<Self, TemplateFault> {
        BodyTemplate::parse(text)
    }

    fn read<'a>(
        fields: &ConfigFields<'a>,
        key: &str,
        problems: &mut DiagnosticCollector<'_>,
    ) -> Option<LocatedText<'a>> {
        fields.lines(key, problems)
    }
}

fn read_template<T: ProposalTemplate>(
    fields: &ConfigFields<'_>,
    key: &'static str,
    problems: &mut DiagnosticCollector<'_>,
) -> Option<T> {
    let word = T::read(fields, key, problems)?;
    match T::parse_text(word.text) {
        Ok(template) => return Some(template),
        Err(TemplateFault::Unknown(name)) => {
            let message =
                format!("`{key}` uses the unknown variable `{}`", escape_for_message(&name));
            problems.add(word.at, message, did_you_mean(&name, T::names()));
        }
        Err(TemplateFault::Broken(why)) => {
            let hint = format!("for example `{key}: {}`", T::EXAMPLE);
            let why = escape_for_message(&why);
            problems.add(word.at, format!("`{key}` is not a valid template: {why}"), hint);
        }
    }
    None
}

#[cfg(test)]
#[path = "proposals_tests.rs"]
mod tests;
