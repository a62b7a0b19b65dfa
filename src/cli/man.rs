//! `towpath man`: the manual pages, generated from the texts of `--help`.

use crate::cli::context::CommandContext;
use crate::cli::exit::ExitKind;
use crate::ops::error::Failure;
use clap::{Args, Command, ValueHint};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  towpath man                          open the manual
  towpath man | man -l -               the same, by hand
  towpath man --dir ~/.local/share/man/man1";

/// Print the manual page, or open it on a terminal
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ManArgs {
    /// Folder to write one page per command into, instead of printing
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    dir: Option<PathBuf>,
}

/// Prints all pages, or writes each to a file.
pub fn run(
    args: &ManArgs,
    context: &CommandContext,
    command: clap::Command,
) -> Result<ExitKind, Failure> {
    let pages = render_pages(command);
    match &args.dir {
        None => {
            let all: Vec<String> = pages.into_iter().map(|(_, page)| page).collect();
            context.ui.show_manual(&all.join(""))?;
        }
        Some(folder) => write_pages(folder, &pages)?,
    }
    Ok(ExitKind::Done)
}

fn write_pages(folder: &Path, pages: &[(String, String)]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::failed(format!("cannot write the pages to `{}`", folder.display()))
            .with_cause(&error)
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    for (name, page) in pages {
        std::fs::write(folder.join(format!("{name}.1")), page).map_err(failed)?;
    }
    Ok(())
}

/// The name and text of every page: first the program, then each command.
fn render_pages(mut root: Command) -> Vec<(String, String)> {
    root.build();
    let mut out = Vec::new();
    collect_pages(&root, &mut out);
    out
}

fn collect_pages(command: &Command, out: &mut Vec<(String, String)>) {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let mut page = Vec::new();
    let titled = command.clone().name(name.clone());
    let source = concat!("towpath ", env!("CARGO_PKG_VERSION"));
    clap_mangen::Man::new(titled).source(source).render(&mut page).expect("a Vec takes everything");
    out.push((name, String::from_utf8(page).expect("clap writes text")));
    for child in
        command.get_subcommands().filter(|child| !child.is_hide_set() && child.get_name() != "help")
    {
        collect_pages(child, out);
    }
}
