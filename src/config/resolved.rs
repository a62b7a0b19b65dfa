//! The configuration as the library uses it.

use super::apps::AppsConfig;
use super::deployments::DeploymentsConfig;
use super::gates::PipelineConfig;
use super::live::LiveConfig;
use super::proposals::ProposalsConfig;
use super::registries::RegistriesConfig;
use super::written_setting::WrittenSetting;
use crate::model::{
    Confidence, KeyTemplate, LearnedOrder, PathTemplate, SourceKind, StageName, TemplateCaptures,
    TemplateError,
};
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Origin of a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ConfigOrigin {
    /// A file, named as the user would.
    File(String),
    /// Proposed by discovery.
    #[default]
    Discovered,
}

/// Origin of one value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Provenance {
    /// Nothing was configured.
    #[default]
    BuiltIn,
    /// A line of a file.
    File { name: String, line: u32 },
    /// A flag, as typed: `--branch`.
    Flag(&'static str),
    /// An environment variable: `TOWPATH_BRANCH`.
    Environment(&'static str),
    /// Found in the repository.
    Discovered,
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Provenance::BuiltIn => f.write_str("built-in default"),
            Provenance::File { name, line } => write!(f, "{name}:{line}"),
            Provenance::Flag(word) | Provenance::Environment(word) => f.write_str(word),
            Provenance::Discovered => f.write_str("discovered"),
        }
    }
}

/// The configured or discovered layout of a deployment repository, and its settings.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The deployed branch; `None` means the repository's default branch.
    pub branch: Option<String>,
    /// Origin of `branch`.
    pub branch_from: Provenance,
    /// In pipeline order.
    pub stages: Vec<Stage>,
    /// Sources, in the order of the file.
    pub rules: Vec<SourceRule>,
    /// Gates, permissions and the ledger.
    pub pipeline: PipelineConfig,
    /// Kind of forge: `github`, `plain`, …; `None` means that the remote URL decides.
    pub forge: Option<String>,
    pub proposals: ProposalsConfig,
    pub apps: AppsConfig,
    pub registries: RegistriesConfig,
    /// Whether the forge is told what runs where, in its deployments.
    pub deployments: Option<DeploymentsConfig>,
    /// True if `guard` also compares what programs build.
    pub render: bool,
    /// Witnesses of what really runs.
    pub live: LiveConfig,
    /// First stages whose newest version comes from the registry.
    pub registry_stages: Vec<StageName>,
    /// `forge`, `proposals`, `apps`, `live`, `render` and proposal options of stages, as written.
    pub said: Vec<WrittenSetting>,
    pub origin: ConfigOrigin,
    /// What the history says about the order of discovered stages. Empty where somebody wrote the
    /// stages down.
    pub learned: LearnedOrder,
}

impl Config {
    /// True if no rule judges by the order of these two stages.
    pub fn is_order_loose(&self, one: &StageName, other: &StageName) -> bool {
        let is_pair =
            |(a, b): &(StageName, StageName)| (a, b) == (one, other) || (b, a) == (one, other);
        self.learned.together.iter().any(is_pair)
    }

    /// Returns the stage with this name or alias.
    pub fn stage(&self, word: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.name.as_str() == word).or_else(|| {
            self.stages.iter().find(|stage| stage.aliases.iter().any(|alias| alias == word))
        })
    }

    /// The nearest stages before a stage that have something, in pipeline order. A stage without it
    /// is skipped, and those before it are looked at.
    pub fn nearest_previous(
        &self,
        name: &StageName,
        has: &dyn Fn(&StageName) -> bool,
    ) -> Vec<StageName> {
        let before = |name: &StageName| {
            self.stage(name.as_str()).map(|stage| stage.after.clone()).unwrap_or_default()
        };
        let mut open = before(name);
        let (mut found, mut seen) = (Vec::new(), Vec::new());
        while let Some(stage) = open.pop() {
            if seen.contains(&stage) {
                continue;
            }
            if has(&stage) {
                found.push(stage.clone());
            } else {
                open.extend(before(&stage));
            }
            seen.push(stage);
        }
        found.sort_by_key(|stage| self.position(stage));
        found
    }

    /// Position of a stage in the pipeline; unknown stages come last.
    pub fn position(&self, name: &StageName) -> usize {
        self.stages.iter().position(|stage| stage.name == *name).unwrap_or(self.stages.len())
    }

    /// Stages that are branches, with their branch.
    pub fn stage_branches(&self) -> impl Iterator<Item = (&StageName, &str)> {
        self.stages.iter().filter_map(|stage| Some((&stage.name, stage.branch.as_deref()?)))
    }

    /// All stages before this one, direct or not.
    pub fn upstream_stages(&self, name: &StageName) -> Vec<&StageName> {
        let after =
            |name: &StageName| self.stage(name.as_str()).into_iter().flat_map(|stage| &stage.after);
        let mut out: Vec<&StageName> = Vec::new();
        let mut open: Vec<&StageName> = after(name).collect();
        while let Some(stage) = open.pop() {
            if !out.contains(&stage) {
                out.push(stage);
                open.extend(after(stage));
            }
        }
        out
    }

    /// All words that name a stage: names, then aliases.
    pub fn stage_words(&self) -> Vec<String> {
        let names = self.stages.iter().map(|stage| stage.name.to_string());
        names.chain(self.stages.iter().flat_map(|stage| stage.aliases.clone())).collect()
    }
}

