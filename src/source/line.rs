//! A regular expression applied to each line, for files that are not a data format: templates,
//! scripts.
//!
//! The groups `tag`, `digest` and `image` form the version. `app`, `stage`, `target` and all other
//! groups are captures, like those of the path.

use super::line_starts::{self, LineStarts};
use super::{Claim, SnapshotReader, Source, ValueNotation, VersionFinding, shape};
use crate::model::{ImagePart, ImageReference, Location, SourceKind, Version, Warning};
use regex::{Captures, Match, Regex};

/// The line source; see the module.
pub struct LineSource;

/// The groups that form the version; all others are captures.
const VERSION_GROUPS: [&str; 3] = ["tag", "digest", "image"];

impl Source for LineSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Line
    }

    fn notation(&self, _path: &str) -> ValueNotation {
        ValueNotation::Word
    }

    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        let Some(pattern) = &claim.rule.pattern else {
            let message = format!("`line: {}` needs a `pattern`", claim.rule.path.as_str());
            reader.add_warning(Warning::general("no-pattern", message));
            return Vec::new();
        };
        let Some(text) = reader.read_text(&claim.path) else { return Vec::new() };
        let mut file = LineCursor { path: &claim.path, lines: LineStarts::of(&text), start: 0 };
        let mut out = Vec::new();
        for line in text.split_inclusive('\n') {
            let body = line.trim_start_matches('\u{feff}');
            let mark = line.len() - body.len();
            file.start += mark;
            let content = body.trim_end_matches(['\n', '\r']);
            out.extend(
                pattern
                    .captures_iter(content)
                    .filter_map(|found| file.match_finding(pattern, &found)),
            );
            file.start += body.len();
        }
        out
    }
}

/// The file and the offset of the current line.
struct LineCursor<'a> {
    path: &'a str,
    lines: LineStarts,
    start: usize,
}

impl LineCursor<'_> {
    fn match_finding(&self, pattern: &Regex, found: &Captures<'_>) -> Option<VersionFinding> {
        let group = |name: &str| found.name(name).filter(|group| !group.is_empty());
        let (tag, digest, image) = (group("tag"), group("digest"), group("image"));
        let mut finding = VersionFinding::default();
        if tag.is_none() && digest.is_none() {
            let whole = image?;
            let ImageReference { name, version } = shape::parse_reference(whole.as_str())?;
            finding.locations.push(self.location("image", ImagePart::Reference, whole));
            (finding.image, finding.version) = (Some(name), version);
        } else {
            finding.image = image.map(|image| ImageReference::parse(image.as_str()).name);
            if let Some(tag) = tag {
                finding.version = Version::parse(tag.as_str());
                finding.locations.push(self.location(
                    "tag",
                    line_starts::part_of(&finding.version),
                    tag,
                ));
            }
            if let Some(digest) = digest {
                finding.version.digest = Some(digest.as_str().to_owned());
                finding.locations.push(self.location("digest", ImagePart::Digest, digest));
            }
            finding
                .locations
                .extend(image.map(|image| self.location("image", ImagePart::Name, image)));
        }
        for name in pattern.capture_names().flatten().filter(|name| !VERSION_GROUPS.contains(name))
        {
            if let Some(value) = group(name) {
                finding.captures.insert(name.to_lowercase(), value.as_str().to_owned());
            }
        }
        Some(finding)
    }

    fn location(&self, key: &str, part: ImagePart, group: Match<'_>) -> Location {
        let span = (self.start + group.start()..self.start + group.end()).into();
        line_starts::text_location(self.path, &self.lines, key, part, span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SourceRule;
    use crate::source::testing::repository;

    fn read(pattern: &str, content: &str) -> Vec<String> {
        let mut rule = SourceRule::new(SourceKind::Line, "deploy.sh", &[]).expect("a path");
        rule.pattern = Some(Regex::new(pattern).expect("a pattern"));
        let (found, warnings) = repository(&[("deploy.sh", content)]).read(rule);
        assert!(warnings.is_empty());
        let show = |finding: &VersionFinding| {
            let places: Vec<String> = finding
                .locations
                .iter()
                .map(|l| {
                    format!("{}:{}={}", l.line, l.part.as_str(), &content[l.span.start..l.span.end])
                })
                .collect();
            let captures: Vec<String> =
                finding.captures.iter().map(|(k, v)| format!("{k}={v}")).collect();
            let image = finding.image.as_deref().unwrap_or("-");
            format!("{} {image} {} [{}]", captures.join(" "), finding.version, places.join(" "))
        };
        found.iter().map(|(_, finding)| show(finding)).collect()
    }

    #[test]
    fn groups_say_what_and_where() {
        assert_eq!(
            read(
                r"^(?P<app>\w+)_(?P<stage>dev|prod)=(?P<tag>\S+)",
                "\u{feff}web_dev=v2 # é\r\nweb_prod=v1\r\nother=v0\r\n"
            ),
            ["app=web stage=dev - v2 [1:tag=v2]", "app=web stage=prod - v1 [2:tag=v1]"]
        );
    }

    #[test]
    fn one_line_may_hold_several_and_a_group_may_be_missing() {
        assert_eq!(
            read(
                r"(?P<image>[\w./]+):(?P<tag>v\d+)(?:@(?P<digest>\w+:\w+))?",
                "{{ x }} a/web:v1@sha256:00 a/db:v2"
            ),
            [
                " a/web v1@sha256:00 [1:tag=v1 1:digest=sha256:00 1:name=a/web]",
                " a/db v2 [1:tag=v2 1:name=a/db]"
            ]
        );
    }

    #[test]
    fn an_image_alone_is_a_whole_reference() {
        assert_eq!(
            read(r"FROM (?P<image>\S+)", "FROM a/web:1.2\nFROM scratch\n"),
            [" a/web 1.2 [1:reference=a/web:1.2]"]
        );
    }

    #[test]
    fn a_rule_without_a_pattern_is_named() {
        let rule = SourceRule::new(SourceKind::Line, "deploy.sh", &[]).expect("a path");
        let (found, warnings) = repository(&[("deploy.sh", "x")]).read(rule);
        assert!(found.is_empty());
        assert_eq!(warnings[0].code, "no-pattern");
    }
}
