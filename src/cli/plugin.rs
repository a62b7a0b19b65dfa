//! `towpath plugin`: a step in Drone or Woodpecker that writes a tag into a file and pushes it. The
//! settings are `PLUGIN_*` variables.

use crate::cli::context::CommandContext;
use crate::cli::environment;
use crate::cli::exit::ExitKind;
use crate::git::{
    BranchPush, FileKind, GitIdentity, NewCommit, Oid, PushMode, PushOutcome, Repository, Snapshot,
    Workspace, clone_shallow,
};
use crate::ops::error::Failure;
use crate::ops::retry;
use clap::Args;
use std::time::Instant;

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
  2  wrong settings";

/// Write a tag into a file and push it, as a step in Drone or Woodpecker
///
/// The command clones the newest commit of the repository into a temporary folder. If another push
/// comes first, it tries again on the newest commit. It reads the token only from
/// PLUGIN_ACCESS_TOKEN. For files that contain more than a tag, use `towpath deploy`.
#[derive(Debug, Args)]
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

    /// Commit message; `$PLUGIN_IMAGE_TAG` and other settings are replaced by their values
    #[arg(long, value_name = "TEXT", env = "PLUGIN_COMMIT_MESSAGE", hide_env_values = true)]
    #[arg(default_value = "Deploy $PLUGIN_IMAGE_TAG to $PLUGIN_DESTINATION_FILE")]
    commit_message: String,
}

/// Clones the repository, writes the tag and pushes the commit.
pub fn run(args: &PluginArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let job = PluginRequest::from_args(args)?;
    let folder = tempfile::tempdir().map_err(|error| {
        Failure::failed("cannot create a temporary folder to clone into").with_cause(&error)
    })?;
    let clone = folder.path().join("clone.git");
    clone_shallow(&job.url, args.to_branch.as_deref(), &clone)?;
    let repository = Repository::open(&clone)?;
    let mut manner = context.session.git_options(job.author.as_ref());
    (manner.url, manner.committer) = (Some(job.url.clone()), job.author.clone());
    let branch = args.to_branch.clone().or_else(|| repository.head_branch());
    let branch = branch.ok_or_else(|| {
        Failure::failed("the repository has no branch").hint("set `branch` in the settings")
    })?;
    job.carry_out(&Workspace::new(&repository, manner), &repository, &branch, context)
}

/// The validated settings of a run.
struct PluginRequest<'a> {
    /// URL of the repository, including the token.
    url: String,
    path: &'a str,
    tag: &'a str,
    author: Option<GitIdentity>,
    message: String,
}

