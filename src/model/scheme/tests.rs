//! A table of tag lists, each with its order and the reason for each tag that is left out.

use super::VersionScheme;

/// The lists. A line `scheme: …` starts one; `tags: …` are in no order; `newest: …` is the wanted
/// order, with `=` between tags of equal rank; `out: TAG code` is left out.
const TABLE: &str = include_str!("tests.txt");

struct TagList<'a> {
    scheme: &'a str,
    tags: Vec<String>,
    newest: &'a str,
    out: Vec<String>,
}

fn tag_lists() -> Vec<TagList<'static>> {
    let mut all: Vec<TagList<'static>> = Vec::new();
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (key, value) = line.split_once(':').expect("a key and a value");
        let value = value.trim();
        if key == "scheme" {
            all.push(TagList { scheme: value, tags: Vec::new(), newest: "", out: Vec::new() });
            continue;
        }
        let list = all.last_mut().expect("a scheme comes first");
        match key {
            "tags" => list.tags = value.split(' ').map(str::to_owned).collect(),
            "newest" => list.newest = value,
            "out" => list.out.push(value.to_owned()),
            key => panic!("{key}"),
        }
    }
    all
}

#[test]
fn every_list_has_its_order_and_its_reasons() {
    let all = tag_lists();
    assert!(all.len() >= 60, "{} lists", all.len());
    let mut wrong = Vec::new();
    for list in &all {
        let scheme = VersionScheme::parse(list.scheme).expect(list.scheme);
        // The order of the registry does not count.
        for turned in [false, true] {
            let mut tags = list.tags.clone();
            if turned {
                tags.reverse();
            }
            let (fitting, others) = scheme.sort(&tags);
            let mut text = String::new();
            for (at, tag) in fitting.iter().enumerate() {
                let before = at.checked_sub(1).and_then(|at| fitting.get(at));
                let is_equal = before.is_some_and(|before| before.compare(tag).is_eq());
                text += match before {
                    None => "",
                    Some(_) if is_equal => " = ",
                    Some(_) => " ",
                };
                text += &tag.tag;
            }
            let out: Vec<String> =
                others.iter().map(|(tag, why)| format!("{tag} {}", why.code())).collect();
            let mut wanted = list.out.clone();
            wanted.sort();
            if text != list.newest || out != wanted {
                wrong.push(format!("{}\n  {text}\n  {}", list.scheme, out.join("; ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn parts_of_a_tag_are_read() {
    let scheme = VersionScheme::parse("{branch}.{time}.{sha}").expect("a scheme");
    let read = scheme.read("feature-x.y.20260218-131642.0a1b2c3").expect("it fits");
    assert_eq!(read.parts.branch.as_deref(), Some("feature-x.y"));
    assert_eq!(read.parts.commit.as_deref(), Some("0a1b2c3"));
    assert_eq!(read.parts.time, Some(1_771_420_602));
    assert!(scheme.is_ordered());
}

#[test]
fn what_is_no_scheme_is_refused() {
    for (text, wanted) in [
        ("newest", "a scheme is `semver`"),
        ("{branch", "a `{` is not closed"),
        ("{branch}-{brnch}", "`{brnch}` is no part of a tag"),
        ("{time}-{time}", "`{time}` stands twice"),
        ("semver(\"two\")", "`two` is not a range of versions"),
        ("(?P<x>a)", "the group `x` is no part of a tag"),
        ("(?i)v[0-9]+", "the expression has no named group"),
        ("(?P<number>[0-9", "it is not a valid expression"),
        ("(?P<number>(?:a{1000}){1000}{1000})", "it is not a valid expression"),
    ] {
        let error = VersionScheme::parse(text).expect_err(text);
        assert!(error.starts_with(wanted), "{text}: {error}");
    }
    assert_eq!(
        VersionScheme::parse("semver(\">=2, <3\")").expect("one").to_string(),
        "semver(\">=2, <3\")"
    );
}
