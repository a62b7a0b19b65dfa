//! `changes`: the commits of an app's sources between two versions.

use crate::config::Config;
use crate::git::url::redact_credentials;
use crate::git::{CommitRange, Repository};
use crate::model::{CellKey, MappingEntry, StageName, Version};
use crate::ops::error::Failure;
use crate::ops::forge::{ForgeLocation, place_of_sources};
use crate::ops::gates::{GateContext, named_version};
use crate::ops::session::Session;
use crate::ops::sources::{
    AppSource, SourceLookup, configured_source, labelled_source, source_failure,
};
use crate::pipeline::AppComponent;
use crate::report::{ChangedCommit, ChangesEnd, ChangesReport, DeploymentReport, SourceChanges};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    let ends = EndFinder { context: &context, subject: &subject };
    let (from, to) =
        (ends.find(query.from.as_deref(), true)?, ends.find(query.to.as_deref(), false)?);
    let lister =
        ChangeLister::new(&repository, context.config(), &context.survey.mapping.entries, session);
    let report = lister.list_commits(&subject, (from, to), query.limit)?;
    Ok(ChangesAnswer { report, repository: session.repository_name(&repository) })
}

/// The number of commits that another answer lists for each app.
const LISTED: usize = 20;

/// Lists the commits between versions of several apps. Each source repository is opened once.
pub struct ChangeLister<'a> {
    repository: &'a Repository,
    lookup: SourceLookup<'a>,
    sources: RefCell<HashMap<String, Result<Rc<AppSource>, Failure>>>,
}

impl<'a> ChangeLister<'a> {
    /// Creates a lister for the apps of a state. Nothing is read yet.
    pub fn new(
        repository: &'a Repository,
        config: &'a Config,
        entries: &'a [MappingEntry],
        session: &'a Session,
    ) -> Self {
        let lookup = SourceLookup { config, entries, session };
        ChangeLister { repository, lookup, sources: RefCell::default() }
    }

    /// The commits between two versions, or why they are unknown.
    pub fn list_between(&self, from: ChangeCell<'_>, to: ChangeCell<'_>) -> SourceChanges {
        let subject = self.subject(to.cell);
        let listed = self.list_commits(&subject, (from.named_end(), to.named_end()), Some(LISTED));
        match listed {
            Ok(report) => SourceChanges::Known(Box::new(report)),
            Err(failure) => {
                let causes = failure.causes().into_iter().map(|cause| format!(": {cause}"));
                let reason = failure.message() + &causes.collect::<String>();
                SourceChanges::Unknown { reason, hint: failure.hints().first().cloned() }
            }
        }
    }

    /// The app of a cell, with the image if the app has several.
    fn subject(&self, cell: &CellKey) -> AppComponent {
        let entries = self.lookup.entries.iter().filter(|entry| entry.app == cell.app);
        let images: BTreeSet<_> = entries.map(|entry| entry.component.as_ref()).collect();
        let component = cell.component.clone().filter(|_| images.len() > 1);
        AppComponent { app: cell.app.clone(), component }
    }

    /// Adds the commits that deployments brought, where one version took the place of another.
    pub fn add_to_deployments(&self, deployments: &mut [DeploymentReport]) {
        for deployment in deployments {
            let versions = deployment.from.as_ref().zip(deployment.to.as_ref());
            let Some((from, to)) = versions else { continue };
            let cell = &deployment.cell;
            let end = |version, stage| ChangeCell { cell, version, stage };
            let changes = self.list_between(
                end(&from.version, None),
                end(&to.version, Some(&deployment.cell.stage)),
            );
            deployment.changes = Some(changes);
        }
    }

    fn list_commits(
        &self,
        subject: &AppComponent,
        (from, to): (NamedEnd, NamedEnd),
        limit: Option<usize>,
    ) -> Result<ChangesReport, Failure> {
        let url = match configured_source(&subject.app, self.lookup.config, self.repository) {
            Some(url) => url,
            None => {
                let labels = self.lookup.labels(subject, &to.version)?;
                labels.as_ref().and_then(labelled_source).ok_or_else(|| unknown_source(subject))?
            }
        };
        let source = self.open_source(subject, &url)?;
        let range = find_range(&source, &self.lookup, subject, (&from, &to), limit)?;
        Ok(make_report(subject, &url, (from, to), range))
    }

    /// The clone of a source repository. Apps that are built from other folders have their own.
    fn open_source(&self, subject: &AppComponent, url: &str) -> Result<Rc<AppSource>, Failure> {
        let SourceLookup { config, session, .. } = self.lookup;
        let folders = config.apps.paths_of(&subject.app);
        let key = format!("{url} {}", folders.join(" "));
        let mut sources = self.sources.borrow_mut();
        let open = || AppSource::open(&subject.app, url, config, session).map(Rc::new);
        sources.entry(key).or_insert_with(open).clone()
    }
}

/// A version at one end of a comparison, with the cell that it is of.
#[derive(Clone, Copy)]
pub struct ChangeCell<'a> {
    pub cell: &'a CellKey,
    pub version: &'a Version,
    /// The stage that runs it, if the answer is to name it.
    pub stage: Option<&'a StageName>,
}

impl ChangeCell<'_> {
    fn named_end(self) -> NamedEnd {
        NamedEnd { stage: self.stage.map(ToString::to_string), version: self.version.clone() }
    }
}

fn make_report(
    subject: &AppComponent,
    url: &str,
    (from, to): (NamedEnd, NamedEnd),
    range: CommitRange,
) -> ChangesReport {
    let place = place_of_sources(url, &ForgeLocation::Plain);
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
    ChangesReport {
        app: subject.to_string(),
        source: redact_credentials(url),
        from: end(from, old),
        to: end(to, new),
        commits: commits.collect(),
        unlisted,
        is_back,
        page,
    }
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
