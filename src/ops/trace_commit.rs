//! `trace COMMIT`: the stages that contain a commit of an app's sources.

use crate::git::url::redact_credentials;
use crate::model::{AppName, CellKey, MappingEntry, Version};
use crate::ops::error::{Failure, FailureKind};
use crate::ops::gates::GateContext;
use crate::ops::session::Session;
use crate::ops::sources::{AppSource, SourceLookup, configured_source, source_failure};
use crate::ops::trace::{TraceAnswer, trace};
use crate::pipeline::AppComponent;
use crate::report::{
    AppCommitTrace, CellWithCommit, CommitPresence, CommitTraceReport, to_timestamp,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The source repositories that are looked through where no app is named.
const MAX_SOURCES: usize = 5;
/// The deployments of a cell that are looked through.
const MAX_DEPLOYMENTS: usize = 200;

/// A version or a commit to follow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceQuery {
    /// A version, `APP@VERSION`, the id of a commit or its start, or a pull request: `#12`.
    pub text: String,
    /// The app whose source repository has the commit.
    pub source: Option<String>,
}

/// What was followed.
pub enum TraceResult {
    Version(TraceAnswer),
    Commit(CommitTraceAnswer),
}

/// Where a commit runs, and the repository that says so.
pub struct CommitTraceAnswer {
    pub report: CommitTraceReport,
    pub repository: String,
}

/// A commit or a pull request.
enum CommitName {
    Id(String),
    PullRequest(u64),
}

/// Follows a version, and a commit of an app's sources where no version has that name.
///
/// # Errors
/// When there is no such version or commit, or sources cannot be read.
pub fn trace_any(query: &TraceQuery, session: &Session) -> Result<TraceResult, Failure> {
    let name = CommitName::parse(&query.text);
    if query.source.is_some() {
        let name = name.ok_or_else(|| {
            Failure::usage(format!("`{}` is neither a commit nor a pull request", query.text))
                .hint("seven digits of a commit id are enough; a pull request is `#12`")
        })?;
        return trace_commit(query, &name, session).map(TraceResult::Commit);
    }
    let failure = match trace(&query.text, session) {
        Ok(answer) => return Ok(TraceResult::Version(answer)),
        Err(failure) => failure,
    };
    match name.filter(|_| failure.kind() == FailureKind::Usage) {
        Some(name) => match trace_commit(query, &name, session) {
            Ok(answer) => Ok(TraceResult::Commit(answer)),
            // Without sources, the text can only have been a version.
            Err(other) if other.kind() == FailureKind::Absent => Err(failure),
            Err(other) => Err(other),
        },
        None => Err(failure),
    }
}

