//! Resolves revisions: branches, tags, full and abbreviated ids, with `~3`, `^2` and `^{commit}`.
//!
//! libgit2 is asked for references and index entries only, never for an object: it follows damaged
//! packs out of their files. Syntax that searches reflogs, messages or ranges (`@{…}`, `:/…`, `..`)
//! is not supported.

use super::commit::CommitHead;
use super::{GitError, Repository};
use git2::{ObjectType, Oid};

/// Maximum nesting of tags that point to tags.
const MAX_TAGS: usize = 16;

/// The file with the commit fetched last; it is not a plain reference.
const FETCHED: &str = "FETCH_HEAD";

/// Places where git looks up a name, in its order (gitrevisions(7)).
const PLACES: [&str; 6] =
    ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/", "refs/remotes/…/HEAD"];

impl Repository {
    /// Returns the commit a revision names: `main`, `v1.2`, `HEAD~3`, `27e1396`, `v1^{commit}`.
    ///
    /// # Errors
    /// [`GitError::UnknownRevision`].
    pub fn resolve_revision(&self, revision: &str) -> Result<Oid, GitError> {
        let unknown = || GitError::UnknownRevision { revision: revision.to_owned() };
        let start = revision.find(['~', '^']).unwrap_or(revision.len());
        let (name, steps) = revision.split_at(start);
        let id = self.resolve_name(name).ok_or_else(unknown)?;
        self.commit_of(id).and_then(|commit| self.follow_steps(commit, steps)).ok_or_else(unknown)
    }

    /// Like [`Repository::resolve_revision`], but refuses an ambiguous name, such as a tag and a
    /// branch of the same name.
    ///
    /// # Errors
    /// [`GitError::UnknownRevision`], or [`GitError::Ambiguous`] if references with this name point
    /// to different commits.
    pub fn resolve_only(&self, revision: &str) -> Result<Oid, GitError> {
        let found = self.resolve_revision(revision)?;
        let name = revision.split(['~', '^']).next().unwrap_or_default();
        let is_fixed = ["@", "HEAD", FETCHED].contains(&name)
            || name.len() == 40 && Oid::from_str(name).is_ok();
        let places = PLACES.iter().map(|place| place_of(place, name));
        let mut known: Vec<(String, Oid)> = places
            .filter_map(|name| Some((name.clone(), self.resolve_reference(&name)?)))
            .collect();
        known.extend(self.resolve_prefix(name).map(|id| (id.to_string(), id)));
        known.dedup_by_key(|(_, id)| *id);
        if is_fixed || known.len() < 2 {
            return Ok(found);
        }
        let names = known.into_iter().map(|(name, _)| name).collect();
        Err(GitError::Ambiguous { revision: revision.to_owned(), names })
    }

    /// Returns the object that a name refers to.
    fn resolve_name(&self, name: &str) -> Option<Oid> {
        if name == "@" || name == "HEAD" {
            return self.target_of_head();
        }
        if name == FETCHED {
            let text = std::fs::read_to_string(self.git_dir().join(FETCHED)).ok()?;
            return Oid::from_str(text.get(..40)?).ok();
        }
        if name.len() == 40
            && let Ok(id) = Oid::from_str(name)
        {
            return Some(id);
        }
        PLACES
            .iter()
            .find_map(|place| self.resolve_reference(&place_of(place, name)))
            .or_else(|| self.resolve_prefix(name))
    }

    /// Returns the target of this work tree's `HEAD`; a linked work tree has its own.
    fn target_of_head(&self) -> Option<Oid> {
        let head = std::fs::read_to_string(self.git_dir().join("HEAD")).ok()?;
        let head = head.trim();
        match head.strip_prefix("ref: ") {
            Some(name) => self.resolve_reference(name),
            None => Oid::from_str(head).ok(),
        }
    }

    fn resolve_reference(&self, name: &str) -> Option<Oid> {
        let found = self.inner().find_reference(name).ok()?;
        found.resolve().ok()?.target()
    }

    /// Returns the object whose id has this prefix, if it is unique.
    fn resolve_prefix(&self, hex: &str) -> Option<Oid> {
        if !(4..40).contains(&hex.len()) || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let short = Oid::from_str(hex).ok()?;
        self.inner().odb().ok()?.exists_prefix(short, hex.len()).ok()
    }

    /// Returns the commit itself, or the one a tag points to.
    fn commit_of(&self, id: Oid) -> Option<Oid> {
        let mut at = id;
        for _ in 0..MAX_TAGS {
            if self.read_object(at, ObjectType::Commit).is_ok() {
                return Some(at);
            }
            let tag = self.read_object(at, ObjectType::Tag).ok()?;
            let hex = tag.strip_prefix(b"object ")?.get(..40)?;
            at = Oid::from_str(std::str::from_utf8(hex).ok()?).ok()?;
        }
        None
    }

