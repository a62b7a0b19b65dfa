//! `towpath help`: a command, a topic, or the overview with its commands in groups.

pub mod groups;
mod suggestion;
mod topics;

pub use suggestion::mend_suggestion;

use super::context::CommandContext;
use super::exit::ExitKind;
use crate::model::nearest_name;
use crate::ops::error::Failure;
use clap::{Args, Command};
use topics::TOPICS;

/// Explain a command or a topic
///
/// Topics: config, gates, environment, exit-codes, output, authentication.
#[derive(Debug, Args)]
pub struct HelpArgs {
    /// A command, such as `status` or `config check`, or a topic
    #[arg(value_name = "COMMAND|TOPIC")]
    words: Vec<String>,
}

/// Prints the help.
pub fn run(
    args: &HelpArgs,
    context: &CommandContext,
    mut root: Command,
) -> Result<ExitKind, Failure> {
    root.build();
    let words: Vec<&str> = args.words.iter().map(String::as_str).collect();
    let text = match words.as_slice() {
        [] => groups::group_commands(&render_help(&mut root, context)),
        [word] if topic(word).is_some() => topic(word).unwrap_or_default().to_owned(),
        words => render_help(find_command(&mut root, words)?, context),
    };
    context.ui.page_answer(&text, false)?;
    Ok(ExitKind::Done)
}

fn topic(word: &str) -> Option<&'static str> {
    TOPICS.iter().find(|(name, _)| *name == word).map(|(_, text)| *text)
}

fn find_command<'c>(root: &'c mut Command, words: &[&str]) -> Result<&'c mut Command, Failure> {
    let mut found = root;
    for word in words {
        let names: Vec<String> =
            found.get_subcommands().map(|child| child.get_name().to_owned()).collect();
        if !names.iter().any(|name| name == word) {
            return Err(unknown(words, word, names));
        }
        found = found.find_subcommand_mut(word).expect("its name was just read");
    }
    Ok(found)
}

fn unknown(words: &[&str], word: &str, mut names: Vec<String>) -> Failure {
    let is_first = words.first() == Some(&word);
    if is_first {
        names.extend(TOPICS.iter().map(|(name, _)| (*name).to_owned()));
    }
    let what = if is_first { "command or topic" } else { "command" };
    let failure = Failure::usage(format!("there is no {what} `{}`", words.join(" ")));
    match nearest_name(word, names.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean `towpath help {near}`?")),
        None => failure.hint("`towpath help` lists the commands and topics"),
    }
}

fn render_help(command: &mut Command, context: &CommandContext) -> String {
    let help = command.render_long_help();
    if context.ui.out.colors { help.ansi().to_string() } else { help.to_string() }
}
