//! Derives gate queries from a change.

use super::cell_changes::{CellChange, CellChangeKind};
use super::rulings::{GuardCheck, GuardRefusal};
use crate::config::Config;
use crate::config::gates::GateKind;
use crate::model::{AppName, CellKey, MappingEntry, StageName, TargetName, Version};
use crate::pipeline::{AppComponent, Evidence, GateQuery, MoveDirection};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The gates that have to be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateScope {
    All,
    /// No version arrives: only gates that keep a stage unchanged count.
    Quiet,
}

impl GateScope {
    /// True if this gate counts.
    pub fn includes(self, gate: GateKind) -> bool {
        self == GateScope::All || gate.descriptor().keeps_a_stage_still
    }
}

/// A query, and the moves that depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeQuery {
    pub subject: AppComponent,
    pub stage: StageName,
    pub target: Option<TargetName>,
    pub version: Version,
    pub is_back: bool,
    pub need: GateScope,
    /// Indexes of the moves.
    pub moves: Vec<usize>,
}

/// Grouping key: cells of one app and stage that get one version share a query.
type QueryKey<'m> = (&'m AppName, &'m StageName, &'m Version, bool, GateScope);

/// Plans the queries and finds refusals that need none. `before` is the current mapping.
pub fn plan_queries(
    moves: &[CellChange],
    evidence: &Evidence<'_>,
    before: &[MappingEntry],
    at: Timestamp,
) -> PlannedQueries {
    let order = QueryBuilder { moves, evidence, before, at };
    let mut groups: BTreeMap<QueryKey<'_>, Vec<usize>> = BTreeMap::new();
    let mut asked = PlannedQueries::default();
    for (index, one) in moves.iter().enumerate() {
        let strange = order.strange_images(one).chain(order.strange_digests(one));
        let strange = strange.chain(order.rejected_images(one));
        asked.refusals.extend(strange.map(|refusal| (index, refusal)));
        for (version, need) in versions_to_ask(one) {
            match order.subject(one) {
                Err(refusal) => asked.refusals.push((index, refusal)),
                Ok(subject) if subject.app == one.cell.app => {
                    let is_back = need == GateScope::All && order.is_back(&one.cell, version);
                    let group = (&one.cell.app, &one.cell.stage, version, is_back, need);
                    groups.entry(group).or_default().push(index);
                }
                Ok(kin) => asked.queries.push(build_query(one, kin, None, version, index)),
            }
        }
    }
    for ((app, stage, version, is_back, need), members) in groups {
        let whole = AppComponent { app: app.clone(), component: None };
        let parts = if order.is_whole(&whole, stage, &members) {
            vec![(whole, None, members)]
        } else {
            members.into_iter().map(|index| of_cell(&moves[index].cell, index)).collect()
        };
        asked.queries.extend(parts.into_iter().map(|(subject, target, moves)| {
            let (stage, version) = (stage.clone(), version.clone());
            ChangeQuery { subject, stage, target, version, is_back, need, moves }
        }));
    }
    asked
}

/// Queries for the gates, and refusals that need none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlannedQueries {
    pub queries: Vec<ChangeQuery>,
    /// Refusals with the index of their move.
    pub refusals: Vec<(usize, GuardRefusal)>,
}

fn of_cell(cell: &CellKey, index: usize) -> (AppComponent, Option<TargetName>, Vec<usize>) {
    (
        AppComponent { app: cell.app.clone(), component: cell.component.clone() },
        cell.target.clone(),
        vec![index],
    )
}

fn build_query(
    one: &CellChange,
    subject: AppComponent,
    target: Option<TargetName>,
    version: &Version,
    index: usize,
) -> ChangeQuery {
    let (stage, version) = (one.cell.stage.clone(), version.clone());
    ChangeQuery {
        subject,
        stage,
        target,
        version,
        is_back: false,
        need: GateScope::All,
        moves: vec![index],
    }
}

/// Versions to query for a move. For a removal it is the old version.
fn versions_to_ask(one: &CellChange) -> Vec<(&Version, GateScope)> {
    let arriving = one.arriving_versions();
    if !arriving.is_empty() {
        return arriving.iter().map(|version| (version, GateScope::All)).collect();
    }
    let staying =
        if one.kind() == CellChangeKind::Gone { one.from.first() } else { one.to.first() };
    staying.map(|written| (&written.version, GateScope::Quiet)).into_iter().collect()
}

