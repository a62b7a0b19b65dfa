//! `towpath diff`: where two stages, times or revisions differ.

use super::choice::TOLERANCE;
use super::chronicle::DeploymentHistory;
use super::context::CommandContext;
use super::failure::{ExitKind, Failure};
use super::filter::GlobPatterns;
use super::suggest::nearest_name;
use super::survey::{RepositoryState, RevisionSelector};
use super::{complete, output};
use crate::config::Config;
use crate::git::Repository;
use crate::git::revision_or_time::{TIME_FORMS, resolve_at};
use crate::history::CellHistories;
use crate::model::{CellKey, StageName};
use crate::report::json::DiffJson;
use crate::report::{AheadSide, DiffReport, DiffSide};
use crate::ui::{self, OutputFormat};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

const EXAMPLES: &str = "\
Examples:
  towpath diff staging prod                     what would a promotion bring?
  towpath diff prod@yesterday prod              what changed in prod since yesterday
  towpath diff prod@'last monday' prod@v1.2
  towpath diff v1.1 v1.2                        two revisions, stage by stage
  towpath diff staging prod --exit-code -q      is prod up to date?

Exit codes:
  0  the answer was given
  1  it could not be read
  2  wrong usage or configuration
  4  they differ (only with --exit-code)";

/// Show where two stages, times or revisions differ.
///
/// A and B are each a stage (`prod`), a stage at a time or revision (`prod@2026-08-01`, `prod@v1.2`)
/// or a revision or time alone, which means all stages. For every app that differs it says which
/// side is ahead, and by how many deployments, as far as history can tell.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct DiffArgs {
    /// A stage, a stage at a time or revision, or a revision or time
    #[arg(value_name = "A", add = ArgValueCompleter::new(complete::stages))]
    left: String,

    /// What it is compared with
    #[arg(value_name = "B", add = ArgValueCompleter::new(complete::stages))]
    right: String,

    /// Only apps that fit; `*` and `?` stand for any text and any character
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::apps))]
    app: Vec<String>,

    /// End with 4 when they differ
    #[arg(long)]
    exit_code: bool,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = output::one_of(&FORMATS))]
    output: OutputFormat,
}

const FORMATS: [OutputFormat; 4] =
    [OutputFormat::Table, OutputFormat::Json, OutputFormat::Csv, OutputFormat::Markdown];

/// Answers, and says on stderr how much differs.
pub fn run(args: &DiffArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let survey = RepositoryState::load(context, &repository, RevisionSelector::default())?;
    survey.print_assumption(context);
    let chronicle = DeploymentHistory::load(context, &repository, &survey, TOLERANCE)?;
    let asking = DiffBuilder {
        context,
        repository: &repository,
        survey: &survey,
        courses: CellHistories::new(&chronicle.timeline),
    };
    let (mut left, mut right) = (asking.parse_side(&args.left)?, asking.parse_side(&args.right)?);
    // A stage beside a revision: that stage then.
    let stage = left.stage.clone().or_else(|| right.stage.clone());
    left.stage = left.stage.or_else(|| stage.clone());
    right.stage = right.stage.or(stage);
    let wanted = GlobPatterns::new(&args.app);
    let accept = |slot: &CellKey| wanted.matches_any(chronicle.app_words(slot));
    let diff = asking.compare_sides(
        asking.load_side(left, &accept)?,
        asking.load_side(right, &accept)?,
        &chronicle,
    );
    let text = match args.output {
        OutputFormat::Json => {
            ui::to_json(&DiffJson::new(&diff, context.shown_repository(&repository)))
        }
        OutputFormat::Csv => ui::diff_csv(&diff),
        OutputFormat::Markdown => ui::diff_markdown(&diff),
        _ => ui::diff(&diff, &context.ui.out),
    };
    context.ui.write_answer(&text)?;
    if args.output == OutputFormat::Table {
        context.ui.print_note(&summary_sentence(&diff, &survey.settings.config));
    }
    context.ui.print_warnings(&diff.warnings);
    Ok(if args.exit_code && !diff.differences.is_empty() {
        ExitKind::Different
    } else {
        ExitKind::Done
    })
}

