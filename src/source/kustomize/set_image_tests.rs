//! The recorded cases of `kustomize edit set image`, each with every style of the list; and the
//! resulting bytes.

use super::{
    FieldEdit, ImageChange, ImageEntryFields, entry_name, list_entries, set_image_splices,
};
use crate::model::ImageReference;
use crate::yaml::{self, EditObstacle, apply_splices};
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    args: Vec<String>,
    input_images: Vec<ImageEntryFields>,
    expected_images: Vec<ImageEntryFields>,
}

/// Parses an argument of `kustomize edit set image`: `name=new:tag@digest`, where `*` keeps a part
/// and a missing part is removed.
fn change(argument: &str) -> ImageChange {
    let (name, image) =
        argument.split_once('=').map_or((None, argument), |(name, image)| (Some(name), image));
    let ImageReference { name: new_name, version } = ImageReference::parse(image);
    let field = |text: Option<String>| match text.as_deref() {
        None => FieldEdit::Drop,
        Some("*") => FieldEdit::Keep,
        Some(text) => FieldEdit::Set(text.to_owned()),
    };
    ImageChange {
        name: name.unwrap_or(&new_name).to_owned(),
        new_name: field(name.map(|_| new_name.clone())),
        new_tag: field(version.tag),
        digest: field(version.digest),
    }
}

fn set(file: &str, argument: &str) -> Result<String, EditObstacle> {
    set_image_splices(file, &change(argument)).map(|splices| apply_splices(file, &splices))
}

/// Returns the list in several styles, with content before and after it.
fn written(images: &[ImageEntryFields]) -> Vec<String> {
    let head = "# kept\napiVersion: kustomize.config.k8s.io/v1beta1\nresources: [a.yaml] # kept\n";
    let tail = "patches:\n- patch: |-\n    - op: remove\n      path: /spec\n";
    if images.is_empty() {
        let lists =
            ["", "images: []\n", "images:\n", "images: null # none\n", "images: [ ] # none\n"];
        return lists
            .iter()
            .flat_map(|list| [format!("{head}{list}{tail}"), format!("{head}{tail}{list}")])
            .collect();
    }
    let item = |fields: &ImageEntryFields, lead: &str, gap: &str| {
        let pairs: Vec<String> =
            fields.iter().map(|(key, value)| format!("{key}: \"{value}\" # {key}\n")).collect();
        format!("{lead}-{gap}{}", pairs.join(&format!("{lead} {gap}")))
    };
    let flow = |fields: &ImageEntryFields| {
        let pairs: Vec<String> =
            fields.iter().map(|(key, value)| format!("{key}: '{value}'")).collect();
        format!("{{{}}}", pairs.join(", "))
    };
    let block = |lead, gap| images.iter().map(|fields| item(fields, lead, gap)).collect::<String>();
    let flows: Vec<String> = images.iter().map(flow).collect();
    let lists = [
        format!("images:\n{}", block("", " ")),
        format!("images: # list\n{}", block("  ", "   ")),
        format!("images:\n  # first\n  - {}\n", flows.join("\n  - ")),
        format!("images: [{}] # all\n", flows.join(", ")),
        format!("images: [\n  {}\n]\n", flows.join(",\n  ")),
    ];
    lists
        .iter()
        .flat_map(|list| [format!("{head}{list}{tail}"), format!("{head}{tail}{list}")])
        .collect()
}

fn set_of(images: &[ImageEntryFields]) -> BTreeSet<ImageEntryFields> {
    images.iter().cloned().collect()
}

#[test]
fn the_recorded_cases_give_the_same_images() {
    let cases: Cases = serde_json::from_str(include_str!(
        "../../../tests/fixtures/kustomize/set_image_cases.json"
    ))
    .expect("json");
    assert!(cases.cases.len() > 15);
    for case in &cases.cases {
        for file in written(&case.input_images) {
            for file in [
                file.replace('\n', "\r\n"),
                format!("\u{feff}{file}"),
                file.trim_end().to_owned(),
                file,
            ] {
                let set = |file: String, argument: &String| set(&file, argument).expect("an edit");
                let edited = case.args.iter().fold(file.clone(), set);
                let found = list_entries(&yaml::parse(&edited).expect("yaml"));
                assert_eq!(
                    set_of(&found),
                    set_of(&case.expected_images),
                    "{:?}\n{file}\n{edited}",
                    case.args
                );
                assert_eq!(edited.matches('\r').count() > 0, file.contains('\r'));
                assert_eq!(
                    edited.matches('\n').count() == edited.matches("\r\n").count(),
                    file.contains('\r'),
                    "{edited}"
                );
                assert_eq!(edited.ends_with('\n'), file.ends_with('\n'), "{edited:?}");
                assert_eq!(edited.matches("kept").count(), 2);
            }
        }
    }
}

