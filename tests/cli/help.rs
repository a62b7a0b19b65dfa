//! The help of every command, word for word.

use crate::support::Sandbox;
use snapbox::str;

fn help(arguments: &[&str]) -> snapbox::cmd::OutputAssert {
    let sandbox = Sandbox::new();
    sandbox.towpath(&sandbox.path("home"), arguments).assert()
}

#[test]
fn without_arguments_the_help_is_shown_as_a_mistake() {
    help(&[]).code(2).stdout_eq("").stderr_eq(str![[r#"
Show which version runs in which stage, and promote it to the next

Usage: towpath [OPTIONS] <COMMAND>

Inspect:
  status       Show which version of each app runs in which stage
  history      Show what was deployed when, where, and by whom
  live         Compare what the clusters run with what the repository wants
  diff         Compare two stages, times or revisions
  trace        Follow a version through the stages, and show how long each step took
  versions     List the versions of an app in its registry, and whether they may be deployed
  changes      List the commits of an app's sources between two versions
  metrics      Show deployment frequency, lead time, failure rate and time to restore (DORA)
  serve        Serve the answers over HTTP: pages and a JSON API, read-only
  site         Write the pages of `serve` as a static site
  announce     Announce new deployments in chats, by mail, in Grafana and to webhooks
  publish      Keep the deployments of GitHub or GitLab up to date
  mcp          Serve the answers to an assistant, by the Model Context Protocol, read-only

Promote:
  promote      Promote versions to the next stage by pull request
  deploy       Deploy a version to the first stage, or to another one
  rollback     Restore a version that a stage ran before
  advance      Promote every app whose gates are open to its next stage
  attest       Attach a marker or a file to an image in its registry
  proposals    List, show, merge and close pull requests, on a forge or without one
  plugin       Write a tag into a file and push it, as a step in Drone or Woodpecker

Decide:
  ask          Ask every gate whether a version may go to a stage
  record       Record whether a deployment passed or failed
  approve      Approve a version for a stage that requires approval
  reject       Reject a version so that it cannot be deployed
  unreject     Withdraw the rejection of a version
  release      Release an app in a stage from the hold that a rollback put on it
  lock         Lock an app or a stage so that nothing is deployed there
  unlock       Remove a lock
  locks        List the active locks with their authors, reasons and ends
  ledger       Show the ledger of outcomes, approvals, rejections, locks and overrides

Audit:
  audit        Find past deployments that broke the rules
  guard        Check whether a pull request may change what runs where
  comment      Say in a comment on a pull request what it would move

Set up:
  init         Write towpath.yaml from what towpath finds in the repository
  config       Show, check and document the configuration
  demo         Create a small deployment repository and show towpath on it
  completions  Print a shell completion script
  man          Print the manual page, or open it on a terminal
  version      Show the version, the commit it was built from, and the target it was built for
  help         Explain a command or a topic

Options:
  -h, --help     Print help (see more with '--help')
  -V, --version  Print version

Global options:
  -C, --repo <PATH|URL>  Deployment repository: a folder, a bare repository or a URL [env:
                         TOWPATH_REPO]
      --branch <BRANCH>  Deployed branch [default: from towpath.yaml, else the repository's own]
                         [env: TOWPATH_BRANCH]
      --config <FILE>    Configuration file to use instead of the repository's towpath.yaml [env:
                         TOWPATH_CONFIG]
  -q, --quiet            Print only the answer and errors
  -v, --verbose...       Print more: every warning and every assumption

Examples:
  towpath status                        show what runs where, in the current repository
  towpath status publisher              show one app in full: versions, files, commits
  towpath status -C https://example.com/team/deploy.git
  towpath status --at '3 days ago'      show what ran where three days ago
  towpath history publisher -n 5        list its last five deployments, and who made them
  towpath diff staging prod             show what a promotion to prod would change
  towpath trace v1367                   follow a version through the stages
  towpath metrics                       show how often, how fast and how reliably you deploy
  towpath promote web --to prod         open a pull request that promotes web to prod
  towpath ask web --to prod             ask the gates whether web may go to prod now
  towpath init                          save what towpath assumed as towpath.yaml

Exit codes:
  0  done, or nothing to do
  1  failed
  2  wrong usage or configuration
  3  a gate or the guard refused, or the deployment must wait
  4  differences were found (only with --exit-code)

Topics: `towpath help config`, gates, environment, exit-codes, output, authentication.

"#]]);
}

#[test]
fn towpath() {
    help(&["--help"]).success().stderr_eq("").stdout_eq(snapbox::file!["help/towpath.txt"]);
}

#[test]
fn version() {
    help(&["--version"]).success().stderr_eq("").stdout_eq(str![[r#"
towpath 0.1.0
commit  unknown, built from sources
target  x86_64-unknown-linux-gnu

"#]]);
}

#[test]
fn status() {
    help(&["status", "--help"])
        .success()
        .stderr_eq("")
        .stdout_eq(snapbox::file!["help/status.txt"]);
}

#[test]
fn completions() {
    help(&["completions", "--help"]).success().stderr_eq("").stdout_eq(str![[r#"
Print a shell completion script

Usage: towpath completions [OPTIONS] <SHELL>

Arguments:
  <SHELL>
          [possible values: bash, zsh, fish, elvish, powershell]

Options:
  -h, --help
          Print help (see a summary with '-h')

Global options:
  -C, --repo <PATH|URL>
          Deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          Deployed branch [default: from towpath.yaml, else the repository's own]
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          Configuration file to use instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <DURATION>
          Use cached copies of remote repositories and ledgers up to this age
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, not even to the cache, and refuse commands that write
          
          [env: TOWPATH_READ_ONLY]

      --assume
          Push, merge or move many apps although the stages are assumed, not configured
          
          [env: TOWPATH_ASSUME]

      --allow-commands
          Allow the gates in towpath.yaml to run their commands
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read the whole history again, and keep no index
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR is set
          - always: Also in pipes and files
          - never:  Never
          
          [env: TOWPATH_COLOR]
          [default: auto]

      --no-pager
          Write long answers straight to the terminal [env: TOWPATH_PAGER, PAGER]

  -q, --quiet
          Print only the answer and errors

  -v, --verbose...
          Print more: every warning and every assumption

Examples:
  towpath completions bash > ~/.local/share/bash-completion/completions/towpath
  towpath completions zsh > ~/.zfunc/_towpath       (with ~/.zfunc in fpath)
  towpath completions fish > ~/.config/fish/completions/towpath.fish
  towpath completions powershell >> $PROFILE

Names of apps and stages are completed too. They come from a cache that
`towpath status` keeps, or from the newest commit; never from the network.

"#]]);
}

#[test]
fn man() {
    help(&["man", "--help"]).success().stderr_eq("").stdout_eq(str![[r#"
Print the manual page, or open it on a terminal

Usage: towpath man [OPTIONS]

Options:
      --dir <DIR>
          Folder to write one page per command into, instead of printing

  -h, --help
          Print help (see a summary with '-h')

Global options:
  -C, --repo <PATH|URL>
          Deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          Deployed branch [default: from towpath.yaml, else the repository's own]
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          Configuration file to use instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <DURATION>
          Use cached copies of remote repositories and ledgers up to this age
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, not even to the cache, and refuse commands that write
          
          [env: TOWPATH_READ_ONLY]

      --assume
          Push, merge or move many apps although the stages are assumed, not configured
          
          [env: TOWPATH_ASSUME]

      --allow-commands
          Allow the gates in towpath.yaml to run their commands
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read the whole history again, and keep no index
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR is set
          - always: Also in pipes and files
          - never:  Never
          
          [env: TOWPATH_COLOR]
          [default: auto]

      --no-pager
          Write long answers straight to the terminal [env: TOWPATH_PAGER, PAGER]

  -q, --quiet
          Print only the answer and errors

  -v, --verbose...
          Print more: every warning and every assumption

Examples:
  towpath man                          open the manual
  towpath man | man -l -               the same, by hand
  towpath man --dir ~/.local/share/man/man1

"#]]);
}

#[test]
fn a_slip_of_a_command_is_named() {
    help(&["statsu"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: unrecognized subcommand 'statsu'

  tip: a similar subcommand exists: 'status'

Usage: towpath [OPTIONS] <COMMAND>

For more information, try '--help'.

"#]]);
}

#[test]
fn a_slip_of_an_option_is_named() {
    help(&["status", "--targts"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: unexpected argument '--targts' found

  tip: a similar argument exists: '--targets'

Usage: towpath status --targets [APP]...

For more information, try '--help'.

"#]]);
}

#[test]
fn an_odd_duration_is_refused() {
    help(&["status", "--max-age", "soon"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value 'soon' for '--max-age <DURATION>': expected a time span such as `30s`, `10m`, `2h` or `1d`

For more information, try '--help'.

"#]]);
}

#[test]
fn init() {
    help(&["init", "--help"]).success().stderr_eq("").stdout_eq(str![[r#"
Write towpath.yaml from what towpath finds in the repository

Finds stages, and files that pin images, as `towpath status` does without a configuration. On a
terminal, the command asks for the order of the stages and for the sources to keep, including
uncertain ones. `--yes` accepts the proposal and writes uncertain sources as comments.

The JSON schema goes into .towpath/schema.json, where editors find it by the first line of
towpath.yaml. `--ci` also writes the check of pull requests and a promotion every night, as
docs/ci.md has them; a towpath.yaml that is there already is kept then.

Usage: towpath init [OPTIONS]

Options:
  -y, --yes
          Accept the proposal without asking

      --force
          Overwrite an existing towpath.yaml

      --stdout
          Print the file instead of writing it

      --explain
          Print what was found, why, and what is left out, instead of writing a file

      --ci <SYSTEM>
          Also write files for this CI system
          
          [possible values: github, gitlab, forgejo, woodpecker]

      --ci-image <IMAGE>
          Image with towpath, which the CI files run
          
          [default: registry.example.com/towpath]

  -h, --help
          Print help (see a summary with '-h')

Global options:
  -C, --repo <PATH|URL>
          Deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          Deployed branch [default: from towpath.yaml, else the repository's own]
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          Configuration file to use instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <DURATION>
          Use cached copies of remote repositories and ledgers up to this age
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, not even to the cache, and refuse commands that write
          
          [env: TOWPATH_READ_ONLY]

      --assume
          Push, merge or move many apps although the stages are assumed, not configured
          
          [env: TOWPATH_ASSUME]

      --allow-commands
          Allow the gates in towpath.yaml to run their commands
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read the whole history again, and keep no index
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR is set
          - always: Also in pipes and files
          - never:  Never
          
          [env: TOWPATH_COLOR]
          [default: auto]

      --no-pager
          Write long answers straight to the terminal [env: TOWPATH_PAGER, PAGER]

  -q, --quiet
          Print only the answer and errors

  -v, --verbose...
          Print more: every warning and every assumption

Examples:
  towpath init               ask, then write towpath.yaml into the work tree
  towpath init --yes         write the proposal without asking
  towpath init --stdout      print it instead
  towpath init --explain     print why these are the stages, and what is left out
  towpath init --ci github   also write workflows that check pull requests and promote

Exit codes:
  0  written, or printed
  1  nothing was found, or the file could not be written
  2  wrong usage

"#]]);
}

#[test]
fn config() {
    help(&["config", "--help"]).success().stderr_eq("").stdout_eq(str![[r#"
Show, check and document the configuration

Usage: towpath config [OPTIONS] <COMMAND>

Commands:
  show    Show the effective configuration, and where each value comes from
  check   Check a configuration file
  schema  Print the JSON Schema of towpath.yaml

Options:
  -h, --help
          Print help (see a summary with '-h')

Global options:
  -C, --repo <PATH|URL>
          Deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          Deployed branch [default: from towpath.yaml, else the repository's own]
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          Configuration file to use instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <DURATION>
          Use cached copies of remote repositories and ledgers up to this age
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, not even to the cache, and refuse commands that write
          
          [env: TOWPATH_READ_ONLY]

      --assume
          Push, merge or move many apps although the stages are assumed, not configured
          
          [env: TOWPATH_ASSUME]

      --allow-commands
          Allow the gates in towpath.yaml to run their commands
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read the whole history again, and keep no index
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR is set
          - always: Also in pipes and files
          - never:  Never
          
          [env: TOWPATH_COLOR]
          [default: auto]

      --no-pager
          Write long answers straight to the terminal [env: TOWPATH_PAGER, PAGER]

  -q, --quiet
          Print only the answer and errors

  -v, --verbose...
          Print more: every warning and every assumption

Examples:
  towpath config show                 show the effective configuration and its origin
  towpath config check                check towpath.yaml in the work tree
  towpath config schema > schema.json write the JSON Schema, for editors

Exit codes:
  0  done; the configuration is valid
  1  failed
  2  the configuration is invalid; every problem is reported with its line

"#]]);
}

#[test]
fn config_show() {
    help(&["config", "show", "--help"]).success().stderr_eq("").stdout_eq(str![[r#"
Show the effective configuration, and where each value comes from

Without a towpath.yaml, the command shows what towpath found by itself.

Usage: towpath config show [OPTIONS]

Options:
  -o, --output <FORMAT>
          Output format
          
          [default: table]
          [possible values: table, json, jsonl, yaml, csv]

  -h, --help
          Print help (see a summary with '-h')

Global options:
  -C, --repo <PATH|URL>
          Deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          Deployed branch [default: from towpath.yaml, else the repository's own]
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          Configuration file to use instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <DURATION>
          Use cached copies of remote repositories and ledgers up to this age
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, not even to the cache, and refuse commands that write
          
          [env: TOWPATH_READ_ONLY]

      --assume
          Push, merge or move many apps although the stages are assumed, not configured
          
          [env: TOWPATH_ASSUME]

      --allow-commands
          Allow the gates in towpath.yaml to run their commands
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read the whole history again, and keep no index
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR is set
          - always: Also in pipes and files
          - never:  Never
          
          [env: TOWPATH_COLOR]
          [default: auto]

      --no-pager
          Write long answers straight to the terminal [env: TOWPATH_PAGER, PAGER]

  -q, --quiet
          Print only the answer and errors

  -v, --verbose...
          Print more: every warning and every assumption

"#]]);
}

#[test]
fn config_check() {
    help(&["config", "check", "--help"]).success().stderr_eq("").stdout_eq(str![[r#"
Check a configuration file

Reports every mistake with its line. In a repository, the command also reports sources that match no
file, and stages without versions.

Usage: towpath config check [OPTIONS] [FILE]

Arguments:
  [FILE]
          Configuration file [default: towpath.yaml in the work tree, else in the newest commit]

Options:
  -h, --help
          Print help (see a summary with '-h')

Global options:
  -C, --repo <PATH|URL>
          Deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          Deployed branch [default: from towpath.yaml, else the repository's own]
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          Configuration file to use instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <DURATION>
          Use cached copies of remote repositories and ledgers up to this age
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, not even to the cache, and refuse commands that write
          
          [env: TOWPATH_READ_ONLY]

      --assume
          Push, merge or move many apps although the stages are assumed, not configured
          
          [env: TOWPATH_ASSUME]

      --allow-commands
          Allow the gates in towpath.yaml to run their commands
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read the whole history again, and keep no index
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR is set
          - always: Also in pipes and files
          - never:  Never
          
          [env: TOWPATH_COLOR]
          [default: auto]

      --no-pager
          Write long answers straight to the terminal [env: TOWPATH_PAGER, PAGER]

  -q, --quiet
          Print only the answer and errors

  -v, --verbose...
          Print more: every warning and every assumption

"#]]);
}

#[test]
fn config_schema() {
    help(&["config", "schema", "--help"]).success().stderr_eq("").stdout_eq(str![[r#"
Print the JSON Schema of towpath.yaml

Usage: towpath config schema [OPTIONS]

Options:
  -h, --help
          Print help (see a summary with '-h')

Global options:
  -C, --repo <PATH|URL>
          Deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          Deployed branch [default: from towpath.yaml, else the repository's own]
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          Configuration file to use instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <DURATION>
          Use cached copies of remote repositories and ledgers up to this age
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, not even to the cache, and refuse commands that write
          
          [env: TOWPATH_READ_ONLY]

      --assume
          Push, merge or move many apps although the stages are assumed, not configured
          
          [env: TOWPATH_ASSUME]

      --allow-commands
          Allow the gates in towpath.yaml to run their commands
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read the whole history again, and keep no index
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR is set
          - always: Also in pipes and files
          - never:  Never
          
          [env: TOWPATH_COLOR]
          [default: auto]

      --no-pager
          Write long answers straight to the terminal [env: TOWPATH_PAGER, PAGER]

  -q, --quiet
          Print only the answer and errors

  -v, --verbose...
          Print more: every warning and every assumption

"#]]);
}

#[test]
fn demo() {
    help(&["demo", "--help"])
        .success()
        .stdout_eq(str![[r#"
Create a small deployment repository and show towpath on it

Creates a bare repository and a clone of it in a new temporary folder, with four apps, three stages,
kustomize, Helm values, plain tag files and some months of history. Then runs a few commands there,
and prints each one before its output. The command needs git and changes nothing else.

Usage: towpath demo [OPTIONS]

Options:
      --dir <DIR>
          Folder to create, or an empty one [default: a new temporary folder]

      --no-tour
          Only create the repository, and print its path

  -h, --help
          Print help (see a summary with '-h')

Global options:
  -C, --repo <PATH|URL>
          Deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          Deployed branch [default: from towpath.yaml, else the repository's own]
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          Configuration file to use instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <DURATION>
          Use cached copies of remote repositories and ledgers up to this age
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, not even to the cache, and refuse commands that write
          
          [env: TOWPATH_READ_ONLY]

      --assume
          Push, merge or move many apps although the stages are assumed, not configured
          
          [env: TOWPATH_ASSUME]

      --allow-commands
          Allow the gates in towpath.yaml to run their commands
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read the whole history again, and keep no index
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR is set
          - always: Also in pipes and files
          - never:  Never
          
          [env: TOWPATH_COLOR]
          [default: auto]

      --no-pager
          Write long answers straight to the terminal [env: TOWPATH_PAGER, PAGER]

  -q, --quiet
          Print only the answer and errors

  -v, --verbose...
          Print more: every warning and every assumption

Examples:
  towpath demo                              create it and take the tour
  cd "$(towpath demo --no-tour)"            create it and change into it
  towpath demo --dir ~/try                  create it in this folder

Exit codes:
  0  done
  1  failed
  2  wrong usage

"#]])
        .stderr_eq("");
}

/// The longer ones lie in files of their own.
#[test]
fn commands_over_time() {
    help(&["history", "--help"])
        .success()
        .stderr_eq("")
        .stdout_eq(snapbox::file!["help/history.txt"]);
    help(&["diff", "--help"]).success().stderr_eq("").stdout_eq(snapbox::file!["help/diff.txt"]);
    help(&["trace", "--help"]).success().stderr_eq("").stdout_eq(snapbox::file!["help/trace.txt"]);
    let pipeline = [
        "ask", "advance", "record", "approve", "reject", "unreject", "release", "lock", "unlock",
        "locks", "ledger", "publish", "comment",
    ];
    for command in ["promote", "deploy", "rollback"].into_iter().chain(pipeline) {
        let file = format!("{}/tests/cli/help/{command}.txt", env!("CARGO_MANIFEST_DIR"));
        let expected = snapbox::Data::read_from(file.as_ref(), None);
        help(&[command, "--help"]).success().stderr_eq("").stdout_eq(expected);
    }
    help(&["audit", "--help"]).success().stderr_eq("").stdout_eq(snapbox::file!["help/audit.txt"]);
    help(&["serve", "--help"]).success().stderr_eq("").stdout_eq(snapbox::file!["help/serve.txt"]);
    help(&["announce", "--help"])
        .success()
        .stderr_eq("")
        .stdout_eq(snapbox::file!["help/announce.txt"]);
    help(&["site", "--help"]).success().stderr_eq("").stdout_eq(snapbox::file!["help/site.txt"]);
    help(&["mcp", "--help"]).success().stderr_eq("").stdout_eq(snapbox::file!["help/mcp.txt"]);
    help(&["guard", "--help"]).success().stderr_eq("").stdout_eq(snapbox::file!["help/guard.txt"]);
    help(&["metrics", "--help"])
        .success()
        .stderr_eq("")
        .stdout_eq(snapbox::file!["help/metrics.txt"]);
}

#[test]
fn topics_and_commands_are_explained() {
    let said = |arguments: &[&str]| {
        let output = help(arguments).success().get_output().stdout.clone();
        String::from_utf8(output).expect("text")
    };
    assert!(said(&["help", "gates"]).starts_with("Gates\n"));
    assert_eq!(said(&["help", "config", "check"]), said(&["config", "check", "--help"]));
    assert_eq!(said(&["help"]), said(&["--help"]));
    help(&["help", "gate"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no command or topic `gate`
hint: did you mean `towpath help gates`?

"#]]);
    help(&["help", "config", "nosuch"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no command `config nosuch`
hint: `towpath help` lists the commands and topics

"#]]);
}

#[test]
fn the_version_names_its_origin() {
    let text = str![[r#"
towpath 0.1.0
commit  [..]
...
target  [..]

"#]];
    help(&["version"]).success().stdout_eq(text.clone()).stderr_eq("");
    help(&["--version"]).success().stdout_eq(text).stderr_eq("");
    help(&["-V"]).success().stdout_eq("towpath 0.1.0\n").stderr_eq("");
}

#[test]
fn a_suggestion_is_a_typing_mistake_away() {
    help(&["history", "--sort", "app"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: unexpected argument '--sort' found

Usage: towpath history [OPTIONS] [APP]...

For more information, try '--help'.

"#]]);
}