    /// Follows `~3`, `^`, `^2` and `^{commit}`.
    fn follow_steps(&self, commit: Oid, steps: &str) -> Option<Oid> {
        let mut at = commit;
        let mut rest = steps;
        while let Some(sign @ ('~' | '^')) = rest.chars().next() {
            rest = &rest[1..];
            if let Some(after) =
                ["{commit}", "{}", "{0}"].iter().find_map(|word| rest.strip_prefix(word))
            {
                rest = after;
                continue;
            }
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let number: usize = if digits == 0 { 1 } else { rest[..digits].parse().ok()? };
            rest = &rest[digits..];
            at = match sign {
                '~' => (0..number).try_fold(at, |at, _| self.nth_parent(at, 1))?,
                _ if number == 0 => at,
                _ => self.nth_parent(at, number)?,
            };
        }
        rest.is_empty().then_some(at)
    }

    fn nth_parent(&self, commit: Oid, number: usize) -> Option<Oid> {
        let bytes = self.read_object(commit, ObjectType::Commit).ok()?;
        CommitHead::parents(&bytes).nth(number - 1)
    }
}

fn place_of(place: &str, name: &str) -> String {
    match place.split_once('…') {
        Some((before, after)) => format!("{before}{name}{after}"),
        None => format!("{place}{name}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::git::testing::TestRepository;

    #[test]
    fn what_is_meant_alone_is_called_like_nothing_else() {
        let mut test = TestRepository::new();
        let one = test.commit("one", &[("a", Some("1"))]);
        test.commit("two", &[("a", Some("2"))]);
        let repository = test.open();
        test.git(&["update-ref", "refs/remotes/origin/main", "main"]);
        let only = |revision: &str| repository.resolve_only(revision).map(|id| id == test.id(one));
        assert!(only("origin/main~1").expect("one branch"));
        test.git(&["tag", "origin/main", "main"]);
        assert!(only("origin/main^").expect("the same commit"));
        test.git(&["tag", "-f", "origin/main", "main~1"]);
        let error = only("origin/main").expect_err("two commits").to_string();
        let names = "refs/tags/origin/main and refs/remotes/origin/main";
        assert_eq!(error, format!("`origin/main` is ambiguous: it can mean {names}"));
        assert!(!only("refs/remotes/origin/main").expect("in full"));
        test.git(&["branch", "old", "main~1"]);
        test.git(&["fetch", "-q", ".", "old"]);
        assert!(only("FETCH_HEAD").expect("fetched"));
    }

    #[test]
    fn names_are_read_as_git_reads_them() {
        let mut test = TestRepository::new();
        let one = test.commit("one", &[("a", Some("1"))]);
        let topic = test.commit_on("topic", b"A <a@x>", b"topic", &[("b", Some("1"))], &[]);
        test.commit("two", &[("a", Some("2"))]);
        test.commit_as(b"A <a@x>", b"merge", &[("b", Some("1"))], &[topic]);
        let repository = test.open();
        test.git(&["tag", "light", "main~1"]);
        test.git(&["-c", "user.name=A", "-c", "user.email=a@x", "tag", "-m", "x", "heavy", "main"]);
        test.git(&[
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@x",
            "tag",
            "-m",
            "x",
            "tagged-tag",
            "heavy",
        ]);
        let whole = test.id(one).to_string();
        for revision in [
            "main",
            "HEAD",
            "@",
            "HEAD~1",
            "main~2",
            "@^",
            "main^2",
            "main~1^",
            "main^^",
            "main^0",
            "light",
            "heavy",
            "heavy~1",
            "tagged-tag",
            "heavy^{}",
            "heavy^{commit}",
            "refs/heads/main",
            "heads/topic",
            "tags/light",
            whole.as_str(),
            &whole[..9],
        ] {
            let git = test.git(&["rev-parse", &format!("{revision}^{{commit}}")]);
            assert_eq!(
                repository.resolve_revision(revision).map(|id| id.to_string()).ok().as_deref(),
                Some(git.trim()),
                "{revision}"
            );
        }
        for none in [
            "",
            "nothing",
            "main~99",
            "main^3",
            "main^x",
            "main~~x",
            "main~\u{e9}",
            "main:a",
            "abc",
            "main..topic",
            "@{1}",
            "^main",
        ] {
            assert!(repository.resolve_revision(none).is_err(), "{none}");
        }
    }
}
