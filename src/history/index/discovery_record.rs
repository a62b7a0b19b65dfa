//! Discovered sources as text, so that they can be stored and compared.

use crate::config::{Config, ConfigOrigin, NameTemplate, SourceRule, Stage};
use crate::model::{Confidence, KeyTemplate, LearnedOrder, PathTemplate, SourceKind, StageName};
use serde::{Deserialize, Serialize};

/// Result of discovery for one revision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscoveryRecord {
    /// True if stages are named by keys inside files instead of paths.
    pub in_keys: bool,
    pub stages: Vec<Stage>,
    pub rules: Vec<DiscoveredRule>,
    /// Rules that discovery is not sure of.
    pub unsure: Vec<DiscoveredRule>,
    /// Number of files each rule matches.
    pub files: Vec<usize>,
    /// Stage words without any version.
    pub empty_stages: Vec<String>,
    /// What the newest commits said about the order of the stages.
    pub learned: LearnedOrder,
    /// Files that pin versions but name no stage.
    pub outside: Vec<String>,
}

/// A discovered rule as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscoveredRule {
    kind: SourceKind,
    path: String,
    not: Vec<String>,
    app: String,
    target: String,
    component: String,
    stage: Option<StageName>,
    tags: Vec<String>,
    images: Vec<String>,
    confidence: Confidence,
}

impl DiscoveryRecord {
    /// True if both read the same versions from the same files, whatever the order of the stages.
    pub fn reads_like(&self, other: &DiscoveryRecord) -> bool {
        let names = |record: &DiscoveryRecord| {
            let stages = record.stages.iter();
            let mut names: Vec<_> = stages
                .map(|stage| (stage.name.clone(), stage.aliases.clone(), stage.branch.clone()))
                .collect();
            names.sort();
            names
        };
        names(self) == names(other) && self.rules == other.rules
    }

    /// The configuration that discovery proposed.
    pub fn config(&self) -> Option<Config> {
        self.config_of(&self.rules)
    }

    /// A configuration of the rules that discovery is not sure of.
    pub fn unsure_config(&self) -> Option<Config> {
        self.config_of(&self.unsure)
    }

    fn config_of(&self, rules: &[DiscoveredRule]) -> Option<Config> {
        let words = self
            .stages
            .iter()
            .flat_map(|stage| [stage.name.to_string()].into_iter().chain(stage.aliases.clone()));
        let words: Vec<String> = words.collect();
        let rules =
            rules.iter().map(|rule| rule.to_rule(&words)).collect::<Option<Vec<SourceRule>>>()?;
        Some(Config {
            stages: self.stages.clone(),
            rules,
            origin: ConfigOrigin::Discovered,
            learned: self.learned.clone(),
            ..Config::default()
        })
    }
}

impl DiscoveredRule {
    /// Parses the rule, with the words that name stages.
    fn to_rule(&self, words: &[String]) -> Option<SourceRule> {
        let mut rule = SourceRule::new(self.kind, &self.path, words).ok()?;
        rule.not = self
            .not
            .iter()
            .map(|not| PathTemplate::parse(not, words).ok())
            .collect::<Option<_>>()?;
        let keys = |keys: &[String]| {
            keys.iter().map(|key| KeyTemplate::parse(key, words).ok()).collect::<Option<_>>()
        };
        (rule.tags, rule.images) = (keys(&self.tags)?, keys(&self.images)?);
        rule.stage.clone_from(&self.stage);
        let [app, target, component] =
            [&self.app, &self.target, &self.component].map(NameTemplate::new);
        (rule.app, rule.target, rule.component, rule.confidence) =
            (app, target, component, self.confidence);
        Some(rule)
    }
}

impl From<&SourceRule> for DiscoveredRule {
    fn from(rule: &SourceRule) -> Self {
        DiscoveredRule {
            kind: rule.kind,
            path: rule.path.as_str().to_owned(),
            not: rule.not.iter().map(|not| not.as_str().to_owned()).collect(),
            app: rule.app.as_str().to_owned(),
            target: rule.target.as_str().to_owned(),
            component: rule.component.as_str().to_owned(),
            stage: rule.stage.clone(),
            tags: rule.tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
            images: rule.images.iter().map(|image| image.as_str().to_owned()).collect(),
            confidence: rule.confidence,
        }
    }
}
