//! Reads `stages:` into a pipeline without gaps or cycles.

use super::diagnostic::{DiagnosticCollector, did_you_mean};
use super::fields::{ConfigField, ConfigFields, LocatedText, escape_for_message};
use super::keys;
use super::proposals::{self, ProposalOptions};
use super::resolved::Stage;
use super::written_setting::WrittenSetting;
use crate::model::StageName;
use crate::yaml::YamlValue;
use std::collections::{BTreeMap, HashMap};

/// Limit on stages; each one makes every `{stage}` slower.
const MAX_STAGES: usize = 200;

/// Keys of a stage that `config show` lists among the settings.
const TERMS: [&str; 8] =
    ["labels", "reviewers", "assignees", "draft", "merge", "method", "closing", "from"];

/// A stage as written.
struct WrittenStage<'a> {
    name: LocatedText<'a>,
    aliases: Vec<LocatedText<'a>>,
    after: Option<Vec<LocatedText<'a>>>,
    branch: Option<LocatedText<'a>>,
    terms: ProposalOptions,
    said: Vec<WrittenSetting>,
}

/// Proposal options of each stage.
type StageProposalOptions = BTreeMap<StageName, ProposalOptions>;

/// Reads the stages in pipeline order. Invalid ones are reported and left out.
pub(super) fn read(
    field: ConfigField<'_>,
    said: &mut Vec<WrittenSetting>,
    problems: &mut DiagnosticCollector<'_>,
) -> (Vec<Stage>, StageProposalOptions) {
    let mut written = read_written_stages(field, problems);
    said.extend(written.iter_mut().flat_map(|stage| std::mem::take(&mut stage.said)));
    let words = stage_words(&written, problems);
    let mut stages: Vec<Stage> = Vec::new();
    for (i, stage) in written.iter().enumerate() {
        let after = match &stage.after {
            Some(names) => resolve_after(stage, names, &written, &words, problems),
            None => i
                .checked_sub(1)
                .map(|before| StageName::from(written[before].name.text))
                .into_iter()
                .collect(),
        };
        stages.push(Stage {
            name: StageName::from(stage.name.text),
            aliases: stage.aliases.iter().map(|alias| alias.text.to_owned()).collect(),
            after,
            branch: stage.branch.map(|branch| branch.text.to_owned()),
            line: Some(stage.name.at.line()),
        });
    }
    let terms = written.into_iter().map(|stage| (StageName::from(stage.name.text), stage.terms));
    let terms = terms.filter(|(_, terms)| *terms != ProposalOptions::default()).collect();
    (in_order(stages, field.key, problems), terms)
}

/// Reads `from: registry` of first stages. Any other stage gets its versions from the one before.
pub(super) fn read_registry_stages(
    field: ConfigField<'_>,
    stages: &[Stage],
    problems: &mut DiagnosticCollector<'_>,
) -> Vec<StageName> {
    let mut out = Vec::new();
    for item in field.value.items().filter(|item| item.is_mapping()) {
        let find = |name: &str| item.raw_pairs().find(|(key, _)| key.text() == Some(name));
        let (Some((key, value)), Some((_, name))) = (find("from"), find("name")) else { continue };
        let from = ConfigField { name: "from", key, value }.read_texts(problems);
        let Some(word) = from.first() else { continue };
        let stage =
            name.text().and_then(|name| stages.iter().find(|stage| stage.name.as_str() == name));
        if !keys::FROM.contains(&word.text) {
            let message = format!("`from` cannot be `{}`", escape_for_message(word.text));
            problems.add(word.at, message, String::from("the only value is `registry`"));
        } else if let Some(stage) = stage {
            if stage.after.is_empty() {
                out.push(stage.name.clone());
            } else {
                let message = format!(
                    "`from: registry` is for a first stage, and {} has stages before it",
                    stage.name
                );
                problems.add(key, message, None);
            }
        }
    }
    out
}

fn read_written_stages<'a>(
    field: ConfigField<'a>,
    problems: &mut DiagnosticCollector<'_>,
) -> Vec<WrittenStage<'a>> {
    if !field.value.is_sequence() || field.value.items().next().is_none() {
        let hint = String::from("for example `stages: [dev, staging, prod]`");
        problems.add(field.key, "`stages` must be a list of stages, in pipeline order", hint);
        return Vec::new();
    }
    if field.value.items().nth(MAX_STAGES).is_some() {
        problems.add(field.key, format!("there are more than {MAX_STAGES} stages"), None);
    }
    field.value.items().take(MAX_STAGES).filter_map(|item| stage(field, item, problems)).collect()
}

