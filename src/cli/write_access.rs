//! The write access of every command, declared in this file only.
//!
//! A read-only command gets no workspace, so it cannot change a repository. Under `--read-only`, a
//! command that writes is refused before it reads anything.

use crate::ops::error::Failure;
use clap::ArgMatches;
use clap::parser::ValueSource;

/// Whether a command writes to repositories, or to files outside the cache folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteAccess {
    Reads,
    Writes,
    /// Writes, unless one of these options is given.
    WritesUnless(&'static [&'static str]),
    /// Writes if this option is given.
    WritesWith(&'static str),
}

use WriteAccess::{Reads, Writes, WritesUnless, WritesWith};

const DELIVERY: WriteAccess = WritesUnless(&["--dry-run", "--patch"]);

/// Write access of reading pull requests: without a forge, they are fetched into the clone.
const FORGE: WriteAccess = WritesUnless(&["--forge"]);

/// Every command, with its write access.
pub static COMMANDS: [(&str, WriteAccess); 50] = [
    ("status", WritesWith("--watch")),
    ("history", WritesWith("--follow")),
    ("diff", Reads),
    ("live", Reads),
    ("live snapshot", Reads),
    ("live rbac", Reads),
    ("trace", Reads),
    ("versions", Reads),
    ("changes", Reads),
    ("metrics", Reads),
    ("audit", Reads),
    // The file of --summary belongs to the user, and is not written under --read-only.
    ("guard", WritesWith("--comment")),
    ("comment", WritesUnless(&["--dry-run"])),
    ("promote", DELIVERY),
    ("deploy", DELIVERY),
    ("rollback", DELIVERY),
    ("ask", WritesWith("--wait")),
    ("advance", WritesUnless(&["--dry-run"])),
    ("attest", Writes),
    ("record", Writes),
    ("approve", Writes),
    ("reject", Writes),
    ("unreject", Writes),
    ("release", Writes),
    ("lock", Writes),
    ("unlock", Writes),
    ("locks", Reads),
    ("ledger", Reads),
    ("ledger fetch", Writes),
    ("ledger push", Writes),
    ("ledger note", Writes),
    ("proposals list", FORGE),
    ("proposals show", FORGE),
    ("proposals merge", Writes),
    ("proposals close", Writes),
    ("plugin", Writes),
    ("publish", WritesUnless(&["--dry-run"])),
    ("serve", WritesWith("--fetch")),
    ("site", Writes),
    ("announce", WritesUnless(&["--dry-run"])),
    ("mcp", Reads),
    ("init", WritesUnless(&["--stdout", "--explain"])),
    ("config show", Reads),
    ("config check", Reads),
    ("config schema", Reads),
    ("demo", Writes),
    ("completions", Reads),
    ("man", WritesWith("--dir")),
    ("version", Reads),
    ("help", Reads),
];

/// A command on the command line that writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WritingCommand {
    /// The command, as typed.
    command: String,
    reach: WriteAccess,
}

impl WritingCommand {
    /// The command of a command line, if it writes.
    pub fn from_matches(matches: &ArgMatches) -> Option<Self> {
        let (command, options) = command_path(matches);
        let known = COMMANDS.iter().find(|(name, _)| *name == command);
        // A test checks that COMMANDS lists every command.
        let reach = known.map_or(Writes, |(_, reach)| *reach);
        let writes = match reach {
            Reads => false,
            Writes => true,
            WritesUnless(instead) => !instead.iter().any(|option| is_given(options, option)),
            WritesWith(option) => is_given(options, option),
        };
        writes.then_some(WritingCommand { command, reach })
    }

