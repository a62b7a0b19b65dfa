//! The calendar of the stages: freezes and opening hours, as the configuration has them.

use crate::config::gates::{Gate, GateKind, GateRule};
use crate::model::StageName;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::report::{CalendarEntry, CalendarReport, StageSchedule};

/// Reads the freezes and opening hours of all stages.
///
/// # Errors
/// When the repository cannot be read.
pub fn calendar(session: &Session) -> Result<CalendarReport, Failure> {
    let repository = session.open_repository()?;
    let state = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    let config = &state.settings.config;
    let stages = config.stages.iter().map(|stage| &stage.name);
    Ok(CalendarReport {
        repository: session.repository_name(&repository),
        time: state.time.unwrap_or_else(|| session.now()),
        entries: stages.flat_map(|stage| stage_entries(&config.pipeline.gates, stage)).collect(),
    })
}

fn stage_entries(gates: &[GateRule], stage: &StageName) -> Vec<CalendarEntry> {
    let freezes = effective_rules(gates, GateKind::Freeze, stage);
    let windows = effective_rules(gates, GateKind::Window, stage);
    let hours: Vec<&GateRule> = windows.iter().map(|(rule, _)| *rule).collect();
    let is_one_of_several =
        |rule: &GateRule| hours.iter().any(|one| !std::ptr::eq(*one, rule) && may_meet(one, rule));
    let rules = freezes.into_iter().chain(windows.iter().cloned());
    let mut entries = Vec::new();
    for (rule, exempt) in rules {
        let schedules: Vec<StageSchedule> = match &rule.gate {
            Gate::Freeze(period) => vec![StageSchedule::Freeze(period.clone())],
            Gate::Window(hours) => hours.iter().cloned().map(StageSchedule::Hours).collect(),
            _ => Vec::new(),
        };
        entries.extend(schedules.into_iter().map(|schedule| CalendarEntry {
            stage: stage.clone(),
            is_one_of_several: matches!(schedule, StageSchedule::Hours(_))
                && is_one_of_several(rule),
            schedule,
            apps: rule.apps.clone(),
            exempt: exempt.clone(),
            line: rule.line,
        }));
    }
    entries
}

/// True if an app may be in both rules; a pattern may match any.
fn may_meet(a: &GateRule, b: &GateRule) -> bool {
    let is_open =
        |rule: &GateRule| rule.apps.is_empty() || rule.apps.iter().any(|app| app.contains('*'));
    is_open(a) || is_open(b) || a.apps.iter().any(|app| b.apps.contains(app))
}

/// The rules of a kind that hold in a stage for at least some apps, each with the apps that a later
/// `off` exempts.
fn effective_rules<'c>(
    gates: &'c [GateRule],
    kind: GateKind,
    stage: &StageName,
) -> Vec<(&'c GateRule, Vec<String>)> {
    let mut rules: Vec<(&GateRule, Vec<String>)> = Vec::new();
    let holds = |rule: &&GateRule| rule.stages.is_empty() || rule.stages.contains(stage);
    for rule in gates.iter().filter(|rule| rule.gate.kind() == kind).filter(holds) {
        match (&rule.gate, rule.apps.is_empty()) {
            (Gate::Off(_), true) => rules.clear(),
            (Gate::Off(_), false) => {
                rules.retain(|(one, _)| one.apps != rule.apps);
                rules.iter_mut().for_each(|(_, exempt)| exempt.extend(rule.apps.iter().cloned()));
            }
            _ => rules.push((rule, Vec::new())),
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_that_an_app_may_have_besides_others_say_so() {
        let told = |first: &str, second: &str| -> Vec<bool> {
            let text = format!(
                "stages: [prod]\nsources: [{{text: \"{{app}}/{{stage}}\"}}]\ngates:\n  \
                 - {{window: Mon 09:00-16:00{first}}}\n  - {{window: Tue 09:00-16:00{second}}}\n"
            );
            let config = crate::config::parse(&text, "towpath.yaml")
                .unwrap_or_else(|error| panic!("{error}"));
            let entries = stage_entries(&config.pipeline.gates, &config.stages[0].name);
            entries.iter().map(|entry| entry.is_one_of_several).collect()
        };
        assert_eq!(told("", ", apps: [web]"), [true, true]);
        assert_eq!(told(", apps: [web, api]", ", apps: [web]"), [true, true]);
        assert_eq!(told(", apps: ['w*']", ", apps: [api]"), [true, true]);
        assert_eq!(told(", apps: [api]", ", apps: [web]"), [false, false]);
    }
}
