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
  hint: `towpath init` writes one; without the file, towpath looks for itself
"#]]
    );
    assert_data_eq!(
        errors("# nothing\n---\n~\n"),
        str![[r#"
1:1: the file is empty
  hint: `towpath init` writes one; without the file, towpath looks for itself
"#]]
    );
    assert_data_eq!(
        errors("- a\n"),
        str!["1:1: a configuration is a mapping with the keys `branch`, `stages` and `sources`"]
    );
    assert_data_eq!(
        errors("branch: a\n---\nbranch: b\n"),
        str!["3:1: a second document begins here; a configuration is one document"]
    );
    assert_data_eq!(
        errors("stages:\n\t- dev\n"),
        str![[r#"
2:2: not valid YAML: tabs disallowed within this context (block indentation)
  hint: YAML is indented with blanks, not with tabs
"#]]
    );
    assert_data_eq!(
        errors("stages: [dev\nbranch: x\n"),
        str!["2:7: not valid YAML: illegal placement of ':' indicator"]
    );
    assert_data_eq!(
        errors("branch: main\nstages: [dev]\nbranch: live\n"),
        str![[r#"
3:1: `branch` stands twice; the first is in line 1
  hint: keep one of them
"#]]
    );
    assert_data_eq!(
        errors("? [a, b]\n: x\nbranch:\n"),
        str![[r#"
1:3: a key must be a text
3:1: `branch` has no value
"#]]
    );
    assert_data_eq!(errors("branch: [a]\n"), str!["1:1: `branch` must be one text"]);
    assert_data_eq!(
        errors("branch: \"a\\nb\"\n"),
        str!["1:9: `branch` has a control character or a line break in it"]
    );
}

#[test]
fn unknown_keys() {
    assert_data_eq!(
        errors("stagse: [dev]\nbranhc: x\npermissions: {}\n"),
        str![[r#"
1:1: `stagse` is not a key that is known here
  hint: did you mean `stages`?
2:1: `branhc` is not a key that is known here
  hint: did you mean `branch`?
"#]]
    );
    assert_data_eq!(
        errors("x: &x {}\n<<: *x\n"),
        str![[r#"
1:1: `x` is not a key that is known here
  hint: known are `branch`, `stages`, `sources`, `gates`, `permissions`, `ledger`, `forge`, `proposals`, `apps`
2:1: merge keys (`<<`) are not read here
  hint: write the keys out
"#]]
    );
    assert_data_eq!(
        errors("stages:\n- {name: dev, aliasses: d}\n"),
        str![[r#"
2:15: `aliasses` is not a key that is known here
  hint: did you mean `aliases`?
"#]]
    );
    assert_data_eq!(
        sources("- kustomise: apps/{app}/{stage}\n"),
        str![[r#"
3:3: `kustomise` is not a key that is known here
  hint: did you mean `kustomize`?
"#]]
    );
    assert_data_eq!(
        sources("- yaml: '{stage}'\n  tgas: x\n"),
        str![[r#"
4:3: `tgas` is not a key that is known here
  hint: did you mean `tags`?
"#]]
    );
    assert_data_eq!(
        errors("\"a\\u001b[31m\": x\n"),
        str![[r#"
1:1: `a/u{1b}[31m` is not a key that is known here
  hint: known are `branch`, `stages`, `sources`, `gates`, `permissions`, `ledger`, `forge`, `proposals`, `apps`
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
1:15: a stage is a name, or a mapping with a `name`
1:20: `stages` has no value
1:24: this stage has no `name`
"#]]
    );
    assert_data_eq!(
        errors("stages:\n- dev\n- {name: prod, aliases: [live, dev]}\n- live\n"),
        str![[r#"
3:32: the stage word `dev` stands twice; the first is in line 2
4:3: the stage word `live` stands twice; the first is in line 3
"#]]
    );
    assert_data_eq!(
        errors("stages:\n- staging\n- {name: prod, after: [stagign, qa, prod]}\n"),
        str![[r#"
3:24: `after` names `stagign`, which is no stage
  hint: did you mean `staging`?
3:33: `after` names `qa`, which is no stage
  hint: known are `staging`, `prod`
3:37: the stage `prod` cannot come after itself
"#]]
    );
    assert_data_eq!(
        errors("stages:\n- {name: a, after: c}\n- b\n- c\n"),
        str![[r#"
1:1: the stages `a`, `b`, `c` come after each other in a circle
  hint: a start of the pipeline has `after: []`
"#]]
    );
}

#[test]
fn kinds() {
    assert_data_eq!(
        sources("  yaml: x\n"),
        str![[r#"
2:1: `sources` must be a list of sources
  hint: for example `- kustomize: apps/{app}/overlays/{stage}`; leave the key out to let towpath look for itself
"#]]
    );
    assert_data_eq!(
        sources("- apps/{app}\n"),
        str![[r#"
3:3: a source is a mapping from its kind to a path
  hint: for example `- kustomize: apps/{app}/overlays/{stage}`
"#]]
    );
    assert_data_eq!(
        sources("- app: web\n"),
        str![[r#"
3:3: this source has no kind
  hint: known are `kustomize`, `helm-values`, `manifests`, `yaml`, `json`, `text`, `line`, `dotenv`, `compose`, `argo`, `flux`, `pulumi`, `tfvars`
"#]]
    );
    assert_data_eq!(
        sources("- yaml: '{stage}/a'\n  json: '{stage}/b'\n"),
        str![[r#"
4:3: a source has one kind, but this has `yaml` and `json`
  hint: begin another source with `- `
"#]]
    );
    assert_data_eq!(sources("- yaml: []\n"), str!["3:3: `yaml` has no path"]);
    assert_data_eq!(sources("- yaml:\n"), str!["3:3: `yaml` has no value"]);
    assert_data_eq!(
        sources("- yaml: [[a]]\n"),
        str!["3:10: `yaml` must be a text or a list of texts"]
    );
    assert_data_eq!(
        sources("- yaml: {stage}/x\n"),
        str![[r#"
3:16: not valid YAML: while parsing a block mapping, did not find expected key
  hint: a text that begins with `{`, or has one inside `[…]`, is quoted: '{app}'
"#]]
    );
    assert_data_eq!(
        sources("- yaml: {stage}\n  app: {app}\n"),
        str![[r#"
3:9: `yaml` must be a text or a list of texts
  hint: a text that begins with `{`, or has one inside `[…]`, is quoted: '{app}'
4:3: `app` must be one text
  hint: a text that begins with `{`, or has one inside `[…]`, is quoted: '{app}'
"#]]
    );
}

#[test]
fn options() {
    assert_data_eq!(
        sources("- text: '{stage}'\n  tag: x\n"),
        str![[r#"
4:3: `tag` does not fit `text`
  hint: a `text` file holds nothing but the tag
"#]]
    );
    assert_data_eq!(
        sources("- yaml: '{stage}'\n  pattern: x\n  base: y\n"),
        str![[r#"
4:3: `pattern` does not fit `yaml`
  hint: only `line` has a `pattern`
5:3: `base` does not fit `yaml`
  hint: only `helm-values` and `compose` have a `base`
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
4:3: `tag` does not fit `line`
  hint: a `line` source says with named groups of its `pattern` what is what
5:12: `pattern` is no regular expression: unclosed group
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
4:10: `prdo` is not one of the stages
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
4:8: `app` uses `{gruop}`, which neither path nor keys capture
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
3:14: nothing says which stage `apps/{app}` is
  hint: write `{stage}` in the path or in a key, or add `stage: …` to the source
"#]]
    );
    assert_data_eq!(
        errors("sources:\n- kustomize: apps/{app}/{stage}\n"),
        str![[r#"
1:1: `sources` needs `stages`: without them no `{stage}` is known
  hint: list them in pipeline order: `stages: [dev, staging, prod]`
"#]]
    );
}

#[test]
fn hostile_files_end_soon() {
    assert_data_eq!(
        errors(&"#".repeat(2 << 20)),
        str!["1:1: the file has 2097152 bytes; a configuration has at most 1048576"]
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
        str!["3:2285: the templates up to here are more than towpath compiles"]
    );
    let long = format!("stages: [dev]\nsources:\n- yaml: '{{stage}}/{}'\n", "*x".repeat(200_000));
    assert_data_eq!(errors(&long), str!["3:9: this text is longer than 2000 bytes"]);
}
