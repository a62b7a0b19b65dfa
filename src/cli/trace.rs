//! `towpath trace`: the way of one version through the stages.

use super::choice::TOLERANCE;
use super::chronicle::DeploymentHistory;
use super::context::CommandContext;
use super::failure::{ExitKind, Failure};
use super::output;
use super::suggest::nearest_name;
use super::survey::{RepositoryState, RevisionSelector};
use crate::history::{self, VersionQuery, VersionTrace};
use crate::model::{CellKey, Version};
use crate::report::json::TraceJson;
use crate::report::{ReportedRunPeriod, TraceReport, VersionTraceReport};
use crate::ui::{self, OutputFormat};
use clap::Args;
use std::collections::{BTreeSet, HashSet};

const EXAMPLES: &str = "\
Examples:
  towpath trace v1367                      every app that ever had this version
  towpath trace publisher@v1367            of one app
  towpath trace 27e139                     the beginning of a commit id or digest
  towpath trace \"$(git rev-parse HEAD)\"    where did my commit get to?

Exit codes:
  0  the answer was given
  1  it could not be read
  2  wrong usage or configuration; there is no such version";

/// Show where a version runs and ran, when it came and went, and how long each step took.
///
/// A version is a tag, a digest, both (`1.2@sha256:…`), or at least six digits of a commit id that is
/// part of one.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct TraceArgs {
    /// The version, of any app or of one
    #[arg(value_name = "VERSION|APP@VERSION")]
    version: String,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = output::one_of(&FORMATS))]
    output: OutputFormat,
}

const FORMATS: [OutputFormat; 2] = [OutputFormat::Table, OutputFormat::Json];

/// Answers for every app that has or had the version.
pub fn run(args: &TraceArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let survey = RepositoryState::load(context, &repository, RevisionSelector::default())?;
    survey.print_assumption(context);
    let chronicle = DeploymentHistory::load(context, &repository, &survey, TOLERANCE)?;
    let trace = TraceQuery::new(&args.version, &survey, &chronicle).find_trace()?;
    let now = context.now();
    let text = match args.output {
        OutputFormat::Json => ui::to_json(&TraceJson::new(
            &trace,
            context.shown_repository(&repository),
            now.as_second(),
        )),
        _ => ui::trace(&trace, &context.ui.out, now),
    };
    context.ui.write_answer(&text)?;
    Ok(ExitKind::Done)
}

struct TraceQuery<'a> {
    text: &'a str,
    /// Set where the text names an app.
    app: Option<&'a str>,
    version: &'a str,
    survey: &'a RepositoryState,
    chronicle: &'a DeploymentHistory<'a>,
}

impl<'a> TraceQuery<'a> {
    /// `APP@VERSION` where an app has that name, else a version.
    fn new(
        text: &'a str,
        survey: &'a RepositoryState,
        chronicle: &'a DeploymentHistory<'a>,
    ) -> Self {
        let is_app = |word: &str| {
            chronicle.cells().any(|slot| chronicle.app_words(slot).any(|name| name == word))
        };
        let (app, version) = match text.split_once('@').filter(|(word, _)| is_app(word)) {
            Some((app, version)) => (Some(app), version),
            None => (None, text),
        };
        TraceQuery { text, app, version, survey, chronicle }
    }

    fn is_meant(&self, slot: &CellKey) -> bool {
        self.app.is_none_or(|app| self.chronicle.app_words(slot).any(|word| word == app))
    }

