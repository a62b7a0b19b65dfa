//! `KEY=value` files, with or without `export`, quotes and comments; also `KEY: "value"`.
//!
//! Multi-line values are not read: versions are never written that way.

use super::convention::KeySyntax;
use super::leaf::{Leaf, MAX_LEAVES};
use super::{Claim, NameMatch, SnapshotReader, Source, ValueNotation, VersionFinding, keyed};
use crate::model::{SourceKind, Span};

/// The dotenv source; see the module.
pub struct DotenvSource;

/// Minimum score of a key: `X_VERSION=2` counts, `X_SHA=…` does not.
const SCORE: u8 = 5;

impl Source for DotenvSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Dotenv
    }

    fn recognises_name(&self, name: &str, extension: &str) -> Option<NameMatch> {
        if name.starts_with(".env") || name.starts_with("env.") {
            return Some(NameMatch::Name);
        }
        matches!(extension, "env" | "properties" | "ini" | "conf").then_some(NameMatch::Extension)
    }

    fn opens_name(&self, name: &str, extension: &str) -> bool {
        self.recognises_name(name, extension).is_some()
    }

    fn notation(&self, _path: &str) -> ValueNotation {
        ValueNotation::Dotenv
    }

    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        let Some(text) = reader.read_text(&claim.path) else { return Vec::new() };
        let leaves = parse_leaves(&text);
        let mut found = keyed::find_versions(
            claim.rule,
            &leaves,
            &|_| claim.path.clone(),
            KeySyntax::Assignments,
            SCORE,
        );
        keyed::tell_apart(&mut found);
        found
    }
}

/// Returns the assignments of a file. The last of repeated keys wins, as in a shell.
pub(super) fn parse_leaves(text: &str) -> Vec<Leaf> {
    let mut out: Vec<Leaf> = Vec::new();
    let mut places = std::collections::HashMap::new();
    let mut start = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let content = line.trim_end_matches(['\n', '\r']).trim_start_matches('\u{feff}');
        let offset = start + line.find(content).unwrap_or(0);
        start += line.len();
        let Some(leaf) = parse_line(content, offset, u32::try_from(index + 1).unwrap_or(u32::MAX))
        else {
            continue;
        };
        match places.get(&leaf.path) {
            Some(earlier) => out[*earlier] = leaf,
            None if out.len() >= MAX_LEAVES => break,
            None => {
                places.insert(leaf.path.clone(), out.len());
                out.push(leaf);
            }
        }
    }
    out
}

fn parse_line(line: &str, offset: usize, number: u32) -> Option<Leaf> {
    let body = line.trim_start();
    let body = body.strip_prefix("export ").map_or(body, str::trim_start);
    let key_end =
        body.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))?;
    let (key, rest) = body.split_at(key_end);
    let rest = rest.trim_start();
    let value = rest
        .strip_prefix('=')
        .or_else(|| rest.strip_prefix(':').filter(|rest| rest.starts_with([' ', '\t'])))?;
    if key.is_empty() {
        return None;
    }
    let value = value.trim_start();
    let (text, length) = parse_value(value)?;
    let from = offset + line.len() - value.len();
    Some(Leaf {
        path: key.into(),
        text: text.into(),
        line: number,
        span: Span { start: from, end: from + length },
        document: 0,
        plain: !value.starts_with(['"', '\'']),
        alias: false,
        embedded: false,
    })
}

