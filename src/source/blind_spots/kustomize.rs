//! Blind spots of kustomize: replacements and variables that reach an image, transformers and
//! generators of unsupported kinds, and chart values.

use super::config_objects::ConfigObjectRef;
use super::object::KubeObject;
use super::{file_spot, is_telling, leaf_statement, said_at, speaks_of_versions};
use crate::git::path::{folder_of, resolve};
use crate::model::{BlindSpot, BlindSpotEffect};
use crate::source::kustomize::is_kustomization;
use crate::source::leaf::Leaf;
use crate::source::leaf_subtree::{LeafSubtree, split_objects};
use crate::source::{ChangeScope, SnapshotReader};
use std::rc::Rc;

/// Kinds that are supported or do not affect images.
const KNOWN_KINDS: [&str; 5] = [
    "ImageTagTransformer",
    "HelmChartInflationGenerator",
    "NamespaceTransformer",
    "LabelTransformer",
    "AnnotationsTransformer",
];

/// A kustomization with blind spots contains one of these words.
const WORDS: [&str; 6] =
    ["replacements", "vars", "transformers", "generators", "helmCharts", "patches"];

/// Returns the blind spots of a build, from all kustomizations it includes.
pub fn find_blind_spots(sight: &ChangeScope<'_>, reader: &SnapshotReader<'_>) -> Vec<BlindSpot> {
    let mut out = Vec::new();
    for path in sight.touched.iter().filter(|path| is_kustomization(path)) {
        let Some((_, text)) = reader.text_and_id(path) else { continue };
        if !WORDS.iter().any(|word| text.contains(word)) {
            continue;
        }
        let Some(leaves) = reader.read_leaves(path) else { continue };
        let Some(root) = split_objects(&leaves).into_iter().next() else { continue };
        out.extend(
            KustomizationCheck { path, object: KubeObject::new(path, root), sight, reader }
                .collect_spots(),
        );
    }
    out
}

pub(super) struct KustomizationCheck<'a> {
    pub path: &'a str,
    pub object: KubeObject<'a>,
    pub sight: &'a ChangeScope<'a>,
    pub reader: &'a SnapshotReader<'a>,
}

