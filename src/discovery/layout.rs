//! Derives a few path templates that match exactly a set of files without a stage in their paths.

use super::family::{
    common_length, common_tail, extension, fallback_app, is_generic, varying_template,
};
use crate::git::path::folder_of;
use crate::model::{PathTemplate, SourceForm, SourceKind, base_name};
use std::collections::{BTreeMap, HashSet};

/// A path template and the number of files it matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PathLayout {
    pub template: String,
    pub count: usize,
    /// The nearest meaningful folder, which names the app if nothing else does.
    pub fallback: String,
}

impl PathLayout {
    /// True if the path names the app.
    pub fn names_app(&self) -> bool {
        self.template.contains("{app")
    }
}

/// Returns the layouts of files of one kind. No template may match a path in `others`.
pub(super) fn find_layouts(
    kind: SourceKind,
    subjects: &[&str],
    others: &HashSet<&str>,
) -> Vec<PathLayout> {
    let whole = kind.is_built();
    let mut groups: BTreeMap<(String, String, &str), Vec<&str>> = BTreeMap::new();
    let tops: HashSet<&str> =
        subjects.iter().filter_map(|path| path.split_once('/')).map(|(top, _)| top).collect();
    for path in subjects {
        let top = path
            .split_once('/')
            .map_or("", |(top, _)| if tops.len() > MANY_TOPS { "*" } else { top });
        let shape = if whole { String::new() } else { file_shape(path) };
        let folder = if whole { path } else { folder_of(path) };
        groups.entry((top.to_owned(), shape, base_of(folder))).or_default().push(path);
    }
    groups.values().flat_map(|group| of_group(kind, group, others)).collect()
}

/// Returns the last part of a folder if it says only that others build on it: `web/base`.
fn base_of(folder: &str) -> &str {
    let (parent, last) = folder.rsplit_once('/').unwrap_or(("", folder));
    let is_base = matches!(last, "base" | "bases" | "_base");
    if is_base && !parent.is_empty() { last } else { "" }
}

/// With more top folders than this, they are apps and not parts of the repository.
const MANY_TOPS: usize = 5;

/// Returns a key that is equal for files of one layout: `values.yaml` stands alone; `web.yaml` and
/// `api.yaml` share one, as do `web/web.yaml` and `api/api.yaml`.
fn file_shape(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if let Some(masked) = without_version(name) {
        return masked;
    }
    let stem = name.split('.').next().unwrap_or(name);
    if is_generic(stem) {
        name.to_owned()
    } else if !stem.is_empty() && folder.rsplit('/').next() == Some(stem) {
        format!("={}", extension(name))
    } else {
        extension(name).to_owned()
    }
}

/// Returns `values-*.yaml` for `values-v1.18.2.yaml`: the version is no part of the layout.
fn without_version(name: &str) -> Option<String> {
    let (stem, ending) = name.rsplit_once('.')?;
    let at = stem.find(['-', '_'])?;
    let mut version = stem[at + 1..].trim_start_matches('v').split('.');
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    let is_version = version.next().is_some_and(is_number) && version.next().is_some_and(is_number);
    let is_plain = version.all(|rest| rest.bytes().all(|c| c.is_ascii_alphanumeric()));
    (is_generic(&stem[..at]) && is_version && is_plain)
        .then(|| format!("{}*.{ending}", &stem[..=at]))
}

/// Returns the name of a file, whatever version it contains.
fn name_outline(name: &str) -> String {
    without_version(name).unwrap_or_else(|| name.to_owned())
}

/// Returns one template for all paths if it matches nothing else; otherwise one for each file name,
/// folder or file.
fn of_group(kind: SourceKind, group: &[&str], others: &HashSet<&str>) -> Vec<PathLayout> {
    let whole = kind.is_built();
    let one = |paths: &[&str]| fitting_layout(layout_template(whole, paths), paths, others);
    let is_of_controllers = kind.descriptor().form == SourceForm::ControllerObjects;
    if let Some(layout) = one(group) {
        // Objects with names of their own need none from folders of several depths.
        let by_folders = is_of_controllers && layout.template.contains("{app**}");
        let any = || fitting_layout(any_folder_template(group), group, others);
        return vec![by_folders.then(any).flatten().unwrap_or(layout)];
    }
    if whole {
        return group_by_part(group, folder_of)
            .values()
            .flat_map(|paths| in_folder(paths, &one))
            .collect();
    }
    let of_name = |paths: &Vec<&str>| {
        let any = || is_of_controllers.then(|| any_folder_template(paths));
        let fits =
            |template| fitting_layout(template, paths, others).filter(|layout| layout.count > 1);
        match any().and_then(fits).or_else(|| one(paths).filter(|layout| layout.count > 1)) {
            Some(layout) => vec![layout],
            None => group_by_part(paths, folder_of)
                .values()
                .flat_map(|paths| in_folder(paths, &one))
                .collect(),
        }
    };
    let names = group_by_part(group, |path| name_outline(base_name(path)));
    let (recurring, rest): (Vec<_>, Vec<_>) =
        names.into_values().partition(|paths| paths.len() > 1);
    let rest = group_by_part(&rest.concat(), folder_of);
    recurring
        .iter()
        .flat_map(of_name)
        .chain(rest.values().flat_map(|paths| in_folder(paths, &one)))
        .collect()
}

