//! Compose files: each service's `image`, with variables from the `.env` file next to it.

use super::interpolate::{ComposeVariables, InterpolatedText, PieceOrigin};
use super::leaf::{KEY_SEPARATOR, Leaf};
use super::line_starts;
use super::{
    ChangeScope, Claim, NameMatch, SnapshotReader, Source, ValueNotation, VersionFinding,
    blind_spots, compose_files, dotenv, keyed, marker, shape,
};
use crate::config::NameTemplate;
use crate::model::{
    BlindSpot, EntryNote, ImagePart, ImageReference, Location, SourceKind, Span, TemplateCaptures,
    Version,
};
use std::ops::Range;

/// The Compose source; see the module.
pub struct ComposeSource;

impl Source for ComposeSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Compose
    }

    fn recognises_name(&self, name: &str, extension: &str) -> Option<NameMatch> {
        let is_compose = (name.starts_with("docker-compose") || name.starts_with("compose"))
            && (matches!(extension, "yaml" | "yml") || name.contains(".y"));
        is_compose.then_some(NameMatch::Name)
    }

    fn notation(&self, path: &str) -> ValueNotation {
        let is_compose = [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end));
        if is_compose { ValueNotation::by_name(path) } else { ValueNotation::Dotenv }
    }

    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        let (Some(leaves), Some(text)) =
            (reader.read_leaves(&claim.path), reader.read_text(&claim.path))
        else {
            return Vec::new();
        };
        if let Some(found) = keyed::by_rule(claim.rule, &leaves, &claim.path) {
            return found;
        }
        compose_files::read_named_files(&claim.path, &leaves, reader);
        let env_path = env_path(claim.rule.base.as_ref(), claim);
        let env_text = reader.file_exists(&env_path).then(|| reader.read_text(&env_path)).flatten();
        let env = env_text.as_deref().map(dotenv::parse_leaves).unwrap_or_default();
        let variables: ComposeVariables<'_> = env.iter().map(|leaf| (&*leaf.path, leaf)).collect();
        let file = ComposeFile { path: &claim.path, text: &text, env_path: &env_path, variables };
        leaves.iter().filter_map(|leaf| file.service_finding(service_of(leaf)?, leaf)).collect()
    }

    fn blind_spots(
        &self,
        claim: &Claim<'_>,
        _sight: &ChangeScope<'_>,
        reader: &SnapshotReader<'_>,
    ) -> Vec<BlindSpot> {
        let Some(leaves) = reader.read_leaves(&claim.path) else { return Vec::new() };
        blind_spots::compose::find_blind_spots(
            claim,
            &leaves,
            &env_path(claim.rule.base.as_ref(), claim),
            reader,
        )
    }
}

/// Returns the path of the variables file: the rule's base (relative to the repository, or next to
/// the file if it is a bare name), or else the `.env` next to the file.
fn env_path(base: Option<&NameTemplate>, claim: &Claim<'_>) -> String {
    let name = base.map_or_else(|| ".env".to_owned(), |base| base.expand_path(&claim.captures));
    match claim.path.rsplit_once('/') {
        Some((directory, _)) if !name.contains('/') => format!("{directory}/{name}"),
        _ => name,
    }
}

/// Returns the service of the leaf `services.web.image`: `web`.
fn service_of(leaf: &Leaf) -> Option<&str> {
    let mut keys = leaf.path.split(KEY_SEPARATOR);
    let (services, service, image) = (keys.next()?, keys.next()?, keys.next()?);
    (services == "services" && image == "image" && keys.next().is_none()).then_some(service)
}

struct ComposeFile<'a> {
    path: &'a str,
    text: &'a str,
    env_path: &'a str,
    variables: ComposeVariables<'a>,
}

impl ComposeFile<'_> {
    fn service_finding(&self, service: &str, leaf: &Leaf) -> Option<VersionFinding> {
        let filled = InterpolatedText::of(&leaf.text, &self.variables);
        if filled.text.contains("{{") {
            return None;
        }
        let ImageReference { name, version } = shape::parse_reference(&filled.text)?;
        let mut locations = self.locations(leaf, &filled, &version);
        if locations.is_empty() {
            locations.push(leaf.location(self.path, ImagePart::Reference));
        }
        let owner = marker::automation_after(self.text, leaf.span.end).map(EntryNote::Automated);
        Some(VersionFinding {
            component: Some(service.to_owned()),
            captures: TemplateCaptures::new(),
            image: Some(name),
            version,
            locations,
            notes: owner.into_iter().collect(),
            ..VersionFinding::default()
        })
    }

    /// Returns the locations of tag and digest: variables that contain them, or else the line
    /// itself.
    fn locations(
        &self,
        leaf: &Leaf,
        filled: &InterpolatedText<'_>,
        version: &Version,
    ) -> Vec<Location> {
        if filled.text == *leaf.text {
            return Vec::new();
        }
        let mut out: Vec<Location> = Vec::new();
        let end = filled.text.len();
        let digest_at = version.digest.as_ref().map(|digest| end - digest.len());
        if let Some(tag) = &version.tag {
            let tag_end = digest_at.map_or(end, |at| at - 1);
            self.push_location(
                leaf,
                filled,
                tag_end - tag.len()..tag_end,
                ImagePart::Tag,
                &mut out,
            );
        }
        if let Some(at) = digest_at {
            self.push_location(leaf, filled, at..end, ImagePart::Digest, &mut out);
        }
        out
    }

    fn push_location(
        &self,
        leaf: &Leaf,
        filled: &InterpolatedText<'_>,
        range: Range<usize>,
        part: ImagePart,
        out: &mut Vec<Location>,
    ) {
        // Literal text that joins variables (`v${MAJOR}.${MINOR}`) is not a location of the
        // version.
        let varies = filled
            .origins_of(range.clone())
            .any(|origin| matches!(origin, PieceOrigin::Variable(_)));
        for origin in filled.origins_of(range) {
            let location = match origin {
                PieceOrigin::Variable(variable) => {
                    variable.location(self.env_path, part_of_variable(variable, part))
                }
                PieceOrigin::Text(_) if varies => continue,
                PieceOrigin::Text(span) => self.piece_location(leaf, span, part),
            };
            if !out.contains(&location) {
                out.push(location);
            }
        }
    }

    /// Returns the location of a piece of the value, or of the whole value if escapes hide the
    /// exact bytes.
    fn piece_location(&self, leaf: &Leaf, piece: Span, part: ImagePart) -> Location {
        let mut location = leaf.location(self.path, part);
        let written = self.text.get(leaf.span.start..leaf.span.end).unwrap_or_default();
        match written.find(&*leaf.text) {
            Some(at) => {
                let start = leaf.span.start + at;
                location.span = Span { start: start + piece.start, end: start + piece.end };
            }
            None => location.part = ImagePart::Reference,
        }
        location
    }
}

