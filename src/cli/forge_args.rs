//! The arguments that say which forge is meant.

use super::environment;
use crate::ops::session::ForgeChoice;
use clap::{ArgMatches, Args};

/// Which forge.
#[derive(Debug, Clone, Default, Args)]
pub struct ForgeArgs {
    /// The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none
    #[arg(
        long,
        value_name = "NAME",
        env = "TOWPATH_FORGE",
        hide_env_values = true,
        hide_short_help = true
    )]
    forge: Option<String>,

    /// The address of the forge's API, where it is not the usual one
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
    /// What the command was told, at whichever level, or for one that takes no such arguments the
    /// environment.
    pub fn from_matches(matches: &ArgMatches) -> Self {
        let levels = || {
            std::iter::successors(Some(matches), |level| level.subcommand().map(|(_, inner)| inner))
        };
        let word = |id: &str, variable: &str| match levels()
            .find_map(|level| level.try_get_one::<String>(id).ok())
        {
            Some(told) => told.cloned(),
            None => environment::text(variable),
        };
        ForgeArgs {
            forge: word("forge", "TOWPATH_FORGE"),
            forge_api: word("forge_api", "TOWPATH_FORGE_API"),
        }
    }

    /// The choice as the library takes it.
    pub fn to_choice(&self) -> ForgeChoice {
        ForgeChoice { name: self.forge.clone(), api: self.forge_api.clone() }
    }
}
