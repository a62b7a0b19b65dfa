//! The arguments of a tool. An argument that a tool does not know is an error.

use crate::model::nearest_name;
use crate::ops::error::Failure;
use serde_json::{Map, Value, json};

/// The longest text.
const MAX_TEXT: usize = 1024;

/// The kind of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentKind {
    Text,
    Texts,
    /// From 1 to this number.
    Count(usize),
}

/// An argument that a tool takes.
#[derive(Debug, Clone, Copy)]
pub struct ArgumentDescription {
    pub name: &'static str,
    pub kind: ArgumentKind,
    pub about: &'static str,
    pub required: bool,
}

/// The arguments of one call, checked.
#[derive(Debug, Default)]
pub struct ToolArguments(Map<String, Value>);

impl ToolArguments {
    /// Checks the arguments of a call.
    ///
    /// # Errors
    /// Of kind usage, when one is unknown, missing or of another kind.
    pub fn check(
        given: Option<Map<String, Value>>,
        known: &[&ArgumentDescription],
    ) -> Result<Self, Failure> {
        let mut given = given.unwrap_or_default();
        given.retain(|_, value| !value.is_null());
        for (name, value) in &given {
            let described = known.iter().find(|one| one.name == name);
            described.ok_or_else(|| unknown_argument(name, known))?.check(value)?;
        }
        match known.iter().find(|one| one.required && !given.contains_key(one.name)) {
            Some(missing) => Err(Failure::usage(format!("`{}` is missing", missing.name))
                .hint(format!("it is {}", missing.about))),
            None => Ok(ToolArguments(given)),
        }
    }

    /// The text of an argument.
    pub fn text(&self, name: &str) -> Option<String> {
        self.0.get(name)?.as_str().map(str::to_owned)
    }

    /// The texts of an argument.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let list = self.0.get(name).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The number of an argument.
    pub fn count(&self, name: &str) -> Option<usize> {
        self.0.get(name)?.as_u64().and_then(|count| usize::try_from(count).ok())
    }
}

impl ArgumentDescription {
    fn check(&self, value: &Value) -> Result<(), Failure> {
        let is_text = |value: &Value| {
            value.as_str().is_some_and(|text| {
                !text.is_empty()
                    && text.chars().count() <= MAX_TEXT
                    && !text.chars().any(char::is_control)
            })
        };
        let (fits, expected) = match self.kind {
            ArgumentKind::Text => (is_text(value), "a line of text".to_owned()),
            ArgumentKind::Texts => {
                let fits =
                    value.as_array().is_some_and(|all| all.len() < 100 && all.iter().all(is_text));
                (fits, "a list of texts".to_owned())
            }
            ArgumentKind::Count(most) => {
                let fits = value.as_u64().is_some_and(|count| (1..=most as u64).contains(&count));
                (fits, format!("a number from 1 to {most}"))
            }
        };
        let wrong = || Failure::usage(format!("`{}` is {expected}", self.name));
        if fits { Ok(()) } else { Err(wrong()) }
    }

    fn schema(&self) -> Value {
        let mut schema = match self.kind {
            ArgumentKind::Text => json!({ "type": "string" }),
            ArgumentKind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
            ArgumentKind::Count(most) => {
                json!({ "type": "integer", "minimum": 1, "maximum": most })
            }
        };
        schema["description"] = json!(self.about);
        schema
    }
}

/// The JSON schema of a tool's arguments.
pub fn schema(known: &[&ArgumentDescription]) -> Map<String, Value> {
    let properties: Map<String, Value> =
        known.iter().map(|one| (one.name.to_owned(), one.schema())).collect();
    let required: Vec<&str> = known.iter().filter(|one| one.required).map(|one| one.name).collect();
    let schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    schema.as_object().cloned().unwrap_or_default()
}

fn unknown_argument(name: &str, known: &[&ArgumentDescription]) -> Failure {
    let names: Vec<&str> = known.iter().map(|one| one.name).collect();
    let failure = Failure::usage(format!("there is no argument `{name}`"));
    match nearest_name(name, names.iter().copied()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("the arguments are {}", names.join(", "))),
    }
}
