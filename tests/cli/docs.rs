//! The documentation is true: every console block is run, every link leads somewhere, every
//! configuration is right, and what is generated is fresh. With `SNAPSHOTS=overwrite` blocks and generated pages are written anew.
//!
//! The blocks of a page run one after the other, in the clone of a fresh `towpath demo` at
//! `/tmp/demo` (which is really in a folder of the test's). Text in answers may be left out as in
//! snapshots: `[..]` in a line, `...` for lines.

use crate::support::Sandbox;
use regex::Regex;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use towpath::cli::{COMMANDS, WriteAccess};

/// The folder that pages name in place of the test's own.
const SHOWN: &str = "/tmp/";

#[test]
fn console_blocks_say_what_happens() {
    for page in pages() {
        let text = read(&page);
        let new = rerun(&text);
        if text != new && overwrite() {
            fs::write(&page, new).expect("the page can be written");
        } else {
            assert_eq!(text, new, "{} is not what happens", page.display());
        }
    }
}

/// The page with each answer replaced by the real one, unless it fits.
fn rerun(page: &str) -> String {
    if !page.contains("```console\n") {
        return page.to_owned();
    }
    let sandbox = Sandbox::new();
    let demo = sandbox.path("demo");
    let made = sandbox.towpath(&sandbox.path("home"), &["demo", "--no-tour", "--dir"]).arg(&demo);
    made.assert().success();
    let mut terminal = Terminal { at: demo.join("deploy"), sandbox };
    let mut out = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("```console\n") {
        let (block, after) = after.split_once("```").expect("a block has an end");
        out.push_str(&format!("{before}```console\n{}```", terminal.replay(block)));
        rest = after;
    }
    out + rest
}

/// A shell that remembers where it is.
struct Terminal {
    at: PathBuf,
    sandbox: Sandbox,
}

impl Terminal {
    fn replay(&mut self, block: &str) -> String {
        let mut out = String::new();
        let prompt = block.strip_prefix("$ ").expect("a console block starts with a command");
        for typed in prompt.split("\n$ ") {
            let (command, answer) = typed.split_once('\n').unwrap_or((typed, ""));
            let expected = answer.trim_end();
            let actual = self.run(command);
            let fits = snapbox::Assert::new().action_env("NONE").try_eq(
                None,
                actual.trim_end().into(),
                snapbox::IntoData::into_data(expected.to_owned()),
            );
            let shown = if fits.is_ok() { expected } else { actual.trim_end() };
            out.push_str(&format!("$ {command}\n{shown}"));
            out.truncate(out.trim_end().len());
            out.push('\n');
        }
        out
    }

    fn run(&mut self, command: &str) -> String {
        let root =
            format!("{}/", self.sandbox.path("").display().to_string().trim_end_matches('/'));
        let left_at = self.sandbox.path("left-at");
        let real = command.replace(SHOWN, &root);
        let script =
            format!("exec 2>&1\n{real}\ncode=$?\npwd > '{}'\nexit $code", left_at.display());
        let output = self.sandbox.bash(&self.at, &script).output().expect("bash runs");
        let said = String::from_utf8(output.stdout).expect("text").replace(&root, SHOWN);
        assert!(output.status.success(), "`{command}` failed: {said}");
        self.at = PathBuf::from(read(&left_at).trim_end());
        said
    }
}

#[test]
fn links_lead_somewhere() {
    let link = Regex::new(r"\]\(([^)#]+)[^)]*\)").expect("a valid expression");
    for page in pages() {
        let text = read(&page);
        let folder = page.parent().expect("a page lies in a folder");
        for found in link.captures_iter(&text).filter(|found| !found[1].contains("://")) {
            assert!(folder.join(&found[1]).exists(), "{} links to {}", page.display(), &found[1]);
        }
    }
}

/// What stands alone is a whole configuration; a list is what may stand under `sources`.
#[test]
fn configurations_are_right() {
    for page in pages() {
        for block in blocks(&read(&page), "yaml") {
            let text = if block.starts_with("- ") { in_context(block) } else { block.to_owned() };
            if let Err(error) = towpath::config::parse(&text, "towpath.yaml") {
                panic!("{}: {error}\n{text}", page.display());
            }
        }
    }
}

#[test]
fn example_configurations_are_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples");
    let readme = read(&folder.join("README.md"));
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("a readable entry").path();
        if path.extension().is_some_and(|end| end == "yaml") {
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            if let Err(error) = towpath::config::parse(&read(&path), &name) {
                panic!("{name}: {error}");
            }
            assert!(readme.contains(&format!("({name})")), "{name} is not in the table");
            count += 1;
        }
    }
    assert!(count > 0);
}

/// The table of contents of the site has every page but those about the sources.
#[test]
fn the_site_has_every_page() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let summary = read(&docs.join("SUMMARY.md"));
    for page in pages() {
        let Ok(name) = page.strip_prefix(&docs) else { continue };
        let name = name.to_string_lossy();
        let is_listed = summary.contains(&format!("({name})"));
        let is_below = name == "SUMMARY.md" || name.starts_with("decisions/0");
        assert!(is_listed || is_below, "{name} is not in docs/SUMMARY.md");
    }
}

fn in_context(sources: &str) -> String {
    format!("stages: [{{name: dev, branch: env/dev}}, prod]\nsources:\n{sources}")
}

