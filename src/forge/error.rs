//! Errors of forges. No message ever contains a token.

use super::types::ForgeFeature;

/// A failed request. `asked` is the request's method and URL; `why` is the forge's message,
/// cleaned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForgeError {
    #[error("{host} rejected the token (status 401, `{asked}`): {why}")]
    Unauthorised { host: String, asked: String, why: String },
    #[error("{host} denied access (status 403, `{asked}`): {why}")]
    Forbidden { host: String, asked: String, why: String, sign_on: Option<String> },
    #[error("not found on {host}, or not visible to this token (status 404, `{asked}`)")]
    NotFound { host: String, asked: String },
    #[error("{host} reports a conflict (status 409, `{asked}`): {why}")]
    Conflict { host: String, asked: String, why: String },
    #[error("it already exists on {host} (`{asked}`): {why}")]
    Exists { host: String, asked: String, why: String },
    #[error("{host} rejected the request (status {status}, `{asked}`): {why}")]
    Refused { host: String, status: u16, asked: String, why: String },
    #[error("the rate limit of {host} is exceeded{}", format_moment(*.until))]
    RateLimited { host: String, until: Option<i64> },
    #[error("{host} returned a server error (status {status}, `{asked}`): {why}")]
    Server { host: String, status: u16, asked: String, why: String },
    #[error("{host} did not answer in time (`{asked}`)")]
    Timeout { host: String, asked: String },
    #[error("lost the connection to {host} (`{asked}`): {why}")]
    Broken { host: String, asked: String, why: String },
    #[error("cannot reach {host}: {why}")]
    Unreachable { host: String, why: String },
    #[error("the certificate of {host} is not trusted: {why}")]
    Certificate { host: String, why: String },
    #[error("proposal {number} cannot be merged: {why}")]
    NotMergeable { number: u64, why: String },
    #[error("there is nothing to propose: {why}")]
    NothingToPropose { why: String },
    #[error("the repository has moved to `{to}` (`{asked}`)")]
    Moved { asked: String, to: String },
    #[error("unexpected answer from {host} (`{asked}`): {why}")]
    Unreadable { host: String, asked: String, why: String },
    #[error("{host} returned more than {pages} pages (`{asked}`)")]
    TooMany { host: String, asked: String, pages: usize },
    #[error("{forge} does not support {}", feature_name(*.feature))]
    Unsupported { forge: &'static str, feature: ForgeFeature },
    #[error("{forge} has no user `{name}`")]
    NoSuchPerson { forge: &'static str, name: String },
    #[error("there is no proposal {number}")]
    NoSuchProposal { number: u64 },
    #[error("other writers changed the proposals during every attempt")]
    Busy,
    #[error("proposal {number} was not merged: the state it was checked against has changed")]
    Outdated { number: u64 },
    /// An error of git, for a repository without a forge.
    #[error("{why}")]
    Git { why: String, hint: Option<String> },
    #[error("{what} cannot be used: {why}")]
    Settings { what: &'static str, why: String },
}

impl ForgeError {
    /// Returns a remedy, if one is known.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            ForgeError::Unauthorised { .. } => {
                "the token may have expired or belong to another host; create a new one"
            }
            ForgeError::Forbidden { sign_on: Some(page), .. } => {
                return Some(format!(
                    "the organisation requires single sign-on; authorise the token at {page}"
                ));
            }
            ForgeError::Forbidden { .. } => {
                "the token needs permission to read the repository and to write pull requests and statuses"
            }
            ForgeError::NotFound { .. } => {
                "check the repository's name and the token's access; a private repository looks missing without access"
            }
            ForgeError::Conflict { .. } | ForgeError::NotMergeable { .. } => {
                "run it again; the proposal's page shows what blocks the merge"
            }
            ForgeError::RateLimited { .. } => "wait until then, or use a token with its own limit",
            ForgeError::Server { .. } | ForgeError::Timeout { .. } | ForgeError::Broken { .. } => {
                "run it again; nothing is done twice"
            }
            ForgeError::Unreachable { .. } => {
                "check the network and the proxy (HTTPS_PROXY, NO_PROXY)"
            }
            ForgeError::Certificate { .. } => {
                "name the file with the certificate, or with your company's certificate authority, \
                 in TOWPATH_CA_FILE"
            }
            ForgeError::Moved { .. } => "set the new address with `git remote set-url origin URL`",
            ForgeError::Unreadable { .. } => {
                "the API URL may be wrong, or a login page answers instead"
            }
            ForgeError::NoSuchPerson { .. } => {
                "use the reviewer's login on the forge, not the full name"
            }
            ForgeError::NoSuchProposal { .. } => {
                "`towpath proposals list` shows those that are open"
            }
            ForgeError::Busy | ForgeError::Outdated { .. } => "run it again; nothing was changed",
            ForgeError::Git { hint, .. } => return hint.clone(),
            ForgeError::Refused { why, .. } if why.to_ascii_lowercase().contains("draft") => {
                "leave out `draft: true` where the forge has no drafts for this repository"
            }
            ForgeError::Exists { .. }
            | ForgeError::Refused { .. }
            | ForgeError::TooMany { .. }
            | ForgeError::NothingToPropose { .. }
            | ForgeError::Unsupported { .. }
            | ForgeError::Settings { .. } => return None,
        };
        Some(hint.into())
    }

    /// True if the same request may succeed later without anyone acting.
    pub fn may_pass(&self) -> bool {
        let passes = matches!(
            self,
            ForgeError::RateLimited { .. } | ForgeError::Unreachable { .. } | ForgeError::Busy
        );
        passes || self.is_unsure()
    }

    /// True if the request may have taken effect although it failed. Check before repeating it.
    pub fn is_unsure(&self) -> bool {
        matches!(
            self,
            ForgeError::Server { .. }
                | ForgeError::Timeout { .. }
                | ForgeError::Broken { .. }
                | ForgeError::Unreadable { .. }
        )
    }
}

