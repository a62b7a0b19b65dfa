//! Commit objects as raw bytes: the few fields a walk needs, and the rest on request.

use git2::Oid;

/// The fields of a commit that a walk needs. Their order is fixed: `tree ID`, `parent ID` …,
/// `author …`, `committer NAME <MAIL> SECONDS ZONE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CommitHead {
    pub tree: Oid,
    /// The first parent.
    pub parent: Option<Oid>,
    /// The second parent, if the commit merges the branch's own remote state.
    pub pulled: Option<Oid>,
    /// The committer time, in seconds since 1970.
    pub time: i64,
}

impl CommitHead {
    /// Parses a commit object; `None` if it has no tree.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        CommitHead::parse_head(bytes, true).map(|(head, _)| head)
    }

    /// Returns all parents of a commit object, in order.
    pub fn parents(bytes: &[u8]) -> impl Iterator<Item = Oid> {
        let lines = bytes.split(|byte| *byte == b'\n').skip(1);
        lines.map_while(|line| id_line(line, b"parent "))
    }

    /// Parses the first bytes of a commit object; `None` if they end before the committer line, or
    /// before the subject of a merge.
    pub fn of_front(bytes: &[u8]) -> Option<Self> {
        CommitHead::parse_head(bytes, false).and_then(|(head, complete)| complete.then_some(head))
    }

    /// Parses the head and reports whether all that it depends on was found.
    fn parse_head(bytes: &[u8], is_whole: bool) -> Option<(Self, bool)> {
        let tree = id_line(bytes, b"tree ")?;
        let mut rest = bytes.get(46..)?;
        let mut head =
            CommitHead { tree, parent: id_line(rest, b"parent "), pulled: None, time: 0 };
        while let Some(end) = rest.iter().position(|b| *b == b'\n') {
            let line = &rest[..end];
            if line.is_empty() {
                break;
            }
            if let Some(person) = line.strip_prefix(b"committer ") {
                head.time = identity_time(person);
                let other = CommitHead::parents(bytes).nth(1).filter(|_| !is_forge(person));
                let Some(other) = other else { return Some((head, true)) };
                let subject = subject_line(rest, is_whole);
                head.pulled = Some(other).filter(|_| subject.is_some_and(is_merge_of_itself));
                return Some((head, subject.is_some()));
            }
            rest = &rest[end + 1..];
        }
        Some((head, false))
    }
}

/// True for the committer of merges that are made on GitHub, where nobody pulls.
fn is_forge(person: &[u8]) -> bool {
    person.windows(b"<noreply@github.com>".len()).any(|part| part == b"<noreply@github.com>")
}

/// Returns the first line of the message, without its line feed; `None` if that is cut off.
fn subject_line(head: &[u8], is_whole: bool) -> Option<&[u8]> {
    let at = head.windows(2).position(|pair| pair == b"\n\n")?;
    let message = &head[at + 2..];
    let end = message.iter().position(|byte| *byte == b'\n');
    end.or(is_whole.then_some(message.len())).map(|end| &message[..end])
}

/// True for the subject that `git pull` gives to a merge of the branch's own remote state: `Merge
/// branch 'main' of host:team/repo`. The commits that were pushed before are then behind the second
/// parent, and the first one leads to what one person had in a clone. Git leaves out the name of
/// the branch that is merged into if it is `main` or `master`.
fn is_merge_of_itself(subject: &[u8]) -> bool {
    let Ok(subject) = std::str::from_utf8(subject) else { return false };
    let quoted_after = |start: &str| subject.strip_prefix(start)?.split_once('\'');
    let pulled = quoted_after("Merge branch '").filter(|(_, rest)| rest.starts_with(" of "));
    let fetched = || {
        let (name, rest) = quoted_after("Merge remote-tracking branch '")?;
        Some((name.split_once('/')?.1, rest))
    };
    let Some((name, rest)) = pulled.or_else(fetched) else { return false };
    match rest.rsplit_once(" into ") {
        Some((_, into)) => into.trim_matches('\'') == name,
        None => matches!(name, "main" | "master"),
    }
}

