//! The rules of the house, read off the sources: folders import one way, files do not import each
//! other in circles, a type name stands for one type, and lines and files stay short.

use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Which folders a folder of `src/` may import.
const ALLOWED: &[(&str, &[&str])] = &[
    ("yaml", &[]),
    ("git", &[]),
    ("forge", &["git"]),
    // Its policy about requests is that of the forges, and in one place.
    ("registry", &["forge"]),
    ("live", &[]),
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
    ("process", &[]),
    ("renderer", &["model", "process"]),
    (
        "report",
        &["model", "config", "history", "pipeline", "promotion", "audit", "guard", "forge", "live"],
    ),
    ("ui", &["model", "config", "report", "pipeline", "promotion", "audit", "guard"]),
    (
        "ops",
        &[
            "model",
            "config",
            "source",
            "discovery",
            "history",
            "pipeline",
            "promotion",
            "audit",
            "guard",
            "report",
            "git",
            "forge",
            "registry",
            "live",
            "process",
            "renderer",
            "yaml",
        ],
    ),
    (
        "cli",
        &[
            "ops",
            "ui",
            "report",
            "demo",
            "model",
            "config",
            "history",
            "pipeline",
            "promotion",
            "audit",
            "forge",
            "git",
            "web",
            "announce",
            "mcp",
        ],
    ),
    ("announce", &["ops", "report", "model", "config", "forge"]),
    ("mcp", &["ops", "report", "model"]),
    ("web", &["ops", "ui", "report", "model", "config", "history", "audit"]),
];

/// Circles of files that are left from before this rule. The list only shrinks.
const KNOWN_CIRCLES: &[&[&str]] = &[];

/// The longest line and the longest file.
const COLUMNS: usize = 100;
const LINES: usize = 400;

