//! `towpath completions`, and what the scripts ask.

use crate::support::Sandbox;
use snapbox::str;
use std::path::Path;

const SCRIPTS: [(&str, &str); 5] = [
    ("bash", "towpath.bash"),
    ("zsh", "_towpath"),
    ("fish", "towpath.fish"),
    ("elvish", "towpath.elv"),
    ("powershell", "_towpath.ps1"),
];

/// With `SNAPSHOTS=overwrite` the files are written anew.
#[test]
fn the_scripts_that_are_checked_in_are_fresh() {
    let sandbox = Sandbox::new();
    for (shell, file) in SCRIPTS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(file);
        let expected = snapbox::Data::read_from(&path, None).raw();
        sandbox.towpath(&sandbox.path("home"), &["completions", shell]).assert().success().stdout_eq(expected);
    }
}

#[test]
fn an_unknown_shell_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.towpath(&sandbox.path("home"), &["completions", "tcsh"]).assert().code(2).stderr_eq(str![[r#"
error: invalid value 'tcsh' for '<SHELL>'
  [possible values: bash, zsh, fish, elvish, powershell]

  tip: a similar value exists: 'zsh'

For more information, try '--help'.

"#]]);
}
