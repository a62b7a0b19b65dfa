//! Flux: chart versions and values of a `HelmRelease`, the revisions of its sources, and the images
//! and variables of a `Kustomization`. Lines owned by Flux's image automation are noted.

use super::convention::KeySyntax;
use super::leaf::Leaf;
use super::leaf_subtree::{LeafSubtree, split_objects};
use super::remote::{self, ObjectFinding};
use super::{
    ChangeScope, Claim, OverrideSite, SnapshotReader, Source, VersionFinding, blind_spots,
    flux_release, keyed, shape,
};
use crate::model::{
    BlindSpot, ImagePart, Location, OverriddenVersion, SourceKind, Span, Warning, base_name,
};
use std::collections::HashMap;

/// The Flux source; see the module.
pub struct FluxSource;

/// Minimum score of a variable: `web_version: 2` counts, a version under any name does not.
const SCORE: u8 = 5;

impl Source for FluxSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Flux
    }

    fn recognises_object(&self, version: &str, _kind: &str) -> bool {
        version.contains("toolkit.fluxcd.io")
    }

    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        let Some(leaves) = reader.read_leaves(&claim.path) else { return Vec::new() };
        let by_rule = keyed::by_rule(claim.rule, &leaves, &claim.path);
        let said = by_rule.is_some();
        let mut out = by_rule.unwrap_or_default();
        if let Some(layer) = blind_spots::flux::find_unread_layer(&leaves) {
            let message = format!("has `{layer}`, which may change versions and is not followed");
            reader.add_warning(Warning::for_file("flux-layer", &claim.path, message));
        }
        for object in split_objects(&leaves) {
            let name = object.subtree_at(&["metadata"]).text("name");
            out.extend(read_variables(claim, &object, name));
            if !said {
                out.extend(remote::name_findings(
                    claim,
                    name,
                    read_object(&object, &claim.path, reader),
                ));
            }
        }
        if let Some(text) = reader.read_text(&claim.path) {
            remote::note_automations(&mut out, &claim.path, &text);
        }
        out
    }

    fn override_site(
        &self,
        claim: &Claim<'_>,
        inherited: &Location,
        reader: &SnapshotReader<'_>,
    ) -> Option<OverrideSite> {
        let leaves = reader.read_leaves(&claim.path)?;
        let releases: Vec<LeafSubtree<'_>> =
            split_objects(&leaves).into_iter().filter(is_release).collect();
        flux_release::find_override_site(&releases, &claim.path, inherited, reader)
    }

    fn blind_spots(
        &self,
        claim: &Claim<'_>,
        sight: &ChangeScope<'_>,
        reader: &SnapshotReader<'_>,
    ) -> Vec<BlindSpot> {
        let leaves = reader.read_leaves(&claim.path);
        leaves
            .map(|leaves| blind_spots::flux::find_blind_spots(&claim.path, &leaves, sight, reader))
            .unwrap_or_default()
    }
}

fn read_object(
    object: &LeafSubtree<'_>,
    path: &str,
    reader: &SnapshotReader<'_>,
) -> Vec<ObjectFinding> {
    let spec = object.subtree_at(&["spec"]);
    match (api_group(object), object.text("kind")) {
        ("helm.toolkit.fluxcd.io", Some("HelmRelease")) => {
            flux_release::read_release(&spec, path, reader)
        }
        ("source.toolkit.fluxcd.io", Some("OCIRepository")) => {
            read_revision(&spec, &["digest", "semver", "tag"], path)
        }
        ("source.toolkit.fluxcd.io", Some("GitRepository")) => {
            read_revision(&spec, &["commit", "semver", "tag"], path)
        }
        ("kustomize.toolkit.fluxcd.io", Some("Kustomization")) => read_images(&spec, path),
        _ => Vec::new(),
    }
}

fn is_release(object: &LeafSubtree<'_>) -> bool {
    api_group(object) == "helm.toolkit.fluxcd.io" && object.text("kind") == Some("HelmRelease")
}

fn api_group<'a>(object: &LeafSubtree<'a>) -> &'a str {
    object.text("apiVersion").and_then(|version| version.split('/').next()).unwrap_or_default()
}

/// Returns the revision that a source is pinned to; the first key present wins, as in Flux. A
/// branch pins nothing.
fn read_revision(spec: &LeafSubtree<'_>, keys: &[&str], path: &str) -> Vec<ObjectFinding> {
    let reference = spec.subtree_at(&["ref"]);
    let address = spec.text("url").map(|url| {
        let bare = url.split_once("://").map_or(url, |(_, bare)| bare);
        bare.trim_end_matches('/').to_owned()
    });
    let pinned = keys.iter().find_map(|key| reference.leaf(key).filter(|leaf| !leaf.is_empty()));
    let found =
        pinned.and_then(|leaf| remote::version_finding(address, leaf, path, ImagePart::Revision));
    found.map(|found| with_tag(found, &reference, path)).into_iter().collect()
}

