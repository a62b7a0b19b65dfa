//! The deployments that the forge should have, by the history and the ledger.

use crate::config::gates::Gate;
use crate::config::{Config, DeploymentsConfig};
use crate::forge::DeploymentState;
use crate::git::Oid;
use crate::history::Deployment;
use crate::model::{CellKey, StageName};
use crate::ops::error::Failure;
use crate::ops::gates::GateContext;
use crate::pipeline::ledger::{EventKind, LedgerEvent, Outcome};
use crate::pipeline::{EvidenceRunPeriod, ExternalFacts};
use crate::report::to_timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// Which runs of versions are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishScope {
    /// What runs now, and what ran before it.
    Present,
    /// What landed, ended or got an outcome since this time, in seconds since 1970.
    Recent(i64),
    /// All that landed since this time.
    Since(i64),
}

/// A deployment that the forge should have.
#[derive(Debug, Clone)]
pub struct WantedDeployment {
    /// The app, or `app/component` if the app has several.
    pub name: String,
    pub cell: CellKey,
    pub version: String,
    pub commit: Oid,
    /// When it landed, in seconds since 1970.
    pub time: i64,
    pub environment: String,
    pub is_production: bool,
    pub description: String,
    pub payload: Value,
    /// How it turned out.
    pub outcome: DeploymentState,
    /// Why it has this state.
    pub reason: String,
    /// A page about the outcome.
    pub url: Option<String>,
    /// True where another version runs in its place.
    pub is_replaced: bool,
    /// False where it is brought up to date only if the forge has it.
    pub is_created: bool,
}

/// Finds the deployments of a scope, oldest first.
///
/// # Errors
/// When two cells would have the same environment.
pub fn find_wanted(
    context: &GateContext<'_>,
    scope: PublishScope,
    is_meant: &dyn Fn(&CellKey) -> bool,
) -> Result<Vec<WantedDeployment>, Failure> {
    let Some(rules) = &context.config().deployments else { return Ok(Vec::new()) };
    let (past, facts) = (context.deployment_index(), ExternalFacts::default());
    let evidence = context.evidence(&past, &facts);
    let cells: Vec<&CellKey> = context.chronicle.timeline.cells().iter().collect();
    check_environments(rules, context.config(), &cells)?;
    let moves = moves_by_cell(context);
    let mut out = Vec::new();
    for cell in cells.into_iter().filter(|cell| is_meant(cell)) {
        let runs = evidence.run_periods(cell, None);
        for (at, run) in runs.iter().enumerate() {
            let outcome = context.ledger.find_outcome(run, None);
            let Some(is_created) = is_in_scope(scope, at, run, outcome) else { continue };
            let (Some(commit), Some(time)) = (run.commit, run.time) else {
                tell_unknown(context, cell, run);
                continue;
            };
            let deployment = moves.get(&(cell, commit));
            let mut one = describe(context, run, (commit, time), deployment);
            one.environment = rules.environment(cell);
            one.is_created = is_created;
            set_outcome(&mut one, outcome, expects_outcome(context, &cell.stage, time));
            out.push(one);
        }
    }
    out.sort_by_key(|one| one.time);
    Ok(out)
}

/// Whether a run is looked at, and then whether its deployment is made. `at` counts the runs of
/// its cell from the newest one on.
fn is_in_scope(
    scope: PublishScope,
    at: usize,
    run: &EvidenceRunPeriod<'_>,
    outcome: Option<(Outcome, &LedgerEvent)>,
) -> Option<bool> {
    let is_current = run.left.is_none();
    match scope {
        PublishScope::Present => (is_current || at < 2).then_some(is_current),
        PublishScope::Recent(since) => {
            let told = outcome.map(|(_, event)| event.time.as_second());
            let times = [run.time, run.left, told];
            times.into_iter().flatten().any(|time| time >= since).then_some(is_current)
        }
        PublishScope::Since(since) => run.time.is_some_and(|time| time >= since).then_some(true),
    }
}

/// Notes that a version runs whose landing this clone does not have.
fn tell_unknown(context: &GateContext<'_>, cell: &CellKey, run: &EvidenceRunPeriod<'_>) {
    if run.left.is_none() {
        let (name, place) = (context.chronicle.name(cell), cell.place());
        context.session.note(&format!(
            "{name} in {place} is not published: this clone does not have the commit that brought it"
        ));
    }
}

fn moves_by_cell<'c>(context: &'c GateContext<'_>) -> HashMap<(&'c CellKey, Oid), Deployment<'c>> {
    let all = context.chronicle.timeline.deployments();
    all.map(|one| ((one.cell, one.commit), one)).collect()
}

