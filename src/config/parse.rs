//! Parses `towpath.yaml` into a [`Config`], or into all its problems.

use super::diagnostic::{ConfigError, DiagnosticCollector};
use super::fields::{BRACES, ConfigFields};
use super::gates::{LedgerPlace, PipelineConfig};
use super::proposals::ProposalsConfig;
use super::resolved::{Config, ConfigOrigin, Provenance, Stage};
use super::{apps, deployments, gates, keys, live, proposals, registries, sources, stages};
use crate::yaml::{self, YamlError, YamlStream, YamlValue};

/// Maximum size of the file: real configurations have a few kilobytes.
const MAX_BYTES: usize = 1 << 20;

/// Parses a configuration. `name` is the file as the user would name it.
///
/// # Errors
/// All problems of the file with their places, in the order of the file.
pub fn parse(text: &str, name: &str) -> Result<Config, ConfigError> {
    let mut problems = DiagnosticCollector::new(name, text);
    let mut config = Config { origin: ConfigOrigin::File(name.to_owned()), ..Config::default() };
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes; at most {MAX_BYTES} are allowed", text.len());
        problems.add_at(1, 1, message, None);
        return problems.finish(config);
    }
    match yaml::parse(text) {
        Ok(stream) => {
            if let Some(root) = root(&stream, &mut problems) {
                read_config(&mut config, root, name, &mut problems);
            }
        }
        Err(error) => not_yaml(text, &error, &mut problems),
    }
    problems.finish(config)
}

fn not_yaml(text: &str, error: &YamlError, problems: &mut DiagnosticCollector<'_>) {
    let place = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let tabbed = |line: &str| line.trim_start_matches(' ').starts_with('\t');
    let line = text.lines().nth(error.line.saturating_sub(1)).unwrap_or_default();
    let hint = if tabbed(line) {
        Some(String::from("indent YAML with spaces, not with tabs"))
    } else {
        line.contains('{').then(|| String::from(BRACES))
    };
    problems.add_at(
        place(error.line),
        place(error.column),
        format!("not valid YAML: {}", error.message),
        hint,
    );
}

fn root<'s>(
    stream: &'s YamlStream,
    problems: &mut DiagnosticCollector<'_>,
) -> Option<YamlValue<'s>> {
    let mut roots = stream.documents.iter().filter_map(yaml::YamlDocument::root);
    let Some(root) = roots.next().filter(|root| !root.is_null()) else {
        let hint = String::from(
            "`towpath init` writes one; without the file, towpath discovers the layout",
        );
        problems.add_at(1, 1, "the file is empty", hint);
        return None;
    };
    if let Some(second) = roots.next() {
        problems.add(
            second,
            "a second document starts here; a configuration must be a single document",
            None,
        );
    }
    if !root.is_mapping() {
        problems.add(
            root,
            "a configuration must be a mapping with keys such as `branch`, `stages` and `sources`",
            None,
        );
        return None;
    }
    Some(root)
}

fn read_config(
    config: &mut Config,
    root: YamlValue<'_>,
    name: &str,
    problems: &mut DiagnosticCollector<'_>,
) {
    let known = keys::TOP.map(|key| key.name);
    let fields = ConfigFields::read(root, &known, problems);
    if let Some(branch) = fields.text("branch", problems) {
        config.branch = Some(branch.text.to_owned());
        config.branch_from = Provenance::File { name: name.to_owned(), line: branch.at.line() };
    }
    if let Some(field) = fields.get("stages") {
        (config.stages, config.proposals.stages) = stages::read(field, &mut config.said, problems);
        config.registry_stages = stages::read_registry_stages(field, &config.stages, problems);
    }
    config.said.extend(fields.written_settings("", &["forge"]));
    config.forge = fields.one_of("forge", &keys::FORGE, problems).map(|word| word.text.to_owned());
    if let Some(field) = fields.get("proposals") {
        let stages = std::mem::take(&mut config.proposals.stages);
        let read = proposals::read(field, &mut config.said, problems);
        config.proposals = ProposalsConfig { stages, ..read };
    }
    if let Some(field) = fields.get("apps") {
        config.apps = apps::read(field, &mut config.said, problems);
    }
    if let Some(field) = fields.get("registries") {
        config.registries = registries::read(field, &mut config.said, problems);
    }
    if let Some(field) = fields.get("live") {
        config.live = live::read(field, &config.stages, &mut config.said, problems);
    }
    config.deployments = deployments::read(&fields, problems);
    config.said.extend(fields.written_settings("", &["deployments"]));
    config.render =
        fields.one_of("render", &keys::SWITCH, problems).is_some_and(|word| word.text == "true");
    config.said.extend(fields.written_settings("", &["render"]));
    config.pipeline = read_pipeline(&fields, &config.stages, problems);
    config.said.extend(config.pipeline.written_settings());
    config.said.extend(fields.written_settings("", &["ledger"]));
    let Some(field) = fields.get("sources") else { return };
    if fields.get("stages").is_none() {
        let hint = String::from("list them in pipeline order: `stages: [dev, staging, prod]`");
        problems.add(field.key, "`sources` needs `stages`, which define `{stage}`", hint);
    }
    config.rules = sources::read(field, config, problems);
}

/// Reads gates, permissions and the ledger: those at the top, then those of each stage.
fn read_pipeline(
    fields: &ConfigFields<'_>,
    stages: &[Stage],
    problems: &mut DiagnosticCollector<'_>,
) -> PipelineConfig {
    let mut pipeline = PipelineConfig::default();
    if let Some(field) = fields.get("gates") {
        pipeline.gates = gates::read::read_gates(field, stages, None, problems);
    }
    let items = fields.get("stages").filter(|field| field.value.is_sequence());
    let known = keys::STAGE.map(|key| key.name);
    for item in items.iter().flat_map(|field| field.value.items()).filter(|item| item.is_mapping())
    {
        let (rules, policy, waves) = gates::read::stage(item, stages, &known, problems);
        pipeline.gates.extend(rules);
        pipeline.waves.extend(waves);
        pipeline.policies.extend(Some(policy).filter(|policy| policy.each));
    }
    if let Some(field) = fields.get("permissions") {
        gates::permissions::read_permissions(field, stages, &mut pipeline, problems);
    }
    if let Some(word) = fields.one_of("ledger", &keys::LEDGER, problems) {
        pipeline.ledger = match word.text {
            "branch" => LedgerPlace::Branch,
            "none" => LedgerPlace::None,
            _ => LedgerPlace::Ref,
        };
    }
    pipeline
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "error_tests.rs"]
mod error_tests;
