//! Builds what the stages run with kustomize, Helm and Docker Compose themselves, and reads the
//! images out of the result. The files lie in a private folder, and the programs are cut off from
//! the network, the user's settings and other programs; see `isolation`.
//!
//! Which builds there are, and what follows from their images, is decided elsewhere.

mod chart_dependencies;
mod file_tree;
mod images;
mod isolation;
mod programs;

pub use file_tree::{FileTreeWriter, TreeFile};
pub use isolation::{IsolatedRunner, NetworkAccess};
pub use programs::InstalledPrograms;

use crate::model::{BuildRoot, BuiltImages};
use std::path::Path;

/// The longest text of a program that is shown.
const MAX_REASON: usize = 300;

/// Why there are no images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderError {
    /// The programs that could build it are not installed; their names.
    Missing(&'static str),
    /// The program refuses to build it, or was stopped.
    Failed(String),
}

/// Builds with the programs that are installed.
pub struct Renderer {
    programs: InstalledPrograms,
    runner: IsolatedRunner,
}

impl Renderer {
    /// Creates a renderer.
    pub fn new(programs: InstalledPrograms, runner: IsolatedRunner) -> Self {
        Renderer { programs, runner }
    }

    /// Puts the charts of the repository that a chart takes in where Helm wants them. Comes before
    /// [`Self::build`], for one build after the other.
    ///
    /// # Errors
    /// Why a file cannot be copied.
    pub fn prepare(&self, root: &BuildRoot, top: &Path) -> Result<(), String> {
        match root {
            BuildRoot::Chart { folder, .. } => {
                chart_dependencies::copy_local_dependencies(&top.join(folder), top)
            }
            _ => Ok(()),
        }
    }

    /// Builds from the files below `top`.
    ///
    /// # Errors
    /// When no program can build it, or the program fails.
    pub fn build(&self, root: &BuildRoot, top: &Path) -> Result<BuiltImages, RenderError> {
        match root {
            BuildRoot::Kustomization { folder } => self.kustomize(folder, top),
            BuildRoot::Chart { folder, values } => self.helm(folder, values, top),
            BuildRoot::Compose { folder, files } => self.compose(folder, files, top),
            BuildRoot::NotBuilt { reason } => Err(RenderError::Failed((*reason).to_owned())),
        }
    }

    /// Plug-ins, functions and charts stay off, as by default.
    fn kustomize(&self, folder: &str, top: &Path) -> Result<BuiltImages, RenderError> {
        let program = self.programs.kustomize.as_deref();
        let program = program.ok_or(RenderError::Missing("kustomize or kubectl"))?;
        let word = if self.programs.is_kubectl { "kustomize" } else { "build" };
        let arguments = [word.to_owned(), here(folder)];
        let text = self.output(program, top, &arguments, top)?;
        images::read_objects(&text).map_err(RenderError::Failed)
    }

    fn helm(
        &self,
        folder: &str,
        values: &[String],
        top: &Path,
    ) -> Result<BuiltImages, RenderError> {
        let program = self.programs.helm.as_deref().ok_or(RenderError::Missing("helm"))?;
        let mut arguments = vec!["template".to_owned(), "release".to_owned(), here(folder)];
        // Helm takes a list with commas, in the form of CSV.
        if let Some(path) = values.iter().find(|path| path.contains([',', '"', '\n'])) {
            return Err(RenderError::Failed(format!("Helm does not take the file name {path:?}")));
        }
        arguments.extend(values.iter().map(|path| format!("--values={}", here(path))));
        let text = self.output(program, top, &arguments, top)?;
        images::read_objects(&text).map_err(RenderError::Failed)
    }

    /// Compose may read files outside of the repository, for variables. Its errors quote them, and
    /// are not shown.
    fn compose(
        &self,
        folder: &str,
        files: &[String],
        top: &Path,
    ) -> Result<BuiltImages, RenderError> {
        let program = self.programs.compose.as_deref();
        let program = program.ok_or(RenderError::Missing("docker compose"))?;
        let mut arguments = Vec::new();
        for file in files {
            arguments.push(format!("--file={}", top.join(file).display()));
        }
        arguments.extend(["config", "--format", "json"].map(str::to_owned));
        let text = self.output(program, &top.join(folder), &arguments, top);
        let text = text.map_err(|error| match error {
            RenderError::Failed(why) if why.starts_with(STOPPED) => RenderError::Failed(why),
            RenderError::Failed(_) => {
                RenderError::Failed("docker compose refuses the project".to_owned())
            }
            missing => missing,
        })?;
        let hidden = |_| RenderError::Failed("docker compose prints no project".to_owned());
        images::read_project(&text).map_err(hidden)
    }

