//! Compose files: the `image` of each service, also of those that it includes or extends, with
//! variables from the `.env` file next to it.

mod environment;
mod image;
mod project;

use super::{
    ChangeScope, Claim, NameMatch, SnapshotReader, Source, ValueNotation, VersionFinding,
    blind_spots, keyed,
};
use crate::config::NameTemplate;
use crate::git::path::{folder_of, join};
use crate::model::{BlindSpot, SourceKind, Warning, base_name};
use environment::Environment;
use project::{ProjectReader, ServiceImage, merge_services};
use std::collections::BTreeSet;

/// Default files, in order of preference (compose-go, `DefaultFileNames`).
pub(super) const DEFAULT_NAMES: [&str; 4] =
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// Files merged over a default file (compose-go, `DefaultOverrideFileNames`). Only the first that
/// is there counts.
const OVERRIDE_NAMES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// The Compose source; see the module.
pub struct ComposeSource;

impl Source for ComposeSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Compose
    }

    fn recognises_name(&self, name: &str, extension: &str) -> Option<NameMatch> {
        let is_compose = (name.starts_with("docker-compose") || name.starts_with("compose"))
            && (matches!(extension, "yaml" | "yml") || name.contains(".y"));
        is_compose.then_some(NameMatch::Name)
    }

    fn notation(&self, path: &str) -> ValueNotation {
        let is_compose = [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end));
        if is_compose { ValueNotation::by_name(path) } else { ValueNotation::Dotenv }
    }

    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        let Some(leaves) = reader.read_leaves(&claim.path) else { return Vec::new() };
        if let Some(found) = keyed::by_rule(claim.rule, &leaves, &claim.path) {
            return found;
        }
        if default_file_of(&claim.path, reader).is_some() {
            return Vec::new();
        }
        let env_path = env_path(claim.rule.base.as_ref(), claim);
        let (mut images, _, mut facts) = read_project(&claim.path, &env_path, reader);
        let is_hidden = |path| format!("is read instead of `{}`", base_name(path));
        facts.extend(hidden_files(&claim.path, reader).iter().map(|path| is_hidden(path)));
        if !facts.is_empty() {
            reader.add_warning(Warning::for_file("compose-files", &claim.path, facts.join("; ")));
        }
        // A file that the same rule claims shows its services itself.
        let is_claimed = |path: &str| claim.rule.path.captures(path).is_some();
        images.retain(|image| {
            let is_part =
                image.named_in != claim.path && default_file_of(&image.named_in, reader).is_none();
            !(is_part && is_claimed(&image.named_in))
        });
        images.iter().filter_map(image::finding_of).collect()
    }

    fn covered_files(&self, path: &str, reader: &SnapshotReader<'_>) -> Vec<String> {
        let (_, files, _) = read_project(path, &join(folder_of(path), ".env"), reader);
        let is_project = |path: &String| DEFAULT_NAMES.contains(&base_name(path));
        let parts = files.into_iter().filter(|part| part != path && !is_project(part));
        parts.chain(hidden_files(path, reader)).collect()
    }

    fn blind_spots(
        &self,
        claim: &Claim<'_>,
        _sight: &ChangeScope<'_>,
        reader: &SnapshotReader<'_>,
    ) -> Vec<BlindSpot> {
        let Some(leaves) = reader.read_leaves(&claim.path) else { return Vec::new() };
        blind_spots::compose::find_blind_spots(
            claim,
            &leaves,
            &env_path(claim.rule.base.as_ref(), claim),
            reader,
        )
    }
}

/// Returns the default files that Compose does not read because of this one.
fn hidden_files(path: &str, reader: &SnapshotReader<'_>) -> Vec<String> {
    let after = DEFAULT_NAMES.iter().skip_while(|name| **name != base_name(path)).skip(1);
    let beside = after.map(|name| join(folder_of(path), name));
    beside.filter(|path| reader.file_exists(path)).collect()
}

/// Returns the images of a project, the files that it was read from, and what was not followed.
fn read_project(
    path: &str,
    env_path: &str,
    reader: &SnapshotReader<'_>,
) -> (Vec<ServiceImage>, BTreeSet<String>, Vec<String>) {
    let mut environment = Environment::default();
    environment.add(env_path, reader);
    let mut project = ProjectReader::new(reader);
    let mut images = Vec::new();
    for path in std::iter::once(path.to_owned()).chain(override_file_of(path, reader)) {
        if let Some(file) = project.open(&path, environment.clone()) {
            let upper = project.images(&file);
            images = merge_services(images, upper);
        }
    }
    let (files, facts) = project.finish();
    (images, files, facts)
}

/// Returns the path of the variables file: the rule's base (relative to the repository, or next to
/// the file if it is a bare name), or else the `.env` next to the file.
fn env_path(base: Option<&NameTemplate>, claim: &Claim<'_>) -> String {
    let name = base.map_or_else(|| ".env".to_owned(), |base| base.expand_path(&claim.captures));
    match claim.path.rsplit_once('/') {
        Some((directory, _)) if !name.contains('/') => format!("{directory}/{name}"),
        _ => name,
    }
}