    fn find_trace(&self) -> Result<TraceReport, Failure> {
        let standing = self.survey.mapping.entries.iter().map(|entry| &entry.version);
        let wanted =
            VersionQuery::new(self.version, self.chronicle.timeline.versions().chain(standing));
        let mut voyages = history::trace_versions(&self.chronicle.timeline, &wanted);
        voyages.retain(|voyage| voyage.stays.iter().all(|stay| self.is_meant(stay.slot)));
        let mut ways = voyages
            .iter()
            .map(|voyage| self.build_report(voyage))
            .collect::<Result<Vec<_>, _>>()?;
        self.add_standing(&wanted, &mut ways);
        for way in &mut ways {
            way.visits
                .sort_by_key(|visit| (self.cell_position(&visit.slot), visit.slot.target.clone()));
        }
        if ways.is_empty() {
            Err(self.unknown_version())
        } else {
            Ok(TraceReport { text: self.text.to_owned(), ways })
        }
    }

    fn build_report(&self, voyage: &VersionTrace<'_>) -> Result<VersionTraceReport, Failure> {
        let told = |deployment: &Option<history::Deployment<'_>>| {
            deployment.map(|deployment| self.chronicle.deployment_report(&deployment)).transpose()
        };
        let visits = voyage.stays.iter().map(|stay| {
            Ok(ReportedRunPeriod {
                slot: stay.slot.clone(),
                came: told(&stay.came)?,
                left: told(&stay.left)?,
            })
        });
        let visits: Vec<ReportedRunPeriod> = visits.collect::<Result<_, Failure>>()?;
        let name = visits
            .first()
            .map(|visit| self.chronicle.name(&visit.slot).to_owned())
            .unwrap_or_default();
        let entries = self.survey.mapping.entries.iter();
        let absent = entries.filter(|entry| {
            entry.app == *voyage.app && entry.component.as_deref() == voyage.component
        });
        let absent = absent.map(|entry| (entry.slot(), entry.version.clone()));
        let absent =
            absent.filter(|(slot, _)| visits.iter().all(|visit| visit.slot != *slot)).collect();
        let component = voyage.component.map(str::to_owned);
        Ok(VersionTraceReport { name, component, version: voyage.version.clone(), visits, absent })
    }

    /// What nothing was deployed to since history begins runs what it ran then: as in a shallow clone.
    fn add_standing(&self, wanted: &VersionQuery<'_>, ways: &mut Vec<VersionTraceReport>) {
        let deployed: HashSet<&CellKey> =
            self.chronicle.timeline.deployments().map(|deployment| deployment.slot).collect();
        for entry in &self.survey.mapping.entries {
            let slot = entry.slot();
            if deployed.contains(&slot) || !self.is_meant(&slot) || !wanted.matches(&entry.version)
            {
                continue;
            }
            let name = self.chronicle.name(&slot);
            let at = ways.iter().position(|way| way.name == name && way.version == entry.version);
            let at = at.unwrap_or_else(|| {
                let (name, component) = (name.to_owned(), slot.component.clone());
                ways.push(VersionTraceReport {
                    name,
                    component,
                    version: entry.version.clone(),
                    visits: Vec::new(),
                    absent: Vec::new(),
                });
                ways.len() - 1
            });
            ways[at].absent.retain(|(absent, _)| *absent != slot);
            ways[at].visits.push(ReportedRunPeriod { slot: slot.clone(), came: None, left: None });
        }
    }

    fn cell_position(&self, slot: &CellKey) -> usize {
        self.survey.settings.config.position(&slot.stage)
    }

    fn unknown_version(&self) -> Failure {
        let timeline = &self.chronicle.timeline;
        let ran = timeline.deployments().filter(|deployment| self.is_meant(deployment.slot));
        let versions: BTreeSet<&Version> =
            ran.filter_map(|deployment| Some(&deployment.to?.version)).collect();
        let tags: BTreeSet<&str> =
            versions.iter().filter_map(|version| version.tag.as_deref()).collect();
        let whose = self.app.map(|app| format!(" of {app}")).unwrap_or_default();
        let failure =
            Failure::usage(format!("no version `{}`{whose} was ever deployed", self.version));
        match nearest_name(self.version, tags.iter().copied()) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure
                .hint("`towpath history` lists what was deployed; of an id, six digits will do"),
        }
    }
}
