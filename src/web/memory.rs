//! The answers of one state, kept in memory. An answer is computed once, also when many ask for it
//! at the same time.

use super::answer::WebAnswer;
use super::request::{AnswerKey, AnswerRequest};
use crate::ops::error::Failure;
use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::OnceCell;

/// Limits of the memory; the answers that were not wanted for the longest time are forgotten.
const MAX_BYTES: usize = 32 << 20;
const MAX_ANSWERS: usize = 4096;

type AnswerCell = Arc<OnceCell<Arc<WebAnswer>>>;

/// The answers of one state.
#[derive(Default)]
pub struct AnswerMemory {
    entries: Mutex<HashMap<AnswerKey, MemoryEntry>>,
    /// Counts the questions, as a clock of the last use.
    uses: AtomicU64,
}

struct MemoryEntry {
    request: AnswerRequest,
    cell: AnswerCell,
    used: u64,
    /// True while an answer that has expired is computed again.
    is_renewed: bool,
}

impl MemoryEntry {
    fn weight(&self) -> usize {
        self.cell.get().map_or(0, |answer| answer.weight())
    }
}

/// What the memory has for a request.
enum KnownAnswer {
    Ready(Arc<WebAnswer>),
    /// Good enough for this reader; the next one should get a new one.
    Expired(Arc<WebAnswer>),
    /// It is computed now, or has to be.
    Missing(AnswerCell),
}

impl AnswerMemory {
    /// The answer to a request: from memory, or computed now. Others that want it wait for it. The
    /// computation goes on when the reader goes away, as others may wait.
    ///
    /// # Errors
    /// Those of `compute`; a failure is not kept.
    pub async fn get_or_compute<F>(
        self: &Arc<Self>,
        request: &AnswerRequest,
        compute: F,
    ) -> Result<Arc<WebAnswer>, Failure>
    where
        F: Future<Output = Result<WebAnswer, Failure>> + Send + 'static,
    {
        match self.look_up(request) {
            KnownAnswer::Ready(answer) => Ok(answer),
            KnownAnswer::Expired(answer) => {
                let (memory, key) = (Arc::clone(self), request.key.clone());
                tokio::spawn(async move { memory.renew(&key, compute.await.ok()) });
                Ok(answer)
            }
            KnownAnswer::Missing(cell) => {
                let memory = Arc::clone(self);
                let computed = tokio::spawn(async move {
                    let answer = cell.get_or_try_init(|| async { compute.await.map(Arc::new) });
                    let answer = answer.await.map(Arc::clone);
                    memory.forget_oldest();
                    answer
                });
                computed.await.unwrap_or_else(|error| {
                    Err(Failure::failed("the answer could not be computed").with_cause(&error))
                })
            }
        }
    }

    /// Keeps an answer that was computed before anybody asked.
    pub fn insert(&self, request: &AnswerRequest, answer: WebAnswer) {
        // Nobody else asks a memory that is being prepared.
        let _ = self.cell(request).set(Arc::new(answer));
    }