/// Adds the tag that is written beside a digest: both tell one version, and move together.
fn with_tag(mut found: ObjectFinding, reference: &LeafSubtree<'_>, path: &str) -> ObjectFinding {
    let tag = reference.leaf("tag").filter(|leaf| shape::is_tag(&leaf.text));
    let version = &mut found.finding.version;
    if let Some(tag) = tag.filter(|_| version.tag.is_none() && version.digest.is_some()) {
        version.tag = Some(tag.text.to_string());
        found.finding.locations[0].part = ImagePart::Digest;
        found.finding.locations.insert(0, tag.location(path, ImagePart::Tag));
    }
    found
}

/// Reads `spec.images`, with kustomize's fields. They replace what the applied folder builds.
fn read_images(spec: &LeafSubtree<'_>, path: &str) -> Vec<ObjectFinding> {
    let folder = remote::local_folder(spec);
    let mut out = Vec::new();
    for (_, image) in spec.subtree_at(&["images"]).children() {
        let name = image.text("name");
        let word = name.map(|name| base_name(name).to_owned());
        let overridden = folder.zip(name).map(|(folder, name)| OverriddenVersion::Image {
            folder: folder.to_owned(),
            name: name.to_owned(),
        });
        for mut found in remote::values_findings(&image, path) {
            found.finding.overrides.extend(overridden.clone());
            out.push(ObjectFinding { word: word.clone(), ..found });
        }
    }
    out
}

