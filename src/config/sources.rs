//! Reads `sources:`: one rule per path template.

use super::diagnostic::{DiagnosticCollector, did_you_mean};
use super::fields::{ConfigField, ConfigFields, LocatedText, escape_for_message};
use super::keys;
use super::resolved::{Config, NameTemplate, SourceRule};
use crate::model::{KeyTemplate, PathTemplate, SourceKind, StageName, TemplateError};
use crate::yaml::YamlValue;
use regex::{Regex, RegexBuilder};

/// Limit on sources.
const MAX_SOURCES: usize = 1000;

/// Limit on template text compiled for one file, in bytes, with all stage words counted for each
/// `{stage}`. A thousand templates with 25 stages are a quarter of it; without the limit a small
/// file with many aliases could keep a machine busy for minutes.
const MAX_WORK: usize = 1_000_000;

/// Longest template or expression, in bytes.
const MAX_TEMPLATE: usize = 2000;

/// Reads the rules in the order of the file. Invalid ones are reported and left out.
pub(super) fn read(
    field: ConfigField<'_>,
    config: &Config,
    problems: &mut DiagnosticCollector<'_>,
) -> Vec<SourceRule> {
    if !field.value.is_sequence() || field.value.items().next().is_none() {
        let hint = String::from(
            "for example `- kustomize: apps/{app}/overlays/{stage}`; remove the key to use discovery",
        );
        problems.add(field.key, "`sources` must be a list of sources", hint);
        return Vec::new();
    }
    if field.value.items().nth(MAX_SOURCES).is_some() {
        problems.add(field.key, format!("there are more than {MAX_SOURCES} sources"), None);
    }
    let words = config.stage_words();
    let letters = words.iter().map(|word| word.len() + 1).sum();
    let mut sources = SourceListReader { config, words, letters, work: 0, problems };
    field.value.items().take(MAX_SOURCES).flat_map(|item| sources.read_source(item)).collect()
}

struct SourceListReader<'c, 'p, 't> {
    config: &'c Config,
    words: Vec<String>,
    /// Total length of all stage words.
    letters: usize,
    work: usize,
    problems: &'p mut DiagnosticCollector<'t>,
}