impl KustomizationCheck<'_> {
    fn collect_spots(&self) -> Vec<BlindSpot> {
        let mut out =
            self.replacement_spots(self.path, &self.object.branch.subtree_at(&["replacements"]));
        out.extend(self.variable_spots());
        out.extend(self.other_plugin_spots("transformers"));
        out.extend(self.other_plugin_spots("generators"));
        out.extend(self.chart_spots());
        out.extend(self.patch_spot());
        out
    }

    /// Returns replacements that may write a version, with their sources. `path` is the file that
    /// contains them.
    fn replacement_spots(&self, path: &str, list: &LeafSubtree<'_>) -> Vec<BlindSpot> {
        let mut out = Vec::new();
        for (_, one) in list.children() {
            if let Some(file) = one.text("path").and_then(|path| self.resolve_path(path)) {
                out.extend(self.replacements_of(&file));
            }
            if !one
                .all_leaves()
                .any(|(rest, leaf)| rest.contains("fieldPaths") && writes_version(&leaf.text))
            {
                continue;
            }
            let says: String = one.all_leaves().map(|(rest, leaf)| said_at(rest, leaf)).collect();
            let line = one.all_leaves().next().map(|(_, leaf)| leaf.line);
            let (path, reach) = (path.to_owned(), BlindSpotEffect::Overrides);
            out.push(BlindSpot { path, key: "replacements".into(), line, says, reach });
            let source = one.subtree_at(&["source"]);
            out.extend(self.replacement_source(
                source.text("kind"),
                source.text("name"),
                source.text("fieldPath"),
            ));
        }
        out
    }

    fn replacements_of(&self, path: &str) -> Vec<BlindSpot> {
        let Some(leaves) = self.reader.read_leaves(path) else { return Vec::new() };
        let lists = LeafSubtree::of(leaves.iter().filter(|leaf| leaf.path.starts_with('[')));
        let mut out = self.replacement_spots(path, &lists);
        let single = leaves.iter().filter(|leaf| !leaf.path.starts_with('['));
        if single.clone().any(|leaf| leaf.path.contains("fieldPaths") && writes_version(&leaf.text))
        {
            let object = KubeObject::new(path, LeafSubtree::of(single));
            out.extend(object.spot_of(
                "replacements",
                object.branch.all_leaves().map(|(_, leaf)| leaf),
                BlindSpotEffect::Overrides,
            ));
            let source = object.branch.subtree_at(&["source"]);
            out.extend(self.replacement_source(
                source.text("kind"),
                source.text("name"),
                source.text("fieldPath"),
            ));
        }
        out
    }

    /// Returns variables used in an image.
    fn variable_spots(&self) -> Vec<BlindSpot> {
        let mut out = Vec::new();
        for (element, one) in self.object.branch.subtree_at(&["vars"]).children() {
            if !one.text("name").is_some_and(|name| self.is_in_image(name)) {
                continue;
            }
            out.extend(self.object.spot_at(&["vars", element], BlindSpotEffect::Overrides));
            let object = one.subtree_at(&["objref"]);
            let field = one.subtree_at(&["fieldref"]).text("fieldpath").or(Some("metadata.name"));
            out.extend(self.replacement_source(object.text("kind"), object.text("name"), field));
        }
        out
    }

    fn is_in_image(&self, variable: &str) -> bool {
        let use_of_it = format!("$({variable})");
        let speaks =
            |text: &str| text.lines().any(|line| line.contains(&use_of_it) && is_telling(line));
        self.sight
            .touched
            .iter()
            .any(|path| self.reader.text_and_id(path).is_some_and(|(_, text)| speaks(&text)))
    }

    /// Returns the blind spots of the object that a replacement or variable reads.
    fn replacement_source(
        &self,
        kind: Option<&str>,
        name: Option<&str>,
        field: Option<&str>,
    ) -> Vec<BlindSpot> {
        let (Some(kind), Some(name)) = (kind, name) else { return Vec::new() };
        let is_plain = |key: &&str| {
            !key.is_empty() && !key.contains(['[', ']', '=', '*']) && key.parse::<u32>().is_err()
        };
        let key = field
            .and_then(|field| field.rsplit(['.', '/']).find(|key| !key.is_empty()))
            .filter(is_plain);
        let wanted = ConfigObjectRef {
            kind: kind.to_owned(),
            name: name.to_owned(),
            key: key.map(str::to_owned),
        };
        let files = self.sight.touched.iter();
        files
            .flat_map(|path| wanted.spots_in_file(path, self.path, self.sight, self.reader))
            .collect()
    }

    /// Returns transformers and generators of unsupported kinds.
    fn other_plugin_spots(&self, list: &str) -> Vec<BlindSpot> {
        let inline =
            self.object.leaves_at(&[list]).filter(|leaf| leaf.embedded || leaf.text.contains('\n'));
        let is_known = |leaf: &&Leaf| KNOWN_KINDS.iter().any(|kind| leaf.text.contains(kind));
        let inline: Vec<&Leaf> = inline.collect();
        let mut out = Vec::new();
        if !inline.iter().any(is_known) {
            out.extend(self.object.spot_of(list, inline, BlindSpotEffect::Overrides));
        }
        for leaf in self.object.leaves_at(&[list]) {
            let Some(path) = self.resolve_path(&leaf.text) else { continue };
            let Some(leaves) = self.leaves_of(&path) else { continue };
            for object in split_objects(&leaves) {
                let kind = object.text("kind").unwrap_or_default();
                if !KNOWN_KINDS.contains(&kind) {
                    let says = object.all_leaves().map(|(_, leaf)| leaf_statement(leaf)).collect();
                    let (path, key) = (path.clone(), format!("{list}: {kind}"));
                    out.push(BlindSpot {
                        path,
                        key,
                        line: None,
                        says,
                        reach: BlindSpotEffect::Overrides,
                    });
                }
            }
        }
        out
    }

    /// Returns the values of charts, inline and in files.
    fn chart_spots(&self) -> Vec<BlindSpot> {
        let unread =
            |path: &str, leaf: &Leaf| speaks_of_versions(leaf) && !self.sight.is_read(path, leaf);
        let mut out = Vec::new();
        for (element, chart) in self.object.branch.subtree_at(&["helmCharts"]).children() {
            let keys = ["helmCharts", element, "valuesInline"];
            let values = self.object.leaves_at(&keys).filter(|leaf| unread(self.path, leaf));
            out.extend(self.object.spot_of(&keys.join("."), values, BlindSpotEffect::Overrides));
            let named = chart.all_leaves().filter(|(rest, _)| {
                *rest == "valuesFile" || rest.starts_with("additionalValuesFiles")
            });
            for path in named.filter_map(|(_, leaf)| self.resolve_path(&leaf.text)) {
                let Some((_, text)) = self.reader.text_and_id(&path) else { continue };
                let leaves = self.reader.read_leaves(&path);
                let values: Option<Vec<Leaf>> = leaves.map(|leaves| {
                    leaves.iter().filter(|leaf| unread(&path, leaf)).cloned().collect()
                });
                out.extend(file_spot(&path, "chart values".into(), values.as_deref(), &text));
            }
        }
        out
    }

    /// Returns the leaves of a file, if it exists.
    pub fn leaves_of(&self, path: &str) -> Option<Rc<Vec<Leaf>>> {
        self.reader.file_exists(path).then(|| self.reader.read_leaves(path)).flatten()
    }

    pub fn resolve_path(&self, relative: &str) -> Option<String> {
        resolve(folder_of(self.path), relative)
    }
}

/// True if a replacement into this field may change a version.
fn writes_version(field: &str) -> bool {
    let last = field.rsplit('.').next().unwrap_or(field);
    is_telling(last)
        || last.starts_with('[')
        || last.ends_with(']')
        || last == "*"
        || last.parse::<u32>().is_ok()
        || matches!(last, "containers" | "spec" | "template" | "values" | "data")
}
