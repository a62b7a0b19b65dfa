//! Messages about invalid `towpath.yaml` files.

use super::parse;
use snapbox::{assert_data_eq, str};

/// The messages, without the file's name.
fn errors(text: &str) -> String {
    let error = parse(text, "towpath.yaml").expect_err("it is wrong");
    error.to_string().replace("towpath.yaml:", "")
}

/// Adds two stages to these sources.
fn sources(text: &str) -> String {
    errors(&format!("stages: [dev, prod]\nsources:\n{text}"))
}

#[test]
fn structure() {
    assert_data_eq!(
        errors(""),
        str![[r#"
1:1: the file is empty
  hint: `towpath init` writes one; without the file, towpath discovers the layout
"#]]
    );
    assert_data_eq!(
        errors("# nothing\n---\n~\n"),
        str![[r#"
1:1: the file is empty
  hint: `towpath init` writes one; without the file, towpath discovers the layout
"#]]
    );
    assert_data_eq!(
        errors("- a\n"),
        str![
            "1:1: a configuration must be a mapping with keys such as `branch`, `stages` and `sources`"
        ]
    );
    assert_data_eq!(
        errors("branch: a\n---\nbranch: b\n"),
        str!["3:1: a second document starts here; a configuration must be a single document"]
    );
    assert_data_eq!(
        errors("stages:\n\t- dev\n"),
        str![[r#"
2:2: not valid YAML: tabs disallowed within this context (block indentation)
  hint: indent YAML with spaces, not with tabs
"#]]
    );
    assert_data_eq!(
        errors("stages: [dev\nbranch: x\n"),
        str!["2:7: not valid YAML: illegal placement of ':' indicator"]
    );
    assert_data_eq!(
        errors("branch: main\nstages: [dev]\nbranch: live\n"),
        str![[r#"
3:1: duplicate key `branch`; the first is in line 1
  hint: keep one of them
"#]]
    );
    assert_data_eq!(
        errors("? [a, b]\n: x\nbranch:\n"),
        str![[r#"
1:3: a key must be a string
3:1: `branch` has no value
"#]]
    );
    assert_data_eq!(errors("branch: [a]\n"), str!["1:1: `branch` must be a string"]);
    assert_data_eq!(
        errors("branch: \"a\\nb\"\n"),
        str!["1:9: `branch` contains a control character or a line break"]
    );
}

#[test]
fn unknown_keys() {
    assert_data_eq!(
        errors("stagse: [dev]\nbranhc: x\npermissions: {}\n"),
        str![[r#"
1:1: unknown key `stagse`
  hint: did you mean `stages`?
2:1: unknown key `branhc`
  hint: did you mean `branch`?
"#]]
    );
    assert_data_eq!(
        errors("x: &x {}\n<<: *x\n"),
        str![[r#"
1:1: unknown key `x`
  hint: expected one of `branch`, `stages`, `sources`, `gates`, `permissions`, `ledger`, `forge`, `proposals`, `apps`, `registries`, `live`, `deployments`, `render`
2:1: merge keys (`<<`) are not supported
  hint: write the keys out
"#]]
    );
    assert_data_eq!(
        errors("stages:\n- {name: dev, aliasses: d}\n"),
        str![[r#"
2:15: unknown key `aliasses`
  hint: did you mean `aliases`?
"#]]
    );
    assert_data_eq!(
        sources("- kustomise: apps/{app}/{stage}\n"),
        str![[r#"
3:3: unknown key `kustomise`
  hint: did you mean `kustomize`?
"#]]
    );
    assert_data_eq!(
        sources("- yaml: '{stage}'\n  tgas: x\n"),
        str![[r#"
4:3: unknown key `tgas`
  hint: did you mean `tags`?
"#]]
    );
    assert_data_eq!(
        errors("\"a\\u001b[31m\": x\n"),
        str![[r#"
1:1: unknown key `a/u{1b}[31m`
  hint: expected one of `branch`, `stages`, `sources`, `gates`, `permissions`, `ledger`, `forge`, `proposals`, `apps`, `registries`, `live`, `deployments`, `render`
"#]]
    );
}

#[test]
fn stages() {
    assert_data_eq!(
        errors("stages:\n"),
        str![[r#"
1:1: `stages` must be a list of stages, in pipeline order
  hint: for example `stages: [dev, staging, prod]`
"#]]
    );
    assert_data_eq!(
        errors("stages: []\n"),
        str![[r#"
1:1: `stages` must be a list of stages, in pipeline order
  hint: for example `stages: [dev, staging, prod]`
"#]]
    );
    assert_data_eq!(
        errors("stages: [dev, [a], '', {after: dev}]\n"),
        str![[r#"
1:15: a stage must be a name or a mapping with a `name`
1:20: `stages` has no value
1:24: this stage has no `name`
"#]]
    );
    assert_data_eq!(
        errors("stages:\n- dev\n- {name: prod, aliases: [live, dev]}\n- live\n"),
        str![[r#"
3:32: duplicate stage name or alias `dev`; the first is in line 2
4:3: duplicate stage name or alias `live`; the first is in line 3
"#]]
    );
    assert_data_eq!(
        errors("stages:\n- staging\n- {name: prod, after: [stagign, qa, prod]}\n"),
        str![[r#"
3:24: `after` names `stagign`, which is not a stage
  hint: did you mean `staging`?
3:33: `after` names `qa`, which is not a stage
  hint: expected one of `staging`, `prod`
3:37: the stage `prod` cannot come after itself
"#]]
    );
    assert_data_eq!(
        errors("stages:\n- {name: a, after: c}\n- b\n- c\n"),
        str![[r#"
1:1: the stages `a`, `b`, `c` form a cycle
  hint: the first stage of a pipeline needs `after: []`
"#]]
    );
}

#[test]
fn kinds() {
    assert_data_eq!(
        sources("  yaml: x\n"),
        str![[r#"
2:1: `sources` must be a list of sources
  hint: for example `- kustomize: apps/{app}/overlays/{stage}`; remove the key to use discovery
"#]]
    );
    assert_data_eq!(
        sources("- apps/{app}\n"),
        str![[r#"
3:3: a source must be a mapping from its kind to a path
  hint: for example `- kustomize: apps/{app}/overlays/{stage}`
"#]]
    );
    assert_data_eq!(
        sources("- app: web\n"),
        str![[r#"
3:3: this source has no kind
  hint: expected one of `kustomize`, `helm-values`, `manifests`, `yaml`, `json`, `text`, `line`, `dotenv`, `compose`, `argo`, `flux`, `pulumi`, `tfvars`
"#]]
    );
    assert_data_eq!(
        sources("- yaml: '{stage}/a'\n  json: '{stage}/b'\n"),
        str![[r#"
4:3: a source must have one kind, but this has `yaml` and `json`
  hint: start another source with `- `
"#]]
    );
    assert_data_eq!(sources("- yaml: []\n"), str!["3:3: `yaml` has no path"]);
    assert_data_eq!(sources("- yaml:\n"), str!["3:3: `yaml` has no value"]);
    assert_data_eq!(
        sources("- yaml: [[a]]\n"),
        str!["3:10: `yaml` must be a string or a list of strings"]
    );
    assert_data_eq!(
        sources("- yaml: {stage}/x\n"),
        str![[r#"
3:16: not valid YAML: while parsing a block mapping, did not find expected key
  hint: quote a string that starts with `{`, or has one inside `[…]`: '{app}'
"#]]
    );
    assert_data_eq!(
        sources("- yaml: {stage}\n  app: {app}\n"),
        str![[r#"
3:9: `yaml` must be a string or a list of strings
  hint: quote a string that starts with `{`, or has one inside `[…]`: '{app}'
4:3: `app` must be a string
  hint: quote a string that starts with `{`, or has one inside `[…]`: '{app}'
"#]]
    );
}

#[test]
fn options() {
    assert_data_eq!(
        sources("- text: '{stage}'\n  tag: x\n"),
        str![[r#"
4:3: `tag` cannot be used with `text`
  hint: a `text` file holds nothing but the tag
"#]]
    );
    assert_data_eq!(
        sources("- yaml: '{stage}'\n  pattern: x\n  base: y\n"),
        str![[r#"
4:3: `pattern` cannot be used with `yaml`
  hint: only `line` sources have a `pattern`
5:3: `base` cannot be used with `yaml`
  hint: only `helm-values` and `compose` sources have a `base`
"#]]
    );
    assert_data_eq!(
        sources("- line: '{stage}'\n"),
        str![[r#"
3:3: `line` needs a `pattern`
  hint: for example `pattern: 'image: web:(?P<tag>/S+)'`
"#]]
    );
    assert_data_eq!(
        sources("- line: '{stage}'\n  tag: x\n  pattern: (x\n"),
        str![[r#"
4:3: `tag` cannot be used with `line`
  hint: a `line` source uses the named groups of its `pattern` instead
5:12: `pattern` is not a valid regular expression: unclosed group
"#]]
    );
    assert_data_eq!(
        sources("- line: '{stage}'\n  pattern: x\n"),
        str![[r#"
4:12: `pattern` has no group `tag`, `digest` or `image`
  hint: name the group that is the tag: `(?P<tag>/S+)`
"#]]
    );
    assert_data_eq!(
        sources("- yaml: x\n  stage: prdo\n"),
        str![[r#"
4:10: `prdo` is not a stage
  hint: did you mean `prod`?
"#]]
    );
    assert_data_eq!(
        sources("- yaml: '{group}/{stage}'\n  app: '{gruop}/x'\n  target: '{x'\n"),
        str!["5:11: `{x` has a `{` without its `}`"]
    );
    assert_data_eq!(
        sources("- yaml: '{group}/{stage}'\n  app: '{gruop}/x'\n"),
        str![[r#"
4:8: `app` uses `{gruop}`, which neither the path nor the keys capture
  hint: did you mean `group`?
"#]]
    );
}

#[test]
fn templates() {
    let text =
        "- yaml: [../x, /etc/x, 'a/{b', 'a/{b c}', '{stage}/ok']\n  tag: 'a.{'\n  not: '{}'\n";
    assert_data_eq!(
        sources(text),
        str![[r#"
3:10: `../x` must be relative to the top of the repository, without `..`
3:16: `/etc/x` must be relative to the top of the repository, without `..`
3:24: `a/{b` has a `{` without its `}`
3:32: `a/{b c}` contains `{b c}`; a name consists of letters, digits and `_`
4:8: `a.{` has a `{` without its `}`
5:8: `{}` contains `{}`; a name consists of letters, digits and `_`
"#]]
    );
}

#[test]
fn a_source_needs_a_stage() {
    assert_data_eq!(
        sources("- kustomize: apps/{app}\n"),
        str![[r#"
3:14: nothing tells the stage of `apps/{app}`
  hint: write `{stage}` in the path or in a key, or add `stage: …` to the source
"#]]
    );
    assert_data_eq!(
        errors("sources:\n- kustomize: apps/{app}/{stage}\n"),
        str![[r#"
1:1: `sources` needs `stages`, which define `{stage}`
  hint: list them in pipeline order: `stages: [dev, staging, prod]`
"#]]
    );
}

#[test]
fn hostile_files_end_soon() {
    assert_data_eq!(
        errors(&"#".repeat(2 << 20)),
        str!["1:1: the file has 2097152 bytes; at most 1048576 are allowed"]
    );
    assert_data_eq!(
        errors(&"[".repeat(100_000)),
        str!["1:201: not valid YAML: recursion limit exceeded"]
    );
    let many: String = (0..1000).map(|i| format!("key{i}: x\n")).collect();
    assert_eq!(errors(&many).lines().last(), Some("… and 980 more"));
    let stages: String = (0..300).map(|i| format!("- s{i}\n")).collect();
    assert_data_eq!(
        errors(&format!("stages:\n{stages}")),
        str!["1:1: there are more than 200 stages"]
    );

    let mut bomb =
        String::from("stages: [dev]\nsources: &a0 ['{stage}', x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let p = format!("*a{}", i - 1);
        bomb.push_str(&format!("a{i}: &a{i} [{}]\n", [p.as_str(); 10].join(", ")));
    }
    assert!(errors(&bomb).ends_with("more"));
}

#[test]
fn aliases_cannot_multiply_templates() {
    let words: Vec<String> = (0..150).map(|i| format!("stage-with-a-long-name-{i}")).collect();
    let paths = vec!["'{stage}/{stage}/{stage}'"; 900].join(", ");
    let source = format!("- &s {{yaml: &p [{paths}], not: *p}}\n{}", "- *s\n".repeat(900));
    let text = format!("stages: [{}]\nsources:\n{source}", words.join(", "));
    assert_data_eq!(
        errors(&text).lines().next().unwrap_or_default().to_owned(),
        str!["3:2285: the templates up to here exceed the size limit"]
    );
    let long = format!("stages: [dev]\nsources:\n- yaml: '{{stage}}/{}'\n", "*x".repeat(200_000));
    assert_data_eq!(errors(&long), str!["3:9: this string is longer than 2000 bytes"]);
}
