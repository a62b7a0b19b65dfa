//! A kustomization file as written.

use super::file_cache::speaks_of_images;
use super::image::ImageEntry;
use super::json_patch::{PatchOperation, read_operations};
use super::manifest::{Manifest, ManifestParseMode, parse_objects, short_texts};
use super::remote::{self, RemoteResource};
use super::select::PatchTarget;
use super::transform::FieldSpec;
use super::yaml_text::YamlText;
use crate::model::{ImagePart, Location};
use crate::yaml::{self, YamlValue};
use std::rc::Rc;

/// The possible names of the file; kustomize requires exactly one of them in a directory.
pub(in crate::source) const NAMES: [&str; 3] =
    ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Maximum number of `images` entries whose names are regular expressions; each needs much memory.
const MAX_EXPRESSIONS: usize = 200;

/// The parts of a kustomization file that affect the images of its build.
#[derive(Debug, Default)]
pub(super) struct Kustomization {
    pub resources: Vec<ResourceReference>,
    pub components: Vec<ResourceReference>,
    /// `patchesStrategicMerge` and `patches`, in that order.
    pub patches: Vec<KustomizePatch>,
    /// `patchesJson6902`; applied after names and labels.
    pub late_patches: Vec<KustomizePatch>,
    pub images: Vec<Rc<ImageEntry>>,
    pub configurations: Vec<String>,
    pub generators: Vec<String>,
    pub transformers: Vec<Transformer>,
    pub charts: Vec<RemoteResource>,
    pub namespace: Option<String>,
    pub prefix: String,
    pub suffix: String,
    pub labels: Vec<(String, String)>,
    pub annotations: Vec<(String, String)>,
    /// True if `replacements` write into images, which is not supported.
    pub replaces_images: bool,
    /// Files with further `replacements`.
    pub replacement_files: Vec<String>,
}

/// A path or URL in a list, with its location.
#[derive(Debug)]
pub(super) struct ResourceReference {
    pub text: String,
    pub location: Location,
}

/// A patch and its target. Without a target, the patch names its object.
#[derive(Debug)]
pub(super) struct KustomizePatch {
    pub target: Option<PatchTarget>,
    pub body: PatchBody,
}

/// The text of a patch or its file.
#[derive(Debug)]
pub(super) enum PatchBody {
    File(String),
    Inline(Rc<PatchText>),
}

/// The parsed text of a patch.
#[derive(Debug, Default)]
pub(super) struct PatchText {
    pub merges: Vec<Manifest>,
    pub operations: Vec<PatchOperation>,
    pub speaks_of_images: bool,
}

/// An item of `transformers:`.
#[derive(Debug)]
pub(super) enum Transformer {
    File(String),
    Inline(Rc<Vec<ImageTransformer>>),
}

/// Returns the value of a key, ignoring case (as Go's JSON decoder does).
pub(super) fn get_field<'a>(map: YamlValue<'a>, name: &str) -> Option<YamlValue<'a>> {
    map.get(name).or_else(|| {
        let mut pairs = map.pairs().into_iter().rev();
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    })
}

impl Kustomization {
    /// Parses the first document; kustomize ignores any other.
    pub fn read(path: &str, text: &str, stream: &yaml::YamlStream) -> Self {
        let Some(root) = stream.documents.first().and_then(yaml::YamlDocument::root) else {
            return Self::default();
        };
        KustomizationParser { page: YamlText::of_file(path, text, 0), root }.parse()
    }
}

struct KustomizationParser<'a> {
    page: YamlText<'a>,
    root: YamlValue<'a>,
}

impl<'a> KustomizationParser<'a> {
    fn parse(&self) -> Kustomization {
        let (prefix, suffix) = (self.scalar_text("namePrefix"), self.scalar_text("nameSuffix"));
        let mut labels = short_texts(get_field(self.root, "commonLabels"));
        labels.extend(
            self.list("labels").into_iter().flat_map(|item| short_texts(get_field(item, "pairs"))),
        );
        Kustomization {
            resources: [self.resource_list("resources"), self.resource_list("bases")]
                .into_iter()
                .flatten()
                .collect(),
            components: self.resource_list("components"),
            patches: [self.patch_list("patchesStrategicMerge"), self.patch_list("patches")]
                .into_iter()
                .flatten()
                .collect(),
            late_patches: self.patch_list("patchesJson6902"),
            images: self.image_entries(),
            configurations: self.text_list("configurations"),
            generators: self.text_list("generators"),
            transformers: self.transformer_list(),
            charts: self.chart_list(),
            namespace: Some(self.scalar_text("namespace")).filter(|text| !text.is_empty()),
            prefix,
            suffix,
            labels,
            annotations: short_texts(get_field(self.root, "commonAnnotations")),
            replaces_images: self.list("replacements").into_iter().any(writes_images),
            replacement_files: self
                .list("replacements")
                .into_iter()
                .filter_map(|one| get_field(one, "path")?.text().map(str::to_owned))
                .collect(),
        }
    }

    fn scalar_text(&self, key: &str) -> String {
        get_field(self.root, key).and_then(YamlValue::non_null).unwrap_or_default().to_owned()
    }

