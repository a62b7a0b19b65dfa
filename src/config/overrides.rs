//! Settings of the command line and the environment. Precedence: flag, environment, file, built-in.

use super::resolved::{Config, Provenance};

/// Values that override those of the file, with their origin. The caller decides between flag and
/// environment; the library reads neither.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigOverrides {
    /// The branch that is deployed.
    pub branch: Option<(String, Provenance)>,
}

impl Config {
    /// Returns the configuration with these values in place of its own.
    #[must_use]
    pub fn with_overrides(mut self, overrides: ConfigOverrides) -> Self {
        if let Some((branch, from)) = overrides.branch {
            self.branch = Some(branch);
            self.branch_from = from;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    #[test]
    fn flag_and_environment_win_over_the_file() {
        let config = parse("branch: main\n", "towpath.yaml").expect("config");
        assert_eq!(
            config.clone().with_overrides(ConfigOverrides::default()).branch_from.to_string(),
            "towpath.yaml:1"
        );
        let branch = Some((String::from("live"), Provenance::Environment("TOWPATH_BRANCH")));
        let config = config.with_overrides(ConfigOverrides { branch });
        assert_eq!(
            (config.branch.as_deref(), config.branch_from.to_string()),
            (Some("live"), "TOWPATH_BRANCH".into())
        );
    }
}
