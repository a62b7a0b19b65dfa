//! `unauthorised`: somebody else changed the mapping.

use super::Rule;
use crate::audit::{Finding, Scene, Severity};
use crate::history::{Account, Deployment};
use crate::pipeline::ledger::By;

pub(super) static RULE: Rule = Rule {
    id: "unauthorised",
    severity: Severity::High,
    title: "Somebody without permission changed the stage",
    about: "The author of a deployment is none of the actors that `permissions:` names for its stage. An actor is a \
            name, a mail address or what stands before its `@`. It needs `permissions:`; a stage that has none is \
            free for all. An author line can be forged, so this finds habits and slips; what must hold is held up by \
            a check on pull requests and protected branches.",
    find,
};

fn find(scene: &Scene<'_>) -> Vec<Finding> {
    scene.deployments().filter_map(|deployment| judged(scene, &deployment)).collect()
}

fn judged(scene: &Scene<'_>, deployment: &Deployment<'_>) -> Option<Finding> {
    let permission = scene.config.pipeline.actors(deployment.slot.stage.as_str())?;
    let account = scene.account(deployment.commit)?;
    if permission.names(by(&account).words()) {
        return None;
    }
    let message = format!("{} is none of the actors of {}", account.author.name, deployment.slot.stage);
    Some(Finding::of(&RULE, deployment, message))
}

fn by(account: &Account) -> By {
    By::from(account.author.clone())
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::Bench;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn an_author_who_is_no_actor() {
        let lines = ["0 web dev ->v1", "1 web prod ->v1", "2 web dev v1>v2", "3 web prod v1>v2"];
        let bench = |config: &str| Bench::new(config, &lines).account(3, "Alice", |_| ());
        assert_eq!(bench("").said("unauthorised"), "");
        assert_eq!(bench("permissions: { prod: [deploy-bot, alice@example.com] }").said("unauthorised"), "");
        assert_data_eq!(
            bench("permissions: { prod: [deploy-bot] }").said("unauthorised"),
            str![[r#"
3 web prod v2: Alice is none of the actors of prod

"#]]
        );
    }
}