impl<'a> PluginRequest<'a> {
    fn from_args(args: &'a PluginArgs) -> Result<Self, Failure> {
        let tag = args.image_tag.trim();
        if tag.is_empty() || tag.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(Failure::usage("image_tag must be one word"));
        }
        let author = args.author_name.clone().zip(args.author_email.clone());
        Ok(PluginRequest {
            url: with_token(&args.git_repo, environment::text("PLUGIN_ACCESS_TOKEN").as_deref())?,
            path: in_repository(&args.destination_file)?,
            tag,
            author: author.map(|(name, email)| GitIdentity { name, email }),
            message: expand_variables(&args.commit_message, &|name| {
                setting_value(args, name).or_else(|| environment::text(name))
            })?,
        })
    }

    fn carry_out(
        &self,
        workspace: &Workspace<'_>,
        repository: &Repository,
        branch: &str,
        context: &CommandContext,
    ) -> Result<ExitKind, Failure> {
        let started = Instant::now();
        workspace.end_by(retry::retry_deadline(started));
        for losses in 1.. {
            let begun = Instant::now();
            if self.push_once(workspace, repository, branch, context)? == PushOutcome::Done {
                return Ok(ExitKind::Done);
            }
            if !retry::goes_on(started, begun.elapsed(), losses) {
                break;
            }
        }
        Err(Failure::failed(format!("other pushes to `{branch}` came first each time"))
            .hint("run it again"))
    }

    /// Writes the tag on the newest commit and pushes it, unless it is there already.
    fn push_once(
        &self,
        workspace: &Workspace<'_>,
        repository: &Repository,
        branch: &str,
        context: &CommandContext,
    ) -> Result<PushOutcome, Failure> {
        let heads = workspace.remote_heads(&[branch])?;
        workspace.fetch_branches(&heads)?;
        let tip = heads
            .get(branch)
            .copied()
            .ok_or_else(|| Failure::failed(format!("the repository has no branch `{branch}`")))?;
        let Some(text) = self.text(repository, tip)? else {
            context.ui.print_note(&format!("{} already contains {}", self.path, self.tag));
            return Ok(PushOutcome::Done);
        };
        let files = vec![(self.path, text.as_str())];
        let commit =
            workspace.write_commit(&NewCommit { parent: tip, message: &self.message, files })?;
        let push = BranchPush { branch, commit, way: PushMode::Forward, if_still: &[] };
        let outcome = workspace.push_branch(&push)?;
        if outcome == PushOutcome::Done {
            context.ui.write_answer(&commit.to_string())?;
            context.ui.print_note(&format!("pushed to {branch}: {} is {}", self.path, self.tag));
        }
        Ok(outcome)
    }

    /// The new text of the file at a commit; `None` if the file already contains the tag.
    fn text(&self, repository: &Repository, tip: Oid) -> Result<Option<String>, Failure> {
        let snapshot = Snapshot::of_commit(repository, tip)?;
        let folders = self.path.match_indices('/').map(|(at, _)| &self.path[..at]);
        if let Some(folder) =
            folders.into_iter().find(|folder| snapshot.find_file(folder).is_some())
        {
            return Err(Failure::failed(format!("{folder} is not a folder")));
        }
        if snapshot.is_directory(self.path) {
            return Err(Failure::failed(format!("{} is a folder", self.path)));
        }
        let Some(file) = snapshot.find_file(self.path) else {
            return Ok(Some(format!("{}\n", self.tag)));
        };
        if file.kind != FileKind::File {
            return Err(Failure::failed(format!("{} is not a regular file", self.path)));
        }
        let old = snapshot
            .read_file(&file)
            .map_err(|error| Failure::failed(format!("{}: {error}", self.path)))?;
        let old = String::from_utf8_lossy(&old);
        if old.split_whitespace().count() > 1 {
            let failure = Failure::failed(format!("{} contains more than a tag", self.path));
            return Err(failure.hint("`towpath deploy` changes a version inside a file"));
        }
        let end = if old.is_empty() || old.ends_with('\n') { "\n" } else { "" };
        let new = format!("{}{end}", self.tag);
        Ok((new != old).then_some(new))
    }
}

/// Adds the token to the URL. GitHub, GitLab, Gitea and Forgejo accept any user name with it.
fn with_token(url: &str, token: Option<&str>) -> Result<String, Failure> {
    let Some(token) = token else { return Ok(url.to_owned()) };
    if !token
        .chars()
        .all(|c| c.is_ascii_graphic() && !matches!(c, '@' | '/' | ':' | '?' | '#' | '%'))
    {
        return Err(Failure::usage("access_token contains characters that a token cannot have"));
    }
    let rest = url.strip_prefix("https://").map(|rest| ("https", rest));
    let Some((scheme, rest)) =
        rest.or_else(|| url.strip_prefix("http://").map(|rest| ("http", rest)))
    else {
        return Err(Failure::usage("access_token needs an https URL in git_repo"));
    };
    let host = rest.split('/').next().unwrap_or_default();
    if host.contains('@') {
        return Err(Failure::usage("git_repo contains a user, and access_token is set too")
            .hint("remove one of them"));
    }
    let user = if host.ends_with("bitbucket.org") { "x-token-auth" } else { "x-access-token" };
    Ok(format!("{scheme}://{user}:{token}@{rest}"))
}

/// Checks that a path stays in the repository and outside `.git`.
fn in_repository(path: &str) -> Result<&str, Failure> {
    let path = path.strip_prefix("./").unwrap_or(path);
    let is_bad = |part: &str| {
        part.is_empty()
            || part == "."
            || part == ".."
            || part.eq_ignore_ascii_case(".git")
            || part.contains('\\')
    };
    if path.split('/').any(is_bad) || path.chars().any(char::is_control) {
        let failure = Failure::usage(format!(
            "destination_file `{}` is not a path in the repository",
            path.escape_debug()
        ));
        return Err(failure.hint("use a path such as deployed_tags/staging_image_tag"));
    }
    Ok(path)
}

