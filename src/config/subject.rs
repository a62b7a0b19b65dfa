//! The subject of commits and the title of proposals, where a configuration words it: a template of
//! one line.
//!
//! It is minijinja with little around it: nothing can be included, what is not known is an error when
//! the configuration is read, and a loop without end runs out of fuel.

use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};
use std::collections::BTreeMap;

/// What a template may use, in the order that the documents list it.
pub(super) const NAMES: [&str; 9] =
    ["subject", "action", "app", "apps", "stage", "target", "from_stage", "from", "to"];

/// Enough for every line that a person words, and over within a millisecond.
const FUEL: u64 = 20_000;

/// A longer subject helps nobody.
const MAX_CHARACTERS: usize = 250;

/// The wording of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectTemplate(String);

/// What one subject is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubjectParts {
    /// The subject as towpath words it.
    pub subject: String,
    /// `promote`, `deploy` or `rollback`.
    pub action: &'static str,
    /// The app, or `3 apps`.
    pub app: String,
    /// All of them.
    pub apps: Vec<String>,
    pub stage: String,
    /// Empty where it is not one target alone; so are the next three where there is no one answer.
    pub target: String,
    pub from_stage: String,
    pub from: String,
    pub to: String,
}

impl SubjectTemplate {
    /// Takes the text of a template and tries it out.
    ///
    /// # Errors
    /// What is wrong with it, without its place.
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

    /// The subject: one line, or towpath's own where the template leaves none.
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

/// Why a text is no template of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SubjectError {
    /// It uses this name, which stands for nothing.
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
        (ErrorKind::OutOfFuel, _) => "it takes too long".to_owned(),
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
        assert_eq!(error(endless), SubjectError::Broken("it takes too long".into()));
    }
}
