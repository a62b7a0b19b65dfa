//! The configured subject of commits, which is also the title of proposals: a one-line template.
//!
//! It is a minijinja template without includes. Unknown names are errors when the configuration is
//! read, and an endless loop runs out of fuel.

use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};
use std::collections::BTreeMap;

/// Names that a template may use, in the order of the documentation.
pub(super) const NAMES: [&str; 9] =
    ["subject", "action", "app", "apps", "stage", "target", "from_stage", "from", "to"];

/// Fuel of a rendering: enough for any sensible line, and used up within a millisecond.
const FUEL: u64 = 20_000;

/// Maximum length of a subject, in characters.
const MAX_CHARACTERS: usize = 250;

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
        template
            .render(template_context(&SubjectParts::default()))
            .map_err(|error| SubjectError::Broken(describe_error(&error)))?;
        Ok(SubjectTemplate(text.to_owned()))
    }

    /// The template as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Renders the subject as one line. Falls back to the default subject if the result is empty.
    pub fn render(&self, parts: &SubjectParts) -> String {
        let rendered = environment()
            .template_from_str(&self.0)
            .and_then(|template| template.render(template_context(parts)));
        let text = rendered.unwrap_or_default();
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

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
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
        assert_eq!(rendered("{{ 'x' * 4000 }}").len(), MAX_CHARACTERS);
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
        let endless = "{% for a in 'x' * 9000 %}{% for b in 'x' * 9000 %}{% endfor %}{% endfor %}";
        assert_eq!(error(endless), SubjectError::Broken("takes too long".into()));
    }
}