fn id_line(bytes: &[u8], key: &[u8]) -> Option<Oid> {
    let hex = bytes.strip_prefix(key)?.get(..40)?;
    Oid::from_str(std::str::from_utf8(hex).ok()?).ok()
}

/// Returns the time of an identity line, 0 if it has none.
fn identity_time(person: &[u8]) -> i64 {
    let after = person.iter().rposition(|b| *b == b'>').map_or(&[][..], |at| &person[at + 1..]);
    let text = String::from_utf8_lossy(after);
    text.split_ascii_whitespace().next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// A name and an e-mail address as written in the commit. Bytes that are not UTF-8 are read as
/// Latin-1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GitIdentity {
    pub name: String,
    pub email: String,
}

/// Author, committer and message of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    pub id: Oid,
    pub author: GitIdentity,
    pub committer: GitIdentity,
    /// The committer time, in seconds since 1970.
    pub time: i64,
    /// The first paragraph of the message on one line, as `git log --format=%s` shows it.
    pub subject: String,
    /// True if the commit has a signature; it is not verified.
    pub is_signed: bool,
    /// The whole message.
    pub message: String,
}

impl CommitInfo {
    /// Parses a commit object; missing fields are empty.
    pub(super) fn parse(id: Oid, bytes: &[u8]) -> Self {
        let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap_or(bytes.len());
        let (header, body) = (&bytes[..end], bytes.get(end + 2..).unwrap_or_default());
        let field =
            |key: &[u8]| header.split(|b| *b == b'\n').find_map(|line| line.strip_prefix(key));
        let committer = field(b"committer ").unwrap_or_default();
        let message = decode_text(body);
        CommitInfo {
            id,
            author: parse_identity(field(b"author ").unwrap_or_default()),
            committer: parse_identity(committer),
            time: identity_time(committer),
            subject: message_subject(&message),
            is_signed: field(b"gpgsig").is_some(),
            message,
        }
    }

    /// Returns the values of a trailer (`Key: value` in the message's last paragraph), in order.
    /// Keys are compared ignoring case, as `git interpret-trailers` does.
    pub fn trailers<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let last = self.message.trim_end().rsplit("\n\n").next().unwrap_or_default();
        let only_subject = last.len() == self.message.trim_end().len();
        let lines = if only_subject { "" } else { last };
        lines.lines().filter_map(move |line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case(key).then(|| value.trim())
        })
    }
}

fn parse_identity(line: &[u8]) -> GitIdentity {
    let line = decode_text(line);
    let Some(open) = line.find('<') else {
        return GitIdentity { name: line.trim().to_owned(), email: String::new() };
    };
    let rest = &line[open + 1..];
    let email = rest.split('>').next().unwrap_or_default();
    GitIdentity { name: line[..open].trim().to_owned(), email: email.trim().to_owned() }
}

/// Returns the first paragraph, its lines joined by spaces.
fn message_subject(message: &str) -> String {
    let lines = message.trim_start_matches(['\n', '\r']).lines();
    let paragraph: Vec<&str> =
        lines.map(str::trim_end).take_while(|line| !line.is_empty()).collect();
    paragraph.join(" ")
}

