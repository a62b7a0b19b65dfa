//! Assigns the varying parts of a layout to app, target and component.

use super::split_path::{
    SplitPath, common_tail, extension, is_dimension, is_generic, varying_template,
};
use std::collections::{BTreeMap, BTreeSet};

/// The names used in a template so far.
#[derive(Default)]
pub(super) struct NamedParts {
    pub(super) app: bool,
    pub(super) target: bool,
    pub(super) component: bool,
}

pub(super) fn prefix_template(cuts: &[SplitPath], names: &mut NamedParts) -> String {
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
    // A constant prefix next to varying folders belongs to the layout, not to the app.
    let constant = cuts.iter().all(|cut| cut.prefix == *first);
    let folders: BTreeSet<&[String]> = cuts.iter().map(|cut| cut.before.as_slice()).collect();
    if constant && folders.len() > 1 && !is_dimension(cuts) {
        names.app = false;
        return first.clone();
    }
    format!("{{app}}{behind}")
}

/// True if the prefixes are clusters: a few words that recur in many folders, as in
/// `web/overlays/ocp4-prod`.
pub(super) fn prefix_is_target(cuts: &[SplitPath]) -> bool {
    // The context of a cluster, as `gcloud` names it: project, region and cluster.
    if cuts.iter().any(|cut| cut.prefix.starts_with("gke_")) {
        return true;
    }
    let folders: BTreeSet<&[String]> = cuts.iter().map(|cut| cut.before.as_slice()).collect();
    let prefixes: BTreeSet<&str> = cuts.iter().map(|cut| cut.prefix.as_str()).collect();
    let varies = prefixes.len() > 1 && prefixes.iter().all(|prefix| !is_generic(prefix));
    varies && folders.len() >= 4 && prefixes.len() * 2 <= folders.len()
}

pub(super) fn before_template(cuts: &[SplitPath], names: &mut NamedParts) -> Vec<String> {
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
    let tail: Vec<SplitPath> = cuts
        .iter()
        .map(|cut| SplitPath { before: cut.before[shared..].to_vec(), ..cut.clone() })
        .collect();
    if !names.target && rest.iter().all(|list| !list.is_empty()) && is_dimension(&tail) {
        out.push("{target}".into());
        names.target = true;
        rest = rest.iter().map(|list| &list[1..]).collect();
    }
    // Numbers of accounts name no app.
    let is_number = |text: &str| text.len() >= 8 && text.bytes().all(|c| c.is_ascii_digit());
    let is_account = |list: &&[String]| matches!(list, [only] if is_number(only));
    if !rest.is_empty() && rest.iter().all(is_account) {
        let name = if names.target { "variant" } else { "target" };
        names.target = true;
        out.push(format!("{{{name}}}"));
    } else if rest.iter().any(|list| !list.is_empty()) {
        let name = if names.app { "group" } else { "app" };
        names.app = true;
        let single = rest.iter().all(|list| list.len() == 1);
        let folders = rest.iter().map(|list| list[0].as_str());
        out.push(if single {
            varying_template(name, folders, "")
        } else {
            format!("{{{name}**}}")
        });
    }
    out.extend(constant);
    out
}

pub(in crate::discovery) fn common_length(lists: &[&[String]]) -> usize {
    let shortest = lists.iter().map(|list| list.len()).min().unwrap_or(0);
    (0..shortest).take_while(|at| lists.iter().all(|list| list[*at] == lists[0][*at])).count()
}

pub(super) fn suffix_template(cuts: &[SplitPath], names: &mut NamedParts) -> String {
    let first = &cuts[0].suffix;
    if cuts.iter().all(|cut| cut.suffix == *first)
        && (first.is_empty() || first.starts_with('.') || cuts[0].file.is_none())
    {
        return first.clone();
    }
    let separator = first.chars().next().map(String::from).unwrap_or_default();
    let ending =
        if cuts[0].file.is_none() { first.rfind('.').map_or("", |at| &first[at..]) } else { "" };
    let name = if names.target { "variant" } else { "target" };
    names.target = true;
    format!("{separator}{{{name}}}{ending}")
}

/// Returns the template of the folders after the stage. Those that most stages share are apps;
/// those of a single stage are targets.
pub(super) fn after_template(
    cuts: &[SplitPath],
    nameless: bool,
    names: &mut NamedParts,
) -> Vec<String> {
    let lists: Vec<&[String]> = cuts.iter().map(|cut| cut.after.as_slice()).collect();
    let longest = lists.iter().map(|list| list.len()).max().unwrap_or(0);
    if longest == 0 {
        return Vec::new();
    }
    let fixed =
        lists.iter().all(|list| list.len() == longest) && longest <= 3 && cuts[0].file.is_some();
    if !fixed {
        let is_shallow = cuts.iter().all(|cut| cut.before.len() <= 1);
        let app =
            !names.app && (is_app_like(cuts, 0) && is_shallow || nameless && names_nothing(cuts));
        return vec![format!("{{{}**}}", name_after(app, names))];
    }
    let mut out = Vec::new();
    for at in 0..longest {
        let values: BTreeSet<&String> = lists.iter().map(|list| &list[at]).collect();
        if values.len() == 1
            && (is_generic(&lists[0][at]) || lists[0][at].contains('{') || longest > 1)
        {
            out.push(lists[0][at].clone());
        } else {
            let is_held = at > 0 && lists.iter().all(|list| holds_apps(&list[at - 1]));
            let name = name_after(is_held || is_app_like(cuts, at), names);
            out.push(varying_template(name, values.iter().map(|value| value.as_str()), ""));
        }
    }
    out
}

fn name_after(app: bool, names: &mut NamedParts) -> &'static str {
    match (app, names.app, names.target, names.component) {
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
    }
}

/// Folders that say what they hold; none of them is the name of an app.
const COLLECTIONS: [&str; 12] = [
    "apps",
    "applications",
    "charts",
    "clusters",
    "deployments",
    "environments",
    "envs",
    "helm",
    "k8s",
    "kubernetes",
    "releases",
    "services",
];

/// True for a folder whose folders are apps by its name.
fn holds_apps(folder: &str) -> bool {
    matches!(folder, "apps" | "applications")
}

/// True if nothing before the stage may be an app's name: `apps/{stage}/…`.
fn names_nothing(cuts: &[SplitPath]) -> bool {
    let is_name = |part: &String| {
        !is_generic(part) && !COLLECTIONS.contains(&part.to_ascii_lowercase().as_str())
    };
    let first = &cuts[0].before;
    cuts.iter().all(|cut| cut.before == *first) && !first.iter().any(is_name)
}

/// True if at least half of this folder's values occur in several stages.
fn is_app_like(cuts: &[SplitPath], at: usize) -> bool {
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

pub(super) fn file_template(cuts: &[SplitPath], names: &mut NamedParts) -> Option<String> {
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
    Some(varying_template(
        name,
        cuts.iter().filter_map(|cut| cut.file.as_deref()),
        extension(first),
    ))
}
