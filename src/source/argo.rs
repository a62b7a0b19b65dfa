//! Argo CD `Application` and `ApplicationSet`: chart versions, and images that a source sets
//! through kustomize, Helm parameters or Helm values.
//!
//! A git source whose revision is fixed has a version, too: that of the files it takes. A branch is
//! none.

use super::leaf::{KEY_SEPARATOR, Leaf};
use super::leaf_subtree::{LeafSubtree, split_objects};
use super::remote::{self, ObjectFinding};
use super::{
    ChangeScope, Claim, SnapshotReader, Source, VersionFinding, blind_spots, keyed, shape,
};
use crate::git::path::{join, resolve};
use crate::model::{
    BlindSpot, EntryNote, ImagePart, ImageReference, OverriddenVersion, SourceKind, Span, base_name,
};
use std::collections::{BTreeSet, HashMap};

/// The Argo CD source; see the module.
pub struct ArgoSource;

impl Source for ArgoSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Argo
    }

    fn recognises_object(&self, version: &str, kind: &str) -> bool {
        version.starts_with("argoproj.io") && matches!(kind, "Application" | "ApplicationSet")
    }

    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        let Some(leaves) = reader.read_leaves(&claim.path) else { return Vec::new() };
        if let Some(found) = keyed::by_rule(claim.rule, &leaves, &claim.path) {
            return found;
        }
        let mut out: Vec<VersionFinding> = split_objects(&leaves)
            .iter()
            .flat_map(|object| read_application(object, claim))
            .collect();
        if let Some(text) = reader.read_text(&claim.path) {
            remote::note_automations(&mut out, &text);
        }
        out
    }

    fn blind_spots(
        &self,
        claim: &Claim<'_>,
        sight: &ChangeScope<'_>,
        reader: &SnapshotReader<'_>,
    ) -> Vec<BlindSpot> {
        let leaves = reader.read_leaves(&claim.path);
        leaves
            .map(|leaves| blind_spots::argo::find_blind_spots(&claim.path, &leaves, sight, reader))
            .unwrap_or_default()
    }
}

fn read_application(object: &LeafSubtree<'_>, claim: &Claim<'_>) -> Vec<VersionFinding> {
    let argo = object.text("apiVersion").is_some_and(|version| version.starts_with("argoproj.io/"));
    let spec = match object.text("kind") {
        Some("Application") if argo => object.subtree_at(&["spec"]),
        Some("ApplicationSet") if argo => object.subtree_at(&["spec", "template", "spec"]),
        _ => return Vec::new(),
    };
    let mut sources = vec![spec.subtree_at(&["source"])];
    sources.extend(spec.subtree_at(&["sources"]).children().into_iter().map(|(_, one)| one));
    let found = read_sources(&sources, &claim.path);
    remote::name_findings(claim, object.subtree_at(&["metadata"]).text("name"), found)
}

/// Reads the sources of one application. If several give one name, such as a chart that is
/// installed twice, each goes by its release, or else by its position.
fn read_sources(sources: &[LeafSubtree<'_>], path: &str) -> Vec<ObjectFinding> {
    let mut found: Vec<Vec<ObjectFinding>> =
        sources.iter().map(|source| read_source(source, path)).collect();
    let mut users: HashMap<Option<String>, BTreeSet<usize>> = HashMap::new();
    for (at, one) in found.iter().enumerate() {
        for finding in one {
            users.entry(finding.word.clone()).or_default().insert(at);
        }
    }
    for (at, one) in found.iter_mut().enumerate() {
        let release = sources[at].subtree_at(&["helm"]).text("releaseName");
        for finding in one.iter_mut().filter(|finding| users[&finding.word].len() > 1) {
            let place = users[&finding.word].iter().position(|user| *user == at).unwrap_or(0) + 1;
            let word = finding.word.as_deref().unwrap_or("source");
            finding.word = Some(match release {
                Some(release) if finding.finding.notes.contains(&EntryNote::Remote) => {
                    release.to_owned()
                }
                Some(release) => format!("{release}/{word}"),
                None => format!("{word}-{place}"),
            });
        }
    }
    found.into_iter().flatten().collect()
}

fn read_source(source: &LeafSubtree<'_>, path: &str) -> Vec<ObjectFinding> {
    let mut found = Vec::new();
    if let (Some(chart), Some(revision)) = (source.text("chart"), source.leaf("targetRevision")) {
        let image = match source.text("repoURL") {
            Some(repository) => format!("{}/{chart}", repository.trim_end_matches('/')),
            None => chart.to_owned(),
        };
        found.extend(remote::version_finding(Some(image), revision, path, ImagePart::Chart));
    }
    found.extend(git_revision(source, path));
    let images = source.subtree_at(&["kustomize", "images"]);
    let folder = local_folder(source);
    let kustomize = images.own_leaves().filter_map(|(_, leaf)| kustomize_image(leaf, path));
    found.extend(kustomize.map(|(name, mut found)| {
        let overridden =
            folder.map(|folder| OverriddenVersion::Image { folder: folder.to_owned(), name });
        found.finding.overrides.extend(overridden);
        found
    }));
    let helm = source.subtree_at(&["helm"]);
    let files = value_files(&helm, folder);
    let helm = read_helm(&helm, path).into_iter().map(|(keys, mut found)| {
        let of_key = |key: &String| {
            let value =
                |path: &String| OverriddenVersion::Value { path: path.clone(), key: key.clone() };
            files.iter().map(value).collect::<Vec<_>>()
        };
        found.finding.overrides = keys.iter().flat_map(of_key).collect();
        found
    });
    found.extend(helm);
    found
}

/// The folder that a git source takes, if its path is literal.
fn local_folder<'a>(source: &LeafSubtree<'a>) -> Option<&'a str> {
    let path = source.text("path").filter(|path| shape::is_literal(path))?;
    Some(path.trim_start_matches("./").trim_matches('/'))
}

