//! The witness `kubernetes`: workloads and their pods.

use super::access::ClusterAccess;
use super::workloads::read_workloads;
use super::{Sight, look_at_cluster};
use crate::live::{LiveError, LiveScope, LiveSnapshot, Witness};

/// Deployments, StatefulSets, DaemonSets, Jobs, CronJobs and Argo Rollouts, with their pods.
#[derive(Debug, Clone)]
pub struct KubernetesWitness(pub ClusterAccess);

impl Witness for KubernetesWitness {
    fn look(&self, scope: &LiveScope) -> Result<LiveSnapshot, LiveError> {
        look_at_cluster(&self.0, scope, |client| async move {
            let mut sight = Sight::default();
            let found = read_workloads(&client, &scope.namespaces, &mut sight).await?;
            let is_wanted = |namespace: &str| {
                scope.namespaces.is_empty() || scope.namespaces.contains(namespace)
            };
            let wanted = found.into_iter().filter(|(data, _)| is_wanted(&data.namespace));
            sight.objects = wanted.map(|(_, object)| object).collect();
            Ok(sight)
        })
    }
}
