//! The order of versions: by their tags, by the times of their builds, or by the history.

use crate::history::Deployment;
use crate::model::{SchemeTag, VersionScheme};
use crate::registry::ImageFacts;
use crate::report::LeftOutTag;
use std::cmp::Reverse;
use std::collections::HashMap;

/// A tag that may be a version to deploy, with what is known about it.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub tag: SchemeTag,
    pub digest: Option<String>,
    pub facts: Option<ImageFacts>,
    /// Why the registry did not tell the facts.
    pub trouble: Option<String>,
    /// Its place in the order, equal for tags of equal rank; `None` where it has none.
    pub rank: Option<usize>,
}

impl Candidate {
    /// The time of the build in seconds since 1970: what the tag says wins.
    pub fn time(&self) -> Option<i64> {
        self.tag.parts.time.or_else(|| self.facts.as_ref()?.created)
    }
}

/// Candidates, the newest first, and the tags that are none.
#[derive(Debug, Clone, Default)]
pub(super) struct OrderedTags {
    pub candidates: Vec<Candidate>,
    pub left_out: Vec<LeftOutTag>,
}

/// Orders tags by what they say themselves.
pub(super) fn order_by_tags(scheme: &VersionScheme, tags: &[String]) -> OrderedTags {
    let (fitting, others) = scheme.sort(tags);
    let candidate = |tag| Candidate { tag, digest: None, facts: None, trouble: None, rank: None };
    let mut candidates: Vec<Candidate> = fitting.into_iter().map(candidate).collect();
    if scheme.is_ordered() {
        set_ranks(&mut candidates, |one, next| one.tag.compare(&next.tag).is_eq(), |_| true);
    }
    OrderedTags { candidates, left_out: others.into_iter().map(LeftOutTag::from).collect() }
}

/// Orders candidates by the times of their builds. Those without a time come last.
pub(super) fn order_by_times(mut ordered: OrderedTags) -> OrderedTags {
    ordered.candidates.sort_by_key(|one| Reverse(one.time()));
    let is_equal = |one: &Candidate, next: &Candidate| one.time() == next.time();
    set_ranks(&mut ordered.candidates, is_equal, |one| one.time().is_some());
    ordered
}

/// Orders candidates by their first deployment to any stage. What was never deployed has no place,
/// and comes last.
pub(super) fn order_by_history<'t>(
    mut ordered: OrderedTags,
    deployments: impl Iterator<Item = Deployment<'t>>,
) -> OrderedTags {
    // The deployments come newest first, so that the last entry of a tag is its first deployment.
    let mut first: HashMap<&str, i64> = HashMap::new();
    for deployment in deployments {
        if let Some(tag) = deployment.to.and_then(|to| to.version.tag.as_deref()) {
            first.insert(tag, deployment.time);
        }
    }
    let time = |one: &Candidate| first.get(one.tag.tag.as_str()).copied();
    ordered.candidates.sort_by_key(|one| Reverse(time(one)));
    let is_equal = |one: &Candidate, next: &Candidate| time(one) == time(next);
    set_ranks(&mut ordered.candidates, is_equal, |one| time(one).is_some());
    ordered
}

/// Numbers sorted candidates. Equal ones share a rank, and those without a place have none.
fn set_ranks(
    sorted: &mut [Candidate],
    is_equal: impl Fn(&Candidate, &Candidate) -> bool,
    has_place: impl Fn(&Candidate) -> bool,
) {
    let mut rank = 0;
    for at in 0..sorted.len() {
        let is_next = at > 0 && !is_equal(&sorted[at - 1], &sorted[at]);
        rank += usize::from(is_next);
        sorted[at].rank = has_place(&sorted[at]).then_some(rank);
    }
}
