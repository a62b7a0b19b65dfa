//! A single request to a URL that is not a forge's: a status page, an error budget.

use super::access::ForgeAccess;
use super::transport::{Transport, TransportError};
use ureq::http::{HeaderMap, Method};

/// Sends one `GET` without a token and returns status and body. Redirects are not followed and
/// failures not retried. `longest` limits the body, in bytes.
///
/// # Errors
/// The reason, as a sentence fragment.
pub fn fetch_once(url: &str, access: &ForgeAccess, longest: u64) -> Result<(u16, Vec<u8>), String> {
    let transport = Transport::new(access).map_err(|error| error.to_string())?;
    match transport.send_for(&Method::GET, url, &HeaderMap::new(), &[], longest) {
        Ok(raw) => Ok((raw.status, raw.body)),
        Err(TransportError::Timeout) => {
            Err(format!("it took longer than {}s", access.limits.timeout.as_secs()))
        }
        Err(TransportError::Untrusted(why)) => {
            Err(format!("its certificate is not trusted: {why}"))
        }
        Err(TransportError::Unsent(why) | TransportError::Broken(why)) => Err(why),
        Err(TransportError::TooLarge) => Err("the answer is too large".into()),
    }
}
