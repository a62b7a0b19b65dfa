//! `live:`: which witness knows what runs in which stage and target.

use super::cell_template::CellTemplate;
use super::diagnostic::DiagnosticCollector;
use super::fields::{ConfigField, ConfigFields, escape_for_message};
use super::keys;
use super::resolved::Stage;
use super::written_setting::WrittenSetting;
use crate::model::{CellKey, StageName, WitnessKind};
use crate::yaml::YamlValue;

/// Limit on entries.
const MAX_RULES: usize = 1000;

/// Key of the entry for all stages without one of their own.
const ANY: &str = "*";

/// Witnesses by stage and target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveConfig(Vec<LiveRule>);

/// The witness of a stage, of one target of it, or of all other stages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveRule {
    /// `None` for all stages without a rule of their own.
    pub stage: Option<StageName>,
    /// `None` for all targets.
    pub target: Option<String>,
    pub witness: WitnessKind,
    /// The context of the user's kubeconfig; `None` for its current one.
    pub context: Option<CellTemplate>,
    /// Where the objects of the witness are; `None` for all namespaces.
    pub namespace: Option<CellTemplate>,
    /// The Application, Kustomization or HelmRelease of a cell.
    pub apps: Option<CellTemplate>,
    /// The workloads of a cell, with `*` for any text; `None` for those that run its image.
    pub workloads: Option<CellTemplate>,
    /// The snapshot of `file`, from the top of the work tree.
    pub file: Option<String>,
    /// Line of `towpath.yaml`, 1-based.
    pub line: u32,
}

impl LiveConfig {
    /// True where nothing is configured.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All rules, in the order of the file.
    pub fn rules(&self) -> &[LiveRule] {
        &self.0
    }

    /// The rule for a cell: that of its target, else that of its stage, else that of all stages.
    pub fn rule_for(&self, cell: &CellKey) -> Option<&LiveRule> {
        let target = cell.target.as_ref().map(|target| target.as_str());
        let rank = |rule: &LiveRule| match (&rule.stage, &rule.target) {
            (Some(stage), Some(named)) if *stage == cell.stage && target == Some(named) => 3,
            (Some(stage), None) if *stage == cell.stage => 2,
            (None, _) => 1,
            _ => 0,
        };
        self.0.iter().filter(|rule| rank(rule) > 0).max_by_key(|rule| rank(rule))
    }
}

/// Reads `live:`.
pub(super) fn read(
    field: ConfigField<'_>,
    stages: &[Stage],
    said: &mut Vec<WrittenSetting>,
    problems: &mut DiagnosticCollector<'_>,
) -> LiveConfig {
    let mut out: Vec<LiveRule> = Vec::new();
    if !field.value.is_mapping() || field.value.raw_pairs().nth(MAX_RULES).is_some() {
        let hint = String::from(
            "for example `live: {prod: {witness: kubernetes, context: prod-eu, namespace: shop}}`",
        );
        problems.add(field.key, "`live` must be a mapping from stages to witnesses", hint);
        return LiveConfig::default();
    }
    for (key, value) in field.value.raw_pairs() {
        let Some(word) = key.text().filter(|_| value.is_mapping()) else {
            problems.add(key, "a witness must be a stage with a mapping of settings", None);
            continue;
        };
        let known = keys::LIVE.map(|key| key.name);
        let fields = ConfigFields::read(value, &known, problems);
        let before = format!("live.{}.", escape_for_message(word));
        said.extend(fields.written_settings(&before, &known));
        let Some((stage, target)) = read_place(word, key, stages, problems) else { continue };
        if out.iter().any(|rule| rule.stage == stage && rule.target == target) {
            problems.add(key, format!("duplicate key `{}`", escape_for_message(word)), None);
        } else if let Some(rule) = read_rule((stage, target), key, &fields, problems) {
            out.push(rule);
        }
    }
    LiveConfig(out)
}

/// The stage and target that a key names: `prod`, `prod/eu` or `*`.
fn read_place(
    word: &str,
    key: YamlValue<'_>,
    stages: &[Stage],
    problems: &mut DiagnosticCollector<'_>,
) -> Option<(Option<StageName>, Option<String>)> {
    if word == ANY {
        return Some((None, None));
    }
    let (name, target) =
        word.split_once('/').map_or((word, None), |(name, target)| (name, Some(target.to_owned())));
    let stage = stages
        .iter()
        .find(|stage| stage.name.as_str() == name || stage.aliases.iter().any(|one| one == name));
    if stage.is_none() {
        let message = format!("`live` names the unknown stage `{}`", escape_for_message(name));
        problems.add(key, message, String::from("`*` stands for all stages"));
    }
    stage.map(|stage| (Some(stage.name.clone()), target))
}

