//! `out-of-order`: the stage before got the version only afterwards.

use super::{Rule, span};
use crate::audit::{Finding, Scene, Severity};
use crate::history::Relation;

pub(super) static RULE: Rule = Rule {
    id: "out-of-order",
    severity: Severity::High,
    title: "The stage before got the version only later",
    about: "A version came to a stage before it came to the stage before. Merges overtake each other, so what came to \
            the stage before up to `--tolerance` later (10 minutes unless said) is not listed; the table of stages \
            says how many those were. It is not judged where the two stages write versions differently. Something \
            was tried in the later stage first, or promoted from a branch.",
    find,
};

fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let found = scene.links().filter(|(link, _)| link.near).filter_map(|(link, deployment)| match link.relation {
        Relation::After(seconds) if !scene.comparison.is_in_order(link.relation) => {
            let message = format!("{} got it {} later", scene.before(link), span(seconds));
            Some(Finding::of(&RULE, &deployment, message))
        }
        _ => None,
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::Bench;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn what_overtakes_by_more_than_the_tolerance() {
        let start = ["0 web staging ->v1", "1 web prod ->v1"];
        let late = |minute: &str| {
            let second = format!("{minute} web staging v1>v2");
            Bench::new("", &[&start[..], &["20 web prod v1>v2", &second]].concat()).said("out-of-order")
        };
        assert_eq!(late("30"), "");
        assert_data_eq!(late("31"), str![[r#"
20 web prod v2: staging got it 11m later

"#]]);
    }
}
