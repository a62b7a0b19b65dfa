//! Outcomes that witnesses of what runs decide: `advance --record-live` writes them to the ledger.

use crate::config::Config;
use crate::config::gates::{Gate, GateRule, VerifiedBy, matches_glob};
use crate::git::short_id;
use crate::model::{CellKey, StageName};
use crate::ops::error::Failure;
use crate::ops::gates::GateContext;
use crate::ops::ledger::{self, LedgerTarget};
use crate::ops::live::{evidence_source, stage_evidence};
use crate::pipeline::ledger::{EventKind, Outcome};
use crate::pipeline::{
    AppComponent, Evidence, ExternalFacts, LiveTerms, LiveVerdict, RolledBackRun,
};
use crate::report::to_timestamp;
use std::collections::BTreeMap;

/// A rollback that is older leads to no outcome, in seconds.
const ROLLBACK_AGE: i64 = 30 * 24 * 3600;

/// Records an outcome for each present run that has none, where the witnesses decide it and a gate
/// `verified` asks them. Undecided runs stay without.
///
/// # Errors
/// When the ledger cannot be written.
pub fn record_live_outcomes(context: &GateContext<'_>, is_dry: bool) -> Result<(), Failure> {
    let events = find_outcomes(context);
    let verb = if is_dry { "would record" } else { "recorded" };
    for event in &events {
        if let EventKind::Outcome { app, stage, target, version, outcome, evidence, .. } = event {
            let target = target.as_ref().map(|target| format!("/{target}")).unwrap_or_default();
            let evidence = evidence.as_deref().unwrap_or_default();
            let outcome = outcome.as_str();
            let text = format!("{verb}: {app} {version} {outcome} in {stage}{target} ({evidence})");
            context.session.note(&text);
        }
    }
    if is_dry || events.is_empty() {
        return Ok(());
    }
    let entries = context.survey.mapping.entries.as_slice();
    let (session, repository) = (context.session, context.repository);
    let events = (events, entries);
    ledger::write_events(session, repository, context.config(), events, LedgerTarget::Origin)?;
    Ok(())
}

fn find_outcomes(context: &GateContext<'_>) -> Vec<EventKind> {
    let (past, facts) = (context.deployment_index(), ExternalFacts::default());
    let evidence = context.evidence(&past, &facts);
    let rules = live_rules(context.config());
    let mut stages: BTreeMap<usize, &StageName> = BTreeMap::new();
    for (stage, _, _) in &rules {
        stages.insert(context.config().position(stage), stage);
    }
    let mut out = Vec::new();
    for stage in stages.into_values() {
        let seen = stage_evidence(context, stage);
        let mut cells: Vec<(&CellKey, _)> = seen.iter().collect();
        cells.sort_by_key(|(cell, _)| *cell);
        for (cell, found) in cells {
            let Some(terms) = terms_of(&rules, cell) else { continue };
            out.extend(rollback_outcome(context, &evidence, cell));
            let Some(run) = evidence.current_run(cell, None) else { continue };
            let Some(commit) = run.commit else { continue };
            if context.ledger.find_outcome(&run, None).is_some() {
                continue;
            }
            let LiveVerdict::Decided { outcome, reason, .. } = found.judge(&run, terms) else {
                continue;
            };
            let (app, component) = (cell.app.clone(), cell.component.clone());
            let witness = evidence_source(context, cell);
            out.push(EventKind::Outcome {
                app: AppComponent { app, component }.to_string(),
                stage: cell.stage.clone(),
                target: cell.target.clone(),
                version: run.version.to_string(),
                deployments: vec![commit.to_string()],
                outcome,
                evidence: Some(format!("live by {witness}: {reason}")),
            });
        }
    }
    out
}

/// The failure of the run before the present one, if the repository went back from it lately.
fn rollback_outcome(
    context: &GateContext<'_>,
    evidence: &Evidence<'_>,
    cell: &CellKey,
) -> Option<EventKind> {
    let cell = context.chronicle.timeline.cells().iter().find(|known| *known == cell)?;
    let RolledBackRun { run, next } = evidence.find_rolled_back(cell)?;
    let (commit, at) = (run.commit?, run.left?);
    let is_recent = context.session.now().as_second() - at < ROLLBACK_AGE;
    if !is_recent || context.ledger.find_outcome(&run, None).is_some() {
        return None;
    }
    let day = to_timestamp(at).strftime("%Y-%m-%d");
    let by = next.commit.map(|id| format!(" by {}", short_id(id))).unwrap_or_default();
    let (app, component) = (cell.app.clone(), cell.component.clone());
    Some(EventKind::Outcome {
        app: AppComponent { app, component }.to_string(),
        stage: cell.stage.clone(),
        target: cell.target.clone(),
        version: run.version.to_string(),
        deployments: vec![commit.to_string()],
        outcome: Outcome::Failed,
        evidence: Some(format!("rolled back to {}{by} on {day}", next.version)),
    })
}

/// The stages that witnesses verify, with the rule that says so.
fn live_rules(config: &Config) -> Vec<(StageName, LiveTerms, &GateRule)> {
    let mut out = Vec::new();
    for rule in &config.pipeline.gates {
        let Gate::Verified(verified) = &rule.gate else { continue };
        let VerifiedBy::Live(terms) = verified.by else { continue };
        let terms = LiveTerms { well_for: terms.well_for, unwell_for: terms.unwell_for };
        let into = config
            .stages
            .iter()
            .filter(|stage| rule.stages.is_empty() || rule.stages.contains(&stage.name));
        let before: Vec<StageName> = match verified.stages.is_empty() {
            true => into.flat_map(|stage| stage.after.clone()).collect(),
            false => verified.stages.clone(),
        };
        out.extend(before.into_iter().map(|stage| (stage, terms, rule)));
    }
    out
}

/// The strictest terms for a cell; `None` where no rule asks about it.
fn terms_of(rules: &[(StageName, LiveTerms, &GateRule)], cell: &CellKey) -> Option<LiveTerms> {
    let applies = |rule: &GateRule| {
        rule.apps.is_empty()
            || rule.apps.iter().any(|pattern| matches_glob(pattern, cell.app.as_str()))
    };
    let terms = rules.iter().filter(|(stage, _, rule)| *stage == cell.stage && applies(rule));
    terms.map(|(_, terms, _)| *terms).reduce(|one, other| LiveTerms {
        well_for: one.well_for.max(other.well_for),
        unwell_for: one.unwell_for.max(other.unwell_for),
    })
}
