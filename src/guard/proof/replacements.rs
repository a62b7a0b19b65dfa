//! Replacements of kustomize: judged by the fields that they write.

use super::Proof;
use super::pattern::find_match;
use crate::yaml::YamlValue;

/// Fields into which a replacement may write.
const REPLACED: &[&str] = &[
    "data.**",
    "metadata.annotations.*",
    "spec.dnsNames.**",
    "spec.host",
    "spec.hostnames.**",
    "spec.replicas",
    "spec.rules.**",
    "spec.tls.**",
];

/// Judges a replacement by the fields that it writes on both sides.
pub(super) fn judge_replacement(
    before: Option<YamlValue<'_>>,
    after: Option<YamlValue<'_>>,
) -> Proof {
    let is_harmless = |field: &str| {
        let keys: Vec<String> = field.split('.').map(str::to_owned).collect();
        let is_plain = !field.contains(['[', ']', '*', '\\', '=']);
        is_plain && find_match(REPLACED, &keys).is_some() && !field.contains("kubernetes.io")
    };
    let all_harmless = |one: YamlValue<'_>| {
        let targets = one.get("targets").into_iter().flat_map(YamlValue::items);
        let mut paths = targets.filter_map(|target| target.get("fieldPaths")).peekable();
        (paths.peek().is_some() || one.get("path").is_some())
            && paths.flat_map(YamlValue::items).all(|path| path.text().is_some_and(is_harmless))
    };
    match before.into_iter().chain(after).all(all_harmless) {
        true => Proof::Harmless("a replacement into harmless fields"),
        false => Proof::unproven("what a replacement writes is not worked out"),
    }
}
