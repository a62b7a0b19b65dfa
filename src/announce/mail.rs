//! E-mail through the `sendmail` program. A message has the same `Message-ID` in every run, by
//! which mailboxes recognise a copy.

use super::channel::AnnouncementChannel;
use super::secrets::TargetSecrets;
use super::text::{TextStyle, plain};
use crate::ops::announcements::{AnnouncementMessage, SendError};
use crate::ops::error::Failure;
use crate::ops::session::{OperationClock, Session};
use mail_builder::MessageBuilder;
use mail_builder::headers::raw::Raw;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

pub const STYLE: TextStyle = TextStyle { escape: plain, limit: 40_000, listed: 100 };

/// Where `sendmail` is, where the search path has none.
const USUAL: [&str; 2] = ["/usr/sbin/sendmail", "/usr/lib/sendmail"];
/// The longest subject, in characters.
const MAX_SUBJECT: usize = 150;
/// The variables that `sendmail` gets. Others may hold secrets of other targets.
const PASSED_ON: [&str; 6] = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ"];

/// A mailbox.
pub struct MailTarget {
    name: String,
    to: String,
    from: String,
    program: PathBuf,
    variables: Vec<(&'static str, String)>,
    clock: OperationClock,
}

impl MailTarget {
    /// Opens a mailbox.
    ///
    /// # Errors
    /// When an address is missing or no address.
    pub fn open(name: &str, to: &str, session: &Session) -> Result<Self, Failure> {
        let secrets = TargetSecrets::new(session, name);
        let from = secrets.require("FROM", "the address that mails come from")?;
        for address in [to, from.as_str()] {
            if !is_address(address) {
                return Err(Failure::usage(format!("`{address}` is no mail address")));
            }
        }
        let variable = |name: &'static str| Some((name, session.variable(name)?));
        let variables: Vec<_> = PASSED_ON.into_iter().filter_map(variable).collect();
        let program = find_sendmail(session.variable("PATH").as_deref()).ok_or_else(|| {
            Failure::failed("there is no program `sendmail`")
                .hint("mail servers such as postfix bring it, and small ones such as msmtp")
        })?;
        let (name, to, clock) = (name.to_owned(), to.to_owned(), session.clock());
        Ok(MailTarget { name, to, from, program, variables, clock })
    }

    fn to_mail(&self, message: &AnnouncementMessage, text: &str) -> std::io::Result<Vec<u8>> {
        let subject = text.lines().next().unwrap_or_default();
        let subject: String = subject.chars().take(MAX_SUBJECT).collect();
        let domain = self.from.rsplit('@').next().unwrap_or_default();
        MessageBuilder::new()
            .from(self.from.as_str())
            .to(self.to.as_str())
            .subject(subject)
            .date((self.clock)().timestamp().as_second())
            .message_id(format!("{}@{domain}", message.id))
            .header("Auto-Submitted", Raw::new("auto-generated"))
            .text_body(format!("{text}\n"))
            .write_to_vec()
    }

    fn run_sendmail(&self, mail: &[u8]) -> Result<(), SendError> {
        let failed =
            |why: &str| Failure::failed(format!("{}: {} {why}", self.name, self.program.display()));
        let cannot_start = |error: std::io::Error| {
            SendError::Refused(failed("cannot be started").with_cause(&error))
        };
        let mut command = Command::new(&self.program);
        command.args(["-i", "--", &self.to]).env_clear().envs(self.variables.iter().cloned());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(cannot_start)?;
        let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(mail));
        let output = child.wait_with_output().map_err(cannot_start)?;
        let said = String::from_utf8_lossy(&output.stderr);
        let said: String = said.chars().filter(|c| !c.is_control()).take(200).collect();
        match (output.status.code(), written) {
            (Some(0), Ok(())) => Ok(()),
            (Some(code), _) => {
                Err(SendError::Refused(failed(&format!("ended with code {code}: {said}"))))
            }
            // It may have passed the mail on before it was killed.
            (None, _) => Err(SendError::Unsure(failed("was killed"))),
        }
    }
}

impl AnnouncementChannel for MailTarget {
    fn send(&self, message: &AnnouncementMessage, text: &str) -> Result<(), SendError> {
        let mail = self.to_mail(message, text).map_err(|error| {
            SendError::Refused(Failure::failed("the mail cannot be written").with_cause(&error))
        })?;
        self.run_sendmail(&mail)
    }
}

fn find_sendmail(search_path: Option<&str>) -> Option<PathBuf> {
    let folders = search_path.unwrap_or_default().split(':').filter(|one| one.starts_with('/'));
    let named = folders.map(|folder| PathBuf::from(folder).join("sendmail"));
    named.chain(USUAL.map(PathBuf::from)).find(|path| path.is_file())
}

/// True for one plain address. It becomes an argument and a header.
fn is_address(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._%+-=@".contains(c);
    let parts = text.split_once('@');
    text.chars().all(is_plain)
        && !text.starts_with('-')
        && parts.is_some_and(|(user, host)| {
            !user.is_empty()
                && host.contains(|c: char| c.is_ascii_alphanumeric())
                && !host.contains('@')
        })
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn an_address_is_no_option_and_no_list() {
        assert!(is_address("team@example.com") && is_address("a.b+c@localhost"));
        for text in ["-oQ/tmp@x", "a@b,c@d", "a b@c", "a@", "@b", "a", "a@b\nBcc: c@d", "a@b@c"] {
            assert!(!is_address(text), "{text}");
        }
    }
}
