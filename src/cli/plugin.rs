//! `towpath plugin`: a step in Drone or Woodpecker that writes a tag into a file and pushes it. The
//! settings are `PLUGIN_*` variables.

use crate::cli::context::CommandContext;
use crate::cli::environment;
use crate::cli::exit::ExitKind;
use crate::git::GitIdentity;
use crate::git::url::redact_credentials;
use crate::ops::error::Failure;
use crate::ops::plugin::{TagWrite, TagWriteOutcome, write_tag};
use clap::Args;
use std::sync::Arc;

const EXAMPLES: &str = "\
A step in Woodpecker:
  - name: deploy
    image: towpath
    settings:
      git_repo: https://git.example.com/team/deploy.git
      branch: main
      destination_file: deployed_tags/staging_image_tag
      image_tag: ${CI_COMMIT_SHA}
      author_name: CI
      author_email: ci@example.com
      commit_message: Deploy $PLUGIN_IMAGE_TAG
      access_token: { from_secret: deploy_token }

Exit codes:
  0  pushed, or the file already contained the tag
  1  failed
  2  wrong settings
  3  a gate stopped it";

/// Write a tag into a file and push it, as a step in Drone or Woodpecker
///
/// The command clones the newest commit of the repository into a temporary folder. If another push
/// comes first, it tries again on the newest commit. If the repository deploys from the file, the
/// gates and locks are obeyed, as by `towpath deploy`. The token is read only from
/// PLUGIN_ACCESS_TOKEN. For files that contain more than a tag, use `towpath deploy`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct PluginArgs {
    /// URL of the deployment repository
    #[arg(long, value_name = "URL", env = "PLUGIN_GIT_REPO", hide_env_values = true)]
    git_repo: String,

    /// Deployed branch [default: the default branch of the repository]
    #[arg(
        long = "to-branch",
        value_name = "BRANCH",
        env = "PLUGIN_BRANCH",
        hide_env_values = true
    )]
    to_branch: Option<String>,

    /// Tag to write
    #[arg(long, value_name = "TAG", env = "PLUGIN_IMAGE_TAG", hide_env_values = true)]
    image_tag: String,

    /// Path in the repository of the file with the tag; created if it does not exist
    #[arg(long, value_name = "PATH", env = "PLUGIN_DESTINATION_FILE", hide_env_values = true)]
    destination_file: String,

    /// Author of the commit [default: the user in the Git configuration]
    #[arg(long, value_name = "NAME", env = "PLUGIN_AUTHOR_NAME", hide_env_values = true)]
    #[arg(requires = "author_email")]
    author_name: Option<String>,

    /// Email address of the author
    #[arg(long, value_name = "ADDRESS", env = "PLUGIN_AUTHOR_EMAIL", hide_env_values = true)]
    #[arg(requires = "author_name")]
    author_email: Option<String>,

    /// Commit message; `$PLUGIN_IMAGE_TAG`, `$DRONE_BUILD_NUMBER` and other variables are replaced
    #[arg(long, value_name = "TEXT", env = "PLUGIN_COMMIT_MESSAGE", hide_env_values = true)]
    #[arg(default_value = "Deploy $PLUGIN_IMAGE_TAG to $PLUGIN_DESTINATION_FILE")]
    commit_message: String,
}

/// Writes the tag and pushes it.
pub fn run(args: &PluginArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let author = args.author_name.clone().zip(args.author_email.clone());
    let request = TagWrite {
        url: args.git_repo.clone(),
        token: environment::text("PLUGIN_ACCESS_TOKEN"),
        branch: args.to_branch.clone(),
        path: args.destination_file.clone(),
        tag: args.image_tag.clone(),
        author: author.map(|(name, email)| GitIdentity { name, email }),
        message: args.commit_message.clone(),
    };
    let own = args.clone();
    let variables = move |name: &str| own.setting_value(name).or_else(|| environment::text(name));
    let session = context.session.clone().with_variables(Arc::new(variables));
    let (path, tag) = (&args.destination_file, args.image_tag.trim());
    match write_tag(&request, &session)? {
        TagWriteOutcome::Pushed { commit, branch } => {
            context.ui.write_answer(&commit)?;
            context.ui.print_note(&format!("pushed to {branch}: {path} is {tag}"));
        }
        TagWriteOutcome::Unchanged => {
            context.ui.print_note(&format!("{path} already contains {tag}"));
        }
    }
    Ok(ExitKind::Done)
}

impl PluginArgs {
    /// The value of a setting by the name of its variable.
    fn setting_value(&self, name: &str) -> Option<String> {
        match name {
            "PLUGIN_GIT_REPO" => Some(redact_credentials(&self.git_repo)),
            "PLUGIN_BRANCH" => self.to_branch.clone(),
            "PLUGIN_IMAGE_TAG" => Some(self.image_tag.trim().to_owned()),
            "PLUGIN_DESTINATION_FILE" => Some(self.destination_file.clone()),
            "PLUGIN_AUTHOR_NAME" => self.author_name.clone(),
            "PLUGIN_AUTHOR_EMAIL" => self.author_email.clone(),
            _ => None,
        }
    }
}
