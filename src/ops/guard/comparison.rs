//! The states before and after a change, and their differences.

use crate::config;
use crate::config::CONFIG_FILE;
use crate::config::Config;
use crate::config::gates::GateKind;
use crate::git::path::folder_of;
use crate::git::{
    FileKind, MergePreview, Oid, PathChange, Repository, Snapshot, SnapshotFile, SymlinkMap,
    TreeDiff,
};
use crate::guard;
use crate::guard::{
    BreakGlassCommit, CellChange, CellChangeKind, ChangeContributors, GuardCheck, GuardInput,
    GuardRefusal, GuardState, Ruling,
};
use crate::model::StageName;
use crate::ops::error::Failure;
use crate::ops::guard::base_rules::{
    RulesAtCommit, find_branch_rules, own_settings, plain_path, rule_files,
};
use crate::ops::guard::builds::RenderRequest;
use crate::ops::guard::reading::GuardReader;
use crate::ops::session::Session;
use crate::ops::state::effective_config::EffectiveConfig;
use crate::source::{ParseCache, SnapshotReader};
use std::collections::BTreeSet;

/// The states before and after a change, with the rules that judge it.
pub struct BaseHeadComparison<'r> {
    pub settings: EffectiveConfig,
    pub base: Oid,
    pub head: Oid,
    /// The commit with the rules: the base or, where stages are branches, the tip of the default
    /// branch of `origin`.
    pub rules_at: Oid,
    standing: Snapshot<'r>,
    coming: Snapshot<'r>,
    pub before: GuardState,
    pub after: GuardState,
    /// Without a configuration: both states, read with the sources that discovery finds after the
    /// change.
    others: Option<(GuardState, GuardState)>,
    /// The configuration that discovery finds after the change.
    other_config: Option<Config>,
    pub differences: TreeDiff,
    rule_files: BTreeSet<String>,
}

impl<'r> BaseHeadComparison<'r> {
    /// Reads both states. The state after the change is the result of merging the head.
    ///
    /// # Errors
    /// When objects are missing, or the configuration of the base is wrong.
    pub fn load(
        session: &Session,
        repository: &'r Repository,
        (base, head): (Oid, Oid),
        premerge: &MergePreview,
        branch: Option<&str>,
        render: RenderRequest,
    ) -> Result<Self, Failure> {
        let standing = Snapshot::of_commit(repository, base)?;
        let coming = match premerge {
            MergePreview::Forward(commit) => Snapshot::of_commit(repository, *commit)?,
            MergePreview::Tree(tree) => {
                repository.snapshot_of_tree(*tree, standing.time().unwrap_or_default())?
            }
            _ => Snapshot::of_commit(repository, base)?,
        };
        let differences = standing.differences_to(&coming)?;
        let cache = ParseCache::default();
        let settings = own_settings(session, repository, &SnapshotReader::new(&standing, &cache))?;
        let ruled = find_branch_rules(session, repository, (settings, base), branch)?;
        let RulesAtCommit { settings, stages, at: rules_at } = ruled;
        let changed: BTreeSet<&str> =
            differences.changes.iter().map(|change| change.path.as_str()).collect();
        let links = standing_links(&standing, &changed);
        let with_builds = render.is_wanted(&settings.config);
        let reading = GuardReader {
            cache: &cache,
            stages: &stages,
            changed: &changed,
            links: &links,
            with_builds,
        };
        let read = |config: &Config, snapshot: &Snapshot<'_>| reading.read_state(config, snapshot);
        let (before, after) = (read(&settings.config, &standing), read(&settings.config, &coming));
        let mut other_config = None;
        let others = match &settings.assumed {
            Some(_) if !differences.changes.is_empty() => {
                let other =
                    own_settings(session, repository, &SnapshotReader::new(&coming, &cache));
                other.ok().map(|other| {
                    let config = &*other_config.insert(other.config);
                    (read(config, &standing), read(config, &coming))
                })
            }
            _ => None,
        };
        let rule_files = rule_files(&settings.config, &standing);
        Ok(BaseHeadComparison {
            settings,
            base,
            head,
            rules_at,
            standing,
            coming,
            before,
            after,
            others,
            other_config,
            differences,
            rule_files,
        })
    }

