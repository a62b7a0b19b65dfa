//! The surroundings of a program that builds from files of a stranger: few variables, a home folder
//! of its own, no network, no programs to call, and limits.

use super::programs::InstalledPrograms;
use crate::process::{ProgramLimits, ProgramOutput, run_program};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Large overlays build in some seconds.
const TIME: Duration = Duration::from_secs(60);

/// kubectl and Helm need about 70 MB, and 200 MB for thousands of objects.
const MEMORY: u64 = 1 << 30;

/// What a stage consists of, as YAML, is smaller.
const OUTPUT: u64 = 32 << 20;

/// Whether the programs may use the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkAccess {
    /// They are started without one, or not at all.
    Cut,
    /// The user allows them the network of this system.
    Allowed,
}

/// Starts programs.
#[derive(Debug, Clone)]
pub struct IsolatedRunner {
    /// Starts a program without a network; `None` if the network is allowed.
    unshare: Option<PathBuf>,
    /// A folder for homes and temporary files.
    home: PathBuf,
}

impl IsolatedRunner {
    /// Creates a runner whose programs have `home` for their home folder.
    ///
    /// # Errors
    /// Why the network cannot be cut off on this system.
    pub fn new(
        programs: &InstalledPrograms,
        network: NetworkAccess,
        home: &Path,
    ) -> Result<Self, String> {
        let unshare = match network {
            NetworkAccess::Allowed => None,
            NetworkAccess::Cut => Some(find_unshare(programs)?),
        };
        Ok(IsolatedRunner { unshare, home: home.to_path_buf() })
    }

    /// Runs a program in a folder to its end.
    ///
    /// # Errors
    /// Why it did not end by itself, as a sentence fragment.
    pub fn run(
        &self,
        program: &Path,
        folder: &Path,
        arguments: &[String],
    ) -> Result<ProgramOutput, String> {
        let mut command = match &self.unshare {
            Some(unshare) => {
                let mut command = Command::new(unshare);
                command.args(["--map-root-user", "--net", "--"]).arg(program);
                command
            }
            None => Command::new(program),
        };
        command.args(arguments).current_dir(folder);
        set_environment(&mut command, &self.home);
        run_program(command, LIMITS)
    }
}

const LIMITS: ProgramLimits = ProgramLimits {
    time: TIME,
    output: OUTPUT,
    stops_at_output: true,
    memory: Some(MEMORY),
    file: Some(OUTPUT * 2),
    // A large build runs on several processors.
    processor: Some(TIME.saturating_mul(4)),
};

/// `PATH` names a folder that is empty: kustomize would call `git` and `helm`, and both call
/// whatever a configuration names.
fn set_environment(command: &mut Command, home: &Path) {
    command.env_clear();
    command.env("HOME", home).env("PATH", home.join("bin")).env("LC_ALL", "C.UTF-8");
    command.env("TMPDIR", home);
    // Programs written in Go collect garbage earlier, before the limit is met.
    command.env("GOMEMLIMIT", (MEMORY / 2).to_string());
}

/// Finds `unshare`, and tries it: a container often forbids it.
fn find_unshare(programs: &InstalledPrograms) -> Result<PathBuf, String> {
    let Some(unshare) = &programs.unshare else {
        return Err("`unshare`, which starts a program without a network, is not installed".into());
    };
    let mut trial = Command::new(unshare);
    trial.args(["--map-root-user", "--net", "--"]).arg(unshare).arg("--version");
    let limits = ProgramLimits::of_time(Duration::from_secs(10));
    let output = run_program(trial, limits)?;
    match output.status.success() {
        true => Ok(unshare.clone()),
        false => {
            let text = output.text();
            let line = text.lines().next().unwrap_or_default();
            Err(format!("this system does not let a program start without a network: {line}"))
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn runner(folder: &Path, network: NetworkAccess) -> Option<IsolatedRunner> {
        let programs = InstalledPrograms::find("/usr/bin:/bin", None);
        IsolatedRunner::new(&programs, network, folder).ok()
    }

    fn run_shell(runner: &IsolatedRunner, script: &str) -> String {
        let arguments = ["-c".to_owned(), script.to_owned()];
        let output = runner.run(Path::new("/bin/sh"), &runner.home, &arguments).expect("it ends");
        output.text()
    }

    #[test]
    fn a_program_sees_few_variables_and_no_programs() {
        let folder = tempfile::tempdir().expect("a folder");
        let runner = runner(folder.path(), NetworkAccess::Allowed).expect("nothing to cut");
        let text = run_shell(&runner, "export -p; git --version || echo none");
        for word in ["CARGO", "USER", "KUBECONFIG"] {
            assert!(!text.contains(word), "{text}");
        }
        assert!(text.contains(&format!("HOME='{}'", folder.path().display())), "{text}");
        assert!(text.contains("none"), "{text}");
    }

    #[test]
    fn a_program_has_no_network() {
        let folder = tempfile::tempdir().expect("a folder");
        // Where the system does not allow it, the programs are not started.
        let Some(runner) = runner(folder.path(), NetworkAccess::Cut) else { return };
        let text =
            run_shell(&runner, "while read -r line; do echo \"$line\"; done < /proc/net/dev");
        let interfaces: Vec<&str> =
            text.lines().filter_map(|line| Some(line.split_once(':')?.0)).collect();
        assert_eq!(interfaces, ["lo"], "{text}");
    }

    #[test]
    fn without_unshare_nothing_is_cut() {
        let folder = tempfile::tempdir().expect("a folder");
        let none = InstalledPrograms::default();
        let found = IsolatedRunner::new(&none, NetworkAccess::Cut, folder.path());
        assert!(found.is_err());
    }
}
