//! Charts in the repository that a chart takes in with `file://`: Helm wants them below `charts/`,
//! where `helm dependency build` would put them.

use serde_yaml::Value;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Charts that take in each other are followed up to this depth.
const MAX_DEPTH: usize = 8;

/// Copies the local dependencies of the chart in a folder below its `charts/`. `top` is the folder
/// of the repository, which is not left.
///
/// # Errors
/// Why a file cannot be copied.
pub fn copy_local_dependencies(chart: &Path, top: &Path) -> Result<(), String> {
    copy_at(chart, top, 0).map_err(|error| format!("cannot copy a chart: {error}"))
}

fn copy_at(chart: &Path, top: &Path, depth: usize) -> io::Result<()> {
    if depth == MAX_DEPTH {
        return Ok(());
    }
    for (name, source) in local_dependencies(chart) {
        let target = chart.join("charts").join(&name);
        let (Ok(source), Ok(top)) = (source.canonicalize(), top.canonicalize()) else { continue };
        let is_inside = source.starts_with(&top) && !chart.canonicalize()?.starts_with(&source);
        if !is_inside || target.exists() || has_package(chart, &name) {
            continue;
        }
        copy_at(&source, &top, depth + 1)?;
        copy_folder(&source, &target)?;
    }
    Ok(())
}

/// Names and folders of the dependencies with `file://`.
fn local_dependencies(chart: &Path) -> Vec<(String, PathBuf)> {
    let files = ["Chart.yaml", "requirements.yaml"].map(|name| chart.join(name));
    let texts = files.iter().filter_map(|file| fs::read_to_string(file).ok());
    let values = texts.filter_map(|text| serde_yaml::from_str::<Value>(&text).ok());
    let mut out = Vec::new();
    for value in values {
        let all = value.get("dependencies").and_then(Value::as_sequence);
        for one in all.into_iter().flatten() {
            let text = |key: &str| one.get(key).and_then(Value::as_str);
            let folder = text("repository").and_then(|address| address.strip_prefix("file://"));
            if let (Some(name), Some(folder)) = (text("name"), folder)
                && !name.contains(['/', '\\', '\0'])
                && !matches!(name, "" | "." | "..")
            {
                out.push((name.to_owned(), chart.join(folder)));
            }
        }
    }
    out
}

/// True if the chart has a packed chart of this name.
fn has_package(chart: &Path, name: &str) -> bool {
    let start = format!("{name}-");
    let entries = fs::read_dir(chart.join("charts")).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .any(|file| file.starts_with(&start) && file.ends_with(".tgz"))
}

/// Copies folders and plain files. Links are left out, so that Helm misses them.
fn copy_folder(source: &Path, target: &Path) -> io::Result<()> {
    fs::create_dir_all(target)?;
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        let (kind, place) = (entry.file_type()?, target.join(entry.file_name()));
        if kind.is_dir() {
            copy_folder(&entry.path(), &place)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), place)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_charts_are_copied_and_nothing_from_outside() {
        let folder = tempfile::tempdir().expect("a folder");
        let top = folder.path().join("repository");
        let write = |path: &str, text: &str| {
            let place = top.join(path);
            fs::create_dir_all(place.parent().expect("a parent")).expect("a folder");
            fs::write(place, text).expect("a file");
        };
        let chart = |names: &[(&str, &str)]| {
            let one = |(name, at): &(&str, &str)| format!("- {{name: {name}, repository: {at}}}\n");
            format!("name: x\ndependencies:\n{}", names.iter().map(one).collect::<String>())
        };
        let all = [
            ("lib", "file://../lib"),
            ("own", "file://."),
            ("above", "file://../.."),
            ("out", "file://../../../outside"),
            ("../up", "file://../lib"),
            ("far", "https://example.com"),
        ];
        write("charts/web/Chart.yaml", &chart(&all));
        write("charts/lib/Chart.yaml", &chart(&[("deep", "file://../deep")]));
        write("charts/deep/Chart.yaml", "name: deep\n");
        write("../outside/Chart.yaml", "name: out\n");
        copy_local_dependencies(&top.join("charts/web"), &top).expect("they are copied");
        let listed = fs::read_dir(top.join("charts/web/charts")).expect("a folder");
        let names: Vec<_> = listed.flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(names, ["lib"]);
        // It comes with its own.
        assert!(top.join("charts/web/charts/lib/charts/deep/Chart.yaml").exists());
    }
}
