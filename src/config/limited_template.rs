//! Templates that people configure: texts, conditions and loops of minijinja.
//!
//! Nothing in such a template can make a text grow. Unknown names are errors when the template is
//! read, an endless loop runs out of fuel, and a long text is an error.

use super::template_syntax;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, filters};
use std::io::Write;

/// Fuel of a rendering: enough for any sensible text, and used up within a millisecond.
const FUEL: u64 = 20_000;

/// Maximum length of everything that a template renders, in bytes.
const MAX_BYTES: usize = 64 << 10;

/// Escapes a value for the place that shows the text.
pub type ValueEscape = fn(&str) -> String;

/// A template with limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitedTemplate(String);

/// The problem of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateFault {
    /// An unknown name.
    Unknown(String),
    Broken(String),
}

impl LimitedTemplate {
    /// Parses a template that may use `names`, and renders it once with `sample` as a test.
    ///
    /// # Errors
    /// The problem, without its place.
    pub fn parse(text: &str, names: &[&str], sample: Value) -> Result<Self, TemplateFault> {
        if let Some(word) = template_syntax::find_forbidden(text) {
            return Err(TemplateFault::Broken(format!("`{word}` cannot be used here")));
        }
        let environment = environment(str::to_owned);
        let template = environment
            .template_from_str(text)
            .map_err(|error| TemplateFault::Broken(describe_error(&error)))?;
        let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        unknown.retain(|name| !names.contains(&name.as_str()));
        unknown.sort();
        if let Some(name) = unknown.into_iter().next() {
            return Err(TemplateFault::Unknown(name));
        }
        let template = LimitedTemplate(text.to_owned());
        template.render(sample, str::to_owned).map_err(TemplateFault::Broken)?;
        Ok(template)
    }

    /// The template as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Renders the text. Values are escaped, and what the template itself says is not.
    ///
    /// # Errors
    /// The problem, where the values lack something or the text gets too long.
    pub fn render(&self, values: Value, escape: ValueEscape) -> Result<String, String> {
        let environment = environment(escape);
        let mut rendered = LimitedText::default();
        let done = environment
            .template_from_str(&self.0)
            .and_then(|template| template.render_captured_to(values, &mut rendered).map(drop));
        done.map(|()| rendered.into_text()).map_err(|error| describe_error(&error))
    }
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
            return Err(std::io::Error::other("the text gets too long"));
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

fn environment(escape: ValueEscape) -> Environment<'static> {
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
    environment.set_formatter(move |out, state, value| match value.as_str() {
        Some(text) if !value.is_safe() => Ok(out.write_str(&escape(text))?),
        _ => minijinja::escape_formatter(out, state, value),
    });
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment
}

fn describe_error(error: &Error) -> String {
    match (error.kind(), error.detail()) {
        (ErrorKind::OutOfFuel, _) => "takes too long".to_owned(),
        (_, Some(detail)) => detail.to_owned(),
        (kind, None) => kind.to_string(),
    }
}
