//! `diff`: compares two stages, times or revisions.

use crate::git::Repository;
use crate::git::revision_or_time::{TIME_FORMS, resolve_at};
use crate::history::{AheadSide, CellHistories, MERGE_TOLERANCE};
use crate::model::{CellKey, GlobPatterns, StageName, nearest_name};
use crate::ops::changes::{ChangeCell, ChangeLister};
use crate::ops::deployments::DeploymentHistory;
use crate::ops::deployments::selection::KnownNames;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::report::{DiffReport, DiffSide, SideVersion, SourceChanges};

/// The two sides to compare, and the apps to include.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiffQuery {
    /// A stage (`prod`), a stage at a revision or time (`prod@v1.2`), or a revision or time alone.
    pub left: String,
    pub right: String,
    /// Patterns; none means all apps.
    pub apps: Vec<String>,
    /// True to list the commits of the apps' sources between both sides.
    pub changes: bool,
}

/// The differences, and the repository that they were found in.
pub struct DiffAnswer {
    pub report: DiffReport,
    pub repository: String,
    /// True where the right side is the stage right after the left one.
    pub is_promotion: bool,
}

/// Compares two sides.
///
/// # Errors
/// When a side is no stage, revision or time, or the clone lacks objects.
pub fn diff(query: &DiffQuery, session: &Session) -> Result<DiffAnswer, Failure> {
    let repository = session.open_repository()?;
    let survey = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    survey.note_assumption(session);
    let chronicle = DeploymentHistory::load(session, &repository, &survey, MERGE_TOLERANCE)?;
    let courses = CellHistories::new(&chronicle.timeline);
    let asking = DiffBuilder { session, repository: &repository, survey: &survey, courses };
    let (mut left, mut right) = (asking.parse_side(&query.left)?, asking.parse_side(&query.right)?);
    // A revision beside a stage means that stage at the revision.
    let stage = left.stage.clone().or_else(|| right.stage.clone());
    left.stage = left.stage.or_else(|| stage.clone());
    right.stage = right.stage.or(stage);
    let wanted = GlobPatterns::new(&query.apps);
    KnownNames::check_apps(&wanted, &chronicle, &survey.settings.config, session)?;
    let accept =
        |cell: &CellKey| wanted.matches_any(chronicle.app_words(cell).iter().map(String::as_str));
    let left = asking.load_side(left, &accept)?;
    let right = asking.load_side(right, &accept)?;
    let mut report = asking.compare_sides(left, right, &chronicle);
    if query.changes {
        let (config, entries) = (&survey.settings.config, &survey.mapping.entries);
        add_changes(&mut report, &ChangeLister::new(&repository, config, entries, session));
    }
    let stages = report.left.stage.as_ref().zip(report.right.stage.as_ref());
    let is_promotion = stages.is_some_and(|(before, stage)| {
        let stage = survey.settings.config.stage(stage.as_str());
        stage.is_some_and(|stage| stage.after.contains(before))
    });
    let repository = session.repository_name(&repository);
    Ok(DiffAnswer { report, repository, is_promotion })
}

/// Adds the commits that one side has and the other lacks, where each runs a single version.
fn add_changes(diff: &mut DiffReport, lister: &ChangeLister<'_>) {
    let (left_stage, right_stage) = (diff.left.stage.as_ref(), diff.right.stage.as_ref());
    for difference in &mut diff.differences {
        difference.changes = match (&difference.left[..], &difference.right[..]) {
            ([], _) | (_, []) => None,
            ([left], [right]) => {
                let (left, right) = (end(left, left_stage), end(right, right_stage));
                // What is ahead has the commits.
                let is_right = matches!(difference.ahead, AheadSide::Right(_));
                let (from, to) = if is_right { (left, right) } else { (right, left) };
                Some(lister.list_between(from, to))
            }
            _ => Some(SourceChanges::Unknown {
                reason: format!("{} has several versions on one side", difference.name),
                hint: None,
            }),
        };
    }
}

fn end<'a>(side: &'a SideVersion, stage: Option<&'a StageName>) -> ChangeCell<'a> {
    ChangeCell { cell: &side.cell, version: &side.version, stage }
}

