//! Matches the versions before and after a commit into pairs.

use crate::history::timeline::{ImageVersion, Interner};
use std::collections::{BTreeMap, VecDeque};

/// Search limit for a partner. Matching versions stand in nearly the same order, and a file may
/// hold a hundred thousand versions.
const AHEAD: usize = 64;

/// A version held by a claim, in numbers of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClaimedVersion {
    /// Number of the claim.
    pub claim: usize,
    pub cell: u32,
    pub pin: u32,
    pub path: u32,
    /// Number of the commit to report if an older state shows another version: the one that made a
    /// broken file readable again.
    pub pending: Option<u32>,
    /// True if its introducing commit is searched.
    pub asked: bool,
    /// Hashes of the places that hold it; empty if its claim holds one version of the cell, in one
    /// place.
    pub places: Vec<u64>,
}

/// A cell before and after a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CellTransition {
    pub from: Option<ClaimedVersion>,
    pub to: Option<ClaimedVersion>,
}

/// Pairs the versions before a commit with those after it, cell by cell. Equal versions are left
/// out, even if another file holds them now: moving a version is no deployment. For equal versions
/// `asked` passes to the older one, so that the search goes on.
pub(super) fn match_versions(
    before: &mut [ClaimedVersion],
    after: &[ClaimedVersion],
    pins: &Interner<ImageVersion>,
) -> Vec<CellTransition> {
    let mut cells: BTreeMap<u32, (Vec<usize>, VecDeque<usize>)> = BTreeMap::new();
    for (at, held) in before.iter().enumerate() {
        cells.entry(held.cell).or_default().0.push(at);
    }
    for (at, held) in after.iter().enumerate() {
        cells.entry(held.cell).or_default().1.push_back(at);
    }
    let mut out = Vec::new();
    for (olds, news) in cells.into_values() {
        out.extend(match_in_cell(before, after, pins, olds, news));
    }
    out
}

/// Pairs the versions of one cell, given by their positions: equal ones first, then those of the
/// same claim and image, then the rest. What is left of one side comes or goes, unless it stands
/// where a paired version stood: then one of several places of a version has changed.
fn match_in_cell(
    before: &mut [ClaimedVersion],
    after: &[ClaimedVersion],
    pins: &Interner<ImageVersion>,
    mut olds: Vec<usize>,
    mut news: VecDeque<usize>,
) -> Vec<CellTransition> {
    let same = |a: &ClaimedVersion, b: &ClaimedVersion| {
        a.pin == b.pin || same_version(pins.get(a.pin), pins.get(b.pin))
    };
    let at_home = |a: &ClaimedVersion, b: &ClaimedVersion| a.claim == b.claim && same(a, b);
    let (all_olds, all_news) = (olds.clone(), news.clone());
    let mut unchanged =
        match_up(&mut olds, &mut news, |old, new| at_home(&before[old], &after[new]));
    unchanged.extend(match_up(&mut olds, &mut news, |old, new| same(&before[old], &after[new])));
    for (old, new) in unchanged {
        before[old].asked |= after[new].asked;
    }
    let image_of = |held: &ClaimedVersion| pins.get(held.pin).map(|pinned| &pinned.image);
    let image =
        |a: &ClaimedVersion, b: &ClaimedVersion| a.claim == b.claim && image_of(a) == image_of(b);
    let mut found = match_up(&mut olds, &mut news, |old, new| image(&before[old], &after[new]));
    found.extend(match_up(&mut olds, &mut news, |old, new| before[old].claim == after[new].claim));
    found.extend(match_up(&mut olds, &mut news, |_, _| true));
    let pair = |from: Option<usize>, to: Option<usize>| CellTransition {
        from: from.map(|at| before[at].clone()),
        to: to.map(|at| after[at].clone()),
    };
    let mut out: Vec<CellTransition> =
        found.into_iter().map(|(old, new)| pair(Some(old), Some(new))).collect();
    out.extend(news.into_iter().map(|new| {
        let stood = all_olds.iter().copied().find(|old| share_place(&before[*old], &after[new]));
        pair(stood, Some(new))
    }));
    out.extend(olds.into_iter().map(|old| {
        let stands = all_news.iter().copied().find(|new| share_place(&before[old], &after[*new]));
        let mut transition = pair(Some(old), stands);
        // The version has come to another place before.
        transition.to.iter_mut().for_each(|to| to.asked = false);
        transition
    }));
    out
}

/// True if one place holds first the one version and then the other.
fn share_place(old: &ClaimedVersion, new: &ClaimedVersion) -> bool {
    old.claim == new.claim
        && old.pin != new.pin
        && old.places.iter().any(|place| new.places.contains(place))
}

