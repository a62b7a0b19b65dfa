//! The health of a workload, by the rules of `kubectl rollout status` and of each controller.

use super::fields::{Condition, condition};
use super::pods::{Pod, ready_since};
use super::workloads::Workload;
use crate::live::LiveHealth;
use jiff::Timestamp;

/// How a workload is, why, and since when.
pub(super) struct Health {
    pub health: LiveHealth,
    pub reason: Option<String>,
    pub since: Option<Timestamp>,
}

impl Health {
    fn new(health: LiveHealth, since: Option<Timestamp>) -> Self {
        Health { health, reason: None, since }
    }

    fn because(health: LiveHealth, reason: impl Into<String>, since: Option<Timestamp>) -> Self {
        // Messages of controllers can be long.
        let reason: String = reason.into().chars().take(200).collect();
        Health { health, reason: Some(reason), since }
    }
}

/// Judges a workload. `jobs` are those of a CronJob.
pub(super) fn health_of(
    kind: &str,
    workload: &Workload,
    jobs: &[Workload],
    pods: &[Pod],
) -> Health {
    match kind {
        "Deployment" => of_deployment(workload),
        "StatefulSet" => of_stateful_set(workload, pods),
        "DaemonSet" => of_daemon_set(workload, pods),
        "Job" => of_job(workload),
        "CronJob" => of_cron_job(workload, jobs),
        "Rollout" => of_rollout(workload),
        _ => Health::because(LiveHealth::Unknown, "its kind is unknown", None),
    }
}

fn is_true(condition: &&Condition) -> bool {
    condition.status == "True"
}

fn of_deployment(workload: &Workload) -> Health {
    let status = &workload.status;
    let progressing = condition(&status.conditions, "Progressing");
    if let Some(stopped) = progressing.filter(|one| one.reason == "ProgressDeadlineExceeded") {
        let since = stopped.last_transition_time;
        return Health::because(LiveHealth::Degraded, &stopped.message, since);
    }
    if let Some(failure) = condition(&status.conditions, "ReplicaFailure").filter(is_true) {
        let since = failure.last_transition_time;
        return Health::because(LiveHealth::Degraded, &failure.message, since);
    }
    let wanted = workload.spec.replicas.unwrap_or(1);
    let since = progressing.and_then(|one| one.last_update_time);
    if status.updated_replicas < wanted {
        let reason = format!("{} of {wanted} replicas are updated", status.updated_replicas);
        let reason = if workload.spec.paused { "the rollout is paused".to_owned() } else { reason };
        return Health::because(LiveHealth::Progressing, reason, since);
    }
    if status.replicas > status.updated_replicas {
        let old = status.replicas - status.updated_replicas;
        return Health::because(LiveHealth::Progressing, format!("{old} old replicas run"), since);
    }
    let available = condition(&status.conditions, "Available");
    if status.available_replicas < wanted {
        let reason = format!("{} of {wanted} replicas are available", status.available_replicas);
        // The rollout was complete, so these replicas were available before.
        let was_complete = progressing.is_some_and(|one| one.reason == "NewReplicaSetAvailable");
        let since = match was_complete {
            true => available.filter(|one| !is_true(one)).and_then(|one| one.last_transition_time),
            false => since,
        };
        let health = if was_complete { LiveHealth::Degraded } else { LiveHealth::Progressing };
        return Health::because(health, reason, since);
    }
    let available = available.filter(is_true).and_then(|one| one.last_transition_time);
    // The rollout of this version ended after the workload became available for the first time.
    let complete = progressing.filter(|one| one.reason == "NewReplicaSetAvailable");
    let complete = complete.and_then(|one| one.last_update_time);
    Health::new(LiveHealth::Healthy, available.zip(complete).map(|(one, other)| one.max(other)))
}

fn of_stateful_set(workload: &Workload, pods: &[Pod]) -> Health {
    let status = &workload.status;
    let wanted = workload.spec.replicas.unwrap_or(1);
    if status.updated_replicas < wanted {
        let reason = format!("{} of {wanted} replicas are updated", status.updated_replicas);
        return Health::because(LiveHealth::Progressing, reason, None);
    }
    if status.ready_replicas < wanted {
        let reason = format!("{} of {wanted} replicas are ready", status.ready_replicas);
        return Health::because(LiveHealth::Progressing, reason, None);
    }
    Health::new(LiveHealth::Healthy, ready_since(pods))
}

fn of_daemon_set(workload: &Workload, pods: &[Pod]) -> Health {
    let status = &workload.status;
    let wanted = status.desired_number_scheduled;
    if status.updated_number_scheduled < wanted {
        let reason = format!("{} of {wanted} pods are updated", status.updated_number_scheduled);
        return Health::because(LiveHealth::Progressing, reason, None);
    }
    if status.number_available < wanted {
        let reason = format!("{} of {wanted} pods are available", status.number_available);
        return Health::because(LiveHealth::Progressing, reason, None);
    }
    Health::new(LiveHealth::Healthy, ready_since(pods))
}

fn of_job(workload: &Workload) -> Health {
    let conditions = &workload.status.conditions;
    if let Some(failed) = condition(conditions, "Failed").filter(is_true) {
        let reason = format!("the Job failed: {} {}", failed.reason, failed.message);
        return Health::because(
            LiveHealth::Degraded,
            reason.trim_end(),
            failed.last_transition_time,
        );
    }
    match condition(conditions, "Complete").filter(is_true) {
        Some(complete) => Health::new(LiveHealth::Completed, complete.last_transition_time),
        None => Health::because(LiveHealth::Progressing, "the Job has not ended", None),
    }
}

/// A CronJob is as well as its last run with the same images.
fn of_cron_job(workload: &Workload, jobs: &[Workload]) -> Health {
    if workload.spec.suspend {
        return Health::because(LiveHealth::Unknown, "it is suspended", None);
    }
    let images = |one: &Workload| -> Vec<String> {
        one.containers().map(|container| container.image.clone()).collect()
    };
    let wanted = images(workload);
    let runs = jobs.iter().filter(|job| images(job) == wanted).map(of_job);
    let ended = runs.filter(|run| run.health != LiveHealth::Progressing);
    match ended.max_by_key(|run| run.since) {
        Some(last) => last,
        None => Health::because(LiveHealth::Unknown, "it has not run with this image yet", None),
    }
}

fn of_rollout(workload: &Workload) -> Health {
    let status = &workload.status;
    let healthy = condition(&status.conditions, "Healthy").filter(is_true);
    let healthy = healthy.and_then(|one| one.last_transition_time);
    let progressing = condition(&status.conditions, "Progressing");
    let changed = progressing.and_then(|one| one.last_update_time.or(one.last_transition_time));
    match status.phase.as_str() {
        "Healthy" => Health::new(
            LiveHealth::Healthy,
            healthy.zip(changed).map(|(one, other)| one.max(other)),
        ),
        "Degraded" => Health::because(LiveHealth::Degraded, &status.message, changed),
        "Progressing" => Health::because(LiveHealth::Progressing, &status.message, changed),
        "Paused" => Health::because(LiveHealth::Progressing, "the rollout is paused", changed),
        _ => Health::because(LiveHealth::Unknown, "the rollout tells no phase", None),
    }
}
