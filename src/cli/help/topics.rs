//! The topics of `towpath help`.

/// Name and text of every topic.
pub const TOPICS: [(&str, &str); 6] = [
    ("config", include_str!("topics/config.txt")),
    ("gates", include_str!("topics/gates.txt")),
    ("environment", include_str!("topics/environment.txt")),
    ("exit-codes", include_str!("topics/exit-codes.txt")),
    ("output", include_str!("topics/output.txt")),
    ("authentication", include_str!("topics/authentication.txt")),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args;
    use std::collections::BTreeSet;

    fn topic(name: &str) -> &'static str {
        TOPICS.iter().find(|(known, _)| *known == name).expect("there is such a topic").1
    }

    /// The variables that options read.
    fn variables(command: &clap::Command, out: &mut BTreeSet<String>) {
        let named = command.get_arguments().filter_map(clap::Arg::get_env);
        out.extend(named.map(|name| name.to_string_lossy().into_owned()));
        command.get_subcommands().for_each(|child| variables(child, out));
    }

    #[test]
    fn every_variable_is_explained() {
        let mut names = BTreeSet::new();
        variables(&args::command(), &mut names);
        names.retain(|name| !name.starts_with("PLUGIN_"));
        for name in names {
            assert!(topic("environment").contains(&name), "{name}");
        }
    }

    #[test]
    fn every_gate_and_format_is_explained() {
        for gate in crate::config::gates::GateKind::ALL {
            let name = gate.as_str();
            assert!(name == "test-only" || topic("gates").contains(name), "{name}");
        }
        for format in ["table", "wide", "name", "json", "jsonl", "yaml", "csv", "markdown"] {
            assert!(topic("output").contains(format), "{format}");
        }
    }

    #[test]
    fn topics_fit_in_eighty_columns() {
        for (name, text) in TOPICS {
            let long = text.lines().find(|line| line.chars().count() > 80);
            assert_eq!(long, None, "{name}");
        }
    }
}
