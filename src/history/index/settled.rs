//! Since when versions are there, out of a timeline instead of a walk.

use crate::git::Oid;
use crate::history::timeline::{Deployment, Timeline};
use crate::model::{Entry, SlotKey, Version};
use std::collections::HashMap;

/// For entries of the timeline's tip, the commit that put their version there. Left out are those of
/// which the timeline cannot say it: the slot is written in several places, or was.
pub fn settled<'e>(timeline: &Timeline, entries: &'e [Entry]) -> HashMap<(SlotKey, Version), Oid> {
    let mut standing: HashMap<SlotKey, Vec<&'e Version>> = HashMap::new();
    for entry in entries {
        standing.entry(entry.slot()).or_default().push(&entry.version);
    }
    let newest = newest_of_plain_slots(timeline);
    let mut found = HashMap::new();
    for (slot, versions) in standing {
        let ([version], Some(deployment)) = (versions.as_slice(), newest.get(&slot)) else { continue };
        if deployment.to.is_some_and(|to| to.version == **version) {
            found.insert((slot, (*version).clone()), deployment.commit);
        }
    }
    found
}

/// The newest deployment of each slot whose deployments are one chain: what the newer one replaces is
/// what the older one brought. Two places in one slot would break it.
fn newest_of_plain_slots(timeline: &Timeline) -> HashMap<SlotKey, Deployment<'_>> {
    let mut newest: HashMap<&SlotKey, (Deployment<'_>, Deployment<'_>, bool)> = HashMap::new();
    for deployment in timeline.deployments() {
        let (_, last, plain) = newest.entry(deployment.slot).or_insert((deployment, deployment, true));
        if last.index != deployment.index {
            *plain &= last.from.map(|from| &from.version) == deployment.to.map(|to| &to.version);
            *last = deployment;
        }
    }
    let plain = newest.into_iter().filter(|(_, (_, _, plain))| *plain);
    plain.map(|(slot, (newest, ..))| (slot.clone(), newest)).collect()
}
