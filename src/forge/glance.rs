//! One look at an address that is no forge's: a status page, an error budget.

use super::access::Access;
use super::transport::{Lost, Transport};
use ureq::http::{HeaderMap, Method};

/// The status and the body of one `GET`, without a token. Redirects are not followed, and nothing is
/// tried again.
///
/// # Errors
/// Why there is no answer, as half a sentence.
pub fn glance(url: &str, access: &Access, longest: u64) -> Result<(u16, Vec<u8>), String> {
    let transport = Transport::new(access).map_err(|error| error.to_string())?;
    match transport.send_for(&Method::GET, url, &HeaderMap::new(), &[], longest) {
        Ok(raw) => Ok((raw.status, raw.body)),
        Err(Lost::Timeout) => {
            Err(format!("it took longer than {}s", access.limits.timeout.as_secs()))
        }
        Err(Lost::Untrusted(why)) => Err(format!("its certificate is not trusted: {why}")),
        Err(Lost::Unsent(why) | Lost::Broken(why)) => Err(why),
    }
}
