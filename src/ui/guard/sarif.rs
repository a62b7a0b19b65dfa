//! Renders refusals as SARIF 2.1.0.

use super::refusal_sentence;
use crate::guard::{GuardCheck, GuardRefusal, Ruling};
use crate::report::GuardReport;
use crate::ui::audit::{physical_location, sarif_log};
use serde_json::{Value, json};

/// Descriptions of the checks. All gates are one rule.
const RULES: [(&str, &str); 11] = [
    ("guard-permission", "A stage is changed by somebody unknown or without permission"),
    ("guard-gate", "A gate is not open for the version"),
    ("guard-image", "An image arrives that no earlier stage uses"),
    ("guard-rename", "One app is removed while another is added"),
    ("guard-rules", "The rules themselves change"),
    ("guard-unreadable", "A mapped file is unreadable or ambiguous"),
    ("guard-unproven", "An input changes in a way that is not known to be harmless"),
    ("guard-rendered", "A program builds an image that no version explains"),
    ("guard-link", "A link or submodule where versions are read"),
    ("guard-alike", "Two names that some file systems treat as equal"),
    ("guard-merge", "The change cannot be merged as it is"),
];

/// Renders one run with all refusals.
pub fn render_sarif(guarded: &GuardReport, version: &str) -> String {
    let rule = |(id, text): (&str, &str)| json!({ "id": id, "shortDescription": { "text": text }, "defaultConfiguration": { "level": "error" } });
    let refused = guarded
        .rulings
        .iter()
        .flat_map(|ruling| ruling.refusals.iter().map(move |one| (ruling, one)));
    let results: Vec<Value> =
        refused.map(|(ruling, refusal)| refusal_result(ruling, refusal, guarded)).collect();
    sarif_log(RULES.into_iter().map(rule).collect(), results, version)
}

fn refusal_result(ruling: &Ruling, refusal: &GuardRefusal, guarded: &GuardReport) -> Value {
    let id = match refusal.check {
        GuardCheck::Gate(_) => "guard-gate".to_owned(),
        check => format!("guard-{}", check.as_str()),
    };
    let mut result = json!({
        "ruleId": id,
        "ruleIndex": RULES.iter().position(|(rule, _)| *rule == id),
        "level": "error",
        "message": { "text": refusal_sentence(ruling, refusal, guarded) },
    });
    if let Some(path) = ruling.path.as_deref().filter(|path| *path != ".") {
        result["locations"] = json!([{ "physicalLocation": physical_location(path, ruling.line) }]);
    }
    result
}