impl SourceListReader<'_, '_, '_> {
    fn read_source(&mut self, item: YamlValue<'_>) -> Vec<SourceRule> {
        if !item.is_mapping() {
            let hint = String::from("for example `- kustomize: apps/{app}/overlays/{stage}`");
            self.problems.add(item, "a source must be a mapping from its kind to a path", hint);
            return Vec::new();
        }
        let kinds = SourceKind::ALL.iter().map(|kind| kind.as_str());
        let known: Vec<&str> = kinds.chain(keys::OPTIONS.iter().map(|key| key.name)).collect();
        let before = self.problems.count();
        let mut fields = ConfigFields::read(item, &known, self.problems);
        let Some((kind, field)) = self.kind(item, &fields) else { return Vec::new() };
        self.reject_unsupported(kind, &mut fields);
        let Some(options) = self.read_options(kind, field, &fields) else { return Vec::new() };
        let mut rules = Vec::new();
        for path in field.read_texts(self.problems) {
            let Some(template) = self.path(path) else { continue };
            let rule = SourceRule { path: template, line: Some(path.at.line()), ..options.clone() };
            if self.problems.count() == before {
                self.must_have_a_stage(&rule, path);
            }
            rules.push(rule);
        }
        if self.problems.count() == before {
            self.names_must_be_captured(&rules, &fields);
        }
        rules
    }

    /// Returns the one key that is a kind.
    fn kind<'a>(
        &mut self,
        item: YamlValue<'a>,
        fields: &ConfigFields<'a>,
    ) -> Option<(SourceKind, ConfigField<'a>)> {
        let mut kinds = fields.iter().filter_map(|field| Some((keys::kind(field.name)?, field)));
        let first = kinds.next();
        if let (Some((kind, _)), Some((other, field))) = (first, kinds.next()) {
            let hint = String::from("start another source with `- `");
            let message =
                format!("a source must have one kind, but this has `{kind}` and `{other}`");
            self.problems.add(field.key, message, hint);
            return None;
        }
        if first.is_none() && !fields.unknown {
            let hint = did_you_mean("", SourceKind::ALL.iter().map(|kind| kind.as_str()));
            self.problems.add(item, "this source has no kind", hint);
        }
        if let Some((kind, field)) = first
            && field.value.is_sequence()
            && field.value.items().next().is_none()
        {
            self.problems.add(field.key, format!("`{kind}` has no path"), None);
        }
        first
    }

    /// Reports options that do not fit the kind, and removes them.
    fn reject_unsupported(&mut self, kind: SourceKind, fields: &mut ConfigFields<'_>) {
        fields.retain(|field| {
            let why = keys::unsupported_option(kind, field.name);
            let fits = why.is_none();
            if let Some(why) = why {
                let message = format!("`{}` cannot be used with `{kind}`", field.name);
                self.problems.add(field.key, message, why);
            }
            fits
        });
    }

    /// Reads a rule without its path.
    fn read_options(
        &mut self,
        kind: SourceKind,
        field: ConfigField<'_>,
        fields: &ConfigFields<'_>,
    ) -> Option<SourceRule> {
        let mut rule = SourceRule::new(kind, "", &[]).expect("an empty path is a template");
        for (name, cell) in [
            ("app", &mut rule.app),
            ("target", &mut rule.target),
            ("component", &mut rule.component),
        ] {
            if let Some(name) = fields.text(name, self.problems).and_then(|word| self.name(word)) {
                *cell = name;
            }
        }
        rule.base = fields.text("base", self.problems).and_then(|word| self.name(word));
        rule.stage = fields.text("stage", self.problems).and_then(|word| self.stage(word));
        for (names, cell) in [
            (["tag", "tags"], &mut rule.tags),
            (["image", "images"], &mut rule.images),
            (["digest", "digests"], &mut rule.digests),
        ] {
            for name in names {
                let words = fields.texts(name, self.problems).unwrap_or_default();
                cell.extend(words.into_iter().filter_map(|word| self.key(word)));
            }
        }
        let not = fields.texts("not", self.problems).unwrap_or_default();
        rule.not = not.into_iter().filter_map(|word| self.path(word)).collect();
        rule.pattern =
            fields.text("pattern", self.problems).and_then(|word| self.read_pattern(word));
        if kind.descriptor().has_pattern && fields.get("pattern").is_none() {
            let hint = String::from("for example `pattern: 'image: web:(?P<tag>\\S+)'`");
            self.problems.add(field.key, format!("`{kind}` needs a `pattern`"), hint);
            return None;
        }
        Some(rule)
    }

    fn stage(&mut self, word: LocatedText<'_>) -> Option<StageName> {
        let stage = self.config.stage(word.text);
        if stage.is_none() && !self.config.stages.is_empty() {
            let hint =
                did_you_mean(word.text, self.config.stages.iter().map(|stage| stage.name.as_str()));
            self.problems.add(
                word.at,
                format!("`{}` is not a stage", escape_for_message(word.text)),
                hint,
            );
        }
        stage.map(|stage| stage.name.clone())
    }

    fn path(&mut self, word: LocatedText<'_>) -> Option<PathTemplate> {
        self.check_work_limit(word)
            .then(|| PathTemplate::parse(word.text, &self.words))
            .and_then(|it| self.parsed_template(word, it))
    }

    fn key(&mut self, word: LocatedText<'_>) -> Option<KeyTemplate> {
        self.check_work_limit(word)
            .then(|| KeyTemplate::parse(word.text, &self.words))
            .and_then(|it| self.parsed_template(word, it))
    }

    fn parsed_template<T>(
        &mut self,
        word: LocatedText<'_>,
        parsed: Result<T, TemplateError>,
    ) -> Option<T> {
        parsed.map_err(|error| self.problems.add(word.at, shown_error(&error), None)).ok()
    }

    /// Reads a name template, whose braces must be balanced.
    fn name(&mut self, word: LocatedText<'_>) -> Option<NameTemplate> {
        let name = NameTemplate::new(word.text);
        let parsed = self.check_work_limit(word).then(|| PathTemplate::parse(word.text, &[]))?;
        self.parsed_template(word, parsed).map(|_| name)
    }

    fn read_pattern(&mut self, word: LocatedText<'_>) -> Option<Regex> {
        if !self.check_work_limit(word) {
            return None;
        }
        let regex = match RegexBuilder::new(word.text).size_limit(1 << 20).build() {
            Ok(regex) => regex,
            Err(error) => {
                let text = error.to_string();
                let why = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
                self.problems.add(
                    word.at,
                    format!("`pattern` is not a valid regular expression: {why}"),
                    None,
                );
                return None;
            }
        };
        if !regex.capture_names().flatten().any(|name| matches!(name, "tag" | "digest" | "image")) {
            let hint = String::from("name the group that is the tag: `(?P<tag>\\S+)`");
            self.problems.add(word.at, "`pattern` has no group `tag`, `digest` or `image`", hint);
        }
        Some(regex)
    }

    /// Counts the work of a template. Reports the first one beyond the limit.
    fn check_work_limit(&mut self, word: LocatedText<'_>) -> bool {
        if word.text.len() > MAX_TEMPLATE {
            self.problems.add(
                word.at,
                format!("this string is longer than {MAX_TEMPLATE} bytes"),
                None,
            );
            return false;
        }
        let before = self.work;
        self.work += word.text.len() + word.text.matches("{stage").count() * self.letters;
        if before <= MAX_WORK && self.work > MAX_WORK {
            self.problems.add(word.at, "the templates up to here exceed the size limit", None);
        }
        self.work <= MAX_WORK
    }

    /// Reports a rule from which no stage can be found.
    fn must_have_a_stage(&mut self, rule: &SourceRule, path: LocatedText<'_>) {
        let branches = self.config.stages.iter().any(|stage| stage.branch.is_some());
        if rule.stage.is_none()
            && !capture_names(rule).iter().any(|name| name == "stage")
            && !branches
        {
            let hint = String::from(
                "write `{stage}` in the path or in a key, or add `stage: …` to the source",
            );
            self.problems.add(
                path.at,
                format!("nothing tells the stage of `{}`", escape_for_message(path.text)),
                hint,
            );
        }
    }

    /// Reports captures in names that no path, key or pattern defines: they would always be empty.
    fn names_must_be_captured(&mut self, rules: &[SourceRule], fields: &ConfigFields<'_>) {
        let known: Vec<String> = rules.iter().flat_map(capture_names).collect();
        for option in ["app", "target", "component", "base"] {
            let Some(word) = fields.text(option, self.problems) else { continue };
            for name in names_in(word.text) {
                if !known.contains(&name) {
                    let message = format!(
                        "`{option}` uses `{{{name}}}`, which neither the path nor the keys capture"
                    );
                    let hint = did_you_mean(&name, known.iter().map(String::as_str));
                    self.problems.add(word.at, message, hint);
                }
            }
        }
    }
}

/// Names that a rule's path, keys and pattern capture.
fn capture_names(rule: &SourceRule) -> Vec<String> {
    let keys = rule.tags.iter().chain(&rule.images).chain(&rule.digests).map(KeyTemplate::as_str);
    let mut names: Vec<String> = keys.chain([rule.path.as_str()]).flat_map(names_in).collect();
    for name in &mut names {
        name.truncate(name.trim_end_matches('*').len());
    }
    names.extend(
        rule.pattern.iter().flat_map(Regex::capture_names).flatten().map(str::to_lowercase),
    );
    names.sort();
    names.dedup();
    names
}

/// Names in braces, lower-cased like captures.
fn names_in(template: &str) -> Vec<String> {
    let pieces = template.split('{').skip(1).filter_map(|piece| piece.split_once('}'));
    pieces.map(|(name, _)| name.to_lowercase()).collect()
}

/// Formats the error. Key templates are joined by control characters inside, which are shown as
/// dots.
fn shown_error(error: &TemplateError) -> String {
    error.to_string().chars().map(|c| if c.is_control() { '.' } else { c }).collect()
}
