//! Asks the registry about several versions at once.

use super::ordering::Candidate;
use crate::ops::error::Failure;
use crate::registry::{ImageFacts, ImageRepository, RegistryClient, RegistryError};
use std::sync::Mutex;
use std::thread;

/// The number of requests at a time.
const AT_ONCE: usize = 6;

/// What the registry told about one tag.
struct ToldFacts {
    index: usize,
    digest: Option<String>,
    facts: Result<ImageFacts, RegistryError>,
}

/// Reads digest and facts of all candidates without them. A version that cannot be read gets the
/// reason; a registry that does not answer at all ends the search.
pub(super) fn read_facts(
    client: &RegistryClient,
    place: &ImageRepository,
    candidates: &mut [Candidate],
    oldest: i64,
    now: i64,
) -> Result<(), Failure> {
    let open: Vec<(usize, String, Option<String>)> = candidates
        .iter()
        .enumerate()
        .filter(|(_, one)| one.facts.is_none())
        .map(|(index, one)| (index, one.tag.tag.clone(), one.digest.clone()))
        .collect();
    let next = Mutex::new(open.iter());
    let told: Mutex<Vec<ToldFacts>> = Mutex::default();
    let ask = || {
        loop {
            let task = next.lock().ok().and_then(|mut next| next.next());
            let Some((index, tag, digest)) = task else { return };
            let known = digest.clone().or_else(|| client.known_digest(place, tag, oldest));
            let digest = known.map_or_else(|| client.resolve_tag(place, tag), Ok);
            let facts = match &digest {
                Ok(digest) => client.image_facts(place, digest),
                Err(error) => Err(error.clone()),
            };
            let is_over = facts.as_ref().is_err_and(ends_search);
            if let Ok(mut told) = told.lock() {
                told.push(ToldFacts { index: *index, digest: digest.ok(), facts });
            }
            if is_over {
                return;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(open.len()) {
            scope.spawn(ask);
        }
    });
    let told = told.into_inner().unwrap_or_default();
    if let Some(error) =
        told.iter().find_map(|one| one.facts.as_ref().err().filter(|e| ends_search(e)))
    {
        return Err(error.clone().into());
    }
    let mut digests = Vec::new();
    for ToldFacts { index, digest, facts } in told {
        let one = &mut candidates[index];
        digests.extend(digest.clone().map(|digest| (one.tag.tag.clone(), digest)));
        one.digest = digest;
        match facts {
            Ok(facts) => one.facts = Some(facts),
            Err(error) => one.trouble = Some(error.to_string()),
        }
    }
    client.keep_digests(place, &digests, now);
    Ok(())
}

/// True for an error that is not about one version.
fn ends_search(error: &RegistryError) -> bool {
    !matches!(
        error,
        RegistryError::NotFound { .. }
            | RegistryError::WrongDigest { .. }
            | RegistryError::TooLarge { .. }
            | RegistryError::Unreadable { .. }
            | RegistryError::BadName { .. }
    )
}
