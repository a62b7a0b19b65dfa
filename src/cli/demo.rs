//! `towpath demo`: creates a demo repository and shows towpath on it.

use crate::cli::context::CommandContext;
use crate::cli::exit::ExitKind;
use crate::demo;
use crate::demo::{DemoError, DemoPaths};
use crate::ops::error::Failure;
use crate::ui::TextTone;
use clap::{Args, ValueHint};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath demo                              create it and take the tour
  cd \"$(towpath demo --no-tour)\"            create it and change into it
  towpath demo --dir ~/try                  create it in this folder

Exit codes:
  0  done
  1  failed
  2  wrong usage";

/// Create a small deployment repository and show towpath on it
///
/// Creates a bare repository and a clone of it in a new temporary folder, with four apps, three
/// stages, kustomize, Helm values, plain tag files and some months of history. Then runs a few
/// commands there, and prints each one before its output. The command needs git and changes
/// nothing else.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct DemoArgs {
    /// Folder to create, or an empty one [default: a new temporary folder]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    dir: Option<PathBuf>,

    /// Only create the repository, and print its path
    #[arg(long)]
    no_tour: bool,
}

/// One step of the tour: a question and the command that answers it.
struct TourStep {
    question: &'static str,
    command: &'static [&'static str],
}

const TOUR: [TourStep; 15] = [
    TourStep {
        question: "Which version of which app runs in which stage, and since when?",
        command: &["status"],
    },
    TourStep {
        question: "Where is that version written, who changed it, and when?",
        command: &["status", "checkout"],
    },
    TourStep {
        question: "What ran where three weeks ago?",
        command: &["status", "--at", "3 weeks ago"],
    },
    TourStep {
        question: "What changed in prod lately, and who did it?",
        command: &["history", "--stage", "prod", "-n", "6"],
    },
    TourStep {
        question: "What would a promotion to prod change?",
        command: &["diff", "staging", "prod"],
    },
    TourStep {
        question: "Through which stages did this version of checkout go?",
        command: &["trace", "checkout@500857c"],
    },
    TourStep {
        question: "Which bytes would a promotion of storefront from staging to prod change?",
        command: &["promote", "storefront", "--to", "prod", "--dry-run"],
    },
    TourStep {
        question: "Stages and order were a guess so far. Write them down before anything is pushed:",
        command: &["init", "--yes"],
    },
    TourStep {
        question: "The tests in staging have passed. Record that for the gates:",
        command: &["record", "storefront", "--stage", "staging", "passed"],
    },
    TourStep {
        question: "May storefront go to prod now? Ask every gate:",
        command: &["ask", "storefront", "--to", "prod"],
    },
    TourStep {
        question: "Promote it, with a push to the demo's origin (a pull request works too):",
        command: &["promote", "storefront", "--to", "prod", "--push", "--yes"],
    },
    TourStep { question: "What runs where now?", command: &["status"] },
    TourStep {
        question: "Which promotions would the pipeline propose next, and which does it hold back?",
        command: &["advance", "--dry-run"],
    },
    TourStep {
        question: "Might that last change have been merged as a pull request? Ask the guard:",
        command: &["guard", "--base", "origin/main~1", "--head", "origin/main"],
    },
    TourStep {
        question: "Which deployments of the past broke the rules?",
        command: &["audit", "--stage", "prod"],
    },
];

const NEXT: [&str; 3] = ["towpath history storefront", "towpath metrics", "towpath status --wide"];

/// What to try in a repository of one's own; nothing of it writes but the last.
const AT_HOME: [(&str, &str); 4] = [
    ("towpath status", "what runs where"),
    ("towpath history -n 10", "what changed last"),
    ("towpath audit", "what broke the rules"),
    ("towpath init", "write down what towpath assumed"),
];

/// Function that runs a command line in a repository.
pub type CommandRunner<'a> =
    &'a dyn Fn(&[&str], String, &CommandContext) -> Result<ExitKind, Failure>;

/// Creates the demo repository, and runs the tour.
pub fn run(
    args: &DemoArgs,
    context: &CommandContext,
    runner: CommandRunner<'_>,
) -> Result<ExitKind, Failure> {
    let demo = create_demo(args, context)?;
    if args.no_tour {
        context.ui.write_answer(&demo.clone.display().to_string())?;
        return Ok(ExitKind::Done);
    }
    for stop in &TOUR {
        run_step(stop, &demo, context, runner)?;
    }
    context.ui.write_answer(&closing_text(&demo))?;
    Ok(ExitKind::Done)
}

/// Creates the demo repository. A temporary folder is kept only if the demo is complete. A path
/// from the command line is made absolute, so that the printed path works anywhere.
fn create_demo(args: &DemoArgs, context: &CommandContext) -> Result<DemoPaths, Failure> {
    if let Some(folder) = &args.dir {
        let here = context.environment.working_directory.as_deref();
        let folder = here.map_or_else(|| folder.clone(), |here| here.join(folder));
        return Ok(demo::make_demo(&folder, context.session.now())?);
    }
    let folder = tempfile::Builder::new().prefix("towpath-demo-").tempdir();
    let folder = folder
        .map_err(|error| Failure::failed("cannot create a temporary folder").with_cause(&error))?;
    let demo = demo::make_demo(folder.path(), context.session.now())?;
    let _kept = folder.keep();
    Ok(demo)
}

/// Runs a command as if it had been typed in the clone of the demo.
fn run_step(
    stop: &TourStep,
    demo: &DemoPaths,
    context: &CommandContext,
    runner: CommandRunner<'_>,
) -> Result<(), Failure> {
    let look = &context.ui.out;
    let question = format!("# {}", stop.question);
    let typed = command_line(stop.command);
    let head = format!(
        "{}\n{}",
        look.paint(TextTone::Dim, &question),
        look.paint(TextTone::Heading, &typed)
    );
    context.ui.write_answer(&head)?;
    let words: Vec<&str> = ["towpath"].iter().chain(stop.command).copied().collect();
    runner(&words, demo.clone.display().to_string(), context)?;
    context.ui.write_answer("\n")?;
    Ok(())
}

fn command_line(command: &[&str]) -> String {
    let quoted = command
        .iter()
        .map(|word| if word.contains(' ') { format!("'{word}'") } else { (*word).to_owned() });
    format!("$ towpath {}", quoted.collect::<Vec<_>>().join(" "))
}

fn closing_text(demo: &DemoPaths) -> String {
    let mut out = format!(
        "The repository stays there until you remove it. Go on with:\n  cd {}\n",
        demo.clone.display()
    );
    for command in NEXT {
        out.push_str(&format!("  {command}\n"));
    }
    out.push_str("Then in a deployment repository of your own:\n");
    for (command, does) in AT_HOME {
        out.push_str(&format!("  {command:<22} {does}\n"));
    }
    out
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Self {
        let failure = match &error {
            DemoError::NotEmpty { .. } => Failure::usage(error.to_string()),
            _ => Failure::failed(error.to_string()),
        };
        let failure = match std::error::Error::source(&error) {
            Some(cause) => failure.with_cause(cause),
            None => failure,
        };
        match error {
            DemoError::NoGit(_) => failure.hint("install git; on Debian: `apt-get install git`"),
            DemoError::NotEmpty { .. } => {
                failure.hint("`towpath demo --dir DIR` takes a new or empty folder")
            }
            DemoError::Git { .. } | DemoError::Folder { .. } => failure,
        }
    }
}
