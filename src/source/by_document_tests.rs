use super::*;
use crate::model::SourceKind;
use crate::source::testing::repository;

const PLAIN: &str = "kind: ConfigMap\ndata: {a: b}\n";
const WEB: &str = "kind: Deployment\nspec:\n  containers:\n  - image: x/web:1 # note\n";
const STREAM: &str = "kind: ImageStream\nspec:\n  tags:\n  - from: {name: x/api:2}\n";

/// Returns the findings with document, line and text.
fn found(text: &str, rule: &SourceRule) -> Vec<String> {
    let (found, warnings) = repository(&[("prod/a.yaml", text)]).read(rule.clone());
    let places = found.iter().flat_map(|(_, finding)| &finding.locations);
    let places = places
        .map(|at| format!("{} {} {}", at.document, at.line, &text[at.span.start..at.span.end]));
    places.chain(warnings.iter().map(|warning| warning.code.to_owned())).collect()
}

fn rule(kind: SourceKind) -> SourceRule {
    SourceRule::new(kind, "{stage}/*.yaml", &[]).expect("a path")
}

#[test]
fn documents_alone_give_what_the_file_gives() {
    let manifests = rule(SourceKind::Manifests);
    let text = format!("# note\n---\n{PLAIN}---\n{WEB}---\n{STREAM}---\n{WEB}");
    let expected = ["1 9 x/web:1", "3 19 x/web:1", "2 14 x/api:2"];
    assert_eq!(found(&text, &manifests), expected);
    let windows: Vec<String> = found(&text.replace('\n', "\r\n"), &manifests);
    assert_eq!(windows, expected, "read as a whole");
}

#[test]
fn one_broken_document_breaks_the_file() {
    let text = format!("{WEB}---\na: [1\n---\n{PLAIN}");
    assert_eq!(found(&text, &rule(SourceKind::Manifests)), ["not-yaml"]);
}

#[test]
fn escapes_do_not_hide_a_key() {
    let hidden = WEB.replace("image", "\"im\\x61ge\"");
    assert_eq!(
        found(&format!("{PLAIN}---\n{hidden}"), &rule(SourceKind::Manifests)),
        ["1 7 x/web:1"]
    );
}

#[test]
fn words_are_what_every_match_says() {
    let words_of = |template| template_words(template).collect::<Vec<_>>();
    assert_eq!(words_of("spec.\"[image.tag]\".value"), ["spec", "image", "tag", "value"]);
    assert_eq!(words_of("OL_{APP}_VERSION[0].*.a-b"), ["OL_", "_VERSION", "a", "b"]);
}
