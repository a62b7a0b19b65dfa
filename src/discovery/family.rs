//! From slotted files to path templates: which parts of their paths are app, target and component.

use super::slot::Slot;
use crate::model::{Confidence, SourceKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A file that holds versions, and its stage.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The file, or the folder for kustomize.
    pub subject: String,
    pub slot: Slot,
    pub kind: SourceKind,
    /// Keys to read, as key templates; empty for the source's conventions.
    pub keys: Vec<String>,
    pub confidence: Confidence,
    /// What its versions belong to inside the file; `""` for the app itself.
    pub components: BTreeSet<String>,
    /// Some version in it has neither an image name nor a key that could name the app.
    pub nameless: bool,
}

/// A path template with the files it stands for.
#[derive(Debug, Clone)]
pub struct Family {
    pub template: String,
    pub kind: SourceKind,
    pub keys: Vec<String>,
    pub confidence: Confidence,
    /// A name for the app where nothing in the path gives one.
    pub app: Option<String>,
    pub members: Vec<Placed>,
}

/// Words in front of a stage that say nothing about the app: `values-prod.yaml`.
const GENERIC: [&str; 23] = [
    "chart",
    "requirements",
    "values",
    "config",
    "configs",
    "env",
    "environment",
    "overlay",
    "application",
    "app",
    "docker-compose",
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
    "patch",
];

/// The families of all files, the largest first.
pub fn families(placed: Vec<Placed>) -> Vec<Family> {
    let mut groups: BTreeMap<(SourceKind, bool, String), Vec<Placed>> = BTreeMap::new();
    for file in placed {
        let key = (file.kind, file.keys.is_empty(), outline(&file));
        groups.entry(key).or_default().push(file);
    }
    let mut out = Vec::new();
    for (_, members) in groups {
        for members in by_top(members) {
            out.push(family(members));
        }
    }
    out.sort_by(|a, b| {
        (a.kind, std::cmp::Reverse(a.members.len()), &a.template).cmp(&(
            b.kind,
            std::cmp::Reverse(b.members.len()),
            &b.template,
        ))
    });
    out
}

/// A path cut at its stage.
#[derive(Clone)]
struct Cut {
    before: Vec<String>,
    prefix: String,
    suffix: String,
    after: Vec<String>,
    /// The file behind the stage; none when the stage is in the file's own name, or for a folder.
    file: Option<String>,
    stage: String,
}

fn cut(placed: &Placed) -> Cut {
    let slot = &placed.slot;
    let parts: Vec<&str> = placed.subject.split('/').collect();
    let here = parts[slot.part];
    let mut after: Vec<String> = parts[slot.part + 1..].iter().map(|part| holed(part, slot)).collect();
    let file = if placed.kind == SourceKind::Kustomize { None } else { after.pop() };
    Cut {
        before: parts[..slot.part].iter().map(|part| holed(part, slot)).collect(),
        prefix: here[..slot.start].to_owned(),
        suffix: here[slot.end..].to_owned(),
        after,
        file,
        stage: slot.label.clone(),
    }
}

/// The part with the stage's own word replaced, where it occurs as a word again.
fn holed(part: &str, slot: &Slot) -> String {
    let words = super::vocabulary::occurrences(part);
    let mut out = part.to_owned();
    for word in words.iter().rev().filter(|word| Some(word.canonical) == slot.canonical && word.end <= part.len()) {
        let text = &part[word.start..word.end];
        let hole = if text == slot.label { "{stage}" } else { "*" };
        out.replace_range(word.start..word.end, hole);
    }
    out
}

/// The extension of a file name, from the first dot that has a name before it.
fn extension(name: &str) -> &str {
    name.char_indices().skip(1).find(|(_, c)| *c == '.').map_or("", |(at, _)| &name[at..])
}

