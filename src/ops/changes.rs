//! `changes`: the commits of an app's sources between two versions.

use crate::git::CommitRange;
use crate::git::url::redact_credentials;
use crate::model::{MappingEntry, Version};
use crate::ops::error::Failure;
use crate::ops::forge::{ForgeLocation, place_of_sources};
use crate::ops::gates::{GateContext, named_version};
use crate::ops::session::Session;
use crate::ops::sources::{
    AppSource, SourceLookup, configured_source, labelled_source, source_failure,
};
use crate::pipeline::AppComponent;
use crate::report::{ChangedCommit, ChangesEnd, ChangesReport};
use std::collections::BTreeSet;

/// More commits than any comparison has; git takes no larger numbers than those of 32 bits.
const ALL: usize = 1_000_000_000;

/// The app and both ends of the comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangesQuery {
    /// `web`, or `api/nginx`.
    pub app: String,
    /// A stage or a version; `None` for the last stage that runs the app.
    pub from: Option<String>,
    /// A stage or a version; `None` for the first stage that runs the app.
    pub to: Option<String>,
    /// The number of commits; `None` for all.
    pub limit: Option<usize>,
}

/// The commits, and the repository that deploys the app.
pub struct ChangesAnswer {
    pub report: ChangesReport,
    pub repository: String,
}

/// One end before its revision is known.
struct NamedEnd {
    stage: Option<String>,
    version: Version,
}

/// Lists the commits between two versions of an app.
///
/// # Errors
/// When an end or the source repository is unknown, or a version names no revision of it.
pub fn list_changes(query: &ChangesQuery, session: &Session) -> Result<ChangesAnswer, Failure> {
    let repository = session.open_repository()?;
    let context = GateContext::load_names(session, &repository)?;
    context.survey.note_assumption(session);
    let subject = context.subject(&query.app)?;
    let config = context.config();
    let entries = &context.survey.mapping.entries;
    let ends = EndFinder { context: &context, subject: &subject };
    let (from, to) =
        (ends.find(query.from.as_deref(), true)?, ends.find(query.to.as_deref(), false)?);
    let lookup = SourceLookup { config, entries, session };
    let url = match configured_source(&subject.app, config, &repository) {
        Some(url) => url,
        None => {
            let labels = lookup.labels(&subject, &to.version)?;
            labels.as_ref().and_then(labelled_source).ok_or_else(|| unknown_source(&subject))?
        }
    };
    let source = AppSource::open(&subject.app, &url, config, session)?;
    let range = find_range(&source, &lookup, &subject, (&from, &to), query.limit)?;
    let place = place_of_sources(&url, &ForgeLocation::Plain);
    let CommitRange { from: old, to: new, commits, unlisted, is_back } = range;
    let page = place.as_ref().map(|place| place.comparison_url(&old, &new));
    let commits = commits.into_iter().map(|commit| ChangedCommit {
        page: place.as_ref().map(|place| place.commit_url(&commit.id)),
        id: commit.id,
        author: commit.author,
        subject: commit.subject,
        is_breaking: commit.is_breaking,
    });
    let end = |end: NamedEnd, revision| ChangesEnd {
        stage: end.stage,
        version: end.version.to_string(),
        revision,
    };
    let report = ChangesReport {
        app: subject.to_string(),
        source: redact_credentials(&url),
        from: end(from, old),
        to: end(to, new),
        commits: commits.collect(),
        unlisted,
        is_back,
        page,
    };
    Ok(ChangesAnswer { report, repository: session.repository_name(&repository) })
}

