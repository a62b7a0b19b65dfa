//! Finds constructs that programs read differently. If a change adds one to a file of the mapping,
//! the meaning of the file is unclear.

use crate::yaml::{self, YamlDocument, YamlOddity, YamlOddityKind, YamlValue};
use std::collections::BTreeMap;

/// Line breaks of YAML 1.1 that are none in YAML 1.2: some parsers end a comment there.
const BREAKS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// Depth to which text blocks are parsed as documents: they may be patches.
const NESTED: usize = 2;

/// Finds an ambiguous construct that `before` does not have. Returns a phrase and the line.
pub(super) fn find_new_ambiguity(
    path: &str,
    before: Option<&str>,
    after: &str,
) -> Option<(String, u32)> {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (what, _) in before.map(|text| find_ambiguities(path, text)).unwrap_or_default() {
        *known.entry(what).or_default() += 1;
    }
    find_ambiguities(path, after).into_iter().find(|(what, _)| match known.get_mut(what) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    })
}

fn find_ambiguities(path: &str, text: &str) -> Vec<(String, u32)> {
    let mut out = find_line_breaks(text);
    if is_dotenv(path) {
        out.extend(odd_assignments(text));
        return out;
    }
    if let Ok(stream) = yaml::parse(text) {
        out.extend(stream.documents.iter().flat_map(|document| find_oddities(document, text, 0)));
        if is_kustomization(path) {
            out.extend(
                stream.documents.iter().filter_map(YamlDocument::root).flat_map(find_uncomputed),
            );
        }
    }
    out
}

/// Number of documents in a YAML text.
pub(super) fn count_documents(text: &str) -> usize {
    yaml::parse(text).map_or(0, |stream| stream.documents.len())
}

fn line_of(text: &str, at: usize) -> u32 {
    u32::try_from(text[..at].matches('\n').count() + 1).unwrap_or(u32::MAX)
}

fn find_line_breaks(text: &str) -> Vec<(String, u32)> {
    let found = text.char_indices().filter(|(_, c)| BREAKS.contains(c));
    let said = |c: char| {
        format!("contains a line break that only some parsers recognise (U+{:04X})", u32::from(c))
    };
    found.map(|(at, c)| (said(c), line_of(text, at))).collect()
}

/// Constructs that readers resolve differently, also within text blocks that are documents.
fn find_oddities(document: &YamlDocument, text: &str, depth: usize) -> Vec<(String, u32)> {
    let mut out: Vec<(String, u32)> =
        document.find_oddities(text).iter().map(|odd| (describe_oddity(odd), odd.line)).collect();
    for (text, line) in document.texts().filter(|_| depth < NESTED) {
        let Ok(stream) = yaml::parse(text) else { continue };
        let inner =
            stream.documents.iter().flat_map(|document| find_oddities(document, text, depth + 1));
        out.extend(inner.map(|(what, _)| (what, line)));
    }
    out
}

fn describe_oddity(odd: &YamlOddity) -> String {
    let key = &odd.text;
    match odd.kind {
        YamlOddityKind::RepeatedKey => {
            format!("duplicate key `{key}`; parsers differ in which one they use")
        }
        YamlOddityKind::MergedOver => {
            format!(
                "a merge key behind `{key}` brings it too; parsers differ in which one they use"
            )
        }
        YamlOddityKind::OddMerge => "parsers differ in what this merge key brings".to_owned(),
        YamlOddityKind::TaggedKey => format!("programs read the key `{key}` by its tag"),
        YamlOddityKind::EscapedKey => format!("the key `{key}` is written with an escape"),
        YamlOddityKind::ComplexKey => "a key is a collection, which few programs read".to_owned(),
        YamlOddityKind::TaggedValue => format!("programs read the value `{key}` by its tag"),
    }
}

fn is_kustomization(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ["kustomization.yaml", "kustomization.yml", "Kustomization"].contains(&name)
}

