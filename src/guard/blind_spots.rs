//! Blind spots: places that other programs read and the mapping does not. The effect of a change
//! there on versions cannot be judged, so only people who may change the rules may make it.

use super::permissions::{ChangeContributors, PermissionResult};
use super::rulings::{GuardCheck, GuardRefusal, Ruling, split_permit};
use super::state::{ClaimBlindSpot, GuardState};
use crate::config::Config;
use crate::config::gates::CONFIG;
use crate::model::{BlindSpot, BlindSpotEffect, StageName};
use std::collections::{BTreeMap, BTreeSet};

/// Rules on each changed blind spot, except in files that already have a ruling (`known`).
pub fn of_blind(
    before: &GuardState,
    after: &GuardState,
    config: &Config,
    people: &ChangeContributors<'_>,
    known: &BTreeSet<String>,
) -> Vec<Ruling> {
    let mut told: BTreeSet<(&str, &str)> = BTreeSet::new();
    let (was, is) = (by_place(&before.blind), by_place(&after.blind));
    let places: BTreeSet<&BlindSpotKey<'_>> = was.keys().chain(is.keys()).collect();
    let mut out = Vec::new();
    for place in places {
        let at = |blind: &BTreeMap<_, Vec<_>>| blind.get(place).cloned().unwrap_or_default();
        let (was, is) = (at(&was), at(&is));
        let is_protected = is_protected(place.1, config);
        let owners = owners_of(was.iter().chain(&is).copied());
        if !is_protected && owners.is_empty() {
            continue;
        }
        let Some(spot) = find_changed_spot(&was, &is, before, after) else { continue };
        if !known.contains(&spot.path) && told.insert((&spot.path, &spot.key)) {
            let permit = match is_protected {
                true => people.permit_rules(&config.pipeline),
                false => people.permit_owned(&config.pipeline, &owners),
            };
            out.push(spot_ruling(spot, &permit, config));
        }
    }
    out
}

/// The owners of the apps that these blind spots affect.
fn owners_of<'b>(spots: impl Iterator<Item = &'b ClaimBlindSpot>) -> BTreeSet<String> {
    spots.flat_map(|one| one.owners.iter().cloned()).collect()
}

/// Key and stage of a blind spot. The same key in another file is the same place.
type BlindSpotKey<'b> = (&'b str, Option<&'b StageName>);

fn by_place(blind: &[ClaimBlindSpot]) -> BTreeMap<BlindSpotKey<'_>, Vec<&ClaimBlindSpot>> {
    let mut out: BTreeMap<BlindSpotKey<'_>, Vec<&ClaimBlindSpot>> = BTreeMap::new();
    for one in blind {
        let stages = one.stages.iter().map(Some);
        let nowhere = one.stages.is_empty().then_some(None);
        stages
            .chain(nowhere)
            .for_each(|stage| out.entry((&one.spot.key, stage)).or_default().push(one));
    }
    out
}

/// Returns a changed blind spot: a new one, or one that is gone. A spot that goes with its file is
/// no loss, and an unchanged spot that a new file refers to is no news.
fn find_changed_spot<'b>(
    was: &[&'b ClaimBlindSpot],
    is: &[&'b ClaimBlindSpot],
    before: &GuardState,
    after: &GuardState,
) -> Option<&'b BlindSpot> {
    let (new, gone) = (spots_missing_from(is, was), spots_missing_from(was, is));
    if new.is_empty() && gone.is_empty() {
        return None;
    }
    let reach = new.iter().chain(&gone).map(|one| one.spot.reach).next()?;
    if reach == BlindSpotEffect::Leads && (new.is_empty() || gone.is_empty()) {
        return None;
    }
    let is_known = |one: &ClaimBlindSpot| before.blind.iter().any(|other| other.spot == one.spot);
    let new = new.into_iter().find(|one| before.claims.contains(&one.claim) || !is_known(one));
    let gone = || gone.into_iter().find(|one| after.claims.contains(&one.claim));
    new.or_else(gone).map(|one| &one.spot)
}

