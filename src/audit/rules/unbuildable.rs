//! `unbuildable`: YAML reads the tag as something else.

use super::{Rule, noted};
use crate::audit::{Finding, Need, Scene, Severity};
use crate::model::Note;

pub(super) static RULE: Rule = Rule {
    id: "unbuildable",
    severity: Severity::High,
    needs: Need::Nothing,
    title: "YAML reads the tag as a number, so the build fails",
    about: "A tag stands there without quotes, and YAML reads it as a number, a bool or null: `1.10` becomes 1.1, and kustomize refuses to build. It is about what stands there now. Quote the tag.",
    find,
};

fn find(scene: &Scene<'_>) -> Vec<Finding> {
    noted(scene, &RULE, |note| match note {
        Note::Unbuildable => {
            Some(String::from("YAML reads this tag as a number, a bool or null; quote it"))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::Bench;
    use crate::model::Note;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn a_tag_that_is_a_number() {
        let bench = || Bench::new("", &["0 web dev ->v1"]);
        assert_eq!(bench().note("web", &Note::Inherited).said("unbuildable"), "");
        assert_data_eq!(
            bench().note("web", &Note::Unbuildable).said("unbuildable"),
            str![[r#"
web dev v1: YAML reads this tag as a number, a bool or null; quote it

"#]]
        );
    }
}
