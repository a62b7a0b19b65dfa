//! Messages of every refusal.

use super::overlay_tests::in_overlays;
use super::tests::{NO, digest, ground, outcome, said, with};
use super::{EditConsent, EntryChange};
use crate::model::{
    Confidence, ImagePart, KeyTemplate, Location, MappingEntry, SourceKind, Version,
};
use crate::source::testing::{repository, repository_with_links};
use crate::source::{ParseCache, SnapshotReader, ValueNotation};
use snapbox::{assert_data_eq, str};

/// Refusal of an edit of one helm values file in prod.
fn refused(text: &str, version: &str) -> String {
    outcome(
        &with(SourceKind::HelmValues, "{stage}/values.yaml"),
        &[("prod/values.yaml", text)],
        version,
        NO,
    )
}

#[test]
fn shared_values_are_refused_and_offered() {
    let shared = "a:\n  image: &i {repository: a/b, tag: v1}\nb:\n  other: *i\n";
    assert_data_eq!(
        refused(shared, "v2"),
        str![[r#"
prod/values.yaml:2: the value has an anchor and is shared; it also counts at line 4 (`b.other`)
  hint: give the stage a value of its own, or change all places at once with `--change-shared`

"#]]
    );
    let alias = "t: &t v1\nimage:\n  repository: a/b\n  tag: *t\nname: *t\n";
    assert_data_eq!(
        refused(alias, "v2"),
        str![[r#"
prod/values.yaml:1: the value has an anchor and is shared; it also counts at line 4 (`image.tag`), line 5 (`name`)
  hint: give the stage a value of its own, or change all places at once with `--change-shared`

"#]]
    );
    let config = with(SourceKind::HelmValues, "{stage}/values.yaml");
    let allowed = EditConsent { change_shared: true, ..NO };
    assert_eq!(
        outcome(&config, &[("prod/values.yaml", alias)], "v2", allowed),
        format!("prod/values.yaml: {}", alias.replace("v1", "v2"))
    );
}

#[test]
fn refusals_of_values() {
    assert_data_eq!(
        refused("image: {repository: a/b}\nimage:\n  repository: a/b\n  tag: v1\n", "v2"),
        str![[r#"
prod/values.yaml:4: the key `image` is written twice, at line 1 and line 2; readers differ in which one they take
  hint: remove one of the two

"#]]
    );
    assert_data_eq!(
        refused("image:\n  repository: a/b\n  tag: |2-\n    v1\n", "v2"),
        str![[r#"
prod/values.yaml:4: the value is a block scalar with an indentation indicator
  hint: write the value in one line, as `key: value`

"#]]
    );
    assert_data_eq!(
        refused("image: {repository: a/b, tag: v1} # {{ x }}\n", "v2"),
        str![[r#"
prod/values.yaml:1: the value is made by a template (`{{` on its line)
  hint: edit the value that the template is given

"#]]
    );
    assert_data_eq!(
        refused(
            "image: {repository: a/b}\nweb:\n  tag: v1 # {\"$imagepolicy\": \"flux-system:web:tag\"}\n",
            "v2"
        ),
        str![[r#"
prod/values.yaml:3: the line belongs to the automation `flux-system:web:tag`, which would write over the edit
  hint: change what the automation follows, or write over it with `--force-automated`

"#]]
    );
    assert_data_eq!(
        refused("image: {repository: a/b, tag: v1}\n", &digest('b')),
        str![[r#"
prod/values.yaml:1: a tag is written here, and the new version, sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, has none

"#]]
    );
    let pinned = format!("image: {{repository: a/b, digest: '{}'}}\n", digest('a'));
    let config = with(SourceKind::HelmValues, "{stage}/values.yaml");
    let drop = EditConsent { drop_digest: true, ..NO };
    assert_data_eq!(
        outcome(&config, &[("prod/values.yaml", &pinned)], "v2", drop),
        str![[r#"
prod/values.yaml:1: nothing here holds the tag that would take the place of the digest

"#]]
    );
}

#[test]
fn an_automated_line_is_edited_when_that_is_asked_for() {
    let text = "spec:\n  containers:\n  - image: a/web:1 # {\"$imagepolicy\": \"f:web\"}\n";
    let config = with(SourceKind::Manifests, "{stage}/web.yaml");
    let force = EditConsent { force_automated: true, ..NO };
    assert_data_eq!(
        outcome(&config, &[("prod/web.yaml", text)], "2", NO),
        str![[r#"
prod/web.yaml:3: the line belongs to the automation `f:web`, which would write over the edit
  hint: change what the automation follows, or write over it with `--force-automated`

"#]]
    );
    assert_eq!(
        outcome(&config, &[("prod/web.yaml", text)], "2", force),
        format!("prod/web.yaml: {}", text.replace(":1 ", ":2 "))
    );
}

#[test]
fn values_inside_texts_are_refused() {
    let text = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  source:\n    chart: web\n    helm:\n      values: |\n        image:\n          repository: a/b\n          tag: v1\n        port: 80\n";
    assert_data_eq!(
        outcome(&with(SourceKind::Argo, "{stage}/web.yaml"), &[("prod/web.yaml", text)], "v2", NO),
        str![[r#"
prod/web.yaml:11: the value stands in a text inside the file, whose bytes cannot be told exactly
  hint: write the values as keys of the file, or edit the text by hand

"#]]
    );
}

#[test]
fn an_inline_patch_is_edited_line_by_line() {
    let patch = |tag: &str| {
        format!(
            "resources: [../base]\npatches:\n- patch: |-\n    kind: Deployment\n    metadata: {{name: web}}\n    spec: {{template: {{spec: {{containers: [{{name: web, image: 'r.io/web:{tag}'}}]}}}}}} # x\n"
        )
    };
    assert_eq!(
        in_overlays(&patch("v5"), "v6", NO),
        format!("prod/kustomization.yaml: {}", patch("v6"))
    );
    assert_data_eq!(
        in_overlays(&patch("v5").replace("|-", "|2-"), "v6", NO),
        str![[r#"
prod/kustomization.yaml:6: the value is a block scalar with an indentation indicator
  hint: write the value in one line, as `key: value`

"#]]
    );
}

#[test]
fn two_entries_of_one_place_move_together_or_not_at_all() {
    let config = with(SourceKind::Compose, "{stage}/compose.yml");
    let files = [
        (
            "prod/compose.yml",
            "services:\n  web: {image: 'a/web:$TAG'}\n  job: {image: 'a/job:$TAG'}\n",
        ),
        ("prod/.env", "TAG=v1\n"),
    ];
    let (repository, cache) = (repository(&files), ParseCache::default());
    let ground = ground(&repository, &config, &cache);
    let entries = ground.to_mapping().entries;
    let change =
        |entry, version: &str| EntryChange { entry, version: Version::parse(version), image: None };
    assert_data_eq!(
        said(&ground.compute_edits(&[change(&entries[0], "v2")], NO).expect_err("shared")),
        str![[r#"
prod/.env:1: the same value also gives web in prod
  hint: promote all of them together, or give each stage a value of its own

"#]]
    );
    let two = [change(&entries[0], "v2"), change(&entries[1], "v3")];
    assert_data_eq!(
        said(&ground.compute_edits(&two, NO).expect_err("contradiction")),
        str![[r#"
prod/.env:1: two different values are wanted for one place

"#]]
    );
    let both = [change(&entries[0], "v2"), change(&entries[1], "v2")];
    assert_eq!(ground.compute_edits(&both, NO).expect("edits").files[0].after, "TAG=v2\n");
}

#[test]
fn a_name_in_pieces_cannot_be_changed() {
    let config = with(SourceKind::HelmValues, "{stage}/values.yaml");
    let files = [("prod/values.yaml", "image: {registry: r.io, repository: a/b, tag: v1}\n")];
    let (repository, cache) = (repository(&files), ParseCache::default());
    let ground = ground(&repository, &config, &cache);
    let entries = ground.to_mapping().entries;
    let change = EntryChange {
        entry: &entries[0],
        version: Version::parse("v2"),
        image: Some("eu.io/a/b".into()),
    };
    assert_data_eq!(
        said(&ground.compute_edits(&[change], NO).expect_err("refused")),
        str![[r#"
prod/values.yaml:1: the image's name is not written in one value, so that it cannot become eu.io/a/b
  hint: edit the name by hand; the version alone can be promoted

"#]]
    );
}

/// An entry that no source returned, to test the protection against stale entries.
fn foreign(path: &str) -> MappingEntry {
    let place = Location {
        path: path.into(),
        line: 1,
        document: 0,
        key: "tag".into(),
        part: ImagePart::Tag,
        span: (5..7).into(),
        alias: false,
    };
    MappingEntry {
        app: "web".into(),
        component: None,
        stage: "prod".into(),
        target: None,
        image: None,
        version: Version::parse("v1"),
        locations: vec![place],
        source: SourceKind::Yaml,
        rule: 0,
        confidence: Confidence::Configured,
        notes: Vec::new(),
    }
}

#[test]
fn what_the_state_does_not_say_is_not_edited() {
    let config = with(SourceKind::Yaml, "{stage}.yaml");
    let (repository, cache) = (repository(&[("prod.yaml", "tag: v2\n")]), ParseCache::default());
    let ground = ground(&repository, &config, &cache);
    let entry = foreign("prod.yaml");
    let change = EntryChange { entry: &entry, version: Version::parse("v3"), image: None };
    assert_data_eq!(
        said(&ground.compute_edits(&[change], NO).expect_err("unknown")),
        str![[r#"
prod.yaml:1: the location is not what this state of the repository says
  hint: read the repository again

"#]]
    );
}

#[test]
fn links_and_files_that_cannot_be_read_are_refused() {
    let repository = repository_with_links(
        &[("bad.yaml", "tag: [\n"), ("x.yaml", "tag: v1\n")],
        &[("prod.yaml", "x.yaml")],
    );
    let (snapshot, cache) = (repository.snapshot(), ParseCache::default());
    let reader = SnapshotReader::new(&snapshot, &cache);
    let read = |path| {
        said(
            &super::file_editor::FileEditor::read(&reader, path, ValueNotation::Yaml)
                .err()
                .expect("refused"),
        )
    };
    assert_data_eq!(
        read("prod.yaml"),
        str![[r#"
prod.yaml: it is a symbolic link, and towpath does not follow links
  hint: name the file it points to in the configuration

"#]]
    );
    assert_data_eq!(
        read("bad.yaml"),
        str![[r#"
bad.yaml: it cannot be read: it is not valid YAML: unclosed bracket '[' at line 1, column 6

"#]]
    );
    assert_data_eq!(
        read("none.yaml"),
        str![[r#"
none.yaml: it cannot be read: there is no such file

"#]]
    );
}

#[test]
fn an_edit_that_says_something_else_is_refused() {
    let mut config = with(SourceKind::Yaml, "{stage}.yaml");
    config.rules[0].tags.push(KeyTemplate::parse("{app}", &[]).expect("a key"));
    // The new text refers to the source; it is no tag.
    assert_data_eq!(
        outcome(&config, &[("prod.yaml", "web: v1\n")], "a/b:v2", NO),
        str![[r#"
prod.yaml:1: after the edit the files would say v2 of a/b for web in prod instead of a/b:v2 for web in prod

"#]]
    );
}
