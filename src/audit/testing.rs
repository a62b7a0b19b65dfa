//! Test bench for audit rules.

use super::context::AuditCache;
use super::{
    AuditContext, AuditRule, Finding, ImageSighting, LiveSighting, MappedFileChange,
    RecordedDigests, RegistryAnswers, SightingKind, TagState, run_rules, unjudged_rules,
};
use crate::config::{self, Config};
use crate::git::GitIdentity;
use crate::history::testing::{oid, timeline};
use crate::history::{CommitDetails, CommitFlags, TimeWindow, Timeline, classify};
use crate::model::{
    CellKey, Confidence, EntryNote, ImagePart, Location, MappingEntry, SourceKind, Span, Version,
};
use crate::pipeline::ledger::{EventAuthor, EventKind, Ledger, LedgerEvent};
use crate::pipeline::{DeploymentIndex, Evidence, ExternalFacts};
use jiff::Timestamp;
use std::collections::HashMap;
use std::rc::Rc;

/// A repository with a history. Times are minutes since 1970.
pub(super) struct AuditBench {
    config: Config,
    timeline: Timeline,
    entries: Vec<MappingEntry>,
    events: Vec<LedgerEvent>,
    accounts: HashMap<usize, CommitDetails>,
    touches: Vec<MappedFileChange>,
    now: i64,
    /// The only stage to audit.
    only: Option<&'static str>,
    seen: Option<Vec<LiveSighting>>,
    images: Option<Vec<ImageSighting>>,
}

impl AuditBench {
    /// `config` is `towpath.yaml`; unless it starts with stages these are dev, staging and prod.
    /// Deployments as in [`timeline`]. The mapping is what ran last.
    pub fn new(config: &str, deployments: &[&str]) -> Self {
        let stages =
            if config.starts_with("stages:") { "" } else { "stages: [dev, staging, prod]\n" };
        let text = format!("{stages}{config}");
        let config = config::parse(&text, "towpath.yaml").unwrap_or_else(|error| panic!("{error}"));
        let timeline = timeline(deployments);
        let entries = standing(&timeline);
        AuditBench {
            config,
            timeline,
            entries,
            events: Vec::new(),
            accounts: HashMap::new(),
            touches: Vec::new(),
            now: 1_000_000,
            only: None,
            seen: None,
            images: None,
        }
    }

    /// Adds a note to the current entries of an app.
    pub fn note(mut self, app: &str, note: &EntryNote) -> Self {
        let meant = self.entries.iter_mut().filter(|entry| entry.app.as_str() == app);
        meant.for_each(|entry| entry.notes.push(note.clone()));
        self
    }

    /// Sets the details of the commit with this number, counted from the oldest.
    pub fn account(
        mut self,
        number: usize,
        who: &str,
        change: impl Fn(&mut CommitDetails),
    ) -> Self {
        let mut account = usual(who);
        change(&mut account);
        self.accounts.insert(number, account);
        self
    }

    /// Adds an event.
    pub fn event(mut self, minute: i64, who: &str, what: EventKind) -> Self {
        let time = Timestamp::from_second(minute * 60).expect("in range");
        let by = EventAuthor { name: who.to_owned(), email: format!("{who}@example.com") };
        self.events.push(LedgerEvent {
            proof: Default::default(),
            id: format!("e{}", self.events.len() + 1),
            time,
            what,
            places: Vec::new(),
            by,
        });
        self
    }

    /// Makes the numbered commit change a file without moving a version.
    pub fn touch(mut self, number: usize, minute: i64, path: &str) -> Self {
        self.touches.push(MappedFileChange {
            commit: oid(number),
            time: minute * 60,
            path: path.to_owned(),
        });
        self
    }

    /// Adds what witnesses saw: app, stage, kind and the version that ran, and then the minutes at
    /// which the version landed, the witnesses looked, a controller applied it, and its state
    /// began; `-` for one that is unknown. `WANTED/RAN` names the wanted version, too.
    pub fn seen(mut self, words: &str) -> Self {
        let words: Vec<&str> = words.split(' ').collect();
        let second = |at: usize| -> Option<i64> {
            let word = words.get(at).filter(|word| **word != "-")?;
            let minute: i64 = word.parse().expect("a minute");
            Some(minute * 60)
        };
        let cell =
            CellKey { app: words[0].into(), component: None, stage: words[1].into(), target: None };
        let kind = match words[2] {
            "drift" => SightingKind::Drift,
            "not-applied" => SightingKind::NotApplied,
            "unwell" => SightingKind::Unwell,
            "well" => SightingKind::Well,
            _ => SightingKind::Other,
        };
        let (landed, applied) = (second(4), second(6));
        let (wanted, ran) = words[3].split_once('/').unwrap_or((words[3], words[3]));
        let (version, runs) = (Version::parse(wanted), vec![Version::parse(ran)]);
        let (looked, since) = (second(5).unwrap_or_default(), second(7));
        let known = self.seen.get_or_insert_default();
        known.iter_mut().filter(|one| one.cell == cell).for_each(|one| one.is_newest = false);
        let is_newest = true;
        known.push(LiveSighting {
            cell,
            version,
            kind,
            runs,
            landed,
            applied,
            looked,
            since,
            is_newest,
        });
        self
    }

