//! The configured subject of commits, which is also the title of proposals: a one-line template.
//!
//! It is a minijinja template of texts, conditions and loops: nothing in it can make a text grow.
//! Unknown names are errors when the configuration is read, and an endless loop runs out of fuel.

use super::template_syntax;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, filters};
use std::collections::BTreeMap;
use std::io::Write;

/// Names that a template may use, in the order of the documentation.
pub(super) const NAMES: [&str; 9] =
    ["subject", "action", "app", "apps", "stage", "target", "from_stage", "from", "to"];

/// Fuel of a rendering: enough for any sensible line, and used up within a millisecond.
const FUEL: u64 = 20_000;

/// Maximum length of a subject, in characters.
const MAX_CHARACTERS: usize = 250;

/// Maximum length of everything that a template renders, in bytes.
const MAX_BYTES: usize = 64 << 10;

/// Template of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectTemplate(String);

/// Values for one subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubjectParts {
    /// The default subject.
    pub subject: String,
    /// `promote`, `deploy` or `rollback`.
    pub action: &'static str,
    /// The app, or `3 apps`.
    pub app: String,
    /// All apps.
    pub apps: Vec<String>,
    pub stage: String,
    /// Empty if there are several targets; likewise the next three.
    pub target: String,
    pub from_stage: String,
    pub from: String,
    pub to: String,
}

impl SubjectTemplate {
    /// Parses a template and renders it once as a test.
    ///
    /// # Errors
    /// The problem, without its place.
    pub(super) fn parse(text: &str) -> Result<Self, SubjectError> {
        if let Some(word) = template_syntax::find_forbidden(text) {
            return Err(SubjectError::Broken(format!("`{word}` cannot be used here")));
        }
        let environment = environment();
        let template = environment
            .template_from_str(text)
            .map_err(|error| SubjectError::Broken(describe_error(&error)))?;
        let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        unknown.retain(|name| !NAMES.contains(&name.as_str()));
        unknown.sort();
        if let Some(name) = unknown.into_iter().next() {
            return Err(SubjectError::Unknown(name));
        }
        let mut text_of_test = LimitedText::default();
        template
            .render_captured_to(template_context(&SubjectParts::default()), &mut text_of_test)
            .map_err(|error| SubjectError::Broken(describe_error(&error)))?;
        Ok(SubjectTemplate(text.to_owned()))
    }

    /// The template as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Renders the subject as one line. Falls back to the default subject if the result is empty.
    pub fn render(&self, parts: &SubjectParts) -> String {
        let environment = environment();
        let mut rendered = LimitedText::default();
        let done = environment.template_from_str(&self.0).and_then(|template| {
            template.render_captured_to(template_context(parts), &mut rendered).map(drop)
        });
        let text = done.map(|()| rendered.into_text()).unwrap_or_default();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let line: String = line.chars().filter(|c| !c.is_control()).take(MAX_CHARACTERS).collect();
        if line.is_empty() { parts.subject.clone() } else { line }
    }
}

/// Problem of a subject template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SubjectError {
    /// An unknown name.
    Unknown(String),
    Broken(String),
}

/// The text of a template, up to a limit: an error ends the rendering.
#[derive(Default)]
struct LimitedText(Vec<u8>);

