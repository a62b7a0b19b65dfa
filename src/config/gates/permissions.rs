//! Reads `permissions:`.

use super::keys::PERMISSION;
use super::owners::{APPS, OwnerRule, OwnerScope, PATHS};
use super::{BREAK_GLASS, CONFIG, LEDGER, Permission, PipelineConfig};
use crate::config::Stage;
use crate::config::diagnostic::DiagnosticCollector;
use crate::config::fields::{ConfigField, ConfigFields, LocatedText, escape_for_message};

/// The value of `ledger` that demands signatures.
const SIGNED: &str = "signed";

/// Reads `permissions:` into the pipeline.
pub(in crate::config) fn read_permissions(
    field: ConfigField<'_>,
    stages: &[Stage],
    pipeline: &mut PipelineConfig,
    problems: &mut DiagnosticCollector<'_>,
) {
    if !field.value.is_mapping() {
        let hint = String::from("for example `permissions: { break-glass: { actors: [alice] } }`");
        let message = "`permissions` must be a mapping from a stage, `break-glass`, `config`, `apps` or \
                       `paths` to `actors`";
        problems.add(field.key, message, hint);
        return;
    }
    // Without configured stages any name may be one that discovery finds.
    let any =
        field.value.raw_pairs().filter_map(|(key, _)| key.text()).filter(|_| stages.is_empty());
    let known: Vec<&str> = stages
        .iter()
        .map(|stage| stage.name.as_str())
        .chain([BREAK_GLASS, CONFIG, APPS, PATHS, LEDGER])
        .chain(any)
        .collect();
    for entry in ConfigFields::read(field.value, &known, problems).iter() {
        let is_stage = stages.iter().any(|stage| stage.name.as_str() == entry.name);
        match entry.name {
            APPS | PATHS if !is_stage => {
                pipeline.owners.extend(read_owners(entry, problems));
            }
            LEDGER if !is_stage => pipeline.ledger_proof = read_ledger_proof(entry, problems),
            LEDGER if entry.value.text() == Some(SIGNED) => problems.add(
                entry.key,
                format!("`{LEDGER}` is a stage here, so it cannot demand signatures"),
                String::from("give the stage another name, with this one as an alias"),
            ),
            APPS | PATHS if is_owner_list(entry) => problems.add(
                entry.key,
                format!("`{}` is a stage here, so it cannot name owners", entry.name),
                String::from("give the stage another name, with this one as an alias"),
            ),
            name => pipeline.permissions.push(read_permission(entry, name.to_owned(), problems)),
        }
    }
    if pipeline.ledger_proof.is_some() && pipeline.signer_lists().is_empty() {
        problems.add(
            field.key,
            format!(
                "`{LEDGER}: {SIGNED}` needs a file of `signers`, as nobody could sign otherwise"
            ),
            format!("for example `{LEDGER}: {{ signers: [.towpath/signers] }}`"),
        );
    }
}

/// Reads `ledger`: the word `signed`, or the files of those who may sign.
fn read_ledger_proof(
    entry: ConfigField<'_>,
    problems: &mut DiagnosticCollector<'_>,
) -> Option<Permission> {
    let (of, line) = (LEDGER.to_owned(), entry.key.line());
    let signers = match entry.value.text() {
        Some(SIGNED) => Vec::new(),
        None if entry.value.is_mapping() => {
            let fields = ConfigFields::read(entry.value, &["signers"], problems);
            let words = fields.texts("signers", problems).unwrap_or_default();
            words.into_iter().map(|word| word.text.to_owned()).collect()
        }
        _ => {
            let message =
                format!("`{LEDGER}` in `permissions` must be `{SIGNED}`, or have `signers`");
            let hint = format!("for example `{LEDGER}: {SIGNED}`");
            problems.add(entry.key, message, hint);
            return None;
        }
    };
    Some(Permission { of, actors: Vec::new(), signers, line })
}

/// True for a mapping with other keys than those of a permission.
fn is_owner_list(entry: ConfigField<'_>) -> bool {
    let is_other = |key: &str| !PERMISSION.iter().any(|known| known.name == key);
    entry.value.is_mapping()
        && entry.value.raw_pairs().filter_map(|(key, _)| key.text()).any(is_other)
}

fn read_permission(
    entry: ConfigField<'_>,
    of: String,
    problems: &mut DiagnosticCollector<'_>,
) -> Permission {
    let (actors, signers) = if entry.value.is_mapping() {
        let known = PERMISSION.map(|key| key.name);
        let fields = ConfigFields::read(entry.value, &known, problems);
        (
            fields.texts("actors", problems).unwrap_or_default(),
            fields.texts("signers", problems).unwrap_or_default(),
        )
    } else {
        (entry.read_texts(problems), Vec::new())
    };
    let texts =
        |words: Vec<LocatedText<'_>>| words.into_iter().map(|word| word.text.to_owned()).collect();
    Permission { of, actors: texts(actors), signers: texts(signers), line: entry.key.line() }
}

