//! Path and key templates: `apps/{app}/overlays/{stage}`, `images.*.{app}.tag`.
//!
//! | piece | matches |
//! | --- | --- |
//! | `{name}` | one part or a piece of one, and remembers it |
//! | `{name**}` | any number of parts, also none, and remembers them joined |
//! | `*` | one part or a piece of one |
//! | `**` | any number of parts, also none |
//!
//! Parts are separated by `/` in a path and by `.` in a key. If stages are given, `{stage}` matches
//! only these, so `{app}-{stage}-{variant}` is never split in the wrong place.

use regex::Regex;
use std::collections::BTreeMap;

/// The texts matched by a template's `{names}`.
pub type TemplateCaptures = BTreeMap<String, String>;

/// Why a template is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("`{0}` has a `{{` without its `}}`")]
    Unclosed(String),
    #[error("`{0}` contains `{{{1}}}`; a name consists of letters, digits and `_`")]
    BadName(String, String),
    #[error("`{0}` must be relative to the top of the repository, without `..`")]
    Outside(String),
    #[error("`{0}` is too long or too complex")]
    TooComplex(String),
}

/// A pattern for repository paths.
#[derive(Debug, Clone)]
pub struct PathTemplate {
    text: String,
    matcher: TemplateMatcher,
    names: Vec<String>,
}

impl PathTemplate {
    /// Parses a template. `stages` are the words `{stage}` may match; empty means any.
    ///
    /// # Errors
    /// [`TemplateError`], worded for the author of the configuration.
    pub fn parse(text: &str, stages: &[String]) -> Result<Self, TemplateError> {
        let trimmed = text.trim_start_matches("./").trim_end_matches('/');
        if trimmed.starts_with('/') || trimmed.split('/').any(|part| part == "..") {
            return Err(TemplateError::Outside(text.to_owned()));
        }
        let (matcher, names) = TemplateMatcher::of(trimmed, '/', stages)?;
        Ok(PathTemplate { text: trimmed.to_owned(), matcher, names })
    }

    /// The template as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the captures for a path, or `None` if it does not match.
    pub fn captures(&self, path: &str) -> Option<TemplateCaptures> {
        // Most paths differ in the literal parts, which are cheaper to compare than a regex.
        let near = path.starts_with(self.literal_prefix()) && path.ends_with(self.literal_end());
        near.then(|| match_captures(&self.matcher, &self.names, path)).flatten()
    }

    /// True if the template has a capture of this name.
    pub fn has_capture(&self, name: &str) -> bool {
        self.names.iter().any(|n| n == name)
    }

    /// Returns the literal text that every match ends with.
    fn literal_end(&self) -> &str {
        let end = self.text.rfind(['}', '*']).map_or(&*self.text, |at| &self.text[at + 1..]);
        end.trim_start_matches('/')
    }

    /// Returns the leading literal directories, which contain every match; `""` for none.
    pub fn literal_prefix(&self) -> &str {
        match self.text.find(['{', '*']) {
            None => &self.text,
            Some(at) => self.text[..at].rfind('/').map_or("", |slash| &self.text[..slash]),
        }
    }
}

/// A pattern for keys inside a document. Keys with a dot are written in quotes.
#[derive(Debug, Clone)]
pub struct KeyTemplate {
    text: String,
    matcher: TemplateMatcher,
    names: Vec<String>,
}

/// Separates keys in the matched text, so that a dot in a key is not a separator.
const KEY_SEPARATOR: char = '\u{1f}';

impl KeyTemplate {
    /// Parses a template such as `image.tag`, `versions.{app}`, `OL_{APP}_VERSION`, `"a.b".tag`.
    ///
    /// # Errors
    /// [`TemplateError`], worded for the author of the configuration.
    pub fn parse(text: &str, stages: &[String]) -> Result<Self, TemplateError> {
        let joined = split_keys(text).join(&KEY_SEPARATOR.to_string());
        let (matcher, names) = TemplateMatcher::of(&joined, KEY_SEPARATOR, stages)?;
        Ok(KeyTemplate { text: text.to_owned(), matcher, names })
    }

    /// The template as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the captures for a chain of keys, or `None` if it does not match.
    pub fn captures<S: AsRef<str>>(&self, keys: &[S]) -> Option<TemplateCaptures> {
        let mut subject = String::new();
        for (i, key) in keys.iter().enumerate() {
            if i > 0 {
                subject.push(KEY_SEPARATOR);
            }
            subject.push_str(key.as_ref());
        }
        self.captures_joined(&subject)
    }

    /// Like [`KeyTemplate::captures`], for keys already joined by U+001F.
    pub fn captures_joined(&self, keys: &str) -> Option<TemplateCaptures> {
        match_captures(&self.matcher, &self.names, keys)
    }

