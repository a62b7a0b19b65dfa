//! The witnesses of a configuration.

use crate::config::LiveRule;
use crate::live::{FileWitness, LiveError, LiveScope, LiveSnapshot, Witness};
use crate::model::{CellKey, WitnessKind};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use std::path::Path;

/// A witness that is asked once: its kind, and the cluster or file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WitnessKey {
    pub kind: WitnessKind,
    pub context: Option<String>,
    pub file: Option<String>,
}

impl WitnessKey {
    /// The witness of a cell.
    pub fn new(rule: &LiveRule, cell: &CellKey) -> Self {
        WitnessKey {
            kind: rule.witness,
            context: rule.context.as_ref().map(|template| template.expand(cell)),
            file: rule.file.clone(),
        }
    }

    /// `kubernetes at prod-eu`.
    pub fn title(&self) -> String {
        let place = self.context.as_deref().or(self.file.as_deref());
        format!("{}{}", self.kind, place.map(|place| format!(" at {place}")).unwrap_or_default())
    }
}

/// Asks a witness; the error is a sentence.
pub fn look_at_witness(
    key: &WitnessKey,
    scope: &LiveScope,
    work_tree: Option<&Path>,
    session: &Session,
) -> Result<LiveSnapshot, String> {
    let witness = open_witness(key, work_tree, session);
    let seen = witness.and_then(|witness| witness.look(scope));
    seen.map_err(|error| match error.hint {
        Some(hint) => format!("{}; {hint}", error.message),
        None => error.message,
    })
}

fn open_witness(
    key: &WitnessKey,
    work_tree: Option<&Path>,
    session: &Session,
) -> Result<Box<dyn Witness>, LiveError> {
    match key.kind {
        WitnessKind::File => {
            let file = key.file.as_deref().unwrap_or_default();
            open_file(file, work_tree).map(|witness| Box::new(witness) as Box<dyn Witness>)
        }
        kind => open_cluster(kind, work_tree, session),
    }
}

/// The snapshot of the repository's own configuration: a file of the work tree, and no link to
/// another place.
fn open_file(file: &str, work_tree: Option<&Path>) -> Result<FileWitness, LiveError> {
    let Some(root) = work_tree.and_then(|root| root.canonicalize().ok()) else {
        return Err(LiveError::new("there is no work tree with the snapshot")
            .hint("`--live=FILE` names a snapshot"));
    };
    let path = root.join(file);
    let whole = path.canonicalize().map_err(|error| {
        LiveError::new(format!("cannot read the snapshot {file}: {error}"))
            .hint("`--live=FILE` names another one")
    })?;
    if !whole.starts_with(&root) {
        return Err(LiveError::new(format!("the snapshot {file} is outside of the work tree")));
    }
    Ok(FileWitness::new(&whole))
}

#[cfg(not(feature = "live"))]
fn open_cluster(
    kind: WitnessKind,
    _: Option<&Path>,
    _: &Session,
) -> Result<Box<dyn Witness>, LiveError> {
    Err(LiveError::new(format!(
        "this towpath was built without the feature `live`, so it has no witness `{kind}`"
    ))
    .hint("`--live=FILE` takes a snapshot"))
}

#[cfg(feature = "live")]
fn open_cluster(
    kind: WitnessKind,
    work_tree: Option<&Path>,
    session: &Session,
) -> Result<Box<dyn Witness>, LiveError> {
    use crate::live::{ArgoWitness, FluxWitness, KubernetesWitness};
    let access = cluster_access(work_tree, session);
    Ok(match kind {
        WitnessKind::Argo => Box::new(ArgoWitness(access)),
        WitnessKind::Flux => Box::new(FluxWitness(access)),
        _ => Box::new(KubernetesWitness(access)),
    })
}

/// What the variables of the user say about clusters, as kubectl reads them.
#[cfg(feature = "live")]
fn cluster_access(work_tree: Option<&Path>, session: &Session) -> crate::live::ClusterAccess {
    use crate::config::gates::time_span;
    let named = session.variable("KUBECONFIG");
    let usual = || session.variable("HOME").map(|home| Path::new(&home).join(".kube/config"));
    let kubeconfigs = match &named {
        Some(list) => std::env::split_paths(list).filter(|one| *one != Path::new("")).collect(),
        None => usual().into_iter().collect(),
    };
    let host = session.variable("KUBERNETES_SERVICE_HOST");
    let port = session.variable("KUBERNETES_SERVICE_PORT").unwrap_or_else(|| "443".to_owned());
    let in_cluster = host.map(|host| match host.contains(':') {
        true => format!("https://[{host}]:{port}"),
        false => format!("https://{host}:{port}"),
    });
    let limit = session.variable("TOWPATH_LIVE_TIMEOUT").and_then(|text| time_span(&text));
    crate::live::ClusterAccess {
        kubeconfigs,
        in_cluster,
        work_tree: work_tree.map(Path::to_path_buf),
        allow_commands: session.options.allow_commands,
        timeout: limit.map_or(TIMEOUT, |limit| limit.unsigned_abs()),
        now: session.now(),
    }
}

/// The time limit of a request: a cluster that hangs must not hold a command for minutes.
#[cfg(feature = "live")]
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

impl From<LiveError> for Failure {
    fn from(error: LiveError) -> Self {
        let failure = Failure::failed(error.message);
        match error.hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
