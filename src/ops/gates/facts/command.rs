//! Asks the command of a gate, which runs without a shell.

use crate::config::gates::ExternalCommand;
use crate::ops::gates::GateContext;
use crate::ops::gates::facts::command_policy::CommandPolicy;
use crate::ops::gates::facts::line;
use crate::pipeline::{ExternalAnswer, GateQuery};
use crate::process::{ProgramLimits, run_program};
use std::process::Command;
use std::time::Duration;

/// Runs the command. Exit code 0 is open; 1 is shut, with the output as the reason; any other code
/// is no answer.
pub(super) fn run_command(
    call: &ExternalCommand,
    trust: &CommandPolicy,
    question: &GateQuery<'_>,
    inquiry: &GateContext<'_>,
) -> ExternalAnswer {
    let program = match trust.find_program(call, inquiry) {
        Ok(program) => program,
        Err(why) => return ExternalAnswer::NoAnswer(why),
    };
    let mut command = Command::new(program.path());
    command.args(call.argv.iter().skip(1));
    command
        .env("TOWPATH_APP", question.subject.to_string())
        .env("TOWPATH_STAGE", question.stage.as_str());
    command.env("TOWPATH_VERSION", question.version.to_string());
    if let Some(folder) = trust.working_folder(inquiry.repository) {
        if let Err(error) = std::fs::create_dir_all(folder) {
            return ExternalAnswer::NoAnswer(format!(
                "cannot create a folder to run it in: {error}"
            ));
        }
        command.current_dir(folder);
    }
    let limits = ProgramLimits::of_time(Duration::from_secs(call.timeout));
    match run_program(command, limits) {
        Ok(output) => match output.status.code() {
            Some(0) => ExternalAnswer::Open,
            Some(1) => ExternalAnswer::Shut(line(&output.text())),
            Some(code) => {
                ExternalAnswer::NoAnswer(answer_text(&format!("exit code {code}"), &output.text()))
            }
            None => ExternalAnswer::NoAnswer("it was killed".into()),
        },
        Err(why) => ExternalAnswer::NoAnswer(why),
    }
}

fn answer_text(what: &str, said: &str) -> String {
    let said = line(said);
    if said.is_empty() { what.to_owned() } else { format!("{what}: {said}") }
}
