//! Kustomizations that build on themselves, or on far too much.

use super::{Files, entries, json, warnings};
use crate::support::Sandbox;

const POD: &str = "kind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec: {containers: [{name: a, image: \"r/a:v1\"}]}\n";

/// Overlays `dev` and `prod` of an app `web`, each with a pod.
fn overlays(kustomization: &str) -> Files {
    let config = "stages: [dev, prod]\nsources: [{kustomize: \"apps/{app}/{stage}\"}]\n";
    ["dev", "prod"].iter().fold(Files::new().add("towpath.yaml", config), |files, stage| {
        files
            .add(
                format!("apps/web/{stage}/kustomization.yaml"),
                format!("resources: [pod.yaml]\n{kustomization}"),
            )
            .add(format!("apps/web/{stage}/pod.yaml"), POD)
    })
}

/// Entries, and the distinct codes of warnings.
fn read(files: &Files) -> (Vec<String>, Vec<String>) {
    let sandbox = Sandbox::new();
    let answer = json(&sandbox, &files.commit(&sandbox, "deploy"), &[]);
    let mut codes: Vec<String> = warnings(&answer)
        .iter()
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect();
    codes.sort();
    codes.dedup();
    (entries(&answer), codes)
}

fn both(tag: &str) -> Vec<String> {
    ["dev", "prod"].iter().map(|stage| format!("web {stage} {tag}")).collect()
}

#[test]
fn cycles_end() {
    let files = overlays("components: [../../a]\nimages: [{name: r/a, newTag: v2}]\n")
        .add("apps/a/kustomization.yaml", "resources: [../b, .]\n")
        .add("apps/b/kustomization.yaml", "resources: [../a, ../b]\n");
    assert_eq!(read(&files), (both("v2"), vec!["kustomize-cycle".to_owned()]));
}

#[test]
fn thirty_levels_of_two_components_end() {
    let mut files = overlays("components: [../../c/0]\nimages: [{name: r/a, newTag: v2}]\n");
    for i in 0..30 {
        let text = format!("kind: Component\ncomponents: [../{0}, ../{0}]\n", i + 1);
        files = files.add(format!("apps/c/{i}/kustomization.yaml"), text);
    }
    files = files.add("apps/c/30/kustomization.yaml", "kind: Component\n");
    assert_eq!(read(&files), (both("v2"), vec!["kustomize-size".to_owned()]));
}

#[test]
fn thirty_levels_of_two_bases_end() {
    let mut files = overlays("bases: [../../c/0]\nimages: [{name: r/a, newTag: v2}]\n");
    for i in 0..30 {
        files = files.add(
            format!("apps/c/{i}/kustomization.yaml"),
            format!("resources: [../{0}, ../{0}]\n", i + 1),
        );
    }
    files = files
        .add("apps/c/30/kustomization.yaml", "resources: [pod.yaml]\n")
        .add("apps/c/30/pod.yaml", POD);
    assert_eq!(read(&files), (both("v2"), vec!["kustomize-size".to_owned()]));
}

#[test]
fn what_lies_outside_is_not_read() {
    for outside in [
        "../../../../../../../../etc/passwd",
        "/etc/passwd",
        "file:///etc/passwd",
        "../../../.git/config",
    ] {
        let files = overlays(&format!(
            "bases: [\"{outside}\"]\ncomponents: [\"{outside}\"]\npatches: [{{path: \"{outside}\"}}]\n\
             configurations: [\"{outside}\"]\ntransformers: [\"{outside}\"]\ngenerators: [\"{outside}\"]\n\
             images: [{{name: r/a, newTag: v2}}]\n"
        ));
        let (found, _) = read(&files);
        assert_eq!(found, both("v2"), "{outside}");
    }
}

#[test]
fn names_that_are_no_expressions_are_named() {
    for name in ["a[", "(a{500}){500}", "(?P<x>", "a)"] {
        let files = overlays(&format!(
            "images: [{{name: '{name}', newTag: v9}}, {{name: r/a, newTag: v2}}]\n"
        ));
        let (found, codes) = read(&files);
        for wanted in ["web/a dev v2", "web/a prod v2"] {
            assert!(found.iter().any(|entry| entry == wanted), "{name}: {found:?}");
        }
        assert_eq!(codes, ["kustomize-pattern"], "{name}");
    }
}

#[test]
fn copies_of_copies_are_bounded() {
    let copies: String =
        (0..60).map(|i| format!("    - {{op: copy, from: /spec, path: /spec/c{i}}}\n")).collect();
    let deeper = "    - {op: copy, from: /spec, path: /spec/spec}\n".repeat(500);
    let long =
        format!("    - {{op: add, path: \"{}\", value: \"r/a:v3\"}}\n", "/a".repeat(100_000));
    for operations in [copies, deeper, long] {
        let patch = format!("patches:\n- target: {{kind: Pod}}\n  patch: |-\n{operations}");
        let (found, _) = read(&overlays(&format!("{patch}images: [{{name: r/a, newTag: v2}}]\n")));
        assert!(both("v2").iter().all(|wanted| found.contains(wanted)), "{found:?}");
    }
}