/// Spots without an equal one among the others.
fn spots_missing_from<'b>(
    blind: &[&'b ClaimBlindSpot],
    others: &[&'b ClaimBlindSpot],
) -> Vec<&'b ClaimBlindSpot> {
    let says: BTreeSet<&str> = others.iter().map(|other| other.spot.says.as_str()).collect();
    blind.iter().copied().filter(|one| !says.contains(one.spot.says.as_str())).collect()
}

/// True if a stage is protected: another stage comes before it, or it has permissions. For an
/// unknown stage, true if any stage is.
pub fn is_protected(stage: Option<&StageName>, config: &Config) -> bool {
    let is_kept = |stage: &StageName| {
        !config.upstream_stages(stage).is_empty()
            || config.pipeline.find_permission(stage.as_str()).is_some()
    };
    stage.map_or_else(|| config.stages.iter().any(|stage| is_kept(&stage.name)), is_kept)
}

fn spot_ruling(spot: &BlindSpot, permit: &PermissionResult, config: &Config) -> Ruling {
    let what = if spot.key.is_empty() { String::new() } else { format!("{}: ", spot.key) };
    let reason = format!("{what}changed, and its effect on versions is not computed");
    let refusal = GuardRefusal::new(GuardCheck::Unreadable, reason);
    match split_permit(permit, config) {
        (Some(who), _) => {
            Ruling { granted: Some(who), ..Ruling::of_file(&spot.path, spot.line, None) }
        }
        (None, denied) => {
            let named =
                format!("`permissions: {{ {CONFIG}: [...] }}` names the people who may change it");
            let hint = denied.and_then(|denied| denied.hint).unwrap_or(named);
            Ruling::of_file(&spot.path, spot.line, Some(refusal.hint(hint)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::slice;

    fn blind(says: &str, claim: &str, reach: BlindSpotEffect) -> ClaimBlindSpot {
        let spot =
            BlindSpot { path: "x".into(), key: "k".into(), line: None, says: says.into(), reach };
        ClaimBlindSpot {
            spot,
            claim: claim.into(),
            stages: BTreeSet::new(),
            owners: BTreeSet::new(),
        }
    }

    /// The changed spot between two lists, with `a` claimed before and after.
    fn told(was: &[ClaimBlindSpot], is: &[ClaimBlindSpot]) -> Option<String> {
        let side = |blind: &[ClaimBlindSpot]| GuardState {
            blind: blind.to_vec(),
            claims: ["a".into()].into(),
            ..GuardState::default()
        };
        let (before, after) = (side(was), side(is));
        let (was, is): (Vec<&ClaimBlindSpot>, Vec<&ClaimBlindSpot>) =
            (was.iter().collect(), is.iter().collect());
        find_changed_spot(&was, &is, &before, &after).map(|spot| spot.says.clone())
    }

    #[test]
    fn what_overrides_counts_when_it_comes_and_goes() {
        let [one, two] = ["1", "2"].map(|says| blind(says, "a", BlindSpotEffect::Overrides));
        let all = [one.clone(), two.clone()];
        assert_eq!(told(&all, &[two.clone(), one.clone()]), None);
        assert_eq!(told(&[], &all[..1]).as_deref(), Some("1"));
        assert_eq!(told(&all, &all[..1]).as_deref(), Some("2"));
        assert_eq!(told(&all[..1], &all[1..]).as_deref(), Some("2"));
    }

    #[test]
    fn what_comes_or_goes_with_its_file() {
        let [old, other] = ["a", "b"].map(|claim| blind("1", claim, BlindSpotEffect::Overrides));
        assert_eq!(told(slice::from_ref(&other), &[]), None, "its file is gone");
        assert_eq!(told(&[], slice::from_ref(&other)).as_deref(), Some("1"), "its file is new");
        assert_eq!(
            told(slice::from_ref(&old), &[old.clone(), other]),
            None,
            "a new file takes up what is there"
        );
    }

    #[test]
    fn what_leads_counts_when_it_leads_elsewhere() {
        let [one, two] = ["1", "2"].map(|says| [blind(says, "a", BlindSpotEffect::Leads)]);
        assert_eq!((told(&[], &one), told(&one, &[])), (None, None));
        assert_eq!(told(&one, &two).as_deref(), Some("2"));
    }
}
