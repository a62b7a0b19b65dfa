//! The keys the field uses for image versions, and how telling each is.
//!
//! A score from 0 to 10 says how sure a key and its value are: 10 for `newTag` or `image.tag`, 2 for
//! a version-looking value under any key. The table was tried on twelve public repositories.

use super::leaf::{KEY_SEPARATOR, Leaf};
use super::shape;
use crate::model::{ImageReference, Part, Version, is_digest};
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

/// Keys from this score on are taken at their word.
pub const TELLING: u8 = 6;

/// How a file's keys are written; some words mean more in some formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// YAML and JSON.
    Tree,
    /// `KEY=value` and HCL, where `X_VERSION` is how one writes it.
    Assignments,
}

/// A leaf that looks like a version.
#[derive(Debug, Clone)]
pub struct Pin {
    /// The leaf's index in the slice given to [`pins`].
    pub leaf: usize,
    /// A leaf beside it that completes it: the digest beside a tag.
    pub digest: Option<usize>,
    pub score: u8,
    pub part: Part,
    pub image: Option<String>,
    pub version: Version,
}

/// Everything that looks like a version, best reading for each leaf.
pub fn pins(leaves: &[Leaf], format: Format) -> Vec<Pin> {
    let mut siblings: HashMap<(u32, &str), Siblings> = HashMap::new();
    for (index, leaf) in leaves.iter().enumerate() {
        siblings.entry((leaf.document, leaf.parent())).or_default().indexes.push(index);
    }
    let mut out: Vec<Pin> = Vec::new();
    for (index, leaf) in leaves.iter().enumerate() {
        if !shape::is_literal(&leaf.text) {
            continue;
        }
        let around = Around { leaves, near: &siblings[&(leaf.document, leaf.parent())], index };
        let Some((score, part)) = around.score(format) else { continue };
        out.push(around.pin(score, part));
    }
    // A digest that completes a tag is no version of its own.
    let completing: HashSet<usize> = out.iter().filter_map(|pin| pin.digest).collect();
    out.retain(|pin| !completing.contains(&pin.leaf));
    out
}

/// The leaves with the same parent. Their keys are squashed once, and only where one is asked for:
/// a flat file of many thousand keys must not be searched for each of them.
#[derive(Default)]
struct Siblings {
    indexes: Vec<usize>,
    by_key: OnceCell<HashMap<String, Vec<usize>>>,
}

impl Siblings {
    fn with_key(&self, leaves: &[Leaf], key: &str) -> &[usize] {
        let by_key = self.by_key.get_or_init(|| {
            let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
            for index in &self.indexes {
                by_key.entry(squash(leaves[*index].last())).or_default().push(*index);
            }
            by_key
        });
        by_key.get(key).map_or(&[], Vec::as_slice)
    }
}

/// A leaf among those with the same parent.
struct Around<'a> {
    leaves: &'a [Leaf],
    near: &'a Siblings,
    index: usize,
}

/// A leaf's keys, as the table wants them: lower case, without punctuation.
struct Keys {
    raw: String,
    last: String,
    parents: Vec<String>,
}

