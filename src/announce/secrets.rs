//! Secrets of a target: from the environment, or from a file that the environment names.

use crate::ops::error::Failure;
use crate::ops::session::Session;

/// The longest file with a secret, in bytes.
const MAX_SECRET: u64 = 64 << 10;

/// The variables of one target: `TOWPATH_CHAT_TOKEN` for the target `chat`.
pub struct TargetSecrets<'a> {
    session: &'a Session,
    prefix: String,
}

impl<'a> TargetSecrets<'a> {
    pub fn new(session: &'a Session, target: &str) -> Self {
        let prefix = format!("TOWPATH_{}", target.to_ascii_uppercase().replace('-', "_"));
        TargetSecrets { session, prefix }
    }

    /// The name of a variable.
    pub fn variable(&self, what: &str) -> String {
        format!("{}_{what}", self.prefix)
    }

    /// The text of a variable, or of the file that the variable with `_FILE` names.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn find(&self, what: &str) -> Result<Option<String>, Failure> {
        let name = self.variable(what);
        if let Some(text) = self.session.variable(&name) {
            return Ok(Some(text.trim().to_owned()));
        }
        let Some(path) = self.session.variable(&format!("{name}_FILE")) else { return Ok(None) };
        let read = std::fs::metadata(&path).and_then(|found| match found.len() {
            0..=MAX_SECRET => std::fs::read_to_string(&path),
            _ => Err(std::io::Error::other("it is too large for a secret")),
        });
        let text = read.map_err(|error| {
            Failure::usage(format!("cannot read `{path}`, which {name}_FILE names"))
                .with_cause(&error)
        })?;
        Ok(Some(text.trim().to_owned()))
    }

    /// The same, where the target cannot do without.
    ///
    /// # Errors
    /// When there is none, too.
    pub fn require(&self, what: &str, about: &str) -> Result<String, Failure> {
        let found = self.find(what)?.filter(|text| !text.is_empty());
        found.ok_or_else(|| {
            let name = self.variable(what);
            Failure::usage(format!("{name} is not set"))
                .hint(format!("it holds {about}; {name}_FILE names a file with it"))
        })
    }
}
