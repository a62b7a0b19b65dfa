//! The demo's commits, oldest first.

use super::files::{self, DemoFile, STAGES};
use super::releases::{DAY, DemoDeployment, HOUR, TRAINS};

/// One change that landed on `main`.
pub struct DemoCommit {
    pub minutes_ago: i64,
    pub author: &'static str,
    pub way: DemoCommitMethod,
    pub subject: String,
    pub files: Vec<DemoFile>,
}

/// The way a change lands on `main`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DemoCommitMethod {
    /// A direct push.
    Push,
    /// One commit that names its pull request.
    Squash,
    /// A merge commit of a branch, whose commit was written this many minutes before.
    Merge { minutes_before: i64, branch: String },
}

const BOT: &str = "deploy-bot";
const PEOPLE: [&str; 4] = ["Amara Okafor", "Jonas Lindqvist", "Mei Tanaka", "Priya Raman"];

/// Returns all commits, oldest first.
pub fn list_commits() -> Vec<DemoCommit> {
    let mut events: Vec<DemoCommit> =
        TRAINS.iter().flat_map(|train| train.arrivals()).map(deployment_commit).collect();
    events.extend([
        rollback_commit(),
        replicas_commit("storefront", 71 * DAY, 3),
        replicas_commit("checkout", 33 * DAY, 4),
    ]);
    events.sort_by_key(|event| std::cmp::Reverse(event.minutes_ago));
    let oldest = events.first().map_or(0, |event| event.minutes_ago);
    events.insert(0, initial_commit(oldest + 5 * DAY));
    events
}

fn initial_commit(minutes_ago: i64) -> DemoCommit {
    let mut files = files::other_files();
    for train in &TRAINS {
        files.extend(
            STAGES.iter().map(|stage| files::pin_file(train.app, stage, &train.initial_version())),
        );
    }
    let subject = "Keep what runs where in git".to_owned();
    DemoCommit { minutes_ago, author: PEOPLE[0], way: DemoCommitMethod::Push, subject, files }
}

/// Returns the commit of a deployment: a bot pushes to dev, squashed pull requests go to staging,
/// merged ones to prod.
fn deployment_commit(arrival: DemoDeployment) -> DemoCommit {
    let DemoDeployment { minutes_ago, app, release, stage, version } = arrival;
    let name = STAGES[stage];
    let person = PEOPLE[usize::try_from(release).unwrap_or(0) % PEOPLE.len()];
    let (author, way, subject) = match stage {
        0 => (BOT, DemoCommitMethod::Push, format!("Deploy {app} {version} to {name}")),
        1 => (person, DemoCommitMethod::Squash, format!("Promote {app} {version} to {name}")),
        _ => {
            let way = DemoCommitMethod::Merge {
                minutes_before: 25 + release % 50,
                branch: format!("promote-{app}-{version}"),
            };
            (person, way, format!("Promote {app} {version} to {name}"))
        }
    };
    DemoCommit {
        minutes_ago,
        author,
        way,
        subject,
        files: vec![files::pin_file(app, name, &version)],
    }
}

/// checkout's newest version fails in prod and is rolled back to the previous one.
fn rollback_commit() -> DemoCommit {
    let checkout = &TRAINS[2];
    let newest = checkout.arrivals().pop().map_or(1, |arrival| arrival.release);
    let version = checkout.version(newest - 1);
    DemoCommit {
        minutes_ago: 5 * DAY + 20 * HOUR,
        author: PEOPLE[2],
        way: DemoCommitMethod::Merge { minutes_before: 6, branch: "rollback-checkout".into() },
        subject: format!("Roll back {} in prod to {version}: payments time out", checkout.app),
        files: vec![files::pin_file(checkout.app, "prod", &version)],
    }
}

fn replicas_commit(app: &str, minutes_ago: i64, replicas: u32) -> DemoCommit {
    DemoCommit {
        minutes_ago,
        author: PEOPLE[3],
        way: DemoCommitMethod::Push,
        subject: format!("Run {replicas} replicas of {app}"),
        files: vec![(
            format!("apps/{app}/base/deployment.yaml"),
            files::deployment_yaml(app, replicas),
        )],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the successive contents of a stage's file, oldest first.
    fn held(path: &str) -> Vec<String> {
        let files = list_commits().into_iter().flat_map(|event| event.files);
        files.filter(|(at, _)| at == path).map(|(_, text)| text).collect()
    }

    #[test]
    fn every_promotion_takes_what_the_stage_before_ran() {
        for train in &TRAINS {
            let versions = |stage: usize| -> Vec<String> {
                train
                    .arrivals()
                    .into_iter()
                    .filter(|a| a.stage == stage)
                    .map(|a| a.version)
                    .collect()
            };
            assert!(
                versions(1).iter().all(|version| versions(0).contains(version)),
                "{}",
                train.app
            );
            assert!(
                versions(2).iter().all(|version| versions(1).contains(version)),
                "{}",
                train.app
            );
        }
    }

    #[test]
    fn the_rollback_brings_back_what_ran_before() {
        let prod = held("apps/checkout/overlays/prod/kustomization.yaml");
        let [.., before, failed, back] = prod.as_slice() else { panic!("{} versions", prod.len()) };
        assert!(before == back && before != failed);
    }

    #[test]
    fn nothing_happens_after_now() {
        let times: Vec<i64> = list_commits().iter().map(|event| event.minutes_ago).collect();
        assert!(
            times.is_sorted_by(|older, newer| older >= newer)
                && times.iter().all(|minutes| *minutes > 0)
        );
    }
}
