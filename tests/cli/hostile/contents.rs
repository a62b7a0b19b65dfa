//! Files whose content is not what it should be.

use super::{CONFIG, Files, assert_web, entries, json, run, warnings};
use crate::support::Sandbox;

const BAD: &str = "envs/dev/bad.yaml";

/// The warnings about a repository in which `envs/dev/bad.yaml` has this content; the other apps
/// must be answered, with and without a configuration.
fn warned(content: impl AsRef<[u8]>) -> Vec<String> {
    read(content).0
}

/// The warnings, and the entries of `bad`.
fn read(content: impl AsRef<[u8]>) -> (Vec<String>, Vec<String>) {
    let sandbox = Sandbox::new();
    let repository = Files::with_web().add(BAD, content.as_ref()).commit(&sandbox, "configured");
    let answer = json(&sandbox, &repository, &[]);
    assert_web(&answer);
    let mut plain = Files::with_web().add(BAD, content);
    plain.0.retain(|(path, _)| path != b"towpath.yaml");
    let plain = plain.commit(&sandbox, "plain");
    assert_web(&json(&sandbox, &plain, &["--no-since"]));
    assert_eq!(
        run(&sandbox, &plain, &["init", "--yes", "--stdout"]).err.matches("panic").count(),
        0
    );
    let bad = entries(&answer).into_iter().filter(|entry| entry.starts_with("bad")).collect();
    (warnings(&answer), bad)
}