    /// The files before and after the change.
    pub fn snapshots(&self) -> (&Snapshot<'r>, &Snapshot<'r>) {
        (&self.standing, &self.coming)
    }

    /// The configuration with the rules.
    pub fn config(&self) -> &Config {
        &self.settings.config
    }

    /// True where no version is read before or after the change, so that none can be judged.
    pub fn reads_nothing(&self) -> bool {
        self.state_pairs()
            .all(|(before, after)| before.entries.is_empty() && after.entries.is_empty())
    }

    /// Refusals of cells in stages that the base does not know, with the index of each: without a
    /// configuration their order is that of the head, and no gate of the base is about them.
    pub fn unknown_stages(&self, moves: &[CellChange]) -> Vec<(usize, GuardRefusal)> {
        let is_free = |stage: &StageName| {
            let known = self.other_config.as_ref().filter(|config| {
                config.stage(stage.as_str()).is_some() && config.upstream_stages(stage).is_empty()
            });
            known.is_some() || self.config().stage(stage.as_str()).is_some()
        };
        let new = moves
            .iter()
            .enumerate()
            .filter(|(_, one)| one.kind() != CellChangeKind::Gone && !is_free(&one.cell.stage));
        let refusal = |stage: &StageName| {
            let reason = format!("the base has no stage {stage}, so nothing is known of its order");
            GuardRefusal::new(GuardCheck::Gate(GateKind::Order), reason)
                .hint(format!("list the stages in {CONFIG_FILE} first"))
        };
        new.map(|(index, one)| (index, refusal(&one.cell.stage))).collect()
    }

    /// Every cell that changes, in any reading of the states.
    pub fn cell_changes(&self) -> Vec<CellChange> {
        let changed: BTreeSet<&str> =
            self.differences.changes.iter().map(|change| change.path.as_str()).collect();
        self.collect_unique(|before, after| {
            guard::find_cell_changes(&before.entries, &after.entries, &changed)
        })
    }

    /// The changed paths that affect the mapping or the rules.
    pub fn relevant_paths(&self) -> BTreeSet<&str> {
        let changes = self.differences.changes.iter().map(|change| change.path.as_str());
        changes.filter(|path| self.is_relevant(path)).collect()
    }

    /// True where the head is a descendant of the base.
    pub fn is_ahead(&self) -> bool {
        self.coming.commit() == Some(self.head)
    }

    /// True where this file affects the mapping or the rules.
    pub fn is_relevant(&self, path: &str) -> bool {
        let sides = self.state_pairs().flat_map(|(before, after)| [before, after]);
        sides.map(|side| &side.touched).chain([&self.rule_files]).any(|paths| paths.contains(path))
    }

    /// The file at a path after the change.
    pub fn coming_file(&self, path: &str) -> Option<SnapshotFile> {
        self.coming.find_file(path)
    }

    /// The changed files with rules, and the error in the new configuration, if any.
    pub fn changed_rules(&self) -> (Vec<&str>, Option<String>) {
        let changes = self.differences.changes.iter().map(|change| change.path.as_str());
        let paths: Vec<&str> = changes.filter(|path| self.rule_files.contains(*path)).collect();
        let wrong = paths.contains(&CONFIG_FILE).then(|| self.new_config_error()).flatten();
        (paths, wrong)
    }

    fn new_config_error(&self) -> Option<String> {
        self.coming.find_file(CONFIG_FILE)?;
        let Some(text) = text(&self.coming, CONFIG_FILE) else {
            return Some(format!("{CONFIG_FILE} is not a text file"));
        };
        let config = match config::parse(&text, CONFIG_FILE) {
            Ok(config) => config,
            Err(error) => return Some(error.to_string()),
        };
        config.pipeline.waves.iter().find_map(|waves| {
            let here = self.after.entries.iter().filter(|entry| entry.stage == waves.stage);
            let known: Vec<_> = here.filter_map(|entry| entry.target.as_ref()).collect();
            let (name, line) = waves.unknown_target(&known)?;
            Some(format!(
                "{CONFIG_FILE}:{line}: a wave of {} names `{name}`, which is not a target of the \
                 stage",
                waves.stage
            ))
        })
    }

