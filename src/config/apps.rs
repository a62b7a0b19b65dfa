//! `apps:`: images and versions of apps, their source repositories, and the revision that an image
//! was built from.

use super::diagnostic::{DiagnosticCollector, did_you_mean};
use super::fields::{BRACES, ConfigField, ConfigFields, LocatedText, escape_for_message};
use super::keys;
use super::written_setting::WrittenSetting;
use crate::model::{AppName, VersionScheme};
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
    source: Option<String>,
    revision: Option<String>,
    image: Option<String>,
    versions: Option<VersionScheme>,
    branch: Option<String>,
    pins_digest: Option<bool>,
    paths: Option<Vec<String>>,
    reviewers: Option<Vec<String>>,
    assignees: Option<Vec<String>>,
}

impl AppsConfig {
    /// URL or folder of the app's source repository.
    pub fn repository_of(&self, app: &AppName) -> Option<String> {
        let found = self.find_setting(app.as_str(), |terms| terms.source.as_ref());
        found.map(|text| text.replace("{app}", app.as_str()))
    }

    /// Revision that a tag was built from, if configured.
    pub fn revision_of(&self, app: &AppName, tag: &str) -> Option<String> {
        let found = self.find_setting(app.as_str(), |terms| terms.revision.as_ref());
        found.map(|text| text.replace("{tag}", tag))
    }

    /// Image of an app, named as `web` or `api/nginx`, if configured.
    pub fn image_of(&self, name: &str) -> Option<String> {
        let found = self.find_setting(name, |terms| terms.image.as_ref());
        found.map(|text| text.replace("{app}", name))
    }

    /// Scheme of the versions of an app, if configured.
    pub fn scheme_of(&self, name: &str) -> Option<&VersionScheme> {
        self.find_setting(name, |terms| terms.versions.as_ref())
    }

    /// Branch whose builds may be deployed, if configured.
    pub fn branch_of(&self, name: &str) -> Option<&str> {
        self.find_setting(name, |terms| terms.branch.as_ref()).map(String::as_str)
    }

    /// True where something is configured that only a registry can answer.
    pub fn has_registry(&self, name: &str) -> bool {
        self.image_of(name).is_some() || self.scheme_of(name).is_some() || self.pins_digest(name)
    }

    /// True where a deployment of the app writes the digest beside the tag.
    pub fn pins_digest(&self, name: &str) -> bool {
        self.find_setting(name, |terms| terms.pins_digest.as_ref()).is_some_and(|pins| *pins)
    }

    /// Folders of the source repository that the app is built from; none means all of it.
    pub fn paths_of(&self, app: &AppName) -> &[String] {
        let found = self.find_setting(app.as_str(), |terms| terms.paths.as_ref());
        found.map(Vec::as_slice).unwrap_or_default()
    }

    /// Who is asked to review proposals of an app, named as `web` or `api/nginx`.
    pub fn reviewers_of(&self, name: &str) -> &[String] {
        let found = self.find_setting(name, |terms| terms.reviewers.as_ref());
        found.map(Vec::as_slice).unwrap_or_default()
    }

    /// Who is assigned to proposals of an app, named as `web` or `api/nginx`.
    pub fn assignees_of(&self, name: &str) -> &[String] {
        let found = self.find_setting(name, |terms| terms.assignees.as_ref());
        found.map(Vec::as_slice).unwrap_or_default()
    }

    /// The setting of `api/nginx`, else that of `api`, else that of all apps.
    fn find_setting<'s, T>(
        &'s self,
        name: &str,
        of: impl Fn(&'s AppConfig) -> Option<&'s T>,
    ) -> Option<&'s T> {
        let named = |name: &str| {
            self.0.iter().find(|(known, _)| known == name).and_then(|(_, terms)| of(terms))
        };
        let whole = name.split_once('/').and_then(|(app, _)| named(app));
        named(name).or(whole).or_else(|| named(ANY))
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
    if let (Some(_), Some(second)) = (fields.get("source"), fields.get("repository")) {
        let hint = String::from("keep `source`");
        problems.add(second.key, "`repository` is the same as `source`, which is here too", hint);
    }
    let mut text = |key: &str, name: &str| {
        let word = fields.text(key, problems)?;
        only_names(key, name, word, problems).then(|| word.text.to_owned())
    };
    let (image, source) = (text("image", "app"), text("source", "app"));
    let source = source.or_else(|| text("repository", "app"));
    let revision = text("revision", "tag");
    let branch = fields.text("branch", problems).map(|word| word.text.to_owned());
    let pin = fields.one_of("pin", &keys::PIN, problems);
    let mut people = |key: &str| {
        let words = fields.optional_texts(key, problems)?;
        Some(words.into_iter().map(|word| word.text.to_owned()).collect())
    };
    let (reviewers, assignees) = (people("reviewers"), people("assignees"));
    AppConfig {
        source,
        revision,
        image,
        versions: read_scheme(fields, problems),
        branch,
        pins_digest: pin.map(|word| word.text == "digest"),
        paths: read_paths(fields, problems),
        reviewers,
        assignees,
    }
}

fn read_scheme(
    fields: &ConfigFields<'_>,
    problems: &mut DiagnosticCollector<'_>,
) -> Option<VersionScheme> {
    let word = fields.text("versions", problems)?;
    match VersionScheme::parse(word.text) {
        Ok(scheme) => Some(scheme),
        Err(why) => {
            let shown = escape_for_message(word.text);
            let message = format!("`versions` cannot be `{shown}`: {}", escape_for_message(&why));
            let hint = String::from("for example `versions: semver`");
            problems.add(word.at, message, hint);
            None
        }
    }
}

fn read_paths(
    fields: &ConfigFields<'_>,
    problems: &mut DiagnosticCollector<'_>,
) -> Option<Vec<String>> {
    let words = fields.optional_texts("path", problems)?;
    let mut out = Vec::new();
    for word in words {
        let path = word.text.trim_end_matches('/');
        let is_plain = !path.starts_with(['/', ':', '-'])
            && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if is_plain {
            out.push(path.to_owned());
        } else {
            let shown = escape_for_message(word.text);
            let message = format!("`path` cannot be `{shown}`: it names a folder of the sources");
            problems.add(word.at, message, String::from("for example `path: services/web`"));
        }
    }
    Some(out)
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
