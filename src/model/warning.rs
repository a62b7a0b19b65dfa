//! What could not be read, or is odd, without stopping the rest.

/// Something that was passed over, and why. Never an error: everything else is still answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
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
    pub fn at(code: &'static str, path: &str, message: impl Into<String>) -> Self {
        Warning { code, path: Some(path.to_owned()), message: message.into() }
    }

    /// A warning about the repository as a whole.
    pub fn general(code: &'static str, message: impl Into<String>) -> Self {
        Warning { code, path: None, message: message.into() }
    }
}
