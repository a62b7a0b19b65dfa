//! Problems of a configuration, with place, message and hint. All problems are reported at once.

use crate::model::nearest_name;
use crate::yaml::YamlValue;
use std::fmt;

/// Limit on reported problems: a file with more usually repeats one mistake.
const SHOWN: usize = 20;

/// A problem.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Diagnostic {
    /// The file, named as the user would.
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// 1-based, in characters.
    pub column: u32,
    /// The problem: one sentence without its full stop.
    pub message: String,
    /// The remedy, if known.
    pub hint: Option<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// All problems of a configuration that cannot be used, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// At least one.
    pub diagnostics: Vec<Diagnostic>,
    /// Number of further problems.
    pub unlisted: usize,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.diagnostics.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        if self.unlisted > 0 {
            write!(f, "\n… and {} more", self.unlisted)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// Collects problems while a file is read.
pub(super) struct DiagnosticCollector<'t> {
    file: &'t str,
    text: &'t str,
    found: Vec<Diagnostic>,
    unlisted: usize,
}

impl<'t> DiagnosticCollector<'t> {
    pub fn new(file: &'t str, text: &'t str) -> Self {
        DiagnosticCollector { file, text, found: Vec::new(), unlisted: 0 }
    }

    /// Reports a problem with a value.
    pub fn add(
        &mut self,
        at: YamlValue<'_>,
        message: impl Into<String>,
        hint: impl Into<Option<String>>,
    ) {
        let column = column_at(self.text, at.span().start);
        self.add_at(at.line(), column, message, hint);
    }

    /// Reports a problem at a place.
    pub fn add_at(
        &mut self,
        line: u32,
        column: u32,
        message: impl Into<String>,
        hint: impl Into<Option<String>>,
    ) {
        if self.found.len() == SHOWN {
            self.unlisted += 1;
            return;
        }
        let (message, hint) = (message.into(), hint.into());
        self.found.push(Diagnostic { file: self.file.to_owned(), line, column, message, hint });
    }

    /// Number of problems so far.
    pub fn count(&self) -> usize {
        self.found.len() + self.unlisted
    }

    /// Returns the problems in the order of the file, or `value` if there are none.
    pub fn finish<T>(mut self, value: T) -> Result<T, ConfigError> {
        if self.found.is_empty() {
            return Ok(value);
        }
        self.found.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
        Err(ConfigError { diagnostics: self.found, unlisted: self.unlisted })
    }
}

/// Column of a byte offset, 1-based, in characters.
fn column_at(text: &str, offset: usize) -> u32 {
    let before = text.get(..offset).unwrap_or(text);
    let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let characters = before[start..].chars().filter(|c| *c != '\u{feff}').count();
    u32::try_from(characters + 1).unwrap_or(u32::MAX)
}

/// Hint with the most similar known word, or with all of them.
pub(super) fn did_you_mean<'w>(
    word: &str,
    known: impl IntoIterator<Item = &'w str>,
) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = nearest_name(word, known.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let list: Vec<String> = known.iter().take(SHOWN).map(|word| format!("`{word}`")).collect();
    (!list.is_empty()).then(|| format!("expected one of {}", list.join(", ")))
}