impl<'a> Around<'a> {
    fn leaf(&self) -> &'a Leaf {
        &self.leaves[self.index]
    }

    fn beside(&self, key: &str) -> Option<&'a Leaf> {
        self.beside_index(key).map(|index| &self.leaves[index])
    }

    fn beside_index(&self, key: &str) -> Option<usize> {
        self.near.with_key(self.leaves, key).iter().copied().find(|index| *index != self.index)
    }

    fn beside_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.beside(key).is_some())
    }

    /// `{name: K, value: V}` and `{path: /a/b, value: V}` say V for the key K.
    fn keys(&self) -> Keys {
        let leaf = self.leaf();
        let mut keys: Vec<&str> = leaf.keys().collect();
        let mut raw = keys.pop().unwrap_or_default().to_owned();
        let spelled;
        if raw == "value" {
            let named = self
                .beside("path")
                .map(|l| (l, '/'))
                .or_else(|| self.beside("name").or_else(|| self.beside("key")).map(|l| (l, '.')));
            if let Some((name, cut)) = named {
                spelled = name.text.to_string();
                keys.pop();
                let pieces = spelled.split(cut).filter(|piece| !piece.is_empty());
                keys.extend(pieces);
                raw = keys.pop().unwrap_or_default().to_owned();
            }
        } else if raw.contains('.') && !raw.starts_with('[') {
            spelled = raw.clone();
            keys.extend(spelled.split('.').filter(|piece| !piece.is_empty()));
            raw = keys.pop().unwrap_or_default().to_owned();
        }
        let parents = keys.iter().map(|key| squash(key)).collect();
        Keys { last: squash(&raw), raw, parents }
    }

    fn score(&self, format: Format) -> Option<(u8, Part)> {
        let leaf = self.leaf();
        let value = &*leaf.text;
        let keys = self.keys();
        if never(&keys, self) {
            return None;
        }
        self.reference_score(&keys, value)
            .or_else(|| self.tag_score(&keys, value))
            .or_else(|| self.chart_score(&keys, value))
            .or_else(|| url_revision(value).map(|_| (8, Part::Revision)))
            .or_else(|| self.version_score(&keys, value, format))
    }

    fn reference_score(&self, keys: &Keys, value: &str) -> Option<(u8, Part)> {
        let key = keys.last.as_str();
        let not_image =
            ["policy", "secret", "secrets", "version", "name", "registry", "repository", "tag", "pullpolicy"];
        let image_key =
            (key.ends_with("image") || key.starts_with("image")) && !not_image.iter().any(|end| key.ends_with(end));
        let child = keys.parents.last().is_some_and(|parent| matches!(parent.as_str(), "image" | "images"));
        if (image_key || child) && shape::reference(value).is_some() && !number_pair(value) {
            return Some((10, Part::Reference));
        }
        if key == "name"
            && keys.parents.last().is_some_and(|parent| parent == "from")
            && shape::reference(value).is_some()
        {
            return Some((9, Part::Reference));
        }
        let flag = value.rsplit_once('=').filter(|(flag, _)| flag.starts_with('-')).map_or(value, |(_, v)| v);
        shape::certain_reference(flag).filter(|_| flag.len() == value.len()).map(|_| (8, Part::Reference))
    }

    fn tag_score(&self, keys: &Keys, value: &str) -> Option<(u8, Part)> {
        let key = keys.last.as_str();
        let tag = if is_digest(value) {
            Part::Digest
        } else if value.contains('@') {
            Part::TagAndDigest
        } else {
            Part::Tag
        };
        let image_around =
            keys.parents.iter().any(|p| ["image", "docker", "container"].iter().any(|word| p.contains(word)));
        if key == "newtag" && shape::is_tag(value) {
            return Some((10, tag));
        }
        if key == "tag" && shape::is_tag(value) {
            let company =
                image_around || self.beside_any(&["repository", "registry", "image", "pullpolicy", "imagepullpolicy"]);
            let plausible = shape::is_version(value) || digits(value) || shape::is_moving(value);
            return if company { Some((10, tag)) } else { plausible.then_some((7, tag)) };
        }
        let tag_keys = [
            "imagetag",
            "dockertag",
            "dockerimagetag",
            "containertag",
            "containerimagetag",
            "imageversion",
            "dockerimageversion",
        ];
        if tag_keys.contains(&key) && shape::is_tag(value) {
            return Some((10, tag));
        }
        if ["imagetag", "dockertag", "imageversion"].iter().any(|end| key.ends_with(end)) && shape::is_tag(value) {
            return Some((9, tag));
        }
        if key.ends_with("digest") && is_digest(value) && !self.beside_any(&["newtag", "tag"]) {
            return Some((if image_around || key != "digest" { 10 } else { 6 }, Part::Digest));
        }
        if key == "version" && (shape::is_version(value) || digits(value)) {
            let image_word = keys.parents.last().is_some_and(|p| p.contains("image") || p.contains("docker"));
            if image_word || self.beside_any(&["image", "repository", "imagerepository"]) {
                return Some((8, tag));
            }
        }
        let named_tag = key.ends_with("tag") && keys.raw.len() > 3 && !matches!(key, "istag" | "imagestreamtag");
        (named_tag && (shape::is_version(value) || digits(value))).then_some((6, tag))
    }

    fn chart_score(&self, keys: &Keys, value: &str) -> Option<(u8, Part)> {
        let key = keys.last.as_str();
        if key == "targetrevision" && self.beside("chart").is_some() && shape::is_version_or_range(value) {
            return Some((8, Part::Chart));
        }
        if key == "version" && shape::is_version_or_range(value) {
            let parent = keys.parents.iter().rev().map(String::as_str).find(|p| *p != "spec");
            let chart = parent == Some("chart") || keys.parents.iter().any(|p| p == "dependencies");
            if chart || self.beside_any(&["chart", "chartname"]) {
                return Some((8, Part::Chart));
            }
        }
        if matches!(key, "chartversion" | "helmversion" | "chartrevision")
            && key != "helmversion"
            && shape::is_version_or_range(value)
        {
            return Some((8, Part::Chart));
        }
        let parent = keys.parents.last().map(String::as_str).unwrap_or_default();
        if matches!(parent, "chartversions" | "chartversion") && shape::is_version_or_range(value) {
            return Some((8, Part::Chart));
        }
        None
    }

    fn version_score(&self, keys: &Keys, value: &str, format: Format) -> Option<(u8, Part)> {
        let key = keys.last.as_str();
        let parent = keys.parents.last().map(String::as_str).unwrap_or_default();
        let version = shape::is_version(value);
        if version && matches!(parent, "versions" | "appversions" | "tags" | "imagetags" | "images") {
            return Some((if parent == "images" { 6 } else { 8 }, Part::Tag));
        }
        if key == "targetrevision" && version {
            return Some((7, Part::Revision));
        }
        if version
            && matches!(key, "tag" | "commit" | "revision")
            && matches!(parent, "ref" | "git" | "source" | "reference")
        {
            return Some((7, Part::Revision));
        }
        if version
            && key == "version"
            && ["app", "application", "service", "release"].iter().any(|end| parent.ends_with(end))
        {
            return Some((6, Part::Tag));
        }
        if release_download(value).is_some() {
            return Some((6, Part::Revision));
        }
        if format == Format::Assignments && key.ends_with("version") {
            return if version { Some((6, Part::Tag)) } else { numbered(value).then_some((5, Part::Tag)) };
        }
        let weak = matches!(
            key,
            "version" | "appversion" | "release" | "build" | "buildid" | "sha" | "commit" | "revision" | "ref"
        ) || ["version", "sha", "commit", "revision"].iter().any(|end| key.ends_with(end));
        if weak && version {
            return Some((4, Part::Tag));
        }
        let bare = value.matches('.').count() == 1 && value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let short_hex = shape::is_commit(value) && value.len() < 40;
        (version && !bare && !short_hex).then_some((2, Part::Tag))
    }

    fn pin(&self, score: u8, part: Part) -> Pin {
        let leaf = self.leaf();
        let value = &*leaf.text;
        let mut pin = Pin { leaf: self.index, digest: None, score, part, image: None, version: Version::parse(value) };
        match part {
            Part::Reference => {
                let ImageReference { name, version } =
                    shape::reference(value).unwrap_or_else(|| ImageReference::parse(value));
                pin.image = Some(name);
                pin.version = version;
            }
            Part::Revision => {
                if let Some((image, revision)) = url_revision(value).or_else(|| release_download(value)) {
                    pin.image = Some(image);
                    pin.version = Version { tag: Some(revision), digest: None };
                }
            }
            Part::Chart => pin.image = self.beside("chart").or_else(|| self.beside("name")).map(|l| l.text.to_string()),
            Part::Tag | Part::TagAndDigest | Part::Digest | Part::Name => {
                pin.image = self.image_name();
                if pin.version.digest.is_none() {
                    let digest = self.beside_index("digest").filter(|index| is_digest(&self.leaves[*index].text));
                    pin.version.digest = digest.map(|index| self.leaves[index].text.to_string());
                    pin.digest = digest;
                }
            }
        }
        pin
    }

    /// The name written beside a tag: `repository`, with `registry` before it.
    fn image_name(&self) -> Option<String> {
        let key = squash(self.leaf().last());
        let stem = ["imagetag", "tag", "imageversion", "version"]
            .iter()
            .find_map(|end| key.strip_suffix(end))
            .unwrap_or_default();
        let names = ["newname", "repository", "imagerepository", "image", "imagename"];
        let stemmed = [
            format!("{stem}image"),
            format!("{stem}imagerepository"),
            format!("{stem}repository"),
            format!("{stem}imagename"),
        ];
        // Beside `web_image_tag`, an `image` with a tag of its own is another image.
        let shared = |leaf: &&Leaf| stem.is_empty() || shape::reference(&leaf.text).is_none();
        let found = (if stem.is_empty() { None } else { stemmed.iter().find_map(|name| self.beside(name)) })
            .or_else(|| names.iter().find_map(|name| self.beside(name).filter(shared)))
            .or_else(|| if key == "newtag" || key == "digest" { self.beside("name") } else { None })?;
        if !shape::is_literal(&found.text) || found.text.contains(' ') {
            return None;
        }
        let name = ImageReference::parse(&found.text).name;
        match self.beside("registry") {
            Some(registry) if shape::is_literal(&registry.text) && !name.starts_with(&*registry.text) => {
                Some(format!("{}/{name}", registry.text.trim_end_matches('/')))
            }
            _ => Some(name),
        }
    }
}

