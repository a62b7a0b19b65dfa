//! The variables that a compose file may use, from files of variables.

use crate::source::interpolate::{ComposeVariables, Variable};
use crate::source::leaf::Leaf;
use crate::source::{SnapshotReader, dotenv};

/// Files of variables. Of two values of one variable, the one in the earlier file counts, and in
/// one file the later one.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    files: Vec<VariableFile>,
}

#[derive(Debug, Clone)]
struct VariableFile {
    path: String,
    leaves: Vec<Leaf>,
}

impl Environment {
    /// Adds a file whose values count where no file before has one. A file that is not there has
    /// none.
    pub fn add(&mut self, path: &str, reader: &SnapshotReader<'_>) {
        let text = reader.file_exists(path).then(|| reader.read_text(path)).flatten();
        if let Some(text) = text {
            self.files
                .push(VariableFile { path: path.to_owned(), leaves: dotenv::parse_leaves(&text) });
        }
    }

    /// Returns the values that count, by name.
    pub fn variables(&self) -> ComposeVariables<'_> {
        let variables = self.files.iter().rev().flat_map(|file| {
            let variable = |leaf| Variable { path: &file.path, leaf };
            file.leaves.iter().map(move |leaf| (&*leaf.path, variable(leaf)))
        });
        variables.collect()
    }
}
