//! The JSON schema of `towpath.yaml`, made from the table of keys that the reader uses.

use super::gates::keys::{BAKE, PERMISSION, SCOPE, ShortShape, WAVE, gate_keys};
use super::gates::{APPS, GateKind, LEDGER, PATHS};
use super::keys::{self, ConfigKey, ValueShape};
use crate::model::SourceKind;
use serde_json::{Map, Value, json};

/// Returns the schema, draft 2020-12. It is checked in as `docs/reference/towpath.schema.json`.
pub fn schema() -> Value {
    schema_with(GateKind::ALL)
}

/// Returns the schema with these gates.
fn schema_with(gates: &[GateKind]) -> Value {
    let mut top = object(&keys::TOP);
    let mut out = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "towpath.yaml",
        "description": "Which image runs in which stage, and where that is written.",
    });
    merge(&mut out, &mut top);
    out["$defs"] = json!({
        "text": {
            "description": "A string. A number or a word such as `on` is taken as it is spelled.",
            "type": ["string", "number", "boolean"],
        },
        "texts": {
            "description": "A string or a list of strings.",
            "anyOf": [text(), { "type": "array", "items": text() }],
        },
        "stage": stage(),
        "source": source(),
        "gate": gate(gates),
        "proposals": object(&keys::PROPOSALS),
        "app": object(&keys::APP),
        "registry": object(&keys::REGISTRY),
        "witness": witness(),
        "permission": { "anyOf": [{ "$ref": "#/$defs/texts" }, object(&PERMISSION)] },
    });
    out
}

fn stage() -> Value {
    let mut long = object(&keys::STAGE);
    long["required"] = json!(["name"]);
    json!({ "description": "A stage: its name, or a mapping.", "anyOf": [text(), long] })
}

fn source() -> Value {
    let mut out = object(&keys::OPTIONS);
    out["description"] = json!("A source: one kind with its path templates, and options.");
    for kind in SourceKind::ALL {
        let about = kind.descriptor().about;
        let about = format!("{about} The value is a path template or a list of them.");
        out["properties"][kind.as_str()] = json!({ "description": about, "$ref": "#/$defs/texts" });
    }
    out["oneOf"] = SourceKind::ALL.iter().map(|kind| one_kind(*kind)).collect();
    out
}

/// Requires the kind and what it needs, and forbids options that do not fit it.
fn one_kind(kind: SourceKind) -> Value {
    let required = match kind.descriptor().has_pattern {
        true => json!([kind.as_str(), "pattern"]),
        false => json!([kind.as_str()]),
    };
    let mut out = json!({ "required": required });
    let misfits =
        keys::OPTIONS.iter().filter(|key| keys::unsupported_option(kind, key.name).is_some());
    let barred: Map<String, Value> =
        misfits.map(|key| (key.name.to_owned(), Value::Bool(false))).collect();
    if !barred.is_empty() {
        out["properties"] = Value::Object(barred);
    }
    out
}

fn gate(gates: &[GateKind]) -> Value {
    let mut long = object(&SCOPE);
    for (_, gate) in gate_keys(gates) {
        let short = match gate.short.as_ref().map(|short| short.shape) {
            Some(ShortShape::Nothing) => json!({ "enum": ["on", "off", true, false] }),
            Some(ShortShape::Text) => text(),
            Some(ShortShape::Texts) => json!({ "$ref": "#/$defs/texts" }),
            None => json!({ "const": "off" }),
        };
        let options = gate.long.iter().map(|long| object(long.options));
        let forms: Vec<Value> = std::iter::once(short).chain(options).collect();
        long["properties"][gate.name] = json!({ "description": gate.about, "anyOf": forms });
    }
    long["oneOf"] = gate_keys(gates).map(|(_, gate)| json!({ "required": [gate.name] })).collect();
    json!({ "description": "A gate: its name, or a mapping from the name to its options.", "anyOf": [text(), long] })
}

/// Schema of a wave, with or without a bake time.
fn wave() -> Value {
    let mut long = object(&WAVE);
    long["required"] = json!(["targets"]);
    json!({ "anyOf": [{ "$ref": "#/$defs/texts" }, long] })
}

fn permissions() -> Value {
    let actors = json!({ "$ref": "#/$defs/permission" });
    let owners = |about: &str| json!({ "description": about, "anyOf": [actors, { "type": "object", "additionalProperties": actors }] });
    let named = json!({
        APPS: owners("The owners of apps, by name or pattern: who may move and approve them, besides being permitted for the stage."),
        PATHS: owners("The owners of folders: who may move what stands below them, besides being permitted for the stage."),
    });
    let proof = json!({
        "description": "`signed`: approvals, outcomes and releases in the ledger count only if they are signed by somebody in a file of `signers`.",
        "anyOf": [{ "const": "signed" }, actors],
    });
    let mut named = named;
    named[LEDGER] = proof;
    json!({ "type": "object", "properties": named, "additionalProperties": actors })
}