/// Reads the entries of `apps` or `paths`.
fn read_owners(entry: ConfigField<'_>, problems: &mut DiagnosticCollector<'_>) -> Vec<OwnerRule> {
    if !entry.value.is_mapping() {
        let what = if entry.name == APPS { "apps" } else { "folders" };
        let example = if entry.name == APPS { "web" } else { "teams/a/" };
        problems.add(
            entry.key,
            format!("`{}` must be a mapping from {what} to their owners", entry.name),
            format!("for example `{}: {{ {example}: [alice] }}`", entry.name),
        );
        return Vec::new();
    }
    let names: Vec<&str> = entry.value.raw_pairs().filter_map(|(key, _)| key.text()).collect();
    let mut out: Vec<OwnerRule> = Vec::new();
    for owner in ConfigFields::read(entry.value, &names, problems).iter() {
        let scope = match entry.name {
            APPS => app_scope(owner, problems),
            _ => folder_scope(owner, problems),
        };
        let Some(scope) = scope else { continue };
        if out.iter().any(|known| known.scope == scope) {
            let message = format!("`{}` is named twice", escape_for_message(owner.name));
            problems.add(owner.key, message, String::from("keep one of them"));
            continue;
        }
        let (OwnerScope::App(name) | OwnerScope::Folder(name)) = &scope;
        let permission = read_permission(owner, format!("{}.{name}", entry.name), problems);
        out.push(OwnerRule { scope, permission });
    }
    out
}

fn app_scope(owner: ConfigField<'_>, problems: &mut DiagnosticCollector<'_>) -> Option<OwnerScope> {
    let name = owner.name;
    // `apps: { actors: […] }` is a permission in the wrong place, not the owner of an app `actors`.
    if PERMISSION.iter().any(|key| key.name == name) {
        let message = format!("`{name}` belongs below the name of an app");
        problems.add(owner.key, message, String::from("for example `apps: { web: [alice] }`"));
        return None;
    }
    if name.trim() != name || name.is_empty() || name.contains(char::is_control) {
        let message = format!("`{}` is not the name of an app", escape_for_message(name));
        problems.add(owner.key, message, None);
        return None;
    }
    Some(OwnerScope::App(name.to_owned()))
}

fn folder_scope(
    owner: ConfigField<'_>,
    problems: &mut DiagnosticCollector<'_>,
) -> Option<OwnerScope> {
    let written = owner.name;
    let plain = written.strip_prefix("./").unwrap_or(written).trim_end_matches('/');
    let is_odd = |part: &str| part.is_empty() || part == "." || part == "..";
    let reason = if written.contains(['*', '?', '{', '\\']) {
        "a folder has no patterns"
    } else if written.trim() != written || written.contains(char::is_control) {
        "it has spaces or control characters around it"
    } else if plain.split('/').any(is_odd) {
        "a folder is named from the top of the repository: `teams/a/`"
    } else {
        return Some(OwnerScope::Folder(plain.to_owned()));
    };
    let message = format!("`{}` is not a folder of the repository", escape_for_message(written));
    problems.add(owner.key, message, String::from(reason));
    None
}

#[cfg(test)]
mod tests {
    use crate::config::parse;
    use snapbox::{assert_data_eq, str};

    fn errors(text: &str) -> String {
        match parse(text, "f") {
            Ok(config) => format!("{:?}", config.pipeline.owners),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn owners_that_cannot_be() {
        let text = "\
stages: [dev]
permissions:
  apps: { actors: [ann], web: { actor: [ann] }, ' x': [ann] }
  paths: { ../a: [ann], '*': [ann], '/': [ann], a: [ann], a/: [ben] }
";
        assert_data_eq!(
            errors(text),
            str![[r#"
f:3:11: `actors` belongs below the name of an app
  hint: for example `apps: { web: [alice] }`
f:3:33: unknown key `actor`
  hint: did you mean `actors`?
f:3:49: ` x` is not the name of an app
f:4:12: `../a` is not a folder of the repository
  hint: a folder is named from the top of the repository: `teams/a/`
f:4:25: `*` is not a folder of the repository
  hint: a folder has no patterns
f:4:37: `/` is not a folder of the repository
  hint: a folder is named from the top of the repository: `teams/a/`
f:4:59: `a/` is named twice
  hint: keep one of them
"#]]
        );
        assert_data_eq!(
            errors("permissions: { apps: [ann], paths: ann }\n"),
            str![[r#"
f:1:16: `apps` must be a mapping from apps to their owners
  hint: for example `apps: { web: [alice] }`
f:1:29: `paths` must be a mapping from folders to their owners
  hint: for example `paths: { teams/a/: [alice] }`
"#]]
        );
    }

    #[test]
    fn the_ledger_may_demand_signatures() {
        let text = "permissions: { prod: {signers: [a]}, ledger: {signers: [b]} }\n";
        let pipeline = parse(text, "f").expect("config").pipeline;
        assert_eq!(pipeline.signer_lists().into_iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_data_eq!(
            errors("permissions: { ledger: signed, prod: [ann] }\n"),
            str![[r#"
f:1:1: `ledger: signed` needs a file of `signers`, as nobody could sign otherwise
  hint: for example `ledger: { signers: [.towpath/signers] }`
"#]]
        );
        assert_data_eq!(
            errors("stages: [dev, ledger]\npermissions: { ledger: signed }\n"),
            str![[r#"
f:2:16: `ledger` is a stage here, so it cannot demand signatures
  hint: give the stage another name, with this one as an alias
"#]]
        );
        assert_data_eq!(
            errors("permissions: { ledger: [ann] }\n"),
            str![[r#"
f:1:16: `ledger` in `permissions` must be `signed`, or have `signers`
  hint: for example `ledger: signed`
"#]]
        );
    }

    #[test]
    fn a_stage_may_have_the_name_of_a_key() {
        let config = parse("stages: [dev, apps]\npermissions: { apps: [ann] }\n", "f");
        let pipeline = config.expect("config").pipeline;
        assert!(pipeline.find_permission("apps").is_some() && pipeline.owners.is_empty());
        assert_data_eq!(
            errors("stages: [dev, apps]\npermissions: { apps: { web: [ann] } }\n"),
            str![[r#"
f:2:16: `apps` is a stage here, so it cannot name owners
  hint: give the stage another name, with this one as an alias
"#]]
        );
    }
}