    fn list(&self, key: &str) -> Vec<YamlValue<'a>> {
        get_field(self.root, key).map(|list| list.items().collect()).unwrap_or_default()
    }

    fn text_list(&self, key: &str) -> Vec<String> {
        self.list(key).into_iter().filter_map(YamlValue::non_null).map(str::to_owned).collect()
    }

    fn resource_list(&self, key: &str) -> Vec<ResourceReference> {
        let items = self.list(key).into_iter().enumerate();
        let named = items.filter_map(|(index, item)| {
            let text = item.non_null()?.to_owned();
            Some(ResourceReference {
                text,
                location: self.page.location(item, format!("{key}[{index}]"), ImagePart::Revision),
            })
        });
        named.collect()
    }

    /// Reads `images`, and its old name `imageTags`.
    fn image_entries(&self) -> Vec<Rc<ImageEntry>> {
        let entries = ["images", "imageTags"].into_iter().flat_map(|key| {
            let items = self.list(key).into_iter();
            items.filter_map(move |item| ImageEntry::read(self.page, key, item))
        });
        let mut expressions = 0;
        let few = |entry: &ImageEntry| {
            expressions += usize::from(entry.is_expression());
            expressions <= MAX_EXPRESSIONS || !entry.is_expression()
        };
        entries.filter(few).map(Rc::new).collect()
    }

    fn patch_list(&self, key: &str) -> Vec<KustomizePatch> {
        self.list(key).into_iter().filter_map(|item| self.parse_patch(item)).collect()
    }

    /// Parses a patch. A text is a path or the patch itself; a mapping states which.
    fn parse_patch(&self, item: YamlValue<'a>) -> Option<KustomizePatch> {
        if let Some(text) = item.non_null() {
            let inline = text.contains('\n') || text.contains(": ");
            let body = if inline {
                self.inline_patch(item, text)?
            } else {
                PatchBody::File(text.to_owned())
            };
            return Some(KustomizePatch { target: None, body });
        }
        let target =
            get_field(item, "target").filter(|target| target.is_mapping()).map(PatchTarget::read);
        let body = match get_field(item, "patch").and_then(|value| Some((value, value.non_null()?)))
        {
            Some((value, text)) => self.inline_patch(value, text)?,
            None => {
                PatchBody::File(get_field(item, "path").and_then(YamlValue::non_null)?.to_owned())
            }
        };
        Some(KustomizePatch { target, body })
    }

    fn inline_patch(&self, value: YamlValue<'a>, text: &'a str) -> Option<PatchBody> {
        let stream = yaml::parse(text).ok()?;
        let page = self.page.inline_text(value, text);
        Some(PatchBody::Inline(Rc::new(PatchText::read(page, text, &stream))))
    }

    fn transformer_list(&self) -> Vec<Transformer> {
        let inline = |text: &'a str, item: YamlValue<'a>| {
            let stream = yaml::parse(text).ok()?;
            let page = self.page.inline_text(item, text);
            Some(Transformer::Inline(Rc::new(image_transformers(page, &stream))))
        };
        let read = |item: YamlValue<'a>| match item.non_null()? {
            text if text.contains('\n') => inline(text, item),
            path => Some(Transformer::File(path.to_owned())),
        };
        self.list("transformers").into_iter().filter_map(read).collect()
    }

    fn chart_list(&self) -> Vec<RemoteResource> {
        let items = self.list("helmCharts").into_iter();
        items.filter_map(|item| remote::parse_chart(self.page, "helmCharts", item)).collect()
    }
}

impl PatchText {
    /// Parses merge patches and JSON patches.
    pub fn read(page: YamlText<'_>, text: &str, stream: &yaml::YamlStream) -> Self {
        let lists = stream
            .documents
            .iter()
            .filter_map(yaml::YamlDocument::root)
            .filter(|root| root.is_sequence());
        PatchText {
            operations: lists.flat_map(|list| read_operations(page, list)).collect(),
            merges: parse_objects(page, &stream.documents, ManifestParseMode::Patch),
            speaks_of_images: speaks_of_images(text),
        }
    }
}

/// An `ImageTagTransformer`.
#[derive(Debug, Clone)]
pub(super) struct ImageTransformer {
    pub entry: Rc<ImageEntry>,
    /// Fields that it rewrites besides those of containers.
    pub specs: Vec<FieldSpec>,
}

/// Returns kustomize's image transformers in a file.
pub(super) fn image_transformers(
    page: YamlText<'_>,
    stream: &yaml::YamlStream,
) -> Vec<ImageTransformer> {
    let roots = stream
        .documents
        .iter()
        .enumerate()
        .filter_map(|(index, document)| Some((index, document.root()?)));
    let built_in = roots.filter(|(_, root)| root.str_at(&["kind"]) == Some("ImageTagTransformer"));
    let transformers = built_in.filter_map(|(index, root)| {
        let page = page.at_document(u32::try_from(index).unwrap_or(u32::MAX));
        let entry = ImageEntry::read(page, "imageTag", get_field(root, "imageTag")?)?;
        let specs = get_field(root, "fieldSpecs").map(FieldSpec::read_list).unwrap_or_default();
        Some(ImageTransformer { entry: Rc::new(entry), specs })
    });
    transformers.collect()
}

/// True if a replacement writes into a field named like an image.
pub(super) fn writes_images(replacement: YamlValue<'_>) -> bool {
    let targets = get_field(replacement, "targets").into_iter().flat_map(YamlValue::items);
    let paths =
        targets.filter_map(|target| get_field(target, "fieldPaths")).flat_map(YamlValue::items);
    paths.filter_map(YamlValue::text).any(|path| path.ends_with("image"))
}
