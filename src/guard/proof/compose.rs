//! Compose files: of a service, everything but the image itself, what builds it, and what reads
//! other files.

use super::Proof;
use super::difference::TreeDifference;
use super::pattern::find_match;

const HARMLESS: &[&str] = &[
    "configs.**",
    "name",
    "networks.**",
    "secrets.**",
    "services.*.cap_add.**",
    "services.*.cap_drop.**",
    "services.*.command.**",
    "services.*.configs.**",
    "services.*.container_name",
    "services.*.cpus",
    "services.*.depends_on.**",
    "services.*.deploy.**",
    "services.*.dns.**",
    "services.*.entrypoint.**",
    "services.*.env_file.**",
    "services.*.environment.**",
    "services.*.expose.**",
    "services.*.extra_hosts.**",
    "services.*.healthcheck.**",
    "services.*.hostname",
    "services.*.init",
    "services.*.labels.**",
    "services.*.links.**",
    "services.*.logging.**",
    "services.*.mem_limit",
    "services.*.memswap_limit",
    "services.*.network_mode",
    "services.*.networks.**",
    "services.*.ports.**",
    "services.*.privileged",
    "services.*.read_only",
    "services.*.restart",
    "services.*.scale",
    "services.*.secrets.**",
    "services.*.security_opt.**",
    "services.*.shm_size",
    "services.*.stdin_open",
    "services.*.stop_grace_period",
    "services.*.stop_signal",
    "services.*.sysctls.**",
    "services.*.tmpfs.**",
    "services.*.tty",
    "services.*.ulimits.**",
    "services.*.user",
    "services.*.volumes.**",
    "services.*.working_dir",
    "version",
    "volumes.**",
];

/// Judges a difference in a compose file. Extensions (`x-…`) count where a service takes them in.
pub(super) fn judge_compose(difference: &TreeDifference) -> Proof {
    let keys = &difference.keys;
    if keys.first().is_some_and(|key| key.starts_with("x-")) {
        return Proof::Harmless("x-*");
    }
    match find_match(HARMLESS, keys) {
        Some(rule) => Proof::Harmless(rule),
        None => Proof::unproven("it can decide which image a service runs"),
    }
}