/// A side as it was named: which stage, and when.
struct DiffSideSpec {
    text: String,
    stage: Option<StageName>,
    at: Option<String>,
}

struct DiffBuilder<'a> {
    context: &'a CommandContext,
    repository: &'a Repository,
    survey: &'a RepositoryState,
    courses: CellHistories<'a>,
}

impl DiffBuilder<'_> {
    /// What a text names: a stage, `stage@when`, or when alone.
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
        match resolve_at(self.repository, tip, text, &self.context.environment.now) {
            Ok(_) => Ok(named(None, Some(text))),
            Err(_) => Err(self.unknown_side(text)),
        }
    }

    fn unknown_side(&self, text: &str) -> Failure {
        let failure =
            Failure::usage(format!("`{text}` is no stage, revision or time of this repository"));
        let stages: Vec<&str> = self.survey.mapping.stages.iter().map(StageName::as_str).collect();
        let word = text.split('@').next().unwrap_or(text);
        match nearest_name(word, stages.iter().copied()) {
            Some(near) => failure.hint(format!("did you mean `{near}{}`?", &text[word.len()..])),
            None => failure
                .hint(format!("the stages are {}", stages.join(", ")))
                .hint(format!("a time can be written {TIME_FORMS}")),
        }
    }

    /// What runs at a spot, of the apps that are meant.
    fn load_side(
        &self,
        spot: DiffSideSpec,
        accept: &dyn Fn(&CellKey) -> bool,
    ) -> Result<DiffSide, Failure> {
        let then = match spot.at.as_deref() {
            Some(at) => Some(RepositoryState::load(
                self.context,
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
            .filter(|entry| is_meant(&entry.stage) && accept(&entry.slot()));
        let commits = self.courses.commits();
        let last = match survey.commit {
            Some(commit) => {
                self.repository.find_on_mainline(commit, |id, _| commits.contains(&id))?
            }
            None => None,
        };
        Ok(DiffSide {
            text: spot.text,
            revision: survey.commit.map(|commit| commit.to_string()),
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
        let name = |slot: &CellKey| chronicle.name(slot).to_owned();
        let place = |stage: &StageName| self.survey.settings.config.position(stage);
        let mut diff =
            DiffReport::new(left, right, &name, &place, &|a, b| self.courses.compare_cells(a, b));
        diff.warnings.clone_from(&self.survey.mapping.warnings);
        diff
    }
}

fn summary_sentence(diff: &DiffReport, config: &Config) -> String {
    let (left, right) = (&diff.left.text, &diff.right.text);
    let (differing, compared) = (diff.differences.len(), diff.compared);
    if differing == 0 {
        let apps = if compared == 1 { "app" } else { "apps" };
        return format!("{left} and {right} do not differ, in {compared} {apps}");
    }
    let follows =
        diff.left.stage.as_ref().zip(diff.right.stage.as_ref()).is_some_and(|(before, stage)| {
            config.stage(stage.as_str()).is_some_and(|stage| stage.after.contains(before))
        });
    let promotion = if follows { promotion_text(diff) } else { String::new() };
    format!("{differing} of {compared} differ{promotion}")
}

/// What a promotion would do to the stage on the right.
fn promotion_text(diff: &DiffReport) -> String {
    let count = |ahead: fn(&AheadSide) -> bool| {
        diff.differences.iter().filter(|difference| ahead(&difference.ahead)).count()
    };
    let forward = count(|ahead| matches!(ahead, AheadSide::Left(_)));
    let back = match count(|ahead| matches!(ahead, AheadSide::Right(_))) {
        0 => String::new(),
        back => format!(" and takes {back} back"),
    };
    format!("; a promotion to {} brings {forward} forward{back}", diff.right.text)
}
