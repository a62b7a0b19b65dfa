//! Selects the files worth reading.

use crate::git::path::folder_of;
use crate::git::{FileKind, SnapshotFile};
use crate::model::SourceKind;
use crate::source::source_of;

/// Extensions of data files. Sources name the other files to open.
const READ: &[&str] = &[
    "yaml",
    "yml",
    "json",
    "toml",
    "gotmpl",
    "tmpl",
    "tpl",
    "j2",
    "jinja2",
    "values",
    "jsonnet",
    "libsonnet",
    "cue",
    "json5",
    "auto",
];

const NEVER: [&str; 14] =
    ["dec", "enc", "sops", "crt", "pem", "key", "md", "sh", "py", "js", "ts", "go", "lock", "png"];

const SKIPPED_NAMES: [&str; 11] = [
    "Chart.lock",
    "package.json",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "composer.json",
    "composer.lock",
    ".terraform.lock.hcl",
    ".pre-commit-config.yaml",
    "mkdocs.yml",
];

const SKIPPED_FOLDERS: [&str; 18] = [
    "vendor",
    "tests",
    "spec",
    "specs",
    "doc",
    "docs",
    "examples",
    "samples",
    "crd",
    "crds",
    "dashboard",
    "dashboards",
    "third_party",
    "local-dev",
    "localdev",
    "molecule",
    "chainsaw",
    "kuttl",
];

/// Folders of test data.
const MADE_UP: [&str; 4] = ["fixtures", "fixture", "testdata", "test-data"];

/// True for a file of Terraform, Nomad or another program that reads HCL.
pub fn is_hcl(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(extension, "tf" | "tfvars" | "hcl" | "nomad")
}

/// Templates of [`is_switched_off`], for rules that would match such paths.
pub const SWITCHED_OFF: [&str; 7] = [
    "**/*.disabled/**",
    "**/archive/**",
    "**/archived/**",
    "**/*-archive/**",
    "**/*_archive/**",
    "**/deprecated/**",
    "**/obsolete/**",
];

/// True for a path below a folder that is switched off or put away by its name:
/// `web.disabled/`, `archive/`, `kubernetes-archive/`.
pub fn is_switched_off(path: &str) -> bool {
    path.split('/').any(|part| {
        let name = part.to_ascii_lowercase();
        name.ends_with(".disabled")
            || matches!(name.as_str(), "archive" | "archived" | "deprecated" | "obsolete")
            || name.ends_with("-archive")
            || name.ends_with("_archive")
    })
}

/// True for a file from which a generator makes others: `{{cookiecutter.name}}/values.yaml`.
fn is_scaffold(path: &str) -> bool {
    path.contains("{{") || path.split('/').any(|folder| folder == "cookiecutter")
}

/// True if the file can contain versions, judging by its name alone.
pub fn is_candidate(file: &SnapshotFile) -> bool {
    if file.kind != FileKind::File || is_tooling(&file.path) || is_made_up(&file.path) {
        return false;
    }
    if is_switched_off(&file.path) || is_scaffold(&file.path) {
        return false;
    }
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    let lower = name.to_ascii_lowercase();
    if SKIPPED_NAMES.contains(&name)
        || lower.starts_with("readme")
        || lower.starts_with("changelog")
        || lower.starts_with("license")
    {
        return false;
    }
    if name == "towpath.yaml"
        || is_build_file(&lower)
        || is_for_laptops(&lower)
        || lower.starts_with("tsconfig")
        || lower == "codeowners"
        || lower == "makefile"
        || lower == "dockerfile"
        || lower.starts_with(".git")
    {
        return false;
    }
    if lower.contains("dashboard")
        || lower.contains(".lock.")
        || lower.ends_with("_test.yaml")
        || lower.ends_with("_tests.yaml")
        || lower.ends_with("-test.yml")
        || lower.starts_with(".test.")
        || lower.contains(".example.")
        || lower.contains(".schema.")
        || lower.starts_with("schemas.")
        || lower.ends_with("_tests.yml")
    {
        return false;
    }
    let Some((stem, extension)) = lower.rsplit_once('.') else { return true };
    if NEVER.contains(&extension) {
        return false;
    }
    READ.contains(&extension)
        || SourceKind::ALL.iter().any(|kind| source_of(*kind).opens_name(&lower, extension))
        || (!stem.is_empty() && super::vocabulary::word_meaning(extension).is_some())
}