/// Returns a value and its length in the file, including quotes. `None` for an unclosed quote.
fn parse_value(value: &str) -> Option<(String, usize)> {
    let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let comment = value
            .char_indices()
            .find(|(at, c)| *c == '#' && (*at == 0 || value[..*at].ends_with(char::is_whitespace)));
        let plain = value[..comment.map_or(value.len(), |(at, _)| at)].trim_end();
        return Some((plain.to_owned(), plain.len()));
    };
    let mut text = String::new();
    let mut escaped = false;
    for (at, c) in value.char_indices().skip(1) {
        match c {
            _ if escaped => {
                text.push(c);
                escaped = false;
            }
            '\\' if quote == '"' => escaped = true,
            c if c == quote => return Some((text, at + 1)),
            c => text.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SourceRule;
    use crate::model::KeyTemplate;
    use crate::source::testing::repository;

    #[test]
    fn assignments_are_read_as_written() {
        let text = "\u{feff}A=1.10\r\n  export B='x y' # c\r\n#C=3\nD: \"v\\\"2\"\nE= v3#x #y\nnot a line\nF=\"open\nG=\nA-b.c = 'é'\nH:nospace\nexport I\nB=last\n=x\n";
        let found: Vec<String> = parse_leaves(text)
            .iter()
            .map(|l| {
                format!(
                    "{}={} :{} <{}>",
                    l.display_key(),
                    l.text,
                    l.line,
                    &text[l.span.start..l.span.end]
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                "A=1.10 :1 <1.10>",
                "B=last :12 <last>",
                "D=v\"2 :4 <\"v\\\"2\">",
                "E=v3#x :5 <v3#x>",
                "G= :8 <>",
                "A-b.c=é :9 <'é'>"
            ]
        );
    }

    fn read(content: &str, edit: impl FnOnce(&mut SourceRule)) -> Vec<String> {
        let mut rule = SourceRule::new(SourceKind::Dotenv, "prod.env", &[]).expect("a path");
        edit(&mut rule);
        let (found, warnings) = repository(&[("prod.env", content)]).read(rule);
        assert!(warnings.is_empty());
        let show = |f: &VersionFinding| {
            let who = f.captures.get("app").cloned().or(f.component.clone()).unwrap_or("-".into());
            format!(
                "{who} {} {} :{}",
                f.image.as_deref().unwrap_or("-"),
                f.version,
                f.locations[0].line
            )
        };
        found.iter().map(|(_, f)| show(f)).collect()
    }

    #[test]
    fn keys_by_convention() {
        let text = "WEB_IMAGE_TAG=main-1\nAPI_DOCKER_TAG=2\nDB_IMAGE=a/db:3\nJOB_VERSION=1.2.3\nAUTH_VERSION=psql-14\nPOSTGRES_VERSION=14.2\nPORT=8080\nMODE=prod\nTAG=v9\nSITE_TAG=\"blue\"\n";
        assert_eq!(
            read(text, |_| {}),
            [
                "WEB - main-1 :1",
                "API - 2 :2",
                "DB a/db 3 :3",
                "JOB - 1.2.3 :4",
                "AUTH - psql-14 :5",
                "- - v9 :9"
            ]
        );
    }

    #[test]
    fn keys_by_rule() {
        let key = |text: &str| KeyTemplate::parse(text, &[]).expect("a key");
        let text = "OL_AUTH_VERSION=15.0.1-SNAPSHOT\nOL_UI_VERSION=\nOL_BI_VERSION=${X}\nOTHER_IMAGE_TAG=v1\n";
        assert_eq!(
            read(text, |rule| rule.tags.push(key("OL_{APP}_VERSION"))),
            ["AUTH - 15.0.1-SNAPSHOT :1"]
        );
        let text = "WEB_TAG=stable\nWEB_REPO=r.io/web\nDB_TAG=7\nDB_REPO=r.io/db\n";
        let both = |rule: &mut SourceRule| {
            rule.tags.push(key("{APP}_TAG"));
            rule.images.push(key("{APP}_REPO"));
        };
        assert_eq!(read(text, both), ["WEB r.io/web stable :1", "DB r.io/db 7 :3"]);
    }

    #[test]
    fn keys_that_share_a_name_stay_apart() {
        assert_eq!(read("TAG=v1\nVERSION=1.2.3\n", |_| {}), ["TAG - v1 :1", "VERSION - 1.2.3 :2"]);
    }
}
