//! Versions in a text that is YAML itself, as the `values: |` of an Argo CD `Application`.

use super::tests::{NO, outcome, with};
use crate::model::SourceKind;

const HEAD: &str = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  source:\n    repoURL: https://h.io/charts.git\n    path: web\n    targetRevision: main\n    helm:\n";
const EMBEDDED: &str = "the value is part of a text block, in which its exact position is unknown\n  hint: write the values as keys of the file, or edit the text block by hand\n";

/// The outcome for values that are written in a text of an application.
fn in_text(values: &str, version: &str) -> String {
    let file = format!("{HEAD}{values}");
    let out = outcome(
        &with(SourceKind::Argo, "{stage}/{app}.yaml"),
        &[("prod/web.yaml", &file)],
        version,
        NO,
    );
    without_place(&out.replace(&format!("prod/web.yaml: {HEAD}"), ""))
}

/// A refusal without its file and line.
fn without_place(said: &str) -> String {
    match said.strip_prefix("prod/web.yaml:").and_then(|said| said.split_once(": ")) {
        Some((_, refusal)) => refusal.to_owned(),
        None => said.to_owned(),
    }
}

#[test]
fn a_value_in_a_text_is_edited_there() {
    let before = "      values: |\n        # ours\n        image:\n          repository: a/b\n          tag: v1 # kept\n\n        env: \"é: v1\"\n      releaseName: web\n";
    assert_eq!(in_text(before, "v2"), before.replace("tag: v1", "tag: v2"));
    let windows = before.replace('\n', "\r\n");
    let out = in_text(&windows, "v2");
    assert_eq!(out, windows.replace("tag: v1", "tag: v2"));
    let strip = before.replace("values: |", "values: |-");
    assert_eq!(in_text(&strip, "v2"), strip.replace("tag: v1", "tag: v2"));
    // Quotes are written where the text needs them.
    let quoted = before.replace("tag: v1", "tag: '1.10'");
    assert_eq!(in_text(&quoted, "1.20"), quoted.replace("1.10", "1.20"));
    assert_eq!(in_text(before, "1.20"), before.replace("tag: v1", "tag: \"1.20\""));
}

#[test]
fn two_places_of_a_text_change_together() {
    let digest = |letter: char| format!("sha256:{}", letter.to_string().repeat(64));
    let before = format!(
        "      values: |\n        image:\n          repository: a/b\n          digest: {}\n          tag: v1\n",
        digest('a')
    );
    let version = format!("v2@{}", digest('b'));
    let after = before.replace("v1", "v2").replace(&digest('a'), &digest('b'));
    assert_eq!(in_text(&before, &version), after);
}

#[test]
fn a_text_that_is_not_written_as_read_is_refused() {
    let folded = "      values: >\n        image:\n          repository: a/b\n          tag: v1\n\n\n        x: 1\n";
    assert_eq!(in_text(folded, "v2"), folded.replace("tag: v1", "tag: v2"));
    let folded = "      values: >\n        a: 1\n\n        image:\n          repository: a/b\n          tag: v1\n";
    assert_eq!(in_text(folded, "v2"), EMBEDDED);
    // Another value of the text would change with it.
    let anchored = "      values: |\n        image:\n          repository: a/b\n          tag: &t v1\n        label: *t\n";
    assert_eq!(in_text(anchored, "v2"), EMBEDDED);
    let twice = "      values: |\n        image:\n          repository: a/b\n          tag: v1\n        image:\n          repository: a/b\n          tag: v1\n";
    assert_eq!(in_text(twice, "v2"), EMBEDDED);
    let template =
        "      values: |\n        image:\n          repository: a/b\n          tag: v1 # {{ . }}\n";
    assert!(in_text(template, "v2").contains("template"), "{}", in_text(template, "v2"));
}

#[test]
fn a_digest_is_not_taken_out_of_a_text() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let before = format!(
        "      values: |\n        image:\n          repository: a/b\n          tag: v1\n          digest: {digest}\n"
    );
    let file = format!("{HEAD}{before}");
    let consent = super::EditConsent { drop_digest: true, ..NO };
    let config = with(SourceKind::Argo, "{stage}/{app}.yaml");
    let said = outcome(&config, &[("prod/web.yaml", &file)], "v2", consent);
    assert_eq!(without_place(&said), EMBEDDED);
}