/// What members of one family have in common at least.
fn outline(placed: &Placed) -> String {
    let cut = cut(placed);
    let in_file = cut.file.is_none() && placed.kind != SourceKind::Kustomize;
    let separator = |text: &str| text.chars().find(|c| !c.is_alphanumeric()).map(String::from).unwrap_or_default();
    let suffix = if in_file {
        let extension = cut.suffix.rfind('.').map_or("", |at| &cut.suffix[at..]);
        let rest = &cut.suffix[..cut.suffix.len() - extension.len()];
        format!("{}{extension}", separator(rest))
    } else {
        separator(&cut.suffix)
    };
    let file = cut
        .file
        .as_deref()
        .map_or("", |file| if is_generic(file.split('.').next().unwrap_or(file)) { file } else { extension(file) });
    let prefix = if cut.prefix.is_empty() { "" } else { "p" };
    let generic = if is_generic(&cut.prefix) { cut.prefix.clone() } else { String::new() };
    format!("{in_file}|{prefix}{generic}|{suffix}|{file}|{}", cut.before.is_empty())
}

fn is_generic(prefix: &str) -> bool {
    let word = prefix.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
    word.is_empty() || GENERIC.contains(&word.as_str())
}

/// Files below different top folders are different families, unless the top folder itself is the
/// app or the target.
fn by_top(members: Vec<Placed>) -> Vec<Vec<Placed>> {
    let cuts: Vec<Cut> = members.iter().map(cut).collect();
    let tops: BTreeSet<&str> = cuts.iter().filter_map(|cut| cut.before.first()).map(String::as_str).collect();
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
    let mut split: BTreeMap<String, Vec<Placed>> = BTreeMap::new();
    for (member, cut) in members.into_iter().zip(&cuts) {
        split.entry(cut.before[0].clone()).or_default().push(member);
    }
    split.into_values().collect()
}

/// Is the first folder a cluster or region: do the smaller ones hold what the largest holds too?
fn is_dimension(cuts: &[Cut]) -> bool {
    let lists: Vec<&[String]> = cuts.iter().map(|cut| cut.before.as_slice()).collect();
    let shared = common_tail(&lists);
    let mut inside: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for cut in cuts {
        let Some(first) = cut.before.first() else { return false };
        let named = !is_generic(&cut.prefix) || cut.before.len() > 1 + shared || !cut.after.is_empty();
        if !named {
            return false;
        }
        let rest = format!("{}|{}|{}|{}", cut.before[1..].join("/"), cut.prefix, cut.stage, cut.after.join("/"));
        inside.entry(first).or_default().insert(rest);
    }
    if inside.len() < 2 {
        return false;
    }
    let Some((largest, _)) = inside.iter().max_by_key(|(_, combinations)| combinations.len()) else { return false };
    let mut tops: HashMap<&str, usize> = HashMap::new();
    for combination in inside.values().flatten() {
        *tops.entry(combination).or_default() += 1;
    }
    inside.iter().filter(|(top, _)| *top != largest).all(|(_, combinations)| {
        let elsewhere = combinations.iter().filter(|combination| tops[combination.as_str()] > 1).count();
        elsewhere * 2 >= combinations.len()
    })
}

/// What a template has named so far.
#[derive(Default)]
struct Names {
    app: bool,
    target: bool,
    component: bool,
}

fn family(members: Vec<Placed>) -> Family {
    let cuts: Vec<Cut> = members.iter().map(cut).collect();
    let targeted = prefix_is_target(&cuts);
    let named = !targeted && cuts.iter().any(|cut| !is_generic(&cut.prefix));
    let mut names = Names { app: named, target: targeted, component: false };
    let prefix = prefix_template(&cuts, &mut names);
    let after_roles = after_template(&cuts, &mut names);
    let before = before_template(&cuts, &mut names);
    let suffix = suffix_template(&cuts, &mut names);
    let file = file_template(&cuts, &mut names);
    let mut parts = before;
    parts.push(format!("{prefix}{{stage}}{suffix}"));
    parts.extend(after_roles);
    parts.extend(file);
    let confidence = members.iter().map(|m| m.confidence).max().unwrap_or(Confidence::Medium);
    let app = (!names.app && members.iter().any(|m| m.nameless)).then(|| fallback_app(&parts));
    let first = &members[0];
    let keys = keys(&members, names.app);
    Family { template: parts.join("/"), kind: first.kind, keys, confidence, app, members }
}

