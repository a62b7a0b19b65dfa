//! Plain Kubernetes manifests: container images at any place in an object, and the tags of
//! OpenShift image streams. Strategic merge patches are read the same way.

use super::leaf::{KEY_SEPARATOR, Leaf};
use super::{Claim, SnapshotReader, Source, VersionFinding, keyed, marker, shape};
use crate::model::{EntryNote, ImagePart, ImageReference, SourceKind, TemplateCaptures};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The manifests source; see the module.
pub struct ManifestSource;

/// Lists of containers. `sidecars` is from Argo Workflows.
const LISTS: [&str; 4] = ["containers", "initContainers", "ephemeralContainers", "sidecars"];

/// Mappings that are a container: Argo Workflows' `container` and `script`, also in a
/// `containerSet`.
const SINGLE: [&str; 2] = ["container", "script"];

/// Kinds of objects whose `image` is not one that runs.
const NO_IMAGES: [&str; 3] = ["CustomResourceDefinition", "ConfigMap", "Secret"];

impl Source for ManifestSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Manifests
    }

    /// A template may also name a directory of manifests.
    fn subjects<'p>(&self, path: &'p str) -> Vec<&'p str> {
        let manifest = [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end));
        let directory = path.rsplit_once('/').map(|(directory, _)| directory).filter(|_| manifest);
        std::iter::once(path).chain(directory).collect()
    }

    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        let by_document = match keyed::names_keys(claim.rule) {
            true => reader.leaves_with_keys(claim),
            false => reader.leaves_about_images(&claim.path, |leaf| {
                matches!(leaf.last(), "reference" | "kind" | "apiVersion" | "name")
                    || is_image_field(leaf.last())
            }),
        };
        let Some(leaves) = by_document.or_else(|| reader.read_leaves(&claim.path)) else {
            return Vec::new();
        };
        if let Some(found) = keyed::by_rule(claim.rule, &leaves, &claim.path) {
            return found;
        }
        let (streams, objects) = (image_streams(&leaves), objects_with_images(&leaves));
        let runs_none = objects_without_workloads(&leaves);
        let images = leaves.iter().filter(|leaf| {
            !leaf.embedded
                && !runs_none.contains(&leaf.document)
                && (in_container(leaf)
                    || in_custom_field(leaf, &objects)
                    || in_stream(leaf, &streams))
        });
        let text = reader.read_text(&claim.path);
        let mut found = ImageFindings::default();
        for leaf in images {
            if let Some(reference) =
                shape::is_literal(&leaf.text).then(|| shape::parse_reference(&leaf.text)).flatten()
            {
                let owner =
                    text.as_ref().and_then(|text| marker::automation_after(text, leaf.span.end));
                found.add_image(reference, leaf, &claim.path, owner.map(EntryNote::Automated));
            }
        }
        found.finish()
    }
}

/// True for the `image` of a container, and for that of a volume: `volumes[].image.reference`.
fn in_container(leaf: &Leaf) -> bool {
    let mut keys = leaf.keys().rev();
    match keys.next() {
        Some("image") => {}
        Some("reference") => {
            return keys.next() == Some("image")
                && keys.next().is_some_and(|element| element.starts_with('['))
                && keys.next() == Some("volumes");
        }
        _ => return false,
    }
    match keys.next() {
        Some(key) if SINGLE.contains(&key) => true,
        Some(element) if element.starts_with('[') => {
            keys.next().is_some_and(|list| LISTS.contains(&list))
        }
        _ => false,
    }
}

/// Returns the kind of each document's object.
fn object_kinds(leaves: &[Leaf]) -> impl Iterator<Item = (u32, &str)> {
    let kinds = leaves.iter().filter(|leaf| leaf.last() == "kind" && leaf.parent().is_empty());
    kinds.map(|leaf| (leaf.document, &*leaf.text))
}