/// Keys that hold versions of something else, whatever they look like.
fn never(keys: &Keys, around: &Around<'_>) -> bool {
    let key = keys.last.as_str();
    if matches!(
        key,
        "apiversion" | "kind" | "schemaversion" | "checksum" | "helmshchart" | "apiversions" | "hash" | "id" | "uid"
    ) {
        return true;
    }
    if keys.raw.contains("kubernetes.io/")
        || keys.raw.contains("helm.sh/")
        || keys.parents.iter().any(|p| p == "requires" || p == "annotations")
    {
        return keys.raw != "image" && key != "version"
            || keys.parents.iter().any(|p| p == "requires" || p == "annotations");
    }
    if key == "version" && around.beside_any(&["kind", "group", "apiversion"]) && around.beside("chart").is_none() {
        return true;
    }
    if keys.parents.last().is_some_and(|p| p == "sops")
        || (key == "version" && keys.parents.iter().any(|p| p == "sops"))
    {
        return true;
    }
    let Some(of) = key.strip_suffix("version") else { return false };
    const PREFIXED: [&str; 10] =
        ["api", "interface", "schema", "tls", "protocol", "engine", "config", "crd", "ssl", "http"];
    const EXACT: [&str; 42] = [
        "terraform",
        "provider",
        "kubernetes",
        "kubectl",
        "kube",
        "cluster",
        "min",
        "max",
        "minimum",
        "maximum",
        "engine",
        "format",
        "secret",
        "resource",
        "required",
        "platform",
        "os",
        "ami",
        "eks",
        "aks",
        "gke",
        "k8s",
        "helm",
        "git",
        "compose",
        "storage",
        "addon",
        "cni",
        "python",
        "node",
        "java",
        "ruby",
        "go",
        "golang",
        "php",
        "postgres",
        "postgresql",
        "mysql",
        "redis",
        "rds",
        "elasticsearch",
        "mariadb",
    ];
    PREFIXED.iter().any(|word| of.ends_with(word)) || EXACT.contains(&of)
}

