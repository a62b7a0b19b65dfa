//! `order`: never skip a stage.

use super::Gate;
use super::descriptor::{FactNeed, GateDescriptor, GateSettings, PastNeed};
use super::keys::{GateKey, LongForm, ShortForm, ShortShape};
use super::option_reader::GateOptionReader;
use crate::config::fields::{ConfigField, ConfigFields, LocatedText, escape_for_message};
use crate::config::keys::{ValueShape, key};
use regex::Regex;

/// Never skip a stage.
#[derive(Debug, Clone, Default)]
pub struct OrderGate {
    /// What is replaced in tags before they are compared, and by what.
    pub rewrites: Vec<(Regex, String)>,
    /// When the past is judged: the stage before may come so many seconds later.
    pub tolerance: i64,
}

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "order",
    keys: &[GateKey {
        name: "order",
        about: "The version is or was what the stages right before run. On unless `off`.",
        bare: Some(|| Gate::Order(OrderGate::default())),
        short: Some(ShortForm { shape: ShortShape::Text, read: read_short }),
        long: Some(LongForm {
            options: &[
                key(
                    "rewrite",
                    ValueShape::Texts,
                    "What is replaced in tags before they are compared: `s/-RC[0-9]+$//`.",
                ),
                key(
                    "tolerance",
                    ValueShape::Text,
                    "When the past is judged: the stage before may come so much later.",
                ),
            ],
            read: read_long,
        }),
    }],
    last_rule_counts: true,
    implied_past: |_| PastNeed::AllRuns,
    // `audit` has rules of its own for it, with a tolerance for the order of merges.
    answers_for_the_past: false,
    keeps_a_stage_still: false,
};

impl GateSettings for OrderGate {
    fn facts(&self) -> Vec<FactNeed<'_>> {
        Vec::new()
    }

    fn past(&self) -> PastNeed {
        PastNeed::AllRuns
    }
}

fn read_short(
    reader: &mut GateOptionReader<'_, '_, '_>,
    first: LocatedText<'_>,
    _: &[LocatedText<'_>],
) -> Option<Gate> {
    match first.text {
        "on" => Some(Gate::Order(OrderGate::default())),
        _ => reader.reject_value("order", first, &["on", "off"]),
    }
}

fn read_long(
    reader: &mut GateOptionReader<'_, '_, '_>,
    _: ConfigField<'_>,
    fields: &ConfigFields<'_>,
) -> Option<Gate> {
    let mut order = OrderGate::default();
    for word in fields.texts("rewrite", reader.problems).unwrap_or_default() {
        order.rewrites.push(read_rewrite(reader, word)?);
    }
    if let Some(word) = fields.text("tolerance", reader.problems) {
        order.tolerance = reader.seconds(word)?;
    }
    Some(Gate::Order(order))
}

/// `s/EXPRESSION/REPLACEMENT/`, with any sign for the slash.
fn read_rewrite(
    reader: &mut GateOptionReader<'_, '_, '_>,
    word: LocatedText<'_>,
) -> Option<(Regex, String)> {
    let mut signs = word.text.chars().skip(1);
    let parts: Vec<&str> = match (word.text.starts_with('s'), signs.next()) {
        (true, Some(sign)) if !sign.is_alphanumeric() => {
            word.text[1 + sign.len_utf8()..].split(sign).collect()
        }
        _ => Vec::new(),
    };
    let [expression, replacement, ""] = parts.as_slice() else {
        let hint = String::from("for example `s/-RC[0-9]+$//`");
        reader.problems.add(
            word.at,
            format!("`{}` is no replacement", escape_for_message(word.text)),
            hint,
        );
        return None;
    };
    Some((reader.compile_regex(word, expression)?, (*replacement).to_owned()))
}
