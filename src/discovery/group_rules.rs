//! Turns groups of files with a stage in their paths into rules.

use super::family::{TemplateGroup, VersionedFile};
use super::slot::StagePart;
use crate::config::{NameTemplate, SourceRule};
use crate::model::{Confidence, KeyTemplate};
use std::collections::BTreeSet;

/// Returns the rule of a group, plus one for each member that its template does not match
/// correctly.
pub(super) fn rules_of(family: &TemplateGroup, words: &[String]) -> Vec<(SourceRule, usize)> {
    let Some(rule) = build_rule(family, &family.template, words) else { return Vec::new() };
    let missed: Vec<&VersionedFile> =
        family.members.iter().filter(|member| !rule_matches(&rule, member)).collect();
    let mut out = vec![(rule, family.members.len() - missed.len())];
    let mut seen = BTreeSet::new();
    for member in missed {
        let template = literal_template(&member.subject, &member.slot);
        if seen.insert(template.clone())
            && let Some(rule) = self::build_rule(family, &template, words)
        {
            out.push((rule, 1));
        }
    }
    out.retain(|(_, count)| *count > 0);
    out
}

fn rule_matches(rule: &SourceRule, member: &VersionedFile) -> bool {
    rule.path.captures(&member.subject).is_some_and(|captures| {
        captures.get("stage").is_some_and(|stage| *stage == member.slot.label)
    })
}

/// Returns the path with its stage replaced by `{stage}`.
pub(super) fn literal_template(path: &str, slot: &StagePart) -> String {
    let parts = path.split('/').enumerate().map(|(at, part)| {
        if at == slot.part {
            format!("{}{{stage}}{}", &part[..slot.start], &part[slot.end..])
        } else {
            part.to_owned()
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

fn build_rule(family: &TemplateGroup, template: &str, words: &[String]) -> Option<SourceRule> {
    let mut rule = SourceRule::new(family.kind, template, words).ok()?;
    if let Some(app) = &family.app {
        rule.app = NameTemplate::new(app.as_str());
    } else if rule.path.has_capture("group") {
        rule.app = NameTemplate::new("{group}/{app}");
    }
    if rule.path.has_capture("variant") {
        rule.target = NameTemplate::new("{target}/{variant}");
    }
    if rule.path.has_capture("file") {
        rule.component = NameTemplate::new("{component}/{file}");
    }
    rule.tags = family.keys.iter().filter_map(|key| KeyTemplate::parse(key, words).ok()).collect();
    rule.confidence = family.confidence.max(Confidence::Low);
    Some(rule)
}