/// Data for deriving queries.
struct QueryBuilder<'o, 'e> {
    moves: &'o [CellChange],
    evidence: &'o Evidence<'e>,
    before: &'o [MappingEntry],
    at: Timestamp,
}

impl QueryBuilder<'_, '_> {
    fn config(&self) -> &Config {
        self.evidence.config
    }

    /// The subject whose order is checked. For a new cell it may be an app that has the image under
    /// another name.
    fn subject(&self, one: &CellChange) -> Result<AppComponent, GuardRefusal> {
        let cell = &one.cell;
        let own = AppComponent { app: cell.app.clone(), component: cell.component.clone() };
        let earlier = self.config().upstream_stages(&cell.stage);
        if one.kind() != CellChangeKind::New
            || earlier.is_empty()
            || self.is_before(&own, &cell.stage)
        {
            return Ok(own);
        }
        let whole = AppComponent { app: cell.app.clone(), component: None };
        if self.is_before(&whole, &cell.stage) {
            return Ok(whole);
        }
        if let Some(stage) = self.is_new_in(one, &earlier) {
            let reason =
                format!("new in both {stage} and {}, but {} comes later", cell.stage, cell.stage);
            return Err(GuardRefusal::new(GuardCheck::Gate(GateKind::Order), reason)
                .hint("add it to one stage at a time"));
        }
        if let Some(kin) = self.earlier_namesake(one, &earlier) {
            return Ok(kin);
        }
        self.check_rename(one).map_or(Ok(own), Err)
    }

    /// True if the subject runs in a stage before this one.
    fn is_before(&self, subject: &AppComponent, stage: &StageName) -> bool {
        let version = Version::default();
        let at = self.at;
        let purpose = MoveDirection::Forward;
        let question = GateQuery {
            subject,
            stage,
            targets: &[],
            version: &version,
            at,
            is_past: false,
            purpose,
        };
        !self.evidence.previous_stages(&question).is_empty()
    }

