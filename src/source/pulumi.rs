//! `Pulumi.<stack>.yaml`: config values that are image references, under any key and at any depth.

use super::leaf::Leaf;
use super::{Claim, NameMatch, SnapshotReader, Source, VersionFinding, keyed, shape};
use crate::model::{ImagePart, ImageReference, SourceKind, TemplateCaptures, Version};

/// The Pulumi source; see the module.
pub struct PulumiSource;

impl Source for PulumiSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Pulumi
    }

    fn recognises_name(&self, name: &str, extension: &str) -> Option<NameMatch> {
        let is_stack = name.starts_with("pulumi.") && matches!(extension, "yaml" | "yml");
        is_stack.then_some(NameMatch::Name)
    }

    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        let Some(leaves) = reader.read_leaves(&claim.path) else { return Vec::new() };
        if let Some(found) = keyed::by_rule(claim.rule, &leaves, &claim.path) {
            return found;
        }
        let config = leaves.iter().filter(|leaf| leaf.keys().next() == Some("config"));
        config.filter_map(|leaf| leaf_finding(leaf, &claim.path)).collect()
    }
}

fn leaf_finding(leaf: &Leaf, path: &str) -> Option<VersionFinding> {
    let Some(ImageReference { name, version }) = sure_reference(leaf) else {
        return tag_finding(leaf, path);
    };
    let locations = vec![leaf.location(path, ImagePart::Reference)];
    let (captures, notes) = (TemplateCaptures::new(), Vec::new());
    Some(VersionFinding {
        component: key_component(leaf),
        captures,
        image: Some(name),
        version,
        locations,
        notes,
        ..VersionFinding::default()
    })
}

/// Namespaces whose `version` is that of a cluster.
const CLUSTERS: [&str; 6] = ["cluster", "kubernetes", "k8s", "eks", "gke", "aks"];

/// Returns the tag of an image, `shop:docker_image_tag`, or the `version` in the namespace of the
/// project itself, which is called like its folder: `shop:version` in `shop/Pulumi.prod.yaml`.
fn tag_finding(leaf: &Leaf, path: &str) -> Option<VersionFinding> {
    let (namespace, key) = leaf.last().split_once(':')?;
    if leaf.embedded || !shape::is_literal(&leaf.text) || leaf.keys().count() != 2 {
        return None;
    }
    let words: Vec<String> = key.split(['_', '-']).map(str::to_ascii_lowercase).collect();
    let about_image = words.iter().any(|word| matches!(word.as_str(), "image" | "docker"));
    let is_image_tag = about_image && words.last().is_some_and(|word| word == "tag");
    let folder = path.rsplit('/').nth(1).unwrap_or_default();
    let is_own = key == "version" && namespace == folder && !CLUSTERS.contains(&namespace);
    let fits = is_image_tag && shape::is_tag(&leaf.text) || is_own && shape::is_version(&leaf.text);
    fits.then(|| VersionFinding {
        component: None,
        version: Version::parse(&leaf.text),
        locations: vec![leaf.location(path, ImagePart::Tag)],
        ..VersionFinding::default()
    })
}

/// Returns a reference that is certain by its shape, or by a key that contains `image`.
fn sure_reference(leaf: &Leaf) -> Option<ImageReference> {
    if leaf.embedded || !shape::is_literal(&leaf.text) {
        return None;
    }
    let said = leaf.last().to_ascii_lowercase().contains("image");
    let found = if said { shape::parse_reference(&leaf.text) } else { None };
    found.or_else(|| shape::certain_reference(&leaf.text)).or_else(|| short_reference(&leaf.text))
}

/// Parses `nginx:1.25`: a name of letters and a version, unlike any address or setting.
fn short_reference(text: &str) -> Option<ImageReference> {
    let found = shape::parse_reference(text)?;
    let tag = found.version.tag.as_deref().unwrap_or_default();
    let name = found.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    (name && shape::is_version(tag)).then_some(found)
}

