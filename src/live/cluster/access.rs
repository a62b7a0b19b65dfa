//! The user's kubeconfig, and what of it may be used.
//!
//! A kubeconfig can name programs that print credentials. They run only where the file is the
//! user's own, or with the user's word; never where the file is part of a repository.

use crate::live::LiveError;
use jiff::Timestamp;
use kube::Config;
use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig, KubeconfigError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where a pod finds its account.
const ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// What the environment of the user says about clusters.
#[derive(Debug, Clone)]
pub struct ClusterAccess {
    /// The kubeconfigs, the first of which counts most.
    pub kubeconfigs: Vec<PathBuf>,
    /// The address of the API server, in a pod.
    pub in_cluster: Option<String>,
    /// A folder whose files run no programs.
    pub work_tree: Option<PathBuf>,
    /// True where programs of any other file may run.
    pub allow_commands: bool,
    /// The time limit of a request.
    pub timeout: Duration,
    /// The present time.
    pub now: Timestamp,
}

impl ClusterAccess {
    /// The settings of a connection to a context, or to the current one. Without a kubeconfig,
    /// those of the pod's own account.
    pub(super) async fn settings(&self, context: Option<&str>) -> Result<Config, LiveError> {
        let existing: Vec<&PathBuf> =
            self.kubeconfigs.iter().filter(|path| path.exists()).collect();
        if existing.is_empty() {
            return match (&self.in_cluster, context) {
                (Some(server), None) => pod_settings(server),
                _ => Err(no_kubeconfig(&self.kubeconfigs)),
            };
        }
        let mut whole = Kubeconfig::default();
        for path in &existing {
            let read = Kubeconfig::read_from(path);
            let one = read.map_err(|error| unreadable(path, &error))?;
            for named in &one.auth_infos {
                if let Some(user) = &named.auth_info {
                    self.check_commands(user, path)?;
                }
            }
            whole = whole.merge(one).map_err(|error| unreadable(path, &error))?;
        }
        check_context(&whole, context)?;
        let options = KubeConfigOptions {
            context: context.map(str::to_owned),
            ..KubeConfigOptions::default()
        };
        let settings = Config::from_custom_kubeconfig(whole, &options).await;
        settings
            .map_err(|error| LiveError::new(format!("the kubeconfig is wrong: {}", plain(&error))))
    }

    /// Refuses a kubeconfig that names a program which may not run.
    fn check_commands(&self, user: &AuthInfo, path: &Path) -> Result<(), LiveError> {
        let program = user.exec.as_ref().and_then(|exec| exec.command.clone());
        let program = program.or(user.auth_provider.as_ref().map(|one| one.name.clone()));
        let Some(program) = program else { return Ok(()) };
        let shown = path.display();
        if self.is_in_repository(path) {
            return Err(LiveError::new(format!(
                "the kubeconfig {shown} is part of the repository and names the program `{program}`"
            ))
            .hint("programs of a repository's files never run; use a kubeconfig elsewhere"));
        }
        if !self.allow_commands && !is_own_file(path) {
            return Err(LiveError::new(format!(
                "the kubeconfig {shown} belongs to another user and names the program `{program}`"
            ))
            .hint("--allow-commands lets it run"));
        }
        Ok(())
    }

    fn is_in_repository(&self, path: &Path) -> bool {
        let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        self.work_tree.as_deref().is_some_and(|root| whole(path).starts_with(whole(root)))
    }
}

#[cfg(unix)]
fn is_own_file(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = std::fs::metadata(path).map(|data| data.uid());
    owner.is_ok_and(|owner| owner == rustix::process::geteuid().as_raw() || owner == 0)
}

#[cfg(not(unix))]
fn is_own_file(_: &Path) -> bool {
    true
}

fn pod_settings(server: &str) -> Result<Config, LiveError> {
    let wrong = |what: &str| LiveError::new(format!("the account of the pod has no {what}"));
    let mut settings =
        Config::new(server.parse().map_err(|error| wrong(&format!("valid server: {error}")))?);
    let authority = format!("{ACCOUNT}/ca.crt");
    if !Path::new(&authority).exists() {
        return Err(wrong("ca.crt"));
    }
    settings.root_cert_file = Some(authority.into());
    settings.auth_info.token_file = Some(format!("{ACCOUNT}/token"));
    Ok(settings)
}

fn no_kubeconfig(paths: &[PathBuf]) -> LiveError {
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let what = match names.is_empty() {
        true => "there is no kubeconfig".to_owned(),
        false => format!("there is no kubeconfig {}", names.join(" or ")),
    };
    LiveError::new(what).hint("KUBECONFIG names one, as for kubectl")
}

fn check_context(config: &Kubeconfig, context: Option<&str>) -> Result<(), LiveError> {
    let names: Vec<&str> = config.contexts.iter().map(|named| named.name.as_str()).collect();
    let Some(wanted) = context.or(config.current_context.as_deref()) else {
        return Err(LiveError::new("the kubeconfig has no current context")
            .hint("name one with `context` in towpath.yaml"));
    };
    if names.contains(&wanted) {
        return Ok(());
    }
    let error = LiveError::new(format!("the kubeconfig has no context `{wanted}`"));
    let known = names.into_iter().take(10).collect::<Vec<_>>().join(", ");
    Err(if known.is_empty() { error } else { error.hint(format!("it has {known}")) })
}

/// The text of a kubeconfig may be a credential, so no part of it is repeated.
fn unreadable(path: &Path, error: &KubeconfigError) -> LiveError {
    LiveError::new(format!("cannot read the kubeconfig {}: {}", path.display(), plain(error)))
}

fn plain(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::ReadConfig(reason, _) => reason.to_string(),
        KubeconfigError::CurrentContextNotSet => "no context is current".to_owned(),
        KubeconfigError::LoadContext(name) => format!("it has no context `{name}`"),
        KubeconfigError::LoadClusterOfContext(name) => format!("it has no cluster `{name}`"),
        KubeconfigError::MissingClusterUrl => "its cluster has no server".to_owned(),
        KubeconfigError::LoadCertificateAuthority(_) => {
            "the certificate of its authority cannot be read".to_owned()
        }
        _ => "it is no valid kubeconfig".to_owned(),
    }
}