fn read_rule(
    (stage, target): (Option<StageName>, Option<String>),
    key: YamlValue<'_>,
    fields: &ConfigFields<'_>,
    problems: &mut DiagnosticCollector<'_>,
) -> Option<LiveRule> {
    let before = problems.count();
    let word = fields.one_of("witness", &keys::WITNESS, problems);
    if fields.get("witness").is_none() {
        let hint = format!("one of {}", keys::WITNESS.map(|word| format!("`{word}`")).join(", "));
        problems.add(key, "a witness needs `witness`, which names its kind", hint);
    }
    let witness = match word.map(|word| word.text) {
        Some("argo") => WitnessKind::Argo,
        Some("flux") => WitnessKind::Flux,
        Some("file") => WitnessKind::File,
        _ => WitnessKind::Kubernetes,
    };
    let mut template = |name: &str| {
        let word = fields.text(name, problems)?;
        Some(CellTemplate::read(name, word, problems))
    };
    let (context, namespace) = (template("context"), template("namespace"));
    let (apps, workloads) = (template("apps"), template("workloads"));
    let file = fields.text("file", problems).map(|word| word.text.to_owned());
    check_options(witness, key, fields, problems);
    if file.as_deref().is_some_and(|file| file.starts_with('/') || file.contains("..")) {
        let hint = String::from("`--live=FILE` names any other file");
        problems.add(key, "`file` must be a path in the repository, without `..`", hint);
    }
    let line = key.line();
    (problems.count() == before).then_some(LiveRule {
        stage,
        target,
        witness,
        context,
        namespace,
        apps,
        workloads,
        file,
        line,
    })
}

/// Reports options that a witness lacks or has no use for.
fn check_options(
    witness: WitnessKind,
    key: YamlValue<'_>,
    fields: &ConfigFields<'_>,
    problems: &mut DiagnosticCollector<'_>,
) {
    let needed = match witness {
        WitnessKind::Argo => Some(("apps", "the Application of a cell, such as `{app}-{stage}`")),
        WitnessKind::Flux => Some(("apps", "the Kustomization or HelmRelease of a cell")),
        WitnessKind::File => Some(("file", "a snapshot in the repository")),
        WitnessKind::Kubernetes => None,
    };
    if let Some((name, what)) = needed.filter(|(name, _)| fields.get(name).is_none()) {
        problems.add(key, format!("the witness `{witness}` needs `{name}`: {what}"), None);
    }
    let is_delivery = matches!(witness, WitnessKind::Argo | WitnessKind::Flux | WitnessKind::File);
    if let Some(field) = fields.get("apps").filter(|_| !is_delivery) {
        let hint = String::from("`workloads` names Deployments and other workloads");
        problems.add(field.key, format!("the witness `{witness}` has no `apps`"), hint);
    }
    if let Some(field) = fields.get("file").filter(|_| witness != WitnessKind::File) {
        problems.add(field.key, format!("the witness `{witness}` has no `file`"), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn live(text: &str) -> Result<LiveConfig, String> {
        let text = format!("stages: [dev, {{name: prod, aliases: production}}]\nlive:\n{text}");
        parse(&text, "towpath.yaml").map(|config| config.live).map_err(|error| error.to_string())
    }

    fn cell(stage: &str, target: Option<&str>) -> CellKey {
        CellKey {
            app: "web".into(),
            component: None,
            stage: stage.into(),
            target: target.map(Into::into),
        }
    }

    #[test]
    fn the_nearest_rule_counts() {
        let config = live(
            "  '*': {witness: kubernetes, namespace: '{app}-{stage}'}\n  production: {witness: argo, \
             context: prod, apps: '{app}-{target}'}\n  prod/us: {witness: flux, apps: x}\n",
        )
        .expect("right");
        let rule = |stage, target| config.rule_for(&cell(stage, target)).expect("a rule");
        assert_eq!(rule("prod", Some("us")).witness, WitnessKind::Flux);
        let eu = rule("prod", Some("eu"));
        assert_eq!(eu.witness, WitnessKind::Argo);
        let apps = eu.apps.as_ref().expect("a template");
        assert_eq!(apps.expand(&cell("prod", Some("eu"))), "web-eu");
        let dev = rule("dev", None).namespace.as_ref().expect("a template");
        assert_eq!(dev.expand(&cell("dev", None)), "web-dev");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, reason) in [
            ("  qa: {witness: kubernetes}\n", "unknown stage `qa`"),
            ("  dev: {namespace: x}\n", "needs `witness`"),
            ("  dev: {witness: kubernets}\n", "cannot be `kubernets`"),
            ("  dev: {witness: argo}\n", "needs `apps`"),
            ("  dev: {witness: file}\n", "needs `file`"),
            ("  dev: {witness: file, file: ../x}\n", "without `..`"),
            ("  dev: {witness: kubernetes, apps: x}\n", "has no `apps`"),
            ("  dev: {witness: kubernetes, file: x}\n", "has no `file`"),
            ("  dev: {witness: kubernetes, namespace: '{ap}'}\n", "braces that stand for nothing"),
            ("  dev: {witness: kubernetes, token: x}\n", "unknown key `token`"),
            (
                "  prod: {witness: kubernetes}\n  production: {witness: kubernetes}\n",
                "duplicate key",
            ),
        ] {
            let error = live(text).expect_err(text);
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
