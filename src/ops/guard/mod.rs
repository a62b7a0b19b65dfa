//! The guard: judges whether a pull request may change what runs where.

pub mod base_rules;
mod builds;
mod chart_inputs;
pub mod comment;
pub mod comparison;
pub mod event;
mod explain;
mod foreign_words;
pub mod gates;
pub mod partial_history;
pub mod reading;
mod rendering;
pub mod requester;
mod state_files;

use crate::config::{self, CONFIG_FILE, Config};
use crate::git::{GitError, MergePreview, MergeWitness, Oid, Repository};
use crate::guard::{
    CellChange, ChangeContributors, GuardCheck, GuardRefusal, Ownership, RenderOutcome,
    RenderedBuild, Ruling, of_moves, of_rendered, of_rules,
};
use crate::model::MappingEntry;
use crate::ops::config::version_files;
use crate::ops::error::Failure;
use crate::ops::session::{ForgeChoice, Session};
use crate::renderer::NetworkAccess;
use crate::report::GuardReport;
pub use builds::RenderRequest;
use comparison::BaseHeadComparison;
use gates::{QueryAnswers, answer_queries};
use rendering::render_change;
use requester::{ProposedCommits, Requester};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The change to judge, and its requester.
#[derive(Debug, Clone, Default)]
pub struct GuardQuery {
    /// The revision to merge into.
    pub base: String,
    /// The revision to merge.
    pub head: String,
    /// The requesters, if the caller knows for certain.
    pub actors: Vec<String>,
    /// The number of the pull request, for the forge.
    pub proposal: Option<u64>,
    /// The event file of the forge's automation.
    pub event: Option<PathBuf>,
    pub forge: ForgeChoice,
    /// True to explain what each changed file means.
    pub explain: bool,
    /// Whether programs build both states, too.
    pub render: RenderRequest,
    /// True where these programs may use the network.
    pub allow_network: bool,
    /// The folder with the objects of a push that a server hook judges (`GIT_QUARANTINE_PATH`).
    pub quarantine: Option<PathBuf>,
}

/// Judges the change by the rules of the base.
///
/// # Errors
/// When a revision is unknown, objects are missing, or the base's configuration is wrong.
pub fn guard(query: &GuardQuery, session: &Session) -> Result<GuardReport, Failure> {
    let repository = session.open_repository()?;
    let repository = match &query.quarantine {
        Some(folder) => repository.with_incoming(folder)?,
        None => repository,
    };
    let (base, head) = (commit(&repository, &query.base)?, commit(&repository, &query.head)?);
    let witness = if session.options.read_only { MergeWitness::Nobody } else { MergeWitness::Git };
    let merge = repository.preview_merge(base, head, witness)?;
    let name = session.repository_name(&repository);
    let mut report = GuardReport::new(name, base.to_string(), head.to_string());
    match &merge {
        MergePreview::Nothing => {}
        MergePreview::Unrelated => report.rulings.push(unrelated_ruling()),
        MergePreview::Conflict(paths) => {
            report.rulings.extend(paths.iter().map(|path| conflict_ruling(path)));
        }
        MergePreview::Uncertain(paths) => {
            report.rulings.extend(paths.iter().map(|path| uncertain_ruling(path)));
        }
        MergePreview::Forward(_) | MergePreview::Tree(_) => {
            let branch = branch_name(&query.base, session, &repository);
            let branch = branch.as_deref();
            let session = session.on_branch(branch, base);
            let both = (base, head);
            let sides = BaseHeadComparison::load(
                &session,
                &repository,
                both,
                &merge,
                branch,
                query.render,
            )?;
            judge_change(query, &session, &repository, &sides, &mut report)?;
        }
    }
    Ok(report)
}

fn commit(repository: &Repository, revision: &str) -> Result<Oid, Failure> {
    repository.resolve_only(revision).map_err(|error| {
        let failure = Failure::usage(error.to_string());
        if let GitError::Ambiguous { .. } = error {
            return failure.hint(error.hint().unwrap_or_default());
        }
        failure.hint(format!(
            "`git fetch origin` fetches branches; a check needs `{revision}` and its history"
        ))
    })
}

/// The branch of the base: the one that the user names, or `main` for `refs/remotes/origin/main`.
fn branch_name(revision: &str, session: &Session, repository: &Repository) -> Option<String> {
    if let Some(named) = &session.options.branch {
        return Some(named.clone());
    }
    let name = ["refs/heads/", "refs/remotes/", ""]
        .iter()
        .find_map(|start| revision.strip_prefix(start))?;
    let name = name.strip_prefix("origin/").unwrap_or(name);
    if name.contains(['~', '^']) {
        return None;
    }
    let places = [format!("refs/heads/{name}"), format!("refs/remotes/origin/{name}")];
    places.iter().any(|place| repository.resolve_revision(place).is_ok()).then(|| name.to_owned())
}

fn unrelated_ruling() -> Ruling {
    let refusal = GuardRefusal::new(
        GuardCheck::Merge,
        "base and head have no common commit, so the change is unknown",
    );
    Ruling::of_file(
        ".",
        None,
        Some(refusal.hint("`git fetch --unshallow` fetches the whole history")),
    )
}

