//! `Chart.yaml`: what describes a chart, and what decides which others it takes in.

use super::Proof;
use super::difference::TreeDifference;
use super::pattern::find_match;

const HARMLESS: &[&str] = &[
    "annotations.**",
    "deprecated",
    "description",
    "home",
    "icon",
    "keywords.**",
    "kubeVersion",
    "maintainers.**",
    "sources.**",
    "type",
    "version",
];

/// Judges a difference in a chart's description.
pub(super) fn judge_chart(difference: &TreeDifference) -> Proof {
    match find_match(HARMLESS, &difference.keys) {
        Some(rule) => Proof::Harmless(rule),
        None => Proof::unproven("it decides what the chart runs, or which charts it takes in"),
    }
}
