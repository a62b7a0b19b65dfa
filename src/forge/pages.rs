//! URLs of web pages.

use super::place::{ForgeKind, ForgeRepository};
use super::url::{UrlParts, escape};

impl ForgeRepository {
    /// Returns the page that compares two revisions.
    pub fn comparison_url(&self, from: &str, to: &str) -> String {
        let (web, from, to) = (self.repository_url(), escape(from), escape(to));
        match self.kind {
            ForgeKind::GitHub | ForgeKind::Gitea | ForgeKind::Plain => {
                format!("{web}/compare/{from}...{to}")
            }
            ForgeKind::GitLab => format!("{web}/-/compare/{from}...{to}"),
            ForgeKind::Bitbucket => format!("{web}/branches/compare/{to}%0D{from}"),
            ForgeKind::Azure => format!(
                "{web}/branchCompare?baseVersion={}&targetVersion={}",
                azure_revision(&from),
                azure_revision(&to)
            ),
        }
    }

    /// Returns the page of a commit.
    pub fn commit_url(&self, commit: &str) -> String {
        let (web, commit) = (self.repository_url(), escape(commit));
        match self.kind {
            ForgeKind::GitLab => format!("{web}/-/commit/{commit}"),
            ForgeKind::Bitbucket => format!("{web}/commits/{commit}"),
            ForgeKind::GitHub | ForgeKind::Gitea | ForgeKind::Plain | ForgeKind::Azure => {
                format!("{web}/commit/{commit}")
            }
        }
    }

    /// Returns the URL of the page of a proposal.
    pub fn proposal_url(&self, number: u64) -> String {
        let base = self.repository_url();
        match self.kind {
            ForgeKind::GitHub | ForgeKind::Plain => format!("{base}/pull/{number}"),
            ForgeKind::GitLab => format!("{base}/-/merge_requests/{number}"),
            ForgeKind::Gitea => format!("{base}/pulls/{number}"),
            ForgeKind::Bitbucket => format!("{base}/pull-requests/{number}"),
            ForgeKind::Azure => format!("{base}/pullrequest/{number}"),
        }
    }

    /// Returns the page of the repository.
    pub fn repository_url(&self) -> String {
        let owner: Vec<String> = self.owner.split('/').map(escape).collect();
        let (owner, name) = (owner.join("/"), escape(&self.name));
        match self.kind {
            ForgeKind::Azure => format!("{}/{owner}/_git/{name}", self.api),
            _ => format!("{}/{owner}/{name}", self.web_base()),
        }
    }

    /// Derives the base URL of the web pages from the API's.
    fn web_base(&self) -> String {
        match self.kind {
            ForgeKind::Bitbucket => "https://bitbucket.org".into(),
            ForgeKind::GitHub if self.host == "github.com" || self.host.ends_with(".ghe.com") => {
                format!("https://{}", self.host)
            }
            // An API on another host, behind a gateway, tells nothing of the pages.
            _ if UrlParts::of(&self.api).is_none_or(|api| api.host != self.host) => {
                format!("https://{}", self.host)
            }
            _ => self.api.split("/api/").next().unwrap_or(&self.api).to_owned(),
        }
    }
}

/// Formats a revision for Azure, which requires its type: a full commit id, or a tag.
fn azure_revision(revision: &str) -> String {
    let is_commit = revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    format!("{}{revision}", if is_commit { "GC" } else { "GT" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::ForgeHost;

    fn page(remote: &str, known: Option<ForgeKind>) -> String {
        let known = known.map(|kind| ForgeHost { kind, host: None, api: None });
        ForgeRepository::from_remote(remote, known.as_ref())
            .expect("a place")
            .comparison_url("v1", "a/v2+x")
    }

    #[test]
    fn every_forge_shows_commits() {
        let shown = |remote| {
            ForgeRepository::from_remote(remote, None).expect("a place").commit_url("60216d35")
        };
        assert_eq!(shown("git@github.com:o/r.git"), "https://github.com/o/r/commit/60216d35");
        assert_eq!(shown("https://codeberg.org/o/r"), "https://codeberg.org/o/r/commit/60216d35");
        assert_eq!(shown("git@gitlab.com:a/b/r.git"), "https://gitlab.com/a/b/r/-/commit/60216d35");
        assert_eq!(
            shown("git@bitbucket.org:t/r.git"),
            "https://bitbucket.org/t/r/commits/60216d35"
        );
        assert_eq!(
            shown("https://dev.azure.com/o/p/_git/r"),
            "https://dev.azure.com/o/p/_git/r/commit/60216d35"
        );
    }

    #[test]
    fn every_forge_shows_proposals() {
        for (remote, page) in [
            ("git@github.com:o/r.git", "https://github.com/o/r/pull/7"),
            ("https://codeberg.org/o/r", "https://codeberg.org/o/r/pulls/7"),
            ("git@gitlab.com:a/b/r.git", "https://gitlab.com/a/b/r/-/merge_requests/7"),
            ("git@bitbucket.org:t/r.git", "https://bitbucket.org/t/r/pull-requests/7"),
            ("https://dev.azure.com/o/p/_git/r", "https://dev.azure.com/o/p/_git/r/pullrequest/7"),
        ] {
            let place = ForgeRepository::from_remote(remote, None).expect("a place");
            assert_eq!(place.proposal_url(7), page);
        }
    }

    #[test]
    fn every_forge_compares() {
        let cases = [
            ("git@github.com:o/r.git", None, "https://github.com/o/r/compare/v1...a%2Fv2%2Bx"),
            ("https://corp.ghe.com/o/r", None, "https://corp.ghe.com/o/r/compare/v1...a%2Fv2%2Bx"),
            (
                "git@git.corp:o/r",
                Some(ForgeKind::GitHub),
                "https://git.corp/o/r/compare/v1...a%2Fv2%2Bx",
            ),
            (
                "git@gitlab.com:a/b/r.git",
                None,
                "https://gitlab.com/a/b/r/-/compare/v1...a%2Fv2%2Bx",
            ),
            (
                "https://git.corp:3000/o/r",
                Some(ForgeKind::Gitea),
                "https://git.corp:3000/o/r/compare/v1...a%2Fv2%2Bx",
            ),
            (
                "git@bitbucket.org:t/r.git",
                None,
                "https://bitbucket.org/t/r/branches/compare/a%2Fv2%2Bx%0Dv1",
            ),
            (
                "https://dev.azure.com/org/My%20Project/_git/r",
                None,
                "https://dev.azure.com/org/My%20Project/_git/r/branchCompare?baseVersion=GTv1&targetVersion=GTa%2Fv2%2Bx",
            ),
        ];
        for (remote, kind, expected) in cases {
            assert_eq!(page(remote, kind), expected);
        }
        assert_eq!(azure_revision(&"a1".repeat(20)), format!("GC{}", "a1".repeat(20)));
    }
}