fn conflict_ruling(path: &str) -> Ruling {
    let refusal = GuardRefusal::new(
        GuardCheck::Merge,
        "the base has changed this file too, and the changes conflict",
    );
    Ruling::of_file(path, None, Some(refusal.hint("update the branch from the base first")))
}

fn uncertain_ruling(path: &str) -> Ruling {
    let refusal = GuardRefusal::new(
        GuardCheck::Merge,
        "the base has changed this file too, and programs merge the changes differently",
    );
    Ruling::of_file(path, None, Some(refusal.hint("rebase the branch onto the base first")))
}

/// Warns about owners of apps and folders that the base does not have.
fn warn_strange_owners(session: &Session, config: &Config, entries: &[MappingEntry]) {
    let apps = entries.iter().map(|entry| entry.app.clone()).collect();
    for odd in config::strange_owners(config, &apps, &version_files(entries)) {
        session.caution(&odd.to_string());
    }
}

/// Has the programs build both states, and names what they do not build.
fn render(
    query: &GuardQuery,
    session: &Session,
    sides: &BaseHeadComparison<'_>,
    moves: &[CellChange],
) -> Result<Vec<RenderedBuild>, Failure> {
    let network = match query.allow_network {
        true => NetworkAccess::Allowed,
        false => NetworkAccess::Cut,
    };
    let builds = render_change(session, sides, moves, network)?;
    name_unbuilt(session, &builds);
    Ok(builds)
}

/// Names what is judged without a build, once for each reason.
fn name_unbuilt(session: &Session, builds: &[RenderedBuild]) {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in builds {
        if let RenderOutcome::NotBuilt(why) = &one.outcome {
            by_reason.entry(why).or_default().push(&one.path);
        }
    }
    for (why, paths) in by_reason {
        let what = match paths.as_slice() {
            [] => continue,
            [one] => format!("{one} is"),
            [one, _] => format!("{one} and another file are"),
            [one, others @ ..] => format!("{one} and {} other files are", others.len()),
        };
        session.note(&format!("{what} judged without a build: {why}"));
    }
}

/// Judges the change, and adds the rulings to the report.
fn judge_change(
    query: &GuardQuery,
    session: &Session,
    repository: &Repository,
    sides: &BaseHeadComparison<'_>,
    guarded: &mut GuardReport,
) -> Result<(), Failure> {
    if sides.reads_nothing() {
        return Err(Failure::usage(
            "no version is read anywhere in this repository, so the change cannot be judged",
        )
        .hint("`towpath init` shows what towpath looks for; `sources` in towpath.yaml name more"));
    }
    let (moves, config) = (sides.cell_changes(), sides.config());
    let (rule_paths, wrong) = sides.changed_rules();
    let asker = Requester::find(query, session, repository, sides)?;
    let commits = ProposedCommits::list(session, repository, sides)?;
    guarded.forge.clone_from(&config.forge);
    let QueryAnswers { asked, judged } =
        answer_queries(query, session, repository, sides, (&moves, &asker))?;
    let people = ChangeContributors {
        persons: asker.persons.clone(),
        signed: &|lists| commits.check_signatures(lists),
        vouched: &|lists, commit| commits.vouches_for_content(lists, commit),
    };
    let (before, after) = (&*sides.before.entries, &*sides.after.entries);
    let ownership = Ownership { config, before, after };
    let judgements: Vec<_> = judged.iter().map(|one| one.judgement.clone()).collect();
    guarded.rulings = sides.unsafe_changes();
    guarded.rulings.extend(commits.rebase_conflicts()?);
    let known = |guarded: &GuardReport| {
        guarded.rulings.iter().filter_map(|ruling| ruling.path.clone()).collect()
    };
    guarded.rulings.extend(sides.blind_spot_rulings(&people, &known(guarded)));
    guarded.rulings.extend(of_rules(&rule_paths, wrong.as_deref(), config, &people));
    guarded.glasses = commits.break_glass_commits();
    let unproven = sides.unproven_changes(&people, &guarded.glasses, &known(guarded));
    guarded.rulings.extend(unproven);
    guarded.rulings.extend(of_moves(
        &moves,
        &asked,
        &judgements,
        &ownership,
        &people,
        &guarded.glasses,
    ));
    guarded.rulings.extend(ownership.of_relocations(&moves, &people));
    if query.render.is_wanted(config) {
        let builds = render(query, session, sides, &moves)?;
        let refused = of_rendered(&builds, config, &people, &guarded.glasses);
        guarded.rulings.extend(refused);
        guarded.rendered = Some(builds);
    }
    guarded.rulings.sort_by_key(Ruling::is_allowed);
    warn_strange_owners(session, config, &sides.before.entries);
    if query.explain {
        guarded.explained = Some(sides.explain_files());
    }
    guarded.files = sides.differences.changes.len();
    guarded.name_cells(&sides.before.entries, &sides.after.entries);
    guarded.judged = judged;
    guarded.persons = asker.persons;
    if rule_paths.contains(&CONFIG_FILE) && sides.text(CONFIG_FILE).is_none() {
        session.note(&format!(
            "the base has no {CONFIG_FILE}; the new one applies from the next change on"
        ));
    }
    Ok(())
}
