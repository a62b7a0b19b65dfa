//! Writes a configuration as a person would: short forms, few lines, and a comment where it helps.

use super::describe::order_evidence;
use super::resolved::{Config, NameTemplate, SourceRule, Stage};
use crate::model::{Confidence, KeyTemplate};
use crate::yaml::{plain_or_quoted, plain_or_quoted_in_flow};

const HEADER: &str = "\
# Which image runs in which stage, and where that is written.
# `towpath config check` verifies this file, `towpath config schema` prints its JSON schema.
";

/// A comment on one rule, such as the number of files it matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceNote {
    /// Index of the rule.
    pub rule: usize,
    /// One line.
    pub comment: String,
}

/// The width up to which the stages are written in one line.
const MAX_WIDTH: usize = 100;

/// Writes a configuration. Reading the text returns the same configuration, except for rules of low
/// confidence, which are commented out for the user to decide.
pub fn to_yaml(config: &Config, notes: &[SourceNote]) -> String {
    let mut out = String::from(HEADER);
    if let Some(branch) = &config.branch {
        out.push_str(&format!("\nbranch: {}\n", plain_or_quoted(branch)));
    }
    if !config.stages.is_empty() {
        out.push_str(&stages_text(config));
    }
    if !config.rules.is_empty() {
        out.push_str(if config.rules.iter().any(is_sure) {
            "\nsources:\n"
        } else {
            "\n# sources:\n"
        });
        for group in group_rules(&config.rules) {
            out.push_str(&source_lines(config, group, notes));
        }
    }
    out
}

/// Adds a comment to the first of these lines.
fn with_comment(lines: String, comments: &[String]) -> String {
    if comments.is_empty() {
        return lines;
    }
    let comment = escape_control_chars(&comments.join("; "));
    lines.replacen('\n', &format!("  # {comment}\n"), 1)
}

/// The stages in one line, or each in its own where one has more than a name, or a comment.
fn stages_text(config: &Config) -> String {
    let stages = &config.stages;
    let before = |at: usize| at.checked_sub(1).map(|at| &stages[at]);
    let is_bare = |(at, stage): (usize, &Stage)| {
        is_plain(stage, before(at)) && order_evidence(config, stage).is_empty()
    };
    if stages.iter().enumerate().all(is_bare) {
        let names = flow_list(stages.iter().map(|stage| stage.name.as_str()));
        let line = format!("stages: {names}\n");
        if line.len() <= MAX_WIDTH {
            return format!("\n{line}");
        }
    }
    let lines = stages.iter().enumerate().map(|(at, stage)| {
        with_comment(stage_line(stage, before(at)), &order_evidence(config, stage))
    });
    format!("\nstages:\n{}", lines.collect::<String>())
}

/// True for a stage that has only a name, and comes after the one before.
fn is_plain(stage: &Stage, before: Option<&Stage>) -> bool {
    is_chained(stage, before) && stage.aliases.is_empty() && stage.branch.is_none()
}

fn is_chained(stage: &Stage, before: Option<&Stage>) -> bool {
    stage.after.iter().eq(before.map(|stage| &stage.name))
}

fn stage_line(stage: &Stage, before: Option<&Stage>) -> String {
    if is_plain(stage, before) {
        return format!("  - {}\n", plain_or_quoted(stage.name.as_str()));
    }
    let mut fields = vec![format!("name: {}", plain_or_quoted_in_flow(stage.name.as_str()))];
    if !stage.aliases.is_empty() {
        let aliases = flow_list(stage.aliases.iter().map(String::as_str));
        fields.push(format!("aliases: {aliases}"));
    }
    if !is_chained(stage, before) {
        let after = flow_list(stage.after.iter().map(|name| name.as_str()));
        fields.push(format!("after: {after}"));
    }
    if let Some(branch) = &stage.branch {
        fields.push(format!("branch: {}", plain_or_quoted_in_flow(branch)));
    }
    format!("  - {{{}}}\n", fields.join(", "))
}

fn flow_list<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    format!("[{}]", texts.map(plain_or_quoted_in_flow).collect::<Vec<_>>().join(", "))
}

/// Groups adjacent rules that differ only in their path; they share one source.
fn group_rules(rules: &[SourceRule]) -> Vec<std::ops::Range<usize>> {
    let mut groups: Vec<std::ops::Range<usize>> = Vec::new();
    for (i, rule) in rules.iter().enumerate() {
        match groups.last_mut() {
            Some(group) if shares_source(&rules[group.start], rule) => group.end = i + 1,
            _ => groups.push(i..i + 1),
        }
    }
    groups
}