fn laughs(first: &str) -> String {
    let mut text = format!("a0: &a0 {first}\n");
    for i in 1..12 {
        let inside = vec![format!("*a{}", i - 1); 10].join(", ");
        text.push_str(&format!("a{i}: &a{i} [{inside}]\n"));
    }
    text + "image:\n  tag: v3\n"
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow where nothing is optimized: the release run has it")]
fn a_billion_laughs_end() {
    assert_eq!(warned(laughs("[x, x, x]")), Vec::<String>::new());
    assert_eq!(warned(laughs("[]")), Vec::<String>::new());
}

#[test]
fn merges_of_merges_end() {
    let mut text = String::from("a0: &a0 {x: 1}\n");
    for i in 1..25 {
        let inside = vec![format!("*a{}", i - 1); 10].join(", ");
        text.push_str(&format!("a{i}: &a{i}\n  <<: [{inside}]\n"));
    }
    assert_eq!(read(text + "image: {tag: v3}\n"), (vec![], vec!["bad dev v3".to_owned()]));
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow where nothing is optimized: the release run has it")]
fn a_long_text_behind_many_aliases_is_bounded() {
    let text = format!(
        "a: &a {}\nb:\n{}image: {{tag: v3}}\n",
        "x".repeat(1 << 20),
        "- *a\n".repeat(100_000)
    );
    assert_eq!(warned(text), Vec::<String>::new());
}

#[test]
fn deep_nesting_is_refused() {
    for text in
        ["[".repeat(100_000), "- ".repeat(50_000), "{\"a\":".repeat(50_000), "? ".repeat(50_000)]
    {
        assert_eq!(warned(text), [format!("not-yaml {BAD}")]);
    }
}

#[test]
fn the_last_of_repeated_keys_is_shown() {
    assert_eq!(
        read("image:\n  tag: v3\nimage:\n  tag: v4\n  tag: v5\n"),
        (vec![], vec!["bad dev v5".to_owned()])
    );
}

#[test]
fn tabs_are_no_indentation() {
    assert_eq!(warned("image:\n\ttag: v3\n"), [format!("not-yaml {BAD}")]);
}

#[test]
fn line_ends_and_marks_of_windows_change_nothing() {
    assert_eq!(read("\u{feff}image:\r\n  tag: v3\r\n"), (vec![], vec!["bad dev v3".to_owned()]));
}

#[test]
fn what_is_no_text_is_named() {
    for content in [b"# caf\xe9\nimage:\n  tag: v3\n".as_slice(), b"\x89PNG\r\n\x1a\n\xff\xfe"] {
        assert_eq!(warned(content), [format!("not-text {BAD}")]);
    }
}

#[test]
fn a_template_is_named() {
    assert_eq!(warned("{{ if }}\n: : [\nimage: {{ x }\n"), Vec::<String>::new());
    let templated = "{{- if .x }}\nimage:\n  tag: v3\n{{- end }}\n";
    assert_eq!(read(templated).1, ["bad dev v3"]);
}

#[test]
fn a_file_of_fifty_megabytes_is_not_read() {
    let sandbox = Sandbox::new();
    let mut content = b"image:\n  tag: v3\n".to_vec();
    content.resize(50 << 20, b'\n');
    let repository = Files::with_web().add(BAD, content).commit(&sandbox, "deploy");
    // 300 MB of address space: with the file in memory even once this would be tight.
    let bounded = sandbox
        .bash(&repository, "ulimit -v 300000; towpath status --output json")
        .output()
        .expect("runs");
    let answer = serde_json::from_slice(&bounded.stdout).expect("an answer");
    assert_web(&answer);
    assert_eq!(warnings(&answer), [format!("too-large {BAD}")]);
}

#[test]
fn a_configuration_is_held_to_the_same() {
    let cases: [(String, &str); 8] = [
        (laughs("[x]"), "error"),
        ("[".repeat(100_000), "not valid YAML"),
        (format!("{CONFIG}#{}", " ".repeat(2 << 20)), "are allowed"),
        ("stages: [{{ .stages }}]\n{{ if }}".into(), "not valid YAML"),
        (line_rule("(a{1000}){1000}"), "error"),
        (line_rule("("), "error"),
        (
            format!("stages: [dev]\nsources: [{{yaml: \"{}\", tag: x}}]\n", "{a}*".repeat(3000)),
            "longer than 2000 bytes",
        ),
        ("stages: [dev]\nsources: [{yaml: ../../etc/passwd, tag: x}]\n".into(), "without `..`"),
    ];
    for (config, wanted) in cases {
        let sandbox = Sandbox::new();
        let repository = Files::new().add("towpath.yaml", &config).commit(&sandbox, "deploy");
        for arguments in [["status"].as_slice(), &["config", "check"], &["config", "show"]] {
            let said = run(&sandbox, &repository, arguments);
            let shown = &config[..config.len().min(60)];
            assert!(
                said.code != 0 && said.err.contains(wanted),
                "{arguments:?} of {shown}: {} {}",
                said.code,
                said.err
            );
        }
    }
}

fn line_rule(pattern: &str) -> String {
    format!("stages: [dev]\nsources:\n- line: x\n  stage: dev\n  pattern: '{pattern}(?P<tag>x)'\n")
}

#[test]
fn an_expression_that_others_choke_on_is_linear() {
    let sandbox = Sandbox::new();
    let repository = Files::new()
        .add(
            "towpath.yaml",
            "stages: [dev]\nsources:\n- line: x\n  stage: dev\n  pattern: '(a+)+(?P<tag>v1)$'\n",
        )
        .add("x", format!("{}b\naaav1\n", "a".repeat(100_000)))
        .commit(&sandbox, "deploy");
    assert_eq!(entries(&json(&sandbox, &repository, &[])), ["x dev v1"]);
}

#[test]
fn other_formats_are_held_to_the_same() {
    let deep = |open: &str| format!("a = {}", open.repeat(50_000));
    let mut files = Files::with_web().add("envs/dev/a.env", b"A_TAG=v3\0\nB_TAG=\0\n\0=x\n");
    for (name, text) in [
        ("list", deep("[")),
        ("map", deep("{a=")),
        ("group", deep("(")),
        ("not", deep("!")),
        ("template", format!("a = \"{}", "${\"".repeat(50_000))),
        ("blocks", "a {\n".repeat(50_000)),
    ] {
        files = files.add(format!("envs/dev/{name}.tfvars"), text);
    }
    files = files
        .add("envs/dev/a.json", "[".repeat(100_000))
        .add("envs/dev/docker-compose.yaml", compose());
    files.0.retain(|(path, _)| path != b"towpath.yaml");
    let sandbox = Sandbox::new();
    assert_web(&json(&sandbox, &files.commit(&sandbox, "deploy"), &[]));
}

/// Variables inside defaults inside variables.
fn compose() -> String {
    format!("services:\n  web:\n    image: \"a/b:{}v1\"\n", "${A:-".repeat(10_000))
}