/// Reads `postBuild.substitute`, by the rule's keys or by convention. A variable that names no app
/// belongs to the whole Kustomization.
fn read_variables(
    claim: &Claim<'_>,
    object: &LeafSubtree<'_>,
    name: Option<&str>,
) -> Vec<VersionFinding> {
    if api_group(object) != "kustomize.toolkit.fluxcd.io" {
        return Vec::new();
    }
    let spec = object.subtree_at(&["spec"]);
    let (leaves, real) = spec.subtree_at(&["postBuild", "substitute"]).detach_leaves();
    let folder = remote::local_folder(&spec);
    let mut found = keyed::find_versions(
        claim.rule,
        &leaves,
        &|_| claim.path.clone(),
        KeySyntax::Assignments,
        SCORE,
    );
    keyed::tell_apart(&mut found);
    let whole: HashMap<Span, &Leaf> = real.into_iter().map(|leaf| (leaf.span, leaf)).collect();
    for finding in &mut found {
        if finding.component.is_none() && !finding.captures.contains_key("app") {
            finding.component =
                name.and_then(|name| remote::own_name(claim, name)).map(str::to_owned);
        }
        for location in &mut finding.locations {
            if let Some(leaf) = whole.get(&location.span) {
                location.key = leaf.display_key();
                finding.overrides.extend(folder.map(|folder| OverriddenVersion::Variable {
                    folder: folder.to_owned(),
                    name: leaf.last().to_owned(),
                }));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SourceRule;
    use crate::model::KeyTemplate;
    use crate::source::testing::{name_of, repository};

    fn read_by(content: &str, key: Option<&str>) -> Vec<String> {
        let mut rule = SourceRule::new(SourceKind::Flux, "{stage}.yaml", &[]).expect("a path");
        rule.tags.extend(key.map(|key| KeyTemplate::parse(key, &[]).expect("a key")));
        let (found, warnings) = repository(&[("prod.yaml", content)]).read(rule);
        let show = |f: &VersionFinding| {
            let place = &f.locations[0];
            let text = &content[place.span.start..place.span.end];
            let who = name_of(f);
            let image = f.image.as_deref().unwrap_or("-");
            format!(
                "{who} {image} {} {}:{}<{text}>{:?}",
                f.version,
                place.part.as_str(),
                place.line,
                f.notes
            )
        };
        let found = found.iter().map(|(_, f)| show(f));
        found.chain(warnings.iter().map(|w| w.code.to_owned())).collect()
    }

    fn read(content: &str) -> Vec<String> {
        read_by(content, None)
    }

    #[test]
    fn helm_releases() {
        let text = "\u{feff}apiVersion: helm.toolkit.fluxcd.io/v2\r\nkind: HelmRelease\r\nmetadata: {name: web}\r\nspec:\r\n  chart: {spec: {chart: site, version: '>=1.0 <2'}}\r\n  values:\r\n    image:\r\n      repository: a/web\r\n      tag: v1 # {\"$imagepolicy\": \"f:web:tag\"}\r\n";
        assert_eq!(
            read(text),
            [
                "web site >=1.0 <2 chart:5<'>=1.0 <2'>[Remote, Mutable]",
                "web/web a/web v1 tag:9<v1>[Automated(Automation { policy: \"f:web:tag\" })]"
            ]
        );
    }

    #[test]
    fn a_chart_keeps_its_name_when_an_image_joins_it() {
        let release = |values: &str| {
            format!(
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: db}}\nspec:\n  chart: {{spec: {{chart: psql, version: 1.22.2}}}}\n{values}"
            )
        };
        let chart = "db psql 1.22.2 chart:5<1.22.2>[Remote]";
        assert_eq!(read(&release("")), [chart]);
        let image = "db/image - v1 tag:6<v1>[]";
        assert_eq!(read(&release("  values: {image: {tag: v1}}\n")), [chart, image]);
    }

    #[test]
    fn sources() {
        let text = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: g}\nspec: {url: 'https://h.io/o/r', ref: {branch: main, tag: v1}}\n---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: b}\nspec: {url: 'https://h.io/o/r', ref: {branch: main}}\n---\napiVersion: source.toolkit.fluxcd.io/v1beta2\nkind: OCIRepository\nmetadata: {name: o}\nspec: {url: 'oci://ghcr.io/o/m', ref: {semver: 1.x, tag: latest}}\n";
        assert_eq!(
            read(text),
            [
                "g h.io/o/r v1 revision:4<v1>[Remote]",
                "o ghcr.io/o/m 1.x revision:14<1.x>[Remote, Mutable]"
            ]
        );
    }

    const KUSTOMIZATION: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec:\n  images:\n  - name: a/web\n    newName: r.io/web\n    newTag: v1\n  - name: api\n    newTag: main\n  postBuild:\n    substitute:\n      web_image_tag: v5\n      image_tag: v6\n      cluster: eu\n      jobs_rev: a1\n";

    #[test]
    fn kustomizations() {
        assert_eq!(
            read(KUSTOMIZATION),
            [
                "web - v5 tag:13<v5>[]",
                "apps - v6 tag:14<v6>[]",
                "apps/web r.io/web v1 tag:8<v1>[]",
                "apps/api api main tag:10<main>[]"
            ]
        );
        assert_eq!(read_by(KUSTOMIZATION, Some("{app}_rev")), ["jobs - a1 tag:16<a1>[]"]);
        let whole = "spec.postBuild.substitute.{app}_rev";
        assert_eq!(read_by(KUSTOMIZATION, Some(whole)), ["jobs - a1 tag:16<a1>[]"]);
    }

    #[test]
    fn other_files_are_left_alone() {
        assert!(
            read("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages: [{name: a, newTag: v1}]\n")
                .is_empty()
        );
        assert!(read("").is_empty() && read("[a]").is_empty());
        assert_eq!(read("a: b: c"), ["not-yaml"]);
    }

    #[test]
    fn a_release_inherits_from_a_chart_of_the_repository() {
        let release = |spec: &str, values: &str| {
            format!(
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: web}}\nspec:\n  chart: {{spec: {{chart: ./charts/web, {spec}sourceRef: {{kind: GitRepository, name: f}}}}}}\n{values}"
            )
        };
        let read = |release: &str| -> Vec<String> {
            let files = [
                ("prod.yaml", release),
                ("charts/web/Chart.yaml", "name: web\nversion: 1.0.0\nappVersion: v7\n"),
                ("charts/web/values.yaml", "image: {repository: x/web, tag: v1}\n"),
                ("charts/web/prod.yaml", "image: {repository: x/web, tag: ''}\n"),
            ];
            let rule = SourceRule::new(SourceKind::Flux, "{stage}.yaml", &[]).expect("a path");
            let (found, _) = repository(&files).read(rule);
            let show = |found: &VersionFinding| {
                let image = found.image.as_deref().unwrap_or("-");
                let place = &found.locations[0];
                format!("{} {image} {} {}", name_of(found), found.version, place.path)
            };
            found.iter().map(|(_, found)| show(found)).collect()
        };
        let inherited = "web x/web v1 charts/web/values.yaml";
        assert_eq!(read(&release("", "  values: {replicas: 2}\n")), [inherited]);
        assert_eq!(
            read(&release("", "  values: {image: {tag: v2}}\n")),
            ["web x/web v2 prod.yaml"]
        );
        let files = "valuesFiles: [charts/web/values.yaml, charts/web/prod.yaml], ";
        assert_eq!(read(&release(files, "")), ["web x/web v7 charts/web/Chart.yaml"]);
        let unknown = "  valuesFrom: [{kind: Secret, name: s}]\n";
        assert!(read(&release("", unknown)).is_empty());
    }
}