    /// Adds what a registry answered: app, stage, and `gone`, `untagged`, `is DIGEST,…` or
    /// `lacks DIGEST`.
    pub fn image(mut self, words: &str) -> Self {
        let words: Vec<&str> = words.split(' ').collect();
        let cell =
            CellKey { app: words[0].into(), component: None, stage: words[1].into(), target: None };
        let entry = self.entries.iter().find(|entry| entry.cell() == cell).expect("it runs");
        let tag = entry.version.tag.clone().unwrap_or_default();
        let digests = || words[3].split(',').map(str::to_owned).collect();
        let (gone, tag_state, lacks) = match words[2] {
            "gone" => (Some(format!("r.io/{} has no {tag}", words[0])), TagState::Missing, None),
            "untagged" => (None, TagState::Missing, None),
            "lacks" => {
                let lacks = format!("{tag} has no artifact of type a/deployable");
                (None, TagState::Names(digests()), Some(lacks))
            }
            _ => (None, TagState::Names(digests()), None),
        };
        let sighting = ImageSighting { cell, gone, tag: Some(tag_state), lacks };
        self.images.get_or_insert_default().push(sighting);
        self
    }

    /// Sets the minute of the audit.
    pub fn now(self, minute: i64) -> Self {
        AuditBench { now: minute, ..self }
    }

    /// Limits the audit to one stage.
    pub fn only(self, stage: &'static str) -> Self {
        AuditBench { only: Some(stage), ..self }
    }

    /// Findings of one rule, one per line: `minute app stage/targets version: message`.
    pub fn said(self, rule: &str) -> String {
        self.asked(|scene| {
            run_rules(scene).iter().filter(|finding| finding.rule.id == rule).map(shown).collect()
        })
    }

    /// Rules that were skipped, with what they need.
    pub fn unjudged(self) -> String {
        let line = |rule: &&AuditRule| format!("{}: {}\n", rule.id, rule.needs.missing_text());
        self.asked(|scene| unjudged_rules(scene).iter().map(line).collect())
    }

    pub fn asked(mut self, ask: impl FnOnce(&AuditContext<'_>) -> String) -> String {
        let comparison = classify(&mut self.timeline, &self.config, 600);
        let ledger = Ledger::new(self.events.clone());
        let facts = ExternalFacts::default();
        let past = DeploymentIndex::new(&self.timeline, &self.entries);
        let numbers: HashMap<_, usize> = (0..1000).map(|number| (oid(number), number)).collect();
        let tells = |commit| {
            let account = self.accounts.get(&numbers[&commit]).cloned();
            Some(Rc::new(account.unwrap_or_else(|| usual("deploy-bot"))))
        };
        let recorded = RecordedDigests::collect(&self.timeline, &ledger);
        let images = self.images.clone();
        let registry =
            images.map(|sightings| RegistryAnswers { sightings, is_complete: true, recorded });
        let scene = AuditContext {
            timeline: &self.timeline,
            comparison: &comparison,
            config: &self.config,
            evidence: &Evidence::new(&self.config, &past, &ledger, &facts),
            entries: &self.entries,
            window: TimeWindow { since: 0, until: self.now * 60 },
            touches: &self.touches,
            now: self.now * 60,
            wanted: &|cell| self.only.is_none_or(|only| cell.stage.as_str() == only),
            tells: &tells,
            marks: &|commit| tells(commit).as_deref().map(CommitFlags::from),
            live: self.seen.as_deref(),
            registry: registry.as_ref(),
            known: AuditCache::default(),
        };
        ask(&scene)
    }
}

fn usual(who: &str) -> CommitDetails {
    let person = GitIdentity { name: who.to_owned(), email: format!("{who}@example.com") };
    CommitDetails {
        author: person.clone(),
        committer: person.clone(),
        who: person,
        subject: "deploy".into(),
        is_signed: true,
        pull_request: Some(1),
        break_glass: None,
    }
}

fn shown(finding: &Finding) -> String {
    let minute = finding.time.map(|time| format!("{} ", time / 60)).unwrap_or_default();
    let cell = finding
        .cells
        .first()
        .map(|cell| format!("{} {}", cell.app, cell.stage))
        .unwrap_or_default();
    let targets: Vec<&str> = finding
        .cells
        .iter()
        .filter_map(|cell| cell.target.as_ref())
        .map(|target| target.as_str())
        .collect();
    let targets =
        if targets.is_empty() { String::new() } else { format!("/{}", targets.join(",")) };
    let version = finding.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    format!("{minute}{cell}{targets}{version}: {}\n", finding.message)
}

/// The version that each cell runs at the end.
fn standing(timeline: &Timeline) -> Vec<MappingEntry> {
    let mut seen: Vec<&CellKey> = Vec::new();
    let mut out = Vec::new();
    for deployment in timeline.deployments() {
        if !seen.contains(&deployment.cell) {
            seen.push(deployment.cell);
            out.extend(deployment.to.map(|to| entry(deployment.cell, &to.version)));
        }
    }
    out
}

fn entry(cell: &CellKey, version: &Version) -> MappingEntry {
    let location = Location {
        path: format!("{}/{}.yaml", cell.stage, cell.app),
        line: 1,
        document: 0,
        key: "tag".into(),
        part: ImagePart::Tag,
        span: Span::default(),
        alias: false,
    };
    MappingEntry {
        file: String::new(),
        overrides: Vec::new(),
        overridden: Vec::new(),
        app: cell.app.clone(),
        component: cell.component.clone(),
        stage: cell.stage.clone(),
        target: cell.target.clone(),
        image: None,
        version: version.clone(),
        locations: vec![location],
        source: SourceKind::Yaml,
        rule: 0,
        confidence: Confidence::Configured,
        notes: Vec::new(),
    }
}