/// A stage of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    pub name: StageName,
    /// Other words for it in paths and keys.
    pub aliases: Vec<String>,
    /// Stages directly before it.
    pub after: Vec<StageName>,
    /// For branch-per-environment repositories: the branch that holds this stage.
    pub branch: Option<String>,
    /// Line of `towpath.yaml`, 1-based.
    pub line: Option<u32>,
}

/// A rule: files of one path template, and how to read them.
#[derive(Debug, Clone)]
pub struct SourceRule {
    pub kind: SourceKind,
    /// The files; captures in the path name app, stage and target.
    pub path: PathTemplate,
    /// Files that are left out although `path` matches.
    pub not: Vec<PathTemplate>,
    /// The app's name, made of captures; `{app}` by default.
    pub app: NameTemplate,
    /// The target's name, made of captures; `{target}` by default.
    pub target: NameTemplate,
    /// The component: which of an app's images, made of captures; `{component}` by default.
    pub component: NameTemplate,
    /// The stage, if neither path nor keys name it.
    pub stage: Option<StageName>,
    /// Keys whose value is a tag (or `tag@digest`, or a digest). Empty means the conventions of the
    /// source kind.
    pub tags: Vec<KeyTemplate>,
    /// Keys whose value is an image name or a whole reference.
    pub images: Vec<KeyTemplate>,
    /// Keys whose value is a digest.
    pub digests: Vec<KeyTemplate>,
    /// `line`: the expression, with groups `app`, `stage`, `target`, `image`, `tag`, `digest`.
    pub pattern: Option<Regex>,
    /// `helm-values`, `compose`: the file with the defaults that this one overrides.
    pub base: Option<NameTemplate>,
    pub confidence: Confidence,
    /// Line of `towpath.yaml`, 1-based.
    pub line: Option<u32>,
}

impl SourceRule {
    /// Creates a rule with only a kind and a path.
    ///
    /// # Errors
    /// If the path is no valid template.
    pub fn new(kind: SourceKind, path: &str, stages: &[String]) -> Result<Self, TemplateError> {
        Ok(SourceRule {
            kind,
            path: PathTemplate::parse(path, stages)?,
            not: Vec::new(),
            app: NameTemplate::new("{app}"),
            target: NameTemplate::new("{target}"),
            component: NameTemplate::new("{component}"),
            stage: None,
            tags: Vec::new(),
            images: Vec::new(),
            digests: Vec::new(),
            pattern: None,
            base: None,
            confidence: Confidence::Configured,
            line: None,
        })
    }
}

/// A name made of captures: `{app}`, `{group}/{app}`, or plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameTemplate(String);

impl NameTemplate {
    /// Creates a template from its text.
    pub fn new(text: impl Into<String>) -> Self {
        NameTemplate(text.into())
    }

    /// The template as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Fills in the captures. A missing or empty capture is dropped, with separators that are then
    /// doubled or at the ends.
    pub fn expand(&self, captures: &TemplateCaptures) -> String {
        let out = self.fill_captures(captures);
        let parts: Vec<&str> = out.split('/').filter(|part| !part.is_empty()).collect();
        parts.join("/").trim_matches(['-', '_', '.', '@', ' ']).to_owned()
    }

    /// Fills in the captures of a file path: `.env.{stage}` keeps its dot.
    pub fn expand_path(&self, captures: &TemplateCaptures) -> String {
        let out = self.fill_captures(captures);
        out.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
    }

    fn fill_captures(&self, captures: &TemplateCaptures) -> String {
        let mut out = String::new();
        let mut rest = self.0.as_str();
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            let Some(close) = rest[open..].find('}') else { break };
            let name = rest[open + 1..open + close].to_lowercase();
            out.push_str(captures.get(&name).map_or("", String::as_str));
            rest = &rest[open + close + 1..];
        }
        out.push_str(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_captures() {
        let captures: TemplateCaptures =
            [("app".to_owned(), "web".to_owned()), ("group".to_owned(), String::new())].into();
        assert_eq!(NameTemplate::new("{group}/{APP}").expand(&captures), "web");
        assert_eq!(NameTemplate::new("{app}@helm").expand(&captures), "web@helm");
        assert_eq!(NameTemplate::new("blog").expand(&captures), "blog");
        assert_eq!(NameTemplate::new("{target}").expand(&captures), "");
    }
}
