//! The witness `file`: a snapshot in the documented form, as JSON or YAML.

use super::{LiveError, LiveScope, LiveSnapshot, SNAPSHOT_SCHEMA, Witness};
use std::path::{Path, PathBuf};

/// The largest snapshot: ten thousand workloads with their pods have about 10 MB.
const MAX_BYTES: u64 = 128 << 20;

/// A snapshot in a file.
#[derive(Debug, Clone)]
pub struct FileWitness {
    path: PathBuf,
}

/// The problem of a snapshot. Nothing of its text is repeated, since any file can be named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotFormError {
    #[error("it is neither JSON nor YAML, or lacks a field, in line {line}, column {column}")]
    Form { line: usize, column: usize },
    #[error("it is neither JSON nor YAML in the form of a snapshot")]
    NoForm,
    #[error("its `schema` is not `{SNAPSHOT_SCHEMA}`")]
    Schema,
}

impl FileWitness {
    /// The witness of a file. Nothing is read yet.
    pub fn new(path: &Path) -> Self {
        FileWitness { path: path.to_path_buf() }
    }

    fn read_text(&self) -> std::io::Result<String> {
        use std::io::{Error, Read};
        let file = std::fs::File::open(&self.path)?;
        let mut text = String::new();
        file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
        if text.len() as u64 > MAX_BYTES {
            return Err(Error::other(format!("it has more than {} MB", MAX_BYTES >> 20)));
        }
        Ok(text)
    }
}

impl Witness for FileWitness {
    /// The whole snapshot: whoever asks selects from it.
    fn look(&self, _: &LiveScope) -> Result<LiveSnapshot, LiveError> {
        let error = |reason: &dyn std::fmt::Display| {
            LiveError::new(format!("cannot read the snapshot {}: {reason}", self.path.display()))
                .hint("`towpath live snapshot` writes one; docs/live.md has its form")
        };
        let text = self.read_text().map_err(|reason| error(&reason))?;
        parse_snapshot(&text).map_err(|reason| error(&reason))
    }
}

/// Parses a snapshot. JSON is read by its own parser, which is faster.
///
/// # Errors
/// When the text has another form.
pub fn parse_snapshot(text: &str) -> Result<LiveSnapshot, SnapshotFormError> {
    let parsed: LiveSnapshot = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| SnapshotFormError::Form {
            line: error.line(),
            column: error.column(),
        })?
    } else {
        serde_yaml::from_str(text).map_err(|error| match error.location() {
            Some(place) => SnapshotFormError::Form { line: place.line(), column: place.column() },
            None => SnapshotFormError::NoForm,
        })?
    };
    if parsed.schema != SNAPSHOT_SCHEMA {
        return Err(SnapshotFormError::Schema);
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::LiveHealth;

    const SMALL: &str = "schema: towpath.live-snapshot/1\ntime: 2026-08-01T10:00:00Z\nobjects:\n\
        - {kind: Deployment, namespace: shop, name: web, health: healthy, images: [{image: 'r/w:v2'}]}\n";

    #[test]
    fn yaml_and_json_are_the_same_snapshot() {
        let read = parse_snapshot(SMALL).expect("a snapshot");
        assert_eq!(read.objects[0].health, LiveHealth::Healthy);
        assert!(read.objects[0].observed, "unless the snapshot says otherwise");
        let json = serde_json::to_string(&read).expect("JSON");
        assert_eq!(parse_snapshot(&json), Ok(read));
    }

    #[test]
    fn a_wrong_form_is_refused_without_its_text() {
        for text in [
            "root:x:0:0:secret",
            "schema: towpath.live-snapshot/2\ntime: 2026-08-01T10:00:00Z\nobjects: []\n",
            "schema: towpath.live-snapshot/1\nobjects: []\n",
            &SMALL.replace("health: healthy", "health: secret"),
            &SMALL.replace("health: healthy, ", ""),
            &SMALL.replace("health:", "healthy: true, health:"),
            "{\"schema\": \"secret\"}",
            "",
        ] {
            let error = parse_snapshot(text).expect_err(text).to_string();
            assert!(!error.contains("secret") && !error.contains("root"), "{error}");
        }
    }

    #[test]
    fn a_missing_file_is_an_error() {
        let witness = FileWitness::new(Path::new("/nowhere/live.yaml"));
        let error = witness.look(&LiveScope::default()).expect_err("no file");
        assert!(error.message.contains("/nowhere/live.yaml"), "{error}");
    }
}
