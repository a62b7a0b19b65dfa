//! The configured subject of commits, which is also the title of proposals: a one-line template.

use super::limited_template::{LimitedTemplate, TemplateFault};
use minijinja::Value;
use std::collections::BTreeMap;

/// Names that a template may use, in the order of the documentation.
pub(super) const NAMES: [&str; 9] =
    ["subject", "action", "app", "apps", "stage", "target", "from_stage", "from", "to"];

/// Maximum length of a subject, in characters.
const MAX_CHARACTERS: usize = 250;

/// Template of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectTemplate(LimitedTemplate);

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
    pub(super) fn parse(text: &str) -> Result<Self, TemplateFault> {
        let sample = template_context(&SubjectParts::default());
        LimitedTemplate::parse(text, &NAMES, sample).map(SubjectTemplate)
    }

    /// The template as written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Renders the subject as one line. Falls back to the default subject if the result is empty.
    pub fn render(&self, parts: &SubjectParts) -> String {
        let text = self.0.render(template_context(parts), str::to_owned).unwrap_or_default();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let line: String = line.chars().filter(|c| !c.is_control()).take(MAX_CHARACTERS).collect();
        if line.is_empty() { parts.subject.clone() } else { line }
    }
}

fn template_context(parts: &SubjectParts) -> Value {
    subject_values(parts).into()
}

/// The values of the names.
pub(super) fn subject_values(parts: &SubjectParts) -> BTreeMap<&'static str, Value> {
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
    let mut values: BTreeMap<&'static str, Value> =
        texts.into_iter().map(|(name, text)| (name, text.into())).collect();
    values.insert("apps", parts.apps.iter().map(String::as_str).collect());
    values
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
        assert_eq!(error("{{ ap }}"), TemplateFault::Unknown("ap".into()));
        assert!(matches!(error("{{ app"), TemplateFault::Broken(_)));
        assert!(matches!(error("{% include 'x' %}"), TemplateFault::Broken(_)));
        assert_eq!(
            error("{{ app | uper }}"),
            TemplateFault::Broken("filter uper is unknown".into())
        );
        let word = "x".repeat(300);
        let endless = format!(
            "{{% for a in '{word}' %}}{{% for b in '{word}' %}}{{% endfor %}}{{% endfor %}}"
        );
        assert_eq!(error(&endless), TemplateFault::Broken("takes too long".into()));
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