/// The values files of a source, as paths of this repository: those that it names, and the chart's
/// own. `$values/…` starts at the top of another source's repository, which is mostly this one.
fn value_files(helm: &LeafSubtree<'_>, folder: Option<&str>) -> Vec<String> {
    let named = helm.subtree_at(&["valueFiles"]);
    let mut out: Vec<String> = Vec::new();
    for (_, leaf) in named.own_leaves().filter(|(_, leaf)| shape::is_literal(&leaf.text)) {
        let text = &*leaf.text;
        let path = match text.strip_prefix('$').and_then(|rest| rest.split_once('/')) {
            Some((_, rest)) => Some(rest.to_owned()),
            None if text.contains("://") => None,
            None if text.starts_with('/') => Some(text.trim_matches('/').to_owned()),
            None => folder.and_then(|folder| resolve(folder, text)),
        };
        out.extend(path);
    }
    out.extend(folder.map(|folder| join(folder, "values.yaml")));
    out
}

/// Reads the fixed revision of a git source.
fn git_revision(source: &LeafSubtree<'_>, path: &str) -> Option<ObjectFinding> {
    let revision = source.leaf("targetRevision")?;
    if source.text("chart").is_some() || !shape::is_fixed_revision(&revision.text) {
        return None;
    }
    let repository = source.text("repoURL").filter(|url| shape::is_literal(url))?;
    let folder = source.text("path").map(|path| path.trim_matches('/'));
    let word = folder.filter(|path| !path.is_empty()).unwrap_or(repository);
    let image = Some(repository.trim_end_matches('/').to_owned());
    let found = remote::version_finding(image, revision, path, ImagePart::Revision)?;
    let word = base_name(word).trim_end_matches(".git").to_owned();
    Some(ObjectFinding { word: Some(word), ..found })
}

/// Reads `name=new:tag`, `name:tag`, or either with a digest. The name before `=` is the one in the
/// manifests.
fn kustomize_image(leaf: &Leaf, path: &str) -> Option<(String, ObjectFinding)> {
    let (old, new) = match leaf.text.split_once('=') {
        Some((old, new)) => (Some(old), new),
        None => (None, &*leaf.text),
    };
    if !shape::is_literal(new) {
        return None;
    }
    let ImageReference { name, version } = shape::parse_reference(new)?;
    let old_name = old.map(|old| ImageReference::parse(old).name).unwrap_or_else(|| name.clone());
    let mut location = leaf.location(path, ImagePart::Reference);
    if old.is_some() && location.span.end - location.span.start == leaf.text.len() {
        location.span.start = location.span.end - new.len();
    }
    let finding = VersionFinding {
        image: Some(name),
        version,
        locations: vec![location],
        ..VersionFinding::default()
    };
    let word = Some(base_name(&old_name).to_owned());
    Some((old_name, ObjectFinding { word, finding }))
}