/// `host:8080`-like pairs under `images` are no references.
fn number_pair(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_digit() || b == b':')
}

fn digits(value: &str) -> bool {
    !value.is_empty() && value.len() <= 14 && value.bytes().all(|b| b.is_ascii_digit())
}

/// `2`, `12-debezium`, `psql-14`.
fn numbered(value: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric());
    match value.split_once('-') {
        Some((first, last)) => (number(first) && word(last)) || (word(first) && number(last)),
        None => number(value),
    }
}

/// The revision of `…?ref=X`, with what it is a revision of. Branch names are none.
pub fn url_revision(value: &str) -> Option<(String, String)> {
    let at = value.find("?ref=").or_else(|| value.find("&ref="))?;
    let revision = value[at + 5..].split('&').next().unwrap_or_default();
    let moving =
        matches!(revision, "" | "head" | "HEAD" | "main" | "master" | "develop" | "trunk" | "latest" | "stable");
    if moving || !shape::is_tag(&revision.replace('/', "-")) {
        return None;
    }
    let address = &value[..value.find('?').unwrap_or(at)];
    let address = address.trim_start_matches("git::").split("://").last().unwrap_or_default();
    Some((address.trim_end_matches('/').to_owned(), revision.to_owned()))
}

/// The version in the address of a release's file, with the project it belongs to.
fn release_download(value: &str) -> Option<(String, String)> {
    let address = value.strip_prefix("https://")?;
    let (project, rest) = address.split_once("/releases/download/").or_else(|| {
        let (project, rest) = address.split_once("/archive/")?;
        Some((project, rest.trim_start_matches("refs/tags/")))
    })?;
    let version = rest.split('/').next().unwrap_or_default().trim_end_matches(".tar.gz").trim_end_matches(".zip");
    shape::is_version(version).then(|| (project.to_owned(), version.to_owned()))
}