fn witness() -> Value {
    let mut out = object(&keys::LIVE);
    out["required"] = json!(["witness"]);
    out
}

fn object(keys: &[ConfigKey]) -> Value {
    let properties: Map<String, Value> =
        keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn property(key: &ConfigKey) -> Value {
    let mut out = json!({ "description": key.about });
    let mut shape = match key.shape {
        ValueShape::Text => text(),
        ValueShape::Texts => json!({ "$ref": "#/$defs/texts" }),
        ValueShape::Stages => {
            json!({ "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/stage" } })
        }
        ValueShape::OneOf(words) => one_of(words),
        ValueShape::Proposals => json!({ "$ref": "#/$defs/proposals" }),
        ValueShape::Apps => {
            json!({ "type": "object", "additionalProperties": { "$ref": "#/$defs/app" } })
        }
        ValueShape::Registries => {
            json!({ "type": "object", "additionalProperties": { "$ref": "#/$defs/registry" } })
        }
        ValueShape::Live => {
            json!({ "type": "object", "additionalProperties": { "$ref": "#/$defs/witness" } })
        }
        ValueShape::Sources => {
            json!({ "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/source" } })
        }
        ValueShape::Gates => json!({ "type": "array", "items": { "$ref": "#/$defs/gate" } }),
        ValueShape::Permissions => permissions(),
        ValueShape::Waves => json!({ "type": "array", "minItems": 1, "items": wave() }),
        ValueShape::Bake => json!({ "anyOf": [text(), object(&BAKE)] }),
    };
    merge(&mut out, &mut shape);
    out
}

/// Schema of a choice of words; `true` and `false` are booleans in YAML.
fn one_of(words: &[&str]) -> Value {
    let word =
        |word: &&str| word.parse::<bool>().map_or_else(|_| json!(word), |switch| json!(switch));
    json!({ "enum": words.iter().map(word).collect::<Vec<_>>() })
}

fn text() -> Value {
    json!({ "$ref": "#/$defs/text" })
}

fn merge(into: &mut Value, from: &mut Value) {
    if let (Some(into), Some(from)) = (into.as_object_mut(), from.as_object_mut()) {
        into.append(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::gates::registry_tests::shipped_gates;

    #[test]
    fn the_schema_that_is_checked_in_is_fresh() {
        let text = serde_json::to_string_pretty(&schema_with(&shipped_gates()));
        let text = text.expect("a schema is JSON") + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/towpath.schema.json");
        // `SNAPSHOTS=overwrite cargo test` writes it anew.
        snapbox::assert_data_eq!(
            text,
            snapbox::Data::read_from(std::path::Path::new(path), None).raw()
        );
    }

    /// The reader accepts exactly the keys of the schema.
    #[test]
    fn reader_and_schema_know_the_same_keys() {
        let schema = schema();
        let keys_at = |pointer: &str| -> Vec<String> {
            schema
                .pointer(pointer)
                .and_then(Value::as_object)
                .expect("properties")
                .keys()
                .cloned()
                .collect()
        };
        let known = |text: String| match crate::config::parse(&text, "f") {
            Ok(_) => true,
            Err(error) => !error.to_string().contains("unknown key"),
        };
        for key in keys_at("/properties") {
            assert!(known(format!("{key}: x\n")), "{key}");
        }
        for key in keys_at("/$defs/stage/anyOf/1/properties") {
            assert!(known(format!("stages: [{{{key}: x}}]\n")), "{key}");
        }
        for key in keys_at("/$defs/source/properties") {
            assert!(known(format!("sources: [{{{key}: x}}]\n")), "{key}");
        }
        for key in keys_at("/$defs/proposals/properties") {
            assert!(known(format!("proposals: {{{key}: x}}\n")), "{key}");
        }
        for key in keys_at("/$defs/app/properties") {
            assert!(known(format!("apps: {{web: {{{key}: x}}}}\n")), "{key}");
        }
        for key in keys_at("/$defs/registry/properties") {
            assert!(known(format!("registries: {{r.io: {{{key}: x}}}}\n")), "{key}");
        }
        for key in keys_at("/$defs/witness/properties") {
            assert!(known(format!("live: {{'*': {{{key}: x}}}}\n")), "{key}");
        }
        assert!(!known("other: x\n".to_owned()));
        assert_eq!(
            keys_at("/$defs/source/properties").len(),
            SourceKind::ALL.len() + keys::OPTIONS.len()
        );
    }
}