/// Reads Helm parameters and values. Parameters are values under their dotted names; as in Argo CD
/// they override values, and the last of one name wins. Each finding comes with the keys that it
/// has in a values file.
fn read_helm(helm: &LeafSubtree<'_>, path: &str) -> Vec<(Vec<String>, ObjectFinding)> {
    let (mut leaves, mut real) = (Vec::new(), Vec::new());
    for (_, parameter) in helm.subtree_at(&["parameters"]).children() {
        let (Some(name), Some(value)) = (parameter.text("name"), parameter.last_leaf("value"))
        else {
            continue;
        };
        let path = dotted(name);
        if let Some(known) = leaves.iter().position(|leaf: &Leaf| leaf.path == path) {
            leaves.remove(known);
            real.remove(known);
        }
        leaves.push(Leaf { path, ..value.clone() });
        real.push(value);
    }
    let set: std::collections::HashSet<Box<str>> =
        leaves.iter().map(|leaf| leaf.path.clone()).collect();
    for key in ["valuesObject", "values"] {
        let (copies, originals) = helm.subtree_at(&[key]).detach_leaves();
        for (copy, original) in
            copies.into_iter().zip(originals).filter(|(copy, _)| !set.contains(&copy.path))
        {
            leaves.push(copy);
            real.push(original);
        }
    }
    // Leaves of one file that belong together must look like one document.
    let keys: HashMap<Span, String> =
        leaves.iter().zip(&real).map(|(leaf, real)| (real.span, leaf.display_key())).collect();
    let found = remote::image_findings(&leaves, &real, path);
    let keys_of = |found: &ObjectFinding| {
        let places = found.finding.locations.iter();
        places.filter_map(|place| keys.get(&place.span).cloned()).collect()
    };
    found.into_iter().map(|found| (keys_of(&found), found)).collect()
}

