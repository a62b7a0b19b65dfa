//! Texts with the names of a cell, such as the name of its namespace.

use super::diagnostic::DiagnosticCollector;
use super::fields::LocatedText;
use crate::model::CellKey;

/// The names that a template may use.
const NAMES: [&str; 4] = ["{app}", "{stage}", "{target}", "{component}"];

/// A text with `{app}`, `{stage}`, `{target}` and `{component}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellTemplate(String);

impl CellTemplate {
    /// Reads a template, and reports braces that stand for no name.
    pub(super) fn read(
        name: &str,
        word: LocatedText<'_>,
        problems: &mut DiagnosticCollector<'_>,
    ) -> Self {
        let rest = NAMES.iter().fold(word.text.to_owned(), |text, name| text.replace(name, ""));
        if rest.contains(['{', '}']) {
            let hint = format!("{} stand for the names of a cell", NAMES.join(", "));
            problems.add(word.at, format!("`{name}` has braces that stand for nothing"), hint);
        }
        CellTemplate(word.text.to_owned())
    }

    /// Fills in the names of a cell.
    pub fn expand(&self, cell: &CellKey) -> String {
        let target = cell.target.as_ref().map_or("", |target| target.as_str());
        let component = cell.component.as_deref().unwrap_or(cell.app.as_str());
        let values = [cell.app.as_str(), cell.stage.as_str(), target, component];
        let mut out = String::new();
        let mut rest = self.0.as_str();
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            rest = &rest[open..];
            let known = NAMES.iter().zip(values).find(|(name, _)| rest.starts_with(**name));
            let (name, value) = known.map_or(("{", "{"), |(name, value)| (*name, value));
            out.push_str(value);
            rest = &rest[name.len()..];
        }
        out + rest
    }
}
