//! Waits for what a forge will know in a moment: a branch that was just pushed, or whether a
//! proposal merges.

use super::http::HttpClient;
use super::{Forge, ForgeError, Proposal, ProposalState, Result};

/// The number of attempts. With the usual first pause of half a second, the pauses add up to
/// 15 seconds.
const ATTEMPTS: u32 = 6;

/// Sends a request again while its error says that the forge only needs a moment.
pub(super) fn send_when_ready<T>(
    http: &HttpClient,
    is_not_ready: impl Fn(&ForgeError) -> Result<bool>,
    send: impl Fn() -> Result<T>,
) -> Result<T> {
    for attempt in 0..ATTEMPTS - 1 {
        match send() {
            Err(error) if is_not_ready(&error)? => pause(http, attempt),
            other => return other,
        }
    }
    send()
}

/// Sends a merge request again while the forge checks whether the proposal merges.
pub(super) fn merge_when_ready(
    forge: &dyn Forge,
    http: &HttpClient,
    number: u64,
    send: impl Fn() -> Result<()>,
) -> Result<()> {
    let is_checking = |error: &ForgeError| {
        if error.is_not_ready() {
            return Ok(true);
        }
        if !error.may_be_checking() {
            return Ok(false);
        }
        let now = forge.get_proposal(number)?;
        Ok(now.state == ProposalState::Open && now.is_checking)
    };
    send_when_ready(http, is_checking, send)
}

/// Reads the proposal until the merge that the forge accepted has happened.
pub(super) fn wait_for_merge(
    forge: &dyn Forge,
    http: &HttpClient,
    number: u64,
) -> Result<Proposal> {
    let mut now = forge.get_proposal(number)?;
    for attempt in 0..ATTEMPTS - 1 {
        if now.state != ProposalState::Open {
            break;
        }
        pause(http, attempt);
        now = forge.get_proposal(number)?;
    }
    Ok(now)
}

fn pause(http: &HttpClient, attempt: u32) {
    (http.clock.sleep)(http.limits.pause.saturating_mul(1 << attempt));
}