    fn output(
        &self,
        program: &Path,
        folder: &Path,
        arguments: &[String],
        top: &Path,
    ) -> Result<String, RenderError> {
        let stopped = |why: String| RenderError::Failed(format!("{STOPPED}{why}"));
        let output = self.runner.run(program, folder, arguments).map_err(stopped)?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(RenderError::Failed(error_line(&text, top)));
        }
        let not_text = |_| RenderError::Failed("the result is not a text in UTF-8".to_owned());
        String::from_utf8(output.stdout).map_err(not_text)
    }
}

/// Begins the reason where a program was stopped.
const STOPPED: &str = "stopped: ";

/// A path that no program takes for an option.
fn here(path: &str) -> String {
    format!("./{path}")
}

/// The line of an error message that says why, without the private folder.
fn error_line(text: &str, top: &Path) -> String {
    let of_limit = text.lines().find(|line| line.contains("cannot allocate memory"));
    let of_error = || text.lines().find(|line| line.trim_start().starts_with("Error"));
    let line = of_limit.or_else(of_error).or_else(|| text.lines().next()).unwrap_or_default();
    let real = top.canonicalize().unwrap_or_else(|_| top.to_path_buf());
    let mut line = line.trim().trim_start_matches("Error: ").to_owned();
    for folder in [&real, top] {
        let folder = folder.display().to_string();
        line = line.replace(&format!("{folder}/"), "").replace(&folder, ".");
    }
    match line.is_empty() {
        true => "it fails without a word".to_owned(),
        false => shorten(&line),
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_REASON) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_one_line_and_no_private_folder() {
        let top = Path::new("/tmp/private");
        let text =
            "# Warning: old\nError: accumulating '/tmp/private/apps/x': no such file\nmore\n";
        assert_eq!(error_line(text, top), "accumulating 'apps/x': no such file");
        assert_eq!(error_line("", top), "it fails without a word");
        let fatal = "fatal error: runtime: cannot allocate memory\n\ngoroutine 1\n";
        assert_eq!(error_line(fatal, top), "fatal error: runtime: cannot allocate memory");
        assert_eq!(error_line(&"x".repeat(400), top).chars().count(), MAX_REASON + 1);
    }

    #[test]
    fn a_name_that_helm_splits_is_not_handed_to_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let helm = Some(Path::new("/bin/true").to_path_buf());
        let programs = InstalledPrograms { helm, ..InstalledPrograms::default() };
        let runner = IsolatedRunner::new(&programs, NetworkAccess::Allowed, folder.path());
        let renderer = Renderer::new(programs, runner.expect("nothing to cut"));
        let values = vec!["values.yaml,other.yaml".to_owned()];
        let root = BuildRoot::Chart { folder: "charts/web".to_owned(), values };
        let reason = "Helm does not take the file name \"values.yaml,other.yaml\"";
        let failed = Err(RenderError::Failed(reason.to_owned()));
        assert_eq!(renderer.build(&root, folder.path()), failed);
    }

    #[test]
    fn a_program_that_is_not_installed_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let none = InstalledPrograms::default();
        let runner = IsolatedRunner::new(&none, NetworkAccess::Allowed, folder.path());
        let renderer = Renderer::new(none, runner.expect("nothing to cut"));
        let missing = |root| renderer.build(&root, folder.path()).expect_err("nothing is there");
        let at = String::new;
        let roots = [
            BuildRoot::Kustomization { folder: at() },
            BuildRoot::Chart { folder: at(), values: Vec::new() },
            BuildRoot::Compose { folder: at(), files: Vec::new() },
        ];
        let names = ["kustomize or kubectl", "helm", "docker compose"];
        assert_eq!(roots.map(missing), names.map(RenderError::Missing));
    }
}
