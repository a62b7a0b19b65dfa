//! `towpath ask`: asks the gates whether a version may go to a stage.

use super::complete;
use super::context::CommandContext;
use super::exit::ExitKind;
use super::value_parsers::{self, DATA_FORMATS, one_of, parse_duration};
use crate::ops::error::Failure;
use crate::ops::gates::ask::{self, AskAnswer, GateQuestion, WaitOptions};
use crate::ui::{self, OutputFormat};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use jiff::SignedDuration;
use std::io::Read;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  towpath ask web --to prod                    ask about the version that staging runs
  towpath ask web --to prod --version v1.4     ask about another version
  towpath ask web --to prod --at 'last friday' ask whether it could have gone to prod then
  towpath ask web --to prod --wait             wait until it may go to prod
  towpath ask web --to prod --output json | jq -r '.gates[] | select(.verdict != \"open\") | .clear'
  towpath ask --questions questions.txt        ask many, one per line: APP STAGE [VERSION [TIME]]

Exit codes:
  0  every gate is open
  1  failed
  2  wrong usage or configuration
  3  a gate refused, or the deployment must wait";

/// Ask every gate whether a version may go to a stage
///
/// Prints the answer of every gate, with the reason. The command reads the mainline and the ledger
/// as last fetched into this clone, and whatever else the gates ask for (docs/gates.md). Without
/// --wait it writes nothing.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct AskArgs {
    /// App, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps), required_unless_present = "questions")]
    app: Option<String>,

    /// Target stage
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    #[arg(required_unless_present = "questions")]
    to: Option<String>,

    /// Only this target of the stage
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,

    /// Version [default: the one that the previous stage runs]
    #[arg(long, value_name = "VERSION", value_parser = value_parsers::version)]
    version: Option<String>,

    /// Answer for another time, such as `2026-08-01T10:00`, `14:05` or `3 days ago`
    #[arg(long, value_name = "TIME", conflicts_with = "wait")]
    at: Option<String>,

    /// Fetch and ask again until every gate is open
    #[arg(long)]
    wait: bool,

    /// With --wait: interval between checks
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = parse_duration, requires = "wait")]
    #[arg(hide_short_help = true)]
    every: SignedDuration,

    /// With --wait: stop waiting after this time [default: never]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, requires = "wait", hide_short_help = true)]
    timeout: Option<SignedDuration>,

    /// File with one question per line, `APP STAGE [VERSION [TIME]]`; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["app", "to", "target", "version", "at", "wait"])]
    questions: Option<PathBuf>,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&DATA_FORMATS))]
    output: OutputFormat,
}

/// Prints the answers of the gates; the exit code tells whether all are open.
pub fn run(args: &AskArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    if let Some(path) = &args.questions {
        return answer_file(path, args.output, context);
    }
    let answer = if args.wait {
        let options = WaitOptions { every: args.every, timeout: args.timeout };
        ask::wait_until_open(&args.to_question(), options, &context.session)?
    } else {
        ask::ask(&args.to_question(), &context.session)?
    };
    let text = match args.output {
        OutputFormat::Jsonl => ui::to_json_line(&answer.to_json()),
        format => ui::render_data(format, &answer.to_json(), "gates")
            .unwrap_or_else(|| ui::ask(&answer.waves, &context.ui.out)),
    };
    context.ui.write_answer(&text)?;
    Ok(if answer.is_allowed() { ExitKind::Done } else { ExitKind::Refused })
}

impl AskArgs {
    fn to_question(&self) -> GateQuestion {
        GateQuestion {
            app: self.app.clone().unwrap_or_default(),
            to: self.to.clone().unwrap_or_default(),
            target: self.target.clone(),
            version: self.version.clone(),
            at: self.at.clone(),
        }
    }
}

/// Answers the questions in a file, line by line.
fn answer_file(
    path: &Path,
    format: OutputFormat,
    context: &CommandContext,
) -> Result<ExitKind, Failure> {
    let text = read_questions(path)?;
    let (mut all_open, mut lines) = (true, String::new());
    ask::ask_many(&text, &context.session, &mut |answer| {
        all_open &= answer.is_allowed();
        lines.push_str(&answer_line(answer, format, context));
        Ok(())
    })?;
    context.ui.write_part(&lines)?;
    Ok(if all_open { ExitKind::Done } else { ExitKind::Refused })
}

fn answer_line(answer: &AskAnswer, format: OutputFormat, context: &CommandContext) -> String {
    match format {
        OutputFormat::Table => ui::ask_line(answer.waves.current(), &context.ui.out),
        _ => ui::to_json_line(&answer.to_json()),
    }
}

fn read_questions(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin().read_to_string(&mut text).map(|_| text),
        _ => std::fs::read_to_string(path),
    };
    read.map_err(|error| {
        Failure::usage(format!("cannot read the questions in `{}`", path.display()))
            .with_cause(&error)
    })
}
