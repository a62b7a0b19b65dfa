//! `publish`: keeps the deployments and environments of the forge as the repository and the ledger
//! have them.
//!
//! The forge itself is the memory: each deployment is looked for before it is made, by its
//! environment and its commit. So any number of runs make it once.

mod forge_log;
mod wanted;

use crate::forge::Forge;
use crate::ops::deployments::selection::{CellSelection, SelectionQuery, WindowQuery};
use crate::ops::error::Failure;
use crate::ops::forge;
use crate::ops::gates::GateContext;
use crate::ops::session::Session;
use crate::report::PublishReport;
use forge_log::ForgeLog;
use jiff::SignedDuration;
use wanted::{PublishScope, find_wanted};

/// What `record` and `advance` bring up to date: what landed, ended or got an outcome since then.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The most changes that `record` and `advance` make.
const MAX_CHANGES: usize = 50;

/// Which deployments are published.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PublishQuery {
    /// Whole names of apps; none means all.
    pub apps: Vec<String>,
    pub selection: SelectionQuery,
    /// Every deployment since this time or revision; `None` means what runs now.
    pub since: Option<String>,
    /// The most changes; the others are left to the next run.
    pub limit: usize,
    /// True where the forge is only read.
    pub is_dry: bool,
}

/// Brings the deployments of the forge up to date.
///
/// # Errors
/// When the configuration does not ask for deployments, the forge has none, or a request fails.
pub fn publish(query: &PublishQuery, session: &Session) -> Result<PublishReport, Failure> {
    if !query.is_dry {
        session.check_write_access()?;
    }
    let repository = session.open_repository()?;
    let context = GateContext::load(session, &repository)?;
    if context.config().deployments.is_none() {
        let failure = Failure::usage("towpath.yaml does not say that the forge is told");
        return Err(failure.hint("`deployments: true` in towpath.yaml says it"));
    }
    if let Some(gap) = context.ledger.gap() {
        let failure = Failure::failed(format!("the ledger was not read: {}", gap.reason));
        return Err(failure.hint(format!("`{}` reads it", gap.remedy)));
    }
    let scope = match &query.since {
        Some(_) => {
            let window = WindowQuery { since: query.since.clone(), until: None };
            let (since, _) = window.resolve(session, &repository)?;
            PublishScope::Since(since.unwrap_or(i64::MIN))
        }
        None => PublishScope::Present,
    };
    let past = (&context.survey, &context.chronicle);
    let choice = CellSelection::new(&query.apps, &query.selection, session, past.0, past.1)?;
    publish_scope(&context, scope, &|cell| choice.contains(cell), (query.limit, query.is_dry))
}

/// Publishes what changed lately, where the configuration asks for it. A failure is a caution: the
/// next run makes up for it.
pub fn publish_recent(context: &GateContext<'_>) {
    if context.config().deployments.is_none() || context.ledger.gap().is_some() {
        return;
    }
    let session = context.session;
    let since = session.now() - RECENT;
    let scope = PublishScope::Recent(since.as_second());
    match publish_scope(context, scope, &|_| true, (MAX_CHANGES, false)) {
        Ok(report) => tell(&report, session),
        Err(failure) => {
            session.caution(&format!(
                "cannot update the deployments of the forge: {}",
                failure.message()
            ));
            for hint in failure.hints() {
                session.hint(hint);
            }
        }
    }
}

fn tell(report: &PublishReport, session: &Session) {
    let changed = report.deployments.iter().filter(|one| one.is_changed()).count();
    if changed > 0 {
        session.note(&format!("deployments of the forge: {changed} brought up to date"));
    }
    if report.left > 0 {
        session.note(&format!("deployments of the forge: {} left to the next run", report.left));
    }
}

fn publish_scope(
    context: &GateContext<'_>,
    scope: PublishScope,
    is_meant: &dyn Fn(&crate::model::CellKey) -> bool,
    (limit, is_dry): (usize, bool),
) -> Result<PublishReport, Failure> {
    let wanted = find_wanted(context, scope, is_meant)?;
    if wanted.is_empty() {
        return Ok(PublishReport::default());
    }
    let (session, config) = (context.session, context.config());
    let said = session.options.forge.to_options(config);
    let home = forge::locate_forge(said, context.repository, session)?;
    if matches!(home, forge::ForgeLocation::Plain) {
        return Err(without_deployments("a repository without a forge"));
    }
    let forge: Box<dyn Forge + '_> = forge::open_forge(&home, context.repository, None, session)?;
    let log = forge.deployments().ok_or_else(|| without_deployments(forge.kind().as_str()))?;
    let branch = context.survey.branch.as_deref().unwrap_or("HEAD");
    let longest = forge.kind().text_limits().description;
    ForgeLog { log, branch, longest, limit, is_dry }.publish(&wanted)
}

fn without_deployments(who: &str) -> Failure {
    Failure::usage(format!("{who} has no deployments that towpath could keep up to date"))
        .hint("GitHub and GitLab have them; `towpath announce` tells anybody about deployments")
}
