//! What counts in the files of a build: of a rendered manifest of thousands of lines the few about
//! images, and of a kustomization each entry of `images:` only for the image it names.

use super::build::is_kustomization;
use super::parsed::speaks_of_images;
use super::remote;
use crate::model::{ImageReference, Location, Part, Span};
use crate::source::essence::Essence;
use crate::yaml::{self, Value};
use std::hash::{DefaultHasher, Hash, Hasher};

/// How far from a word about images its value may stand: `- op: replace`, `path: …/image`,
/// `value: >-`, text.
const NEAR: usize = 3;

/// Deeper values are compared by their text alone.
const MAX_DEPTH: usize = 32;

/// What counts in a file.
pub(super) fn of(path: &str, contents: &[u8]) -> Essence {
    let Ok(text) = std::str::from_utf8(contents) else { return Essence::whole(contents) };
    if is_kustomization(path) {
        return of_kustomization(text).unwrap_or_else(|| Essence::whole(contents));
    }
    if text.contains("ImageTagTransformer") { Essence::whole(contents) } else { near_images(text) }
}

fn of_kustomization(text: &str) -> Option<Essence> {
    let stream = yaml::parse(text).ok()?;
    let root = stream.documents.first()?.root()?;
    let mut essence = Essence::default();
    for (key, value) in root.raw_pairs() {
        match key.text()?.to_ascii_lowercase().as_str() {
            "images" | "imagetags" => value.items().for_each(|item| image_entry(item, &mut essence)),
            "resources" | "bases" => value.items().for_each(|item| resource(item, &mut essence)),
            name => essence.add(&(name, hash_of(value, 0))),
        }
    }
    Some(essence)
}

fn image_entry(item: Value<'_>, essence: &mut Essence) {
    let part = hash_of(item, 0);
    let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || "._-/:@".contains(c));
    let names: Vec<&str> = ["name", "newName"].iter().filter_map(|key| item.str_at(&[key])).collect();
    if names.is_empty() || !names.iter().all(|name| plain(name)) {
        return essence.add(&part);
    }
    for name in names {
        essence.add_about(&ImageReference::parse(name).name, &part);
    }
}

fn resource(item: Value<'_>, essence: &mut Essence) {
    let text = item.text().unwrap_or_default();
    let nowhere = Location {
        path: String::new(),
        line: 0,
        document: 0,
        key: String::new(),
        part: Part::Revision,
        span: Span::default(),
        alias: false,
    };
    match remote::resource(text, &nowhere) {
        Some(found) => essence.add_about(&found.component, &text),
        None => essence.add(&("resource", text)),
    }
}

fn hash_of(value: Value<'_>, depth: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    if let Some(text) = value.text() {
        text.hash(&mut hasher);
    } else if depth < MAX_DEPTH {
        for item in value.items() {
            hash_of(item, depth + 1).hash(&mut hasher);
        }
        for (key, value) in value.raw_pairs() {
            key.text().hash(&mut hasher);
            hash_of(value, depth + 1).hash(&mut hasher);
        }
    } else {
        value.span().hash(&mut hasher);
    }
    hasher.finish()
}

/// The lines with a word about images. One that gives an image whole is about that image; of others
/// the lines near them count too, for all.
fn near_images(text: &str) -> Essence {
    let mut essence = Essence::default();
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| speaks_of_images(line)) {
        let value = line
            .trim()
            .trim_start_matches("- ")
            .strip_prefix("image:")
            .map(|value| value.trim().trim_matches(['"', '\'']));
        match value
            .filter(|value| !value.is_empty() && value.chars().all(|c| c.is_alphanumeric() || "._-/:@".contains(c)))
        {
            Some(value) => essence.add_about(&ImageReference::parse(value).name, &line.trim()),
            None => {
                let from = index.saturating_sub(NEAR);
                let to = lines.len().min(index + NEAR + 1);
                essence.add(&lines.get(from..to).unwrap_or_default());
            }
        }
    }
    essence
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn differs(path: &str, a: &str, b: &str, name: &'static str) -> bool {
        of(path, a.as_bytes()).differs_for(&of(path, b.as_bytes()), &BTreeSet::from([name]))
    }

    #[test]
    fn an_entry_counts_for_its_image_alone() {
        let file = |tag: &str, base: &str, revision: &str| {
            format!(
                "resources: [{base}, \"https://github.com/o/r/config?ref={revision}\"]\nimages:\n- {{name: x/web, newName: y/site, newTag: {tag}}}\n"
            )
        };
        let differs = |b: &str, name| differs("a/kustomization.yaml", &file("1", "../base", "v1"), b, name);
        assert!(differs(&file("2", "../base", "v1"), "web") && differs(&file("2", "../base", "v1"), "site"));
        assert!(!differs(&file("2", "../base", "v1"), "api"));
        assert!(differs(&file("1", "../other", "v1"), "api"));
        assert!(differs(&file("1", "../base", "v2"), "config") && !differs(&file("1", "../base", "v2"), "api"));
        assert!(differs("images: [{name: \".*\", newTag: \"2\"}]", "api"));
    }

    #[test]
    fn of_objects_only_images_count() {
        let file = |replicas: u8, image: &str| {
            format!("kind: Deployment\na: 1\nb: 2\nc: {replicas}\nd: 1\ne: 2\nf: 3\nx:\n- image: {image}\n")
        };
        assert!(!differs("d.yaml", &file(1, "o/web:1"), &file(2, "o/web:1"), "web"));
        assert!(differs("d.yaml", &file(1, "o/web:1"), &file(1, "o/web:2"), "web"));
        assert!(!differs("d.yaml", &file(1, "o/web:1"), &file(1, "o/web:2"), "api"));
        assert!(differs("p.yaml", "path: /a/image\nvalue: a:1\n", "path: /a/image\nvalue: a:2\n", "api"));
    }
}
