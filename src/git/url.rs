//! Repository URLs: recognises them, refuses unsafe ones, and removes their credentials.

use git2::{ObjectType, Oid};

/// The accepted transports; all others, and git's remote helpers (`ext::…`), are refused.
const SCHEMES: [&str; 6] = ["https", "http", "ssh", "git+ssh", "git", "file"];

/// True if a text is a repository URL: `https://…`, `ssh://…`, `file://…`, `git@host:path`.
pub fn is_url(text: &str) -> bool {
    if text.contains("://") || remote_helper(text).is_some() {
        return true;
    }
    // git's scp-like form: a colon before any slash. Without a user it could be a file name.
    text.split_once(':')
        .is_some_and(|(host, path)| host.contains('@') && !host.contains('/') && !path.is_empty())
}

/// Returns why git must not be given this URL, or `None`.
pub(super) fn refusal_reason(url: &str) -> Option<String> {
    if url.starts_with('-') {
        return Some("it starts with `-`, which git would read as an option".into());
    }
    if url.chars().any(char::is_control) {
        return Some("it contains control characters".into());
    }
    if let Some(name) = remote_helper(url) {
        return Some(format!("`{name}::` runs an external program"));
    }
    match url.split_once("://") {
        Some((_, "")) => Some("there is nothing after `://`".into()),
        Some((scheme, rest)) if SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) => {
            rest.starts_with('-').then(|| "its host starts with `-`".into())
        }
        Some((scheme, _)) => Some(format!("`{scheme}` is not one of {}", SCHEMES.join(", "))),
        None => None,
    }
}

/// Returns the name of a remote helper: `ext` of `ext::sh -c …`.
fn remote_helper(text: &str) -> Option<&str> {
    let (name, _) = text.split_once("::")?;
    let plain = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'));
    plain.then_some(name)
}

/// Removes the credentials from all URLs in a text: user and password for `http(s)`, the password
/// only for others (`ssh://git@host` names the login).
pub fn redact_credentials(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (scheme, after) = (&rest[..at], &rest[at + 3..]);
        out.push_str(&rest[..at + 3]);
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '\'' | '"' | '`'));
        let authority = &after[..end.unwrap_or(after.len())];
        rest = match authority.rfind('@') {
            None => after,
            Some(host) => {
                let user = authority[..host].split(':').next().unwrap_or_default();
                if !scheme.ends_with("http") && !scheme.ends_with("https") && !user.is_empty() {
                    out.push_str(user);
                    out.push('@');
                }
                &after[host + 1..]
            }
        };
    }
    out.push_str(rest);
    out
}

/// Returns the start of the URL with and without credentials, for git's setting
/// `url.<with>.insteadOf = <without>`, which authenticates the redacted URL. Only for `http(s)`.
pub(super) fn credentials(url: &str) -> Option<(String, String)> {
    let (scheme, after) = url.split_once("://")?;
    let authority = after.split('/').next()?;
    let (_, host) = authority.rsplit_once('@')?;
    scheme
        .to_ascii_lowercase()
        .starts_with("http")
        .then(|| (format!("{scheme}://{authority}/"), format!("{scheme}://{host}/")))
}

/// Returns the folder name for the clone of a URL: its last two parts, for readability, and a hash,
/// for uniqueness.
pub(super) fn folder_name(url: &str) -> String {
    let shown = redact_credentials(url);
    let path = shown.split_once("://").map_or(shown.as_str(), |(_, rest)| rest);
    let path = path.trim_end_matches('/').trim_end_matches(".git");
    let mut parts: Vec<&str> =
        path.rsplit(['/', ':']).filter(|part| !part.is_empty()).take(2).collect();
    parts.reverse();
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    let name: String = parts.join("-").chars().map(plain).take(60).collect();
    // Hashing a few bytes cannot fail; the fallback word still gives a usable name.
    let hash = Oid::hash_object(ObjectType::Blob, shown.as_bytes())
        .map_or_else(|_| "clone".into(), |id| id.to_string());
    format!("{name}-{}.git", hash.get(..12).unwrap_or(&hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_told_from_paths() {
        for url in [
            "https://h/x",
            "ssh://git@h/x",
            "file:///x",
            "git@h:team/x.git",
            "ext::sh -c x",
            "foo://x",
        ] {
            assert!(is_url(url), "{url}");
        }
        for path in ["x", "./a:b", "/tmp/x@y:z", "a:b", "C:\\x", "dir/a@b:c", "", "-x", "::"] {
            assert!(!is_url(path), "{path}");
        }
    }

    #[test]
    fn what_runs_programs_is_refused() {
        for url in [
            "-u=x://y",
            "--upload-pack=x@y:z",
            "ext::sh -c 'touch x'",
            "fd::7",
            "foo://x",
            "ssh://-oProxyCommand=x/y",
            "https://h/\nx",
            "https://",
        ] {
            assert!(refusal_reason(url).is_some(), "{url}");
        }
        for url in ["https://h/x", "HTTPS://h/x", "git@h:x", "file:///x", "ssh://[::1]/x"] {
            assert_eq!(refusal_reason(url), None, "{url}");
        }
    }

    #[test]
    fn secrets_are_left_out() {
        assert_eq!(redact_credentials("https://user:token@host/x"), "https://host/x");
        assert_eq!(redact_credentials("https://token@host:8443"), "https://host:8443");
        assert_eq!(redact_credentials("ssh://git:pw@host/x"), "ssh://git@host/x");
        assert_eq!(
            redact_credentials("fatal: unable to access 'https://a:b@c@h/x/': and https://d:e@f"),
            "fatal: unable to access 'https://h/x/': and https://f"
        );
        assert_eq!(redact_credentials("git@host:x user@y é://"), "git@host:x user@y é://");
        assert_eq!(
            credentials("https://u:t@h/x"),
            Some(("https://u:t@h/".into(), "https://h/".into()))
        );
        assert_eq!(credentials("ssh://u:t@h/x"), None);
        assert_eq!(credentials("https://h/x@y"), None);
    }

    #[test]
    fn folders_are_named_for_people_and_unique() {
        let name = folder_name("https://u:t@github.com/team/deploy.git");
        assert!(name.starts_with("team-deploy-") && name.ends_with(".git"), "{name}");
        assert_eq!(name, folder_name("https://github.com/team/deploy.git"));
        assert_ne!(name, folder_name("https://gitlab.com/team/deploy.git"));
        assert!(!folder_name("file:///../..").contains('/'));
        assert!(folder_name("git@host:team/x").starts_with("team-x-"));
    }
}
