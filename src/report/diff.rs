//! What `towpath diff` tells: where two states differ, app by app.

use crate::history::{Ahead, Moment};
use crate::model::{AppName, Entry, SlotKey, StageName, TargetName, Version, Warning};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// One of the two states.
#[derive(Debug, Clone)]
pub struct Side {
    /// As the user named it.
    pub text: String,
    /// The stage that is meant; `None`: all of them.
    pub stage: Option<StageName>,
    pub revision: Option<String>,
    pub time: Option<Timestamp>,
    /// What runs there.
    pub entries: Vec<Entry>,
    /// The newest deployment that had happened, as an index of the timeline.
    pub cut: usize,
}

/// Both, and where they differ.
#[derive(Debug, Clone)]
pub struct Diff {
    pub left: Side,
    pub right: Side,
    pub differences: Vec<Difference>,
    /// How many apps (in a stage, where whole states are compared) there are.
    pub compared: usize,
    pub warnings: Vec<Warning>,
}

/// An app that is not the same on both sides.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The app, or `app/component` where the app has several.
    pub name: String,
    pub component: Option<String>,
    /// Set where whole states are compared.
    pub stage: Option<StageName>,
    /// Set where both sides have the same targets.
    pub target: Option<TargetName>,
    /// The distinct versions on each side; none where the app is not there.
    pub left: Vec<Here>,
    pub right: Vec<Here>,
    pub ahead: Ahead,
}

/// A version on one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Here {
    pub slot: SlotKey,
    pub image: Option<String>,
    pub version: Version,
    /// Where it runs; empty for a stage that is one place.
    pub targets: Vec<TargetName>,
}

/// What is compared with what: stage and target, where they matter.
type Key<'e> = (&'e AppName, &'e Option<String>, Option<&'e StageName>, Option<&'e TargetName>);

impl Diff {
    /// Compares two states. `name` gives the name of an app, `place` a stage's place in the
    /// pipeline, `ahead` says who is further on.
    pub fn new(
        left: Side,
        right: Side,
        name: &dyn Fn(&SlotKey) -> String,
        place: &dyn Fn(&StageName) -> usize,
        ahead: &dyn Fn(Moment<'_>, Moment<'_>) -> Ahead,
    ) -> Self {
        let whole = left.stage.is_none();
        // Registries may differ from stage to stage; in one stage another image is another thing.
        let images_count = left.stage == right.stage;
        let mut compared: BTreeMap<(String, usize, Key<'_>), [Vec<Here>; 2]> = BTreeMap::new();
        let (left_targets, right_targets) = (targets(&left), targets(&right));
        for (at, side) in [&left, &right].into_iter().enumerate() {
            for entry in &side.entries {
                let slot = entry.slot();
                let app = (&entry.app, &entry.component);
                let by_target = whole || left_targets.get(&app) == right_targets.get(&app);
                let key = (
                    app.0,
                    app.1,
                    whole.then_some(&entry.stage),
                    entry.target.as_ref().filter(|_| by_target),
                );
                let order = if whole { place(&entry.stage) } else { 0 };
                let here = &mut compared.entry((name(&slot), order, key)).or_default()[at];
                add(here, entry, slot, by_target);
            }
        }
        let moment = |here: &[Here], side: &Side| match here {
            [one] => Some((one.clone(), side.cut, place(&one.slot.stage))),
            _ => None,
        };
        let count = compared.len();
        let differences = compared
            .into_iter()
            .filter(|(_, [a, b])| !(within(a, b, images_count) && within(b, a, images_count)));
        let differences = differences.map(|((name, _, (_, component, stage, target)), [a, b])| {
            let sides = moment(&a, &left).zip(moment(&b, &right));
            let ahead =
                sides.map_or(Ahead::Unknown, |((a, a_cut, a_stage), (b, b_cut, b_stage))| {
                    let a =
                        Moment { slot: &a.slot, version: &a.version, cut: a_cut, stage: a_stage };
                    ahead(
                        a,
                        Moment { slot: &b.slot, version: &b.version, cut: b_cut, stage: b_stage },
                    )
                });
            let (stage, target) = (stage.cloned(), target.cloned());
            Difference {
                name,
                component: component.clone(),
                stage,
                target,
                left: a,
                right: b,
                ahead,
            }
        });
        let differences = differences.collect();
        Diff { differences, left, right, compared: count, warnings: Vec::new() }
    }
}

/// In which targets each app runs.
fn targets(side: &Side) -> BTreeMap<(&AppName, &Option<String>), BTreeSet<&Option<TargetName>>> {
    let mut out: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for entry in &side.entries {
        out.entry((&entry.app, &entry.component)).or_default().insert(&entry.target);
    }
    out
}

fn add(here: &mut Vec<Here>, entry: &Entry, slot: SlotKey, by_target: bool) {
    let target = entry.target.clone().filter(|_| !by_target);
    match here.iter_mut().find(|here| here.version == entry.version && here.image == entry.image) {
        Some(same) => same.targets.extend(target),
        None => here.push(Here {
            slot,
            image: entry.image.clone(),
            version: entry.version.clone(),
            targets: target.into_iter().collect(),
        }),
    }
}

fn within(xs: &[Here], ys: &[Here], images_count: bool) -> bool {
    let same =
        |x: &Here, y: &Here| x.version.is_same(&y.version) && (!images_count || x.image == y.image);
    xs.is_empty() == ys.is_empty() && xs.iter().all(|x| ys.iter().any(|y| same(x, y)))
}
