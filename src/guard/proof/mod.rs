//! Proves that a change of an input is harmless: an input of a protected stage may differ only in
//! cells, which are judged by the rules, and in places on the closed lists of this module.
//! Everything else is unproven, and only people who may change the rules may change it.

mod argo;
mod chart;
mod compose;
mod difference;
mod documents;
mod flux;
mod kustomization;
mod objects;
mod operations;
mod pattern;
mod places;
mod replacements;
mod template;
mod values;
mod variables;

use crate::model::SourceKind;
use crate::yaml::{self, YamlDocument, YamlStream, YamlValue};
use difference::{TooLarge, TreeDifference};
pub(super) use places::CellPlaces;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Whether a difference is harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Proof {
    /// By this rule.
    Harmless(&'static str),
    /// Not known to be, for this reason.
    Unproven(String),
}

impl Proof {
    fn unproven(why: &str) -> Self {
        Proof::Unproven(why.to_owned())
    }
}

/// A difference that is not known to be harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnprovenPlace {
    /// For display; empty for the whole file.
    pub keys: String,
    /// 1-based.
    pub line: Option<u32>,
    pub why: String,
}

/// A changed input, and how it is read.
pub(super) struct ChangedInput<'i> {
    pub path: &'i str,
    pub kind: SourceKind,
    /// The texts on both sides; `None` where the file is not there, or no input yet.
    pub before: Option<&'i str>,
    pub after: Option<&'i str>,
    pub places: &'i CellPlaces,
    /// The claimed file comes or goes as a whole.
    pub is_whole: bool,
    /// Tells whether a path, relative to the file's directory, is there after the change.
    pub is_path: &'i dyn Fn(&str) -> bool,
    /// Tells whether a kustomization names the file as a patch.
    pub is_patch: &'i dyn Fn() -> bool,
    /// The compose files, and the file of variables, that a file of variables is read with.
    pub beside: &'i [String],
    /// Takes the rules by which differences are harmless.
    pub harmless: &'i RefCell<BTreeSet<&'static str>>,
}

/// What the judges of differences need to know.
#[derive(Clone, Copy)]
struct Judge<'j> {
    places: &'j CellPlaces,
    is_whole: bool,
    is_path: &'j dyn Fn(&str) -> bool,
    is_patch: &'j dyn Fn() -> bool,
    /// Judges a difference in an object, also where the object is a text in another one.
    of_object: ObjectJudge,
    harmless: &'j RefCell<BTreeSet<&'static str>>,
}

/// Judges a difference in an object of an `apiVersion` and a kind.
type ObjectJudge = fn(&str, &str, &TreeDifference, &Judge<'_>) -> Proof;

impl Judge<'_> {
    /// Judges all differences, and returns those that are neither cells nor harmless.
    fn all(
        &self,
        differences: Result<Vec<TreeDifference>, TooLarge>,
        judge: &dyn Fn(&TreeDifference) -> Proof,
    ) -> Vec<UnprovenPlace> {
        let differences = match differences {
            Ok(differences) => differences,
            Err(error) => return vec![documents::too_large(error)],
        };
        let mut out = Vec::new();
        for one in differences.iter().filter(|one| !self.places.cover(one)) {
            match judge(one) {
                Proof::Harmless(rule) => drop(self.harmless.borrow_mut().insert(rule)),
                Proof::Unproven(why) => {
                    out.push(UnprovenPlace { keys: one.display_keys(), line: one.line(), why });
                }
            }
        }
        out
    }
}

/// Returns the places of a changed input that are not proven to be harmless.
pub(super) fn find_unproven_places(input: &ChangedInput<'_>) -> Vec<UnprovenPlace> {
    let name = input.path.rsplit('/').next().unwrap_or(input.path);
    let is_data = [".yaml", ".yml", ".json", "Kustomization"].iter().any(|end| name.ends_with(end));
    match input.kind {
        // The rule names the keys or the places that hold versions; the rest of the file is free.
        SourceKind::Yaml
        | SourceKind::Json
        | SourceKind::Text
        | SourceKind::Line
        | SourceKind::Pulumi
        | SourceKind::Tfvars => Vec::new(),
        SourceKind::Dotenv => variables::judge_variables(input),
        SourceKind::Compose if !is_data => variables::judge_variables(input),
        _ => judge_yaml(input, name),
    }
}

/// Returns the places of a changed template of a chart that are not proven to be harmless.
pub(super) fn find_unproven_lines(before: Option<&str>, after: Option<&str>) -> Vec<UnprovenPlace> {
    template::judge_template(before, after)
}

fn judge_yaml(input: &ChangedInput<'_>, name: &str) -> Vec<UnprovenPlace> {
    let read = |text: Option<&str>| text.map(yaml::parse).transpose();
    // A file that was no YAML before has a warning, and one that is none any more gets one.
    let (before, after) = match (read(input.before), read(input.after)) {
        (before, Ok(after)) => (before.ok().flatten(), after),
        (_, Err(_)) if input.after.is_some_and(|text| text.contains("{{")) => return Vec::new(),
        (_, Err(error)) => {
            let line = u32::try_from(error.line).ok();
            let why = "it is not YAML that can be read".to_owned();
            return vec![UnprovenPlace { keys: String::new(), line, why }];
        }
    };
    let sides: (Option<&YamlStream>, Option<&YamlStream>) = (before.as_ref(), after.as_ref());
    let judge = Judge {
        places: input.places,
        is_whole: input.is_whole,
        is_path: input.is_path,
        is_patch: input.is_patch,
        of_object: objects::judge_object,
        harmless: input.harmless,
    };
    match input.kind {
        SourceKind::Kustomize if is_kustomization(name) => {
            kustomization::judge_kustomization(&judge, sides)
        }
        SourceKind::HelmValues if matches!(name, "Chart.yaml" | "Chart.lock") => {
            documents::judge_first(&judge, sides, &chart::judge_chart)
        }
        // The versions of a new values file are cells, and there is nothing that it could override.
        SourceKind::HelmValues if input.is_whole && !input.places.is_empty() => Vec::new(),
        SourceKind::HelmValues => documents::judge_first(&judge, sides, &values::judge_value),
        SourceKind::Compose => documents::judge_first(&judge, sides, &compose::judge_compose),
        _ => documents::judge_objects(&judge, sides, ""),
    }
}

/// The files that a kustomization names as patches, as it writes them.
pub(super) fn patch_files(text: &str) -> Vec<String> {
    let Ok(stream) = yaml::parse(text) else { return Vec::new() };
    let Some(root) = stream.documents.first().and_then(YamlDocument::root) else {
        return Vec::new();
    };
    let lists = ["patches", "patchesJson6902", "patchesStrategicMerge"];
    let items = lists.iter().filter_map(|list| root.get(list)).flat_map(YamlValue::items);
    items.filter_map(|item| item.str_at(&["path"]).or(item.text()).map(str::to_owned)).collect()
}

pub(super) fn is_kustomization(name: &str) -> bool {
    ["kustomization.yaml", "kustomization.yml", "Kustomization"].contains(&name)
}
