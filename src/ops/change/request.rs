//! The request of a change, and how it becomes a plan.

mod app_patterns;
mod versions;

use crate::config::Stage;
use crate::model::{AppName, CellKey, MappingEntry, StageName, TargetName, Version};
use crate::ops::change::base::PlanBase;
use crate::ops::change::stage_edges::{StageEdge, first_stage_failure, stage_edges};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::suggest::{STAGE_USAGE, unknown_app, unknown_name};
use crate::promotion::{
    EditBase, EditConsent, ItemOutcome, PastVersion, PastVersions, Plan, PlanRequest,
    VersionSource, make_plan,
};
use crate::report::{PlanReport, display_names, to_timestamp};
use app_patterns::expand_patterns;
use std::collections::{BTreeMap, BTreeSet};

/// One of the three commands that change versions.
#[derive(Debug, Clone)]
pub enum ChangeRequest {
    /// Promotes the named apps, or all of them if none are named.
    Promote {
        apps: Vec<String>,
        from: Option<String>,
        to: Option<String>,
        version: Option<String>,
    },
    Deploy {
        app: String,
        version: String,
        stage: Option<String>,
        /// True where the digest of the version is written although the files had none.
        pins_digest: bool,
    },
    RollBack {
        app: String,
        stage: String,
        to: Option<String>,
    },
}

/// Options for making a plan.
#[derive(Debug, Clone, Copy)]
pub struct PlanOptions<'a> {
    /// The targets to change; empty means all, or those of the next wave.
    pub targets: &'a [TargetName],
    /// True where all targets of a stage change together, in spite of its waves.
    pub at_once: bool,
    pub consent: EditConsent,
    /// True where one commit contains all apps.
    pub together: bool,
    /// True where the user may be asked for open choices.
    pub ask: bool,
}

/// The display names of apps and components.
type DisplayNames = BTreeMap<(AppName, Option<String>), String>;

impl ChangeRequest {
    /// Makes the plan on one state.
    ///
    /// # Errors
    /// When a name is unknown, or the stage is ambiguous.
    pub fn make_plan(
        &self,
        session: &Session,
        plan_base: &PlanBase<'_>,
        edit_base: &EditBase<'_>,
        terms: PlanOptions<'_>,
    ) -> Result<Option<PlanReport>, Failure> {
        let entries = plan_base.with_stages(edit_base.to_mapping().entries)?;
        let mut terms = terms;
        terms.consent.pin_digest |= matches!(self, ChangeRequest::Deploy { pins_digest: true, .. });
        let desk = Planner {
            session,
            plan_base,
            edit_base,
            terms,
            names: display_names(&entries),
            entries,
        };
        desk.check_target()?;
        match self {
            ChangeRequest::Promote { apps, from, to, version } => desk
                .plan_promotion(apps, from.as_deref(), to.as_deref(), version.as_deref())
                .map(Some),
            ChangeRequest::Deploy { app, version, stage, .. } => {
                desk.plan_deployment(app, version, stage.as_deref()).map(Some)
            }
            ChangeRequest::RollBack { app, stage, to } => desk.rollback(app, stage, to.as_deref()),
        }
    }
}

/// The answer of the user.
enum PickAnswer {
    Picked(Version),
    NothingToAsk,
    GaveUp,
}

/// Makes plans on one state of the repository.
struct Planner<'a> {
    session: &'a Session,
    plan_base: &'a PlanBase<'a>,
    edit_base: &'a EditBase<'a>,
    terms: PlanOptions<'a>,
    names: DisplayNames,
    entries: Vec<MappingEntry>,
}