/// Groups paths by a part of them.
fn group_by_part<'p, K: Ord>(
    paths: &[&'p str],
    part: impl Fn(&'p str) -> K,
) -> BTreeMap<K, Vec<&'p str>> {
    let mut out: BTreeMap<K, Vec<&str>> = BTreeMap::new();
    for path in paths {
        out.entry(part(path)).or_default().push(path);
    }
    out
}

/// Returns one template for a folder, or one for each file.
fn in_folder(paths: &[&str], one: &dyn Fn(&[&str]) -> Option<PathLayout>) -> Vec<PathLayout> {
    match one(paths) {
        Some(layout) => vec![layout],
        None => paths.iter().filter_map(|path| one(&[path])).collect(),
    }
}

/// Returns the layout if the template matches all paths and none of the others.
fn fitting_layout(template: String, paths: &[&str], others: &HashSet<&str>) -> Option<PathLayout> {
    let fits = PathTemplate::parse(&template, &[]).is_ok_and(|parsed| {
        paths.iter().all(|path| parsed.captures(path).is_some())
            && !others.iter().any(|path| parsed.captures(path).is_some())
    });
    let parts: Vec<String> = template.split('/').map(str::to_owned).collect();
    fits.then(|| PathLayout { template, count: paths.len(), fallback: fallback_app(&parts) })
}

/// Returns the template of files in any folder, for objects that have names of their own.
fn any_folder_template(paths: &[&str]) -> String {
    let folders: Vec<Vec<String>> =
        paths.iter().map(|path| folder_of(path).split('/').map(str::to_owned).collect()).collect();
    let folders: Vec<&[String]> = folders.iter().map(Vec::as_slice).collect();
    let mut out = folders[0][..common_length(&folders)].to_vec();
    out.push("**".into());
    let name = base_name(paths[0]);
    let is_one_name = paths.iter().all(|path| base_name(path) == name);
    out.push(if is_one_name { name.to_owned() } else { format!("*{}", extension(name)) });
    out.join("/")
}

fn layout_template(whole: bool, paths: &[&str]) -> String {
    if let [path] = paths {
        return (*path).to_owned();
    }
    let parts: Vec<Vec<String>> =
        paths.iter().map(|path| path.split('/').map(str::to_owned).collect()).collect();
    let cut = |parts: &Vec<String>| parts.len() - usize::from(!whole);
    let folders: Vec<&[String]> = parts.iter().map(|parts| &parts[..cut(parts)]).collect();
    let head = common_length(&folders);
    let rest: Vec<&[String]> = folders.iter().map(|list| &list[head..]).collect();
    let tail = common_tail(&rest);
    let middle: Vec<&[String]> = rest.iter().map(|list| &list[..list.len() - tail]).collect();
    let mut out = folders[0][..head].to_vec();
    let files: Vec<&str> = parts.iter().map(|parts| parts[parts.len() - 1].as_str()).collect();
    let twice = !whole && paths.iter().all(|path| file_shape(path).starts_with('=')) && tail == 0;
    let varies = middle.iter().any(|list| !list.is_empty());
    if twice && varies {
        if middle.iter().any(|list| list.len() > 1) {
            out.push("{group**}".into());
        }
        out.push("{app}".into());
    } else if varies {
        out.extend(varying_folders(&middle));
    }
    out.extend_from_slice(&rest[0][rest[0].len() - tail..]);
    if whole {
        return out.join("/");
    }
    let name = name_outline(files[0]);
    out.push(match (files.iter().all(|file| name_outline(file) == name), varies) {
        (true, _) => name,
        (false, true) if twice => format!("{{app}}{}", extension(files[0])),
        (false, true) => format!("{{component}}{}", extension(files[0])),
        (false, false) => varying_template("app", files.iter().copied(), extension(files[0])),
    });
    out.join("/")
}

