//! Values files and releases that only inherit a version: they get one of their own.

use super::tests::{NO, outcome, with};
use crate::config::NameTemplate;
use crate::model::SourceKind;
use snapbox::{assert_data_eq, str};

const BASE: &str = "image:\n  repository: a/b\n  tag: v1\n";

/// The outcome for prod, whose file is `prod`, beside dev, which inherits, too.
fn of_values(base: &str, prod: &str, version: &str) -> String {
    let files = [
        ("web/values.yaml", base),
        ("web/values-dev.yaml", "x: 1\n"),
        ("web/values-prod.yaml", prod),
    ];
    outcome(&with(SourceKind::HelmValues, "{app}/values-{stage}.yaml"), &files, version, NO)
}

#[test]
fn a_missing_key_is_added_beside_its_siblings() {
    assert_data_eq!(
        of_values(BASE, "image: # ours\n  pullPolicy: Always # kept\n\nreplicas: 3\n", "v2"),
        str![[r#"
web/values-prod.yaml: image: # ours
  pullPolicy: Always # kept
  tag: v2

replicas: 3

"#]]
    );
    assert_data_eq!(
        of_values(BASE, "resources:\n    limits:\n        cpu: 1\n", "v2"),
        str![[r#"
web/values-prod.yaml: resources:
    limits:
        cpu: 1
image:
    tag: v2

"#]]
    );
    assert_data_eq!(
        of_values(BASE, "image: {pullPolicy: Always}\n", "v2"),
        str![[r#"
web/values-prod.yaml: image: {pullPolicy: Always, tag: v2}

"#]]
    );
    assert_data_eq!(
        of_values(BASE, "image: {}\n", "v2"),
        str![[r#"
web/values-prod.yaml: image: {tag: v2}

"#]]
    );
}

#[test]
fn a_file_without_values_gets_its_first() {
    assert_eq!(
        of_values(BASE, "# nothing yet", "v2"),
        "web/values-prod.yaml: # nothing yet\nimage:\n  tag: v2\n"
    );
    assert_eq!(of_values(BASE, "", "v2"), "web/values-prod.yaml: image:\n  tag: v2\n");
}

#[test]
fn the_value_is_written_as_the_inherited_one() {
    let base = "image: {repository: a/b, tag: \"1.10\"}\n";
    let expected = "web/values-prod.yaml: x: 1\nimage:\n  tag: \"1.20\"\n";
    assert_eq!(of_values(base, "x: 1\n", "1.20"), expected);
    let base = "image: a/b:v1\n";
    assert_eq!(of_values(base, "x: 1\n", "v2"), "web/values-prod.yaml: x: 1\nimage: a/b:v2\n");
    let base = "image: {repository: a/b, tag: v1}\n";
    let expected = "web/values-prod.yaml: x: 1\nimage:\n  tag: \"1.20\"\n";
    assert_eq!(of_values(base, "x: 1\n", "1.20"), expected);
    // Line ends are those of the file.
    let expected = "web/values-prod.yaml: x: 1\r\nimage:\r\n  tag: v2\r\n";
    assert_eq!(of_values(BASE, "x: 1\r\n", "v2"), expected);
}

#[test]
fn what_others_use_is_not_in_the_way_if_it_stays() {
    let base = "image: {repository: a/b, tag: &t v1}\nlabel: *t\n";
    let expected = "web/values-prod.yaml: x: 1\nimage:\n  tag: v2\n";
    assert_eq!(of_values(base, "x: 1\n", "v2"), expected);
}

#[test]
fn what_would_change_something_else_is_refused() {
    const SHARED: &str = "web/values.yaml:3: the value is shared with web in dev\n  hint: give each stage a value of its own\n";
    // A mapping of its own would hide what the merge key brings.
    let merged = "x: &x {image: {pullPolicy: Always}}\n<<: *x\n";
    assert_eq!(of_values(BASE, merged, "v2"), SHARED);
    // The mapping is used twice.
    assert_eq!(of_values(BASE, "image: &i\n  a: 1\nother: *i\n", "v2"), SHARED);
    // Helm replaces lists as a whole.
    let list = "images:\n- name: web\n  image: a/b:v1\n";
    assert_eq!(of_values(list, "x: 1\n", "v2"), SHARED.replace("with web", "with web/web"));
}

#[test]
fn the_base_may_be_named_by_the_rule() {
    let files = [
        ("web/values.yaml", BASE),
        ("web/eu/values-prod.yaml", "x: 1\n"),
        ("web/us/values-dev.yaml", "x: 1\n"),
    ];
    let expected = "web/eu/values-prod.yaml: x: 1\nimage:\n  tag: v2\n";
    let mut config = with(SourceKind::HelmValues, "{app}/{target}/values-{stage}.yaml");
    config.rules[0].base = Some(NameTemplate::new("{app}/values.yaml"));
    assert_eq!(outcome(&config, &files, "v2", NO), expected);
}

#[test]
fn an_app_version_is_overridden_by_the_tag() {
    let files = [
        ("web/Chart.yaml", "name: web\nversion: 0.1.0\nappVersion: \"1.16.0\"\n"),
        ("web/values.yaml", "image:\n  repository: a/b\n  tag: \"\"\n"),
        ("web/values-dev.yaml", "x: 1\n"),
        ("web/values-prod.yaml", "image:\n  pullPolicy: Always\n"),
    ];
    let config = with(SourceKind::HelmValues, "{app}/values-{stage}.yaml");
    assert_eq!(
        outcome(&config, &files, "1.17.0", NO),
        "web/values-prod.yaml: image:\n  pullPolicy: Always\n  tag: \"1.17.0\"\n"
    );
    let empty = [files[0], files[1], files[2], ("web/values-prod.yaml", "image:\n  tag: ''\n")];
    assert_eq!(
        outcome(&config, &empty, "1.17.0", NO),
        "web/values-prod.yaml: image:\n  tag: \"1.17.0\"\n"
    );
}

#[test]
fn a_value_of_a_subchart_is_added_below_its_key() {
    let files = [
        (
            "web/Chart.yaml",
            "name: web\nversion: 0.1.0\ndependencies:\n- {name: db, version: 1.0.0, alias: store}\n",
        ),
        ("web/charts/db/Chart.yaml", "name: db\nversion: 1.0.0\n"),
        ("web/charts/db/values.yaml", BASE),
        ("web/values.yaml", "x: 1\n"),
        ("web/values-dev.yaml", "x: 1\n"),
        ("web/values-prod.yaml", "store:\n  size: 2\n"),
    ];
    let config = with(SourceKind::HelmValues, "{app}/values-{stage}.yaml");
    assert_eq!(
        outcome(&config, &files, "v2", NO),
        "web/values-prod.yaml: store:\n  size: 2\n  image:\n    tag: v2\n"
    );
}

#[test]
fn a_release_gets_a_value_of_its_own() {
    let release = |stage: &str, values: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: web}}\nspec:\n  chart:\n    spec:\n      chart: charts/web\n      sourceRef: {{kind: GitRepository, name: {stage}}}\n{values}"
        )
    };
    let (dev, prod) = (release("dev", ""), release("prod", "  values:\n    replicas: 3\n"));
    let files = [
        ("charts/web/Chart.yaml", "name: web\nversion: 0.1.0\n"),
        ("charts/web/values.yaml", BASE),
        ("dev/web.yaml", dev.as_str()),
        ("prod/web.yaml", prod.as_str()),
    ];
    let config = with(SourceKind::Flux, "{stage}/{app}.yaml");
    let expected = format!("prod/web.yaml: {prod}    image:\n      tag: v2\n");
    assert_eq!(outcome(&config, &files, "v2", NO), expected);
    let bare = release("prod", "");
    let files = [files[0], files[1], files[2], ("prod/web.yaml", bare.as_str())];
    let expected = format!("prod/web.yaml: {bare}  values:\n    image:\n      tag: v2\n");
    assert_eq!(outcome(&config, &files, "v2", NO), expected);
}
