//! Tags with named parts: `{branch}.{time}.{sha}`, or a regular expression with named groups.

use super::misfit::TagMisfit;
use super::parts::{TagParts, parse_tag_time};
use super::semantic::parse_version;
use regex::{Regex, RegexBuilder};

/// The largest compiled expression, in bytes. The text comes from a repository.
const MAX_COMPILED: usize = 1 << 20;

/// The names of parts, and the expression for each in a template.
const PARTS: [(&str, &str); 8] = [
    ("branch", r"[A-Za-z0-9_][A-Za-z0-9_.-]*?"),
    (
        "time",
        r"[0-9]{4}[-._]?[0-9]{2}[-._]?[0-9]{2}(?:[-._Tt]?[0-9]{2}[-._]?[0-9]{2}(?:[-._]?[0-9]{2})?[Zz]?)?|[0-9]{10}",
    ),
    ("sha", r"[0-9a-f]{7,40}"),
    ("commit", r"[0-9a-f]{7,40}"),
    ("version", r"[vV]?[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?"),
    ("number", r"[0-9]{1,19}"),
    ("build", r"[0-9]{1,19}"),
    ("any", r"[A-Za-z0-9_.-]*?"),
];

/// A pattern of tags.
#[derive(Debug, Clone)]
pub struct TagPattern {
    text: String,
    expression: Regex,
}

impl PartialEq for TagPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for TagPattern {}

impl TagPattern {
    /// Parses a template with `{branch}`, `{time}`, `{sha}` (or `{commit}`), `{version}`,
    /// `{number}` (or `{build}`) and `{any}`.
    ///
    /// # Errors
    /// Why the text is no template, as a sentence fragment.
    pub fn from_template(text: &str) -> Result<Self, String> {
        let (mut expression, mut rest) = (String::new(), text);
        let mut seen: Vec<&str> = Vec::new();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, left) = after.split_once('}').ok_or("a `{` is not closed")?;
            let part = PARTS.iter().find(|(known, _)| *known == name);
            let (name, inner) = part.ok_or_else(|| {
                let known: Vec<String> =
                    PARTS.iter().map(|(known, _)| format!("{{{known}}}")).collect();
                format!("`{{{name}}}` is no part of a tag; known are {}", known.join(", "))
            })?;
            let name = group_name(name);
            if seen.contains(&name) && name != "any" {
                return Err(format!("`{{{name}}}` stands twice"));
            }
            expression += &regex::escape(before);
            expression += &match name {
                "any" => format!("(?:{inner})"),
                name => format!("(?P<{name}>{inner})"),
            };
            seen.push(name);
            rest = left;
        }
        expression += &regex::escape(rest);
        TagPattern::compile(text, &expression)
    }

    /// Parses a regular expression for whole tags with groups named `branch`, `time`, `sha` (or
    /// `commit`), `version` and `number` (or `build`).
    ///
    /// # Errors
    /// Why the text is no such expression, as a sentence fragment.
    pub fn from_regex(text: &str) -> Result<Self, String> {
        let pattern = TagPattern::compile(text, text)?;
        let names: Vec<&str> = pattern.expression.capture_names().flatten().collect();
        let unknown = names.iter().find(|name| PARTS.iter().all(|(known, _)| known != *name));
        match unknown {
            Some(name) => Err(format!("the group `{name}` is no part of a tag")),
            None if names.is_empty() => Err("the expression has no named group".to_owned()),
            None => Ok(pattern),
        }
    }

    fn compile(text: &str, expression: &str) -> Result<Self, String> {
        let whole = format!("^(?:{expression})$");
        let compiled = RegexBuilder::new(&whole).size_limit(MAX_COMPILED).build();
        let expression = compiled.map_err(|error| {
            let line = error.to_string();
            let last = line.lines().last().unwrap_or_default().trim().to_owned();
            format!("it is not a valid expression: {last}")
        })?;
        Ok(TagPattern { text: text.to_owned(), expression })
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part that says the order: the time, else the version, else the number.
    pub fn order_part(&self) -> Option<&'static str> {
        let has = |part: &str| {
            let mut names = self.expression.capture_names().flatten();
            names.any(|name| name == part || (part == "number" && name == "build"))
        };
        ["time", "version", "number"].into_iter().find(|part| has(part))
    }

    pub(super) fn read(&self, tag: &str) -> Result<TagParts, TagMisfit> {
        let found = self.expression.captures(tag).ok_or(TagMisfit::NoMatch)?;
        let text = |name: &str| found.name(name).map(|part| part.as_str().to_owned());
        let time = text("time").map(|time| parse_tag_time(&time).ok_or(TagMisfit::BadPart("time")));
        let number = text("number").or_else(|| text("build"));
        let number =
            number.map(|number| number.parse().map_err(|_error| TagMisfit::BadPart("number")));
        let version = text("version");
        if version.as_deref().is_some_and(|version| parse_version(version).is_none()) {
            return Err(TagMisfit::BadPart("version"));
        }
        let parts = TagParts {
            branch: text("branch"),
            commit: text("sha").or_else(|| text("commit")),
            time: time.transpose()?,
            version,
            number: number.transpose()?,
        };
        // A tag without the part that says the order would have no place in it.
        match self.order_part() {
            Some("time") if parts.time.is_none() => Err(TagMisfit::BadPart("time")),
            Some("version") if parts.version.is_none() => Err(TagMisfit::BadPart("version")),
            Some("number") if parts.number.is_none() => Err(TagMisfit::BadPart("number")),
            _ => Ok(parts),
        }
    }
}

/// One name for parts with two.
fn group_name(name: &'static str) -> &'static str {
    match name {
        "commit" => "sha",
        "build" => "number",
        name => name,
    }
}
