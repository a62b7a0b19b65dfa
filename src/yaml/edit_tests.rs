//! Edits of scalars and entries: by example, and on generated files checked with another parser.

use super::{Dialect, EditObstacle, EditableScalar, apply_splices};
use crate::yaml::{self, ScalarEdit, YamlStream, YamlValue, same_but, same_outside};
use proptest::prelude::*;

fn find<'a>(stream: &'a YamlStream, keys: &[&str]) -> YamlValue<'a> {
    let mut roots = stream.documents.iter().filter_map(yaml::YamlDocument::root);
    roots.find_map(|root| root.get_path(keys)).expect("the key is there")
}

/// Returns the file with the value under `t` replaced.
fn edited_as(file: &str, new: &str, dialect: Dialect) -> Result<String, EditObstacle> {
    let stream = yaml::parse(file).expect("yaml");
    let span = find(&stream, &["t"]).span();
    let spot = EditableScalar::find(file, &stream, span.clone())?;
    spot.check_keys()?;
    let uses = spot.alias_uses();
    if !uses.is_empty() {
        return Err(EditObstacle::Anchored(uses));
    }
    let splice = spot.replaced_by(new, dialect)?;
    let edited = apply_splices(file, std::slice::from_ref(&splice));
    let wanted = ScalarEdit { span, text: new.to_owned(), splice };
    let after = yaml::parse(&edited).expect("still YAML");
    assert!(same_but(file, &stream, &after, &[wanted]), "{file:?} {edited:?}");
    assert_eq!(find(&after, &["t"]).text().map(str::trim_end), Some(new));
    Ok(edited)
}

fn edited(file: &str, new: &str) -> Result<String, EditObstacle> {
    edited_as(file, new, Dialect::Yaml)
}

#[test]
fn the_style_that_is_there_stays() {
    for (file, new, expected) in [
        ("t: v1 # c\n", "v2", "t: v2 # c\n"),
        ("t: v1", "1.10", "t: \"1.10\""),
        ("a: 'x'\nt: v1\n", "1.10", "a: 'x'\nt: '1.10'\n"),
        ("t:   'v1'\r\nb: 2\r\n", "it's", "t:   'it''s'\r\nb: 2\r\n"),
        ("\u{feff}t: \"v1\"\t# é\n", "a\"b\\", "\u{feff}t: \"a\\\"b\\\\\"\t# é\n"),
        ("{a: 1, t: v1}", "a,b", "{a: 1, t: \"a,b\"}"),
        ("t: !!str v1\n", "v2", "t: !!str v2\n"),
        ("t:\n  v1\n", "v2", "t:\n  v2\n"),
        ("t: >-\n  v1\nb: 1\n", "v2", "t: >-\n  v2\nb: 1\n"),
        ("t: |- # c | d\n    v1", "1.10", "t: |- # c | d\n    1.10"),
        ("a: 1\n---\nt: v1\n...\n", "v2", "a: 1\n---\nt: v2\n...\n"),
        ("t: &x v1\n", "v2", "t: &x v2\n"),
    ] {
        assert_eq!(edited(file, new).as_deref(), Ok(expected), "{file}");
    }
}

#[test]
fn json_knows_no_plain_texts() {
    let edited = |file, new| edited_as(file, new, Dialect::Json).expect("an edit");
    assert_eq!(edited("{\"t\": \"v1\"}", "1.10"), "{\"t\": \"1.10\"}");
    assert_eq!(edited("{\"t\": 12}", "13"), "{\"t\": 13}");
    assert_eq!(edited("{\"t\": 12}", "013"), "{\"t\": \"013\"}");
    assert_eq!(edited("{\"t\": 12}", "v13"), "{\"t\": \"v13\"}");
}

#[test]
fn what_one_splice_cannot_do_is_refused() {
    for (file, expected) in [
        ("t: |2-\n   v1\n", EditObstacle::Indicator),
        ("t: |-\n  v1\n  v2\n", EditObstacle::SeveralLines),
        ("t: 'v1\n  v2'\n", EditObstacle::SeveralLines),
        ("t:\n", EditObstacle::NoScalar),
        ("t: v1\nt: v2\n", EditObstacle::DuplicateKey { key: "t".into(), lines: (1, 2) }),
    ] {
        assert_eq!(edited(file, "v9"), Err(expected), "{file}");
    }
    assert_eq!(edited("t: v1\n", ""), Err(EditObstacle::NotWritable));
    assert_eq!(edited("t: v1\n", "a\nb"), Err(EditObstacle::NotWritable));
}