    /// An earlier stage to which the same change adds the app.
    fn is_new_in<'s>(&self, one: &CellChange, earlier: &[&'s StageName]) -> Option<&'s StageName> {
        let is_there = |stage: &StageName| {
            let same =
                |other: &&CellChange| other.cell.app == one.cell.app && other.cell.stage == *stage;
            self.moves.iter().filter(same).any(|other| other.kind() == CellChangeKind::New)
        };
        earlier.iter().copied().find(|stage| is_there(stage))
    }

    /// The app with the same image in an earlier stage.
    fn earlier_namesake(&self, one: &CellChange, earlier: &[&StageName]) -> Option<AppComponent> {
        let has_image = |entry: &&MappingEntry| {
            entry.image.is_some() && one.to.iter().any(|to| to.image == entry.image)
        };
        let mut kin =
            self.before.iter().filter(|entry| earlier.contains(&&entry.stage)).filter(has_image);
        kin.next().map(|entry| AppComponent {
            app: entry.app.clone(),
            component: entry.component.clone(),
        })
    }

    /// Refuses a new app if another one leaves the stage in the same change with a different
    /// version.
    fn check_rename(&self, one: &CellChange) -> Option<GuardRefusal> {
        let is_gone = |other: &&CellChange| {
            other.kind() == CellChangeKind::Gone && other.cell.stage == one.cell.stage
        };
        let gone: Vec<&CellChange> = self.moves.iter().filter(is_gone).collect();
        let first = gone.first()?;
        if gone.iter().any(|other| other.from == one.to) {
            return None;
        }
        let (stage, away) = (&one.cell.stage, &first.cell.app);
        let reason = format!("new in {stage} while {away} is removed, with a different version");
        Some(GuardRefusal::new(GuardCheck::Rename, reason).hint("rename first, then deploy"))
    }

    /// Refuses images that no earlier stage has.
    fn strange_images<'m>(
        &'m self,
        one: &'m CellChange,
    ) -> impl Iterator<Item = GuardRefusal> + 'm {
        let earlier = self.config().upstream_stages(&one.cell.stage);
        let known = move |entry: &&MappingEntry| {
            entry.app == one.cell.app
                && earlier.contains(&&entry.stage)
                && entry.component == one.cell.component
        };
        let known: Vec<&str> =
            self.before.iter().filter(known).filter_map(|entry| entry.image.as_deref()).collect();
        let strange =
            one.arriving_images().filter(move |image| !known.is_empty() && !known.contains(image));
        strange.map(|image| {
            let reason =
                format!("image {image} is not used in any stage before {}", one.cell.stage);
            GuardRefusal::new(GuardCheck::Image, reason)
        })
    }

    /// Refuses digests that no earlier stage has, in a cell that had none: a digest decides what
    /// runs, whatever the tag says.
    fn strange_digests<'m>(
        &'m self,
        one: &'m CellChange,
    ) -> impl Iterator<Item = GuardRefusal> + 'm {
        let earlier = self.config().upstream_stages(&one.cell.stage);
        let is_pinned = one.from.iter().any(|from| from.version.digest.is_some());
        let arriving =
            one.arriving_versions().iter().filter_map(|version| version.digest.as_deref());
        let is_known = move |digest: &str| {
            let mut entries = self.before.iter().filter(|entry| earlier.contains(&&entry.stage));
            earlier.is_empty()
                || entries.any(|entry| entry.version.digest.as_deref() == Some(digest))
        };
        arriving.filter(move |digest| !is_pinned && !is_known(digest)).map(|digest| {
            GuardRefusal::new(
                GuardCheck::Image,
                format!("digest {digest} is not used in any stage before {}", one.cell.stage),
            )
        })
    }

    /// Refuses versions that were rejected for the same image under the name of another app.
    fn rejected_images<'m>(
        &'m self,
        one: &'m CellChange,
    ) -> impl Iterator<Item = GuardRefusal> + 'm {
        let images: Vec<&str> = one.to.iter().filter_map(|to| to.image.as_deref()).collect();
        let is_its = move |app: &str| {
            let name = app.split('/').next().unwrap_or(app);
            let entry_has = |entry: &&MappingEntry, image: &str| {
                entry.app.as_str() == name && entry.image.as_deref() == Some(image)
            };
            images.iter().any(|image| {
                self.before.iter().any(|entry| entry_has(&entry, image))
                    || self.evidence.app_ran_image(name, image)
            })
        };
        let rejections = one.arriving_versions().iter().flat_map(|version| {
            let all = self.evidence.ledger.rejections_of_version(version);
            all.into_iter().map(move |(app, event, reason)| (version, app, event, reason))
        });
        let others = rejections.filter(move |(_, app, ..)| {
            app.split('/').next() != Some(one.cell.app.as_str()) && is_its(app)
        });
        others.map(|(version, app, event, reason)| {
            let why = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            let reason = format!("{version} of {app} was rejected by {}{why}", event.by.name);
            GuardRefusal::new(GuardCheck::Gate(GateKind::Rejected), reason)
        })
    }

    /// True if the cell first ran this version before it first ran the current one.
    fn is_back(&self, cell: &CellKey, version: &Version) -> bool {
        let subject = AppComponent { app: cell.app.clone(), component: cell.component.clone() };
        let cells = self.evidence.cells_of_app(&subject);
        let Some(cell) = cells.into_iter().find(|known| *known == cell) else { return false };
        let course = self.evidence.run_periods(cell, None);
        let first =
            |version: &Version| course.iter().rposition(|landing| landing.version.is_same(version));
        let now = course
            .first()
            .filter(|landing| landing.left.is_none())
            .and_then(|now| first(now.version));
        matches!((now, first(version)), (Some(now), Some(then)) if then > now)
    }

    /// True if these moves cover every cell of the app in the stage.
    fn is_whole(&self, app: &AppComponent, stage: &StageName, members: &[usize]) -> bool {
        let cells = self.evidence.cells_of_app(app).into_iter().filter(|cell| cell.stage == *stage);
        let cells = cells.filter(|cell| self.evidence.current_run(cell, None).is_some());
        let is_member =
            |cell: &CellKey| members.iter().any(|index| self.moves[*index].cell == *cell);
        members.len() > 1 && cells.into_iter().all(is_member)
    }
}
