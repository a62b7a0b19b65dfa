//! The tags of a repository.

use super::cache::StoredTags;
use super::client::{RegistryClient, RegistryRequest};
use super::error::{RegistryError, parse_answer};
use super::place::ImageRepository;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Tags asked for in one page.
const PAGE: usize = 1000;
/// Maximum number of pages.
const MAX_PAGES: usize = 200;
/// The longest page, in bytes. Some registries send all tags at once.
const MAX_BYTES: u64 = 32 * 1024 * 1024;
/// The longest tag (OCI distribution specification, "Pulling manifests").
const LONGEST_TAG: usize = 128;

#[derive(Deserialize)]
struct TagPage {
    /// `null` in a repository whose tags were all deleted.
    tags: Option<Vec<String>>,
}

impl RegistryClient {
    /// Returns the tags of a repository in no particular order, from the cache if they were read
    /// after `oldest`, in seconds since 1970. `now` is noted for what is read.
    ///
    /// # Errors
    /// When the registry does not answer, or not as specified.
    pub fn tags(
        &self,
        place: &ImageRepository,
        oldest: i64,
        now: i64,
    ) -> Result<StoredTags, RegistryError> {
        if let Some(stored) = self.cache.tags(place).filter(|stored| stored.read_at >= oldest) {
            return Ok(stored);
        }
        let tags = self.read_tags(place)?;
        let stored = StoredTags { read_at: now, tags };
        self.cache.store_tags(place, &stored);
        Ok(stored)
    }

    fn read_tags(&self, place: &ImageRepository) -> Result<Vec<String>, RegistryError> {
        let asked = format!("the tags of {place}");
        let mut path = format!("tags/list?n={PAGE}");
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut names_pages = false;
        for _ in 0..MAX_PAGES {
            let request = RegistryRequest::get(&path, "application/json", MAX_BYTES, &asked);
            let answer = self.send_well(place, &request)?;
            let page: TagPage = parse_answer(place, &answer.body, &asked)?;
            let tags = page.tags.unwrap_or_default();
            let (count, last) = (tags.len(), tags.last().cloned());
            let before = seen.len();
            seen.extend(tags.into_iter().filter(|tag| is_tag(tag)));
            let has_new = seen.len() > before;
            path = match (answer.next_page(), last) {
                (Some(next), _) if has_new || count == 0 => {
                    names_pages = true;
                    next
                }
                // Some registries end a full page without naming the next one.
                (None, Some(last)) if count == PAGE && has_new && !names_pages => {
                    format!("tags/list?n={PAGE}&last={}", crate::forge::escape_url(&last))
                }
                _ => return Ok(seen.into_iter().collect()),
            };
        }
        Err(RegistryError::TooMany { host: place.host.clone(), asked, pages: MAX_PAGES })
    }
}

/// True for a tag of the specification. Others cannot be pulled.
pub(super) fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= LONGEST_TAG
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}