/// Returns the file that Compose merges over a default file by itself.
fn override_file_of(path: &str, reader: &SnapshotReader<'_>) -> Option<String> {
    if !DEFAULT_NAMES.contains(&base_name(path)) {
        return None;
    }
    let beside = OVERRIDE_NAMES.map(|name| join(folder_of(path), name));
    beside.into_iter().find(|path| reader.file_exists(path))
}

/// Returns the default file that Compose merges this file over by itself. The services of both are
/// found there.
fn default_file_of(path: &str, reader: &SnapshotReader<'_>) -> Option<String> {
    if !OVERRIDE_NAMES.contains(&base_name(path)) {
        return None;
    }
    let beside = DEFAULT_NAMES.map(|name| join(folder_of(path), name));
    beside.into_iter().find(|path| reader.file_exists(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SourceRule;
    use crate::model::Location;
    use crate::source::testing::repository;

    fn read(files: &[(&str, &str)], base: Option<&str>) -> Vec<String> {
        let mut rule =
            SourceRule::new(SourceKind::Compose, "{stage}/compose.yml", &[]).expect("a path");
        rule.base = base.map(NameTemplate::new);
        let (found, warnings) = repository(files).read(rule);
        let show = |f: &VersionFinding| {
            let place = |l: &Location| {
                let text = files.iter().find(|(path, _)| *path == l.path).expect("a file").1;
                format!(
                    "{}:{} {}<{}>",
                    l.path,
                    l.line,
                    l.part.as_str(),
                    &text[l.span.start..l.span.end]
                )
            };
            let places: Vec<String> = f.locations.iter().map(place).collect();
            let service = f.component.as_deref().unwrap_or("-");
            format!(
                "{service} {}:{} {}",
                f.image.as_deref().unwrap_or("-"),
                f.version,
                places.join(" ")
            )
        };
        let found = found.iter().map(|(_, f)| show(f));
        found.chain(warnings.iter().map(|w| w.code.to_owned())).collect()
    }

    #[test]
    fn plain_images_and_defaults_are_on_the_line() {
        let text = "services:\r\n  web: {image: 'a/web:1'}\r\n  api:\r\n    image: \"${ORG:-acme}/api:${TAG:-v2}\"\r\n  db:\r\n    image: ${ORG:-acme}/db:7\r\n  job: {build: .}\r\n  un: {image: 'a/b:${NO}'}\r\nx-other: {image: a/b:1}\r\n";
        assert_eq!(
            read(&[("prod/compose.yml", text)], None),
            [
                "web a/web:1 prod/compose.yml:2 reference<'a/web:1'>",
                "api acme/api:v2 prod/compose.yml:4 tag<v2>",
                "db acme/db:7 prod/compose.yml:6 tag<7>"
            ]
        );
    }

    #[test]
    fn variables_come_from_the_env_file() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let env =
            format!("TAG=v1\nMAJOR=2\nMINOR=5\nREF=r.io/x/all:3\nBOTH=v4@{digest}\nORG=acme\n");
        let text = "services:\n  a: {image: '$ORG/a:$TAG'}\n  b: {image: 'b:${MAJOR}.${MINOR}'}\n  c: {image: '${REF}'}\n  d: {image: 'd:${BOTH}'}\n";
        let files = [("prod/compose.yml", text), ("prod/.env", env.as_str())];
        assert_eq!(
            read(&files, None),
            [
                "a acme/a:v1 prod/.env:1 tag<v1>".to_owned(),
                "b b:2.5 prod/.env:2 tag<2> prod/.env:3 tag<5>".to_owned(),
                "c r.io/x/all:3 prod/.env:4 reference<r.io/x/all:3>".to_owned(),
                format!("d d:v4@{digest} prod/.env:5 tag-and-digest<v4@{digest}>"),
            ]
        );
        let files =
            [("prod/compose.yml", "services: {a: {image: 'a:$TAG'}}"), ("env/prod.env", "TAG=v7")];
        assert_eq!(read(&files, Some("env/{stage}.env")), ["a a:v7 env/prod.env:1 tag<v7>"]);
    }

    #[test]
    fn odd_files_are_no_crash() {
        assert!(read(&[("prod/compose.yml", "services: [a, b]\n")], None).is_empty());
        assert_eq!(read(&[("prod/compose.yml", "a: [")], None), ["not-yaml"]);
        assert!(read(&[("prod/compose.yml", "services: {a: {image: ${X:-${}}")], None).len() < 2);
    }

    #[test]
    fn services_of_other_files_are_those_of_the_project() {
        let own = "include:\n- ../sub/a.yml\n- {path: [../sub/b1.yml, ../sub/b2.yml], project_directory: ../pd}\n\
                   services:\n  web: {image: 'x/web:1', extends: {file: ../sub/ext.yml, service: w}}\n  \
                   built: {build: ., extends: {file: '../sub/${E}.yml', service: w}}\n  twin: {extends: web}\n";
        let files = [
            ("prod/compose.yml", own),
            ("prod/.env", "T=main\nE=ext\n"),
            (
                "sub/a.yml",
                "include: [deep/c.yml]\nservices: {a: {image: 'x/a:${T}-${U}-${V:-d}'}}\n",
            ),
            ("sub/.env", "T=sub\nU=subu\n"),
            (
                "sub/deep/c.yml",
                "services: {c: {image: 'x/c:${T}-${U}-${V}'}, web: {image: x/web:0}}\n",
            ),
            ("sub/deep/.env", "U=deepu\nV=deepv\n"),
            (
                "sub/b1.yml",
                "services: {b: {image: x/b:1}, e: {extends: {file: e.yml, service: e}}}\n",
            ),
            ("sub/b2.yml", "services: {b: {image: 'x/b:2${P}'}}\n"),
            ("sub/e.yml", "services: {e: {image: sub/e:1}}\n"),
            ("pd/e.yml", "services: {e: {image: pd/e:1}}\n"),
            ("pd/.env", "P=p\n"),
            ("sub/ext.yml", "services: {w: {image: 'x/w:${T}'}}\n"),
        ];
        assert_eq!(
            read(&files, None),
            [
                "c x/c:main-subu-deepv prod/.env:1 tag<main> sub/.env:2 tag<subu> sub/deep/.env:2 tag<deepv>",
                "web x/web:1 prod/compose.yml:5 reference<'x/web:1'>",
                "a x/a:main-subu-d prod/.env:1 tag<main> sub/.env:2 tag<subu>",
                "b x/b:2p pd/.env:1 tag<p>",
                "e pd/e:1 pd/e.yml:1 reference<pd/e:1>",
                "built x/w:main prod/.env:1 tag<main>",
                "twin x/web:1 prod/compose.yml:5 reference<'x/web:1'>",
            ]
        );
    }

    #[test]
    fn an_override_is_merged_over_a_default_file() {
        let own = "services: {web: {image: 'x/web:1'}, cron: {extends: web}}\n";
        let over = "services: {web: {image: 'x/web:2'}, new: {image: 'x/new:1'}}\n";
        let files = [("prod/compose.yml", own), ("prod/compose.override.yaml", over)];
        let shown = [
            "web x/web:2 prod/compose.override.yaml:1 reference<'x/web:2'>",
            "cron x/web:1 prod/compose.yml:1 reference<'x/web:1'>",
            "new x/new:1 prod/compose.override.yaml:1 reference<'x/new:1'>",
        ];
        assert_eq!(read(&files, None), shown);
        let rule = SourceRule::new(SourceKind::Compose, "prod/compose.override.yaml", &[])
            .expect("a path");
        assert!(repository(&files).read(rule.clone()).0.is_empty(), "found with the default file");
        assert_eq!(repository(&files[1..]).read(rule).0.len(), 2, "a file of its own");
    }

    #[test]
    fn what_is_not_followed_is_said() {
        let own = "include: ['https://x.io/c.yml', ../gone.yml]\nservices:\n  a: {extends: b}\n  \
                   b: {extends: a}\n  c: {image: 'x/c:1', extends: {file: ../d.yml, service: d}}\n  \
                   e: {extends: {file: ../../d.yml, service: d}}\n";
        let files = [("prod/compose.yml", own), ("d.yml", "services: {d: {image: x/d:1}}\n")];
        let rule = SourceRule::new(SourceKind::Compose, "prod/compose.yml", &[]).expect("a path");
        let warnings = repository(&files).read(rule).1;
        let said: Vec<&str> = warnings.iter().map(|warning| &*warning.message).collect();
        assert_eq!(
            said,
            [
                "names `https://x.io/c.yml`, which is not followed; names `../gone.yml`, which is not \
              followed; `b` extends too many services; `a` extends too many services; names \
              `../../d.yml`, which is not followed"
            ]
        );
    }

    #[test]
    fn files_that_include_each_other_end() {
        let many: String = (0..70).map(|n| format!("- f{n}.yml\n")).collect();
        let names: Vec<String> = (0..70).map(|n| format!("prod/f{n}.yml")).collect();
        let own = format!("include:\n{many}- compose.yml\n");
        let two = "include: [f0.yml, f1.yml]\nservices: {a: {image: 'x/a:1'}}\n".to_owned();
        let mut files = vec![("prod/compose.yml", &*own)];
        files.extend(names.iter().map(|name| (&**name, &*two)));
        let found = read(&files, None);
        assert_eq!(found[0], "a x/a:1 prod/f0.yml:2 reference<'x/a:1'>");
        assert_eq!(found[1..], ["compose-files"]);
    }
}
