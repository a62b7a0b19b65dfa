//! `flapping`: a cell alternates between two versions.

use super::AuditRule;
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::history::Deployment;
use crate::model::CellKey;
use std::collections::{BTreeSet, HashMap};

pub(super) static RULE: AuditRule = AuditRule {
    id: "flapping",
    severity: Severity::Medium,
    needs: RuleRequirement::Nothing,
    title: "A cell switched back and forth between two versions",
    about: "Within a day a cell switched from one version to another, back, and forth again. Two automations that do not \
            know of each other cause that, or a rollback that something reverts. Each series is listed once, \
            however long it was.",
    remedy: "Look for two automations that write the same file, or for a rollback that something reverts.",
    find,
};

const DAY: i64 = 24 * 60 * 60;

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    let mut cells: HashMap<&CellKey, Vec<Deployment<'_>>> = HashMap::new();
    for deployment in scene.deployments() {
        cells.entry(deployment.cell).or_default().push(deployment);
    }
    cells.into_values().flat_map(|course| of_cell(&course)).collect()
}

/// Findings of one cell. `course` holds its deployments, newest first.
fn of_cell(course: &[Deployment<'_>]) -> Vec<Finding> {
    let turns: Vec<usize> = (0..course.len()).filter(|at| is_flapping(&course[*at..])).collect();
    let known: BTreeSet<usize> = turns.iter().copied().collect();
    let begins = turns.into_iter().filter(|at| !known.contains(&(at + 1)));
    begins.map(|at| Finding::from_deployment(&RULE, &course[at], message(&course[at]))).collect()
}

/// True if the newest three deployments go forth, back and forth within a day.
fn is_flapping(course: &[Deployment<'_>]) -> bool {
    let [last, back, first, ..] = course else { return false };
    let same = |one: &Deployment<'_>, other: &Deployment<'_>| {
        one.from.is_some() && (one.from, one.to) == (other.from, other.to) && one.from != one.to
    };
    same(last, first)
        && (back.from, back.to) == (last.to, last.from)
        && last.time - first.time <= DAY
}

fn message(last: &Deployment<'_>) -> String {
    let other = last.from.map(|from| from.version.to_string()).unwrap_or_default();
    format!("switched back and forth with {other} within a day")
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn forth_back_and_forth() {
        let once = ["0 web prod ->v1", "1 web prod v1>v2", "2 web prod v2>v1"];
        assert_eq!(AuditBench::new("", &once).said("flapping"), "");
        let again =
            [&once[..], &["3 web prod v1>v2", "4 web prod v2>v1", "5 web prod v1>v3"]].concat();
        assert_data_eq!(
            AuditBench::new("", &again).said("flapping"),
            str![[r#"
3 web prod v2: switched back and forth with v1 within a day

"#]]
        );
        let slowly = [&once[..], &["2000 web prod v1>v2"]].concat();
        assert_eq!(AuditBench::new("", &slowly).said("flapping"), "");
    }
}
