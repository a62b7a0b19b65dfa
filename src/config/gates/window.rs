//! `window`: opening hours; `window_hours.rs` has their type.

use super::descriptor::{FactNeed, GateDescriptor, GateSettings, PastNeed};
use super::keys::{GateKey, ShortForm, ShortShape};
use super::option_reader::GateOptionReader;
use super::{Gate, WindowHours};
use crate::config::fields::{LocatedText, escape_for_message};

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "window",
    keys: &[GateKey {
        name: "window",
        about: "Opening hours, such as `Mon-Thu 09:00-16:00 Europe/London`; `closed` in front inverts them.",
        bare: None,
        short: Some(ShortForm { shape: ShortShape::Texts, read: read_short }),
        long: None,
    }],
    last_rule_counts: false,
    implied_past: PastNeed::newest_runs,
    reads_the_ledger: false,
    answers_for_the_past: true,
    keeps_a_stage_still: true,
};

impl GateSettings for Vec<WindowHours> {
    fn facts(&self) -> Vec<FactNeed<'_>> {
        Vec::new()
    }

    fn past(&self) -> PastNeed {
        PastNeed::NewestRuns
    }
}

fn read_short(
    reader: &mut GateOptionReader<'_, '_, '_>,
    _: LocatedText<'_>,
    words: &[LocatedText<'_>],
) -> Option<Gate> {
    let mut openings = Vec::new();
    for word in words {
        match WindowHours::parse(word.text) {
            Ok(opening) => openings.push(opening),
            Err(why) => {
                let hint = String::from("for example `Mon-Thu 09:00-16:00 Europe/London`");
                reader.problems.add(
                    word.at,
                    format!("`{}` is not a valid window: {why}", escape_for_message(word.text)),
                    hint,
                );
            }
        }
    }
    (openings.len() == words.len()).then_some(Gate::Window(openings))
}