fn format_moment(time: Option<i64>) -> String {
    match time.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()) {
        Some(time) => format!(" until {time}"),
        None => String::new(),
    }
}

fn feature_name(feature: ForgeFeature) -> &'static str {
    match feature {
        ForgeFeature::Labels => "labels",
        ForgeFeature::AutoMerge => "auto-merge",
        ForgeFeature::Issues => "issues with labels",
        ForgeFeature::Checks => "commit checks",
        ForgeFeature::Comments => "comments on proposals",
        ForgeFeature::Deployments => "deployments",
        ForgeFeature::Assignees => "assignees",
        ForgeFeature::Reviews => "reviews",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every error as displayed.
    #[test]
    fn every_sentence() {
        let (host, asked, why) =
            (|| "h".to_owned(), || "GET https://h/x".to_owned(), || "no".to_owned());
        let cases = [
            (
                ForgeError::Unauthorised { host: host(), asked: asked(), why: why() },
                "h rejected the token (status 401, `GET https://h/x`): no",
            ),
            (
                ForgeError::Forbidden { host: host(), asked: asked(), why: why(), sign_on: None },
                "h denied access (status 403, `GET https://h/x`): no",
            ),
            (
                ForgeError::NotFound { host: host(), asked: asked() },
                "not found on h, or not visible to this token (status 404, `GET https://h/x`)",
            ),
            (
                ForgeError::Conflict { host: host(), asked: asked(), why: why() },
                "h reports a conflict (status 409, `GET https://h/x`): no",
            ),
            (
                ForgeError::Exists { host: host(), asked: asked(), why: why() },
                "it already exists on h (`GET https://h/x`): no",
            ),
            (
                ForgeError::Refused { host: host(), status: 422, asked: asked(), why: why() },
                "h rejected the request (status 422, `GET https://h/x`): no",
            ),
            (
                ForgeError::RateLimited { host: host(), until: None },
                "the rate limit of h is exceeded",
            ),
            (
                ForgeError::RateLimited { host: host(), until: Some(0) },
                "the rate limit of h is exceeded until 1970-01-01T00:00:00Z",
            ),
            (
                ForgeError::Server { host: host(), status: 502, asked: asked(), why: why() },
                "h returned a server error (status 502, `GET https://h/x`): no",
            ),
            (
                ForgeError::Timeout { host: host(), asked: asked() },
                "h did not answer in time (`GET https://h/x`)",
            ),
            (
                ForgeError::Broken { host: host(), asked: asked(), why: why() },
                "lost the connection to h (`GET https://h/x`): no",
            ),
            (ForgeError::Unreachable { host: host(), why: why() }, "cannot reach h: no"),
            (
                ForgeError::Certificate { host: host(), why: why() },
                "the certificate of h is not trusted: no",
            ),
            (ForgeError::NotMergeable { number: 7, why: why() }, "proposal 7 cannot be merged: no"),
            (
                ForgeError::Moved { asked: asked(), to: "https://h/y".into() },
                "the repository has moved to `https://h/y` (`GET https://h/x`)",
            ),
            (
                ForgeError::Unreadable { host: host(), asked: asked(), why: why() },
                "unexpected answer from h (`GET https://h/x`): no",
            ),
            (
                ForgeError::TooMany { host: host(), asked: asked(), pages: 9 },
                "h returned more than 9 pages (`GET https://h/x`)",
            ),
            (
                ForgeError::Unsupported { forge: "Bitbucket", feature: ForgeFeature::Labels },
                "Bitbucket does not support labels",
            ),
            (
                ForgeError::NoSuchPerson { forge: "GitLab", name: "bob".into() },
                "GitLab has no user `bob`",
            ),
            (ForgeError::NoSuchProposal { number: 7 }, "there is no proposal 7"),
            (ForgeError::NothingToPropose { why: why() }, "there is nothing to propose: no"),
            (
                ForgeError::Outdated { number: 7 },
                "proposal 7 was not merged: the state it was checked against has changed",
            ),
            (ForgeError::Busy, "other writers changed the proposals during every attempt"),
            (ForgeError::Git { why: why(), hint: None }, "no"),
            (
                ForgeError::Settings { what: "the proxy", why: why() },
                "the proxy cannot be used: no",
            ),
        ];
        for (error, said) in cases {
            assert_eq!(error.to_string(), said);
        }
    }
}