/// More keys than this are written as a pattern.
const MANY_KEYS: usize = 8;

/// The keys of all members; where there are many of one shape, the part that varies becomes `{app}`.
fn keys(members: &[Placed], app_known: bool) -> Vec<String> {
    let all: BTreeSet<&String> = members.iter().flat_map(|member| &member.keys).collect();
    if all.len() <= MANY_KEYS {
        return all.into_iter().cloned().collect();
    }
    let mut shapes: BTreeMap<(usize, &str), Vec<Vec<&str>>> = BTreeMap::new();
    for key in &all {
        let parts: Vec<&str> = key.split('.').collect();
        shapes.entry((parts.len(), parts.last().copied().unwrap_or_default())).or_default().push(parts);
    }
    let mut out = Vec::new();
    for (_, group) in shapes {
        let varies: Vec<bool> =
            (0..group[0].len()).map(|at| group.iter().any(|parts| parts[at] != group[0][at])).collect();
        let plain = group.iter().flatten().all(|part| !part.contains(['"', '[']));
        if group.len() < 3 || !plain || !varies.contains(&true) {
            out.extend(group.iter().map(|parts| parts.join(".")));
            continue;
        }
        let named = if app_known { None } else { varies.iter().rposition(|v| *v) };
        let parts = group[0].iter().enumerate().map(|(at, part)| match varies[at] {
            true if Some(at) == named => "{app}",
            true => "*",
            false => part,
        });
        out.push(parts.collect::<Vec<_>>().join("."));
    }
    out.sort();
    out.dedup();
    out
}

/// The nearest literal folder that is no container word.
fn fallback_app(parts: &[String]) -> String {
    let literal = parts.iter().rev().skip(1).find(|part| !part.contains(['{', '*']) && !is_generic(part));
    literal.cloned().unwrap_or_else(|| "app".to_owned())
}

fn prefix_template(cuts: &[Cut], names: &mut Names) -> String {
    let first = &cuts[0].prefix;
    let separator: String = first.chars().rev().take_while(|c| !c.is_alphanumeric()).collect();
    let same = cuts.iter().all(|cut| cut.prefix.ends_with(&separator));
    let behind = if same { separator.as_str() } else { "" };
    if names.target {
        return format!("{{target}}{behind}");
    }
    if !names.app {
        return first.clone();
    }
    // A constant prefix beside varying folders belongs to the layout, not to the app.
    let constant = cuts.iter().all(|cut| cut.prefix == *first);
    let folders: BTreeSet<&[String]> = cuts.iter().map(|cut| cut.before.as_slice()).collect();
    if constant && folders.len() > 1 && !is_dimension(cuts) {
        names.app = false;
        return first.clone();
    }
    format!("{{app}}{behind}")
}

/// A few words before the stage that recur in many folders are clusters: `web/overlays/ocp4-prod`.
fn prefix_is_target(cuts: &[Cut]) -> bool {
    let folders: BTreeSet<&[String]> = cuts.iter().map(|cut| cut.before.as_slice()).collect();
    let prefixes: BTreeSet<&str> = cuts.iter().map(|cut| cut.prefix.as_str()).collect();
    let varies = prefixes.len() > 1 && prefixes.iter().all(|prefix| !is_generic(prefix));
    varies && folders.len() >= 4 && prefixes.len() * 2 <= folders.len()
}

