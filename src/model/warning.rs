//! Problems that do not stop the rest from being read.

use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Something that was skipped, and why. Never an error: the rest is still reported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Warning {
    /// A stable code for machines: `unreadable`, `not-yaml`, `missing-object`, …
    pub code: &'static str,
    /// The file concerned, if there is one.
    pub path: Option<String>,
    /// One sentence for display.
    pub message: String,
}

impl Warning {
    /// Creates a warning about one file.
    pub fn for_file(code: &'static str, path: &str, message: impl Into<String>) -> Self {
        Warning { code, path: Some(path.to_owned()), message: message.into() }
    }

    /// Creates a warning about the whole repository.
    pub fn general(code: &'static str, message: impl Into<String>) -> Self {
        Warning { code, path: None, message: message.into() }
    }
}

/// A warning as stored in a cache.
#[derive(Deserialize)]
struct StoredWarning {
    code: String,
    path: Option<String>,
    message: String,
}

impl<'de> Deserialize<'de> for Warning {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let StoredWarning { code, path, message } = StoredWarning::deserialize(from)?;
        Ok(Warning { code: intern_code(code), path, message })
    }
}

/// Interns a code. There are few codes, and each is leaked once.
fn intern_code(code: String) -> &'static str {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.get(code.as_str()) {
        return known;
    }
    let code: &'static str = code.leak();
    known.insert(code);
    code
}
