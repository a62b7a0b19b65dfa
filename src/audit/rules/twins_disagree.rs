//! `twins-disagree`: places that should agree do not.

use super::{Rule, noted};
use crate::audit::{Finding, Need, Scene, Severity};
use crate::model::Note;

pub(super) static RULE: Rule = Rule {
    id: "twins-disagree",
    severity: Severity::Medium,
    needs: Need::Nothing,
    title: "Places that should name one version do not",
    about: "One version is written in several places that should move together (a tag and the `ref` of its resources, or several containers), and now they differ. It is about what stands there now. A promotion was cut short, or somebody changed one of them by hand.",
    find,
};

fn find(scene: &Scene<'_>) -> Vec<Finding> {
    noted(scene, &RULE, |note| match note {
        Note::Disagrees(what) => Some(what.clone()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::Bench;
    use crate::model::Note;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn two_places_that_differ() {
        let bench = || Bench::new("", &["0 web dev ->v1"]);
        assert_eq!(bench().note("web", &Note::Inherited).said("twins-disagree"), "");
        assert_data_eq!(
            bench()
                .note("web", &Note::Disagrees("one place says v1, another v2".into()))
                .said("twins-disagree"),
            str![[r#"
web dev v1: one place says v1, another v2

"#]]
        );
    }
}
