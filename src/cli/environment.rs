//! The only place that reads the environment, the clock and the terminal.

use crate::ui::PagerCommand;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;

/// The environment of this process: arguments, terminal, folders and variables.
#[derive(Debug, Clone)]
pub struct ProcessEnvironment {
    pub arguments: Vec<OsString>,
    pub working_directory: Option<PathBuf>,
    /// The cache folder for clones and indexes: `$XDG_CACHE_HOME/towpath`.
    pub cache: Option<PathBuf>,
    pub stdin_is_terminal: bool,
    pub stdout_is_terminal: bool,
    pub stderr_is_terminal: bool,
    /// Width of the terminal, or the value of `COLUMNS`.
    pub width: Option<usize>,
    /// Width of the terminal on stderr, which shows questions.
    pub stderr_width: Option<usize>,
    /// True where the locale uses UTF-8.
    pub unicode: bool,
    /// Whether `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` or `TERM` turns colour on or off.
    pub color: Option<bool>,
    /// The pager of `TOWPATH_PAGER` or `PAGER`, else `less`; `None` if stdout is no terminal.
    pub pager: Option<PagerCommand>,
    /// True where a shell asks for completions.
    pub completing: bool,
    /// Number of threads that read history, from `TOWPATH_THREADS`; for measurements.
    pub threads: Option<usize>,
}

impl ProcessEnvironment {
    /// Reads the environment once.
    pub fn read() -> Self {
        let stdout_is_terminal = std::io::stdout().is_terminal();
        ProcessEnvironment {
            arguments: std::env::args_os().collect(),
            working_directory: std::env::current_dir().ok(),
            cache: cache_folder(),
            stdin_is_terminal: std::io::stdin().is_terminal(),
            stdout_is_terminal,
            stderr_is_terminal: std::io::stderr().is_terminal(),
            width: width(stdout_is_terminal),
            stderr_width: console::Term::stderr()
                .size_checked()
                .map(|(_, columns)| usize::from(columns)),
            unicode: ["LC_ALL", "LC_CTYPE", "LANG"]
                .iter()
                .find_map(|name| text(name))
                .is_some_and(|l| is_utf8(&l)),
            color: color(),
            pager: if stdout_is_terminal { pager() } else { None },
            completing: text("COMPLETE").is_some_and(|shell| shell != "0"),
            threads: text("TOWPATH_THREADS").and_then(|count| count.parse().ok()),
        }
    }
}

fn read_variable(name: &str) -> Option<OsString> {
    raw_variable(name).filter(|value| !value.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]
fn raw_variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// The text of an environment variable, unless it is empty.
pub fn text(name: &str) -> Option<String> {
    read_variable(name).and_then(|value| value.into_string().ok())
}

/// Folder with the objects of a push while a server hook judges it (`GIT_QUARANTINE_PATH`).
pub fn quarantine_path() -> Option<PathBuf> {
    read_variable("GIT_QUARANTINE_PATH").map(PathBuf::from).filter(|path| path.is_absolute())
}

/// The current time in whole seconds, as in commits; tests fix it with `TOWPATH_NOW`.
#[expect(clippy::disallowed_methods, reason = "this is the place that reads the clock")]
pub fn now() -> Zoned {
    let now: Option<Timestamp> = text("TOWPATH_NOW").and_then(|text| text.parse().ok());
    let now = now.unwrap_or_else(Timestamp::now);
    Timestamp::from_second(now.as_second()).unwrap_or(now).to_zoned(TimeZone::system())
}

/// The number of files that this process may open, if there is a limit.
#[cfg(feature = "serve")]
pub fn max_open_files() -> Option<usize> {
    #[cfg(unix)]
    {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        limit.current.and_then(|count| usize::try_from(count).ok())
    }
    #[cfg(not(unix))]
    None
}

/// The cache folder by the XDG base directory specification; a relative path counts as unset.
fn cache_folder() -> Option<PathBuf> {
    let absolute =
        |name: &str| read_variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base =
        absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    base.map(|base| base.join("towpath"))
}

fn width(stdout_is_terminal: bool) -> Option<usize> {
    let stated =
        text("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    let measured =
        || console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    if stdout_is_terminal { measured().or(stated) } else { stated }
}

fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// The first of `TOWPATH_PAGER` and `PAGER` that is set, as git does it: empty or `cat` means none.
/// A terminal that cannot move its cursor, or says nothing about itself, has none.
fn pager() -> Option<PagerCommand> {
    if text("TERM").is_none_or(|term| term == "dumb") {
        return None;
    }
    let set = ["TOWPATH_PAGER", "PAGER"].iter().find_map(|name| raw_variable(name));
    let line = set.map_or_else(|| Some("less".to_owned()), |line| line.into_string().ok())?;
    let is_none = matches!(line.trim(), "" | "cat");
    let has_less_options = raw_variable("LESS").is_some();
    (!is_none).then_some(PagerCommand { line, has_less_options })
}

/// Colour by the rules of no-color.org and bixense.com/clicolors.
fn color() -> Option<bool> {
    if read_variable("NO_COLOR").is_some() {
        return Some(false);
    }
    if text("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return Some(true);
    }
    let off = text("CLICOLOR").is_some_and(|value| value == "0")
        || text("TERM").is_some_and(|term| term == "dumb");
    off.then_some(false)
}