impl Planner<'_> {
    fn plan_promotion(
        &self,
        apps: &[String],
        from: Option<&str>,
        to: Option<&str>,
        version: Option<&str>,
    ) -> Result<PlanReport, Failure> {
        let names: Vec<String> = self.entries.iter().map(|entry| entry.app.to_string()).collect();
        let apps = &expand_patterns(apps, &names)[..];
        self.check_apps(apps)?;
        // The past of an assumed stage tells whether it is one.
        let is_assumed = from.is_none() && self.plan_base.settings.stages_are_assumed;
        let past = if version.is_some() || is_assumed {
            self.plan_base.load_past_versions(self.session)?
        } else {
            Default::default()
        };
        let version = version.map(|text| self.known_version(text, apps, &past)).transpose()?;
        let mut last = None;
        for (before, stage) in self.matching_edges(from, to)? {
            let before = match from {
                Some(_) => before,
                None => self.previous_stage_of(apps, stage).unwrap_or(before),
            };
            if is_assumed {
                versions::check_is_alive(&before.name, &past)?;
            }
            let entries = &self.entries;
            let choice = match &version {
                Some(version) => {
                    VersionSource::Ran { stage: &before.name, entries, version, past: &past }
                }
                None => VersionSource::Runs { stage: &before.name, entries },
            };
            let mut plan = self.plan_stage(stage, choice, apps)?;
            if from.is_none() {
                self.name_other_sources(&mut plan);
            }
            let moves = plan.moving_items().next().is_some();
            let planned = PlanReport { from: Some(before.name.clone()), ..self.to_report(plan) };
            if moves {
                return Ok(planned);
            }
            last = Some(planned);
        }
        last.ok_or_else(|| {
            Failure::usage("no stage comes after another, so nothing can be promoted")
        })
    }

    fn plan_deployment(
        &self,
        app: &str,
        version: &str,
        stage: Option<&str>,
    ) -> Result<PlanReport, Failure> {
        let apps = [app.to_owned()];
        self.check_apps(&apps)?;
        let stages = &self.plan_base.settings.config.stages;
        let first =
            || stages.iter().find(|stage| stage.after.is_empty()).or_else(|| stages.first());
        let stage = match stage {
            Some(word) => self.stage(word)?,
            None => first().ok_or_else(|| Failure::usage("this repository has no stages"))?,
        };
        let version = self.new_version(version, &apps, stage)?;
        Ok(self.to_report(self.plan_stage(stage, VersionSource::Made(&version), &apps)?))
    }

    /// Plans a rollback; `None` where the user chose nothing.
    fn rollback(
        &self,
        app: &str,
        stage: &str,
        to: Option<&str>,
    ) -> Result<Option<PlanReport>, Failure> {
        let apps = [app.to_owned()];
        self.check_apps(&apps)?;
        let stage = self.stage(stage)?;
        let past = self.plan_base.load_past_versions(self.session)?;
        let mut version = to.map(|text| self.known_version(text, &apps, &past)).transpose()?;
        if version.is_none() && self.terms.ask {
            match self.asked_back(app, stage, &past)? {
                PickAnswer::Picked(picked) => version = Some(picked),
                PickAnswer::NothingToAsk => {}
                PickAnswer::GaveUp => return Ok(None),
            }
        }
        let choice = match &version {
            Some(version) => VersionSource::Back { version, past: &past },
            None => VersionSource::Before(&past),
        };
        let planned = self.to_report(self.plan_stage(stage, choice, &apps)?);
        Ok(Some(PlanReport { is_rollback: true, ..planned }))
    }

    /// Lets the user choose from the versions that a stage has run, newest first.
    fn asked_back(
        &self,
        app: &str,
        stage: &Stage,
        past: &PastVersions,
    ) -> Result<PickAnswer, Failure> {
        let apps = [app.to_owned()];
        let named = self.app_filter(&apps);
        let here =
            self.entries.iter().find(|entry| entry.stage == stage.name && named(&entry.cell()));
        let ran =
            here.and_then(|entry| past.get(&entry.cell())).map(Vec::as_slice).unwrap_or_default();
        let mut older: Vec<&PastVersion> = Vec::new();
        for one in ran.iter().filter(|one| here.is_none_or(|entry| entry.version != one.version)) {
            if !older.iter().any(|known| known.version == one.version) {
                older.push(one);
            }
        }
        if older.is_empty() {
            return Ok(PickAnswer::NothingToAsk);
        }
        let now = self.session.now();
        let shown = |ran: &&PastVersion| {
            format!(
                "{}   {} ago",
                ran.version,
                crate::model::format_age(to_timestamp(ran.time), now)
            )
        };
        let question = format!("Which version of {app} should {} return to?", stage.name);
        let items: Vec<String> = older.iter().map(shown).collect();
        let Some(person) = self.session.questions() else { return Ok(PickAnswer::NothingToAsk) };
        let picked = person.pick(&question, &items)?;
        let picked = picked.and_then(|index| older.get(index));
        Ok(picked.map_or(PickAnswer::GaveUp, |ran| PickAnswer::Picked(ran.version.clone())))
    }

    fn plan_stage(
        &self,
        stage: &Stage,
        choice: VersionSource<'_>,
        apps: &[String],
    ) -> Result<Plan, Failure> {
        let goes_back = matches!(choice, VersionSource::Before(_) | VersionSource::Back { .. });
        let waves = self.plan_base.settings.config.pipeline.waves_of(&stage.name);
        let named = self.app_filter(apps);
        let request = PlanRequest {
            to: &stage.name,
            targets: self.terms.targets,
            waves: waves.filter(|_| !self.terms.at_once && !goes_back),
            choice,
            named: (!apps.is_empty()).then_some(&named as &dyn Fn(&CellKey) -> bool),
            consent: self.terms.consent,
            together: self.terms.together,
        };
        if stage.branch.is_none() {
            return Ok(make_plan(self.edit_base, &request));
        }
        let plan_base = self.plan_base.for_stage(&stage.name);
        Ok(make_plan(&plan_base.load_edit_base()?, &request))
    }

    fn to_report(&self, plan: Plan) -> PlanReport {
        let plan_base = self.plan_base.for_stage(&plan.to);
        PlanReport {
            repository: self.session.repository_name(self.plan_base.repository),
            branch: plan_base.branch.clone(),
            revision: plan_base.tip.to_string(),
            from: None,
            is_rollback: false,
            plan,
            gates: Vec::new(),
        }
    }

    /// The pairs of stages that match `from` and `to`, in pipeline order.
    fn matching_edges(
        &self,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<Vec<StageEdge<'_>>, Failure> {
        let config = &self.plan_base.settings.config;
        let from = from.map(|word| self.stage(word)).transpose()?;
        let to = to.map(|word| self.stage(word)).transpose()?;
        if let (Some(from), Some(to)) = (from, to) {
            return Ok(vec![(from, to)]);
        }
        let fits = |(before, stage): &StageEdge<'_>| {
            from.is_none_or(|from| from.name == before.name)
                && to.is_none_or(|to| to.name == stage.name)
        };
        let found: Vec<StageEdge<'_>> = stage_edges(config).into_iter().filter(fits).collect();
        match (from, to, found.len()) {
            (_, Some(to), 0) => Err(first_stage_failure(to)),
            (Some(from), _, 0) => Err(Failure::usage(format!(
                "{} is a last stage, so no stage comes after it",
                from.name
            ))),
            (_, Some(to), 2..) => {
                let before: Vec<&str> =
                    found.iter().map(|(before, _)| before.name.as_str()).collect();
                let failure =
                    Failure::usage(format!("{} comes after {}", to.name, before.join(" and ")));
                Err(failure.hint("choose one of them with --from"))
            }
            _ => Ok(found),
        }
    }

    /// The stage that the named apps come from, by the rule of the gates: the nearest one before
    /// that has them. `None` where it is not the same single stage for all.
    fn previous_stage_of(&self, apps: &[String], stage: &Stage) -> Option<&Stage> {
        let config = &self.plan_base.settings.config;
        let nearest = |app: &String| {
            let apps = std::slice::from_ref(app);
            let named = self.app_filter(apps);
            config.nearest_previous(&stage.name, &|before| {
                self.entries.iter().any(|entry| entry.stage == *before && named(&entry.cell()))
            })
        };
        let found: BTreeSet<Vec<StageName>> = apps.iter().map(nearest).collect();
        match found.first().map(Vec::as_slice) {
            Some([one]) if found.len() == 1 => config.stage(one.as_str()),
            _ => None,
        }
    }

    /// Names the stage that an app comes from where the stage right before does not run it.
    fn name_other_sources(&self, plan: &mut Plan) {
        let Some(stage) = self.plan_base.settings.config.stage(plan.to.as_str()) else { return };
        for item in &mut plan.items {
            let name = item.name();
            let other = self.previous_stage_of(std::slice::from_ref(&name), stage);
            let ItemOutcome::Refused(obstacle) = &mut item.outcome else { continue };
            if let Some(other) = other.filter(|_| obstacle.code == "not-upstream") {
                obstacle.hint = Some(format!(
                    "`towpath promote {name} --to {}` takes it from {other}",
                    stage.name,
                    other = other.name
                ));
            }
        }
    }

    fn stage(&self, word: &str) -> Result<&Stage, Failure> {
        let config = &self.plan_base.settings.config;
        let names: Vec<String> = config.stages.iter().map(|stage| stage.name.to_string()).collect();
        config.stage(word).ok_or_else(|| unknown_name("stage", word, &config.stage_words(), &names))
    }

    fn app_filter<'s>(&'s self, apps: &'s [String]) -> impl Fn(&CellKey) -> bool + 's {
        move |cell| apps.iter().any(|app| self.app_words(cell).iter().any(|word| word == app))
    }

    fn app_words(&self, cell: &CellKey) -> Vec<String> {
        let name = self.names.get(&(cell.app.clone(), cell.component.clone())).cloned();
        name.into_iter().chain(cell.full_name()).chain([cell.app.to_string()]).collect()
    }

    fn check_apps(&self, apps: &[String]) -> Result<(), Failure> {
        let words: Vec<String> =
            self.entries.iter().flat_map(|entry| self.app_words(&entry.cell())).collect();
        match apps.iter().find(|app| !words.contains(app)) {
            Some(app) => {
                let shown: Vec<String> = self.names.values().cloned().collect();
                let config = &self.plan_base.settings.config;
                Err(unknown_app(app, &words, &shown, (config, STAGE_USAGE)))
            }
            None => Ok(()),
        }
    }

    fn check_target(&self) -> Result<(), Failure> {
        let known: Vec<&TargetName> =
            self.entries.iter().filter_map(|entry| entry.target.as_ref()).collect();
        match self.terms.targets.iter().find(|target| !known.contains(target)) {
            Some(target) => {
                let words: Vec<String> = known.into_iter().map(ToString::to_string).collect();
                Err(unknown_name("target", target.as_str(), &words, &words))
            }
            None => Ok(()),
        }
    }
}
