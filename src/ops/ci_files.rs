//! The files with which a CI system checks pull requests and promotes every night. They are the
//! recipes of docs/ci.md, for the stages of a repository.

use crate::model::StageName;

/// The image that the recipes name.
pub const RECIPE_IMAGE: &str = "registry.example.com/towpath";

/// The option of the recipes that names a stage.
const RECIPE_STAGE: &str = "--to staging ";

/// The CI systems that files can be written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CiSystem {
    GitHub,
    GitLab,
    Forgejo,
    Woodpecker,
}

/// A file for a CI system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CiFile {
    /// Its path in the repository.
    pub path: &'static str,
    pub text: String,
}

/// The two recipes of a system.
struct CiRecipes {
    guard: (&'static str, &'static str),
    promote: (&'static str, &'static str),
}

impl CiSystem {
    /// All systems, in the order of the documentation.
    pub const ALL: [CiSystem; 4] =
        [CiSystem::GitHub, CiSystem::GitLab, CiSystem::Forgejo, CiSystem::Woodpecker];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            CiSystem::GitHub => "github",
            CiSystem::GitLab => "gitlab",
            CiSystem::Forgejo => "forgejo",
            CiSystem::Woodpecker => "woodpecker",
        }
    }

    /// The paths of its files.
    pub fn paths(self) -> [&'static str; 2] {
        let CiRecipes { guard, promote } = self.recipes();
        [guard.0, promote.0]
    }

    fn recipes(self) -> CiRecipes {
        match self {
            CiSystem::GitHub => CiRecipes {
                guard: (".github/workflows/guard.yml", include_str!("ci_files/github-guard.yml")),
                promote: (
                    ".github/workflows/promote.yml",
                    include_str!("ci_files/github-promote.yml"),
                ),
            },
            CiSystem::GitLab => CiRecipes {
                guard: (".gitlab-ci.yml", include_str!("ci_files/gitlab-guard.yml")),
                promote: (".gitlab-ci.yml", include_str!("ci_files/gitlab-promote.yml")),
            },
            CiSystem::Forgejo => CiRecipes {
                guard: (".forgejo/workflows/guard.yml", include_str!("ci_files/forgejo-guard.yml")),
                promote: (
                    ".forgejo/workflows/promote.yml",
                    include_str!("ci_files/forgejo-promote.yml"),
                ),
            },
            CiSystem::Woodpecker => CiRecipes {
                guard: (".woodpecker/guard.yml", include_str!("ci_files/woodpecker-guard.yml")),
                promote: (
                    ".woodpecker/promote.yml",
                    include_str!("ci_files/woodpecker-promote.yml"),
                ),
            },
        }
    }
}

/// The files of a system: the check of pull requests, and the promotion to `stage` every night, if
/// there is one. The names of stage and image are plain words.
pub fn ci_files(system: CiSystem, stage: Option<&StageName>, image: &str) -> Vec<CiFile> {
    let CiRecipes { guard, promote } = system.recipes();
    let mut files = vec![CiFile { path: guard.0, text: guard.1.to_owned() }];
    if let Some(stage) = stage {
        let text = promote.1.replace(RECIPE_STAGE, &format!("--to {stage} "));
        match files.iter_mut().find(|file| file.path == promote.0) {
            Some(file) => file.text.push_str(&format!("\n{text}")),
            None => files.push(CiFile { path: promote.0, text }),
        }
    }
    for file in &mut files {
        file.text = file.text.replace(RECIPE_IMAGE, image);
    }
    files
}

/// True for a word that needs quotes neither in YAML nor in a shell, such as the usual names of
/// stages and references of images.
pub fn is_plain_word(word: &str) -> bool {
    let begins = word.starts_with(|c: char| c.is_ascii_alphanumeric());
    let ends = !word.ends_with(':');
    begins && ends && word.chars().all(|c| c.is_ascii_alphanumeric() || "._-/:@".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page and the files have one text, so what the tests of the page run is what is written.
    #[test]
    fn the_files_are_the_recipes_of_the_page() {
        let page = include_str!("../../docs/ci.md");
        for system in CiSystem::ALL {
            let recipes = system.recipes();
            for (path, text) in [recipes.guard, recipes.promote] {
                assert!(page.contains(&format!("```yml\n{text}```\n")), "{path}");
                assert!(text.contains(RECIPE_IMAGE), "{path}");
            }
            assert!(recipes.promote.1.contains(RECIPE_STAGE), "{}", system.as_str());
            let stage = StageName::from("staging");
            let written = ci_files(system, Some(&stage), RECIPE_IMAGE);
            let all: String = written.into_iter().map(|file| file.text).collect();
            assert_eq!(all.replace("\n\n", "\n"), {
                (recipes.guard.1.to_owned() + recipes.promote.1).replace("\n\n", "\n")
            });
        }
    }

    #[test]
    fn stage_and_image_are_those_of_the_repository() {
        let stage = StageName::from("uat");
        let files = ci_files(CiSystem::GitLab, Some(&stage), "r.io/t:1");
        assert_eq!(files.len(), 1);
        assert!(files[0].text.contains("--all --to uat --one-pr"), "{}", files[0].text);
        assert_eq!(files[0].text.matches("image: r.io/t:1\n").count(), 2);
        assert_eq!(ci_files(CiSystem::GitHub, None, RECIPE_IMAGE).len(), 1);
        assert!(is_plain_word("r.io:5000/t@sha256:00") && is_plain_word("eu/prod"));
        for bad in ["", "a b", "-x", "x\ny: z", "x:", "$x", "it's"] {
            assert!(!is_plain_word(bad), "{bad}");
        }
    }
}
