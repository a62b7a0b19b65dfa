//! The options that every operation shares.

use crate::config::Provenance;
use crate::ops::error::Failure;
use jiff::SignedDuration;
use std::path::PathBuf;

/// The options that every operation shares, resolved from flags, environment and defaults.
#[derive(Debug, Clone)]
pub struct Options {
    /// The deployment repository: a folder or a URL. `None` means the one around the working
    /// directory.
    pub repository: Option<String>,
    /// The URL of `origin` with credentials, where the clone's own settings lack them.
    pub origin: Option<String>,
    /// The deployed branch, where the user names one.
    pub branch: Option<String>,
    /// The origin of the branch name.
    pub branch_from: Provenance,
    /// The configuration file that replaces the repository's own.
    pub config: Option<PathBuf>,
    /// The age at which the cached clone of a URL is fetched again.
    pub max_age: SignedDuration,
    /// True where the cached clone of a URL is read as it is, however old: somebody else fetches.
    pub no_fetch: bool,
    /// True where nothing is written, not even to the cache.
    pub read_only: bool,
    /// True where the user accepts stages that discovery assumed.
    pub assume: bool,
    /// True where commands of gates may run.
    pub allow_commands: bool,
    /// True where no history index is read or written.
    pub no_index: bool,
    /// The history that was read for a state is kept for further questions to the same state.
    pub keep_history: bool,
    /// The forge, where the user names one.
    pub forge: ForgeChoice,
    /// The cache folder, if there is one.
    pub cache: Option<PathBuf>,
    /// The number of threads that read history, where it is fixed.
    pub threads: Option<usize>,
    /// Whether the operation may write to the repository.
    pub write_access: WritePermission,
}

impl Default for Options {
    /// Options for the repository around the working directory, without cache and index.
    fn default() -> Self {
        Options {
            repository: None,
            origin: None,
            branch: None,
            branch_from: Provenance::BuiltIn,
            config: None,
            max_age: SignedDuration::from_mins(5),
            no_fetch: false,
            read_only: false,
            assume: false,
            allow_commands: false,
            no_index: false,
            keep_history: true,
            forge: ForgeChoice::default(),
            cache: None,
            threads: None,
            write_access: WritePermission::None,
        }
    }
}

/// The forge that the user names, and the address of its API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForgeChoice {
    pub name: Option<String>,
    pub api: Option<String>,
}

/// Whether an operation may write to the repository.
#[derive(Debug, Clone, Default)]
pub enum WritePermission {
    /// The operation only reads, and gets no workspace.
    #[default]
    None,
    /// The operation is declared to write.
    Declared,
    /// The operation is declared to write, but `--read-only` refuses it.
    Refused(Failure),
}