fn before_template(cuts: &[Cut], names: &mut Names) -> Vec<String> {
    let lists: Vec<&[String]> = cuts.iter().map(|cut| cut.before.as_slice()).collect();
    let shared = common_length(&lists);
    let mut out: Vec<String> = lists[0][..shared].to_vec();
    let mut rest: Vec<&[String]> = lists.iter().map(|list| &list[shared..]).collect();
    let tail_length = common_tail(&rest);
    let constant: Vec<String> = rest[0][rest[0].len() - tail_length..].to_vec();
    rest = rest.iter().map(|list| &list[..list.len() - tail_length]).collect();
    if rest.iter().all(|list| list.is_empty()) {
        return out;
    }
    let tail: Vec<Cut> = cuts.iter().map(|cut| Cut { before: cut.before[shared..].to_vec(), ..cut.clone() }).collect();
    if !names.target && rest.iter().all(|list| !list.is_empty()) && is_dimension(&tail) {
        out.push("{target}".into());
        names.target = true;
        rest = rest.iter().map(|list| &list[1..]).collect();
    }
    if rest.iter().any(|list| !list.is_empty()) {
        let name = if names.app { "group" } else { "app" };
        names.app = true;
        let single = rest.iter().all(|list| list.len() == 1);
        out.push(if single { format!("{{{name}}}") } else { format!("{{{name}**}}") });
    }
    out.extend(constant);
    out
}

/// How many parts at the end all lists share, leaving each at least one of its own.
fn common_tail(lists: &[&[String]]) -> usize {
    let shortest = lists.iter().map(|list| list.len()).min().unwrap_or(0);
    let same =
        |back: &usize| lists.iter().all(|list| list[list.len() - 1 - back] == lists[0][lists[0].len() - 1 - back]);
    (0..shortest.saturating_sub(1)).take_while(same).count()
}

fn common_length(lists: &[&[String]]) -> usize {
    let shortest = lists.iter().map(|list| list.len()).min().unwrap_or(0);
    (0..shortest).take_while(|at| lists.iter().all(|list| list[*at] == lists[0][*at])).count()
}

fn suffix_template(cuts: &[Cut], names: &mut Names) -> String {
    let first = &cuts[0].suffix;
    if cuts.iter().all(|cut| cut.suffix == *first)
        && (first.is_empty() || first.starts_with('.') || cuts[0].file.is_none())
    {
        return first.clone();
    }
    let separator = first.chars().next().map(String::from).unwrap_or_default();
    let ending = if cuts[0].file.is_none() { first.rfind('.').map_or("", |at| &first[at..]) } else { "" };
    let name = if names.target { "variant" } else { "target" };
    names.target = true;
    format!("{separator}{{{name}}}{ending}")
}

/// Folders behind the stage: what most stages have too is an app, what one stage has alone a target.
fn after_template(cuts: &[Cut], names: &mut Names) -> Vec<String> {
    let lists: Vec<&[String]> = cuts.iter().map(|cut| cut.after.as_slice()).collect();
    let longest = lists.iter().map(|list| list.len()).max().unwrap_or(0);
    if longest == 0 {
        return Vec::new();
    }
    let fixed = lists.iter().all(|list| list.len() == longest) && longest <= 3 && cuts[0].file.is_some();
    if !fixed {
        let app = is_app_like(cuts, 0) && !names.app && cuts.iter().all(|cut| cut.before.len() <= 1);
        return vec![name_after(app, names, "**")];
    }
    let mut out = Vec::new();
    for at in 0..longest {
        let values: BTreeSet<&String> = lists.iter().map(|list| &list[at]).collect();
        if values.len() == 1 && (is_generic(&lists[0][at]) || lists[0][at].contains('{') || longest > 1) {
            out.push(lists[0][at].clone());
        } else {
            out.push(name_after(is_app_like(cuts, at), names, ""));
        }
    }
    out
}

fn name_after(app: bool, names: &mut Names, stars: &str) -> String {
    let name = match (app, names.app, names.target, names.component) {
        (true, false, _, _) => {
            names.app = true;
            "app"
        }
        (true, true, _, false) => {
            names.component = true;
            "component"
        }
        (false, _, false, _) => {
            names.target = true;
            "target"
        }
        _ => "variant",
    };
    format!("{{{name}{stars}}}")
}