fn stage<'a>(
    field: ConfigField<'a>,
    item: YamlValue<'a>,
    problems: &mut DiagnosticCollector<'_>,
) -> Option<WrittenStage<'a>> {
    if item.is_sequence() {
        problems.add(item, "a stage must be a name or a mapping with a `name`", None);
        return None;
    }
    if !item.is_mapping() {
        let name = ConfigField { value: item, ..field }.read_texts(problems).into_iter().next()?;
        return Some(WrittenStage {
            name,
            aliases: Vec::new(),
            after: None,
            branch: None,
            terms: ProposalOptions::default(),
            said: Vec::new(),
        });
    }
    let known = keys::STAGE.map(|key| key.name);
    let fields = ConfigFields::read(item, &known, problems);
    if fields.get("name").is_none() && !fields.unknown {
        problems.add(item, "this stage has no `name`", None);
    }
    let name = fields.text("name", problems);
    Some(WrittenStage {
        aliases: fields.texts("aliases", problems).unwrap_or_default(),
        after: fields.texts("after", problems),
        branch: fields.text("branch", problems),
        terms: proposals::read_options(&fields, problems),
        said: name
            .map(|name| {
                fields
                    .written_settings(&format!("stages.{}.", escape_for_message(name.text)), &TERMS)
            })
            .unwrap_or_default(),
        name: name?,
    })
}

/// Index of the stage for every stage word. Reports words that name two stages.
fn stage_words<'a>(
    stages: &[WrittenStage<'a>],
    problems: &mut DiagnosticCollector<'_>,
) -> HashMap<&'a str, usize> {
    let mut words: HashMap<&str, (usize, u32)> = HashMap::new();
    for (i, stage) in stages.iter().enumerate() {
        for word in std::iter::once(&stage.name).chain(&stage.aliases) {
            let line = word.at.line();
            if let Some((_, first)) = words.get(word.text) {
                let message = format!(
                    "duplicate stage name or alias `{}`; the first is in line {first}",
                    escape_for_message(word.text)
                );
                problems.add(word.at, message, None);
            } else {
                words.insert(word.text, (i, line));
            }
        }
    }
    words.into_iter().map(|(word, (i, _))| (word, i)).collect()
}

fn resolve_after(
    stage: &WrittenStage<'_>,
    names: &[LocatedText<'_>],
    stages: &[WrittenStage<'_>],
    words: &HashMap<&str, usize>,
    problems: &mut DiagnosticCollector<'_>,
) -> Vec<StageName> {
    let mut out: Vec<StageName> = Vec::new();
    for name in names {
        let Some(index) = words.get(name.text) else {
            let hint = did_you_mean(name.text, stages.iter().map(|stage| stage.name.text));
            problems.add(
                name.at,
                format!("`after` names `{}`, which is not a stage", escape_for_message(name.text)),
                hint,
            );
            continue;
        };
        let before = StageName::from(stages[*index].name.text);
        if before.as_str() == stage.name.text {
            problems.add(name.at, format!("the stage `{before}` cannot come after itself"), None);
        } else if !out.contains(&before) {
            out.push(before);
        }
    }
    out
}

/// Sorts stages so that each comes after its upstream stages, and otherwise as written.
fn in_order(
    mut rest: Vec<Stage>,
    key: YamlValue<'_>,
    problems: &mut DiagnosticCollector<'_>,
) -> Vec<Stage> {
    let mut out: Vec<Stage> = Vec::new();
    while !rest.is_empty() {
        let waits = |stage: &Stage| {
            stage.after.iter().any(|name| rest.iter().any(|other| other.name == *name))
        };
        let Some(next) = rest.iter().position(|stage| !waits(stage)) else {
            let names: Vec<String> =
                rest.iter().take(10).map(|stage| format!("`{}`", stage.name)).collect();
            let hint = String::from("the first stage of a pipeline needs `after: []`");
            // Duplicate names cannot be ordered; they are reported already.
            let unique =
                |stage: &Stage| rest.iter().filter(|other| other.name == stage.name).count() == 1;
            if rest.iter().all(unique) {
                problems.add(key, format!("the stages {} form a cycle", names.join(", ")), hint);
            }
            out.append(&mut rest);
            break;
        };
        out.push(rest.remove(next));
    }
    out
}
