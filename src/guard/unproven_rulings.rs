//! What follows from changes of inputs that are not proven to be harmless: who may make them, and
//! the refusal of everybody else.

use super::blind_spots::is_protected;
use super::permissions::{BreakGlassCommit, ChangeContributors, PermissionResult};
use super::proof::UnprovenPlace;
use super::rulings::{GuardCheck, GuardRefusal, Ruling, split_permit};
use super::unproven_changes::InputComparison;
use crate::config::Config;
use crate::config::gates::CONFIG;
use crate::model::StageName;
use std::collections::BTreeSet;

impl InputComparison<'_> {
    /// The owners of the apps that a file affects.
    fn owners(&self, path: &str) -> BTreeSet<String> {
        let sides = [&self.scope.before.inputs, &self.scope.after.inputs];
        let inputs = sides.into_iter().filter_map(|inputs| inputs.get(path));
        inputs.flat_map(|one| one.owners.iter().cloned()).collect()
    }

    pub(super) fn to_ruling(
        &self,
        path: &str,
        places: &[UnprovenPlace],
        (people, glasses): (&ChangeContributors<'_>, &[BreakGlassCommit]),
    ) -> Ruling {
        let stages = self.stages(path);
        let line = places.iter().find_map(|place| place.line);
        let refusal = GuardRefusal::new(GuardCheck::Unproven, describe(places, &stages));
        let change = UnprovenChange {
            config: self.scope.config,
            stages: &stages,
            owners: &self.owners(path),
            is_new: self.belongs_to_one_side(path),
        };
        change.to_ruling((path, line), refusal, people, glasses)
    }
}

impl InputComparison<'_> {
    /// True for an input that is new, and for a claimed file that goes.
    fn belongs_to_one_side(&self, path: &str) -> bool {
        let (before, after) = (self.scope.before, self.scope.after);
        !before.inputs.contains_key(path)
            || before.claims.contains(path) && !after.claims.contains(path)
    }
}

/// A change of what protected stages are built from, of which more than the cells may move.
pub(super) struct UnprovenChange<'c> {
    pub config: &'c Config,
    /// The protected stages that it affects.
    pub stages: &'c BTreeSet<&'c StageName>,
    /// The owners of the apps that it affects.
    pub owners: &'c BTreeSet<String>,
    /// True for something new, or something that goes as a whole.
    pub is_new: bool,
}

impl UnprovenChange<'_> {
    /// Refuses the change, unless the people may make it or break the glass.
    pub fn to_ruling(
        &self,
        (path, line): (&str, Option<u32>),
        refusal: GuardRefusal,
        people: &ChangeContributors<'_>,
        glasses: &[BreakGlassCommit],
    ) -> Ruling {
        let ruling = |refusal| Ruling::of_file(path, line, refusal);
        match split_permit(&self.permit(people), self.config) {
            (Some(who), _) => Ruling { granted: Some(who), ..ruling(None) },
            (None, denied) => {
                let named = format!(
                    "`permissions: {{ {CONFIG}: [...] }}` names the people who may change it"
                );
                let hint = denied.and_then(|denied| denied.hint).unwrap_or(named);
                let refusal = refusal.hint(hint);
                let is_broken = glasses.iter().any(|glass| glass.opens_stages(self.stages));
                match people.may_break(&self.config.pipeline).filter(|_| is_broken) {
                    Some(who) => {
                        Ruling { granted: Some(who), overridden: vec![refusal], ..ruling(None) }
                    }
                    None => ruling(Some(refusal)),
                }
            }
        }
    }

    /// Who may change the rules may change an input. Owners may change what only their apps read,
    /// in stages that are not protected. Of a file that no protected stage read before, or that
    /// goes, so may those who may change all its stages: it belongs to something new, or that ends.
    fn permit(&self, people: &ChangeContributors<'_>) -> PermissionResult {
        let (pipeline, stages) = (&self.config.pipeline, self.stages);
        let is_of_owners = stages.iter().all(|stage| !is_protected(Some(stage), self.config));
        if is_of_owners && !stages.is_empty() && !self.owners.is_empty() {
            return people.permit_owned(pipeline, self.owners);
        }
        let rules = people.permit_rules(pipeline);
        if matches!(rules, PermissionResult::Granted(_)) || !self.is_new || stages.is_empty() {
            return rules;
        }
        let kept = stages.iter().filter(|stage| is_protected(Some(stage), self.config));
        let stages = kept.map(|stage| people.stage(pipeline, stage.as_str()));
        let owned = (!self.owners.is_empty()).then(|| people.permit_owned(pipeline, self.owners));
        let all: Vec<PermissionResult> = stages.chain(owned).collect();
        match all.iter().all(|one| matches!(one, PermissionResult::Granted(_))) {
            true => all.into_iter().next().unwrap_or(rules),
            false => rules,
        }
    }
}

/// Describes the first place, and how many there are.
fn describe(places: &[UnprovenPlace], stages: &BTreeSet<&StageName>) -> String {
    let Some(first) = places.first() else { return String::new() };
    let key = if first.keys.is_empty() { String::new() } else { format!("`{}`: ", first.keys) };
    let more = match places.len() {
        1 => String::new(),
        2 => " (and another place)".to_owned(),
        count => format!(" (and {} other places)", count - 1),
    };
    let names: Vec<&str> = stages.iter().map(|stage| stage.as_str()).collect();
    let of = match names.as_slice() {
        [] => "an input of protected stages".to_owned(),
        names => format!("an input of {}", names.join(", ")),
    };
    format!("{key}{}{more}; this file is {of}", first.why)
}

impl BreakGlassCommit {
    /// True if the override is for the whole change, or for all of these stages.
    fn opens_stages(&self, stages: &BTreeSet<&StageName>) -> bool {
        self.apps.is_empty()
            && (self.stages.is_empty()
                || stages.iter().all(|stage| self.stages.iter().any(|one| one == stage.as_str())))
    }
}
