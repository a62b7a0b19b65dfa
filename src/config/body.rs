//! The configured text of proposals: a Markdown template that puts towpath's parts into an order.

use super::limited_template::{LimitedTemplate, TemplateFault, ValueEscape};
use super::subject::{self, SubjectParts};
use minijinja::Value;

/// Names of towpath's parts, in their usual order.
const PARTS: [&str; 6] = ["moves", "changes", "gates", "options", "undo", "notes"];

/// How markers of towpath begin. They must not be in a template, as they tell where its text ends.
const MARKER: &str = "towpath:";

/// Template of the text of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyTemplate(LimitedTemplate);

/// Towpath's parts of the text of a proposal, as Markdown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BodyParts {
    /// The table of versions.
    pub moves: String,
    /// The commits that it brings.
    pub changes: String,
    pub gates: String,
    /// What a reviewer can do.
    pub options: String,
    /// How to take it back.
    pub undo: String,
    /// What was assumed.
    pub notes: String,
}

/// Names that a template may use.
pub(super) fn names() -> Vec<&'static str> {
    PARTS.into_iter().chain(subject::NAMES).collect()
}

impl BodyTemplate {
    /// Parses a template and renders it once as a test.
    ///
    /// # Errors
    /// The problem, without its place.
    pub(super) fn parse(text: &str) -> Result<Self, TemplateFault> {
        if text.contains(MARKER) {
            return Err(TemplateFault::Broken(format!("`{MARKER}` is kept for towpath's markers")));
        }
        let sample = template_context(&SubjectParts::default(), &BodyParts::default());
        LimitedTemplate::parse(text, &names(), sample).map(BodyTemplate)
    }

    /// Renders the text. The values of `subject` are escaped.
    ///
    /// # Errors
    /// The problem, where the text gets too long.
    pub fn render(
        &self,
        subject: &SubjectParts,
        parts: &BodyParts,
        escape: ValueEscape,
    ) -> Result<String, String> {
        let text = self.0.render(template_context(subject, parts), escape)?;
        Ok(squeeze_blank_lines(&text))
    }
}

fn template_context(subject: &SubjectParts, parts: &BodyParts) -> Value {
    let BodyParts { moves, changes, gates, options, undo, notes } = parts;
    let mut values = subject::subject_values(subject);
    // A heading or a marker begins and ends with its line, whatever the template has beside it.
    let part = |text: &String| match text.trim_matches('\n') {
        "" => Value::from(""),
        text => Value::from_safe_string(format!("\n\n{text}\n\n")),
    };
    values.extend(PARTS.into_iter().zip([moves, changes, gates, options, undo, notes].map(part)));
    values.into()
}

/// Leaves one blank line where there are several.
fn squeeze_blank_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        if !line.is_empty() || !out.ends_with("\n\n") {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(template: &str) -> String {
        let parts = BodyParts {
            moves: "| app |\n".into(),
            gates: "\n### Gates\n\n* open\n".into(),
            ..BodyParts::default()
        };
        let subject = SubjectParts { app: "<web>".into(), ..SubjectParts::default() };
        let escape = |text: &str| text.replace('<', "\\<");
        let template = BodyTemplate::parse(template).expect("a template");
        template.render(&subject, &parts, escape).expect("it fits")
    }

    #[test]
    fn parts_have_lines_of_their_own_and_values_are_escaped() {
        assert_eq!(
            rendered("Of {{ app }}: {{ gates }}then {{ moves }}{{ undo }}\n- [ ] tested\n"),
            "Of \\<web>: \n\n### Gates\n\n* open\n\nthen \n\n| app |\n\n- [ ] tested\n"
        );
        assert_eq!(rendered("{% if changes %}x{% else %}none{% endif %}"), "none\n");
    }

    #[test]
    fn what_is_no_template_is_told() {
        let fault = |text: &str| BodyTemplate::parse(text).expect_err("it is wrong");
        assert_eq!(fault("{{ gate }}"), TemplateFault::Unknown("gate".into()));
        assert!(matches!(fault("[//]: # (towpath:end)"), TemplateFault::Broken(_)));
        assert!(matches!(fault("{% set a = moves %}"), TemplateFault::Broken(_)));
    }
}
