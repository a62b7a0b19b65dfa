//! The other files that a compose file takes services from: `include`, and `extends` with a file.
//! They are read, so that a change of them counts as a change of what the file says, but their
//! services are not shown.

use super::SnapshotReader;
use super::leaf::Leaf;
use crate::git::path::{folder_of, join, resolve};
use crate::model::Warning;
use std::collections::BTreeSet;

/// Files that take services from others are followed up to this number.
const MAX_FILES: usize = 64;

/// Reads the files that a compose file takes services from, and those that these take services
/// from. Warns about images in them, which are not shown, and about files that cannot be followed.
pub(super) fn read_named_files(path: &str, leaves: &[Leaf], reader: &SnapshotReader<'_>) {
    let mut facts: Vec<String> = inherited_images(leaves)
        .map(|(service, file)| format!("takes the image of `{service}` from `{file}`"))
        .collect();
    let mut seen: BTreeSet<String> = BTreeSet::from([path.to_owned()]);
    let mut open = vec![(path.to_owned(), named_files(leaves))];
    while let Some((from, names)) = open.pop() {
        for Named { name, role } in names {
            let found = resolve(folder_of(&from), &name).filter(|_| is_followed(&name));
            let Some(found) = found.filter(|found| reader.file_exists(found)) else {
                facts.push(format!("names `{name}`, which is not followed"));
                continue;
            };
            if !seen.insert(found.clone()) {
                continue;
            }
            if seen.len() > MAX_FILES {
                facts.push(format!("takes services from more than {MAX_FILES} files"));
                open.clear();
                break;
            }
            let leaves = match role {
                FileRole::Variables => {
                    reader.read_text(&found);
                    continue;
                }
                FileRole::Included => {
                    let variables = join(folder_of(&found), ".env");
                    if reader.file_exists(&variables) {
                        reader.read_text(&variables);
                    }
                    reader.read_leaves(&found)
                }
                FileRole::Extended => reader.read_leaves(&found),
            };
            let Some(leaves) = leaves else { continue };
            if role == FileRole::Included && leaves.iter().any(|leaf| leaf.last() == "image") {
                facts.push(format!("includes `{found}`, whose services are not shown"));
            }
            open.push((found, named_files(&leaves)));
        }
    }
    if !facts.is_empty() {
        reader.add_warning(Warning::for_file("compose-files", path, facts.join("; ")));
    }
}

/// A file that is named, as it is written.
struct Named {
    name: String,
    role: FileRole,
}

/// What a file is named for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileRole {
    /// Its services are part of the project.
    Included,
    /// Its variables are used in an included file.
    Variables,
    /// A service takes settings from one of its services.
    Extended,
}

fn named_files(leaves: &[Leaf]) -> Vec<Named> {
    let named = leaves.iter().filter_map(|leaf| {
        let keys: Vec<&str> = leaf.keys().collect();
        let role = match keys[..] {
            ["include", _] | ["include", _, "path"] | ["include", _, "path", _] => {
                FileRole::Included
            }
            ["include", _, "env_file"] | ["include", _, "env_file", _] => FileRole::Variables,
            ["services", _, "extends", "file"] => FileRole::Extended,
            _ => return None,
        };
        Some(Named { name: leaf.text.to_string(), role })
    });
    named.collect()
}

/// False for variables, and for files elsewhere.
fn is_followed(name: &str) -> bool {
    !name.contains('$') && !name.contains("://") && !name.starts_with("git@")
}

/// The services that may take their image from another file, with the file, as both are written.
fn inherited_images(leaves: &[Leaf]) -> impl Iterator<Item = (&str, &str)> {
    let has = move |service: &str, key: &str| {
        leaves.iter().any(|leaf| {
            let keys: Vec<&str> = leaf.keys().collect();
            keys.len() >= 3 && keys[..3] == ["services", service, key]
        })
    };
    leaves.iter().filter_map(move |leaf| {
        let keys: Vec<&str> = leaf.keys().collect();
        let ["services", service, "extends", "file"] = keys[..] else { return None };
        let is_own = has(service, "image") || has(service, "build");
        (!is_own).then_some((service, &*leaf.text))
    })
}

#[cfg(test)]
mod tests {
    use crate::config::SourceRule;
    use crate::model::SourceKind;
    use crate::source::testing::repository;

    /// The warnings about other files.
    fn warnings(files: &[(&str, &str)]) -> Vec<String> {
        let rule = SourceRule::new(SourceKind::Compose, "prod/compose.yml", &[]).expect("a path");
        let (_, warnings) = repository(files).read(rule);
        warnings.into_iter().map(|warning| warning.message).collect()
    }

    #[test]
    fn services_of_other_files_are_named() {
        let own = "include: [../a.yml, {path: [../b.yml], env_file: ../b.env}, 'https://x.io/c.yml']\n\
                   services:\n  web: {image: x/web:1, extends: {file: ../d.yml, service: web}}\n  \
                   job: {extends: {file: ../d.yml, service: job}}\n";
        let files = [
            ("prod/compose.yml", own),
            ("a.yml", "services: {a: {image: x/a:1}}\n"),
            ("b.yml", "include: [a.yml, b.yml]\nservices: {b: {command: [x]}}\n"),
            ("d.yml", "services: {web: {init: true}, job: {image: x/job:1}}\n"),
        ];
        assert_eq!(
            warnings(&files),
            ["takes the image of `job` from `../d.yml`; includes `a.yml`, whose services are not \
              shown; names `../b.env`, which is not followed; names `https://x.io/c.yml`, which \
              is not followed"]
        );
    }

    #[test]
    fn a_compose_file_of_its_own_has_nothing_to_say() {
        let own =
            "services: {web: {image: x/web:1, extends: {service: base}}, base: {init: true}}\n";
        assert_eq!(warnings(&[("prod/compose.yml", own)]), Vec::<String>::new());
    }
}