/// Returns the template of folders that vary: the last of them is the app. Of `a/values/x` and
/// `b/values/y`, the constant folder is part of the layout.
fn varying_folders(lists: &[&[String]]) -> Vec<String> {
    let length = lists[0].len();
    if lists.iter().any(|list| list.len() != length) {
        return vec!["{app**}".into()];
    }
    let is_constant = |at: &usize| lists.iter().all(|list| list[*at] == lists[0][*at]);
    let varying: Vec<usize> = (0..length).filter(|at| !is_constant(at)).collect();
    let [group, app] = varying[..] else {
        return vec![if length == 1 { "{app}".into() } else { "{app**}".into() }];
    };
    if app - group < 2 {
        return vec!["{app**}".into()];
    }
    let mut parts = lists[0].to_vec();
    parts[group] = "{group}".into();
    parts[app] = "{app}".into();
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn templates(kind: SourceKind, paths: &[&str], others: &[&str]) -> Vec<String> {
        let others = others.iter().copied().collect();
        find_layouts(kind, paths, &others)
            .into_iter()
            .map(|layout| format!("{} ({})", layout.template, layout.count))
            .collect()
    }

    #[test]
    fn what_varies_is_the_app() {
        let values = SourceKind::HelmValues;
        assert_eq!(
            templates(values, &["apps/a/values.yaml", "apps/b/values.yaml"], &[]),
            ["apps/{app}/values.yaml (2)"]
        );
        assert_eq!(templates(values, &["tags/a", "tags/b"], &[]), ["tags/{app} (2)"]);
        let manifests = SourceKind::Manifests;
        assert_eq!(
            templates(manifests, &["k/a/d.yaml", "k/a/s.yaml", "k/b/d.yaml"], &[]),
            ["k/{app}/{component}.yaml (3)"]
        );
        assert_eq!(
            templates(manifests, &["k/x/a/a.yaml", "k/b/b.yaml"], &[]),
            ["k/{group**}/{app}/{app}.yaml (2)"]
        );
        assert_eq!(
            templates(values, &["h/a/values/x/v.yaml", "h/b/values/y/v.yaml"], &[]),
            ["h/{group}/values/{app}/v.yaml (2)"]
        );
        let built = SourceKind::Kustomize;
        assert_eq!(templates(built, &["k/a", "k/b/c"], &[]), ["k/{app**} (2)"]);
        assert_eq!(
            templates(built, &["k/a/base", "k/b/base", "k/c"], &[]),
            ["k/c (1)", "k/{app}/base (2)"]
        );
        let releases = ["k/a/base/x.yaml", "k/b/y.yaml", "k/c/d/z.yaml"];
        assert_eq!(
            templates(SourceKind::Flux, &releases, &[]),
            ["k/**/*.yaml (2)", "k/a/base/x.yaml (1)"]
        );
    }

    #[test]
    fn a_version_in_a_file_name_is_no_part_of_the_layout() {
        assert_eq!(
            templates(
                SourceKind::HelmValues,
                &["s/web/helm-values/values-v1.2.3.yaml", "s/x/api/helm-values/values-0.35.0.yaml"],
                &["s/web/values.yaml"]
            ),
            ["s/{app**}/helm-values/values-*.yaml (2)"]
        );
        assert_eq!(
            templates(SourceKind::HelmValues, &["v/web-values.yaml", "v/api-values.yaml"], &[]),
            ["v/{app}-values.yaml (2)"]
        );
    }

    #[test]
    fn a_template_meets_nothing_else() {
        let manifests = SourceKind::Manifests;
        assert_eq!(
            templates(manifests, &["k/a/d.yaml", "k/b/d.yaml", "k/b/s.yaml"], &["k/b/x.yaml"]),
            ["k/{app}/d.yaml (2)", "k/b/s.yaml (1)"]
        );
        let releases = ["k/x/a/d.yaml", "k/b/d.yaml", "k/b/s.yaml"];
        assert_eq!(
            templates(SourceKind::Flux, &releases, &["k/b/x.yaml"]),
            ["k/**/d.yaml (2)", "k/b/s.yaml (1)"]
        );
    }
}
