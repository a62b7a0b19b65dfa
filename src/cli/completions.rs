//! `towpath completions`: prints shell completion scripts.

use crate::cli::context::CommandContext;
use crate::cli::exit::ExitKind;
use crate::ops::error::Failure;
use clap::{Args, ValueEnum};
use clap_complete::env::Shells;

const EXAMPLES: &str = "\
Examples:
  towpath completions bash > ~/.local/share/bash-completion/completions/towpath
  towpath completions zsh > ~/.zfunc/_towpath       (with ~/.zfunc in fpath)
  towpath completions fish > ~/.config/fish/completions/towpath.fish
  towpath completions powershell >> $PROFILE

Names of apps and stages are completed too. They come from a cache that
`towpath status` keeps, or from the newest commit; never from the network.";

/// Print a shell completion script
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CompletionsArgs {
    shell: CompletionShell,
}

/// A shell with a completion script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompletionShell {
    Bash,
    Zsh,
    Fish,
    Elvish,
    Powershell,
}

/// Prints the script.
pub fn run(args: &CompletionsArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    context.ui.write_answer(&completion_script(args.shell)?)?;
    Ok(ExitKind::Done)
}

/// The registration of a shell: each asks towpath itself.
fn completion_script(shell: CompletionShell) -> Result<String, Failure> {
    let name = match shell {
        CompletionShell::Bash => "bash",
        CompletionShell::Zsh => "zsh",
        CompletionShell::Fish => "fish",
        CompletionShell::Elvish => "elvish",
        CompletionShell::Powershell => "powershell",
    };
    let (shells, mut out) = (Shells::builtins(), Vec::new());
    let completer = shells.completer(name).expect("clap_complete has this shell");
    completer.write_registration("COMPLETE", "towpath", "towpath", "towpath", &mut out)?;
    let text = String::from_utf8(out).expect("clap writes text");
    Ok(format!("{}\n", text.trim()))
}