    /// The refusal under `--read-only`, with a hint at a variant that only reads.
    pub fn refusal(&self) -> Failure {
        let command = &self.command;
        let refused = |what: &str| {
            Failure::usage(format!("--read-only refuses `towpath {what}`, because it writes"))
        };
        match self.reach {
            WritesUnless(["--forge"]) => refused(command).hint(
                "without a forge, towpath fetches pull requests into this clone; --forge \
                       NAME asks a forge instead",
            ),
            WritesUnless([one]) => refused(command).hint(format!("with {one} it only reads")),
            WritesUnless(instead) => {
                refused(command).hint(format!("with {} it only reads", instead.join(" or ")))
            }
            WritesWith(option) => refused(&format!("{command} {option}"))
                .hint(format!("without {option} it only reads")),
            Reads | Writes => refused(command),
        }
    }
}

/// The full name of the command, and its arguments.
fn command_path(matches: &ArgMatches) -> (String, &ArgMatches) {
    let (mut words, mut at) = (Vec::new(), matches);
    while let Some((word, below)) = at.subcommand() {
        words.push(word);
        at = below;
    }
    (words.join(" "), at)
}

/// True where an option is given. `--forge plain` names no forge, so it does not count.
fn is_given(options: &ArgMatches, option: &str) -> bool {
    let id = id(option);
    let is_said =
        options.value_source(&id).is_some_and(|source| source != ValueSource::DefaultValue);
    let is_none = || {
        option == "--forge"
            && options.get_raw(&id).into_iter().flatten().any(|value| value == "plain")
    };
    is_said && !is_none()
}

fn id(option: &str) -> String {
    option.trim_start_matches('-').replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args;
    use std::collections::BTreeSet;

    /// Commands without subcommands, and commands that work without one.
    fn commands(command: &clap::Command, above: &str, out: &mut Vec<(String, clap::Command)>) {
        for below in command.get_subcommands() {
            let name = format!("{above}{}", below.get_name());
            if !below.is_subcommand_required_set() {
                out.push((name.clone(), below.clone()));
            }
            commands(below, &format!("{name} "), out);
        }
    }

    fn all() -> Vec<(String, clap::Command)> {
        let mut out = Vec::new();
        commands(&args::command(), "", &mut out);
        out
    }

    #[test]
    fn every_command_says_whether_it_writes() {
        let there: BTreeSet<String> = all().into_iter().map(|(name, _)| name).collect();
        let declared: BTreeSet<String> =
            COMMANDS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(
            there, declared,
            "left: the commands there are; right: the commands in COMMANDS"
        );
        assert_eq!(declared.len(), COMMANDS.len(), "no command is listed twice");
    }

    #[test]
    fn the_options_that_decide_are_there() {
        for (name, command) in all() {
            let reach = COMMANDS.iter().find(|(known, _)| *known == name).map(|(_, reach)| *reach);
            let named = match reach {
                Some(WritesUnless(options)) => options.to_vec(),
                Some(WritesWith(option)) => vec![option],
                _ => Vec::new(),
            };
            for option in named {
                let found = command
                    .get_arguments()
                    .find(|argument| argument.get_id() == id(option).as_str());
                let long = found.and_then(clap::Arg::get_long);
                assert_eq!(long, Some(option.trim_start_matches('-')), "{name} {option}");
            }
        }
    }

    fn writes(line: &str) -> bool {
        let matches =
            args::command().try_get_matches_from(line.split(' ')).expect("it is typed well");
        WritingCommand::from_matches(&matches).is_some()
    }

    #[test]
    fn options_decide() {
        for line in [
            "towpath status",
            "towpath promote web --to prod --dry-run",
            "towpath promote --patch",
            "towpath init --stdout",
            "towpath man",
            "towpath ledger --app web",
            "towpath proposals list --forge github",
        ] {
            assert!(!writes(line), "{line}");
        }
        for line in [
            "towpath promote web --to prod",
            "towpath init --yes",
            "towpath man --dir x",
            "towpath ledger fetch",
            "towpath proposals list",
            "towpath proposals show 1 --forge plain",
            "towpath ask web --to prod --wait",
            "towpath history --follow",
            "towpath status --watch",
        ] {
            assert!(writes(line), "{line}");
        }
    }
}