/// Returns the documents of policies, whose images are patterns, and of builds.
fn objects_without_workloads(leaves: &[Leaf]) -> HashSet<u32> {
    let fields = leaves.iter().filter(|leaf| leaf.parent().is_empty());
    let is_one = |leaf: &&Leaf| match leaf.last() {
        "kind" => shape::is_policy_kind(&leaf.text),
        "apiVersion" => shape::is_build_object(&leaf.text),
        _ => false,
    };
    fields.filter(is_one).map(|leaf| leaf.document).collect()
}

/// Returns the documents whose objects may have images in fields of their own: custom resources of
/// operators, Knative or KEDA. A definition of a resource only has examples.
fn objects_with_images(leaves: &[Leaf]) -> HashSet<u32> {
    let with_images = object_kinds(leaves).filter(|(_, kind)| !NO_IMAGES.contains(kind));
    with_images.map(|(document, _)| document).collect()
}

/// True for the names that custom resources give to the field of an image: `image`, `imageName`
/// (CloudNativePG), `dockerImage` (Zalando's Postgres), `runnerImage`, `baseImage`, and `package`,
/// the image of a Crossplane package.
fn is_image_field(name: &str) -> bool {
    matches!(name, "image" | "imageName" | "package") || name.ends_with("Image")
}

/// True for a field of an image below `spec` whose text pins a version.
fn in_custom_field(leaf: &Leaf, objects: &HashSet<u32>) -> bool {
    let pins = || match leaf.last() {
        "image" => {
            let reference = ImageReference::parse(&leaf.text);
            reference.name.contains('/') && !reference.version.is_empty()
        }
        _ => shape::certain_reference(&leaf.text).is_some(),
    };
    is_image_field(leaf.last())
        && objects.contains(&leaf.document)
        && leaf.keys().next() == Some("spec")
        && pins()
}

/// Returns the image streams, by document and path of the object.
fn image_streams(leaves: &[Leaf]) -> HashSet<(u32, &str)> {
    let kinds = leaves.iter().filter(|leaf| leaf.last() == "kind" && &*leaf.text == "ImageStream");
    kinds.map(|leaf| (leaf.document, leaf.parent())).collect()
}

/// True for `spec.tags[].from.name` of an image stream.
fn in_stream(leaf: &Leaf, streams: &HashSet<(u32, &str)>) -> bool {
    if streams.is_empty() || leaf.last() != "name" {
        return false;
    }
    let Some(from) = leaf.parent().strip_suffix("from") else { return false };
    let Some((tags, _)) = from.trim_end_matches(KEY_SEPARATOR).rsplit_once(KEY_SEPARATOR) else {
        return false;
    };
    let spec = format!("spec{KEY_SEPARATOR}tags");
    tags.strip_suffix(spec.as_str()).is_some_and(|object| {
        streams.contains(&(leaf.document, object.trim_end_matches(KEY_SEPARATOR)))
    })
}

/// One finding per image and version, in file order.
#[derive(Default)]
struct ImageFindings {
    findings: Vec<VersionFinding>,
    places: BTreeMap<(String, String), usize>,
}

impl ImageFindings {
    fn add_image(
        &mut self,
        reference: ImageReference,
        leaf: &Leaf,
        path: &str,
        owner: Option<EntryNote>,
    ) {
        let ImageReference { name, version } = reference;
        let key = (name.clone(), version.to_string());
        let index = *self.places.entry(key).or_insert_with(|| {
            self.findings.push(VersionFinding {
                component: Some(crate::model::base_name(&name).to_owned()),
                captures: TemplateCaptures::new(),
                image: Some(name),
                version,
                ..VersionFinding::default()
            });
            self.findings.len() - 1
        });
        let finding = &mut self.findings[index];
        // A container behind an alias is written once, however often it is used.
        if finding.locations.iter().all(|location| location.span != leaf.span) {
            finding.locations.push(leaf.location(path, ImagePart::Reference));
        }
        finding.notes.extend(owner.filter(|note| !finding.notes.contains(note)));
    }

    fn finish(mut self) -> Vec<VersionFinding> {
        self.tell_images_apart();
        self.note_disagreements();
        self.findings
    }

