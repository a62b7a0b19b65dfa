//! `order`: stages may not be skipped.

use super::Gate;
use super::descriptor::{FactNeed, GateDescriptor, GateSettings, PastNeed};
use super::keys::{GateKey, LongForm, ShortForm, ShortShape};
use super::option_reader::GateOptionReader;
use crate::config::fields::{ConfigField, ConfigFields, LocatedText, escape_for_message};
use crate::config::keys::{ValueShape, key};
use regex::Regex;

/// Options of `order`: stages may not be skipped.
#[derive(Debug, Clone, Default)]
pub struct OrderGate {
    /// Replacements in tags before they are compared.
    pub rewrites: Vec<(Regex, String)>,
    /// For past deployments: seconds by which the previous stage may be late.
    pub tolerance: i64,
}

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "order",
    keys: &[GateKey {
        name: "order",
        about: "The previous stages run or ran the version. On unless `off`.",
        bare: Some(|| Gate::Order(OrderGate::default())),
        short: Some(ShortForm { shape: ShortShape::Text, read: read_short }),
        long: Some(LongForm {
            options: &[
                key(
                    "rewrite",
                    ValueShape::Texts,
                    "Replacements in tags before they are compared: `s/-RC[0-9]+$//`.",
                ),
                key(
                    "tolerance",
                    ValueShape::Text,
                    "For past deployments: how much later the previous stage may get the version.",
                ),
            ],
            read: read_long,
        }),
    }],
    last_rule_counts: true,
    implied_past: |_| PastNeed::AllRuns,
    // `audit` has its own rules for it, with a tolerance for the order of merges.
    reads_the_ledger: false,
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

/// Parses `s/EXPRESSION/REPLACEMENT/`, with any separator.
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
            format!("`{}` is not a replacement", escape_for_message(word.text)),
            hint,
        );
        return None;
    };
    Some((reader.compile_regex(word, expression)?, (*replacement).to_owned()))
}
