//! Converts a scored leaf to a version, with its digest and image.

use super::address::{release_download, url_revision};
use super::leaf_context::LeafContext;
use super::{VersionLeaf, squash_key};
use crate::model::{ImagePart, ImageReference, Version, is_digest};
use crate::source::leaf::Leaf;
use crate::source::shape;

impl LeafContext<'_> {
    pub(super) fn to_version_leaf(&self, score: u8, part: ImagePart) -> VersionLeaf {
        let leaf = self.leaf();
        let value = &*leaf.text;
        let mut pin = VersionLeaf {
            leaf: self.index,
            digest: None,
            score,
            part,
            image: None,
            version: Version::parse(value),
        };
        match part {
            ImagePart::Reference => {
                let ImageReference { name, version } =
                    shape::parse_reference(value).unwrap_or_else(|| ImageReference::parse(value));
                pin.image = Some(name);
                pin.version = version;
            }
            ImagePart::Revision => {
                if let Some((image, revision)) =
                    url_revision(value).or_else(|| release_download(value))
                {
                    pin.image = Some(image);
                    pin.version = Version { tag: Some(revision), digest: None };
                }
            }
            ImagePart::Chart => {
                pin.image = self
                    .sibling_leaf("chart")
                    .or_else(|| self.sibling_leaf("name"))
                    .map(|l| l.text.to_string())
            }
            ImagePart::Tag | ImagePart::TagAndDigest | ImagePart::Digest | ImagePart::Name => {
                pin.image = self.image_name();
                self.add_digest(&mut pin);
            }
        }
        pin
    }

    /// Adds the digest that is written next to a tag.
    fn add_digest(&self, pin: &mut VersionLeaf) {
        if pin.version.digest.is_none() {
            pin.digest =
                self.beside_index("digest").filter(|index| is_digest(&self.leaves[*index].text));
            pin.version.digest = pin.digest.map(|index| self.leaves[index].text.to_string());
        }
    }

    /// Returns the image name written next to a tag: `repository`, with `registry` before it.
    fn image_name(&self) -> Option<String> {
        let key = squash_key(self.leaf().last());
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
        // Next to `web_image_tag`, an `image` with its own tag is a different image.
        let shared = |leaf: &&Leaf| stem.is_empty() || shape::parse_reference(&leaf.text).is_none();
        let found = (if stem.is_empty() {
            None
        } else {
            stemmed.iter().find_map(|name| self.sibling_leaf(name))
        })
        .or_else(|| names.iter().find_map(|name| self.sibling_leaf(name).filter(shared)))
        .or_else(|| {
            if key == "newtag" || key == "digest" { self.sibling_leaf("name") } else { None }
        })?;
        if !shape::is_literal(&found.text) || found.text.contains(' ') {
            return None;
        }
        let name = ImageReference::parse(&found.text).name;
        match self.sibling_leaf("registry") {
            Some(registry)
                if shape::is_literal(&registry.text) && !name.starts_with(&*registry.text) =>
            {
                Some(format!("{}/{name}", registry.text.trim_end_matches('/')))
            }
            _ => Some(name),
        }
    }
}