    /// Gives images with the same last word their full names as components.
    fn tell_images_apart(&mut self) {
        let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for finding in &self.findings {
            let (Some(component), Some(image)) = (&finding.component, &finding.image) else {
                continue;
            };
            names.entry(component).or_default().insert(image);
        }
        let shared: BTreeSet<String> = names
            .into_iter()
            .filter(|(_, images)| images.len() > 1)
            .map(|(word, _)| word.to_owned())
            .collect();
        for finding in &mut self.findings {
            if finding.component.as_ref().is_some_and(|component| shared.contains(component)) {
                finding.component = finding.image.clone();
            }
        }
    }

    /// Notes on each of several versions of one image where another one is.
    fn note_disagreements(&mut self) {
        let mut by_image: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, finding) in self.findings.iter().enumerate() {
            by_image.entry(finding.image.clone().unwrap_or_default()).or_default().push(index);
        }
        for indexes in by_image.into_values().filter(|indexes| indexes.len() > 1) {
            let (first, second) = (self.said(indexes[0]), self.said(indexes[1]));
            for (nth, index) in indexes.into_iter().enumerate() {
                let other = if nth == 0 { &second } else { &first };
                self.findings[index].notes.push(EntryNote::Disagrees(other.clone()));
            }
        }
    }

    fn said(&self, index: usize) -> String {
        let finding = &self.findings[index];
        let line = finding.locations.first().map_or(0, |location| location.line);
        format!("{} at line {line}", finding.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SourceRule;
    use crate::source::testing::repository;

    fn read(content: &str) -> Vec<String> {
        let rule = SourceRule::new(SourceKind::Manifests, "{stage}", &[]).expect("a path");
        let (found, warnings) =
            repository(&[("prod/web.yaml", content), ("prod/README.md", "{{ x")]).read(rule);
        let show = |f: &VersionFinding| {
            let places: Vec<String> = f
                .locations
                .iter()
                .map(|l| {
                    format!("{}.{}<{}>", l.line, l.document, &content[l.span.start..l.span.end])
                })
                .collect();
            let notes = if f.notes.is_empty() { String::new() } else { format!(" {:?}", f.notes) };
            format!("{} {}{notes}", f.component.as_deref().unwrap_or("-"), places.join(" "))
        };
        let found = found.iter().map(|(_, f)| show(f));
        found.chain(warnings.iter().map(|w| w.code.to_owned())).collect()
    }

    #[test]
    fn containers_of_any_kind() {
        let text = "\u{feff}kind: CronJob\r\nspec:\r\n  jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: 'r.io:5000/x/a:1'}]}}}}\r\n---\r\nkind: WorkflowTemplate\r\nspec:\r\n  templates:\r\n  - container:\r\n      image: x/step:v2\r\n  - script: {image: x/py:3}\r\n---\r\nkind: Rollout\r\nspec:\r\n  template:\r\n    spec:\r\n      initContainers:\r\n      - image: x/init:1\r\n";
        assert_eq!(
            read(text),
            [
                "a 3.0<'r.io:5000/x/a:1'>",
                "step 9.1<x/step:v2>",
                "py 10.1<x/py:3>",
                "init 17.2<x/init:1>"
            ]
        );
    }

    #[test]
    fn one_image_in_several_places() {
        let text = "spec:\n  initContainers:\n  - image: x/web:1\n  containers:\n  - image: x/web:1\n  - image: x/side:2\n";
        assert_eq!(read(text), ["web 3.0<x/web:1> 5.0<x/web:1>", "side 6.0<x/side:2>"]);
        let text = "spec:\n  containers:\n  - image: x/web:1\n  - image: x/web:2\n  - image: y/side:2\n  - image: z/side:2\n";
        assert_eq!(
            read(text),
            [
                "web 3.0<x/web:1> [Disagrees(\"2 at line 4\")]",
                "web 4.0<x/web:2> [Disagrees(\"1 at line 3\")]",
                "y/side 5.0<y/side:2>",
                "z/side 6.0<z/side:2>"
            ]
        );
    }

    #[test]
    fn an_alias_is_one_place() {
        let text = "a: {containers: &c [{image: 'x/web:1'}]}\nb: {containers: *c}\n";
        assert_eq!(read(text), ["web 1.0<'x/web:1'>"]);
    }

    #[test]
    fn what_pins_nothing_is_left_out() {
        let text = "spec:\n  containers:\n  - image: x/web\n  - image: \"{{ image }}\"\n  - image: x/web:$(TAG)\n  - image: x/web:${TAG}\n  - image:\n  - image: [x]\n  other: {image: x/y:1}\n";
        assert!(read(text).is_empty(), "{:?}", read(text));
        assert!(read("").is_empty());
        assert_eq!(read("a: {{ x }}\n  b: [\n"), ["not-yaml"]);
    }

    #[test]
    fn tags_of_image_streams() {
        let stream = "kind: ImageStream\nmetadata: {name: web}\nspec:\n  tags:\n  - name: prod\n    from:\n      kind: DockerImage\n      name: quay.io/x/web:1.2\n";
        assert_eq!(read(stream), ["web 8.0<quay.io/x/web:1.2>"]);
        let list = "kind: List\nitems:\n- kind: ImageStream\n  spec: {tags: [{name: t, from: {name: 'a/b:1'}}]}\n- kind: Other\n  spec: {tags: [{name: t, from: {name: 'a/c:1'}}]}\n";
        assert_eq!(read(list), ["b 4.0<'a/b:1'>"]);
    }

    #[test]
    fn policies_run_nothing() {
        let text = "kind: ClusterPolicy\nspec:\n  rules:\n  - validate: {pattern: {spec: {containers: [{image: '!*:latest'}, {image: 'r.io/x/a:v1'}]}}}\n";
        assert!(read(text).is_empty(), "{:?}", read(text));
    }

    #[test]
    fn images_of_volumes_and_custom_resources_count() {
        let pod = "kind: Pod\nspec:\n  volumes:\n  - name: m\n    image: {reference: 'x/model:1', pullPolicy: Always}\n";
        assert_eq!(read(pod).len(), 1, "{:?}", read(pod));
        let operator = "kind: Prometheus\nspec:\n  image: quay.io/x/prometheus:v2\n  sub: {image: 'x/sub:1'}\n";
        assert_eq!(read(operator).len(), 2, "{:?}", read(operator));
        for line in [
            "imageName: ghcr.io/cloudnative-pg/postgresql:16.1",
            "dockerImage: registry.opensource.zalan.do/acid/spilo-15:3.0-p1",
            "agent: {runnerImage: 'ghcr.io/x/runner:v2.3'}",
            "package: xpkg.upbound.io/upbound/provider-aws:v1.2.0",
            "workflow: {steps: [{name: a, image: 'r.io/x/step:v1'}]}",
        ] {
            let found = read(&format!("kind: Cluster\nspec:\n  {line}\n"));
            assert_eq!(found.len(), 1, "{line}: {found:?}");
        }
        for line in ["pullImage: always", "useImage: true", "package: main", "baseImage: x/y"] {
            let found = read(&format!("kind: Cluster\nspec:\n  {line}\n"));
            assert!(found.is_empty(), "{line}: {found:?}");
        }
        for none in [
            "kind: CustomResourceDefinition\nspec:\n  image: x/y:1\n",
            "apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  steps:\n  - image: x/y:1\n",
            "kind: Prometheus\nspec:\n  image: logo.png\n",
            "kind: Prometheus\nspec:\n  image: x/y\n",
            "kind: Prometheus\nmetadata:\n  image: x/y:1\n",
            "kind: Pod\nspec:\n  volumes:\n  - hostPath: {reference: 'x/y:1'}\n",
        ] {
            assert_eq!(read(none), Vec::<String>::new(), "{none}");
        }
    }

    #[test]
    fn an_automation_owns_a_marked_line() {
        let text =
            "spec:\n  containers:\n  - image: x/web:1 # {\"$imagepolicy\": \"flux-system:web\"}\n";
        assert_eq!(
            read(text),
            ["web 3.0<x/web:1> [Automated(Automation { policy: \"flux-system:web\" })]"]
        );
    }
}
