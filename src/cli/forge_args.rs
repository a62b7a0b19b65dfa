//! Arguments that select the forge.

use super::environment;
use crate::ops::session::ForgeChoice;
use clap::{ArgMatches, Args};

/// Name and API address of the forge.
#[derive(Debug, Clone, Default, Args)]
pub struct ForgeArgs {
    /// Forge of `origin` [default: recognised by its address]
    ///
    /// One of github, gitlab, gitea, forgejo, bitbucket and azure, or plain for none.
    #[arg(
        long,
        value_name = "NAME",
        env = "TOWPATH_FORGE",
        hide_env_values = true,
        hide_short_help = true
    )]
    forge: Option<String>,

    /// Address of the forge's API, if it is not the usual one
    #[arg(
        long,
        value_name = "URL",
        env = "TOWPATH_FORGE_API",
        hide_env_values = true,
        hide_short_help = true
    )]
    forge_api: Option<String>,
}

impl ForgeArgs {
    /// Reads the arguments of the command or one of its subcommands. For commands without these
    /// arguments, reads the environment.
    pub fn from_matches(matches: &ArgMatches) -> Self {
        let levels = || {
            std::iter::successors(Some(matches), |level| level.subcommand().map(|(_, inner)| inner))
        };
        // A level without the argument has no value for it. Whether it has the argument at all is
        // told by debug builds of clap only.
        let value =
            |level: &ArgMatches, id: &str| level.try_get_one::<String>(id).ok().flatten().cloned();
        let word = |id: &str, variable: &str| {
            levels().find_map(|level| value(level, id)).or_else(|| environment::text(variable))
        };
        ForgeArgs {
            forge: word("forge", "TOWPATH_FORGE"),
            forge_api: word("forge_api", "TOWPATH_FORGE_API"),
        }
    }

    /// Converts the arguments to a [`ForgeChoice`].
    pub fn to_choice(&self) -> ForgeChoice {
        ForgeChoice { name: self.forge.clone(), api: self.forge_api.clone() }
    }
}