/// Fields of a kustomization whose effect on images is not computed.
fn find_uncomputed(root: YamlValue<'_>) -> Vec<(String, u32)> {
    let said = |key: &str| format!("the effect of `{key}` on images is not computed");
    let mut out = Vec::new();
    for (key, value) in root.raw_pairs() {
        let Some(name) = key.text() else { continue };
        let has_items = value.items().next().is_some();
        let in_files = || value.items().any(|item| item.get("path").is_some());
        if matches!(name, "transformers" | "generators" | "validators") && has_items
            || name == "replacements" && in_files()
        {
            out.push((said(name), key.line()));
        }
    }
    out
}

fn is_dotenv(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".env") || name.starts_with(".env.")
}

/// Lines of a dotenv file that are no plain assignment, and variables set twice. A file that writes
/// `NAME: value` throughout is for programs that read it so, and odd as a whole.
fn odd_assignments(text: &str) -> Vec<(String, u32)> {
    let is_assignment =
        |line: &str| !line.trim_start().is_empty() && !line.trim_start().starts_with('#');
    let lines = text.lines().map(str::trim_end).zip(1_u32..);
    let lines: Vec<(&str, u32)> = lines.filter(|(line, _)| is_assignment(line)).collect();
    let has_colons = !lines.is_empty() && lines.iter().all(|(line, _)| split_colon(line).is_some());
    let mut out = Vec::new();
    if has_colons {
        out.push(("a shell does not read `NAME: value`".to_owned(), 1));
    }
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for (line, number) in lines {
        let assignment = if has_colons {
            split_colon(line).filter(|(_, value)| !yaml::is_number_or_bool(value))
        } else {
            line.strip_prefix("export ").unwrap_or(line).split_once('=')
        };
        match assignment.filter(|(name, value)| is_name(name) && is_plain_value(value)) {
            None => out.push((describe_odd_line(line), number)),
            Some((name, _)) => {
                if seen.insert(name, number).is_some() {
                    out.push((
                        format!("`{name}` is set twice; programs differ in which one they use"),
                        number,
                    ));
                }
            }
        }
    }
    out
}

/// Says what is odd about a line. Of `NAME: value` with a plain value, programs differ in whether
/// they read the variable at all, whatever its value is; so the value is no part of it.
fn describe_odd_line(line: &str) -> String {
    let named = split_colon(line)
        .filter(|(_, value)| is_plain_value(value) && !yaml::is_number_or_bool(value));
    match named {
        Some((name, _)) => format!("programs read the line `{name}: …` differently"),
        None => format!("programs read the line `{line}` differently"),
    }
}

