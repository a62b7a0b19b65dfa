//! `apps:`: source repositories of apps, and the revision that an image was built from.

use super::diagnostic::{DiagnosticCollector, did_you_mean};
use super::fields::{BRACES, ConfigField, ConfigFields, LocatedText, escape_for_message};
use super::keys;
use super::written_setting::WrittenSetting;
use crate::model::AppName;
use crate::yaml::YamlValue;

/// Limit on entries.
const MAX_APPS: usize = 5000;

/// Key of the entry for all apps without one of their own.
const ANY: &str = "*";

/// Settings of single apps, and defaults for all others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppsConfig(Vec<(String, AppConfig)>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct AppConfig {
    repository: Option<String>,
    revision: Option<String>,
}

impl AppsConfig {
    /// URL of the app's source repository.
    pub fn repository_of(&self, app: &AppName) -> Option<String> {
        self.find_setting(app, |terms| terms.repository.as_ref())
            .map(|text| text.replace("{app}", app.as_str()))
    }

    /// Revision that a tag was built from, if configured.
    pub fn revision_of(&self, app: &AppName, tag: &str) -> Option<String> {
        self.find_setting(app, |terms| terms.revision.as_ref())
            .map(|text| text.replace("{tag}", tag))
    }

    fn find_setting(
        &self,
        app: &AppName,
        of: impl Fn(&AppConfig) -> Option<&String>,
    ) -> Option<&String> {
        let named = |name: &str| {
            self.0.iter().find(|(known, _)| known == name).and_then(|(_, terms)| of(terms))
        };
        named(app.as_str()).or_else(|| named(ANY))
    }
}

/// Reads `apps:`.
pub(super) fn read(
    field: ConfigField<'_>,
    said: &mut Vec<WrittenSetting>,
    problems: &mut DiagnosticCollector<'_>,
) -> AppsConfig {
    if !field.value.is_mapping() {
        let hint = String::from(
            "for example `apps: {web: {repository: https://git.example.com/team/web}}`",
        );
        problems.add(field.key, "`apps` must be a mapping from app names to settings", hint);
        return AppsConfig::default();
    }
    if field.value.raw_pairs().nth(MAX_APPS).is_some() {
        problems.add(field.key, format!("`apps` has more than {MAX_APPS} entries"), None);
        return AppsConfig::default();
    }
    let mut out: Vec<(String, AppConfig)> = Vec::new();
    for (key, value) in field.value.raw_pairs() {
        let Some(name) = key.text() else {
            problems.add(key, "a key must be a string", None);
            continue;
        };
        if out.iter().any(|(known, _)| known == name) {
            problems.add(key, format!("duplicate key `{}`", escape_for_message(name)), None);
        } else if value.is_mapping() {
            out.push((name.to_owned(), read_settings(name, value, said, problems)));
        } else {
            let hint = format!(
                "for example `{}: {{repository: https://git.example.com/team/web}}`",
                escape_for_message(name)
            );
            problems.add(key, format!("`{}` must be a mapping", escape_for_message(name)), hint);
        }
    }
    AppsConfig(out)
}

/// Reads the settings of one app.
fn read_settings(
    name: &str,
    value: YamlValue<'_>,
    said: &mut Vec<WrittenSetting>,
    problems: &mut DiagnosticCollector<'_>,
) -> AppConfig {
    let known = keys::APP.map(|key| key.name);
    let fields = ConfigFields::read(value, &known, problems);
    said.extend(fields.written_settings(&format!("apps.{}.", escape_for_message(name)), &known));
    read_app(&fields, problems)
}

fn read_app(fields: &ConfigFields<'_>, problems: &mut DiagnosticCollector<'_>) -> AppConfig {
    let mut text = |key: &str, name: &str| {
        let word = fields.text(key, problems)?;
        only_names(key, name, word, problems).then(|| word.text.to_owned())
    };
    AppConfig { repository: text("repository", "app"), revision: text("revision", "tag") }
}

/// Reports any capture but this one, and unbalanced braces. Returns true if there are none.
fn only_names(
    key: &str,
    name: &str,
    word: LocatedText<'_>,
    problems: &mut DiagnosticCollector<'_>,
) -> bool {
    for piece in word.text.split('{').skip(1) {
        let Some((found, _)) = piece.split_once('}') else {
            problems.add(
                word.at,
                format!("`{}` has an unclosed `{{`", escape_for_message(word.text)),
                String::from(BRACES),
            );
            return false;
        };
        if found != name {
            let message =
                format!("`{key}` uses the unknown placeholder `{{{}}}`", escape_for_message(found));
            problems.add(word.at, message, did_you_mean(found, [name]));
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    #[test]
    fn an_app_says_where_its_sources_are_or_all_do() {
        let text = "\
apps:
  '*': {repository: 'https://git.example.com/team/{app}', revision: 'v{tag}'}
  web: {repository: git@git.example.com:team/frontend.git}
";
        let apps = parse(text, "towpath.yaml").expect("config").apps;
        let said = |app: &str| {
            let app = AppName::from(app);
            (
                apps.repository_of(&app).unwrap_or_default(),
                apps.revision_of(&app, "1.2").unwrap_or_default(),
            )
        };
        assert_eq!(said("web"), ("git@git.example.com:team/frontend.git".into(), "v1.2".into()));
        assert_eq!(said("api"), ("https://git.example.com/team/api".into(), "v1.2".into()));
        assert_eq!(AppsConfig::default().repository_of(&AppName::from("api")), None);
    }
}
