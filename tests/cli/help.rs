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
Which image runs in which stage, read from a deployment repository

Usage: towpath [OPTIONS] <COMMAND>

Commands:
  status       Show which version of which app runs in which stage
  history      Show what was deployed when, where, and by whom
  diff         Show where two stages, times or revisions differ
  trace        Show where a version runs and ran, when it came and went, and how long each step took
  metrics      Show how often is deployed, how long it takes, how often it fails, and for how long
  audit        Find what the rules do not allow, in all that ever happened
  guard        Judge a pull request: may it change what runs where?
  promote      Take what one stage runs to the next, as a pull request
  deploy       Put a version into the first stage, or another one
  rollback     Bring back a version that a stage ran before
  ask          May this version go to that stage? The answer of every gate, and why
  advance      Take every app a step on, where the gates allow it
  record       Record how a deployment turned out: for the job that tests it
  approve      Approve a version for a stage, where a gate asks for that
  reject       Reject a version: it goes nowhere any more
  unreject     Take back the rejection of a version
  release      Release a stage from the hold that a rollback has put it on
  lock         Lock an app or a stage: nothing goes there
  unlock       Take a lock away
  locks        List the locks that hold: what, who, why, and until when
  ledger       Show the ledger: locks, outcomes, approvals, rejections, holds and broken glass
  proposals    List, show, merge and close pull requests, on a forge or without one
  plugin       Write a tag into a file and push it, as a step of Drone or Woodpecker
  init         Write what towpath finds out about this repository as towpath.yaml
  config       Show, verify and document the configuration
  demo         Make a small deployment repository and show towpath on it
  completions  Print the completion script of a shell
  man          Print the manual page
  help         Print this message or the help of the given subcommand(s)

Options:
  -h, --help     Print help (see more with '--help')
  -V, --version  Print version

Global options:
  -C, --repo <PATH|URL>  The deployment repository: a folder, a bare repository or a URL [env:
                         TOWPATH_REPO]
      --branch <BRANCH>  The branch that is deployed, instead of the repository's own [env:
                         TOWPATH_BRANCH]
      --config <FILE>    The configuration, instead of the repository's towpath.yaml [env:
                         TOWPATH_CONFIG]
  -q, --quiet            Say only the answer and errors
  -v, --verbose...       Say more: every warning, and what was assumed

Examples:
  towpath status                        what runs where, in the repository around you
  towpath status publisher              one app in full: versions, files, commits
  towpath status -C https://example.com/team/deploy.git
  towpath status --at '3 days ago'      what ran where then
  towpath history publisher -n 5        its last deployments, and who made them
  towpath diff staging prod             what would a promotion bring?
  towpath trace v1367                   where is this version, and how did it get there?
  towpath metrics                       how often, how fast, how often wrong
  towpath promote web --to prod         propose what staging runs for prod
  towpath ask web --to prod             may it go there now? If not, why, and what would clear it?
  towpath init                          write down what towpath assumed, as towpath.yaml

Exit codes:
  0  done, or nothing to do
  1  failed
  2  wrong usage or configuration
  3  a gate or guard said no, or wait
  4  differences found (only with --exit-code)

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
Print the completion script of a shell

Usage: towpath completions [OPTIONS] <SHELL>

Arguments:
  <SHELL>
          [possible values: bash, zsh, fish, elvish, powershell]

Options:
  -h, --help
          Print help (see a summary with '-h')

Global options:
  -C, --repo <PATH|URL>
          The deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          The branch that is deployed, instead of the repository's own
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          The configuration, instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <TIME>
          Fetch a repository named by URL again when its copy is older than this, such as `1h`
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, anywhere, not even to the cache; commands that would are refused
          
          [env: TOWPATH_READ_ONLY]

      --allow-commands
          Run the commands that gates in the repository's towpath.yaml name
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read all history anew, and keep no index of it
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR says otherwise
          - always: Also in pipes and files
          - never:  Signs say the same
          
          [env: TOWPATH_COLOR]
          [default: auto]

  -q, --quiet
          Say only the answer and errors

  -v, --verbose...
          Say more: every warning, and what was assumed

Examples:
  towpath completions bash > ~/.local/share/bash-completion/completions/towpath
  towpath completions zsh > ~/.zfunc/_towpath       (with ~/.zfunc in fpath)
  towpath completions fish > ~/.config/fish/completions/towpath.fish
  towpath completions powershell >> $PROFILE

In bash, zsh and fish, names of apps and stages are completed too. They come from a cache that
`towpath status` keeps, or from the newest commit; never from the network.

"#]]);
}