fn shares_source(a: &SourceRule, b: &SourceRule) -> bool {
    a.kind == b.kind && is_sure(a) == is_sure(b) && option_lines(a) == option_lines(b)
}

/// True unless the rule has to be commented out: for low confidence, or for control characters,
/// which cannot be written.
fn is_sure(rule: &SourceRule) -> bool {
    let not = rule.not.iter().map(|not| not.as_str());
    let keys = rule.tags.iter().chain(&rule.images).chain(&rule.digests).map(KeyTemplate::as_str);
    let mut texts = not
        .chain(keys)
        .chain([&rule.app, &rule.target, &rule.component].map(|name| name.as_str()))
        .chain([rule.path.as_str()]);
    rule.confidence != Confidence::Low && texts.all(|text| !text.contains(char::is_control))
}

fn source_lines(config: &Config, group: std::ops::Range<usize>, notes: &[SourceNote]) -> String {
    let first = &config.rules[group.start];
    let mut out = String::new();
    if group.len() == 1 {
        out.push_str(&rule_comments(notes, group.start, "  "));
        out.push_str(&format!("  - {}: {}\n", first.kind, path(first)));
    } else {
        out.push_str(&format!("  - {}:\n", first.kind));
        for index in group {
            out.push_str(&rule_comments(notes, index, "      "));
            out.push_str(&format!("      - {}\n", path(&config.rules[index])));
        }
    }
    out.push_str(&option_lines(first));
    if is_sure(first) { out } else { out.lines().map(commented_out).collect() }
}

fn commented_out(line: &str) -> String {
    let bare = line.trim_start();
    if bare.starts_with('#') { format!("{line}\n") } else { format!("  # {}\n", &line[2..]) }
}

fn rule_comments(notes: &[SourceNote], rule: usize, indent: &str) -> String {
    let notes = notes.iter().filter(|note| note.rule == rule);
    notes.map(|note| format!("{indent}# {}\n", escape_control_chars(&note.comment))).collect()
}

fn escape_control_chars(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

/// The path; `./` is the top of the repository.
fn path(rule: &SourceRule) -> String {
    let text = rule.path.as_str();
    plain_or_quoted(if text.is_empty() { "./" } else { text })
}

fn option_lines(rule: &SourceRule) -> String {
    // Destructured, so that a new field cannot be forgotten here.
    let SourceRule {
        kind: _,
        path: _,
        confidence: _,
        line: _,
        app,
        target,
        component,
        stage,
        pattern,
        base,
        tags,
        images,
        digests,
        not,
    } = rule;
    let mut out = name_lines([app, target, component]);
    let texts = [
        ("stage", stage.as_ref().map(|stage| stage.as_str())),
        ("pattern", pattern.as_ref().map(|pattern| pattern.as_str())),
        ("base", base.as_ref().map(|base| base.as_str())),
    ];
    out.extend(texts.into_iter().filter_map(|(name, text)| Some(option_line(name, text?))));
    for (name, names, keys) in
        [("tag", "tags", tags), ("image", "images", images), ("digest", "digests", digests)]
    {
        out.push_str(&key_with_texts(name, names, keys.iter().map(KeyTemplate::as_str).collect()));
    }
    out + &key_with_texts("not", "not", not.iter().map(|not| not.as_str()).collect())
}

/// Writes the templates of app, target and component that are not the default.
fn name_lines(templates: [&NameTemplate; 3]) -> String {
    let names = ["app", "target", "component"].into_iter().zip(templates);
    let written = names.filter(|(name, template)| {
        !template.as_str().is_empty() && template.as_str() != format!("{{{name}}}")
    });
    written.map(|(name, template)| option_line(name, template.as_str())).collect()
}

fn option_line(name: &str, text: &str) -> String {
    format!("    {name}: {}\n", plain_or_quoted(text))
}

fn key_with_texts(name: &str, names: &str, texts: Vec<&str>) -> String {
    match texts.as_slice() {
        [] => String::new(),
        [text] => format!("    {name}: {}\n", plain_or_quoted(text)),
        texts => {
            let lines: String =
                texts.iter().map(|text| format!("      - {}\n", plain_or_quoted(text))).collect();
            format!("    {names}:\n{lines}")
        }
    }
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
