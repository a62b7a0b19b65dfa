//! Asks the URL of a gate: 2xx is open, and an expected value must be in the answer.

use crate::forge;
use crate::forge::RequestLimits;
use crate::ops::forge::forge_access;
use crate::ops::gates::facts::line;
use crate::ops::session::Session;
use crate::pipeline::ExternalAnswer;
use serde_json::Value;
use std::time::Duration;

/// The maximum number of bytes of an answer.
const LONGEST: u64 = 1024 * 1024;

pub(super) fn fetch_answer(
    url: &str,
    expect: Option<&(String, String)>,
    timeout: u64,
    session: &Session,
) -> ExternalAnswer {
    let limits =
        RequestLimits { timeout: Duration::from_secs(timeout), ..RequestLimits::default() };
    let access = match forge_access(url, None, limits, session) {
        Ok(access) => access,
        Err(failure) => return ExternalAnswer::NoAnswer(failure.message()),
    };
    let (status, body) = match forge::fetch_once(url, &access, LONGEST) {
        Ok(answer) => answer,
        Err(why) => return ExternalAnswer::NoAnswer(why),
    };
    match (status, expect) {
        (200..=299, None) => ExternalAnswer::Open,
        (200..=299, Some((pointer, value))) => check_value(&body, pointer, value),
        (300..=399, _) => ExternalAnswer::NoAnswer(format!(
            "it redirects ({status}), and towpath does not follow redirects"
        )),
        (status, _) => ExternalAnswer::Shut(status_text(status, &body)),
    }
}

fn status_text(status: u16, body: &[u8]) -> String {
    let text = line(&String::from_utf8_lossy(body));
    // An HTML page is not a readable reason.
    if text.is_empty() || text.starts_with('<') {
        format!("it answers {status}")
    } else {
        format!("it answers {status}: {text}")
    }
}

fn check_value(body: &[u8], pointer: &str, wanted: &str) -> ExternalAnswer {
    let Ok(json) = serde_json::from_slice::<Value>(body) else {
        return ExternalAnswer::NoAnswer("its answer is not JSON".into());
    };
    match json.pointer(pointer) {
        None => ExternalAnswer::NoAnswer(format!("its answer has no {pointer}")),
        Some(value) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if text == wanted {
                ExternalAnswer::Open
            } else {
                ExternalAnswer::Shut(format!("{pointer} is {}, not {wanted}", line(&text)))
            }
        }
    }
}