    /// The requests that were used last, the newest first.
    pub fn recent_requests(&self, count: usize) -> Vec<AnswerRequest> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<&MemoryEntry> = entries.values().collect();
        all.sort_by_key(|entry| std::cmp::Reverse(entry.used));
        all.into_iter().take(count).map(|entry| entry.request.clone()).collect()
    }

    /// The number of answers and their bytes.
    pub fn size(&self) -> (usize, usize) {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        (entries.len(), entries.values().map(MemoryEntry::weight).sum())
    }

    fn cell(&self, request: &AnswerRequest) -> AnswerCell {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let used = self.uses.fetch_add(1, Ordering::Relaxed);
        let entry = entries.entry(request.key.clone()).or_insert_with(|| MemoryEntry {
            request: request.clone(),
            cell: AnswerCell::default(),
            used,
            is_renewed: false,
        });
        entry.used = used;
        Arc::clone(&entry.cell)
    }

    fn look_up(&self, request: &AnswerRequest) -> KnownAnswer {
        let cell = self.cell(request);
        let Some(answer) = cell.get() else { return KnownAnswer::Missing(cell) };
        let now = Instant::now();
        let Some(expires) = answer.expires.filter(|expires| *expires <= now) else {
            return KnownAnswer::Ready(Arc::clone(answer));
        };
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(entry) = entries.get_mut(&request.key) else { return KnownAnswer::Missing(cell) };
        if expires + answer.grace <= now {
            if Arc::ptr_eq(&entry.cell, &cell) {
                entry.cell = AnswerCell::default();
            }
            return KnownAnswer::Missing(Arc::clone(&entry.cell));
        }
        if std::mem::replace(&mut entry.is_renewed, true) {
            return KnownAnswer::Ready(Arc::clone(answer));
        }
        KnownAnswer::Expired(Arc::clone(answer))
    }

    /// Replaces an answer that has expired; `None` where it could not be computed again.
    fn renew(&self, key: &AnswerKey, answer: Option<WebAnswer>) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(entry) = entries.get_mut(key) else { return };
        entry.is_renewed = false;
        if let Some(answer) = answer {
            entry.cell = Arc::new(OnceCell::new_with(Some(Arc::new(answer))));
        }
    }

    fn forget_oldest(&self) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes: usize = entries.values().map(MemoryEntry::weight).sum();
        if bytes <= MAX_BYTES && entries.len() <= MAX_ANSWERS {
            return;
        }
        let mut oldest: Vec<(u64, AnswerKey, usize)> = entries
            .values()
            .map(|entry| (entry.used, entry.request.key.clone(), entry.weight()))
            .collect();
        oldest.sort_by_key(|(used, _, _)| *used);
        // Half of it at once, so that a full memory is not sorted for each answer.
        for (_, key, weight) in oldest {
            if bytes <= MAX_BYTES / 2 && entries.len() <= MAX_ANSWERS / 2 {
                break;
            }
            entries.remove(&key);
            bytes -= weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::api::API;
    use axum::http::StatusCode;
    use std::time::Duration;

    fn request(query: &str) -> AnswerRequest {
        AnswerRequest::new(&API[0], None, query, false).expect("a request")
    }

    fn answer(body: &str, expires: Option<Instant>) -> WebAnswer {
        let mut answer = WebAnswer::new(StatusCode::OK, "text/plain", body.to_owned());
        answer.expires = expires;
        answer
    }

    fn block<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(future)
    }

    /// Asks `count` times, with answers that expire `holds` from now; the number of computations.
    fn computations(count: usize, holds: Option<Duration>, grace: Duration) -> u64 {
        let (memory, computed) = (Arc::new(AnswerMemory::default()), Arc::new(AtomicU64::new(0)));
        block(async {
            for _ in 0..count {
                let computed = Arc::clone(&computed);
                let compute = async move {
                    computed.fetch_add(1, Ordering::Relaxed);
                    let mut answer = answer("text", holds.map(|holds| Instant::now() + holds));
                    answer.grace = grace;
                    Ok(answer)
                };
                memory.get_or_compute(&request("app=web"), compute).await.expect("an answer");
                tokio::task::yield_now().await;
            }
        });
        computed.load(Ordering::Relaxed)
    }

    #[test]
    fn an_answer_is_computed_once_until_it_expires() {
        let (now, hour) = (Duration::ZERO, Duration::from_secs(3600));
        assert_eq!(computations(3, None, now), 1);
        assert_eq!(computations(3, Some(hour), now), 1);
        assert_eq!(computations(3, Some(now), now), 3);
        // The third reader gets what was computed when the second one came.
        assert_eq!(computations(3, Some(now), hour), 3);
    }

    #[test]
    fn readers_of_an_expired_answer_wait_only_when_it_is_too_old() {
        let memory = Arc::new(AnswerMemory::default());
        let mut old = answer("old", Some(Instant::now()));
        old.grace = Duration::from_secs(60);
        memory.insert(&request(""), old);
        block(async {
            let never = std::future::pending::<Result<WebAnswer, Failure>>;
            for _ in 0..3 {
                memory.get_or_compute(&request(""), never()).await.expect("the old answer");
            }
            memory.renew(&request("").key, Some(answer("new", None)));
            let new = memory.get_or_compute(&request(""), never()).await.expect("the new answer");
            assert!(new.expires.is_none());
        });
    }

    #[test]
    fn a_failure_is_not_kept_and_the_memory_does_not_grow_without_end() {
        let memory = Arc::new(AnswerMemory::default());
        block(async {
            let fails = async { Err(Failure::failed("no")) };
            assert!(memory.get_or_compute(&request(""), fails).await.is_err());
            let works = async { Ok(answer("x", None)) };
            assert!(memory.get_or_compute(&request(""), works).await.is_ok());
            for number in 0..80 {
                let asked = request(&format!("app={number}"));
                let large = async { Ok(answer(&"x".repeat(1 << 20), None)) };
                memory.get_or_compute(&asked, large).await.expect("an answer");
            }
        });
        let (count, bytes) = memory.size();
        assert!(bytes <= MAX_BYTES && count < 80, "{count} answers, {bytes} bytes");
        assert_eq!(memory.recent_requests(1)[0].key, request("app=79").key);
    }
}