fn dotted(name: &str) -> Box<str> {
    name.split('.').collect::<Vec<_>>().join(&KEY_SEPARATOR.to_string()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SourceRule;
    use crate::source::testing::repository;

    fn read(content: &str) -> Vec<String> {
        let rule = SourceRule::new(SourceKind::Argo, "{stage}.yaml", &[]).expect("a path");
        let (found, warnings) = repository(&[("prod.yaml", content)]).read(rule);
        let show = |f: &VersionFinding| {
            let place = &f.locations[0];
            let text = &content[place.span.start..place.span.end];
            let text = if text.contains('\n') { "…" } else { text };
            let (who, image) =
                (f.component.as_deref().unwrap_or("-"), f.image.as_deref().unwrap_or("-"));
            format!(
                "{who} {image} {} :{} {}<{text}>{:?}",
                f.version,
                place.line,
                place.part.as_str(),
                f.notes
            )
        };
        let found = found.iter().map(|(_, f)| show(f));
        found.chain(warnings.iter().map(|w| w.code.to_owned())).collect()
    }

    const HEAD: &str =
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\n";

    #[test]
    fn chart_versions() {
        let one = format!(
            "{HEAD}spec:\n  source:\n    repoURL: https://c.io/\n    chart: redis\n    targetRevision: \"19.0\"\n"
        );
        assert_eq!(read(&one), ["web https://c.io/redis 19.0 :8 chart<\"19.0\">[Remote]"]);
        let two = format!(
            "\u{feff}{HEAD}spec:\n  sources:\n  - {{repoURL: r, chart: a, targetRevision: 1.x}}\n  - {{repoURL: git, targetRevision: main, ref: v}}\n  - {{repoURL: r, chart: b, targetRevision: 2.0.1}}\n"
        )
        .replace('\n', "\r\n");
        assert_eq!(
            read(&two),
            [
                "web/a r/a 1.x :6 chart<1.x>[Remote, Mutable]",
                "web/b r/b 2.0.1 :8 chart<2.0.1>[Remote]"
            ]
        );
    }

    #[test]
    fn sources_of_one_chart_stay_apart() {
        let two = |helm: [&str; 2]| {
            let one = |version: &str, helm: &str| {
                format!("  - {{repoURL: r, chart: c, targetRevision: {version}{helm}}}\n")
            };
            format!("{HEAD}spec:\n  sources:\n{}{}", one("1.0.0", helm[0]), one("1.1.0", helm[1]))
        };
        let named = two([", helm: {releaseName: front}", ", helm: {releaseName: back}"]);
        assert_eq!(
            read(&named),
            [
                "web/front r/c 1.0.0 :6 chart<1.0.0>[Remote]",
                "web/back r/c 1.1.0 :7 chart<1.1.0>[Remote]"
            ]
        );
        assert_eq!(
            read(&two(["", ""])),
            [
                "web/c-1 r/c 1.0.0 :6 chart<1.0.0>[Remote]",
                "web/c-2 r/c 1.1.0 :7 chart<1.1.0>[Remote]"
            ]
        );
    }

    #[test]
    fn application_sets() {
        let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\nspec:\n  generators: [{list: {elements: [{version: 9.9.9}]}}]\n  template:\n    metadata: {name: '{{name}}'}\n    spec:\n      source: {chart: a, repoURL: r, targetRevision: 1.2.3}\n---\napiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: b}\nspec: {template: {spec: {source: {chart: a, repoURL: r, targetRevision: '{{v}}'}}}}\n";
        assert_eq!(read(set), ["all r/a 1.2.3 :9 chart<1.2.3>[Remote]"]);
    }

    #[test]
    fn kustomize_images() {
        let text = format!(
            "{HEAD}spec:\n  source:\n    targetRevision: main\n    kustomize:\n      images:\n      - a/web=r.io/a/web:v1\n      - 'a/api:v2'\n      - old=new\n"
        );
        assert_eq!(
            read(&text),
            [
                "web/web r.io/a/web v1 :9 reference<r.io/a/web:v1>[]",
                "web/api a/api v2 :10 reference<'a/api:v2'>[]"
            ]
        );
    }

    #[test]
    fn helm_parameters_and_values() {
        let text = format!(
            "{HEAD}spec:\n  source:\n    helm:\n      parameters:\n      - name: image.tag\n        value: v3 # {{\"$imagepolicy\": \"f:web:tag\"}}\n      valuesObject:\n        image: {{repository: a/web, tag: v1}}\n"
        );
        let policy = "[Automated(Automation { policy: \"f:web:tag\" })]";
        assert_eq!(read(&text), [format!("web a/web v3 :9 tag<v3>{policy}")]);
        let text = format!(
            "{HEAD}spec:\n  source:\n    helm:\n      values: |\n        api:\n          image: {{repository: a/api, tag: v1}}\n"
        );
        assert_eq!(read(&text), ["web a/api v1 :9 tag<…>[]"]);
    }

    #[test]
    fn the_last_of_parameters_with_one_name_counts() {
        let text = format!(
            "{HEAD}spec:\n  source:\n    helm:\n      parameters:\n      - {{name: image.tag, value: v1}}\n      - {{name: image.tag, value: v9}}\n"
        );
        assert_eq!(read(&text), ["web - v9 :9 tag<v9>[]"]);
    }

    #[test]
    fn the_stage_in_a_name_is_no_part_of_the_component() {
        let text = HEAD.replace("name: web", "name: web--prod")
            + "spec:\n  source: {chart: a, repoURL: r, targetRevision: 1.2.3}\n";
        assert_eq!(read(&text), ["web r/a 1.2.3 :5 chart<1.2.3>[Remote]"]);
    }

    #[test]
    fn fixed_revisions_of_git_sources() {
        let of = |rest: &str| {
            read(&format!(
                "{HEAD}spec:\n  source: {{repoURL: 'https://h.io/o/c.git', path: charts/x, {rest}}}\n"
            ))
        };
        assert_eq!(
            of("targetRevision: v1.4.0"),
            ["web https://h.io/o/c.git v1.4.0 :5 revision<v1.4.0>[Remote]"]
        );
        assert_eq!(of("targetRevision: 0738661abcdef").len(), 1);
        for branch in
            ["main", "HEAD", "feature/x", "release-1.2", "refs/heads/v1", "'{{v}}'", "1.*"]
        {
            assert_eq!(of(&format!("targetRevision: {branch}")), Vec::<String>::new(), "{branch}");
        }
        // The image of the application keeps its name.
        let both = of("targetRevision: v1.4.0, kustomize: {images: ['r/web=r/web:v2']}");
        assert_eq!(both.len(), 2, "{both:?}");
        assert!(both.iter().any(|one| one.starts_with("web r/web v2")), "{both:?}");
    }

    #[test]
    fn other_objects_are_left_alone() {
        assert!(
            read("apiVersion: app.k8s.io/v1\nkind: Application\nspec: {source: {chart: a, targetRevision: 1.2.3}}\n")
                .is_empty()
        );
        assert!(read("- a\n- b\n").is_empty() && read("").is_empty() && read("x").is_empty());
    }
}
