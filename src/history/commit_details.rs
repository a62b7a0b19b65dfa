//! Reads from a mainline commit who deployed, with which subject and pull request.

use super::pull_request_number;
use crate::git::{CommitInfo, GitError, GitIdentity, Oid, Repository};
use std::rc::Rc;

/// Words in the names of automation accounts.
const ROBOTS: [&str; 12] = [
    "bot",
    "robot",
    "ci",
    "cd",
    "automation",
    "jenkins",
    "renovate",
    "dependabot",
    "actions",
    "fluxcd",
    "argocd",
    "updater",
];

/// Details of a commit that are shown to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitDetails {
    pub author: GitIdentity,
    pub committer: GitIdentity,
    /// The responsible person: named by a trailer, or else the author.
    pub who: GitIdentity,
    pub subject: String,
    /// True if the commit carries a signature, valid or not.
    pub is_signed: bool,
    pub pull_request: Option<u64>,
    /// Reason for overriding the gates (`Gate-Override:` or `Break-Glass:`).
    pub break_glass: Option<String>,
}

impl From<CommitInfo> for CommitDetails {
    fn from(info: CommitInfo) -> Self {
        let broken = |key: &str| info.trailers(key).next().map(str::to_owned);
        let break_glass = broken("gate-override").or_else(|| broken("break-glass"));
        CommitDetails {
            who: responsible_person(&info),
            pull_request: pull_request_number(&info.subject, &info.message),
            break_glass,
            author: info.author,
            committer: info.committer,
            subject: info.subject,
            is_signed: info.is_signed,
        }
    }
}

/// Person named by `Promoted-by:`, or by `Co-authored-by:` if the author is a program; otherwise
/// the author.
fn responsible_person(info: &CommitInfo) -> GitIdentity {
    if let Some(promoter) = info.trailers("promoted-by").next() {
        return parse_person(promoter);
    }
    let people =
        || info.trailers("co-authored-by").map(parse_person).find(|person| !is_robot(person));
    let behind = if is_robot(&info.author) { people() } else { None };
    behind.unwrap_or_else(|| info.author.clone())
}

/// Parses `Name <address>`, or a name alone.
fn parse_person(text: &str) -> GitIdentity {
    let (name, rest) = text.split_once('<').unwrap_or((text, ""));
    GitIdentity {
        name: name.trim().to_owned(),
        email: rest.trim_end().trim_end_matches('>').to_owned(),
    }
}

fn is_robot(person: &GitIdentity) -> bool {
    let local = person.email.split('@').next().unwrap_or_default();
    let mut words = [person.name.as_str(), local]
        .into_iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    words.any(|word| ROBOTS.iter().any(|robot| word.eq_ignore_ascii_case(robot)))
}

/// Reads commit details. Keeps the last one: deployments of one commit come together.
pub struct CommitDetailsReader<'r> {
    repository: &'r Repository,
    last: Option<(Oid, Rc<CommitDetails>)>,
}

impl<'r> CommitDetailsReader<'r> {
    /// Creates a reader for a repository.
    pub fn new(repository: &'r Repository) -> Self {
        CommitDetailsReader { repository, last: None }
    }

    /// Returns the details of a commit.
    ///
    /// # Errors
    /// [`GitError::MissingObject`].
    pub fn load(&mut self, commit: Oid) -> Result<Rc<CommitDetails>, GitError> {
        if let Some((known, account)) = &self.last
            && *known == commit
        {
            return Ok(Rc::clone(account));
        }
        let account = Rc::new(CommitDetails::from(self.repository.commit_info(commit)?));
        self.last = Some((commit, Rc::clone(&account)));
        Ok(account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(author: &str, message: &str) -> CommitDetails {
        let author = parse_person(author);
        let subject = message.lines().next().unwrap_or_default().to_owned();
        let id = crate::history::testing::oid(0);
        CommitDetails::from(CommitInfo {
            id,
            committer: author.clone(),
            author,
            time: 0,
            subject,
            is_signed: false,
            message: message.to_owned(),
        })
    }

    #[test]
    fn behind_a_robot_stands_a_person() {
        let trailers =
            "Bump (#7)\n\nCo-authored-by: deploy-bot <b@x>\nCo-authored-by: Mei Tanaka <mei@x>\n";
        for (author, expected) in [
            ("deploy-bot <deploy@x>", "Mei Tanaka"),
            ("GOV.UK CI User <ci@x>", "Mei Tanaka"),
            ("Some App <1+app[bot]@users.noreply.github.com>", "Mei Tanaka"),
            ("Abbot Tee <abbot@x>", "Abbot Tee"),
        ] {
            assert_eq!(told(author, trailers).who.name, expected, "{author}");
        }
        let account =
            told("deploy-bot <b@x>", "Bump\n\nPromoted-by: Jo <jo@x>\nBreak-glass: incident 12\n");
        assert_eq!((account.who.name.as_str(), account.who.email.as_str()), ("Jo", "jo@x"));
        assert_eq!(
            (account.author.name.as_str(), account.break_glass.as_deref()),
            ("deploy-bot", Some("incident 12"))
        );
        assert_eq!(told("deploy-bot <b@x>", "Bump").who.name, "deploy-bot");
    }
}
