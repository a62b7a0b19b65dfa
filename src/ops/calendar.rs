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
    let is_one_of_several = windows.len() > 1;
    let rules = freezes.into_iter().chain(windows);
    let mut entries = Vec::new();
    for (rule, exempt) in rules {
        let schedules: Vec<StageSchedule> = match &rule.gate {
            Gate::Freeze(period) => vec![StageSchedule::Freeze(period.clone())],
            Gate::Window(hours) => hours.iter().cloned().map(StageSchedule::Hours).collect(),
            _ => Vec::new(),
        };
        entries.extend(schedules.into_iter().map(|schedule| CalendarEntry {
            stage: stage.clone(),
            is_one_of_several: is_one_of_several && matches!(schedule, StageSchedule::Hours(_)),
            schedule,
            apps: rule.apps.clone(),
            exempt: exempt.clone(),
            line: rule.line,
        }));
    }
    entries
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