/// Beginnings of the names of files that build, test and release, for programs that look for them
/// anywhere: what they pin runs in a build.
const BUILD_FILES: [&str; 27] = [
    ".appveyor.",
    ".cirrus.",
    ".codecov.",
    ".devcontainer",
    ".drone.",
    ".golangci.",
    ".goreleaser.",
    ".readthedocs.",
    ".renovaterc",
    ".travis.",
    ".woodpecker.",
    "appveyor.",
    "azure-pipeline",
    "bitbucket-pipelines.",
    "buildspec",
    "cloudbuild",
    "codecov.",
    "devcontainer.",
    "docker-bake.",
    "earthfile",
    "goreleaser.",
    "jenkinsfile",
    "renovate.",
    "skaffold",
    "taskfile",
    "tiltfile",
    "wercker.",
];

/// True for a file of a build, by its name in lower case: `.drone.yml`, `base.gitlab-ci.yml`.
fn is_build_file(name: &str) -> bool {
    let ending = |end: &str| name.ends_with(end);
    BUILD_FILES.iter().any(|start| name.starts_with(start))
        || name.contains("gitlab-ci.y")
        || ending(".drone.yml")
}

/// True for the stage of a laptop: `values-local-testing.yaml`.
fn is_for_laptops(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    let is_stage =
        |piece: &str| piece != "local" && super::vocabulary::word_meaning(piece).is_some();
    stem.split(['-', '_']).any(|piece| piece == "local") && stem.split(['-', '_']).any(is_stage)
}

/// Folders of build, test, editor and dashboard tools; versions pinned there are not deployments.
const TOOLING: [&str; 19] = [
    "dashboards",
    "dashboard",
    ".github",
    ".gitlab",
    ".circleci",
    ".azure-pipelines",
    ".tekton",
    ".forgejo",
    ".gitea",
    ".woodpecker",
    ".buildkite",
    ".semaphore",
    ".ci",
    ".claude",
    ".teamcity",
    ".idea",
    ".vscode",
    ".devcontainer",
    "node_modules",
];

/// True if the file is in a folder of tools.
pub fn is_tooling(path: &str) -> bool {
    path.split('/').rev().skip(1).any(|folder| TOOLING.contains(&folder))
}

/// True for test data. A folder `tests` may belong to a stage; `.web-tests` and `__tests__` do not.
fn is_made_up(path: &str) -> bool {
    let made_up = |folder: &str| {
        let bare = folder.trim_matches(['.', '_']);
        MADE_UP.contains(&bare)
            || (bare != folder && (bare.ends_with("test") || bare.ends_with("tests")))
    };
    path.split('/').rev().skip(1).any(made_up)
}

/// True if the file is in a folder of tests, documentation or tooling.
pub fn is_aside(path: &str) -> bool {
    let folders = folder_of(path);
    folders.split('/').any(|folder| SKIPPED_FOLDERS.contains(&folder))
        || folders.contains("test/e2e")
}

/// True for a template of a Helm chart. `charts` are the folders with a `Chart.yaml`.
pub fn is_chart_template(path: &str, charts: &std::collections::HashSet<String>) -> bool {
    path.match_indices("/templates/").any(|(at, _)| charts.contains(&path[..at]))
        || (path.starts_with("templates/") && charts.contains(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tests_are_fed_with_holds_no_versions() {
        let made_up =
            ["charts/web/.fixtures/prod.yaml", "a/testdata/x", "a/.web-test/x", "__tests__/x"];
        assert_eq!(made_up.map(is_made_up), [true; 4]);
        assert_eq!(["tests/prod/x.yaml", "fixtures.yaml"].map(is_made_up), [false; 2]);
    }

    #[test]
    fn what_builds_and_tests_deploys_nothing() {
        let file = |path: &str| SnapshotFile {
            path: path.to_owned(),
            id: crate::git::Oid::ZERO_SHA1,
            kind: FileKind::File,
        };
        let candidate = |path: &&str| is_candidate(&file(path));
        let builds = [
            ".drone.yml",
            "web/cloudbuild-prod.yaml",
            "templates/base.gitlab-ci.yml",
            "skaffold.yaml",
            ".devcontainer.json",
            "docker-bake.hcl",
            ".buildkite/prod/x.yaml",
            "values-local-testing.yaml",
        ];
        assert_eq!(builds.iter().filter(|path| candidate(path)).count(), 0);
        let kept = ["web/build.yaml", "values-local.yaml", "azure/prod.yaml", "local/dev.yaml"];
        assert_eq!(kept.iter().filter(|path| candidate(path)).count(), kept.len());
    }
}