fn describe(
    context: &GateContext<'_>,
    run: &EvidenceRunPeriod<'_>,
    (commit, time): (Oid, i64),
    deployment: Option<&Deployment<'_>>,
) -> WantedDeployment {
    let cell = run.cell;
    let name = context.chronicle.name(cell).to_owned();
    let version = run.version.to_string();
    let kind = deployment.map(|one| one.kind.as_str());
    let image = deployment.and_then(|one| one.to).and_then(|to| to.image.as_ref());
    let from = deployment.and_then(|one| one.from).map(|from| from.version.to_string());
    let was = from.as_ref().map(|from| format!(", was {from}")).unwrap_or_default();
    let kind_text = kind.unwrap_or("deploy");
    let description = format!("{name} {version} in {} ({kind_text}{was})", cell.place());
    let payload = json!({ "towpath": {
        "app": cell.app.as_str(), "component": cell.component,
        "stage": cell.stage.as_str(),
        "target": cell.target.as_ref().map(|target| target.as_str()),
        "image": image.map(ToString::to_string), "version": version, "from": from, "kind": kind,
        "landed": to_timestamp(time).to_string(),
    } });
    WantedDeployment {
        name,
        cell: cell.clone(),
        version,
        commit,
        time,
        environment: String::new(),
        is_production: is_last(context.config(), &cell.stage),
        description,
        payload,
        outcome: DeploymentState::Running,
        reason: String::new(),
        url: None,
        is_replaced: run.left.is_some(),
        is_created: true,
    }
}

/// True for a stage that no other comes after.
fn is_last(config: &Config, stage: &StageName) -> bool {
    config.stages.iter().all(|other| !other.after.contains(stage))
}

/// A landing is the end of a deployment only where nobody says how deployments turn out.
fn set_outcome(
    one: &mut WantedDeployment,
    outcome: Option<(Outcome, &LedgerEvent)>,
    is_expected: bool,
) {
    if let Some((outcome, event)) = outcome {
        let evidence = match &event.what {
            EventKind::Outcome { evidence, .. } => evidence.clone().unwrap_or_default(),
            _ => String::new(),
        };
        let is_page = evidence.starts_with("https://") || evidence.starts_with("http://");
        one.outcome = match outcome {
            Outcome::Passed => DeploymentState::Succeeded,
            Outcome::Failed => DeploymentState::Failed,
        };
        one.reason = match evidence.is_empty() || is_page {
            true => format!("{}, recorded by {}", outcome.as_str(), event.by.name),
            false => format!("{}: {evidence}", outcome.as_str()),
        };
        one.url = Some(evidence).filter(|_| is_page);
    } else if is_expected {
        one.reason = "landed; its outcome is not known yet".to_owned();
    } else {
        one.outcome = DeploymentState::Succeeded;
        one.reason = "landed; outcomes of this stage are not recorded".to_owned();
    }
    if one.is_replaced && one.outcome != DeploymentState::Failed {
        one.reason = "another version has replaced it".to_owned();
    }
}

/// True where a gate asks for outcomes of a stage, or the ledger had some before a landing.
fn expects_outcome(context: &GateContext<'_>, stage: &StageName, landed: i64) -> bool {
    let is_recorded = context.ledger.events().iter().any(|event| {
        matches!(&event.what, EventKind::Outcome { stage: recorded, .. } if recorded == stage)
            && event.time.as_second() <= landed
    });
    is_recorded || is_verified(context.config(), stage)
}

/// True where a gate asks for outcomes of a stage.
fn is_verified(config: &Config, stage: &StageName) -> bool {
    config.pipeline.gates.iter().any(|rule| {
        let Gate::Verified(verified) = &rule.gate else { return false };
        if !verified.stages.is_empty() {
            return verified.stages.contains(stage);
        }
        let into = config.stages.iter().filter(|into| into.after.contains(stage));
        into.into_iter().any(|into| rule.stages.is_empty() || rule.stages.contains(&into.name))
    })
}

/// Checks that every cell has an environment of its own. Forges do not tell apart names by case.
fn check_environments(
    rules: &DeploymentsConfig,
    config: &Config,
    cells: &[&CellKey],
) -> Result<(), Failure> {
    let mut known: BTreeMap<String, &CellKey> = BTreeMap::new();
    for cell in cells {
        let name = rules.environment(cell);
        let Some(other) = known.insert(name.to_lowercase(), cell) else { continue };
        let words = |cell: &CellKey| format!("{} in {}", cell.app, cell.place());
        let place = config.provenance(Some(rules.line));
        let message = format!(
            "{place}: {} and {} have the same environment `{name}`",
            words(other),
            words(cell)
        );
        return Err(Failure::usage(message)
            .hint("name `{app}`, `{stage}`, `{target}` and `{component}`, as far as they differ"));
    }
    Ok(())
}
