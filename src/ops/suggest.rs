//! Suggestions for misspelled names.

use crate::config::Config;
use crate::model::nearest_name;
use crate::ops::error::Failure;
use std::collections::BTreeSet;

/// How a stage is named beside an app.
pub const STAGE_USAGE: &str = "a stage is named with `--stage` or `--to`";

/// The failure for an unknown name. The hint suggests the nearest of `words`, else lists `names`.
pub fn unknown_name(kind: &str, name: &str, words: &[String], names: &[String]) -> Failure {
    let failure = Failure::usage(format!("there is no {kind} `{name}`"));
    let mut seen = BTreeSet::new();
    let known: Vec<&str> =
        names.iter().map(String::as_str).filter(|word| seen.insert(*word)).collect();
    match nearest_name(name, words.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => failure,
        None if known.len() <= 12 => failure.hint(format!("the {kind}s are {}", known.join(", "))),
        None => failure.hint(format!("`towpath status` lists the {kind}s")),
    }
}

/// The failure for an unknown app. Where a stage has this name, the hint is `usage`, which says how
/// a stage is named there.
pub fn unknown_app(
    name: &str,
    words: &[String],
    names: &[String],
    (config, usage): (&Config, &str),
) -> Failure {
    match config.stage(name) {
        Some(_) => Failure::usage(format!("`{name}` is a stage, not an app")).hint(usage),
        None => unknown_name("app", name, words, names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_in_the_place_of_an_app_is_told_apart() {
        let config = crate::config::parse("stages: [dev, {name: prod, aliases: [live]}]\n", "x")
            .expect("a configuration");
        let words = ["web".to_owned(), "web-admin".to_owned()];
        let said = |name: &str| {
            let failure = unknown_app(name, &words, &words, (&config, STAGE_USAGE));
            format!("{}; {}", failure.message(), failure.hints().join(", "))
        };
        for stage in ["prod", "live"] {
            let expected = format!(
                "`{stage}` is a stage, not an app; a stage is named with `--stage` or `--to`"
            );
            assert_eq!(said(stage), expected);
        }
        assert_eq!(said("web-admn"), "there is no app `web-admn`; did you mean `web-admin`?");
        assert_eq!(said("zzz"), "there is no app `zzz`; the apps are web, web-admin");
    }
}