/// Splits `NAME: value`.
fn split_colon(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(": ")?;
    is_name(name).then(|| (name, value.trim_start()))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// True for a single word, or a quoted text with nothing behind it.
fn is_plain_value(value: &str) -> bool {
    let inner = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    match inner('"').or_else(|| inner('\'')) {
        // Whoever fills in variables fills in those of their own; single quotes keep a dollar.
        Some(inner) => {
            !inner.contains(['"', '\'', '\\', '`'])
                && (value.starts_with('\'') || !inner.contains('$'))
        }
        None => {
            !value.contains(['"', '\'', '\\', '`', ';', '&', '|', '(', ')', '<', '>', '$'])
                && !value.trim().contains(' ')
        }
    }
}

/// True if YAML does not read a value as the text it shows: a number, or a tagged value. `at` is
/// the range of its token.
pub(super) fn is_untyped(text: &str, at: std::ops::Range<usize>) -> bool {
    let (Some(token), Some(before)) = (text.get(at.clone()), text.get(..at.start)) else {
        return false;
    };
    let is_quoted = token.starts_with(['"', '\'']);
    let is_tagged = before
        .trim_end_matches([' ', '\t'])
        .rsplit([' ', '\t', '\n'])
        .next()
        .is_some_and(|word| word.starts_with('!'));
    is_tagged || !is_quoted && yaml::is_number_or_bool(token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, before: &str, after: &str) -> String {
        find_new_ambiguity(path, Some(before), after)
            .map(|(what, line)| format!("{line}: {what}"))
            .unwrap_or_default()
    }

    #[test]
    fn only_what_is_new_is_told() {
        let twice = "a: 1\nb: 2\na: 3\n";
        assert_eq!(told("x.yaml", twice, twice), "");
        assert_eq!(
            told("x.yaml", twice, &format!("{twice}b: 4\n")),
            "4: duplicate key `b`; parsers differ in which one they use"
        );
        assert_eq!(
            told("x.yaml", "a: 1\n", "a: &k tag\n*k : 1\ntag: 2\n"),
            "3: duplicate key `tag`; parsers differ in which one they use"
        );
        let patch = "patch: |\n  tag: 1\n  tag: 2\n";
        assert_eq!(
            told("x.yaml", "a: 1\n", patch),
            "2: duplicate key `tag`; parsers differ in which one they use"
        );
        assert_eq!(
            told("x.yaml", "", "# a\u{2028}tag: v9\n"),
            "1: contains a line break that only some parsers recognise (U+2028)"
        );
    }

    #[test]
    fn what_kustomize_does_in_other_files_is_not_worked_out() {
        let path = "a/kustomization.yaml";
        assert_eq!(
            told(path, "", "resources: [a]\ntransformers: [b.yaml]\n"),
            "2: the effect of `transformers` on images is not computed"
        );
        assert_eq!(
            told(path, "", "replacements:\n- path: r.yaml\n"),
            "1: the effect of `replacements` on images is not computed"
        );
        assert_eq!(told(path, "", "replacements:\n- source: {}\n"), "");
        assert_eq!(told("a/values.yaml", "", "transformers: [b.yaml]\n"), "");
    }

    #[test]
    fn plain_assignments_are_read_alike() {
        let plain = "# x\nA=1\nexport B='two words'\nC=\"v1\"\n";
        assert_eq!(told("prod.env", "", plain), "");
        for odd in [
            "export\tD=1",
            "X=1 export D=1",
            "D=\"v1\"-evil",
            "D+=1",
            "D: v1",
            "declare D=1",
            "D=\"v1",
            "D=v1;E=2",
        ] {
            assert!(
                told("prod.env", plain, &format!("{plain}{odd}\n"))
                    .contains("programs read the line"),
                "{odd}"
            );
        }
        assert!(told(".env", plain, &format!("{plain}A=2\n")).contains("`A` is set twice"));
    }

    #[test]
    fn a_file_of_names_and_colons() {
        let colons = "# x\nA: \"v1\"\nB: 'two words'\n";
        assert_eq!(told("prod.env", colons, &colons.replace("v1", "v2")), "");
        assert_eq!(told("prod.env", colons, &format!("{colons}C: v3\n")), "");
        for odd in ["C=v3", "C: 1.10", "C: \"a\" b", "A: v9", "C: ${D}"] {
            assert_ne!(told("prod.env", colons, &format!("{colons}{odd}\n")), "", "{odd}");
        }
        assert!(told("prod.env", "A=v1\n", "A: v1\n").contains("a shell does not read"));
        // Here and there among others, a value is as plain as before.
        let mixed = "A=v1\nB: \"v1\"\nC: \"a,\\\n  b\"\n";
        assert_eq!(told("prod.env", mixed, &mixed.replace("B: \"v1", "B: \"v2")), "");
        for odd in ["B: 1.10", "B: \"v1\"x", "B: $A", "B=v1", "D: v1", "B: \"v"] {
            let changed = mixed.replace("B: \"v1\"", odd);
            let is_told = !told("prod.env", mixed, &changed).is_empty();
            assert_eq!(is_told, odd != "B=v1", "{odd}");
        }
    }

    #[test]
    fn values_that_are_no_text() {
        let untyped = |text: &str, token: &str| {
            let at = text.rfind(token).expect("there");
            is_untyped(text, at..at + token.len())
        };
        assert!(
            untyped("tag: 1.10\n", "1.10")
                && untyped("tag: !!binary djk=\n", "djk=")
                && untyped("tag: !x v1", "v1")
        );
        assert!(!untyped("tag: \"1.10\"\n", "\"1.10\"") && !untyped("tag: v1\n", "v1"));
    }
}