/// Lower case, without punctuation: `docker_image_tag`, `dockerImageTag` and `docker-image-tag` are one.
pub fn squash(key: &str) -> String {
    key.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// What a version belongs to, from its keys: `web` for `web.image.tag`, `images[web].newTag` and
/// `web_image_tag`; nothing for `image.tag`. Does not change while the version does.
pub fn component(path: &str) -> Option<String> {
    let mut keys: Vec<&str> = path.split(KEY_SEPARATOR).collect();
    if let Some(last) = keys.pop()
        && let Some(stem) = stem(last)
    {
        keys.push(stem);
    }
    let plain = |key: &&str| {
        !matches!(
            squash(key).as_str(),
            "image"
                | "images"
                | "container"
                | "containers"
                | "versions"
                | "tags"
                | "spec"
                | "chart"
                | "imagetags"
                | "ref"
        )
    };
    let mut words: Vec<&str> = keys.into_iter().filter(plain).map(|key| key.trim_matches(['[', ']'])).collect();
    words.retain(|word| !word.is_empty());
    (!words.is_empty()).then(|| words.join("."))
}

/// The part of a last key that is no convention: `web` of `web_image_tag`, nothing of `tag`.
fn stem(key: &str) -> Option<&str> {
    const WHOLE: [&str; 23] = [
        "tag",
        "newtag",
        "image",
        "digest",
        "version",
        "imagetag",
        "dockerimagetag",
        "dockertag",
        "containertag",
        "imageversion",
        "repository",
        "revision",
        "targetrevision",
        "name",
        "value",
        "newname",
        "sha",
        "commit",
        "ref",
        "chartversion",
        "imagedigest",
        "dockerimage",
        "containerimage",
    ];
    if WHOLE.contains(&squash(key).as_str()) {
        return None;
    }
    const ENDS: [&str; 20] = [
        "_image_tag",
        "-image-tag",
        "ImageTag",
        "_IMAGE_TAG",
        "_docker_tag",
        "_DOCKER_TAG",
        "_image_version",
        "_IMAGE_VERSION",
        "_tag",
        "-tag",
        "Tag",
        "_TAG",
        "_version",
        "-version",
        "Version",
        "_VERSION",
        "_image",
        "-image",
        "Image",
        "_IMAGE",
    ];
    let cut = ENDS.iter().find_map(|end| key.strip_suffix(end)).filter(|stem| !stem.is_empty());
    Some(cut.unwrap_or(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::leaf::of_yaml;
    use crate::yaml;

    fn found(text: &str) -> Vec<String> {
        let leaves = of_yaml(&yaml::parse(text).expect("yaml"));
        pins(&leaves, Format::Tree)
            .iter()
            .map(|pin| {
                let leaf = &leaves[pin.leaf];
                format!(
                    "{} {} {}={} [{}]",
                    pin.score,
                    leaf.key(),
                    pin.image.as_deref().unwrap_or("-"),
                    pin.version,
                    component(&leaf.path).unwrap_or_default()
                )
            })
            .collect()
    }

    #[test]
    fn helm_values() {
        assert_eq!(
            found("image: {repository: ghcr.io/x/web, tag: 1.10}"),
            ["10 image.tag=ghcr.io/x/web=1.10 []".replace("=ghcr", " ghcr").as_str()]
        );
        assert_eq!(
            found("web:\n  image:\n    registry: r.io\n    repository: a/b\n    tag: latest"),
            ["10 web.image.tag r.io/a/b=latest [web]"]
        );
        assert_eq!(found("docker_image_tag: v1"), ["10 docker_image_tag -=v1 []"]);
        assert_eq!(found("main_app:\n  version: 1.2.3"), ["6 main_app.version -=1.2.3 [main_app]"]);
        assert_eq!(found("frontendImage: a/b:1"), ["10 frontendImage a/b=1 [frontend]"]);
    }

    #[test]
    fn parameters_and_patches_count_as_their_keys() {
        assert_eq!(
            found("parameters:\n- name: image.tag\n  value: v3"),
            ["10 parameters[image.tag].value -=v3 [parameters.image.tag]"]
        );
        assert_eq!(found("- op: replace\n  path: /spec/image\n  value: a/b:v3"), ["10 [0].value a/b=v3 [0]"]);
    }

    #[test]
    fn digests_complete_tags() {
        let digest = format!("sha256:{}", "a".repeat(64));
        assert_eq!(
            found(&format!("images:\n- name: web\n  newTag: v1\n  digest: {digest}")),
            [format!("10 images[web].newTag web=v1@{digest} [web]")]
        );
    }

    #[test]
    fn versions_of_other_things_are_left_out() {
        assert!(found("apiVersion: v1\nkind: X\nmetadata:\n  labels:\n    app.kubernetes.io/name: x").is_empty());
        assert!(found("terraformVersion: 1.2.3\ntarget: {kind: X, version: v1}\nsops: {version: 3.7.1}").is_empty());
        assert!(found("resources: {memory: 1.2Gi}\nport: 8080").is_empty());
    }

    #[test]
    fn remote_resources() {
        assert_eq!(
            url_revision("https://github.com/o/r/config?ref=abc1234"),
            Some(("github.com/o/r/config".into(), "abc1234".into()))
        );
        assert_eq!(url_revision("https://github.com/o/r?ref=main"), None);
    }
}