/// Do most values of this folder occur in several stages?
fn is_app_like(cuts: &[Cut], at: usize) -> bool {
    let mut stages: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for cut in cuts {
        if let Some(value) = cut.after.get(at) {
            stages.entry(value).or_default().insert(&cut.stage);
        }
    }
    let all: BTreeSet<&str> = cuts.iter().map(|cut| cut.stage.as_str()).collect();
    let shared = stages.values().filter(|stages| stages.len() > 1).count();
    all.len() < 2 || shared * 2 >= stages.len()
}

fn file_template(cuts: &[Cut], names: &mut Names) -> Option<String> {
    let first = cuts[0].file.as_ref()?;
    if cuts.iter().all(|cut| cut.file.as_ref() == Some(first)) {
        return Some(first.clone());
    }
    let name = if !names.app {
        names.app = true;
        "app"
    } else if names.component {
        "file"
    } else {
        names.component = true;
        "component"
    };
    Some(format!("{{{name}}}{}", extension(first)))
}

#[cfg(test)]
mod tests {
    use super::super::slot::choose;
    use super::*;

    fn templates(kind: SourceKind, paths: &[&str]) -> Vec<String> {
        let slots = choose(paths);
        let placed = paths
            .iter()
            .zip(slots)
            .filter_map(|(path, slot)| {
                Some(Placed {
                    subject: (*path).to_owned(),
                    slot: slot?,
                    kind,
                    keys: Vec::new(),
                    confidence: Confidence::High,
                    components: BTreeSet::new(),
                    nameless: false,
                })
            })
            .collect();
        families(placed).into_iter().map(|family| format!("{} ({})", family.template, family.members.len())).collect()
    }

    #[test]
    fn layouts_are_told_apart() {
        let values = SourceKind::HelmValues;
        assert_eq!(templates(values, &["tags/staging/a", "tags/prod/a", "tags/prod/b"]), ["tags/{stage}/{app} (3)"]);
        assert_eq!(
            templates(values, &["a/values-dev.yaml", "a/values-prod.yaml", "b/values-dev.yaml", "b/values-prod.yaml"]),
            ["{app}/values-{stage}.yaml (4)"]
        );
        assert_eq!(
            templates(
                values,
                &[
                    "envs/dev/a/values.yaml",
                    "envs/prod/a/values.yaml",
                    "envs/prod/b/values.yaml",
                    "envs/dev/b/values.yaml"
                ]
            ),
            ["envs/{stage}/{app}/values.yaml (4)"]
        );
        assert_eq!(
            templates(
                SourceKind::Manifests,
                &["eu/web-dev/d.yaml", "eu/web-prod/d.yaml", "us/web-prod/d.yaml", "eu/web-prod/c.yaml"]
            ),
            ["{target}/{app}-{stage}/{component}.yaml (4)"]
        );
        assert_eq!(
            templates(
                SourceKind::Kustomize,
                &["c/a/prod", "c/a/staging", "c/b/x/prod/eu", "c/b/x/prod/us", "c/b/x/staging/base"]
            ),
            ["c/{app**}/{stage}/{target**} (5)"]
        );
        assert_eq!(
            templates(SourceKind::Manifests, &["envs/qa/v.yml", "envs/prod-eu/v.yml", "envs/prod-us/v.yml"]),
            ["envs/{stage}-{target}/v.yml (2)", "envs/{stage}/v.yml (1)"]
        );
        let clusters = ["a", "b", "c", "d"]
            .map(|app| ["ocp-prod", "moc-prod", "ocp-stage"].map(|place| format!("{app}/overlays/{place}")));
        let clusters: Vec<&str> = clusters.iter().flatten().map(String::as_str).collect();
        assert_eq!(templates(SourceKind::Kustomize, &clusters), ["{app}/overlays/{target}-{stage} (12)"]);
        assert_eq!(templates(SourceKind::Pulumi, &["infra/Pulumi.prod.yaml"]), ["infra/Pulumi.{stage}.yaml (1)"]);
    }
}