    /// The changes that cannot be judged.
    pub fn unsafe_changes(&self) -> Vec<Ruling> {
        self.with_input((&self.before, &self.after), guard::find_unsafe_changes)
    }

    /// The rulings on changes of inputs that are not proven to be harmless. Files in `known`
    /// already have a ruling.
    pub fn unproven_changes(
        &self,
        people: &ChangeContributors<'_>,
        glasses: &[BreakGlassCommit],
        known: &BTreeSet<String>,
    ) -> Vec<Ruling> {
        self.collect_unique(|before, after| {
            self.with_input((before, after), |input| {
                guard::find_unproven_changes(input, people, glasses, known)
            })
        })
    }

    pub(super) fn with_input<T>(
        &self,
        (before, after): (&GuardState, &GuardState),
        judge: impl FnOnce(&GuardInput<'_>) -> T,
    ) -> T {
        let is_there = |snapshot: &Snapshot<'_>, path: &str| {
            snapshot.find_file(path).is_some() || snapshot.is_directory(path)
        };
        let is_file = |path: &str| {
            self.coming.find_file(path).is_some_and(|file| file.kind == FileKind::File)
        };
        judge(&GuardInput {
            config: self.config(),
            before,
            after,
            differences: &self.differences,
            rule_files: &self.rule_files,
            text_before: &|path| text(&self.standing, path),
            text_after: &|path| text(&self.coming, path),
            leads_to_file: &|change| self.leads_to_file(change),
            stands: &|path| self.standing.find_file(path).is_some(),
            is_there_before: &|path| is_there(&self.standing, path),
            is_there_after: &|path| is_there(&self.coming, path),
            is_file_after: &is_file,
        })
    }

    /// The rulings on changed blind spots: places that programs read and the mapping does not.
    /// Files in `known` already have a ruling.
    pub fn blind_spot_rulings(
        &self,
        people: &ChangeContributors<'_>,
        known: &BTreeSet<String>,
    ) -> Vec<Ruling> {
        self.collect_unique(|before, after| {
            guard::of_blind(before, after, self.config(), people, known)
        })
    }

    /// Collects results from all readings of the states, each once.
    fn collect_unique<T: PartialEq>(
        &self,
        of_pair: impl Fn(&GuardState, &GuardState) -> Vec<T>,
    ) -> Vec<T> {
        let mut out: Vec<T> = Vec::new();
        for (before, after) in self.state_pairs() {
            let more: Vec<T> =
                of_pair(before, after).into_iter().filter(|one| !out.contains(one)).collect();
            out.extend(more);
        }
        out
    }

    /// The pairs of states, one for each reading.
    pub(super) fn state_pairs(&self) -> impl Iterator<Item = (&GuardState, &GuardState)> {
        let others = self.others.as_ref().map(|(before, after)| (before, after));
        std::iter::once((&self.before, &self.after)).chain(others)
    }

    /// True where a changed symbolic link leads to a file.
    fn leads_to_file(&self, change: &PathChange) -> bool {
        let Some(link) =
            self.coming.find_file(&change.path).filter(|file| file.kind == FileKind::Symlink)
        else {
            return false;
        };
        let target = self.coming.read_file(&SnapshotFile { kind: FileKind::File, ..link }).ok();
        let target = target.and_then(|bytes| String::from_utf8(bytes).ok());
        let found =
            target.map(|target| plain_path(&format!("{}/{target}", folder_of(&change.path))));
        found
            .and_then(|path| self.coming.find_file(&path))
            .is_some_and(|file| file.kind == FileKind::File)
    }

    /// The text of a file before the change.
    pub fn text(&self, path: &str) -> Option<String> {
        text(&self.standing, path)
    }
}

/// The symbolic links that are the same before and after. Changed links are not followed.
fn standing_links(standing: &Snapshot<'_>, changed: &BTreeSet<&str>) -> SymlinkMap {
    if changed.is_empty() {
        return SymlinkMap::default();
    }
    SymlinkMap::from_snapshot(standing, |path| !changed.contains(path))
}

fn text(snapshot: &Snapshot<'_>, path: &str) -> Option<String> {
    let file = snapshot.find_file(path).filter(|file| file.kind == FileKind::File)?;
    String::from_utf8(snapshot.read_file(&file).ok()?).ok()
}
