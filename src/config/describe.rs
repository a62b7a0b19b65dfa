//! The report of `config show`: every resolved value and its origin.

use super::resolved::{Config, ConfigOrigin, NameTemplate, Provenance, SourceRule, Stage};
use super::written_setting::WrittenSetting;
use crate::model::{KeyTemplate, PathTemplate};
use serde::Serialize;

/// A configuration for display and for JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfigReport {
    pub branch: SourcedValue,
    /// In pipeline order.
    pub stages: Vec<StageReport>,
    /// In the order of the file.
    pub sources: Vec<SourceReport>,
    /// Other settings of the file.
    pub settings: Vec<SettingReport>,
}

/// A setting without a section of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingReport {
    /// Its keys, joined by dots.
    pub name: String,
    pub value: String,
    pub from: String,
}

/// A value and its origin: `towpath.yaml:12`, `built-in default`, `--branch`, `TOWPATH_BRANCH`,
/// `discovered`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourcedValue {
    pub value: String,
    pub from: String,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageReport {
    pub name: String,
    pub aliases: Vec<String>,
    pub after: Vec<String>,
    pub branch: Option<String>,
    /// Why a discovered stage comes after others, as far as the history tells: `staging first: 412
    /// of 419 versions`.
    pub evidence: Vec<String>,
    pub from: String,
}

/// A path template and its options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceReport {
    pub kind: &'static str,
    pub path: String,
    pub not: Vec<String>,
    pub app: SourcedValue,
    pub target: SourcedValue,
    pub component: SourcedValue,
    pub stage: Option<String>,
    pub tags: Vec<String>,
    pub images: Vec<String>,
    pub digests: Vec<String>,
    pub pattern: Option<String>,
    pub base: Option<String>,
    pub confidence: &'static str,
    pub from: String,
}

/// Describes a configuration. `default_branch` is used if no branch is configured.
pub fn describe_config(config: &Config, default_branch: &str) -> ConfigReport {
    let branch = config.branch.as_deref().unwrap_or(default_branch).to_owned();
    ConfigReport {
        branch: SourcedValue { value: branch, from: config.branch_from.to_string() },
        stages: config.stages.iter().map(|stage| shown_stage(config, stage)).collect(),
        sources: config.rules.iter().map(|rule| shown_source(config, rule)).collect(),
        settings: config.said.iter().map(|said| shown_setting(config, said)).collect(),
    }
}

impl Config {
    /// Origin of a value with this line. A value without a line was discovered.
    pub fn provenance(&self, line: Option<u32>) -> Provenance {
        match (&self.origin, line) {
            (ConfigOrigin::File(name), Some(line)) => Provenance::File { name: name.clone(), line },
            _ => Provenance::Discovered,
        }
    }
}

fn shown_stage(config: &Config, stage: &Stage) -> StageReport {
    StageReport {
        name: stage.name.to_string(),
        aliases: stage.aliases.clone(),
        after: stage.after.iter().map(ToString::to_string).collect(),
        branch: stage.branch.clone(),
        evidence: order_evidence(config, stage),
        from: config.provenance(stage.line).to_string(),
    }
}

/// Why a discovered stage comes where it does, as far as the history tells.
pub fn order_evidence(config: &Config, stage: &Stage) -> Vec<String> {
    let learned = &config.learned;
    let pairs = stage.after.iter().filter_map(|before| learned.evidence(before, &stage.name));
    let first = pairs
        .map(|pair| format!("{} first: {} of {} versions", pair.before, pair.first, pair.decided));
    let is_stale = learned.stale.contains(&stage.name);
    let stale = is_stale.then(|| "in no order: nothing has moved here for long".to_owned());
    first.chain(stale).collect()
}

fn shown_source(config: &Config, rule: &SourceRule) -> SourceReport {
    let from = config.provenance(rule.line).to_string();
    SourceReport {
        kind: rule.kind.as_str(),
        path: rule.path.as_str().to_owned(),
        not: rule.not.iter().map(PathTemplate::as_str).map(str::to_owned).collect(),
        app: sourced_name(&rule.app, "{app}", &from),
        target: sourced_name(&rule.target, "{target}", &from),
        component: sourced_name(&rule.component, "{component}", &from),
        stage: rule.stage.as_ref().map(ToString::to_string),
        tags: template_texts(&rule.tags),
        images: template_texts(&rule.images),
        digests: template_texts(&rule.digests),
        pattern: rule.pattern.as_ref().map(ToString::to_string),
        base: rule.base.as_ref().map(|base| base.as_str().to_owned()),
        confidence: rule.confidence.as_str(),
        from,
    }
}

fn sourced_name(template: &NameTemplate, default: &str, from: &str) -> SourcedValue {
    let is_default = template.as_str() == default;
    SourcedValue {
        value: template.as_str().to_owned(),
        from: if is_default { Provenance::BuiltIn.to_string() } else { from.to_owned() },
    }
}

fn shown_setting(config: &Config, said: &WrittenSetting) -> SettingReport {
    let from = config.provenance(Some(said.line)).to_string();
    SettingReport { name: said.name.clone(), value: said.value.clone(), from }
}

fn template_texts(keys: &[KeyTemplate]) -> Vec<String> {
    keys.iter().map(|key| key.as_str().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn every_value_says_where_it_comes_from() {
        let text = "\
stages:
- dev
- {name: prod, aliases: production}
sources:
- yaml: tags/{stage}/{app}
  tag: image_tag
  target: eu
";
        let mut config = parse(text, "towpath.yaml").expect("config");
        let found = SourceRule { line: None, ..config.rules[0].clone() };
        config.rules.push(found);
        let shown = describe_config(&config, "main");
        let line = |source: &SourceReport| {
            format!(
                "{} {} app={} ({}) target={} ({}) ({})\n",
                source.kind,
                source.path,
                source.app.value,
                source.app.from,
                source.target.value,
                source.target.from,
                source.from
            )
        };
        let stages = shown
            .stages
            .iter()
            .map(|s| format!("{} {:?} after {:?} ({})\n", s.name, s.aliases, s.after, s.from));
        let lines: String = stages.chain(shown.sources.iter().map(line)).collect();
        assert_data_eq!(
            format!("{} ({})\n{lines}", shown.branch.value, shown.branch.from),
            str![[r#"
main (built-in default)
dev [] after [] (towpath.yaml:2)
prod ["production"] after ["dev"] (towpath.yaml:3)
yaml tags/{stage}/{app} app={app} (built-in default) target=eu (towpath.yaml:5) (towpath.yaml:5)
yaml tags/{stage}/{app} app={app} (built-in default) target=eu (discovered) (discovered)

"#]]
        );
        assert!(
            serde_json::to_string(&shown)
                .is_ok_and(|json| json.contains(r#""tags":["image_tag"]"#))
        );
    }
}
