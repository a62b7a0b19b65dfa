//! The audit: runs every rule on the whole history and on the present versions.

pub mod commit_flags;
pub mod file_changes;
mod images;
mod live;
pub mod page;

use crate::audit::{self, AuditCache, AuditContext, AuditRule, Finding, RuleRequirement, rules};
use crate::history::{self, TimeWindow};
use crate::model::CellKey;
use crate::ops::deployments::DeploymentHistory;
use crate::ops::deployments::selection::{CellSelection, SelectionQuery, WindowQuery};
use crate::ops::error::Failure;
use crate::ops::gates::GateContext;
use crate::ops::ledger;
use crate::ops::live::LiveSource;
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector, effective_config};
use crate::pipeline::ExternalFacts;
use crate::report::{AuditPage, AuditReport, FindingReport, to_timestamp};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The scope of an audit, and the rules that it judges by.
#[derive(Debug, Clone)]
pub struct AuditQuery {
    pub selection: SelectionQuery,
    pub window: WindowQuery,
    /// The rules to run; empty means all.
    pub rules: Vec<&'static AuditRule>,
    /// A configuration whose gates and permissions apply as if they had always been in force.
    pub policy: Option<PathBuf>,
    /// An earlier JSON answer whose findings are left out.
    pub baseline: Option<PathBuf>,
    /// The number of seconds by which merges may overtake each other.
    pub tolerance: i64,
    /// Where to look for what really runs; `None` not to look. Without a look, the rules about it
    /// are not asked.
    pub live: Option<Vec<LiveSource>>,
    /// True to ask registries about the images that run. Otherwise the rules about them are not
    /// asked.
    pub registry: bool,
}

impl Default for AuditQuery {
    fn default() -> Self {
        AuditQuery {
            selection: SelectionQuery::default(),
            window: WindowQuery::default(),
            rules: Vec::new(),
            policy: None,
            baseline: None,
            tolerance: history::MERGE_TOLERANCE,
            live: None,
            registry: false,
        }
    }
}

/// Runs the rules. Gaps in the clone and assumptions go to the notices of the session.
///
/// # Errors
/// When the repository cannot be read, or a file that the query names is wrong.
pub fn audit(query: &AuditQuery, session: &Session) -> Result<AuditPage, Failure> {
    let known = query.baseline.as_deref().map(load_baseline).transpose()?.unwrap_or_default();
    let repository = session.open_repository()?;
    let mut survey = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    survey.note_assumption(session);
    let chronicle = DeploymentHistory::load(session, &repository, &survey, query.tolerance)?;
    if let Some(path) = &query.policy {
        survey.settings.config.pipeline = load_policy(path)?;
    }
    let ledger = ledger::load_ledger(session, &repository, survey.ledger_rules())?;
    ledger::tell_gap(session, &ledger);
    let mut inquiry =
        GateContext::new(session, &repository, (survey, chronicle), ledger).check_waves()?;
    let meant = AuditSelection::resolve(query, &inquiry)?;
    let report = run_audit(query, &mut inquiry, &meant, &known)?;
    let page = page::build_page(report, &inquiry, &meant);
    inquiry.chronicle.tell_edge(session);
    inquiry.chronicle.tell_pulled(session, &repository, inquiry.config());
    Ok(page)
}

/// The gates and permissions of a `--policy` file.
fn load_policy(path: &Path) -> Result<crate::config::gates::PipelineConfig, Failure> {
    Ok(crate::config::parse(
        &effective_config::read_config_text(path)?,
        &path.display().to_string(),
    )?
    .pipeline)
}

/// The ids of the findings in an earlier JSON answer.
fn load_baseline(path: &Path) -> Result<HashSet<String>, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("cannot read the baseline `{shown}`")).with_cause(&error)
    })?;
    let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    if value["schema"] != "towpath.audit/1" {
        let failure = Failure::usage(format!("`{shown}` is not a baseline"));
        return Err(failure.hint("`towpath audit --output json > FILE` writes one"));
    }
    let findings = value["findings"].as_array().into_iter().flatten();
    Ok(findings.filter_map(|finding| Some(finding["id"].as_str()?.to_owned())).collect())
}

/// The cells and the period that an audit covers.
pub struct AuditSelection {
    pub choice: CellSelection,
    pub window: TimeWindow,
}

impl AuditSelection {
    fn resolve(query: &AuditQuery, inquiry: &GateContext<'_>) -> Result<Self, Failure> {
        let choice = CellSelection::new(
            &[],
            &query.selection,
            inquiry.session,
            &inquiry.survey,
            &inquiry.chronicle,
        )?;
        Ok(AuditSelection { choice, window: resolve_window(query, inquiry)? })
    }
}