impl LimitedText {
    fn into_text(self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

impl Write for LimitedText {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_BYTES {
            return Err(std::io::Error::other("longer than a subject can be"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// `replace`, with a limit: each use in a chain could multiply the text.
fn replace(text: &str, from: &str, to: &str) -> Result<String, Error> {
    let count = text.matches(from).count();
    if text.len() + count.saturating_mul(to.len()) > MAX_BYTES {
        return Err(Error::new(ErrorKind::InvalidOperation, "makes the text too long"));
    }
    Ok(text.replace(from, to))
}

/// `join`, with a limit.
fn join(items: Vec<String>, separator: Option<String>) -> Result<String, Error> {
    let separator = separator.unwrap_or_default();
    let length: usize = items.iter().map(|item| item.len() + separator.len()).sum();
    if length > MAX_BYTES {
        return Err(Error::new(ErrorKind::InvalidOperation, "makes the text too long"));
    }
    Ok(items.join(&separator))
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.add_filter("capitalize", filters::capitalize);
    environment.add_filter("default", filters::default);
    environment.add_filter("first", filters::first);
    environment.add_filter("join", join);
    environment.add_filter("last", filters::last);
    environment.add_filter("length", filters::length);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("replace", replace);
    environment.add_filter("title", filters::title);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("upper", filters::upper);
    for (name, test) in [("defined", true), ("undefined", false)] {
        environment.add_test(name, move |value: Value| value.is_undefined() != test);
    }
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment
}

fn template_context(parts: &SubjectParts) -> Value {
    let texts = [
        ("subject", parts.subject.as_str()),
        ("action", parts.action),
        ("app", &parts.app),
        ("stage", &parts.stage),
        ("target", &parts.target),
        ("from_stage", &parts.from_stage),
        ("from", &parts.from),
        ("to", &parts.to),
    ];
    let mut values: BTreeMap<&str, Value> =
        texts.into_iter().map(|(name, text)| (name, text.into())).collect();
    values.insert("apps", parts.apps.iter().map(String::as_str).collect());
    values.into()
}

fn describe_error(error: &Error) -> String {
    match (error.kind(), error.detail()) {
        (ErrorKind::OutOfFuel, _) => "takes too long".to_owned(),
        (_, Some(detail)) => detail.to_owned(),
        (kind, None) => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> SubjectParts {
        SubjectParts {
            subject: "Promote web to prod: v1 -> v2".into(),
            action: "promote",
            app: "web".into(),
            apps: vec!["web".into()],
            stage: "prod".into(),
            from: "v1".into(),
            to: "v2".into(),
            from_stage: "staging".into(),
            target: String::new(),
        }
    }

    fn rendered(text: &str) -> String {
        SubjectTemplate::parse(text).expect("a template").render(&parts())
    }

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(rendered("chore({{ stage }}): {{ app }} {{ to }}"), "chore(prod): web v2");
        assert_eq!(
            rendered("[{{ stage | upper }}] {{ subject }}"),
            "[PROD] Promote web to prod: v1 -> v2"
        );
        assert_eq!(
            rendered("{{ apps | join(', ') }}{% if target %} in {{ target }}{% endif %}"),
            "web"
        );
        assert_eq!(rendered("a\n\n  b\t{{ app }}\n"), "a b web");
        assert_eq!(
            rendered("{{ target }}"),
            "Promote web to prod: v1 -> v2",
            "an empty one is none"
        );
        let long = format!("{{% for a in '{}' %}}x{{% endfor %}}", "a".repeat(500));
        assert_eq!(rendered(&long).len(), MAX_CHARACTERS);
        let hostile = SubjectParts { app: "web\nSigned-off-by: x\u{1b}[31m".into(), ..parts() };
        let template = SubjectTemplate::parse("{{ app }}").expect("a template");
        assert_eq!(template.render(&hostile), "web Signed-off-by: x[31m");
        let markup = SubjectParts { app: "<a&b>".into(), ..parts() };
        assert_eq!(template.render(&markup), "<a&b>", "nothing is escaped");
    }

    #[test]
    fn what_is_no_template_is_told() {
        let error = |text: &str| SubjectTemplate::parse(text).expect_err("it is wrong");
        assert_eq!(error("{{ ap }}"), SubjectError::Unknown("ap".into()));
        assert!(matches!(error("{{ app"), SubjectError::Broken(_)));
        assert!(matches!(error("{% include 'x' %}"), SubjectError::Broken(_)));
        assert_eq!(
            error("{{ app | uper }}"),
            SubjectError::Broken("filter uper is unknown".into())
        );
        let word = "x".repeat(300);
        let endless = format!(
            "{{% for a in '{word}' %}}{{% for b in '{word}' %}}{{% endfor %}}{{% endfor %}}"
        );
        assert_eq!(error(&endless), SubjectError::Broken("takes too long".into()));
    }

    #[test]
    fn no_template_makes_a_text_grow() {
        let grows = |text: &str| SubjectTemplate::parse(text).is_err();
        let doubled = "{% set a = 'x' %}".to_owned() + &"{% set a = a ~ a %}".repeat(40);
        assert!(grows(&doubled));
        for text in [
            "{{ 'x' * 99 }}",
            "{{ app ~ app }}",
            "{{ app + app }}",
            "{% macro m() %}{% endmacro %}",
            "{%- set a %}x{%- endset %}",
            "{% with a = app %}{{ a }}{% endwith %}",
            "{% filter upper %}x{% endfilter %}",
            "{{ 'x' | center(99) }}",
            "{{ '%s' | format(app) }}",
            "{{ app | replace('', 'aaaaaaaaaaaaaaaa') | indent }}",
        ] {
            assert!(grows(text), "{text}");
        }
        let filled = "a".repeat(300);
        let chain =
            format!("{{{{ '{filled}'{} }}}}", format!(" | replace('a', '{filled}')").repeat(3));
        assert!(grows(&chain));
        assert_eq!(rendered("{{ '~ * +' }} {{ app | replace('web', 'a+b') }}"), "~ * + a+b");
    }
}
