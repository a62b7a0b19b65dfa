//! What is read from applications, as one line for each finding.

use super::*;
use crate::config::SourceRule;
use crate::source::testing::{name_of, repository};

fn read(content: &str) -> Vec<String> {
    let rule = SourceRule::new(SourceKind::Argo, "{stage}.yaml", &[]).expect("a path");
    let (found, warnings) = repository(&[("prod.yaml", content)]).read(rule);
    let show = |f: &VersionFinding| {
        let place = &f.locations[0];
        let text = &content[place.span.start..place.span.end];
        let text = if text.contains('\n') { "…" } else { text };
        let (who, image) = (name_of(f), f.image.as_deref().unwrap_or("-"));
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

const HEAD: &str = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\n";

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
        ["web/a r/a 1.x :6 chart<1.x>[Remote, Mutable]", "web/b r/b 2.0.1 :8 chart<2.0.1>[Remote]"]
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
        ["web/c-1 r/c 1.0.0 :6 chart<1.0.0>[Remote]", "web/c-2 r/c 1.1.0 :7 chart<1.1.0>[Remote]"]
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
    for branch in ["main", "HEAD", "feature/x", "release-1.2", "refs/heads/v1", "'{{v}}'", "1.*"] {
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
