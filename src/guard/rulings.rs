//! Rulings on the parts of a change.

use super::cell_changes::CellChange;
use super::ownership::Ownership;
use super::permissions::{BreakGlassCommit, ChangeContributors, PermissionResult};
use super::queries::{ChangeQuery, PlannedQueries};
use crate::config::gates::{CONFIG, GateKind};
use crate::config::{CONFIG_FILE, Config};
use crate::model::{AppName, CellKey, StageName, Version};
use crate::pipeline::{Judgement, Verdict};
use std::collections::HashMap;

/// The check that led to a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GuardCheck {
    /// Permission to change the stage.
    Permission,
    Gate(GateKind),
    /// An image that no earlier stage has.
    Image,
    /// One app leaves and another arrives.
    Rename,
    /// A change of the rules, or of files they depend on.
    Rules,
    /// A file of the mapping that became unreadable or ambiguous.
    Unreadable,
    /// A change of an input that is neither a cell nor known to be harmless.
    Unproven,
    /// A program builds an image that no cell explains, or does not build any more.
    Rendered,
    /// A link or submodule in place of a mapped file.
    Link,
    /// Names that some file systems treat as equal.
    Alike,
    /// The change cannot be merged as it is.
    Merge,
}

impl GuardCheck {
    /// The word used in tables and JSON: that of the gate, or of the check.
    pub fn as_str(self) -> &'static str {
        match self {
            GuardCheck::Permission => "permission",
            GuardCheck::Gate(gate) => gate.as_str(),
            GuardCheck::Image => "image",
            GuardCheck::Rename => "rename",
            GuardCheck::Rules => "rules",
            GuardCheck::Unreadable => "unreadable",
            GuardCheck::Unproven => "unproven",
            GuardCheck::Rendered => "rendered",
            GuardCheck::Link => "link",
            GuardCheck::Alike => "alike",
            GuardCheck::Merge => "merge",
        }
    }

    /// True if the check can be overridden. Changes that cannot be judged are refused in any case.
    fn is_rule(self) -> bool {
        matches!(
            self,
            GuardCheck::Permission | GuardCheck::Gate(_) | GuardCheck::Image | GuardCheck::Rename
        )
    }
}

/// Reason for refusing a part of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardRefusal {
    pub check: GuardCheck,
    /// A short phrase.
    pub reason: String,
    pub hint: Option<String>,
}

impl GuardRefusal {
    /// Creates a refusal without a hint.
    pub fn new(check: GuardCheck, reason: impl Into<String>) -> Self {
        GuardRefusal { check, reason: reason.into(), hint: None }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        GuardRefusal { hint: Some(hint.into()), ..self }
    }
}

/// Ruling on some cells that move alike, or on a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// Cells of one app and stage. Empty if the ruling is about a file.
    pub cells: Vec<CellKey>,
    pub from: Vec<Version>,
    pub to: Vec<Version>,
    pub path: Option<String>,
    /// 1-based.
    pub line: Option<u32>,
    /// Empty if the part is allowed.
    pub refusals: Vec<GuardRefusal>,
    /// The permission that allows the change, for example `alice@example.com by signature`; `None`
    /// if nobody needs one.
    pub granted: Option<String>,
    /// Refusals that were overridden.
    pub overridden: Vec<GuardRefusal>,
    /// Indexes of the gate queries that the ruling depends on.
    pub queries: Vec<usize>,
}

impl Ruling {
    /// Creates a ruling on a file.
    pub fn of_file(
        path: impl Into<String>,
        line: Option<u32>,
        refusal: Option<GuardRefusal>,
    ) -> Self {
        Ruling {
            cells: Vec::new(),
            from: Vec::new(),
            to: Vec::new(),
            path: Some(path.into()),
            line,
            refusals: refusal.into_iter().collect(),
            granted: None,
            overridden: Vec::new(),
            queries: Vec::new(),
        }
    }

    /// True if nothing was refused.
    pub fn is_allowed(&self) -> bool {
        self.refusals.is_empty()
    }

    fn is_like(&self, other: &Ruling) -> bool {
        let cell =
            |one: &Ruling| one.cells.first().map(|cell| (cell.app.clone(), cell.stage.clone()));
        cell(self) == cell(other)
            && (&self.from, &self.to, &self.refusals, &self.overridden)
                == (&other.from, &other.to, &other.refusals, &other.overridden)
    }
}