#[test]
fn a_new_entry_looks_like_its_neighbours() {
    for (file, argument, expected) in [
        (
            "resources: [a]\n",
            "web:1.10",
            "resources: [a]\nimages:\n- name: web\n  newTag: \"1.10\"\n",
        ),
        (
            "a: b",
            "web:v1@sha256:00",
            "a: b\nimages:\n- digest: sha256:00\n  name: web\n  newTag: v1",
        ),
        (
            "images: [] # none\nb: c\n",
            "web:v1",
            "images: # none\n- name: web\n  newTag: v1\nb: c\n",
        ),
        (
            "images:\r\n  -   name: a\r\n      newTag: v1\r\n",
            "b:v2",
            "images:\r\n  -   name: a\r\n      newTag: v1\r\n  -   name: b\r\n      newTag: v2\r\n",
        ),
        (
            "images:\n- name: a\n  newTag: v1\n# of c\n- name: c\n  newTag: v1\n",
            "b:v2",
            "images:\n- name: a\n  newTag: v1\n- name: b\n  newTag: v2\n# of c\n- name: c\n  newTag: v1\n",
        ),
        (
            "images:\n- name: c\n  newTag: v1 # x\n- name: a\n  newTag: v1 # y\n# end\n",
            "b:v2",
            "images:\n- name: c\n  newTag: v1 # x\n- name: a\n  newTag: v1 # y\n- name: b\n  newTag: v2\n# end\n",
        ),
        (
            "images: [{name: a, newTag: v1}]\n",
            "b:v2",
            "images: [{name: a, newTag: v1}, {name: b, newTag: v2}]\n",
        ),
        (
            "images:\n- name: a\n  newName: r/a\n",
            "a=*:v2",
            "images:\n- name: a\n  newName: r/a\n  newTag: v2\n",
        ),
        (
            "images:\n- name: a\n  newTag: 'v1' # x\n",
            "a=*:v2",
            "images:\n- name: a\n  newTag: 'v2' # x\n",
        ),
    ] {
        assert_eq!(set(file, argument).as_deref(), Ok(expected), "{file}");
    }
}

#[test]
fn a_list_that_is_not_understood_is_refused() {
    for file in [
        "x: &i [{name: a}]\nimages: *i\n",
        "images:\n- &a {name: a}\n- *a\n",
        "{images: [], a: b}\n{{ x }}\n",
        "Images:\n- name: a\n",
        "images: text\n",
        "",
    ] {
        assert!(set(file, "b:v1").is_err(), "{file}");
    }
    let shared = set("images:\n- name: a\n  newTag: &t v1\nnamePrefix: *t\n", "a:v2");
    assert!(matches!(shared, Err(EditObstacle::Anchored(uses)) if uses[0].line == 4));
    assert_eq!(
        set("images:\n- name: a\n- name: a\n", "a:v1"),
        Err(EditObstacle::DuplicateKey { key: "a".into(), lines: (2, 3) })
    );
}

#[test]
fn the_entry_of_an_image_is_the_one_that_makes_it() {
    let file = "images:\n- {name: web, newName: r.io/web}\n- {name: db}\n";
    let name = |image| entry_name(file, image);
    assert_eq!([name("r.io/web"), name("db"), name("r.io/other")], ["web", "db", "r.io/other"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_file_is_edited_or_refused(
        head in prop::sample::select(vec!["", "\u{feff}", "images:\n", "images: [", "images:\n- name: a\n  newTag: v1\n", "a: b\n"]),
        rest in "(images:|name: |[-ab:\\[\\]{},#&*|>'\"é \n\r\t]){0,40}",
    ) {
        let file = format!("{head}{rest}");
        for argument in ["a:v2", "b=c:v1", "a@sha256:00"] {
            if let Ok(edited) = set(&file, argument) {
                let stream = yaml::parse(&edited).expect("YAML");
                let name = change(argument).name;
                prop_assert!(list_entries(&stream).iter().any(|entry| entry.get("name") == Some(&name)), "{:?} {:?}", file, edited);
            }
        }
    }
}