#[test]
fn shared_values_name_their_uses() {
    let message = |file: &str| edited(file, "v9").expect_err("it is shared").to_string();
    assert_eq!(
        message("t: &v v1\nb: {c: [x, *v]}\n"),
        "the value has an anchor, and is also used at line 2 (`b.c[1]`)"
    );
    assert_eq!(
        message("t: *x\nb: &x v1\n".replace("t: *x\nb: &x v1", "b: &x v1\nt: *x").as_str()),
        "the value has an anchor, and is also used at line 2 (`t`)"
    );
    let base = "a: &a\n  t: v1\nb:\n  <<: *a\n";
    let stream = yaml::parse(base).expect("yaml");
    let spot =
        EditableScalar::find(base, &stream, find(&stream, &["a", "t"]).span()).expect("a scalar");
    let uses: Vec<String> =
        spot.alias_uses().iter().map(|used| format!("{}:{}", used.line, used.key)).collect();
    assert_eq!(uses, ["4:b.<<"]);
}

#[test]
fn a_piece_of_a_scalar() {
    let file = "t: \"${ORG:-a}/b:${TAG:-v1}\" # v1\n";
    let stream = yaml::parse(file).expect("yaml");
    let at = file.find("v1").expect("it is there");
    let spot = EditableScalar::find(file, &stream, at..at + 2).expect("a piece");
    assert_eq!((spot.is_whole(), spot.text().as_str()), (false, "v1"));
    let splice = spot.replaced_by("v2", Dialect::Yaml).expect("an edit");
    let edited = apply_splices(file, std::slice::from_ref(&splice));
    assert_eq!(edited, "t: \"${ORG:-a}/b:${TAG:-v2}\" # v1\n");
    let wanted = [ScalarEdit { span: at..at + 2, text: "v2".into(), splice }];
    assert!(same_but(file, &stream, &yaml::parse(&edited).expect("yaml"), &wanted));
    assert_eq!(spot.replaced_by("v}2", Dialect::Yaml), Err(EditObstacle::NotWritable));
    // An edit that changes another piece is detected.
    let other = file.replacen("a}", "v2}", 1);
    assert!(!same_but(file, &stream, &yaml::parse(&other).expect("yaml"), &wanted));
}

#[test]
fn a_key_goes_with_its_value() {
    for (file, expected) in [
        ("- name: a\n  t: v1 # c\n  b: 2\n", "- name: a\n  b: 2\n"),
        ("- t: v1\n  b: 2\n", "- b: 2\n"),
        ("- name: a\n  t: v1", "- name: a"),
        ("- {name: a, t: v1}\n", "- {name: a}\n"),
        ("- {t: v1, b: 2}\r\n", "- {b: 2}\r\n"),
    ] {
        let stream = yaml::parse(file).expect("yaml");
        let item =
            stream.documents[0].root().and_then(|root| root.items().next()).expect("an item");
        let spot = EditableScalar::find(file, &stream, item.get("t").expect("t").span())
            .expect("a scalar");
        let splice = spot.without_its_key().expect("an edit");
        assert_eq!(apply_splices(file, &[splice]), expected);
    }
    let only = "- t: v1\n";
    let stream = yaml::parse(only).expect("yaml");
    let spot = EditableScalar::find(only, &stream, 5..7).expect("a scalar");
    assert_eq!(spot.without_its_key(), Err(EditObstacle::NotWritable));
}

#[test]
fn trees_are_compared_outside_of_a_key() {
    let parse = |text: &str| yaml::parse(text).expect("yaml");
    let same =
        |a: &str, b: &str| same_outside(&parse(a).documents[0], &parse(b).documents[0], "images");
    assert!(same("a: 1\nimages: []\nb: [x]\n", "a: 1\nimages:\n- name: a\nb: [x]\n"));
    assert!(same("a: 1\n", "a: 1\nimages: [a]\n"));
    assert!(
        !same("a: 1\n", "a: 2\n")
            && !same("a: 1\n", "a: '1'\n")
            && !same("a: {b: c}\n", "a: [b, c]\n")
    );
    assert!(!same("a: {b: c}\nd: e\n", "a: {b: c, d: e}\n"));
}

