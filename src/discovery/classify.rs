//! What a file with a stage in its path is, and which of its values look like versions.

use super::family::Placed;
use super::slot::{Slot, Strength};
use crate::config::Rule;
use crate::model::{Captures, Confidence, Part, SourceKind};
use crate::source::convention::{self, Format, TELLING};
use crate::source::leaf::{KEY_SEPARATOR, shown_key};
use crate::source::{Claim, Finding, Reader, Unparsed, kustomize_resources, of};
use crate::yaml::Value;
use std::collections::{BTreeSet, HashMap, HashSet};

/// A file with a slot.
pub struct Slotted<'a> {
    pub path: &'a str,
    pub slot: &'a Slot,
}

/// What classification found.
#[derive(Default)]
pub struct Classified {
    pub sure: Vec<Placed>,
    pub unsure: Vec<Placed>,
}

/// Looks into every file.
pub fn classify(files: &[Slotted<'_>], reader: &Reader<'_>) -> Classified {
    let mut out = Classified::default();
    let mut covered: HashSet<(String, usize)> = HashSet::new();
    let (overlays, others): (Vec<_>, Vec<_>) = files.iter().partition(|file| is_kustomization(file.path));
    kustomizations(&overlays, reader, &mut covered, &mut out);
    // What a build takes in is part of its overlay, and was looked at there.
    let resources = kustomize_resources(reader);
    let mut trees = Vec::new();
    let is_built = |path: &str| resources.contains(path) && !speaks_of_controllers(reader, path);
    for file in others.into_iter().filter(|file| !is_built(file.path)) {
        match kinds(file.path, reader) {
            Kinds::Tree => trees.push(file),
            Kinds::Known(kinds) => {
                for kind in kinds {
                    known(file, kind, reader, &covered, &mut out);
                }
            }
            Kinds::Nothing => {}
        }
    }
    values(&trees, reader, &mut out);
    out
}

/// May the file hold an object of Argo CD or Flux, whose charts and values no build looks at?
fn speaks_of_controllers(reader: &Reader<'_>, path: &str) -> bool {
    reader.text(path).is_some_and(|text| text.contains("argoproj.io/") || text.contains("toolkit.fluxcd.io/"))
}

fn is_kustomization(path: &str) -> bool {
    matches!(path.rsplit('/').next().unwrap_or(path), "kustomization.yaml" | "kustomization.yml" | "Kustomization")
}

/// An overlay counts if a version is written in some file of a stage; a placeholder in a base that
/// no stage overrides is none.
fn kustomizations(
    files: &[&Slotted<'_>],
    reader: &Reader<'_>,
    covered: &mut HashSet<(String, usize)>,
    out: &mut Classified,
) {
    let staged: HashSet<&str> = files.iter().map(|file| file.path).collect();
    let mut pinned_families = BTreeSet::new();
    let mut found = Vec::new();
    for file in files {
        let findings = read(file, SourceKind::Kustomize, reader);
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let own = findings
            .iter()
            .flat_map(|f| &f.locations)
            .any(|place| staged.contains(place.path.as_str()) || place.path.starts_with(&format!("{folder}/")));
        let family = app_folder(file);
        if own {
            pinned_families.insert(family.clone());
        }
        covered.extend(findings.iter().flat_map(|f| &f.locations).map(|place| (place.path.clone(), place.span.start)));
        found.push((file, family, folder.to_owned(), components_of(&findings)));
    }
    for (file, family, folder, components) in found {
        let pins = !components.is_empty();
        if pins && pinned_families.contains(&family) {
            out.sure.push(Placed {
                subject: folder,
                slot: file.slot.clone(),
                kind: SourceKind::Kustomize,
                keys: Vec::new(),
                confidence: Confidence::High,
                components,
                nameless: false,
            });
        }
    }
}

fn components_of(findings: &[Finding]) -> BTreeSet<String> {
    findings.iter().map(|finding| finding.component.clone().unwrap_or_default()).collect()
}

/// The path before the stage: overlays of one app share it.
fn app_folder(file: &Slotted<'_>) -> String {
    let parts: Vec<&str> = file.path.split('/').take(file.slot.part).collect();
    format!("{}/{}", parts.join("/"), &file.path.split('/').nth(file.slot.part).unwrap_or_default()[..file.slot.start])
}

/// How a file is read.
enum Kinds {
    /// By a source that knows its format.
    Known(Vec<SourceKind>),
    /// As a tree of keys, by convention.
    Tree,
    Nothing,
}

fn kinds(path: &str, reader: &Reader<'_>) -> Kinds {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if name.starts_with("pulumi.") && matches!(extension, "yaml" | "yml") {
        return Kinds::Known(vec![SourceKind::Pulumi]);
    }
    if (name.starts_with("docker-compose") || name.starts_with("compose"))
        && (matches!(extension, "yaml" | "yml") || name.contains(".y"))
    {
        return Kinds::Known(vec![SourceKind::Compose]);
    }
    if name.starts_with(".env")
        || name.starts_with("env.")
        || matches!(extension, "env" | "properties" | "ini" | "conf")
    {
        return Kinds::Known(vec![SourceKind::Dotenv]);
    }
    if matches!(extension, "tfvars" | "hcl" | "tf") {
        return Kinds::Known(vec![SourceKind::Tfvars]);
    }
    if matches!(extension, "version" | "txt" | "tag") {
        return Kinds::Known(vec![SourceKind::Text]);
    }
    if matches!(extension, "toml" | "jsonnet" | "libsonnet" | "cue" | "json5") {
        return Kinds::Nothing;
    }
    by_content(path, reader)
}

fn by_content(path: &str, reader: &Reader<'_>) -> Kinds {
    let stream = match reader.try_yaml(path) {
        Ok(stream) => stream,
        Err(Unparsed::Yaml(_, true)) => return Kinds::Tree,
        Err(Unparsed::Yaml(..)) if !path.rsplit('/').next().unwrap_or(path).contains('.') => {
            return Kinds::Known(vec![SourceKind::Dotenv]);
        }
        Err(Unparsed::Read(_)) => {
            // Read again for the warning: what the file would have said is missing from the answer.
            if is_data(path) {
                reader.text(path);
            }
            return Kinds::Nothing;
        }
        Err(_) => return Kinds::Nothing,
    };
    let roots: Vec<Value<'_>> = stream.documents.iter().filter_map(|document| document.root()).collect();
    if roots.iter().all(|root| root.text().is_some()) {
        return if roots.len() == 1 { Kinds::Known(vec![SourceKind::Text]) } else { Kinds::Nothing };
    }
    let mut kinds = BTreeSet::new();
    for root in &roots {
        if let (Some(version), Some(kind)) = (root.str_at(&["apiVersion"]), root.str_at(&["kind"])) {
            kinds.insert(kubernetes_kind(version, kind));
        }
    }
    if kinds.is_empty() {
        return Kinds::Tree;
    }
    Kinds::Known(kinds.into_iter().flatten().collect())
}

/// Does the name promise data? Anything may lie in a file without an extension.
fn is_data(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end))
}

