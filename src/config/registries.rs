//! `registries:`: how container registries are reached.

use super::diagnostic::DiagnosticCollector;
use super::fields::{ConfigField, ConfigFields, escape_for_message};
use super::keys;
use super::written_setting::WrittenSetting;
use std::collections::BTreeMap;

/// Limit on entries.
const MAX_REGISTRIES: usize = 100;

/// Settings of registries, by host in lower case.
pub type RegistriesConfig = BTreeMap<String, RegistryConfig>;

/// How one registry is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistryConfig {
    /// `HOST` or `HOST/FOLDER`, which is asked instead.
    pub mirror: Option<String>,
    /// True for a registry without TLS.
    pub plain_http: bool,
}

/// Reads `registries:`.
pub(super) fn read(
    field: ConfigField<'_>,
    said: &mut Vec<WrittenSetting>,
    problems: &mut DiagnosticCollector<'_>,
) -> RegistriesConfig {
    let mut out = RegistriesConfig::new();
    if !field.value.is_mapping() || field.value.raw_pairs().nth(MAX_REGISTRIES).is_some() {
        let hint = String::from("for example `registries: {docker.io: {mirror: mirror.corp/hub}}`");
        problems.add(field.key, "`registries` must be a mapping from hosts to settings", hint);
        return out;
    }
    for (key, value) in field.value.raw_pairs() {
        let Some(host) = key.text().filter(|_| value.is_mapping()) else {
            problems.add(key, "a registry must be a host with a mapping of settings", None);
            continue;
        };
        let known = keys::REGISTRY.map(|key| key.name);
        let fields = ConfigFields::read(value, &known, problems);
        let before = format!("registries.{}.", escape_for_message(host));
        said.extend(fields.written_settings(&before, &known));
        let plain = fields.one_of("plain-http", &keys::SWITCH, problems);
        let registry = RegistryConfig {
            mirror: fields.text("mirror", problems).map(|word| word.text.to_owned()),
            plain_http: plain.is_some_and(|word| word.text == "true"),
        };
        if out.insert(host.to_ascii_lowercase(), registry).is_some() {
            problems.add(key, format!("duplicate key `{}`", escape_for_message(host)), None);
        }
    }
    out
}