/// The commits between both ends. Where the tags name no revision, the labels of the images may.
fn find_range(
    source: &AppSource,
    lookup: &SourceLookup<'_>,
    subject: &AppComponent,
    (from, to): (&NamedEnd, &NamedEnd),
    limit: Option<usize>,
) -> Result<CommitRange, Failure> {
    let revision = |end: &NamedEnd| -> Result<Vec<String>, Failure> {
        let named = lookup.revisions(subject, &end.version);
        let found = source.log.find_commit(&named);
        if found.map_err(|error| source_failure(&subject.app, &error))?.is_some() {
            return Ok(named);
        }
        let labels = lookup.labels(subject, &end.version)?;
        labels.and_then(|labels| labels.revision).map(|revision| vec![revision]).ok_or_else(|| {
            Failure::failed(format!(
                "{} has no revision for {subject} {}",
                redact_credentials(&source.url),
                end.version
            ))
            .hint("`revision` under `apps` in towpath.yaml says how tags name revisions")
        })
    };
    let (old, new) = (revision(from)?, revision(to)?);
    let limit = limit.unwrap_or(ALL);
    let range = source.log.commits_between(&old, &new, &source.folders, limit);
    let range = range.map_err(|error| source_failure(&subject.app, &error))?;
    range.ok_or_else(|| {
        Failure::failed(format!(
            "{} has no revision {} or {}",
            redact_credentials(&source.url),
            old.join(", "),
            new.join(", ")
        ))
    })
}

fn unknown_source(subject: &AppComponent) -> Failure {
    Failure::usage(format!("the source repository of {subject} is unknown")).hint(format!(
        "name it in towpath.yaml: `apps: {{{}: {{source: https://git.example.com/team/web}}}}`",
        subject.app
    ))
}

/// Finds the versions at both ends.
struct EndFinder<'a, 'r> {
    context: &'a GateContext<'r>,
    subject: &'a AppComponent,
}

impl EndFinder<'_, '_> {
    /// The version that a word names: that of a stage, or itself. Without a word, that of the last
    /// stage with the app, or of the first.
    fn find(&self, word: Option<&str>, is_last: bool) -> Result<NamedEnd, Failure> {
        let stages = &self.context.config().stages;
        let has_app = |name: &str| self.entries().any(|entry| entry.stage.as_str() == name);
        let stage = match word {
            Some(word) => self.context.config().stage(word),
            None if is_last => stages.iter().rev().find(|stage| has_app(stage.name.as_str())),
            None => stages.iter().find(|stage| has_app(stage.name.as_str())),
        };
        match (stage, word) {
            (Some(stage), _) => self.version_in(stage.name.as_str()),
            (None, Some(word)) => {
                let timeline = &self.context.chronicle.timeline;
                let ran = timeline.deployments().filter(|one| self.subject.matches_cell(one.cell));
                let ran = ran.filter_map(|one| Some(&one.to?.version));
                let here = self.entries().map(|entry| &entry.version);
                let version = named_version(word, ran.chain(here))?;
                Ok(NamedEnd { stage: None, version })
            }
            (None, None) => Err(Failure::usage(format!("no stage runs {}", self.subject))
                .hint("name both ends with --from and --to")),
        }
    }

    fn entries(&self) -> impl Iterator<Item = &MappingEntry> {
        let entries = self.context.survey.mapping.entries.iter();
        entries.filter(|entry| self.subject.matches_cell(&entry.cell()))
    }

    fn version_in(&self, stage: &str) -> Result<NamedEnd, Failure> {
        let here = self.entries().filter(|entry| entry.stage.as_str() == stage);
        let versions: BTreeSet<&Version> = here.map(|entry| &entry.version).collect();
        let shown: Vec<String> = versions.iter().map(ToString::to_string).collect();
        let mut versions = versions.into_iter();
        match (versions.next(), versions.next()) {
            (Some(version), None) => {
                Ok(NamedEnd { stage: Some(stage.to_owned()), version: version.clone() })
            }
            (None, _) => Err(Failure::usage(format!("{stage} does not run {}", self.subject))),
            (Some(_), Some(_)) => Err(Failure::usage(format!(
                "{stage} runs several versions of {}: {}",
                self.subject,
                shown.join(", ")
            ))
            .hint("name one of them in place of the stage")),
        }
    }
}
