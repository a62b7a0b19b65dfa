//! The commands in groups, as `towpath --help` lists them.

/// Every command in its group. A test fails if one is missing.
pub const GROUPS: [(&str, &[&str]); 5] = [
    (
        "Inspect",
        &[
            "status", "history", "live", "diff", "trace", "versions", "changes", "metrics",
            "serve", "site", "announce", "publish", "mcp",
        ],
    ),
    ("Promote", &["promote", "deploy", "rollback", "advance", "attest", "proposals", "plugin"]),
    (
        "Decide",
        &[
            "ask", "record", "approve", "reject", "unreject", "release", "lock", "unlock", "locks",
            "ledger",
        ],
    ),
    ("Audit", &["audit", "guard", "comment"]),
    ("Set up", &["init", "config", "demo", "completions", "man", "version", "help"]),
];

/// The title that clap writes above the list of commands.
const TITLE: &str = "Commands:";

/// Replaces the list of commands in the help of the program by one list for each group. The help of
/// a command with commands of its own stays as it is.
pub fn group_commands(help: &str) -> String {
    let lines: Vec<&str> = help.lines().collect();
    let plain: Vec<String> =
        lines.iter().map(|line| console::strip_ansi_codes(line).into_owned()).collect();
    let Some(start) = plain.iter().position(|line| line == TITLE) else { return help.to_owned() };
    let rest = &plain[start + 1..];
    let end = rest.iter().position(String::is_empty).map_or(lines.len(), |at| start + 1 + at);
    let is_ours = |name: &str| GROUPS.iter().any(|(_, names)| names.contains(&name));
    let mut names = plain[start + 1..end].iter().filter_map(|line| entry_name(line));
    if !names.all(is_ours) {
        return help.to_owned();
    }
    let mut out: Vec<String> = lines[..start].iter().map(|line| (*line).to_owned()).collect();
    for (title, commands) in GROUPS {
        out.push(lines[start].replace(TITLE, &format!("{title}:")));
        for name in commands {
            out.extend(entry(&lines[start + 1..end], &plain[start + 1..end], name));
        }
        out.push(String::new());
    }
    out.pop();
    out.extend(lines[end..].iter().map(|line| (*line).to_owned()));
    out.join("\n") + "\n"
}

/// The command that a line of the list is about; `None` for the rest of a description.
fn entry_name(line: &str) -> Option<&str> {
    let is_entry = line.starts_with("  ") && !line.starts_with("   ");
    line.split_whitespace().next().filter(|_| is_entry)
}

/// The lines about one command: its name, and the lines of its description that are wrapped.
fn entry(lines: &[&str], plain: &[String], name: &str) -> Vec<String> {
    let is_named = |line: &String| entry_name(line) == Some(name);
    let Some(start) = plain.iter().position(is_named) else { return Vec::new() };
    let more = plain[start + 1..].iter().take_while(|line| entry_name(line).is_none()).count();
    lines[start..=start + more].iter().map(|line| (*line).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args;
    use std::collections::BTreeSet;

    #[test]
    fn every_command_is_in_one_group() {
        let command = args::command();
        let there: BTreeSet<&str> = command
            .get_subcommands()
            .filter(|child| !child.is_hide_set())
            .map(clap::Command::get_name)
            .collect();
        let grouped: Vec<&str> =
            GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        assert_eq!(grouped.iter().copied().collect::<BTreeSet<_>>(), there);
        assert_eq!(grouped.len(), there.len(), "no command is listed twice");
    }

    #[test]
    fn the_help_of_a_command_lists_its_own_commands() {
        let mut root = args::command();
        root.build();
        for command in root.get_subcommands_mut().filter(|one| one.has_subcommands()) {
            let help = command.render_long_help().to_string();
            assert_eq!(group_commands(&help), help);
        }
    }

    #[test]
    fn every_command_keeps_its_description() {
        let help = args::command().render_long_help().to_string();
        let grouped = group_commands(&help);
        let sorted = |text: &str| {
            let lines = text.lines().filter(|line| line.starts_with("  ")).map(str::to_owned);
            lines.collect::<BTreeSet<String>>()
        };
        assert_eq!(sorted(&grouped), sorted(&help));
        assert!(grouped.contains("\nDecide:\n  ask "), "{grouped}");
    }
}