impl CommitName {
    fn parse(text: &str) -> Option<Self> {
        if let Some(number) = text.strip_prefix(['#', '!']) {
            return number.parse().ok().map(CommitName::PullRequest);
        }
        let is_id =
            (7..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_id.then(|| CommitName::Id(text.to_ascii_lowercase()))
    }

    fn find(&self, app: &AppName, source: &AppSource) -> Result<Option<String>, Failure> {
        let failed = |error| source_failure(app, &error);
        match self {
            CommitName::Id(id) => source.log.find_commit(std::slice::from_ref(id)).map_err(failed),
            CommitName::PullRequest(number) => {
                let found = source.log.find_pull_request(*number).map_err(failed)?;
                Ok(found.into_iter().next())
            }
        }
    }
}

fn trace_commit(
    query: &TraceQuery,
    name: &CommitName,
    session: &Session,
) -> Result<CommitTraceAnswer, Failure> {
    let repository = session.open_repository()?;
    let context = GateContext::load_names(session, &repository)?;
    let named = query.source.as_deref().map(|word| context.subject(word)).transpose()?;
    let entries = &context.survey.mapping.entries;
    let mut apps: BTreeMap<String, Vec<&AppName>> = BTreeMap::new();
    let meant: BTreeSet<&AppName> = entries
        .iter()
        .filter(|entry| named.as_ref().is_none_or(|named| named.app == entry.app))
        .map(|entry| &entry.app)
        .collect();
    for app in meant {
        if let Some(url) = configured_source(app, context.config(), &repository) {
            apps.entry(url).or_default().push(app);
        }
    }
    if apps.is_empty() {
        return Err(Failure::absent(match &named {
            Some(named) => format!("the source repository of {named} is unknown"),
            None => "no source repository of an app is known".to_owned(),
        })
        .hint("name it under `apps` in towpath.yaml: `web: {source: https://…}`"));
    }
    if apps.len() > MAX_SOURCES {
        return Err(Failure::usage(format!(
            "there are {} source repositories that may have {}",
            apps.len(),
            query.text
        ))
        .hint("name the app with --source APP"));
    }
    let mut found = Vec::new();
    for (url, apps) in &apps {
        for app in apps {
            found.extend(trace_in_app(&context, app, url, name)?);
        }
    }
    if found.is_empty() {
        let urls: Vec<String> = apps.keys().map(|url| redact_credentials(url)).collect();
        let message = format!("{} is in none of {}", query.text, urls.join(", "));
        return Err(Failure::usage(message));
    }
    let report = CommitTraceReport { text: query.text.clone(), apps: found };
    Ok(CommitTraceAnswer { report, repository: session.repository_name(&repository) })
}

/// Where a commit of an app runs; `None` if its sources do not have the commit.
fn trace_in_app(
    context: &GateContext<'_>,
    app: &AppName,
    url: &str,
    name: &CommitName,
) -> Result<Option<AppCommitTrace>, Failure> {
    let source = AppSource::open(app, url, context.config(), context.session)?;
    let Some(commit) = name.find(app, &source)? else { return Ok(None) };
    let entry = source.log.describe(&commit).map_err(|error| source_failure(app, &error))?;
    let (author, subject) = entry.map(|entry| (entry.author, entry.subject)).unwrap_or_default();
    let config = context.config();
    let lookup =
        SourceLookup { config, entries: &context.survey.mapping.entries, session: context.session };
    let mut finder = PresenceFinder {
        context,
        source: &source,
        lookup: &lookup,
        commit: &commit,
        known: HashMap::new(),
    };
    let mut here: Vec<&MappingEntry> =
        context.survey.mapping.entries.iter().filter(|entry| entry.app == *app).collect();
    here.sort_by_key(|entry| config.position(&entry.stage));
    let cells = here.into_iter().map(|entry| {
        let cell = entry.cell();
        let presence = finder.presence(&cell, &entry.version)?;
        Ok(CellWithCommit { presence, cell, version: entry.version.clone() })
    });
    let cells = cells.collect::<Result<Vec<_>, Failure>>()?;
    let source = redact_credentials(url);
    Ok(Some(AppCommitTrace { app: app.to_string(), source, commit, author, subject, cells }))
}

/// Finds out which versions contain a commit.
struct PresenceFinder<'a, 'r> {
    context: &'a GateContext<'r>,
    source: &'a AppSource,
    lookup: &'a SourceLookup<'a>,
    commit: &'a str,
    /// The answers by version; `None` where its revision is unknown.
    known: HashMap<Version, Option<bool>>,
}

impl PresenceFinder<'_, '_> {
    fn presence(&mut self, cell: &CellKey, version: &Version) -> Result<CommitPresence, Failure> {
        match self.contains(cell, version)? {
            None => return Ok(CommitPresence::Unknown(format!("no revision for {version}"))),
            Some(false) => return Ok(CommitPresence::Missing),
            Some(true) => {}
        }
        let mut since = CommitPresence::Always;
        let timeline = &self.context.chronicle.timeline;
        let deployments = timeline.deployments().filter(|one| one.cell == cell);
        for deployment in deployments.take(MAX_DEPLOYMENTS) {
            let Some(to) = deployment.to else { break };
            if self.contains(cell, &to.version)? != Some(true) {
                break;
            }
            since = CommitPresence::Since {
                version: to.version.clone(),
                time: to_timestamp(deployment.time),
                commit: deployment.commit.to_string(),
            };
        }
        Ok(since)
    }

    fn contains(&mut self, cell: &CellKey, version: &Version) -> Result<Option<bool>, Failure> {
        if let Some(known) = self.known.get(version) {
            return Ok(*known);
        }
        let failed = |error| source_failure(&cell.app, &error);
        let subject = AppComponent::of_cell(cell.clone());
        let names = self.lookup.revisions(&subject, version);
        let revision = self.source.log.find_commit(&names).map_err(failed)?;
        let answer = match revision {
            Some(revision) => {
                Some(self.source.log.contains(&revision, self.commit).map_err(failed)?)
            }
            None => None,
        };
        self.known.insert(version.clone(), answer);
        Ok(answer)
    }
}