/// Generates one value in a style, with a possible suffix.
fn entry() -> impl Strategy<Value = (String, &'static str)> {
    let text =
        prop::sample::select(vec!["v1", "release-1.2", "ghcr.io/a/b:v1", "sha-0f3e", "main", "x"]);
    let style = prop::sample::select(vec![
        "@",
        "'@'",
        "\"@\"",
        "  @",
        "!!str @",
        "&anchor @",
        "'@' # é {",
        "@ # \"c'",
        "|-\n    @",
        ">-\n    @",
        "\n    @",
        "\"@\"\t# c",
        "[@, y]",
        "{k: @, l: '@'}",
    ]);
    (text, style).prop_map(|(text, style)| (text.to_owned(), style))
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9][a-z0-9._-]{0,12}",
        "[0-9][0-9._e:xo-]{0,8}",
        prop::sample::select(vec![
            "null", "~", "on", "1.10", "a: b", "a #b", "'", "\"", "é日", "a,b", "- x", "*a",
            "{{ x }}", "%"
        ])
        .prop_map(str::to_owned),
    ]
}

/// Parses a file with another parser.
fn judged(text: &str) -> Vec<serde_yaml::Value> {
    use serde::Deserialize as _;
    // The other parser reads a byte order mark as text.
    let documents = serde_yaml::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
    documents
        .map(|document| serde_yaml::Value::deserialize(document).expect("YAML to the judge"))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn only_the_value_changes(
        entries in prop::collection::vec(entry(), 1..6),
        pick in any::<prop::sample::Index>(),
        new in value(),
        crlf in any::<bool>(),
        mark in any::<bool>(),
        open_end in any::<bool>(),
        documents in 1usize..4,
    ) {
        let mut file = String::new();
        for (at, (text, style)) in entries.iter().enumerate() {
            let anchored = style.replace("anchor", &format!("n{at}"));
            file.push_str(&format!("# note {at}\nkey{at}: {}\n\n", anchored.replace('@', text)));
        }
        for at in 1..documents {
            file.insert_str(0, &format!("doc: {at}\nkey0: other\n---\n"));
        }
        if open_end {
            file.truncate(file.trim_end().len());
        }
        if crlf {
            file = file.replace('\n', "\r\n");
        }
        if mark {
            file.insert(0, '\u{feff}');
        }
        let target = pick.index(entries.len());
        let stream = yaml::parse(&file).expect("yaml");
        let root = stream.documents[documents - 1].root().expect("a root");
        let holder = root.get(&format!("key{target}")).expect("the key");
        let value = holder.items().next().or_else(|| holder.get("k")).unwrap_or(holder);
        let span = value.span();
        let splice = EditableScalar::find(&file, &stream, span.clone())
            .and_then(|spot| spot.replaced_by(&new, Dialect::Yaml));
        let splice = splice.expect("nothing is in the way");
        prop_assert!(span.start <= splice.span.start && splice.span.end <= span.end);
        let edited = apply_splices(&file, std::slice::from_ref(&splice));
        prop_assert_eq!(&edited[..splice.span.start], &file[..splice.span.start]);
        prop_assert!(edited.ends_with(&file[splice.span.end..]));

        let mut expected = judged(&file);
        let document = expected.last_mut().expect("a document");
        let at = &mut document[format!("key{target}").as_str()];
        let at = if at.is_sequence() {
            &mut at[0]
        } else if at.is_mapping() {
            &mut at["k"]
        } else {
            at
        };
        *at = serde_yaml::Value::String(new.clone());
        prop_assert_eq!(judged(&edited), expected, "{}", edited);

        let after = yaml::parse(&edited).expect("yaml");
        let old = entries[target].0.as_str();
        let wanted = ScalarEdit { span, text: new.clone(), splice: splice.clone() };
        prop_assert!(same_but(&file, &stream, &after, &[wanted]));
        let back = splice.span.start..splice.span.start + splice.text.len();
        let spot = EditableScalar::find(&edited, &after, back).expect("the new value");
        let back = spot.replaced_by(old, Dialect::Yaml).expect("the way back");
        let back = apply_splices(&edited, &[back]);
        let took_quotes = splice.text.starts_with(['"', '\''])
            && !file[splice.span.clone()].starts_with(['"', '\'']);
        if !took_quotes {
            prop_assert_eq!(back, file);
        }
    }
}