/// True for equal versions whose images do not differ.
pub(super) fn same_version(a: Option<&ImageVersion>, b: Option<&ImageVersion>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return false };
    a.version == b.version && (a.image.is_none() || b.image.is_none() || a.image == b.image)
}

/// Removes matching items from both lists, in order, and returns them as pairs.
fn match_up(
    olds: &mut Vec<usize>,
    news: &mut VecDeque<usize>,
    belong: impl Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    olds.retain(|old| {
        let found = news
            .iter()
            .take(AHEAD)
            .position(|new| belong(*old, *new))
            .and_then(|at| news.remove(at));
        out.extend(found.map(|new| (*old, new)));
        found.is_none()
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Version;

    /// Pins are their own tags; 100 and more are of another image.
    fn pins() -> Interner<ImageVersion> {
        let mut pins = Interner::default();
        for number in 0..200 {
            let image = if number < 100 { "web" } else { "site" }.to_owned();
            pins.number(&ImageVersion {
                image: Some(image),
                version: Version::parse(&(number % 100).to_string()),
            });
        }
        pins
    }

    fn held(claim: usize, cell: u32, pin: u32) -> ClaimedVersion {
        ClaimedVersion {
            claim,
            cell,
            pin,
            path: 0,
            pending: None,
            asked: false,
            places: Vec::new(),
        }
    }

    fn shown(before: &[ClaimedVersion], after: &[ClaimedVersion]) -> Vec<String> {
        let text = |side: &Option<ClaimedVersion>| {
            side.as_ref().map_or("-".to_owned(), |held| held.pin.to_string())
        };
        let found = match_versions(&mut before.to_vec(), after, &pins());
        found.iter().map(|pair| format!("{} > {}", text(&pair.from), text(&pair.to))).collect()
    }

    #[test]
    fn what_is_the_same_is_left_out_wherever_it_stands() {
        assert!(shown(&[held(1, 1, 5)], &[held(1, 1, 5)]).is_empty());
        assert!(shown(&[held(1, 1, 5)], &[held(2, 1, 5)]).is_empty(), "a move");
        assert_eq!(shown(&[held(1, 1, 5)], &[held(2, 2, 5)]), ["5 > -", "- > 5"], "another cell");
    }

    #[test]
    fn a_change_pairs_within_its_file_first() {
        assert_eq!(
            shown(&[held(1, 1, 5), held(2, 1, 6)], &[held(2, 1, 7), held(1, 1, 5)]),
            ["6 > 7"]
        );
        assert_eq!(
            shown(&[held(1, 1, 5), held(2, 1, 6)], &[held(2, 1, 7), held(1, 1, 8)]),
            ["5 > 8", "6 > 7"]
        );
        assert_eq!(
            shown(&[held(1, 1, 5), held(1, 1, 106)], &[held(1, 1, 107), held(1, 1, 8)]),
            ["5 > 8", "106 > 107"]
        );
        assert_eq!(shown(&[held(1, 1, 5)], &[held(2, 1, 6)]), ["5 > 6"], "moved and changed");
    }

    #[test]
    fn coming_and_going_have_one_side() {
        assert_eq!(shown(&[], &[held(1, 1, 5)]), ["- > 5"]);
        assert_eq!(shown(&[held(1, 1, 5), held(1, 1, 6)], &[held(1, 1, 6)]), ["5 > -"]);
    }

    #[test]
    fn waiting_goes_on_at_the_older_side() {
        let mut before = [held(1, 1, 5)];
        let after = [ClaimedVersion { asked: true, ..held(2, 1, 5) }];
        assert!(match_versions(&mut before, &after, &pins()).is_empty() && before[0].asked);
    }

    #[test]
    fn one_of_several_places_changes() {
        let at =
            |pin, places: &[u64]| ClaimedVersion { places: places.to_vec(), ..held(1, 1, pin) };
        let (both, one, other) = (at(5, &[1, 2]), at(6, &[1]), at(5, &[2]));
        assert_eq!(shown(std::slice::from_ref(&both), &[one.clone(), other.clone()]), ["5 > 6"]);
        assert_eq!(shown(&[one, other], &[at(6, &[1, 2])]), ["5 > 6"]);
        assert_eq!(
            shown(std::slice::from_ref(&both), &[at(6, &[1, 2])]),
            ["5 > 6"],
            "both at once"
        );
        assert_eq!(
            shown(std::slice::from_ref(&both), &[both.clone(), at(6, &[3])]),
            ["- > 6"],
            "a new place"
        );
    }
}