#[test]
fn man() {
    help(&["man", "--help"]).success().stderr_eq("").stdout_eq(str![[r#"
Print the manual page

Usage: towpath man [OPTIONS]

Options:
      --dir <DIR>
          Write a page for each command into this folder instead

  -h, --help
          Print help (see a summary with '-h')

Global options:
  -C, --repo <PATH|URL>
          The deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          The branch that is deployed, instead of the repository's own
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          The configuration, instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <TIME>
          Fetch a repository named by URL again when its copy is older than this, such as `1h`
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, anywhere, not even to the cache; commands that would are refused
          
          [env: TOWPATH_READ_ONLY]

      --allow-commands
          Run the commands that gates in the repository's towpath.yaml name
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read all history anew, and keep no index of it
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR says otherwise
          - always: Also in pipes and files
          - never:  Signs say the same
          
          [env: TOWPATH_COLOR]
          [default: auto]

  -q, --quiet
          Say only the answer and errors

  -v, --verbose...
          Say more: every warning, and what was assumed

Examples:
  towpath man | man -l -
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
error: invalid value 'soon' for '--max-age <TIME>': it is no time span, such as `30s`, `10m`, `2h` or `1d`

For more information, try '--help'.

"#]]);
}

#[test]
fn init() {
    help(&["init", "--help"]).success().stderr_eq("").stdout_eq(str![[r#"
Write what towpath finds out about this repository as towpath.yaml.

Looks at the repository as `towpath status` does without a configuration: which words are stages,
and which files pin images. On a terminal it asks for the order of the stages and which sources to
keep, also those it is not sure of; without one, `--yes` takes the proposal, and unsure sources
become comments.

Usage: towpath init [OPTIONS]

Options:
  -y, --yes
          Take the proposal without asking

      --force
          Overwrite a towpath.yaml that is there

      --stdout
          Print the file instead of writing it

  -h, --help
          Print help (see a summary with '-h')

Global options:
  -C, --repo <PATH|URL>
          The deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          The branch that is deployed, instead of the repository's own
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          The configuration, instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <TIME>
          Fetch a repository named by URL again when its copy is older than this, such as `1h`
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, anywhere, not even to the cache; commands that would are refused
          
          [env: TOWPATH_READ_ONLY]

      --allow-commands
          Run the commands that gates in the repository's towpath.yaml name
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read all history anew, and keep no index of it
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR says otherwise
          - always: Also in pipes and files
          - never:  Signs say the same
          
          [env: TOWPATH_COLOR]
          [default: auto]

  -q, --quiet
          Say only the answer and errors

  -v, --verbose...
          Say more: every warning, and what was assumed

Examples:
  towpath init               ask, then write towpath.yaml into the work tree
  towpath init --yes         write what towpath proposes
  towpath init --stdout      only show it

Exit codes:
  0  written, or shown
  1  nothing was found, or the file could not be written
  2  wrong usage

"#]]);
}

#[test]
fn config() {
    help(&["config", "--help"]).success().stderr_eq("").stdout_eq(str![[r#"
Show, verify and document the configuration

Usage: towpath config [OPTIONS] <COMMAND>

Commands:
  show    Show the configuration that counts, with where each value comes from
  check   Verify a configuration file
  schema  Print the JSON Schema of towpath.yaml
  help    Print this message or the help of the given subcommand(s)

Options:
  -h, --help
          Print help (see a summary with '-h')

Global options:
  -C, --repo <PATH|URL>
          The deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          The branch that is deployed, instead of the repository's own
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          The configuration, instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <TIME>
          Fetch a repository named by URL again when its copy is older than this, such as `1h`
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, anywhere, not even to the cache; commands that would are refused
          
          [env: TOWPATH_READ_ONLY]

      --allow-commands
          Run the commands that gates in the repository's towpath.yaml name
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read all history anew, and keep no index of it
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR says otherwise
          - always: Also in pipes and files
          - never:  Signs say the same
          
          [env: TOWPATH_COLOR]
          [default: auto]

  -q, --quiet
          Say only the answer and errors

  -v, --verbose...
          Say more: every warning, and what was assumed

Examples:
  towpath config show                 what counts here, and who said it
  towpath config check                is this work tree's towpath.yaml right?
  towpath config schema > schema.json for editors that know JSON Schema

Exit codes:
  0  shown, or the file is right
  1  failed
  2  the configuration is wrong; every problem is named with its line

"#]]);
}

#[test]
fn config_show() {
    help(&["config", "show", "--help"]).success().stderr_eq("").stdout_eq(str![[r#"
Show the configuration that counts, with where each value comes from.

Without a towpath.yaml this is what towpath finds out by itself.

Usage: towpath config show [OPTIONS]

Options:
  -o, --output <FORMAT>
          How the answer is written
          
          [default: table]
          [possible values: table, json, yaml]

  -h, --help
          Print help (see a summary with '-h')

Global options:
  -C, --repo <PATH|URL>
          The deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          The branch that is deployed, instead of the repository's own
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          The configuration, instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <TIME>
          Fetch a repository named by URL again when its copy is older than this, such as `1h`
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, anywhere, not even to the cache; commands that would are refused
          
          [env: TOWPATH_READ_ONLY]

      --allow-commands
          Run the commands that gates in the repository's towpath.yaml name
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read all history anew, and keep no index of it
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR says otherwise
          - always: Also in pipes and files
          - never:  Signs say the same
          
          [env: TOWPATH_COLOR]
          [default: auto]

  -q, --quiet
          Say only the answer and errors

  -v, --verbose...
          Say more: every warning, and what was assumed

"#]]);
}

#[test]
fn config_check() {
    help(&["config", "check", "--help"]).success().stderr_eq("").stdout_eq(str![[r#"
Verify a configuration file.

Names every mistake with its line. In a repository it also tells which sources match no file and in
which stages nothing is found.

Usage: towpath config check [OPTIONS] [FILE]

Arguments:
  [FILE]
          The file; the work tree's towpath.yaml, or the newest commit's, if not named

Options:
  -h, --help
          Print help (see a summary with '-h')

Global options:
  -C, --repo <PATH|URL>
          The deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          The branch that is deployed, instead of the repository's own
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          The configuration, instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <TIME>
          Fetch a repository named by URL again when its copy is older than this, such as `1h`
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, anywhere, not even to the cache; commands that would are refused
          
          [env: TOWPATH_READ_ONLY]

      --allow-commands
          Run the commands that gates in the repository's towpath.yaml name
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read all history anew, and keep no index of it
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR says otherwise
          - always: Also in pipes and files
          - never:  Signs say the same
          
          [env: TOWPATH_COLOR]
          [default: auto]

  -q, --quiet
          Say only the answer and errors

  -v, --verbose...
          Say more: every warning, and what was assumed

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
          The deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          The branch that is deployed, instead of the repository's own
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          The configuration, instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <TIME>
          Fetch a repository named by URL again when its copy is older than this, such as `1h`
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, anywhere, not even to the cache; commands that would are refused
          
          [env: TOWPATH_READ_ONLY]

      --allow-commands
          Run the commands that gates in the repository's towpath.yaml name
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read all history anew, and keep no index of it
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR says otherwise
          - always: Also in pipes and files
          - never:  Signs say the same
          
          [env: TOWPATH_COLOR]
          [default: auto]

  -q, --quiet
          Say only the answer and errors

  -v, --verbose...
          Say more: every warning, and what was assumed

"#]]);
}

#[test]
fn demo() {
    help(&["demo", "--help"])
        .success()
        .stdout_eq(str![[r#"
Make a small deployment repository and show towpath on it.

Makes a bare repository and a clone of it in a new temporary folder: four apps, three stages,
kustomize, Helm values and plain tag files, some months of history. Then runs a few commands there,
each printed before its answer. Needs git; touches nothing else.

Usage: towpath demo [OPTIONS]

Options:
      --dir <DIR>
          Make it in this folder, which is empty or not there yet

      --no-tour
          Only make it, and print where it is

  -h, --help
          Print help (see a summary with '-h')

Global options:
  -C, --repo <PATH|URL>
          The deployment repository: a folder, a bare repository or a URL
          
          [env: TOWPATH_REPO]

      --branch <BRANCH>
          The branch that is deployed, instead of the repository's own
          
          [env: TOWPATH_BRANCH]

      --config <FILE>
          The configuration, instead of the repository's towpath.yaml
          
          [env: TOWPATH_CONFIG]

      --max-age <TIME>
          Fetch a repository named by URL again when its copy is older than this, such as `1h`
          
          [env: TOWPATH_MAX_AGE]
          [default: 5m]

      --read-only
          Write nothing, anywhere, not even to the cache; commands that would are refused
          
          [env: TOWPATH_READ_ONLY]

      --allow-commands
          Run the commands that gates in the repository's towpath.yaml name
          
          [env: TOWPATH_ALLOW_COMMANDS]

      --no-index
          Read all history anew, and keep no index of it
          
          [env: TOWPATH_NO_INDEX]

      --color <WHEN>
          When to use colour

          Possible values:
          - auto:   On a terminal, unless NO_COLOR says otherwise
          - always: Also in pipes and files
          - never:  Signs say the same
          
          [env: TOWPATH_COLOR]
          [default: auto]

  -q, --quiet
          Say only the answer and errors

  -v, --verbose...
          Say more: every warning, and what was assumed

Examples:
  towpath demo                              make it and look around
  cd "$(towpath demo --no-tour)"            make it and go there
  towpath demo --dir ~/try                  make it in this folder

Exit codes:
  0  done
  1  it could not be made
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
        "locks", "ledger",
    ];
    for command in ["promote", "deploy", "rollback"].into_iter().chain(pipeline) {
        let file = format!("{}/tests/cli/help/{command}.txt", env!("CARGO_MANIFEST_DIR"));
        let expected = snapbox::Data::read_from(file.as_ref(), None);
        help(&[command, "--help"]).success().stderr_eq("").stdout_eq(expected);
    }
    help(&["audit", "--help"]).success().stderr_eq("").stdout_eq(snapbox::file!["help/audit.txt"]);
    help(&["guard", "--help"]).success().stderr_eq("").stdout_eq(snapbox::file!["help/guard.txt"]);
    help(&["metrics", "--help"])
        .success()
        .stderr_eq("")
        .stdout_eq(snapbox::file!["help/metrics.txt"]);
}