/// Decodes UTF-8, or else Latin-1, in which every byte is a character. Commits are found in both,
/// and their `encoding` header is less reliable than the bytes.
fn decode_text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// The beginning of a commit id, as people are told of it.
pub fn short_id(id: Oid) -> String {
    id.to_string().chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";

    fn info(rest: &[u8]) -> CommitInfo {
        CommitInfo::parse(Oid::ZERO_SHA1, &[HEAD.as_bytes(), rest].concat())
    }

    #[test]
    fn the_head_is_tree_first_parent_and_time() {
        let one = "parent a109636020a08ca8c6030057aeca3beb438c21c2\n";
        let two = "parent d82517a31e2c2f4819b96f0587f573e8c07629b1\n";
        let people = "author A <a@x> 1 +0000\ncommitter B <b> c@x> 1700000000 +0100\n\ncommitter x <y> 5 +0\n";
        let head =
            CommitHead::parse(format!("{HEAD}{one}{two}{people}").as_bytes()).expect("a commit");
        assert_eq!(
            head.parent.map(|id| id.to_string()).as_deref(),
            Some("a109636020a08ca8c6030057aeca3beb438c21c2")
        );
        assert_eq!(head.time, 1_700_000_000);
        assert_eq!(
            CommitHead::parse(HEAD.as_bytes()).map(|head| (head.parent, head.time)),
            Some((None, 0))
        );
        assert_eq!(CommitHead::parse(b"tree 12"), None);
        assert_eq!(CommitHead::parse(b""), None);
    }

    #[test]
    fn a_pull_leaves_the_branch_behind_the_second_parent() {
        let (one, two) = ("1".repeat(40), "2".repeat(40));
        let parent = |subject: &str, committer: &str| {
            let text = format!(
                "{HEAD}parent {one}\nparent {two}\nauthor A <a@x> 1 +0000\ncommitter {committer} 1 +0000\ngpgsig x\n \n y\n\n{subject}\n"
            );
            let head = CommitHead::of_front(text.as_bytes()).expect("a commit");
            assert_eq!(head.parent.map(|id| id.to_string()), Some(one.clone()));
            if head.pulled.is_some_and(|id| id.to_string() == two) { 2 } else { 1 }
        };
        for subject in [
            "Merge branch 'main' of git.example.com:team/deploy",
            "Merge branch 'main' of https://h.io/a/b into main",
            "Merge branch 'live' of h:a into live",
            "Merge remote-tracking branch 'origin/main'",
            "Merge remote-tracking branch 'origin/live' into live",
        ] {
            assert_eq!(parent(subject, "B <b@x>"), 2, "{subject}");
            assert_eq!(parent(subject, "GitHub <noreply@github.com>"), 1, "{subject}");
        }
        for subject in [
            "Merge branch 'main' into feature",
            "Merge branch 'main' of h:a into feature",
            "Merge branch 'feature' of h:a",
            "Merge branch 'feature'",
            "Merge remote-tracking branch 'origin/feature'",
            "Merge pull request #1 from a/main",
            "Merge branch 'main",
        ] {
            assert_eq!(parent(subject, "B <b@x>"), 1, "{subject}");
        }
        let cut = format!(
            "{HEAD}parent {one}\nparent {two}\nauthor A <a@x> 1 +0\ncommitter B <b@x> 1 +0\n\nMer"
        );
        assert_eq!(CommitHead::of_front(cut.as_bytes()), None);
    }

    #[test]
    fn odd_people_are_read_as_far_as_they_go() {
        let latin = info(b"author J\xf6rg <j@x> 1 +0000\ncommitter <c@x> x\n\nGr\xfc\xdfe\n");
        assert_eq!(latin.author, GitIdentity { name: "J\u{f6}rg".into(), email: "j@x".into() });
        assert_eq!(latin.committer, GitIdentity { name: String::new(), email: "c@x".into() });
        assert_eq!((latin.subject.as_str(), latin.time), ("Gr\u{fc}\u{df}e", 0));
        let none = info(b"");
        assert_eq!((none.author, none.subject.as_str()), (GitIdentity::default(), ""));
        let open = info(b"author just a name\ncommitter C <open 1 +0000\n\n");
        assert_eq!(
            (open.author.name.as_str(), open.committer.email.as_str()),
            ("just a name", "open 1 +0000")
        );
    }

    #[test]
    fn a_subject_may_be_long_or_wrapped() {
        let long = "x".repeat(100_000);
        assert_eq!(info(format!("\n{long}\n").as_bytes()).subject.len(), 100_000);
        assert_eq!(info(b"\n\n\none\ntwo\n\nbody\n").subject, "one two");
    }

    #[test]
    fn trailers_stand_in_the_last_paragraph() {
        let text = info(b"\nFix: a thing\n\nwhy\n\nSigned-off-by: A\nReviewed-By: B\n");
        assert_eq!(text.trailers("reviewed-by").collect::<Vec<_>>(), ["B"]);
        assert_eq!(info(b"\nFix: a thing\n").trailers("fix").count(), 0);
    }
}
