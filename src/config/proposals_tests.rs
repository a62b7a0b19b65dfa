//! Proposals, forges and apps, with their messages.

use super::{ClosingMode, MergeMode, ProposalMergeMethod};
use crate::config::{Config, parse};
use crate::model::StageName;
use snapbox::{assert_data_eq, str};

fn config(text: &str) -> Config {
    parse(text, "towpath.yaml").expect("a configuration")
}

fn errors(text: &str) -> String {
    parse(text, "towpath.yaml").expect_err("it is wrong").to_string().replace("towpath.yaml:", "")
}

#[test]
fn a_stage_has_the_last_word() {
    let config = config(
        "\
stages:
  - dev
  - {name: prod, reviewers: [alice, team/ops], labels: [], merge: manual, draft: false, closing: skip}
forge: forgejo
proposals:
  subject: 'chore: {{ subject }}'
  labels: towpath
  reviewers: bob
  merge: auto
  method: squash
  draft: true
  closing: reject
  body: |
    {{ moves }}

    - [ ] smoke test of {{ app }}
",
    );
    let (dev, prod) = (
        config.proposals.options_for(&StageName::from("dev")),
        config.proposals.options_for(&StageName::from("prod")),
    );
    assert_eq!(
        (dev.labels, dev.reviewers),
        (Some(vec!["towpath".into()]), Some(vec!["bob".into()]))
    );
    assert_eq!(
        (dev.merge, dev.method, dev.draft),
        (Some(MergeMode::Auto), Some(ProposalMergeMethod::Squash), Some(true))
    );
    assert_eq!(
        (prod.labels, prod.reviewers),
        (Some(vec![]), Some(vec!["alice".into(), "team/ops".into()]))
    );
    assert_eq!(
        (prod.merge, prod.method, prod.draft),
        (Some(MergeMode::Manual), Some(ProposalMergeMethod::Squash), Some(false))
    );
    assert_eq!((dev.closing, prod.closing), (Some(ClosingMode::Reject), Some(ClosingMode::Skip)));
    assert!(config.proposals.body.is_some());
    assert_eq!(config.forge.as_deref(), Some("forgejo"));
    assert_eq!(
        config.proposals.subject.map(|subject| subject.as_str().to_owned()).as_deref(),
        Some("chore: {{ subject }}")
    );
    let said: Vec<String> = config
        .said
        .iter()
        .map(|said| format!("{} = {} ({})\n", said.name, said.value, said.line))
        .collect();
    assert_data_eq!(
        said.concat(),
        str![[r#"
stages.prod.reviewers = alice, team/ops (3)
stages.prod.labels =  (3)
stages.prod.merge = manual (3)
stages.prod.draft = false (3)
stages.prod.closing = skip (3)
forge = forgejo (4)
proposals.subject = chore: {{ subject }} (6)
proposals.labels = towpath (7)
proposals.reviewers = bob (8)
proposals.merge = auto (9)
proposals.method = squash (10)
proposals.draft = true (11)
proposals.closing = reject (12)
proposals.body = {{ moves }}, … (13)

"#]]
    );
}

#[test]
fn every_message() {
    assert_data_eq!(
        errors(
            "\
forge: gitbal
proposals:
  lables: x
  draft: yes
  merge: automatic
  method: fast
  reviewers: {a: b}
  subject: '{{ stagee }}: {{ app }}'
  body: '{{ gate }}'
  closing: yes
stages: [{name: dev, merge: atuo}]
"
        ),
        str![[r#"
1:8: `forge` cannot be `gitbal`
  hint: did you mean `gitlab`?
3:3: unknown key `lables`
  hint: did you mean `labels`?
4:10: `draft` cannot be `yes`
  hint: expected one of `true`, `false`
5:10: `merge` cannot be `automatic`
  hint: did you mean `auto`?
6:11: `method` cannot be `fast`
  hint: expected one of `merge`, `squash`, `rebase`
7:14: `reviewers` must be a string or a list of strings
  hint: quote a string that starts with `{`, or has one inside `[…]`: '{app}'
8:12: `subject` uses the unknown variable `stagee`
  hint: did you mean `stage`?
9:9: `body` uses the unknown variable `gate`
  hint: did you mean `gates`?
10:12: `closing` cannot be `yes`
  hint: expected one of `skip`, `reject`
11:29: `merge` cannot be `atuo`
  hint: did you mean `auto`?
"#]]
    );
    assert_data_eq!(
        errors("proposals: [x]\napps: web\n"),
        str![[r#"
1:1: `proposals` must be a mapping
  hint: for example `proposals: {labels: [towpath], reviewers: [alice]}`
2:1: `apps` must be a mapping from app names to settings
  hint: for example `apps: {web: {repository: https://git.example.com/team/web}}`
"#]]
    );
    assert_data_eq!(
        errors("proposals:\n  subject: '{{ app'\n"),
        str![[r#"
2:12: `subject` is not a valid template: unexpected end of input, expected end of variable block
  hint: for example `subject: 'chore({{ stage }}): {{ app }} {{ to }}'`
"#]]
    );
    assert_data_eq!(
        errors(
            "\
apps:
  web: https://git.example.com/web
  api: {repositry: x, repository: 'https://git.example.com/{ap}'}
  api: {}
  [a]: {}
  blog: {revision: 'v{tag'}
"
        ),
        str![[r#"
2:3: `web` must be a mapping
  hint: for example `web: {repository: https://git.example.com/team/web}`
3:9: unknown key `repositry`
  hint: did you mean `repository`?
3:35: `repository` uses the unknown placeholder `{ap}`
  hint: did you mean `app`?
4:3: duplicate key `api`
5:3: a key must be a string
6:20: `v{tag` has an unclosed `{`
  hint: quote a string that starts with `{`, or has one inside `[…]`: '{app}'
"#]]
    );
}