/// Which source reads an object; none for those whose versions are not deployments.
fn kubernetes_kind(version: &str, kind: &str) -> Option<SourceKind> {
    if matches!(
        kind,
        "CustomResourceDefinition"
            | "ImagePolicy"
            | "ImageUpdateAutomation"
            | "ClusterRole"
            | "Role"
            | "PrometheusRule"
    ) {
        return None;
    }
    if version.contains("toolkit.fluxcd.io") {
        return Some(SourceKind::Flux);
    }
    if version.starts_with("argoproj.io") && matches!(kind, "Application" | "ApplicationSet") {
        return Some(SourceKind::Argo);
    }
    Some(SourceKind::Manifests)
}

fn read(file: &Slotted<'_>, kind: SourceKind, reader: &Reader<'_>) -> Vec<Finding> {
    let Ok(rule) = Rule::new(kind, "**", &[]) else { return Vec::new() };
    let claim = Claim { rule: &rule, index: 0, path: file.path.to_owned(), captures: Captures::new() };
    of(&rule).read(&claim, reader)
}

fn known(
    file: &Slotted<'_>,
    kind: SourceKind,
    reader: &Reader<'_>,
    covered: &HashSet<(String, usize)>,
    out: &mut Classified,
) {
    let findings = read(file, kind, reader);
    let fresh: Vec<&Finding> = findings
        .iter()
        .filter(|finding| {
            finding.locations.iter().any(|place| !covered.contains(&(place.path.clone(), place.span.start)))
        })
        .collect();
    if !fresh.is_empty() {
        let loose = matches!(kind, SourceKind::Dotenv | SourceKind::Tfvars | SourceKind::Text);
        let alone = loose && file.slot.strength <= Strength::Loose;
        let nameless =
            fresh.iter().any(|f| f.component.is_none() && f.image.is_none() && !f.captures.contains_key("app"));
        let placed = Placed {
            subject: file.path.to_owned(),
            slot: file.slot.clone(),
            kind,
            keys: Vec::new(),
            confidence: if loose { Confidence::Medium } else { Confidence::High },
            components: components_of(&findings),
            nameless,
        };
        if alone { out.unsure.push(placed) } else { out.sure.push(placed) }
    }
    if matches!(kind, SourceKind::Manifests | SourceKind::Flux | SourceKind::Argo) {
        leftovers(file, &findings, covered, reader, out);
    }
}