#[test]
fn no_folder_imports_what_its_row_does_not_name() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let import = Regex::new(r"crate::(?:\{([^}]*)\}|([a-z_]+))").expect("a valid expression");
    let mut wrong = Vec::new();
    for folder in folders(&source) {
        let name = folder.file_name().expect("a folder has a name").to_string_lossy().into_owned();
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

#[test]
fn a_type_name_stands_for_one_type() {
    let definition =
        Regex::new(r"(?m)^ *(?:pub(?:\([^)]*\))? )?(?:struct|enum|trait|type|union) (\w+)")
            .expect("a valid expression");
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in sources() {
        let text = read(&file);
        for found in definition.captures_iter(&text) {
            let is_associated = found[0].starts_with("    ") && found[0].contains("type ");
            if !is_associated {
                places.entry(found[1].to_owned()).or_default().insert(shown(&file));
            }
        }
    }
    places.retain(|_, files| files.len() > 1);
    assert!(places.is_empty(), "{places:#?}");
}

#[test]
fn lines_and_files_stay_short() {
    let mut wrong = Vec::new();
    for file in sources() {
        let text = read(&file);
        let count = text.lines().count();
        if count > LINES {
            wrong.push(format!("{} has {count} lines: there are two ideas in it", shown(&file)));
        }
        // A text that cannot be broken is left alone.
        let texts = lines_of_texts(&text);
        for (number, line) in (1..).zip(text.lines()) {
            let is_text = texts.contains(&number) || line.contains('"') || line.contains("http");
            if line.chars().count() > COLUMNS && !is_text {
                wrong.push(format!("{}:{number} is longer than {COLUMNS} columns", shown(&file)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The lines that begin inside a string.
fn lines_of_texts(text: &str) -> BTreeSet<usize> {
    let token = Regex::new(r##"(?s)//[^\n]*|'(?:\\.|[^\\'])'|r#+".*?"#+|"(?:\\.|[^"\\])*""##)
        .expect("a valid expression");
    let number = |at: usize| text[..at].matches('\n').count() + 1;
    let strings = token.find_iter(text).filter(|found| found.as_str().ends_with(['"', '#']));
    strings.flat_map(|found| number(found.start()) + 1..=number(found.end())).collect()
}

/// Two or three files that are one idea may know each other; more are a knot.
#[test]
fn no_four_files_import_each_other_in_a_circle() {
    let files: BTreeMap<String, PathBuf> =
        sources().into_iter().map(|file| (module_path(&file), file)).collect();
    let graph: BTreeMap<&str, BTreeSet<&str>> = files
        .iter()
        .map(|(module, file)| (module.as_str(), imports(module, file, &files)))
        .collect();
    let mut circles = circles(&graph);
    circles.retain(|circle| circle.len() > 3 && !KNOWN_CIRCLES.contains(&circle.as_slice()));
    assert!(circles.is_empty(), "{circles:#?}");
}

/// `ops::state::loader` for `src/ops/state/loader.rs`.
fn module_path(file: &Path) -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let path = file.strip_prefix(source).expect("a file of src").with_extension("");
    let text = path.display().to_string().replace(['/', '\\'], "::");
    text.strip_suffix("::mod").map(str::to_owned).unwrap_or(text)
}

/// The modules that the `use` lines of a file name, tests aside.
fn imports<'f>(
    module: &str,
    file: &Path,
    files: &'f BTreeMap<String, PathBuf>,
) -> BTreeSet<&'f str> {
    let text = read(file);
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let line = Regex::new(r"(?m)^ *use ([^;]+);").expect("a valid expression");
    let mut out = BTreeSet::new();
    for found in line.captures_iter(text) {
        for path in expand(&found[1].split_whitespace().collect::<Vec<_>>().join(" ")) {
            let named = absolute(module, &path);
            let parts: Vec<&str> = named.iter().map(String::as_str).collect();
            let known = (1..=parts.len()).rev().map(|count| parts[..count].join("::"));
            let target = known.filter_map(|name| files.get_key_value(&name)).next();
            if let Some((name, _)) = target.filter(|(name, _)| *name != module) {
                out.insert(name.as_str());
            }
        }
    }
    out
}

/// `a::{b, c::d}` as `a::b` and `a::c::d`.
fn expand(tree: &str) -> Vec<String> {
    let Some((start, rest)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in inner.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if c == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts
        .flat_map(|part| expand(part.trim()))
        .map(|part| format!("{}{part}", start.trim()))
        .collect()
}

/// The parts of a path from the root of the crate; none for another crate.
fn absolute(module: &str, path: &str) -> Vec<String> {
    let mut base: Vec<String> = module.split("::").map(str::to_owned).collect();
    let mut parts = path.split("::").map(|part| part.split(" as ").next().unwrap_or(part));
    let mut rest = parts.clone();
    match parts.next() {
        Some("crate") => {
            rest.next();
            return rest.map(str::to_owned).collect();
        }
        Some("self") => {
            rest.next();
        }
        Some("super") => {
            while rest.clone().next() == Some("super") {
                rest.next();
                base.pop();
            }
        }
        _ => return Vec::new(),
    }
    base.extend(rest.map(str::to_owned));
    base
}

/// Groups of files that reach each other.
fn circles<'g>(graph: &BTreeMap<&'g str, BTreeSet<&'g str>>) -> Vec<Vec<&'g str>> {
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        graph.keys().map(|from| (*from, reachable(from, graph))).collect();
    let mut out: Vec<Vec<&str>> = Vec::new();
    for from in graph.keys() {
        let is_back = |to: &&&str| reach[*to].contains(from);
        let circle: Vec<&str> = reach[from].iter().filter(is_back).copied().collect();
        if circle.len() > 1 && !out.contains(&circle) {
            out.push(circle);
        }
    }
    out
}

fn reachable<'g>(from: &str, graph: &BTreeMap<&'g str, BTreeSet<&'g str>>) -> BTreeSet<&'g str> {
    let mut out = BTreeSet::new();
    let mut open: Vec<&str> = graph[from].iter().copied().collect();
    while let Some(next) = open.pop() {
        if out.insert(next) {
            open.extend(graph[next].iter().copied());
        }
    }
    out
}

fn sources() -> Vec<PathBuf> {
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).expect("sources are text")
}

fn shown(file: &Path) -> String {
    file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(file).display().to_string()
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
