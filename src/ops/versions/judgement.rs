//! Whether a version in the registry may be deployed to the first stage, and if not why.

use super::ordering::{Candidate, OrderedTags};
use crate::config::Stage;
use crate::config::gates::{Gate, GateKind};
use crate::model::{MappingEntry, SchemeTag, Version, branch_slug};
use crate::ops::gates::GateContext;
use crate::ops::registries::{AppImage, AttestationCheck};
use crate::pipeline::ExternalAnswer;
use crate::registry::RegistryClient;
use crate::report::{AvailableVersion, VersionObstacle, to_timestamp};

/// Judges the versions of an app.
pub(super) struct VersionJudge<'a, 'r> {
    context: &'a GateContext<'r>,
    image: &'a AppImage,
    client: &'a RegistryClient,
    /// The first stage that has the app.
    stage: Option<&'a Stage>,
    branch: Option<&'a str>,
    /// What the first stage runs, as tag and rank; the newest, if targets differ.
    running: Option<(String, usize)>,
    /// What the first stage runs where the registry has it no more, as the scheme reads it.
    vanished: Option<SchemeTag>,
}

impl<'a, 'r> VersionJudge<'a, 'r> {
    pub fn new(
        context: &'a GateContext<'r>,
        image: &'a AppImage,
        client: &'a RegistryClient,
        ordered: &OrderedTags,
    ) -> Self {
        let config = context.config();
        let stage =
            config.stages.iter().filter(|stage| stage.after.is_empty()).find(|stage| {
                context.survey.mapping.entries.iter().any(|entry| {
                    entry.stage == stage.name && image.subject.matches_cell(&entry.cell())
                })
            });
        let mut judge = VersionJudge {
            context,
            image,
            client,
            stage,
            branch: config.apps.branch_of(&image.name()),
            running: None,
            vanished: None,
        };
        let running = ordered.candidates.iter().filter(|one| judge.runs_in_first(one));
        let newest = running.filter_map(|one| Some((one.tag.tag.clone(), one.rank?))).next();
        judge.running = newest;
        if judge.running.is_none() {
            let scheme = config.apps.scheme_of(&image.name());
            let tags = judge.first_entries().filter_map(|entry| entry.version.tag.as_deref());
            let read = tags.filter_map(|tag| scheme?.read(tag).ok());
            judge.vanished = read.max_by(SchemeTag::compare);
        }
        judge
    }

    pub fn stage_name(&self) -> Option<String> {
        self.stage.map(|stage| stage.name.to_string())
    }

    /// The version with its judgement.
    pub fn judge(&self, one: &Candidate) -> AvailableVersion {
        let facts = one.facts.as_ref();
        AvailableVersion {
            tag: one.tag.tag.clone(),
            digest: one.digest.clone(),
            built: one.time().map(to_timestamp),
            branch: one.tag.parts.branch.clone(),
            commit: one.tag.parts.commit.clone().or_else(|| facts?.revision.clone()),
            platforms: facts.map(|facts| facts.platforms.clone()).unwrap_or_default(),
            stages: self.stages_of(one),
            obstacle: self.obstacle(one),
        }
    }

    fn obstacle(&self, one: &Candidate) -> Option<VersionObstacle> {
        let obstacle = |code, reason| Some(VersionObstacle { code, reason });
        if let Some(trouble) = &one.trouble {
            return obstacle("unreadable", trouble.clone());
        }
        if let (Some(wanted), Some(branch)) = (self.branch, &one.tag.parts.branch)
            && branch_slug(wanted) != branch_slug(branch)
        {
            return obstacle("branch", format!("built from {branch}, not from {wanted}"));
        }
        let version = Version { tag: Some(one.tag.tag.clone()), digest: one.digest.clone() };
        let ledger = &self.context.ledger;
        if let Some((event, why)) = ledger.find_rejection(&self.image.subject, &version, None) {
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            return obstacle("rejected", format!("rejected by {}{why}", event.by.name));
        }
        let Some(rank) = one.rank else {
            return obstacle("unordered", "its place in the order is unknown".to_owned());
        };
        let stage = self.stage.map(|stage| stage.name.as_str())?;
        if self.runs_in_all_first(one) {
            return obstacle("runs", format!("{stage} runs it"));
        }
        if let Some(gone) = self.vanished.as_ref().filter(|gone| one.tag.compare(gone).is_lt()) {
            let reason = format!("older than {}, which {stage} runs", gone.tag);
            return obstacle("older", reason);
        }
        if let Some((tag, running)) = &self.running
            && rank > *running
        {
            return obstacle("older", format!("older than {tag}, which {stage} runs"));
        }
        self.attestation_obstacle(&version)
    }

    /// The obstacle where the first stage has the gate `attested`, and the image does not bear what
    /// it asks for. Only versions that may be deployed otherwise are asked about.
    fn attestation_obstacle(&self, version: &Version) -> Option<VersionObstacle> {
        let (config, stage) = (self.context.config(), self.stage?);
        let app = &self.image.subject.app;
        let rules = config.pipeline.rules_for(GateKind::Attested, &stage.name, app);
        let read_file = |path: &str| self.context.read_committed(path);
        let check = AttestationCheck {
            client: self.client,
            place: &self.image.place,
            read_file: &read_file,
            session: self.context.session,
        };
        let answers = rules.iter().filter_map(|rule| match &rule.gate {
            Gate::Attested(wanted) => Some(check.check(wanted, version)),
            _ => None,
        });
        answers.into_iter().find_map(|answer| {
            let (code, reason) = match answer {
                ExternalAnswer::Open => return None,
                ExternalAnswer::Shut(reason) => ("not-attested", reason),
                ExternalAnswer::NoAnswer(why) => ("not-attested", format!("no answer: {why}")),
            };
            Some(VersionObstacle { code, reason })
        })
    }

    fn entries(&self) -> impl Iterator<Item = &'a MappingEntry> {
        let entries = self.context.survey.mapping.entries.iter();
        let subject = &self.image.subject;
        entries.filter(move |entry| subject.matches_cell(&entry.cell()))
    }

    fn stages_of(&self, one: &Candidate) -> Vec<String> {
        let mut entries: Vec<&MappingEntry> =
            self.entries().filter(|entry| is_version(entry, one)).collect();
        entries.sort_by_key(|entry| self.context.config().position(&entry.stage));
        let mut out: Vec<String> = entries
            .into_iter()
            .map(|entry| match &entry.target {
                Some(target) => format!("{} ({target})", entry.stage),
                None => entry.stage.to_string(),
            })
            .collect();
        out.dedup();
        out
    }

    fn first_entries(&self) -> impl Iterator<Item = &'a MappingEntry> {
        let stage = self.stage.map(|stage| &stage.name);
        self.entries().filter(move |entry| Some(&entry.stage) == stage)
    }

    fn runs_in_first(&self, one: &Candidate) -> bool {
        self.first_entries().any(|entry| is_version(entry, one))
    }

    fn runs_in_all_first(&self, one: &Candidate) -> bool {
        let mut entries = self.first_entries().peekable();
        entries.peek().is_some() && entries.all(|entry| is_version(entry, one))
    }
}

/// True where an entry has this version. A digest decides where both sides have one, as a tag may
/// have moved.
fn is_version(entry: &MappingEntry, one: &Candidate) -> bool {
    let known = Version { tag: Some(one.tag.tag.clone()), digest: one.digest.clone() };
    entry.version.is_same(&known)
}
