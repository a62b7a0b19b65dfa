//! `towpath completions`: prints shell completion scripts.

use crate::cli::context::CommandContext;
use crate::cli::exit::ExitKind;
use crate::ops::error::Failure;
use clap::{Args, ValueEnum};
use clap_complete::env::Shells;
use clap_complete::{Shell as Static, generate};

const EXAMPLES: &str = "\
Examples:
  towpath completions bash > ~/.local/share/bash-completion/completions/towpath
  towpath completions zsh > ~/.zfunc/_towpath       (with ~/.zfunc in fpath)
  towpath completions fish > ~/.config/fish/completions/towpath.fish
  towpath completions powershell >> $PROFILE

bash, zsh and fish also complete the names of apps and stages. The names come from a cache that
`towpath status` keeps, or from the newest commit, but never from the network.";

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

/// Prints the completion script of a shell.
pub fn run(
    args: &CompletionsArgs,
    context: &CommandContext,
    command: clap::Command,
) -> Result<ExitKind, Failure> {
    context.ui.write_answer(&completion_script(args.shell, command)?)?;
    Ok(ExitKind::Done)
}

/// The completion script. bash, zsh and fish call towpath for each completion; the scripts for
/// elvish and PowerShell contain all words.
fn completion_script(
    shell: CompletionShell,
    mut command: clap::Command,
) -> Result<String, Failure> {
    let mut out = Vec::new();
    match shell {
        CompletionShell::Bash => write_registration("bash", &mut out)?,
        CompletionShell::Zsh => write_registration("zsh", &mut out)?,
        CompletionShell::Fish => write_registration("fish", &mut out)?,
        CompletionShell::Elvish => generate(Static::Elvish, &mut command, "towpath", &mut out),
        CompletionShell::Powershell => {
            generate(Static::PowerShell, &mut command, "towpath", &mut out)
        }
    }
    let text = String::from_utf8(out).expect("clap writes text");
    Ok(format!("{}\n", text.trim()))
}

fn write_registration(shell: &str, out: &mut Vec<u8>) -> Result<(), Failure> {
    let shells = Shells::builtins();
    let shell = shells.completer(shell).expect("clap_complete has this shell");
    Ok(shell.write_registration("COMPLETE", "towpath", "towpath", "towpath", out)?)
}