/// The value of a setting by the name of its variable.
fn setting_value(args: &PluginArgs, name: &str) -> Option<String> {
    match name {
        "PLUGIN_GIT_REPO" => Some(crate::git::url::redact_credentials(&args.git_repo)),
        "PLUGIN_BRANCH" => args.to_branch.clone(),
        "PLUGIN_IMAGE_TAG" => Some(args.image_tag.trim().to_owned()),
        "PLUGIN_DESTINATION_FILE" => Some(args.destination_file.clone()),
        "PLUGIN_AUTHOR_NAME" => args.author_name.clone(),
        "PLUGIN_AUTHOR_EMAIL" => args.author_email.clone(),
        _ => None,
    }
}

/// Replaces `$PLUGIN_NAME` and `${PLUGIN_NAME}`. Refuses variables whose names suggest a secret.
fn expand_variables(text: &str, value: &dyn Fn(&str) -> Option<String>) -> Result<String, Failure> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (braced, start) = after.strip_prefix('{').map_or((false, after), |inner| (true, inner));
        let end =
            start.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(start.len());
        let (name, beyond) = (&start[..end], &start[end..]);
        let beyond = if braced { beyond.strip_prefix('}') } else { Some(beyond) };
        match (name.starts_with("PLUGIN_"), beyond) {
            (true, Some(beyond)) => {
                out.push_str(&public_value(name, value)?);
                rest = beyond;
            }
            _ => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Ok(if out.ends_with('\n') { out } else { out + "\n" })
}

fn public_value(name: &str, value: &dyn Fn(&str) -> Option<String>) -> Result<String, Failure> {
    if ["TOKEN", "PASSWORD", "SECRET", "KEY"].iter().any(|word| name.contains(word)) {
        return Err(Failure::usage(format!(
            "commit_message uses {name}, but secrets do not belong in a message"
        )));
    }
    let text = value(name)
        .ok_or_else(|| Failure::usage(format!("commit_message uses {name}, which is not set")))?;
    Ok(text.chars().filter(|c| !c.is_control() || *c == '\n').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_put_into_messages() {
        let value = |name: &str| (name == "PLUGIN_IMAGE_TAG").then(|| "v2\u{1b}".to_owned());
        let said = |text: &str| expand_variables(text, &value).map_err(|failure| failure.message());
        assert_eq!(said("to $PLUGIN_IMAGE_TAG, ${PLUGIN_IMAGE_TAG}.").unwrap(), "to v2, v2.\n");
        assert_eq!(
            said("$5 ${PLUGIN_IMAGE_TAG $ $HOME").unwrap(),
            "$5 ${PLUGIN_IMAGE_TAG $ $HOME\n"
        );
        let secret = said("$PLUGIN_ACCESS_TOKEN").unwrap_err();
        assert!(secret.contains("secrets do not belong"), "{secret}");
        assert!(said("$PLUGIN_OTHER").is_err());
    }

    #[test]
    fn a_token_goes_to_https_only() {
        let url = |url: &str, token| with_token(url, token).map_err(|failure| failure.message());
        assert_eq!(url("https://h/x", Some("t")).unwrap(), "https://x-access-token:t@h/x");
        assert_eq!(
            url("https://bitbucket.org/x", Some("t")).unwrap(),
            "https://x-token-auth:t@bitbucket.org/x"
        );
        assert_eq!(url("git@h:x", None).unwrap(), "git@h:x");
        for (url_, token) in [
            ("git@h:x", "t"),
            ("https://u@h/x", "t"),
            ("https://h/x", "a b"),
            ("https://h/x", "a@evil/"),
        ] {
            let error = url(url_, Some(token)).unwrap_err();
            assert!(!error.contains(token) || token == "t");
        }
    }

    #[test]
    fn paths_stay_in_the_repository() {
        assert_eq!(in_repository("./a/b").ok(), Some("a/b"));
        for path in [
            "",
            "/etc/x",
            "../x",
            "a/../b",
            ".git/config",
            "a/.GIT/x",
            "a//b",
            "a/",
            "a\\b",
            "a\u{1b}",
        ] {
            assert!(in_repository(path).is_err(), "{path}");
        }
    }
}