    /// True if the template has a capture of this name.
    pub fn has_capture(&self, name: &str) -> bool {
        self.names.iter().any(|n| n == name)
    }
}

/// Splits `a."b.c"[web].d` at dots outside quotes and before brackets.
fn split_keys(text: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut key = String::new();
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, '.') => keys.push(std::mem::take(&mut key)),
            (None, '[') if !key.is_empty() => {
                keys.push(std::mem::take(&mut key));
                key.push('[');
            }
            (_, c) => key.push(c),
        }
    }
    keys.push(key);
    keys
}

/// The matching method of a template. One without `*` and names is compared as text: compiling a
/// regex for each of hundreds takes longer than reading the files.
#[derive(Debug, Clone)]
enum TemplateMatcher {
    Exact(String),
    Pattern(Regex),
}

impl TemplateMatcher {
    fn of(
        text: &str,
        separator: char,
        stages: &[String],
    ) -> Result<(Self, Vec<String>), TemplateError> {
        if !text.contains(['{', '}', '*']) {
            return Ok((TemplateMatcher::Exact(text.to_owned()), Vec::new()));
        }
        compile_template(text, separator, stages)
            .map(|(regex, names)| (TemplateMatcher::Pattern(regex), names))
    }
}

fn match_captures(
    matcher: &TemplateMatcher,
    names: &[String],
    subject: &str,
) -> Option<TemplateCaptures> {
    let regex = match matcher {
        TemplateMatcher::Exact(text) => return (text == subject).then(TemplateCaptures::new),
        TemplateMatcher::Pattern(regex) => regex,
    };
    let found = regex.captures(subject)?;
    let mut out = TemplateCaptures::new();
    for (i, name) in names.iter().enumerate() {
        let value = found.get(i + 1).map_or("", |m| m.as_str());
        match out.get(name) {
            // A name used twice must match the same text.
            Some(earlier) if earlier != value => return None,
            Some(_) => {}
            None => {
                out.insert(name.clone(), value.replace(KEY_SEPARATOR, "."));
            }
        }
    }
    Some(out)
}

/// Longer templates are refused before compilation.
const MAX_TEMPLATE_BYTES: usize = 4096;

fn compile_template(
    text: &str,
    separator: char,
    stages: &[String],
) -> Result<(Regex, Vec<String>), TemplateError> {
    if text.len() > MAX_TEMPLATE_BYTES {
        return Err(TemplateError::TooComplex(text.chars().take(60).chain(['…']).collect()));
    }
    let one = format!("[^{separator}]");
    let mut pattern = String::from("^");
    let mut names = Vec::new();
    let parts: Vec<&str> = text.split(separator).collect();
    let mut joined = true;
    for (i, part) in parts.iter().enumerate() {
        if let Some(name) = spanning_name(part) {
            let name = name.map(|name| checked(text, name)).transpose()?;
            let group = if name.is_some() { "(" } else { "(?:" };
            let (is_first, is_only) = (i == 0, parts.len() == 1);
            pattern.push_str(&spanning_pattern(group, &one, separator, (is_first, is_only)));
            joined &= !is_first || is_only;
            names.extend(name);
            continue;
        }
        if i > 0 && joined {
            pattern.push(separator);
        }
        joined = true;
        compile_part(text, part, &one, stages, &mut pattern, &mut names)?;
    }
    pattern.push('$');
    let regex = regex::RegexBuilder::new(&pattern)
        .size_limit(4 << 20)
        .build()
        .ok()
        .ok_or_else(|| TemplateError::TooComplex(text.to_owned()))?;
    Ok((regex, names))
}

/// Returns the name of a part that spans separators: `None` inside for `**`, `x` for `{x**}`.
fn spanning_name(part: &str) -> Option<Option<&str>> {
    match part {
        "**" => Some(None),
        p if p.starts_with('{') && p.ends_with("**}") && p.matches('{').count() == 1 => {
            Some(Some(&p[1..p.len() - 3]))
        }
        _ => None,
    }
}

/// Returns the pattern of a part that spans separators. It includes one separator: the one before
/// it, or after it if it comes first.
fn spanning_pattern(
    group: &str,
    one: &str,
    separator: char,
    (is_first, is_only): (bool, bool),
) -> String {
    let many = format!("{one}+(?:{separator}{one}+)*");
    if is_only {
        format!("{group}{many})??")
    } else if is_first {
        format!("(?:{group}{many}){separator})??")
    } else {
        format!("(?:{separator}{group}{many}))??")
    }
}

