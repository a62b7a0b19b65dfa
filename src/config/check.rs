//! Finds parts of a valid configuration that have no effect: sources that match no file, stages in
//! which nothing is found, gates for unknown apps.

use super::diagnostic::Diagnostic;
use super::gates::{OwnerRule, OwnerScope, matches_glob};
use super::resolved::{Config, ConfigOrigin};
use crate::model::{AppName, StageName, matches_app, nearest_name};
use std::collections::BTreeSet;

/// Reports unused rules and stages. `matched` holds the indexes of the rules that claim a file,
/// `reached` the stages in which something was found.
pub fn find_unused(
    config: &Config,
    matched: &BTreeSet<usize>,
    reached: &BTreeSet<StageName>,
) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for stage in config.stages.iter().filter(|stage| !reached.contains(&stage.name)) {
        let hint = match &stage.branch {
            Some(branch) => format!("nothing was found on its branch `{branch}`"),
            None => String::from("if its files use another name for it, add that to its `aliases`"),
        };
        out.push(diagnostic_at(
            config,
            stage.line,
            format!("no source finds anything in stage `{}`", stage.name),
            hint,
        ));
    }
    for (_, rule) in config.rules.iter().enumerate().filter(|(index, _)| !matched.contains(index)) {
        let hint = match rule.path.literal_prefix() {
            "" => String::from("paths start at the top of the repository"),
            prefix => format!("paths start at the top of the repository; does `{prefix}` exist?"),
        };
        out.push(diagnostic_at(
            config,
            rule.line,
            format!("`{}: {}` matches no file", rule.kind, rule.path.as_str()),
            hint,
        ));
    }
    out.sort_by_key(|diagnostic| diagnostic.line);
    out
}

/// Reports app patterns of gates that match no app: such a gate never applies.
pub fn strange_apps(config: &Config, apps: &BTreeSet<AppName>) -> Vec<Diagnostic> {
    let known: Vec<&str> = apps.iter().map(AppName::as_str).collect();
    let mut out = Vec::new();
    for rule in &config.pipeline.gates {
        let strange =
            rule.apps.iter().filter(|pattern| !known.iter().any(|app| matches_glob(pattern, app)));
        out.extend(strange.map(|pattern| {
            let hint = match nearest_name(pattern, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => String::from("`*` in a name matches any text"),
            };
            diagnostic_at(
                config,
                Some(rule.line),
                format!("this gate applies to `{pattern}`, but no app has that name"),
                hint,
            )
        }));
    }
    out
}

/// Reports owners of apps that are not there, and of folders without a version in them: nobody is
/// held back by such an entry. `paths` are the files that hold versions.
pub fn strange_owners(
    config: &Config,
    apps: &BTreeSet<AppName>,
    paths: &BTreeSet<&str>,
) -> Vec<Diagnostic> {
    let known: Vec<&str> = apps.iter().map(AppName::as_str).collect();
    let report = |rule: &OwnerRule| {
        let (message, hint) = match &rule.scope {
            OwnerScope::App(pattern) => {
                // The entry may name one of an app's images: `api/nginx`.
                let app = pattern.split_once('/').map_or(pattern.as_str(), |(app, _)| app);
                let fits = |name: &&str| matches_app(pattern, name) || matches_app(app, name);
                if known.iter().any(fits) {
                    return None;
                }
                let near = nearest_name(pattern, known.iter().copied());
                let hint = near.map_or_else(
                    || String::from("`*` in a name matches any text"),
                    |near| format!("did you mean `{near}`?"),
                );
                (format!("`{pattern}` has owners, but no app has that name"), hint)
            }
            OwnerScope::Folder(folder) => {
                let below = format!("{folder}/");
                if paths.iter().any(|path| path.starts_with(&below)) {
                    return None;
                }
                let hint = String::from("folders start at the top of the repository");
                (format!("`{below}` has owners, but no version stands there"), hint)
            }
        };
        Some(diagnostic_at(config, Some(rule.permission.line), message, hint))
    };
    config.pipeline.owners.iter().filter_map(report).collect()
}

fn diagnostic_at(config: &Config, line: Option<u32>, message: String, hint: String) -> Diagnostic {
    let file = match &config.origin {
        ConfigOrigin::File(name) => name.clone(),
        ConfigOrigin::Discovered => String::from("(discovered)"),
    };
    Diagnostic { file, line: line.unwrap_or(1), column: 1, message, hint: Some(hint) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn unused_sources_and_stages_are_named() {
        let text = "\
stages:
- dev
- {name: live, branch: env/live}
- prod
sources:
- kustomize: apps/{app}/{stage}
- helm-values: '{stage}/values.yaml'
";
        let config = parse(text, "towpath.yaml").expect("config");
        let all = find_unused(&config, &BTreeSet::new(), &BTreeSet::from([StageName::from("dev")]));
        let shown: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_data_eq!(
            shown.join("\n"),
            str![[r#"
towpath.yaml:3:1: no source finds anything in stage `live`
  hint: nothing was found on its branch `env/live`
towpath.yaml:4:1: no source finds anything in stage `prod`
  hint: if its files use another name for it, add that to its `aliases`
towpath.yaml:6:1: `kustomize: apps/{app}/{stage}` matches no file
  hint: paths start at the top of the repository; does `apps` exist?
towpath.yaml:7:1: `helm-values: {stage}/values.yaml` matches no file
  hint: paths start at the top of the repository
"#]]
        );
        let every = config.stages.iter().map(|stage| stage.name.clone()).collect();
        assert_eq!(find_unused(&config, &BTreeSet::from([0, 1]), &every), []);
    }

    #[test]
    fn owners_of_nothing_hold_nobody_back() {
        let text = "permissions: { apps: { wbe: [ann], api/nginx: [ann], '*': [ann] }, paths: { teams/a/: [ann], envs: [ann] } }\n";
        let config = parse(text, "towpath.yaml").expect("config");
        let apps = ["web", "api"].map(AppName::from).into();
        let all = strange_owners(&config, &apps, &["envs/prod/web.yaml"].into());
        let shown: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_data_eq!(
            shown.join("\n"),
            str![[r#"
towpath.yaml:1:1: `wbe` has owners, but no app has that name
  hint: `*` in a name matches any text
towpath.yaml:1:1: `teams/a/` has owners, but no version stands there
  hint: folders start at the top of the repository
"#]]
        );
    }

    #[test]
    fn a_gate_for_an_app_that_is_not_there_holds_nothing_back() {
        let text = "stages: [dev, prod]\ngates:\n- window: daily 09:00-16:00\n  apps: [wbe, pay*]\n- bake: 30m\n  apps: [w*, zz]\n";
        let config = parse(text, "towpath.yaml").expect("config");
        let all = strange_apps(&config, &["web", "payments"].map(AppName::from).into());
        let shown: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_data_eq!(
            shown.join("\n"),
            str![[r#"
towpath.yaml:3:1: this gate applies to `wbe`, but no app has that name
  hint: `*` in a name matches any text
towpath.yaml:5:1: this gate applies to `zz`, but no app has that name
  hint: `*` in a name matches any text
"#]]
        );
    }
}