/// Telling keys in objects that their source does not read: an operator's `spec.image.tag`.
fn leftovers(
    file: &Slotted<'_>,
    findings: &[Finding],
    covered: &HashSet<(String, usize)>,
    reader: &Reader<'_>,
    out: &mut Classified,
) {
    let Some(leaves) = reader.leaves(file.path) else { return };
    let seen: HashSet<usize> =
        findings.iter().flat_map(|f| &f.locations).filter(|l| l.path == file.path).map(|l| l.span.start).collect();
    let pins =
        convention::pins(&leaves, Format::Tree).into_iter().filter(|pin| pin.score >= 8 && pin.part != Part::Chart);
    let keys: BTreeSet<String> = pins
        .filter(|pin| {
            let start = leaves[pin.leaf].span.start;
            !seen.contains(&start) && !covered.contains(&(file.path.to_owned(), start))
        })
        .filter_map(|pin| key_template(&leaves[pin.leaf].path))
        .collect();
    if !keys.is_empty() {
        out.sure.push(Placed {
            subject: file.path.to_owned(),
            slot: file.slot.clone(),
            kind: SourceKind::Yaml,
            keys: keys.into_iter().collect(),
            confidence: Confidence::Medium,
            components: BTreeSet::new(),
            nameless: false,
        });
    }
}

/// A chain of keys as a template that matches nothing else, or none if it cannot be written as one.
pub fn key_template(path: &str) -> Option<String> {
    if path.contains(['{', '}', '*', '"', '\'']) {
        return None;
    }
    let quoted: Vec<String> = path
        .split(KEY_SEPARATOR)
        .map(|key| {
            if key.contains('.') || key.chars().skip(1).any(|c| c == '[') {
                format!("\"{key}\"")
            } else {
                key.to_owned()
            }
        })
        .collect();
    Some(shown_key(&quoted.join(&KEY_SEPARATOR.to_string())))
}

/// A value that may be a version.
struct Candidate {
    file: usize,
    score: u8,
    path: Box<str>,
    text: Box<str>,
    component: Option<String>,
    nameless: bool,
}

/// Values files: telling keys are taken at their word, others need a twin that differs.
fn values(files: &[&Slotted<'_>], reader: &Reader<'_>, out: &mut Classified) {
    let mut all: Vec<Candidate> = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let Some(leaves) = reader.leaves_or_scan(file.path) else { continue };
        for pin in convention::pins(&leaves, Format::Tree) {
            let leaf = &leaves[pin.leaf];
            let component = convention::component(&leaf.path);
            let nameless = pin.image.is_none() && component.is_none();
            all.push(Candidate {
                file: index,
                score: pin.score,
                path: leaf.path.clone(),
                text: leaf.text.clone(),
                component,
                nameless,
            });
        }
    }
    let mut twins: HashMap<(String, &str), (BTreeSet<&str>, usize)> = HashMap::new();
    let holes: Vec<String> = files.iter().map(|file| hole(file)).collect();
    for value in &all {
        let twin = twins.entry((holes[value.file].clone(), &value.path)).or_default();
        twin.0.insert(&value.text);
        twin.1 += 1;
    }
    let mut by_file: HashMap<usize, Vec<&Candidate>> = HashMap::new();
    for value in &all {
        by_file.entry(value.file).or_default().push(value);
    }
    for (index, file) in files.iter().enumerate() {
        let Some(values) = by_file.get(&index) else { continue };
        let judge = |value: &Candidate| {
            let (texts, count) = &twins[&(holes[index].clone(), &*value.path)];
            accept(value.score, file, *count > 1, texts.len() > 1)
        };
        place_values(file, values, &judge, out);
    }
}

