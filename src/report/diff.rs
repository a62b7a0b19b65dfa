//! The report of `towpath diff`: the apps that differ between two states.

use crate::history::{AheadSide, CellState};
use crate::model::{AppName, CellKey, MappingEntry, StageName, TargetName, Version, Warning};
use crate::report::SourceChanges;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// One of the two states.
#[derive(Debug, Clone)]
pub struct DiffSide {
    /// As the user named it.
    pub text: String,
    /// The compared stage; `None` means all stages.
    pub stage: Option<StageName>,
    pub revision: Option<String>,
    pub time: Option<Timestamp>,
    /// The mapping entries.
    pub entries: Vec<MappingEntry>,
    /// Timeline index of the newest deployment that had happened by then.
    pub cut: usize,
}

/// Two states and their differences.
#[derive(Debug, Clone)]
pub struct DiffReport {
    pub left: DiffSide,
    pub right: DiffSide,
    pub differences: Vec<AppDifference>,
    /// Number of compared apps; in a comparison of whole states, of apps per stage.
    pub compared: usize,
    pub warnings: Vec<Warning>,
}

/// An app that differs.
#[derive(Debug, Clone)]
pub struct AppDifference {
    /// The app, or `app/component` if the app has several.
    pub name: String,
    pub component: Option<String>,
    /// Set if whole states are compared.
    pub stage: Option<StageName>,
    /// Set if both sides have the same targets.
    pub target: Option<TargetName>,
    /// Different versions on each side; empty if the app is missing there.
    pub left: Vec<SideVersion>,
    pub right: Vec<SideVersion>,
    pub ahead: AheadSide,
    /// The commits of the app's sources between both sides, where they were asked for.
    pub changes: Option<SourceChanges>,
}

/// A version on one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideVersion {
    pub cell: CellKey,
    pub image: Option<String>,
    pub version: Version,
    /// Its targets; empty for a stage without targets.
    pub targets: Vec<TargetName>,
}

/// Key of a comparison: app, component, and stage and target if these are compared separately.
type DifferenceKey<'e> =
    (&'e AppName, &'e Option<String>, Option<&'e StageName>, Option<&'e TargetName>);

impl DiffReport {
    /// Compares two states. `name` returns the display name of an app, `place` the position of a
    /// stage, `ahead` which of two versions is ahead.
    pub fn new(
        left: DiffSide,
        right: DiffSide,
        name: &dyn Fn(&CellKey) -> String,
        place: &dyn Fn(&StageName) -> usize,
        ahead: &dyn Fn(CellState<'_>, CellState<'_>) -> AheadSide,
    ) -> Self {
        // Registries may differ between stages, but within a stage a different image is a
        // difference.
        let images_count = left.stage == right.stage;
        let compared = compare_sides(&left, &right, name, place);
        let count = compared.len();
        let differences = compared.into_iter().filter(|(_, [a, b])| {
            !(is_subset(a, b, images_count) && is_subset(b, a, images_count))
        });
        let differences = differences.map(|((name, _, (_, component, stage, target)), [a, b])| {
            let sides = single_state(&a, &left, place).zip(single_state(&b, &right, place));
            AppDifference {
                name,
                component: component.clone(),
                stage: stage.cloned(),
                target: target.cloned(),
                ahead: sides.map_or(AheadSide::Unknown, |(a, b)| ahead(a, b)),
                left: a,
                right: b,
                changes: None,
            }
        });
        let differences = differences.collect();
        DiffReport { differences, left, right, compared: count, warnings: Vec::new() }
    }
}

/// Collects the versions of each side, by what is compared.
fn compare_sides<'e>(
    left: &'e DiffSide,
    right: &'e DiffSide,
    name: &dyn Fn(&CellKey) -> String,
    place: &dyn Fn(&StageName) -> usize,
) -> BTreeMap<(String, usize, DifferenceKey<'e>), [Vec<SideVersion>; 2]> {
    let whole = left.stage.is_none();
    let (left_targets, right_targets) = (targets(left), targets(right));
    let mut compared: BTreeMap<_, [Vec<SideVersion>; 2]> = BTreeMap::new();
    for (at, side) in [left, right].into_iter().enumerate() {
        for entry in &side.entries {
            let cell = entry.cell();
            let app = (&entry.app, &entry.component);
            let by_target = whole || left_targets.get(&app) == right_targets.get(&app);
            let key = (
                app.0,
                app.1,
                whole.then_some(&entry.stage),
                entry.target.as_ref().filter(|_| by_target),
            );
            let order = if whole { place(&entry.stage) } else { 0 };
            let here = &mut compared.entry((name(&cell), order, key)).or_default()[at];
            add(here, entry, cell, by_target);
        }
    }
    compared
}

/// Returns what one side ran, if it ran a single version.
fn single_state<'s>(
    here: &'s [SideVersion],
    side: &DiffSide,
    place: &dyn Fn(&StageName) -> usize,
) -> Option<CellState<'s>> {
    let [SideVersion { cell, version, .. }] = here else { return None };
    Some(CellState { cell, version, cut: side.cut, stage: place(&cell.stage) })
}

/// Targets in which each app runs.
fn targets(
    side: &DiffSide,
) -> BTreeMap<(&AppName, &Option<String>), BTreeSet<&Option<TargetName>>> {
    let mut out: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for entry in &side.entries {
        out.entry((&entry.app, &entry.component)).or_default().insert(&entry.target);
    }
    out
}

fn add(here: &mut Vec<SideVersion>, entry: &MappingEntry, cell: CellKey, by_target: bool) {
    let target = entry.target.clone().filter(|_| !by_target);
    match here.iter_mut().find(|here| here.version == entry.version && here.image == entry.image) {
        Some(same) => same.targets.extend(target),
        None => here.push(SideVersion {
            cell,
            image: entry.image.clone(),
            version: entry.version.clone(),
            targets: target.into_iter().collect(),
        }),
    }
}

fn is_subset(xs: &[SideVersion], ys: &[SideVersion], images_count: bool) -> bool {
    let same = |x: &SideVersion, y: &SideVersion| {
        x.version.is_same(&y.version) && (!images_count || x.image == y.image)
    };
    xs.is_empty() == ys.is_empty() && xs.iter().all(|x| ys.iter().any(|y| same(x, y)))
}