/// Rules on all moves. `judgements` are the answers to the queries, in order.
pub fn of_moves(
    moves: &[CellChange],
    asked: &PlannedQueries,
    judgements: &[Judgement],
    ownership: &Ownership<'_>,
    people: &ChangeContributors<'_>,
    glasses: &[BreakGlassCommit],
) -> Vec<Ruling> {
    let config = ownership.config;
    let mut of_move: HashMap<usize, (Vec<usize>, Vec<GuardRefusal>)> = HashMap::new();
    for (at, query) in asked.queries.iter().enumerate() {
        query.moves.iter().for_each(|index| of_move.entry(*index).or_default().0.push(at));
    }
    for (index, refusal) in &asked.refusals {
        of_move.entry(*index).or_default().1.push(refusal.clone());
    }
    let may_break = people.may_break(&config.pipeline);
    let mut out: Vec<Ruling> = Vec::new();
    let mut known: HashMap<(&AppName, &StageName), Vec<usize>> = HashMap::new();
    for (index, one) in moves.iter().enumerate() {
        let demands = ownership.demands_of(one);
        let permit = people.permit_move(config, one.cell.stage.as_str(), &demands);
        let mut ruling = change_ruling(one, &permit, config);
        let (queries, more) = of_move.remove(&index).unwrap_or_default();
        let by_ledger = queries.iter().any(|at| judgements[*at].broken.is_some());
        ruling.refusals.extend(
            queries.iter().flat_map(|at| gate_refusals(&asked.queries[*at], &judgements[*at])),
        );
        ruling.refusals.extend(more);
        ruling.queries = queries;
        let broken = people.find_break_glass(&config.pipeline, glasses, &one.cell);
        if let Some(who) = broken.or_else(|| may_break.clone().filter(|_| by_ledger)) {
            (ruling.overridden, ruling.refusals) =
                ruling.refusals.into_iter().partition(|one| one.check.is_rule());
            ruling.granted = Some(who);
        }
        let alike = known.entry((&one.cell.app, &one.cell.stage)).or_default();
        match alike.iter().copied().find(|at| out[*at].is_like(&ruling)) {
            Some(at) => {
                let known = &mut out[at];
                known.cells.extend(ruling.cells);
                known.queries.extend(
                    ruling
                        .queries
                        .into_iter()
                        .filter(|at| !known.queries.contains(at))
                        .collect::<Vec<_>>(),
                );
            }
            None => {
                alike.push(out.len());
                out.push(ruling);
            }
        }
    }
    out
}

fn change_ruling(one: &CellChange, permit: &PermissionResult, config: &Config) -> Ruling {
    let versions =
        |written: &[super::CellValue]| written.iter().map(|one| one.version.clone()).collect();
    let (granted, refusal) = split_permit(permit, config);
    Ruling {
        cells: vec![one.cell.clone()],
        from: versions(&one.from),
        to: versions(&one.to),
        path: one.path.clone(),
        line: one.line,
        refusals: refusal.into_iter().collect(),
        granted,
        overridden: Vec::new(),
        queries: Vec::new(),
    }
}

/// Splits a permission into who is permitted, or a refusal.
pub(super) fn split_permit(
    permit: &PermissionResult,
    config: &Config,
) -> (Option<String>, Option<GuardRefusal>) {
    match permit {
        PermissionResult::Free => (None, None),
        PermissionResult::Granted(who) => (Some(who.clone()), None),
        PermissionResult::Denied(denial) => {
            let refusal = GuardRefusal::new(GuardCheck::Permission, denial.reason.clone());
            let hint = match denial.line {
                Some(_) if denial.is_unknown => Some(
                    "identify the requester by a forge event, --proposal, --actor or commit signatures".into(),
                ),
                Some(line) => Some(format!(
                    "`permissions` in {} names {}",
                    config.provenance(Some(line)),
                    denial.named
                )),
                None => Some(format!("`permissions: {{ {CONFIG}: [...] }}` names the people who may")),
            };
            (None, Some(GuardRefusal { hint, ..refusal }))
        }
    }
}

/// Refusals for the gates that are not open.
fn gate_refusals<'q>(
    query: &'q ChangeQuery,
    judgement: &'q Judgement,
) -> impl Iterator<Item = GuardRefusal> + 'q {
    let counts = judgement.closed_gates().filter(|answer| query.need.includes(answer.gate));
    counts.map(|answer| {
        let reason = match &answer.verdict {
            Verdict::Wait { until } => {
                format!("{} (until {})", answer.reason, until.strftime("%a %Y-%m-%d %H:%M %Z"))
            }
            _ => answer.reason.clone(),
        };
        let hint =
            answer.clear.as_ref().map(|command| format!("to open this gate, run `{command}`"));
        GuardRefusal { check: GuardCheck::Gate(answer.gate), reason, hint }
    })
}

impl BreakGlassCommit {
    /// True if the override applies to this cell.
    pub(super) fn applies_to(&self, cell: &CellKey) -> bool {
        let is_of =
            |app: &String| app == cell.app.as_str() || app.starts_with(&format!("{}/", cell.app));
        (self.apps.is_empty() || self.apps.iter().any(is_of))
            && (self.stages.is_empty()
                || self.stages.iter().any(|stage| stage == cell.stage.as_str()))
    }
}

/// Rules on a change of the rules themselves. `is_wrong` describes an error in the new ones.
pub fn of_rules(
    paths: &[&str],
    is_wrong: Option<&str>,
    config: &Config,
    people: &ChangeContributors<'_>,
) -> Vec<Ruling> {
    let (granted, refusal) = split_permit(&people.permit_rules(&config.pipeline), config);
    let mut out: Vec<Ruling> = Vec::new();
    for path in paths {
        let refusal =
            refusal.clone().map(|refusal| GuardRefusal { check: GuardCheck::Rules, ..refusal });
        out.push(Ruling { granted: granted.clone(), ..Ruling::of_file(*path, None, refusal) });
    }
    let own = out.iter_mut().find(|ruling| ruling.path.as_deref() == Some(CONFIG_FILE));
    if let (Some(wrong), Some(own)) = (is_wrong, own) {
        own.refusals.push(GuardRefusal::new(GuardCheck::Rules, wrong));
    }
    out
}