fn compile_part(
    text: &str,
    part: &str,
    one: &str,
    stages: &[String],
    pattern: &mut String,
    names: &mut Vec<String>,
) -> Result<(), TemplateError> {
    let mut rest = part;
    while let Some(at) = rest.find(['{', '*']) {
        pattern.push_str(&regex::escape(&rest[..at]));
        if rest[at..].starts_with('*') {
            pattern.push_str(&format!("{one}*"));
            rest = &rest[at + 1..];
            continue;
        }
        let end =
            rest[at..].find('}').ok_or_else(|| TemplateError::Unclosed(text.to_owned()))? + at;
        let name = checked(text, &rest[at + 1..end])?;
        if name == "stage" && !stages.is_empty() {
            let mut words: Vec<String> = stages.iter().map(|stage| regex::escape(stage)).collect();
            // Longest first, so that `prod-eu` is not matched as `prod`.
            words.sort_by_key(|word| std::cmp::Reverse(word.len()));
            pattern.push_str(&format!("({})", words.join("|")));
        } else {
            pattern.push_str(&format!("({one}+?)"));
        }
        names.push(name);
        rest = &rest[end + 1..];
    }
    pattern.push_str(&regex::escape(rest));
    Ok(())
}

fn checked(text: &str, name: &str) -> Result<String, TemplateError> {
    let fine = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if fine {
        Ok(name.to_lowercase())
    } else {
        Err(TemplateError::BadName(text.to_owned(), name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stages(words: &[&str]) -> Vec<String> {
        words.iter().map(|w| (*w).to_owned()).collect()
    }

    fn path(template: &str, words: &[&str], path: &str) -> Option<Vec<String>> {
        let template = PathTemplate::parse(template, &stages(words)).expect("template");
        template.captures(path).map(|c| c.iter().map(|(k, v)| format!("{k}={v}")).collect())
    }

    #[test]
    fn a_stage_is_one_of_the_known_words() {
        let template = "{target}/{app}-{stage}-{variant}/values.yaml";
        assert_eq!(
            path(template, &["dev", "prod"], "eu/my-app-prod-blue/values.yaml"),
            Some(vec![
                "app=my-app".into(),
                "stage=prod".into(),
                "target=eu".into(),
                "variant=blue".into()
            ])
        );
        assert_eq!(path(template, &["dev"], "eu/my-app-prod-blue/values.yaml"), None);
        assert_eq!(
            path("{app}-{stage}", &["prod", "prod-eu"], "web-prod-eu").map(|v| v[1].clone()),
            Some("stage=prod-eu".into())
        );
    }

    #[test]
    fn stars_span_parts() {
        let t = "components/{app**}/{stage}/{target**}";
        assert_eq!(
            path(t, &["prod"], "components/a/b/prod/x").map(|v| v.join(" ")),
            Some("app=a/b stage=prod target=x".into())
        );
        assert_eq!(
            path(t, &["prod"], "components/a/prod").map(|v| v.join(" ")),
            Some("app=a stage=prod target=".into())
        );
        assert!(path("**/values.yaml", &[], "values.yaml").is_some());
        assert!(path("a/{x**}/values.yaml", &[], "a/values.yaml").is_some());
        assert!(path("a/{x**}", &[], "a").is_some());
        assert!(path("**/values.yaml", &[], "a/b/values.yaml").is_some());
        assert!(path("a/**/values.yaml", &[], "a/values.yaml").is_some());
        assert!(path("a/*.yaml", &[], "a/b/c.yaml").is_none());
        assert!(path("**", &[], "a/b/c.yaml").is_some());
    }

    #[test]
    fn keys_may_hold_dots_and_pieces() {
        let t = KeyTemplate::parse("OL_{APP}_VERSION", &[]).expect("template");
        assert_eq!(t.captures(&["OL_AUTH_VERSION"]).map(|c| c["app"].clone()), Some("AUTH".into()));
        let t = KeyTemplate::parse("data.\"a.b\".{app}", &[]).expect("template");
        assert!(t.captures(&["data", "a.b", "x.y"]).is_some());
        assert!(t.captures(&["data", "a", "b", "x"]).is_none());
    }

    #[test]
    fn the_literal_prefix_is_whole_directories() {
        let prefix =
            |t: &str| PathTemplate::parse(t, &[]).expect("template").literal_prefix().to_owned();
        assert_eq!(prefix("charts/tags/{stage}/{app}"), "charts/tags");
        assert_eq!(prefix("charts/x-{stage}"), "charts");
        assert_eq!(prefix("{stage}/x"), "");
        assert_eq!(prefix("a/b.yaml"), "a/b.yaml");
    }

    #[test]
    fn templates_stay_inside_the_repository() {
        assert!(matches!(PathTemplate::parse("../x", &[]), Err(TemplateError::Outside(_))));
        assert!(matches!(PathTemplate::parse("/etc/x", &[]), Err(TemplateError::Outside(_))));
        assert!(matches!(PathTemplate::parse("a/{b", &[]), Err(TemplateError::Unclosed(_))));
        assert!(matches!(PathTemplate::parse("a/{b c}", &[]), Err(TemplateError::BadName(..))));
    }
}
