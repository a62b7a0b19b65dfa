//! The settings of the step: the URL with its token, the path, the tag and the message.

use crate::config::CONFIG_FILE;
use crate::git::url::redact_credentials;
use crate::ops::error::Failure;
use crate::ops::gates::parse_version;

/// Adds the token to the URL. GitHub, GitLab, Gitea and Forgejo accept any user name with it.
pub(super) fn with_token(url: &str, token: Option<&str>) -> Result<String, Failure> {
    let Some(token) = token else { return Ok(url.to_owned()) };
    if !token
        .chars()
        .all(|c| c.is_ascii_graphic() && !matches!(c, '@' | '/' | ':' | '?' | '#' | '%'))
    {
        return Err(Failure::usage("access_token contains characters that a token cannot have"));
    }
    let rest = url.strip_prefix("https://").map(|rest| ("https", rest));
    let Some((scheme, rest)) =
        rest.or_else(|| url.strip_prefix("http://").map(|rest| ("http", rest)))
    else {
        return Err(Failure::usage("access_token needs an https URL in git_repo"));
    };
    let host = rest.split('/').next().unwrap_or_default();
    if host.contains('@') {
        return Err(Failure::usage("git_repo contains a user, and access_token is set too")
            .hint("remove one of them"));
    }
    let user = if host.ends_with("bitbucket.org") { "x-token-auth" } else { "x-access-token" };
    Ok(format!("{scheme}://{user}:{token}@{rest}"))
}

/// Checks that a path stays in the repository and outside `.git`.
pub(super) fn in_repository(path: &str) -> Result<&str, Failure> {
    let path = path.strip_prefix("./").unwrap_or(path);
    let is_bad = |part: &str| {
        part.is_empty()
            || part == "."
            || part == ".."
            || part.eq_ignore_ascii_case(".git")
            || part.contains('\\')
    };
    if path.split('/').any(is_bad) || path.chars().any(char::is_control) {
        let failure = Failure::usage(format!(
            "destination_file `{}` is not a path in the repository",
            path.escape_debug()
        ));
        return Err(failure.hint("use a path such as deployed_tags/staging_image_tag"));
    }
    if path == CONFIG_FILE {
        return Err(Failure::usage(format!("destination_file cannot be {CONFIG_FILE}")));
    }
    Ok(path)
}

/// Checks that the tag is a tag by OCI's grammar, as the file contains nothing else.
pub(super) fn only_tag(text: &str) -> Result<&str, Failure> {
    let tag = text.trim();
    let named = parse_version(tag).map_err(|failure| failure.hint("set `image_tag` to a tag"))?;
    if named.image.is_some() || named.version.digest.is_some() || named.short_digest.is_some() {
        return Err(Failure::usage(format!("image_tag `{tag}` is more than a tag")));
    }
    Ok(tag)
}

/// Replaces `$NAME` and `${NAME}` by the variable, as the shell does. What is not set stays, but a
/// setting of this step must be there. Refuses variables whose names suggest a secret.
pub(super) fn expand_variables(
    text: &str,
    value: &dyn Fn(&str) -> Option<String>,
) -> Result<String, Failure> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (braced, start) = after.strip_prefix('{').map_or((false, after), |inner| (true, inner));
        let end =
            start.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(start.len());
        let (name, beyond) = (&start[..end], &start[end..]);
        let beyond = if braced { beyond.strip_prefix('}') } else { Some(beyond) };
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        match beyond.filter(|_| is_name).zip(public_value(name, value)?) {
            Some((beyond, text)) => {
                out.push_str(&text);
                rest = beyond;
            }
            None => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Ok(if out.ends_with('\n') { out } else { out + "\n" })
}

fn public_value(
    name: &str,
    value: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<String>, Failure> {
    let secret = ["TOKEN", "PASS", "SECRET", "KEY", "CREDENTIAL", "AUTH", "NETRC", "COOKIE"];
    let is_author = name.starts_with("PLUGIN_AUTHOR_") || name.contains("COMMIT_AUTHOR");
    if !is_author && secret.iter().any(|word| name.to_ascii_uppercase().contains(word)) {
        return Err(Failure::usage(format!(
            "commit_message uses {name}, but secrets do not belong in a message"
        )));
    }
    match value(name) {
        // A URL among the variables may contain the login of the build.
        Some(text) => Ok(Some(
            redact_credentials(&text).chars().filter(|c| !c.is_control() || *c == '\n').collect(),
        )),
        None if name.starts_with("PLUGIN_") => {
            Err(Failure::usage(format!("commit_message uses {name}, which is not set")))
        }
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_put_into_messages() {
        let value = |name: &str| match name {
            "PLUGIN_IMAGE_TAG" => Some("v2\u{1b}".to_owned()),
            "DRONE_BUILD_NUMBER" => Some("77".to_owned()),
            "CI_REPO_CLONE_URL" => Some("https://u:secret@h/x".to_owned()),
            _ => None,
        };
        let said = |text: &str| expand_variables(text, &value).map_err(|failure| failure.message());
        assert_eq!(said("to $PLUGIN_IMAGE_TAG, ${PLUGIN_IMAGE_TAG}.").unwrap(), "to v2, v2.\n");
        assert_eq!(
            said("$5 ${PLUGIN_IMAGE_TAG $ $HOME").unwrap(),
            "$5 ${PLUGIN_IMAGE_TAG $ $HOME\n"
        );
        assert_eq!(
            said("build $DRONE_BUILD_NUMBER of $NOTHING").unwrap(),
            "build 77 of $NOTHING\n"
        );
        assert_eq!(said("of ${CI_REPO_CLONE_URL}").unwrap(), "of https://h/x\n");
        assert!(said("$DRONE_NETRC_PASSWORD").is_err());
        let secret = said("$PLUGIN_ACCESS_TOKEN").unwrap_err();
        assert!(secret.contains("secrets do not belong"), "{secret}");
        assert!(said("$PLUGIN_OTHER").is_err());
    }

    #[test]
    fn a_token_goes_to_https_only() {
        let url = |url: &str, token| with_token(url, token).map_err(|failure| failure.message());
        assert_eq!(url("https://h/x", Some("t")).unwrap(), "https://x-access-token:t@h/x");
        assert_eq!(
            url("https://bitbucket.org/x", Some("t")).unwrap(),
            "https://x-token-auth:t@bitbucket.org/x"
        );
        assert_eq!(url("git@h:x", None).unwrap(), "git@h:x");
        for (url_, token) in [
            ("git@h:x", "t"),
            ("https://u@h/x", "t"),
            ("https://h/x", "a b"),
            ("https://h/x", "a@evil/"),
        ] {
            let error = url(url_, Some(token)).unwrap_err();
            assert!(!error.contains(token) || token == "t");
        }
    }

    #[test]
    fn paths_stay_in_the_repository() {
        assert_eq!(in_repository("./a/b").ok(), Some("a/b"));
        for path in [
            "",
            "/etc/x",
            "../x",
            "a/../b",
            ".git/config",
            "a/.GIT/x",
            "a//b",
            "a/",
            "a\\b",
            "a\u{1b}",
        ] {
            assert!(in_repository(path).is_err(), "{path}");
        }
    }
}