/// Returns the part of an image that a variable holds; it may be more than the tag.
fn part_of_variable(variable: &Leaf, part: ImagePart) -> ImagePart {
    let text = &*variable.text;
    if shape::is_tag(text) {
        line_starts::part_of(&Version::parse(text))
    } else if shape::parse_reference(text).is_some() {
        ImagePart::Reference
    } else {
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SourceRule;
    use crate::source::testing::repository;

    fn read(files: &[(&str, &str)], base: Option<&str>) -> Vec<String> {
        let mut rule =
            SourceRule::new(SourceKind::Compose, "{stage}/compose.yml", &[]).expect("a path");
        rule.base = base.map(NameTemplate::new);
        let (found, warnings) = repository(files).read(rule);
        let show = |f: &VersionFinding| {
            let place = |l: &Location| {
                let text = files.iter().find(|(path, _)| *path == l.path).expect("a file").1;
                format!(
                    "{}:{} {}<{}>",
                    l.path,
                    l.line,
                    l.part.as_str(),
                    &text[l.span.start..l.span.end]
                )
            };
            let places: Vec<String> = f.locations.iter().map(place).collect();
            let service = f.component.as_deref().unwrap_or("-");
            format!(
                "{service} {}:{} {}",
                f.image.as_deref().unwrap_or("-"),
                f.version,
                places.join(" ")
            )
        };
        let found = found.iter().map(|(_, f)| show(f));
        found.chain(warnings.iter().map(|w| w.code.to_owned())).collect()
    }

    #[test]
    fn plain_images_and_defaults_are_on_the_line() {
        let text = "services:\r\n  web: {image: 'a/web:1'}\r\n  api:\r\n    image: \"${ORG:-acme}/api:${TAG:-v2}\"\r\n  db:\r\n    image: ${ORG:-acme}/db:7\r\n  job: {build: .}\r\n  un: {image: 'a/b:${NO}'}\r\nx-other: {image: a/b:1}\r\n";
        assert_eq!(
            read(&[("prod/compose.yml", text)], None),
            [
                "web a/web:1 prod/compose.yml:2 reference<'a/web:1'>",
                "api acme/api:v2 prod/compose.yml:4 tag<v2>",
                "db acme/db:7 prod/compose.yml:6 tag<7>"
            ]
        );
    }

    #[test]
    fn variables_come_from_the_env_file() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let env =
            format!("TAG=v1\nMAJOR=2\nMINOR=5\nREF=r.io/x/all:3\nBOTH=v4@{digest}\nORG=acme\n");
        let text = "services:\n  a: {image: '$ORG/a:$TAG'}\n  b: {image: 'b:${MAJOR}.${MINOR}'}\n  c: {image: '${REF}'}\n  d: {image: 'd:${BOTH}'}\n";
        let files = [("prod/compose.yml", text), ("prod/.env", env.as_str())];
        assert_eq!(
            read(&files, None),
            [
                "a acme/a:v1 prod/.env:1 tag<v1>".to_owned(),
                "b b:2.5 prod/.env:2 tag<2> prod/.env:3 tag<5>".to_owned(),
                "c r.io/x/all:3 prod/.env:4 reference<r.io/x/all:3>".to_owned(),
                format!("d d:v4@{digest} prod/.env:5 tag-and-digest<v4@{digest}>"),
            ]
        );
        let files =
            [("prod/compose.yml", "services: {a: {image: 'a:$TAG'}}"), ("env/prod.env", "TAG=v7")];
        assert_eq!(read(&files, Some("env/{stage}.env")), ["a a:v7 env/prod.env:1 tag<v7>"]);
    }

    #[test]
    fn odd_files_are_no_crash() {
        assert!(read(&[("prod/compose.yml", "services: [a, b]\n")], None).is_empty());
        assert_eq!(read(&[("prod/compose.yml", "a: [")], None), ["not-yaml"]);
        assert!(read(&[("prod/compose.yml", "services: {a: {image: ${X:-${}}")], None).len() < 2);
    }
}
