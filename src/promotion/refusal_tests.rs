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
    let shared = "a:\n  image:\n    repository: a/b\n    tag: &t v1\nb:\n  name: *t\n";
    assert_data_eq!(
        refused(shared, "v2"),
        str![[r#"
prod/values.yaml:4: the value has an anchor and is also used at line 6 (`b.name`)
  hint: give the stage a value of its own, or change all places at once with `--change-shared`

"#]]
    );
    let alias = "t: &t v1\nimage:\n  repository: a/b\n  tag: *t\nname: *t\n";
    assert_data_eq!(
        refused(alias, "v2"),
        str![[r#"
prod/values.yaml:1: the value has an anchor and is also used at line 4 (`image.tag`), line 5 (`name`)
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
fn aliases_of_the_versions_that_change_are_no_obstacle() {
    let config = with(SourceKind::HelmValues, "{stage}/values.yaml");
    for text in [
        "x-image: &x\n  repository: a/b\n  tag: v1\nimage:\n  <<: *x\n",
        "x-tag: &t v1\nimage:\n  repository: a/b\n  tag: *t\n",
    ] {
        assert_eq!(
            outcome(&config, &[("prod/values.yaml", text)], "v2", NO),
            format!("prod/values.yaml: {}", text.replace("v1", "v2"))
        );
    }
    for (text, used) in [
        ("x-tag: &t v1\nimage:\n  repository: a/b\n  tag: *t\nname: *t\n", "`name`"),
        ("name: &t v1\nimage:\n  repository: a/b\n  tag: *t\n", "`image.tag`"),
        ("x-tag: &t v1\nimage:\n  repository: a/b\n  tag: *t\nimages: *t\n", "`images`"),
    ] {
        let said = refused(text, "v2");
        assert!(said.contains("has an anchor") && said.contains(used), "{said}");
    }
}

#[test]
fn refusals_of_values() {
    assert_data_eq!(
        refused("image: {repository: a/b}\nimage:\n  repository: a/b\n  tag: v1\n", "v2"),
        str![[r#"
prod/values.yaml:4: duplicate key `image` in lines 1 and 2; parsers differ in which one they use
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
prod/values.yaml:1: the value comes from a template (`{{` on its line)
  hint: edit the value that the template reads

"#]]
    );
    assert_data_eq!(
        refused(
            "image: {repository: a/b}\nweb:\n  tag: v1 # {\"$imagepolicy\": \"flux-system:web:tag\"}\n",
            "v2"
        ),
        str![[r#"
prod/values.yaml:3: the line is owned by the automation `flux-system:web:tag`, which would overwrite the edit
  hint: change what the automation follows, or overwrite it with `--force-automated`

"#]]
    );
    assert_data_eq!(
        refused("image: {repository: a/b, tag: v1}\n", &digest('b')),
        str![[r#"
prod/values.yaml:1: a tag is needed here, but sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb has none

"#]]
    );
    let pinned = format!("image: {{repository: a/b, digest: '{}'}}\n", digest('a'));
    let config = with(SourceKind::HelmValues, "{stage}/values.yaml");
    let drop = EditConsent { drop_digest: true, ..NO };
    assert_data_eq!(
        outcome(&config, &[("prod/values.yaml", &pinned)], "v2", drop),
        str![[r#"
prod/values.yaml:1: there is no place for a tag to replace the digest

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
prod/web.yaml:3: the line is owned by the automation `f:web`, which would overwrite the edit
  hint: change what the automation follows, or overwrite it with `--force-automated`

"#]]
    );
    assert_eq!(
        outcome(&config, &[("prod/web.yaml", text)], "2", force),
        format!("prod/web.yaml: {}", text.replace(":1 ", ":2 "))
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
prod/.env:1: the value is shared with web in prod
  hint: name all of them in one command with `--one-pr`, or give each a value of its own

"#]]
    );
    let two = [change(&entries[0], "v2"), change(&entries[1], "v3")];
    assert_data_eq!(
        said(&ground.compute_edits(&two, NO).expect_err("contradiction")),
        str![[r#"
prod/.env:1: conflicting values for one place

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
prod/values.yaml:1: the image name is not written as one value, so it cannot be changed to eu.io/a/b
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
        file: String::new(),
        overrides: Vec::new(),
        overridden: Vec::new(),
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
prod.yaml:1: the location does not match this revision
  hint: run the command again

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
prod.yaml: towpath does not follow symbolic links
  hint: configure the file that it points to

"#]]
    );
    assert_data_eq!(
        read("bad.yaml"),
        str![[r#"
bad.yaml: cannot be read: not valid YAML: unclosed bracket '[' at line 1, column 6

"#]]
    );
    assert_data_eq!(
        read("none.yaml"),
        str![[r#"
none.yaml: cannot be read: no such file

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
prod.yaml:1: after the edit the files would give v2 of a/b for web in prod instead of a/b:v2 for web in prod

"#]]
    );
}
