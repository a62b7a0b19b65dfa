//! Splits paths at their stage and groups those of one layout.

use super::super::slot::StagePart;
use super::super::vocabulary;
use super::VersionedFile;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Words in front of a stage that do not name the app: `values-prod.yaml`.
const GENERIC: [&str; 28] = [
    "chart",
    "requirements",
    "values",
    "config",
    "configs",
    "env",
    "environment",
    "environments",
    "overlay",
    "application",
    "app",
    "docker-compose",
    "helmfile",
    "compose",
    "pulumi",
    "kustomization",
    "images",
    "image",
    "tags",
    "versions",
    "version",
    "deployed",
    "terraform",
    "settings",
    "defaults",
    "group_vars",
    "host_vars",
    "patch",
];

/// A path split at its stage.
#[derive(Clone)]
pub(super) struct SplitPath {
    pub(super) before: Vec<String>,
    pub(super) prefix: String,
    pub(super) suffix: String,
    pub(super) after: Vec<String>,
    /// The file after the stage; `None` if the stage is in the file's own name, or for a folder.
    pub(super) file: Option<String>,
    pub(super) stage: String,
}

pub(super) fn split_path(placed: &VersionedFile) -> SplitPath {
    let slot = &placed.slot;
    let parts: Vec<&str> = placed.subject.split('/').collect();
    let here = parts[slot.part];
    let mut after: Vec<String> =
        parts[slot.part + 1..].iter().map(|part| replace_stage_word(part, slot)).collect();
    let file = if placed.kind.is_built() { None } else { after.pop() };
    SplitPath {
        before: parts[..slot.part].iter().map(|part| replace_stage_word(part, slot)).collect(),
        prefix: here[..slot.start].to_owned(),
        suffix: here[slot.end..].to_owned(),
        after,
        file,
        stage: slot.label.clone(),
    }
}

/// Replaces further occurrences of the stage's word in a path part.
fn replace_stage_word(part: &str, slot: &StagePart) -> String {
    let words = vocabulary::find_stage_words(part);
    let mut out = part.to_owned();
    for word in words
        .iter()
        .rev()
        .filter(|word| Some(word.canonical) == slot.canonical && word.end <= part.len())
    {
        let text = &part[word.start..word.end];
        let hole = if text == slot.label { "{stage}" } else { "*" };
        out.replace_range(word.start..word.end, hole);
    }
    out
}

/// Returns the constant text around the varying part of a name that repeats the stage:
/// `-{stage}.yaml` for `web-{stage}.yaml`, `{stage}-` and `.yaml` for `{stage}-web.yaml`.
pub(super) fn around_stage(name: &str) -> Option<(&str, &str)> {
    let hole = "{stage}";
    let at = name.find(hole)?;
    let is_sign = |c: char| matches!(c, '-' | '_' | '.');
    if at > 1 && name[..at].ends_with(is_sign) {
        return Some(("", &name[at - 1..]));
    }
    let behind = at + hole.len();
    let rest = &name[behind..];
    let named =
        at == 0 && rest.starts_with(['-', '_']) && extension(&rest[1..]).len() + 1 < rest.len();
    named.then(|| (&name[..=behind], extension(&rest[1..])))
}

/// Returns the constant text around the name in `web-values.yaml` or `values-web.yaml`.
fn around_generic<'a>(name: &'a str, ending: &str) -> Option<(&'a str, &'a str)> {
    let is_sign = |c: char| matches!(c, '-' | '_');
    let stem = name.strip_suffix(ending)?;
    let is_name = |text: &str| !text.is_empty() && !is_generic(text);
    if let Some(at) = stem.rfind(is_sign)
        && is_generic(&stem[at..])
        && is_name(&stem[..at])
    {
        return Some(("", &name[at..]));
    }
    let at = stem.find(is_sign)?;
    let behind = &name[stem.len()..];
    (is_generic(&stem[..at]) && is_name(&stem[at + 1..])).then(|| (&name[..=at], behind))
}

/// Returns the template for varying names, with the varying part called `word`.
pub(in crate::discovery) fn varying_template<'a>(
    word: &str,
    mut names: impl Iterator<Item = &'a str>,
    otherwise: &str,
) -> String {
    let first = names.next();
    let around = |name| around_stage(name).or_else(|| around_generic(name, otherwise));
    let (before, behind) = first
        .and_then(around)
        .filter(|first| names.all(|name| around(name) == Some(*first)))
        .unwrap_or(("", otherwise));
    format!("{before}{{{word}}}{behind}")
}

/// Returns the extension of a file name, from the first dot after its first character.
pub(in crate::discovery) fn extension(name: &str) -> &str {
    name.char_indices().skip(1).find(|(_, c)| *c == '.').map_or("", |(at, _)| &name[at..])
}

