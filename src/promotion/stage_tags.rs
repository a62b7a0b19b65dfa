//! Finds tags that name a stage. If builds are tagged anew for each stage, one stage's tag does not
//! belong in the next stage, although it could be written there.

use super::plan::{Plan, PlanItem, PlannedMove};
use crate::config::Stage;
use crate::model::{StageName, Version};

/// Finds moves to a tag that names another stage, while the current tag names its own: `dev-1f00`
/// for prod, which runs `prod-c0de`.
pub fn find_foreign_tags<'p>(
    plan: &'p Plan,
    stages: &[Stage],
) -> Vec<(&'p PlanItem, &'p PlannedMove)> {
    let is_foreign = |step: &PlannedMove| {
        let (own, coming) = (&step.entry.stage, stages_in_tag(&step.to, stages));
        !coming.is_empty()
            && !coming.contains(&own)
            && stages_in_tag(&step.entry.version, stages).contains(&own)
    };
    let steps = plan
        .moving_items()
        .flat_map(|(item, moves)| moves.steps.iter().map(move |step| (item, step)));
    steps.filter(|(_, step)| is_foreign(step)).collect()
}

/// Stages whose name or alias is a word of a tag.
fn stages_in_tag<'s>(version: &Version, stages: &'s [Stage]) -> Vec<&'s StageName> {
    let tag = version.tag.as_deref().unwrap_or_default().to_ascii_lowercase();
    let pieces: Vec<&str> = tag.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let is_said = |word: &str| pieces.contains(&word.to_ascii_lowercase().as_str());
    let is_named = |stage: &&Stage| {
        is_said(stage.name.as_str()) || stage.aliases.iter().any(|word| is_said(word))
    };
    stages.iter().filter(is_named).map(|stage| &stage.name).collect()
}

#[cfg(test)]
mod tests {
    use super::stages_in_tag;
    use crate::config::parse;
    use crate::model::Version;

    #[test]
    fn stages_are_named_by_whole_pieces() {
        let text =
            "stages: [dev, { name: prod, aliases: [live] }]\nsources: [text: '{stage}/{app}']\n";
        let config = parse(text, "towpath.yaml").expect("a config");
        let named = |tag: &str| {
            stages_in_tag(&Version::parse(tag), &config.stages)
                .into_iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(named("dev-1f00c0de"), ["dev"]);
        assert_eq!(named("v2.LIVE_3"), ["prod"]);
        assert!(
            ["v2", "developer-1", "1.0.0-devel", "product.1", ""]
                .into_iter()
                .all(|tag| named(tag).is_empty())
        );
    }
}
