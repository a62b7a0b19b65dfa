//! The import rule: arrows point one way. ARCHITECTURE.md has the table; this reads the sources.

use regex::Regex;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Which folders a folder of `src/` may import. `cli` may import everything.
const ALLOWED: &[(&str, &[&str])] = &[
    ("yaml", &[]),
    ("git", &[]),
    ("forge", &["git"]),
    ("model", &[]),
    ("config", &["model", "yaml"]),
    ("source", &["model", "config", "git", "yaml"]),
    ("discovery", &["model", "config", "source", "git", "yaml"]),
    ("history", &["model", "config", "source", "git"]),
    ("pipeline", &["model", "config", "history", "git", "forge"]),
    ("audit", &["model", "config", "history", "pipeline", "git"]),
    ("guard", &["model", "config", "pipeline", "git", "yaml"]),
    ("promotion", &["model", "config", "source", "yaml", "git"]),
    ("demo", &[]),
    ("report", &["model", "config", "history", "pipeline", "promotion", "audit", "guard", "forge"]),
    ("ui", &["model", "config", "report", "pipeline", "promotion", "audit", "guard"]),
];

#[test]
fn no_folder_imports_what_its_row_does_not_name() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let import = Regex::new(r"crate::(?:\{([^}]*)\}|([a-z_]+))").expect("a valid expression");
    let mut wrong = Vec::new();
    for folder in folders(&source) {
        let name = folder.file_name().expect("a folder has a name").to_string_lossy().into_owned();
        if name == "cli" {
            continue;
        }
        let Some((_, allowed)) = ALLOWED.iter().find(|(row, _)| *row == name) else {
            panic!("src/{name} has no row in the table; decide what it may import");
        };
        for file in rust_files(&folder) {
            let text = std::fs::read_to_string(&file).expect("sources are text");
            for found in import.captures_iter(&text) {
                let several = found
                    .get(1)
                    .map_or_else(|| found[2].to_owned(), |group| group.as_str().to_owned());
                let imported = several
                    .split(',')
                    .map(|part| part.trim().split("::").next().unwrap_or_default().to_owned());
                let imported: BTreeSet<String> = imported.filter(|part| !part.is_empty()).collect();
                let bad = imported
                    .iter()
                    .filter(|part| **part != name && !allowed.contains(&part.as_str()));
                wrong.extend(bad.map(|part| format!("{} imports {part}", file.display())));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = entries(of).into_iter().filter(|path| path.is_dir()).collect();
    out.sort();
    out
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for path in entries(folder) {
        if path.is_dir() {
            out.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
    out
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(folder).expect("the folder is there");
    all.map(|entry| entry.expect("a readable entry").path()).collect()
}
