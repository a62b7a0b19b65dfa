//! Answers as data: one document as JSON or YAML, or its rows as JSON lines or CSV.

use super::OutputFormat;
use super::formats::{csv_line, to_json, to_json_line, to_yaml};
use serde::Serialize;
use serde_json::Value;

/// Renders an answer as data; `None` for the formats that each command has of its own. `rows` names
/// the list in the answer whose elements are the lines of JSON lines and CSV.
pub fn render_data(format: OutputFormat, answer: &impl Serialize, rows: &str) -> Option<String> {
    match format {
        OutputFormat::Json => Some(to_json(answer)),
        OutputFormat::Yaml => Some(to_yaml(answer)),
        OutputFormat::Jsonl => Some(list(answer, rows).iter().map(to_json_line).collect()),
        OutputFormat::Csv => Some(render_rows(&list(answer, rows))),
        OutputFormat::Table | OutputFormat::Markdown | OutputFormat::Wide | OutputFormat::Name => {
            None
        }
    }
}

fn list(answer: &impl Serialize, rows: &str) -> Vec<Value> {
    let answer = serde_json::to_value(answer).expect("only maps with text keys");
    match answer.get(rows) {
        Some(Value::Array(list)) => list.clone(),
        _ => vec![answer],
    }
}

/// Renders objects as CSV: a column for each field, `a.b` for a field of a field. Lists of texts
/// are joined by spaces, and other lists are JSON.
fn render_rows(rows: &[Value]) -> String {
    let mut columns: Vec<String> = Vec::new();
    let rows: Vec<Vec<(String, String)>> = rows
        .iter()
        .map(|row| {
            let mut fields = Vec::new();
            flatten(row, "", &mut fields);
            fields
        })
        .collect();
    for (name, _) in rows.iter().flatten() {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    // A field that is an object in one row and null in another has columns for its fields only.
    let is_parent = |name: &str| {
        columns
            .iter()
            .any(|other| other.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
    };
    let columns: Vec<&String> = columns.iter().filter(|name| !is_parent(name)).collect();
    let record = |row: &Vec<(String, String)>| {
        let field = |name: &&String| {
            row.iter().find(|(known, _)| known == *name).map_or("", |(_, text)| text).to_owned()
        };
        columns.iter().map(field).collect::<Vec<_>>()
    };
    let header = columns.iter().map(|name| (*name).clone()).collect();
    std::iter::once(header).chain(rows.iter().map(record)).map(|fields| csv_line(&fields)).collect()
}

fn flatten(value: &Value, name: &str, fields: &mut Vec<(String, String)>) {
    let text = match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                flatten(value, &name, fields);
            }
            return;
        }
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    };
    fields.push((name.to_owned(), text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn rows_are_flat_in_csv_and_whole_in_json_lines() {
        let answer = json!({ "schema": "x/1", "rows": [
            { "app": "web", "by": { "name": "Mei" }, "labels": ["a", "b"], "until": null },
            { "app": "=api", "by": null, "labels": [], "moves": [{ "to": 1 }] },
        ]});
        assert_data_eq!(
            render_data(OutputFormat::Csv, &answer, "rows").unwrap_or_default(),
            str![[r#"
app,by.name,labels,until,moves
web,Mei,a b,,
'=api,,,,"[{""to"":1}]"

"#]]
        );
        assert_data_eq!(
            render_data(OutputFormat::Jsonl, &answer, "rows").unwrap_or_default(),
            str![[r#"
{"app":"web","by":{"name":"Mei"},"labels":["a","b"],"until":null}
{"app":"=api","by":null,"labels":[],"moves":[{"to":1}]}

"#]]
        );
        assert!(render_data(OutputFormat::Table, &answer, "rows").is_none());
    }
}