/// Runs the rules on the selected part of the history.
fn run_audit(
    query: &AuditQuery,
    inquiry: &mut GateContext<'_>,
    meant: &AuditSelection,
    known: &HashSet<String>,
) -> Result<AuditReport, Failure> {
    let tolerance = query.tolerance;
    let mut comparison =
        inquiry.chronicle.compare_stages(&inquiry.survey.settings.config, tolerance);
    if inquiry.survey.settings.stages_are_assumed {
        comparison.mark_contradicted_pairs();
    }
    let inquiry = &*inquiry;
    let (survey, chronicle) = (&inquiry.survey, &inquiry.chronicle);
    let AuditSelection { choice, window } = meant;
    let (past, facts, touches) =
        (inquiry.whole_past(), ExternalFacts::default(), file_changes::find_file_changes(inquiry)?);
    let accepts = |cell: &CellKey| choice.contains(cell);
    let marked = commit_flags::CommitFlagStore::load(inquiry.session, inquiry.repository);
    let seen =
        query.live.as_ref().map(|source| live::find_sightings(inquiry, source)).transpose()?;
    let survey_of_images = query.registry.then(|| images::survey_images(inquiry, &accepts));
    let (answers, unknown) = match survey_of_images {
        Some(images::ImageSurvey { answers, unknown }) => (Some(answers), unknown),
        None => (None, Vec::new()),
    };
    let scene = AuditContext {
        timeline: &chronicle.timeline,
        comparison: &comparison,
        config: inquiry.config(),
        evidence: &inquiry.evidence(&past, &facts),
        entries: &survey.mapping.entries,
        window: *window,
        touches: &touches,
        now: inquiry.session.now().as_second(),
        wanted: &accepts,
        tells: &|commit| chronicle.commit_details(commit).ok(),
        marks: &|commit| marked.flags_of(commit, chronicle),
        live: seen.as_deref(),
        registry: answers.as_ref(),
        known: AuditCache::default(),
    };
    let is_asked = |rule: &&'static AuditRule| {
        let is_wanted = match rule.needs {
            RuleRequirement::Live => query.live.is_some(),
            RuleRequirement::Registry | RuleRequirement::RegistryFor(_) => query.registry,
            _ => true,
        };
        match query.rules.is_empty() {
            true => is_wanted,
            false => query.rules.iter().any(|asked| asked.id == rule.id),
        }
    };
    let found = audit::run_rules(&scene).into_iter().filter(|finding| is_asked(&finding.rule));
    let (hidden, findings): (Vec<Finding>, Vec<Finding>) =
        found.partition(|finding| known.contains(&finding.id()));
    marked.store(inquiry.session);
    Ok(AuditReport {
        repository: inquiry.session.repository_name(inquiry.repository),
        branch: survey.branch.clone(),
        revision: survey.commit.map(|commit| commit.to_string()),
        since: to_timestamp(window.since),
        until: to_timestamp(window.until),
        tolerance,
        complete: chronicle.is_complete(),
        deployments: scene.deployments().count(),
        findings: findings
            .into_iter()
            .map(|finding| to_report(finding, &scene, chronicle))
            .collect(),
        hidden: hidden.len(),
        pairs: history::compute_metrics(&chronicle.timeline, &comparison, *window, &accepts).pairs,
        asked: rules::ALL.iter().copied().filter(is_asked).collect(),
        unjudged: audit::unjudged_rules(&scene).into_iter().filter(is_asked).collect(),
        unknown,
        unrecorded: scene.count_unrecorded(),
        stopped: query.policy.as_ref().map(|_| audit::count_stopped(&scene)),
    })
}

/// The period of the audit; by default from the first deployment until now.
fn resolve_window(query: &AuditQuery, inquiry: &GateContext<'_>) -> Result<TimeWindow, Failure> {
    let (since, until) = query.window.resolve(inquiry.session, inquiry.repository)?;
    let until = until.unwrap_or(i64::MAX);
    let times = || inquiry.chronicle.timeline.deployments().map(|deployment| deployment.time);
    let last = times().max().unwrap_or_default().max(inquiry.session.now().as_second());
    let until = until.min(last + 1);
    // A period before the first deployment is valid and has no findings.
    let begins = || times().min().unwrap_or(last).min(until - 1);
    let since = since.unwrap_or_else(begins);
    if since >= until {
        let failure = Failure::usage("the period ends before it begins");
        return Err(failure.hint("--since must be earlier than --until (default: now)"));
    }
    Ok(TimeWindow { since, until })
}

/// The report of a finding, with the display name of its app. Several images share that name.
fn to_report(
    finding: Finding,
    scene: &AuditContext<'_>,
    chronicle: &DeploymentHistory<'_>,
) -> FindingReport {
    let name = match finding.cells.split_first() {
        None => String::new(),
        Some((first, rest)) if rest.iter().all(|cell| cell.component == first.component) => {
            chronicle.name(first).to_owned()
        }
        Some((first, _)) => first.app.to_string(),
    };
    let account = finding.commit.and_then(|commit| scene.commit_details(commit));
    FindingReport { finding, name, account }
}