/// The first configuration in README fits the demo: it finds what discovery finds.
#[test]
fn the_configuration_in_readme_says_what_discovery_says() {
    let sandbox = Sandbox::new();
    let home = sandbox.path("home");
    let readme = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"));
    fs::write(home.join("readme.yaml"), blocks(&readme, "yaml")[0]).expect("written");
    sandbox.towpath(&home, &["demo", "--no-tour", "--dir", "demo"]).assert().success();
    let matrix = |arguments: &[&str]| {
        let arguments = [&["-C", "demo/deploy", "status", "--quiet"], arguments].concat();
        sandbox.towpath(&home, &arguments).output().expect("runs").stdout
    };
    let discovered = matrix(&[]);
    assert!(!discovered.is_empty());
    assert_eq!(discovered, matrix(&["--config", "readme.yaml"]));
}

/// What stands in the fenced blocks of a language.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let begin = format!("```{language}\n");
    page.split(&begin).skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect()
}

/// Every page that people write.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = root.join("docs");
    let below = ["decisions", "examples", "compare"].map(|folder| docs.join(folder));
    let folders = [root.to_owned(), docs].into_iter().chain(below);
    let listed = folders.flat_map(|folder| {
        let entries = fs::read_dir(folder).expect("the folder is there");
        entries.map(|entry| entry.expect("a readable entry").path()).collect::<Vec<_>>()
    });
    let mut pages: Vec<PathBuf> =
        listed.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.sort();
    pages
}

#[test]
fn the_command_reference_is_fresh() {
    let sandbox = Sandbox::new();
    let mut page =
        "# Commands\n\nWhat `towpath help COMMAND` says, word for word. A test writes this page.\n"
            .to_owned();
    let mut section = |words: &[&str]| {
        let arguments = [words, &["--help"]].concat();
        let output = sandbox.towpath(&sandbox.path("home"), &arguments).output().expect("runs");
        let help = String::from_utf8(output.stdout).expect("text");
        let name = [&["towpath"], words].concat().join(" ");
        page.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", help.trim_end()));
    };
    section(&[]);
    let root = towpath::cli::command();
    for command in root.get_subcommands().filter(|command| !command.is_hide_set()) {
        section(&[command.get_name()]);
        for child in command.get_subcommands() {
            section(&[command.get_name(), child.get_name()]);
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/commands.md");
    if overwrite() {
        fs::write(&path, &page).expect("the page can be written");
    }
    assert_eq!(read(&path), page, "docs/reference/commands.md is stale");
}

/// The options of every command in one table, so that one word means one thing everywhere.
#[test]
fn the_table_of_options_is_fresh() {
    let mut options: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut root = towpath::cli::command();
    root.build();
    collect_options(&root, "", &mut options);
    let mut page = "# Options\n\nEvery option, and the commands that have it. Global options are in all commands. \
                    A test writes this page.\n\n| option | in | does |\n| --- | --- | --- |\n"
        .to_owned();
    for (option, places) in &options {
        let mut texts: Vec<&String> = places.iter().map(|(_, text)| text).collect();
        texts.sort();
        texts.dedup();
        for text in texts {
            let commands: Vec<&str> = places
                .iter()
                .filter(|(_, other)| other == text)
                .map(|(command, _)| command.as_str())
                .collect();
            let text = text.replace('|', "\\|").replace('<', "\\<");
            let option = option.replace('|', "\\|");
            page.push_str(&format!("| `{option}` | {} | {text} |\n", commands.join(", ")));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/options.md");
    if overwrite() {
        fs::write(&path, &page).expect("the page can be written");
    }
    assert_eq!(read(&path), page, "docs/reference/options.md is stale");
}

/// `option value` with the commands and their texts.
fn collect_options(
    command: &clap::Command,
    above: &str,
    options: &mut BTreeMap<String, Vec<(String, String)>>,
) {
    for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
        let Some(long) = argument.get_long() else { continue };
        let takes_value = argument.get_action().takes_values();
        let is_everywhere =
            argument.is_global_set() || long == "help" || long == "version" && !takes_value;
        if is_everywhere && !above.is_empty() {
            continue;
        }
        let short = argument.get_short().map(|short| format!(", -{short}")).unwrap_or_default();
        let names = argument.get_value_names().filter(|_| takes_value);
        let value = names.map(|names| format!(" {}", names.join(" ")));
        let place = if above.is_empty() { "all".to_owned() } else { format!("`{}`", above.trim()) };
        let text = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let option = format!("--{long}{short}{}", value.unwrap_or_default());
        options.entry(option).or_default().push((place, text));
    }
    for child in command.get_subcommands().filter(|child| !child.is_hide_set()) {
        collect_options(child, &format!("{above}{} ", child.get_name()), options);
    }
}

#[test]
fn the_table_of_what_writes_is_fresh() {
    let mut page =
        "# What writes\n\nEvery command, and what `--read-only` (or `TOWPATH_READ_ONLY=1`) refuses before it \
         looks at anything. [security.md](../security.md) says what else is promised. A test writes this page.\n\n\
         | command | writes |\n| --- | --- |\n"
            .to_owned();
    for (command, reach) in COMMANDS {
        let writes = match reach {
            WriteAccess::Reads => "no".to_owned(),
            WriteAccess::Writes => "yes".to_owned(),
            WriteAccess::WritesUnless(options) => format!("unless `{}`", options.join("` or `")),
            WriteAccess::WritesWith(option) => format!("with `{option}`"),
        };
        page.push_str(&format!("| `{command}` | {writes} |\n"));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/read-only.md");
    if overwrite() {
        fs::write(&path, &page).expect("the page can be written");
    }
    assert_eq!(read(&path), page, "docs/reference/read-only.md is stale");
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "the same switch as for snapshots")]
fn overwrite() -> bool {
    std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite")
}
