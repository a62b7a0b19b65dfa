//! Whole builds, compared with kustomize's output for the same files.

use crate::model::{EntryNote, ImagePart, SourceKind};
use crate::source::VersionFinding;
use crate::source::testing::{repository, repository_with_links};
use serde_json::Value;
use std::collections::BTreeSet;

fn build(files: &[(&str, &str)], path: &str) -> Vec<VersionFinding> {
    repository(files).findings(SourceKind::Kustomize, path)
}

fn shown(finding: &VersionFinding) -> String {
    let image = finding.image.as_deref().unwrap_or_default();
    let tag = finding.version.tag.iter().map(|tag| format!(":{tag}"));
    let digest = finding.version.digest.iter().map(|digest| format!("@{digest}"));
    tag.chain(digest).fold(image.to_owned(), |text, part| text + &part)
}

#[test]
fn recorded_builds_give_the_same_images() {
    let cases: Value =
        serde_json::from_str(include_str!("../../../tests/fixtures/kustomize/build_cases.json"))
            .expect("json");
    let mut failures = Vec::new();
    for case in cases["cases"].as_array().expect("cases") {
        let files: Vec<(&str, &str)> = case["files"]
            .as_object()
            .expect("files")
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str().expect("text")))
            .collect();
        let entry = case["entry"].as_str().expect("entry").trim_matches('.');
        let path = ["kustomization.yaml", "Kustomization"]
            .map(|name| if entry.is_empty() { name.to_owned() } else { format!("{entry}/{name}") })
            .into_iter()
            .find(|path| files.iter().any(|(known, _)| known == path))
            .expect("a kustomization file");
        let found = build(&files, &path);
        if case["ok"] != true {
            // A build that kustomize refuses is still read as far as possible; if an unquoted tag
            // is the reason, its finding is marked.
            let tag_is_to_blame =
                case["about"].as_str().is_some_and(|about| about.starts_with("newTag"));
            let said = found.iter().any(|finding| finding.notes.contains(&EntryNote::Unbuildable));
            assert_eq!(said, tag_is_to_blame, "{}", case["about"]);
            continue;
        }
        let images: BTreeSet<String> = found
            .iter()
            .filter(|finding| {
                let unused = [EntryNote::Unmatched, EntryNote::NoEffect];
                !unused.iter().any(|note| finding.notes.contains(note))
            })
            .map(shown)
            .collect();
        let lines = case["image_lines"].as_array().expect("lines").iter().filter_map(Value::as_str);
        let wanted: BTreeSet<String> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(_, image)| image.trim().trim_matches('"').to_owned())
            // The images of volumes are recorded on lines of their own, below `image:`.
            .chain(case["about"].eq("image volume").then(|| "nginx:1".to_owned()))
            .filter(|image| !image.is_empty())
            .collect();
        if images != wanted {
            failures.push(format!("{}: {images:?} instead of {wanted:?}", case["about"]));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: web\n    image: r.io/web:v1\n";

/// Returns the findings in order, with the first location as `path:line key`.
fn places(found: &[VersionFinding]) -> Vec<String> {
    let place = |finding: &VersionFinding| {
        finding.locations.first().map(|at| format!("{}:{} {}", at.path, at.line, at.key))
    };
    found
        .iter()
        .map(|finding| format!("{} {}", shown(finding), place(finding).unwrap_or_default()))
        .collect()
}

#[test]
fn a_place_in_a_base_is_inherited() {
    let files = [
        ("base/p.yaml", POD),
        (
            "base/kustomization.yaml",
            "resources: [p.yaml]\nimages:\n- name: r.io/web\n  newTag: v2\n",
        ),
        (
            "dev/kustomization.yaml",
            "resources: [../base]\nimages:\n- name: r.io/web\n  newTag: v3\n",
        ),
        ("prod/kustomization.yaml", "resources: [../base]\n"),
    ];
    let dev = build(&files, "dev/kustomization.yaml");
    assert_eq!(places(&dev), ["r.io/web:v3 dev/kustomization.yaml:4 images[r.io/web].newTag"]);
    assert_eq!((dev[0].notes.as_slice(), dev[0].component.as_deref()), (&[][..], Some("web")));
    let at = &dev[0].locations[0];
    assert_eq!((&files[2].1[at.span.start..at.span.end], at.part), ("v3", ImagePart::Tag));
    let prod = build(&files, "prod/kustomization.yaml");
    assert_eq!(places(&prod), ["r.io/web:v2 base/kustomization.yaml:4 images[r.io/web].newTag"]);
    assert_eq!(prod[0].notes, [EntryNote::Inherited]);
}

#[test]
fn every_place_of_the_same_reference_counts() {
    let pod = POD.replace("metadata: {name: p}", "metadata: {name: q}");
    let found = build(
        &[
            ("p.yaml", POD),
            ("q.yaml", &pod),
            ("kustomization.yaml", "resources: [p.yaml, q.yaml]\n"),
        ],
        "kustomization.yaml",
    );
    assert_eq!(places(&found), ["r.io/web:v1 p.yaml:7 spec.containers[web].image"]);
    assert_eq!(found[0].locations.len(), 2);
    assert_eq!(found[0].locations[1].part, ImagePart::Reference);
}

#[test]
fn entries_that_match_nothing_and_remote_resources_are_findings() {
    let text = "resources:\n- https://github.com/org/web/config?ref=abc\n- https://github.com/org/other?ref=main\n\
                images:\n- name: r.io/web\n  newName: q.io/web\n  newTag: abc # {\"$imagepolicy\": \"ns:web:tag\"}\n\
                helmCharts:\n- {name: redis, repo: \"https://charts.io/x/\", version: 1.2.3}\n";
    let found = build(&[("o/kustomization.yaml", text)], "o/kustomization.yaml");
    assert_eq!(
        places(&found),
        [
            "q.io/web:abc o/kustomization.yaml:7 images[r.io/web].newTag",
            "charts.io/x/redis:1.2.3 o/kustomization.yaml:9 helmCharts[redis].version",
            "github.com/org/web/config:abc o/kustomization.yaml:2 resources[0]",
        ]
    );
    let policy = crate::model::Automation { policy: "ns:web:tag".into() };
    assert_eq!(found[0].notes, [EntryNote::Unmatched, EntryNote::Automated(policy)]);
    let components: Vec<_> =
        found.iter().filter_map(|finding| finding.component.as_deref()).collect();
    assert_eq!(components, ["web", "redis", "web/config"]);
    assert_eq!(
        (found[2].locations[0].part, found[2].notes.as_slice()),
        (ImagePart::Revision, &[EntryNote::Remote][..])
    );
}

#[test]
fn an_overlay_that_repeats_an_unmatched_entry_wins() {
    let files = [
        ("b/kustomization.yaml", "images: [{name: web, newName: q.io/web, newTag: v1}]\n"),
        ("o/kustomization.yaml", "resources: [../b]\nimages: [{name: q.io/web, newTag: v2}]\n"),
    ];
    assert_eq!(
        places(&build(&files, "o/kustomization.yaml")),
        ["q.io/web:v2 o/kustomization.yaml:2 images[q.io/web].newTag"]
    );
}

#[test]
fn images_that_share_a_word_are_called_by_their_names() {
    let pod = "kind: Pod\nspec: {containers: [{name: a, image: \"x/web:1\"}, {name: b, image: \"y/web:1\"}, {name: c, image: z}]}\n";
    let found = build(
        &[("p.yaml", pod), ("kustomization.yaml", "resources: [p.yaml]\n")],
        "kustomization.yaml",
    );
    let components: Vec<_> =
        found.iter().filter_map(|finding| finding.component.as_deref()).collect();
    assert_eq!(components, ["x/web", "y/web", "z"]);
}

#[test]
fn inline_patches_add_and_change_containers_at_their_place() {
    let text = "resources: [p.yaml]\npatches:\n- patch: |-\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: p}\n    spec:\n      \
                containers:\n      - name: side\n        image: side:v7\n- target: {kind: Pod, name: \"p|q\"}\n  patch: |\n    - op: replace\n      \
                path: /spec/containers/1/image\n      value: r.io/web:v9\n";
    let found = build(&[("p.yaml", POD), ("kustomization.yaml", text)], "kustomization.yaml");
    assert_eq!(
        places(&found),
        [
            "side:v7 kustomization.yaml:10 spec.containers[side].image",
            "r.io/web:v9 kustomization.yaml:15 spec.containers.1.image"
        ]
    );
    for finding in &found {
        let span = finding.locations[0].span;
        assert_eq!(text[span.start..span.end], shown(finding));
    }
}

#[test]
fn deleting_patches_take_their_images_away() {
    let text = "resources: [p.yaml]\npatchesStrategicMerge:\n- |-\n  {apiVersion: v1, kind: Pod, metadata: {name: p}, \
                spec: {containers: [{name: web, $patch: delete}]}}\n";
    assert!(
        build(&[("p.yaml", POD), ("kustomization.yaml", text)], "kustomization.yaml").is_empty()
    );
    let text = "resources: [p.yaml]\npatches:\n- path: d.yaml\n";
    let patch = "{apiVersion: v1, kind: Pod, metadata: {name: p}, $patch: delete}\n";
    let files = [("p.yaml", POD), ("d.yaml", patch), ("kustomization.yaml", text)];
    assert!(build(&files, "kustomization.yaml").is_empty());
}

fn warnings_of(
    files: &[(&str, &str)],
    links: &[(&str, &str)],
    path: &str,
) -> (Vec<VersionFinding>, Vec<&'static str>) {
    let rule =
        crate::config::SourceRule::new(SourceKind::Kustomize, path, &[]).expect("a template");
    let (found, warnings) = repository_with_links(files, links).read(rule);
    (
        found.into_iter().map(|(_, finding)| finding).collect(),
        warnings.iter().map(|warning| warning.code).collect(),
    )
}

#[test]
fn hostile_files_are_warnings_and_the_rest_is_answered() {
    let read = |text: &str, links: &[(&str, &str)]| {
        let (found, warnings) =
            warnings_of(&[("o/p.yaml", POD), ("o/kustomization.yaml", text)], links, "o");
        assert_eq!(found.len(), 1, "{text}");
        warnings
    };
    assert_eq!(read("resources: [p.yaml, ../../../etc/passwd]\n", &[]), ["kustomize-outside"]);
    assert_eq!(read("resources: [p.yaml, /etc/passwd]\n", &[]), ["kustomize-outside"]);
    assert_eq!(
        read("resources: [p.yaml, link.yaml]\n", &[("o/link.yaml", "/etc/passwd")]),
        ["symlink"]
    );
    assert_eq!(read("resources: [p.yaml, ../o]\n", &[]), ["kustomize-cycle"]);
    assert_eq!(read("resources: [p.yaml, none]\n", &[]), ["kustomize-missing"]);
    assert_eq!(
        read("resources: [p.yaml]\nimages: [{name: \"a[\", newName: b}]\n", &[]),
        ["kustomize-pattern"]
    );
}

#[test]
fn diamonds_that_double_at_every_level_are_cut() {
    let mut files = vec![
        ("d0/p.yaml".to_owned(), POD.to_owned()),
        ("d0/kustomization.yaml".to_owned(), "resources: [p.yaml]\n".into()),
    ];
    for level in 1..40 {
        let below = level - 1;
        files.push((
            format!("d{level}/kustomization.yaml"),
            format!("resources: [../d{below}, ../d{below}]\n"),
        ));
    }
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (found, warnings) = warnings_of(&files, &[], "d39");
    assert_eq!((found.len(), warnings.contains(&"kustomize-size")), (1, true));
}

#[test]
fn what_a_remembered_base_looked_at_is_touched_again() {
    use crate::source::{ParseCache, SnapshotReader};
    let files = [
        ("base/p.yaml", POD),
        ("base/kustomization.yaml", "resources: [p.yaml]\n"),
        ("a/kustomization.yaml", "resources: [../base]\n"),
        ("b/kustomization.yaml", "resources: [../base]\n"),
    ];
    let made = repository(&files);
    let (snapshot, cache) = (made.snapshot(), ParseCache::default());
    let reader = SnapshotReader::new(&snapshot, &cache);
    for directory in ["a", "b"] {
        super::build_lookup::find_in_build(&reader, directory, |_, _| Vec::new());
        let touched = reader.take_touched().file_paths();
        for path in ["base/p.yaml", "base/kustomization.yaml", "base/kustomization.yml"] {
            assert!(touched.contains(path), "{directory}: {path}");
        }
        assert!(touched.contains(&format!("{directory}/kustomization.yaml")));
    }
}

/// An `ImageTagTransformer` rewrites the fields of its `fieldSpecs` too, and replacements in a file
/// of their own are told like inline ones.
#[test]
fn fields_of_transformers_and_replacements_in_files() {
    let object =
        "apiVersion: example.com/v1\nkind: Foo\nmetadata: {name: i}\nspec:\n  image: nginx:1.2.1\n";
    let transformer = "apiVersion: builtin\nkind: ImageTagTransformer\nmetadata: {name: n}\n\
                       imageTag: {name: nginx, newName: apache, newTag: 1.3.0}\n\
                       fieldSpecs:\n- path: spec/image\n";
    let files = [
        ("o/r.yaml", object),
        ("o/kustomization.yaml", "resources: [r.yaml]\ntransformers: [t.yaml]\n"),
        ("o/t.yaml", transformer),
    ];
    let found = build(&files, "o/kustomization.yaml");
    assert_eq!(found.iter().map(shown).collect::<Vec<_>>(), ["apache:1.3.0"]);
    let replacement =
        "source: {kind: Foo}\ntargets:\n- select: {kind: Foo}\n  fieldPaths: [spec.image]\n";
    let files = [
        ("o/r.yaml", object),
        ("o/kustomization.yaml", "resources: [r.yaml]\nreplacements:\n- path: p.yaml\n"),
        ("o/p.yaml", replacement),
    ];
    let rule = crate::config::SourceRule::new(crate::model::SourceKind::Kustomize, "o", &[]);
    let (_, warnings) = crate::source::testing::repository(&files).read(rule.expect("a path"));
    assert!(
        format!("{warnings:?}").contains("has replacements that write into images"),
        "{warnings:?}"
    );
}