/// Returns a key that is equal for members of one group.
pub(super) fn group_outline(placed: &VersionedFile) -> String {
    let cut = split_path(placed);
    let in_file = cut.file.is_none() && !placed.kind.is_built();
    let separator = |text: &str| {
        text.chars().find(|c| !c.is_alphanumeric()).map(String::from).unwrap_or_default()
    };
    let suffix = if in_file {
        let extension = cut.suffix.rfind('.').map_or("", |at| &cut.suffix[at..]);
        let rest = &cut.suffix[..cut.suffix.len() - extension.len()];
        format!("{}{extension}", separator(rest))
    } else {
        separator(&cut.suffix)
    };
    let file = cut.file.as_deref().map_or_else(String::new, name_shape);
    let prefix = if cut.prefix.is_empty() { "" } else { "p" };
    let generic = if is_generic(&cut.prefix) { cut.prefix.clone() } else { String::new() };
    format!("{in_file}|{prefix}{generic}|{suffix}|{file}|{}", cut.before.is_empty())
}

/// Returns the shared part of file names in one group: all of `values.yaml`, `.yaml` of `web.yaml`,
/// and the text around a repeated stage.
fn name_shape(file: &str) -> String {
    let stem = file.split('.').next().unwrap_or(file);
    match around_stage(file) {
        Some((before, behind)) if !is_generic(&file[before.len()..file.len() - behind.len()]) => {
            format!("{before}|{behind}")
        }
        None if !is_generic(stem) => {
            let ending = extension(file);
            let around = around_generic(file, ending).filter(|_| !ending.is_empty());
            around
                .map_or_else(|| ending.to_owned(), |(before, behind)| format!("{before}|{behind}"))
        }
        _ => file.to_owned(),
    }
}

pub(in crate::discovery) fn is_generic(prefix: &str) -> bool {
    let word = prefix.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
    let is_known = |word: &str| GENERIC.contains(&word);
    word.is_empty()
        || is_known(&word)
        || word.split(['-', '_']).all(|piece| is_known(piece) || piece == "helm")
}

/// Splits members by their top folder, unless the top folder itself is the app or the target.
pub(super) fn by_top(members: Vec<VersionedFile>) -> Vec<Vec<VersionedFile>> {
    let cuts: Vec<SplitPath> = members.iter().map(split_path).collect();
    let tops: BTreeSet<&str> =
        cuts.iter().filter_map(|cut| cut.before.first()).map(String::as_str).collect();
    if tops.len() < 2 {
        return vec![members];
    }
    let lists: Vec<&[String]> = cuts.iter().map(|cut| cut.before.as_slice()).collect();
    let around = common_tail(&lists);
    let alone = cuts.iter().all(|cut| cut.before.len() == 1 + around);
    let named_otherwise = cuts.iter().any(|cut| !is_generic(&cut.prefix) || !cut.after.is_empty());
    if is_dimension(&cuts) || (alone && (tops.len() > 5 || !named_otherwise)) {
        return vec![members];
    }
    let mut split: BTreeMap<String, Vec<VersionedFile>> = BTreeMap::new();
    for (member, cut) in members.into_iter().zip(&cuts) {
        split.entry(cut.before[0].clone()).or_default().push(member);
    }
    split.into_values().collect()
}

/// True if the first folder is a cluster or region: at least half of the contents of each smaller
/// one exists in another one too.
pub(super) fn is_dimension(cuts: &[SplitPath]) -> bool {
    let lists: Vec<&[String]> = cuts.iter().map(|cut| cut.before.as_slice()).collect();
    let shared = common_tail(&lists);
    let mut inside: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for cut in cuts {
        let Some(first) = cut.before.first() else { return false };
        let named =
            !is_generic(&cut.prefix) || cut.before.len() > 1 + shared || !cut.after.is_empty();
        if !named {
            return false;
        }
        let rest = format!(
            "{}|{}|{}|{}",
            cut.before[1..].join("/"),
            cut.prefix,
            cut.stage,
            cut.after.join("/")
        );
        inside.entry(first).or_default().insert(rest);
    }
    if inside.len() < 2 {
        return false;
    }
    let Some((largest, _)) = inside.iter().max_by_key(|(_, combinations)| combinations.len())
    else {
        return false;
    };
    let mut tops: HashMap<&str, usize> = HashMap::new();
    for combination in inside.values().flatten() {
        *tops.entry(combination).or_default() += 1;
    }
    inside.iter().filter(|(top, _)| *top != largest).all(|(_, combinations)| {
        let elsewhere =
            combinations.iter().filter(|combination| tops[combination.as_str()] > 1).count();
        elsewhere * 2 >= combinations.len()
    })
}

/// Returns the number of trailing parts that all lists share, leaving each at least one of its own.
pub(in crate::discovery) fn common_tail(lists: &[&[String]]) -> usize {
    let shortest = lists.iter().map(|list| list.len()).min().unwrap_or(0);
    let same = |back: &usize| {
        lists.iter().all(|list| list[list.len() - 1 - back] == lists[0][lists[0].len() - 1 - back])
    };
    (0..shortest.saturating_sub(1)).take_while(same).count()
}
