//! What could not be read, or is odd, without stopping the rest.

use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Something that was passed over, and why. Never an error: everything else is still answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Warning {
    /// A stable word for machines: `unreadable`, `not-yaml`, `missing-object`, …
    pub code: &'static str,
    /// The file it is about, where there is one.
    pub path: Option<String>,
    /// One sentence for people.
    pub message: String,
}

impl Warning {
    /// A warning about one file.
    pub fn for_file(code: &'static str, path: &str, message: impl Into<String>) -> Self {
        Warning { code, path: Some(path.to_owned()), message: message.into() }
    }

    /// A warning about the repository as a whole.
    pub fn general(code: &'static str, message: impl Into<String>) -> Self {
        Warning { code, path: None, message: message.into() }
    }
}

/// A warning that was written down.
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

/// There are few codes, and each is kept once for good.
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