/// Returns the component: `chime` for `project:chime` and its `image`, `chime.nginx` for another
/// key below it.
fn key_component(leaf: &Leaf) -> Option<String> {
    let mut words: Vec<&str> = leaf.keys().skip(1).collect();
    if let Some(first) = words.first_mut() {
        *first = first.split_once(':').map_or(*first, |(_, word)| word);
    }
    if words.last().is_some_and(|last| last.eq_ignore_ascii_case("image")) {
        words.pop();
    }
    let words: Vec<&str> = words.iter().map(|word| word.trim_matches(['[', ']'])).collect();
    (!words.is_empty()).then(|| words.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SourceRule;
    use crate::model::KeyTemplate;
    use crate::source::testing::repository;

    fn read(content: &str, edit: impl FnOnce(&mut SourceRule)) -> Vec<String> {
        let mut rule =
            SourceRule::new(SourceKind::Pulumi, "Pulumi.{stage}.yaml", &[]).expect("a path");
        edit(&mut rule);
        let (found, warnings) = repository(&[("Pulumi.prod.yaml", content)]).read(rule);
        let show = |f: &VersionFinding| {
            let who = f.captures.get("app").cloned().or(f.component.clone()).unwrap_or("-".into());
            let place = &f.locations[0];
            let text = &content[place.span.start..place.span.end];
            format!(
                "{who} {} {} :{} <{text}>",
                f.image.as_deref().unwrap_or("-"),
                f.version,
                place.line
            )
        };
        let found = found.iter().map(|(_, f)| show(f));
        found.chain(warnings.iter().map(|w| w.code.to_owned())).collect()
    }

    #[test]
    fn values_that_are_references() {
        let text = "encryptionsalt: v1:VK=:v1:Nj\nconfig:\r\n  home:chime:\r\n    image: ghcr.io/m/chime:main.2\r\n    nginx: nginx:1.25\r\n    port: 8000\r\n    url: http://x/a:1.2\r\n  home:web: 'r.io/m/web:7'\r\n  home:namespace: home:slice\r\n  home:host: db.local:5432\r\n  home:image: a/b:{{ x }}\r\n";
        assert_eq!(
            read(text, |_| {}),
            [
                "chime ghcr.io/m/chime main.2 :4 <ghcr.io/m/chime:main.2>",
                "chime.nginx nginx 1.25 :5 <nginx:1.25>",
                "web r.io/m/web 7 :8 <'r.io/m/web:7'>"
            ]
        );
    }

    #[test]
    fn tags_and_the_version_of_the_project_itself() {
        let read = |folder: &str, content: &str| {
            let path = format!("{folder}/Pulumi.prod.yaml");
            let rule = SourceRule::new(SourceKind::Pulumi, "{app}/Pulumi.{stage}.yaml", &[]);
            let (found, _) = repository(&[(&path, content)]).read(rule.expect("a path"));
            found.iter().map(|(_, found)| found.version.to_string()).collect::<Vec<_>>()
        };
        let text = "config:\n  shop:docker_image_tag: latest\n  shop:docker_repo_name: a/shop\n  shop:version: 24.8.1\n  aws:version: 1.2.3\n";
        assert_eq!(read("shop", text), ["latest", "24.8.1"]);
        assert_eq!(read("infra", text), ["latest"]);
        assert!(read("eks", "config:\n  eks:version: '1.29.1'\n").is_empty());
    }

    #[test]
    fn keys_by_rule_replace_the_conventions() {
        let text = "config:\n  p:web:\n    tag: v1\n    image: a/b:2\n";
        let tags = |rule: &mut SourceRule| {
            rule.tags.push(KeyTemplate::parse("config.p:{app}.tag", &[]).expect("a key"))
        };
        assert_eq!(read(text, tags), ["web - v1 :3 <v1>"]);
    }

    #[test]
    fn odd_files_are_no_crash() {
        assert!(read("", |_| {}).is_empty());
        assert!(read("config: a/b:1.2\n", |_| {}).len() == 1);
        assert_eq!(read("config: [", |_| {}), ["not-yaml"]);
    }
}