/// A side of the comparison: a stage, a time or both.
struct DiffSideSpec {
    text: String,
    stage: Option<StageName>,
    at: Option<String>,
}

struct DiffBuilder<'a> {
    session: &'a Session,
    repository: &'a Repository,
    survey: &'a RepositoryState,
    courses: CellHistories<'a>,
}

impl DiffBuilder<'_> {
    /// Parses a side: a stage, `stage@when`, or a time or revision alone.
    fn parse_side(&self, text: &str) -> Result<DiffSideSpec, Failure> {
        let config = &self.survey.settings.config;
        let named = |stage: Option<StageName>, at: Option<&str>| DiffSideSpec {
            text: text.to_owned(),
            stage,
            at: at.map(str::to_owned),
        };
        if let Some(stage) = config.stage(text) {
            return Ok(named(Some(stage.name.clone()), None));
        }
        let cut = text.match_indices('@').map(|(at, _)| (&text[..at], &text[at + 1..]));
        if let Some((stage, when)) =
            cut.filter_map(|(word, when)| Some((config.stage(word)?, when))).next()
        {
            return Ok(named(Some(stage.name.clone()), Some(when)));
        }
        let tip = self.survey.commit.map_or_else(|| self.repository.head_commit(), Ok)?;
        match resolve_at(self.repository, tip, text, self.session.local_time()) {
            Ok(_) => Ok(named(None, Some(text))),
            Err(_) => Err(self.unknown_side(text)),
        }
    }

    fn unknown_side(&self, text: &str) -> Failure {
        let failure =
            Failure::usage(format!("`{text}` is not a stage, revision or time in this repository"));
        let stages: Vec<&str> = self.survey.mapping.stages.iter().map(StageName::as_str).collect();
        let word = text.split('@').next().unwrap_or(text);
        match nearest_name(word, stages.iter().copied()) {
            Some(near) => failure.hint(format!("did you mean `{near}{}`?", &text[word.len()..])),
            None if stages.is_empty() => failure
                .hint("no stages were found here; `towpath init` shows what towpath looks for"),
            None => failure
                .hint(format!("the stages are {}", stages.join(", ")))
                .hint(format!("write a time as {TIME_FORMS}")),
        }
    }

    /// The versions on one side, for the selected apps.
    fn load_side(
        &self,
        spot: DiffSideSpec,
        accept: &dyn Fn(&CellKey) -> bool,
    ) -> Result<DiffSide, Failure> {
        let then = match spot.at.as_deref() {
            Some(at) => Some(RepositoryState::load(
                self.session,
                self.repository,
                RevisionSelector { at: Some(at), ..RevisionSelector::default() },
            )?),
            None => None,
        };
        let survey = then.as_ref().unwrap_or(self.survey);
        let is_meant = |stage: &StageName| spot.stage.as_ref().is_none_or(|wanted| wanted == stage);
        let entries = survey
            .mapping
            .entries
            .iter()
            .filter(|entry| is_meant(&entry.stage) && accept(&entry.cell()));
        let commits = self.courses.commits();
        let stage = spot.stage.as_ref();
        let commit = survey.commit_of_stage(self.session, self.repository, stage)?;
        let last = match commit {
            Some(commit) => {
                self.repository.find_on_mainline(commit, |id, _| commits.contains(&id))?
            }
            None => None,
        };
        Ok(DiffSide {
            text: spot.text,
            revision: commit.map(|commit| commit.to_string()),
            time: survey.time,
            entries: entries.cloned().collect(),
            cut: last.and_then(|commit| self.courses.of_commit(commit)).unwrap_or(usize::MAX),
            stage: spot.stage,
        })
    }

    fn compare_sides(
        &self,
        left: DiffSide,
        right: DiffSide,
        chronicle: &DeploymentHistory<'_>,
    ) -> DiffReport {
        let name = |cell: &CellKey| chronicle.name(cell).to_owned();
        let place = |stage: &StageName| self.survey.settings.config.position(stage);
        let mut diff =
            DiffReport::new(left, right, &name, &place, &|a, b| self.courses.compare_cells(a, b));
        diff.warnings.clone_from(&self.survey.mapping.warnings);
        diff
    }
}
