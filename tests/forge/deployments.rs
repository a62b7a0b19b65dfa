//! Deployments on the forges that have them.

use crate::bench::{ALL, Bench};
use crate::fake::{Fault, sha};
use serde_json::json;
use towpath::forge::{
    DeploymentChange, DeploymentLog, DeploymentState, ForgeDeployment, ForgeKind, NewDeployment,
};

const WITH: [ForgeKind; 2] = [ForgeKind::GitHub, ForgeKind::GitLab];

pub fn wanted(environment: &str, branch: &str) -> NewDeployment {
    NewDeployment {
        environment: environment.into(),
        commit: sha(branch),
        branch: branch.into(),
        description: format!("web v2 in prod {}", "x".repeat(200)),
        payload: json!({ "app": "web", "version": "v2" }),
        is_production: true,
        state: DeploymentState::Running,
    }
}

fn change(state: DeploymentState) -> DeploymentChange {
    let url = Some("https://ci.example/1".into());
    DeploymentChange { state, description: "passed".into(), url }
}

fn each(test: impl Fn(&Bench, &dyn DeploymentLog)) {
    for kind in WITH {
        let bench = Bench::new(kind);
        test(&bench, bench.forge.deployments().expect("it has deployments"));
    }
}

fn count(bench: &Bench) -> usize {
    bench.fake.world.lock().expect("no panic within").deployments.len()
}

#[test]
fn a_deployment_is_made_found_and_changed() {
    each(|bench, log| {
        let other = wanted("prod/api", "main");
        assert_eq!(log.find_deployment("prod/web", &sha("main")).expect("looked"), None);
        log.create_deployment(&other).expect("made");
        let made = log.create_deployment(&wanted("prod/web", "main")).expect("made");
        assert_eq!((made.environment.as_str(), made.commit), ("prod/web", sha("main")));
        for state in
            [DeploymentState::Succeeded, DeploymentState::Failed, DeploymentState::Replaced]
        {
            let now = find(log, "prod/web");
            log.change_deployment(&now, &change(state)).expect("changed");
            assert_eq!(find(log, "prod/web").state, Some(state));
            let recent = log.recent_deployments().expect("listed");
            assert!(recent.is_complete);
            assert_eq!(
                recent.deployments[0],
                find(log, "prod/web"),
                "the newest one, with its state"
            );
        }
        assert_eq!(count(bench), 2);
    });
}

fn find(log: &dyn DeploymentLog, environment: &str) -> ForgeDeployment {
    log.find_deployment(environment, &sha("main")).expect("looked").expect("it is there")
}

#[test]
fn a_lost_answer_makes_no_second_deployment() {
    for fault in [Fault::Hangup, Fault::After(crate::fake::server::Answer::status(502))] {
        each(|bench, log| {
            bench.fake.break_next("POST", "/deployments", fault.clone());
            log.create_deployment(&wanted("prod/web", "main")).expect("found");
            assert_eq!(count(bench), 1);
        });
    }
}

/// Two runs look at the same time and find nothing; the deployment that was made first stays.
#[test]
fn of_two_runs_at_once_one_makes_a_deployment() {
    let bench = Bench::new(ForgeKind::GitHub);
    let log = bench.forge.deployments().expect("it has deployments");
    let first = log.create_deployment(&wanted("prod/web", "main")).expect("made");
    let second = log.create_deployment(&wanted("prod/web", "main")).expect("withdrawn");
    assert_eq!(second.id, first.id);
    assert_eq!(count(&bench), 1);
}

#[test]
fn recent_deployments_are_read_in_a_few_requests() {
    each(|bench, log| {
        {
            let mut world = bench.fake.world.lock().expect("no panic within");
            for number in 0..450 {
                let made = world.deployment("prod/web", &sha(&number.to_string()), json!({}));
                made.statuses.push(("success".into(), String::new(), String::new()));
            }
        }
        let before = bench.fake.requests().len();
        let recent = log.recent_deployments().expect("listed");
        assert!(!recent.is_complete);
        let recent = recent.deployments;
        assert_eq!((recent.len(), bench.fake.requests().len() - before), (300, 3));
        assert_eq!(recent[0].commit, sha("449"));
    });
}

#[test]
fn other_forges_have_none() {
    for kind in ALL {
        let bench = Bench::new(kind);
        bench.forge.open_proposals().expect("listed");
        assert_eq!(bench.forge.deployments().is_some(), WITH.contains(&kind));
    }
}

#[test]
fn names_that_a_forge_refuses_are_known() {
    for kind in WITH {
        let bench = Bench::new(kind);
        bench.forge.open_proposals().expect("listed");
        let log = bench.forge.deployments().expect("it has deployments");
        assert_eq!(log.environment_fault("prod/eu-1/web"), None);
        assert!(log.environment_fault(&"x".repeat(256)).is_some());
        let is_gitlab = kind == ForgeKind::GitLab;
        for name in ["/web", "web/", "prod@web", "prod:web", "wéb"] {
            assert_eq!(log.environment_fault(name).is_some(), is_gitlab, "{name}");
        }
    }
}
