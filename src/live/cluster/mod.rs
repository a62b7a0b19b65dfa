//! Clusters as witnesses, through the API servers that the user's kubeconfig names.
//!
//! Lists of the needed fields are read page by page with GET requests; nothing is ever written.

mod access;
mod argo;
mod client;
mod fields;
mod flux;
mod health;
mod kubernetes;
mod pods;
mod workloads;

pub use access::ClusterAccess;
pub use argo::ArgoWitness;
pub use flux::FluxWitness;
pub use kubernetes::KubernetesWitness;

use super::{LiveError, LiveGap, LiveObject, LiveScope, LiveSnapshot};
use client::ClusterClient;
use jiff::{SignedDuration, Timestamp};
use std::future::Future;

/// A clock that differs by more makes times of the cluster and of commits incomparable.
const MAX_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What a witness has seen so far.
#[derive(Default)]
struct Sight {
    objects: Vec<LiveObject>,
    gaps: Vec<LiveGap>,
}

/// Connects to a cluster, looks with `look`, and adds the time and the name of the cluster.
fn look_at_cluster<F>(
    access: &ClusterAccess,
    scope: &LiveScope,
    look: impl FnOnce(ClusterClient) -> F,
) -> Result<LiveSnapshot, LiveError>
where
    F: Future<Output = Result<Sight, LiveError>>,
{
    for name in &scope.namespaces {
        if !super::is_kubernetes_name(name) {
            return Err(LiveError::new(format!("`{name}` cannot be a namespace")));
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| LiveError::new(format!("cannot start: {error}")))?;
    runtime.block_on(async {
        let client = ClusterClient::connect(access, scope.context.as_deref()).await?;
        let dates = client.dates();
        let sight = look(client).await?;
        let seen = dates.newest().unwrap_or(access.now);
        let mut snapshot = LiveSnapshot::new(seen);
        snapshot.objects = sight.objects;
        snapshot.gaps = sight.gaps;
        snapshot.gaps.extend(clock_gap(seen, access.now));
        if let Some(context) = &scope.context {
            let contexts = snapshot.objects.iter_mut().map(|object| &mut object.context);
            let gaps = snapshot.gaps.iter_mut().map(|gap| &mut gap.context);
            contexts.chain(gaps).for_each(|place| *place = Some(context.clone()));
        }
        Ok(snapshot)
    })
}

fn clock_gap(seen: Timestamp, now: Timestamp) -> Option<LiveGap> {
    let skew = seen.duration_since(now);
    (skew.abs() > MAX_SKEW).then(|| LiveGap {
        context: None,
        namespace: None,
        what: "times".to_owned(),
        reason: format!(
            "the clock of the cluster is {} minutes {} that of this machine",
            skew.abs().as_mins(),
            if skew.is_negative() { "behind" } else { "ahead of" }
        ),
    })
}