/// The path with the stage's word taken out.
fn hole(file: &Slotted<'_>) -> String {
    let parts = file.path.split('/').enumerate().map(|(at, part)| {
        if at == file.slot.part {
            format!("{}\0{}", &part[..file.slot.start], &part[file.slot.end..])
        } else {
            part.replace(&file.slot.label, "\0")
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// How sure a value is to be a version of this stage.
fn accept(score: u8, file: &Slotted<'_>, twin: bool, differs: bool) -> Confidence {
    let strength = file.slot.strength;
    let name = file.path.rsplit('/').next().unwrap_or(file.path);
    let stem = name.split('.').find(|piece| !piece.is_empty()).unwrap_or(name);
    let telling_name = ["version", "versions", "tag", "tags", "image", "images", "release", "releases"]
        .iter()
        .any(|end| stem.ends_with(end));
    let fine = match score {
        8.. => true,
        TELLING..8 => strength > Strength::Word || differs,
        5 => differs || twin || strength >= Strength::Sibling,
        3..5 => differs || (telling_name && twin),
        _ => telling_name && twin,
    };
    match (fine, score) {
        (true, 8..) => Confidence::High,
        (true, _) => Confidence::Medium,
        (false, _) => Confidence::Low,
    }
}

fn place_values(
    file: &Slotted<'_>,
    values: &[&Candidate],
    judge: &dyn Fn(&Candidate) -> Confidence,
    out: &mut Classified,
) {
    let kind = if file.path.ends_with(".json") { SourceKind::Json } else { SourceKind::HelmValues };
    let judged: Vec<(&Candidate, Confidence)> = values.iter().map(|value| (*value, judge(value))).collect();
    let telling: Vec<_> = judged.iter().filter(|(value, _)| value.score >= TELLING).collect();
    let clear = !telling.is_empty() && telling.iter().all(|(_, confidence)| *confidence > Confidence::Low);
    let components: BTreeSet<String> =
        judged.iter().map(|(value, _)| value.component.clone().unwrap_or_default()).collect();
    let placed = |kind, keys: Vec<String>, confidence, nameless| Placed {
        subject: file.path.to_owned(),
        slot: file.slot.clone(),
        kind,
        keys,
        confidence,
        components: components.clone(),
        nameless,
    };
    if clear {
        let confidence = telling.iter().map(|(_, confidence)| *confidence).max().unwrap_or(Confidence::Medium);
        out.sure.push(placed(kind, Vec::new(), confidence, telling.iter().any(|(value, _)| value.nameless)));
    }
    let tree = if kind == SourceKind::Json { kind } else { SourceKind::Yaml };
    let rest = judged.iter().filter(|(value, _)| !clear || value.score < TELLING);
    let (mut sure, mut unsure) = (BTreeSet::new(), BTreeSet::new());
    let mut nameless = false;
    for (value, confidence) in rest {
        let Some(key) = key_template(&value.path) else { continue };
        if *confidence > Confidence::Low {
            nameless |= value.nameless;
            sure.insert(key);
        } else if value.score >= 3 {
            unsure.insert(key);
        }
    }
    if !sure.is_empty() {
        out.sure.push(placed(tree, sure.into_iter().collect(), Confidence::Medium, nameless));
    }
    if !unsure.is_empty() {
        out.unsure.push(placed(tree, unsure.into_iter().collect(), Confidence::Low, false));
    }
}
