//! Errors of forges. No message ever contains a token.

use super::types::ForgeFeature;

/// A failed request. `asked` is the request's method and URL; `why` is the forge's message,
/// cleaned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForgeError {
    #[error("{host} does not accept the token (status 401, `{asked}`): {why}")]
    Unauthorised { host: String, asked: String, why: String },
    #[error("{host} forbids this (status 403, `{asked}`): {why}")]
    Forbidden { host: String, asked: String, why: String, sign_on: Option<String> },
    #[error("{host} knows nothing of this, or hides it (status 404, `{asked}`)")]
    NotFound { host: String, asked: String },
    #[error("{host} sees a conflict (status 409, `{asked}`): {why}")]
    Conflict { host: String, asked: String, why: String },
    #[error("{host} has this already (`{asked}`): {why}")]
    Exists { host: String, asked: String, why: String },
    #[error("{host} refuses this (status {status}, `{asked}`): {why}")]
    Refused { host: String, status: u16, asked: String, why: String },
    #[error("{host} wants fewer requests{}", format_moment(*.until))]
    RateLimited { host: String, until: Option<i64> },
    #[error("{host} is in trouble (status {status}, `{asked}`): {why}")]
    Server { host: String, status: u16, asked: String, why: String },
    #[error("{host} did not answer in time (`{asked}`)")]
    Timeout { host: String, asked: String },
    #[error("the connection to {host} broke (`{asked}`): {why}")]
    Broken { host: String, asked: String, why: String },
    #[error("{host} cannot be reached: {why}")]
    Unreachable { host: String, why: String },
    #[error("{host} cannot be trusted: {why}")]
    Certificate { host: String, why: String },
    #[error("proposal {number} cannot be merged: {why}")]
    NotMergeable { number: u64, why: String },
    #[error("the repository has moved to `{to}` (`{asked}`)")]
    Moved { asked: String, to: String },
    #[error("{host} answers with something unexpected (`{asked}`): {why}")]
    Unreadable { host: String, asked: String, why: String },
    #[error("{host} has more than {pages} pages of this (`{asked}`)")]
    TooMany { host: String, asked: String, pages: usize },
    #[error("{forge} has no {}", feature_name(*.feature))]
    Unsupported { forge: &'static str, feature: ForgeFeature },
    #[error("{forge} knows nobody called `{name}`")]
    NoSuchPerson { forge: &'static str, name: String },
    #[error("there is no proposal {number}")]
    NoSuchProposal { number: u64 },
    #[error("others have written to the proposals each time before this arrived")]
    Busy,
    #[error("proposal {number} is not merged: what it was judged by has changed")]
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
                "the token may have expired, or belong to another host; make a new one"
            }
            ForgeError::Forbidden { sign_on: Some(page), .. } => {
                return Some(format!(
                    "the organisation wants single sign-on: allow the token at {page}"
                ));
            }
            ForgeError::Forbidden { .. } => {
                "the token lacks a permission: it needs to read the repository, and to write pull requests and statuses"
            }
            ForgeError::NotFound { .. } => {
                "check the name of the repository and that the token may see it; private ones look missing to others"
            }
            ForgeError::Conflict { .. } | ForgeError::NotMergeable { .. } => {
                "run it again: it starts from what is there now; the page of the proposal says what it waits for"
            }
            ForgeError::RateLimited { .. } => {
                "wait until then, or use a token with a limit of its own"
            }
            ForgeError::Server { .. } | ForgeError::Timeout { .. } | ForgeError::Broken { .. } => {
                "run it again: what was done is found and not done twice"
            }
            ForgeError::Unreachable { .. } => {
                "check the network and the proxy (HTTPS_PROXY, NO_PROXY)"
            }
            ForgeError::Certificate { .. } => {
                "name the file with your company's certificate authority"
            }
            ForgeError::Moved { .. } => "set the new address with `git remote set-url origin URL`",
            ForgeError::Unreadable { .. } => {
                "the address of the API may be wrong, or a login page answers for it"
            }
            ForgeError::NoSuchPerson { .. } => {
                "reviewers are named as on the forge, not by their full name"
            }
            ForgeError::NoSuchProposal { .. } => {
                "`towpath proposals list` shows those that are open"
            }
            ForgeError::Busy | ForgeError::Outdated { .. } => "run it again; nothing was changed",
            ForgeError::Git { hint, .. } => return hint.clone(),
            ForgeError::Exists { .. }
            | ForgeError::Refused { .. }
            | ForgeError::TooMany { .. }
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
        ForgeFeature::AutoMerge => "way to merge by itself",
        ForgeFeature::Issues => "issues with labels",
        ForgeFeature::Checks => "checks of commits",
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
                "h does not accept the token (status 401, `GET https://h/x`): no",
            ),
            (
                ForgeError::Forbidden { host: host(), asked: asked(), why: why(), sign_on: None },
                "h forbids this (status 403, `GET https://h/x`): no",
            ),
            (
                ForgeError::NotFound { host: host(), asked: asked() },
                "h knows nothing of this, or hides it (status 404, `GET https://h/x`)",
            ),
            (
                ForgeError::Conflict { host: host(), asked: asked(), why: why() },
                "h sees a conflict (status 409, `GET https://h/x`): no",
            ),
            (
                ForgeError::Exists { host: host(), asked: asked(), why: why() },
                "h has this already (`GET https://h/x`): no",
            ),
            (
                ForgeError::Refused { host: host(), status: 422, asked: asked(), why: why() },
                "h refuses this (status 422, `GET https://h/x`): no",
            ),
            (ForgeError::RateLimited { host: host(), until: None }, "h wants fewer requests"),
            (
                ForgeError::RateLimited { host: host(), until: Some(0) },
                "h wants fewer requests until 1970-01-01T00:00:00Z",
            ),
            (
                ForgeError::Server { host: host(), status: 502, asked: asked(), why: why() },
                "h is in trouble (status 502, `GET https://h/x`): no",
            ),
            (
                ForgeError::Timeout { host: host(), asked: asked() },
                "h did not answer in time (`GET https://h/x`)",
            ),
            (
                ForgeError::Broken { host: host(), asked: asked(), why: why() },
                "the connection to h broke (`GET https://h/x`): no",
            ),
            (ForgeError::Unreachable { host: host(), why: why() }, "h cannot be reached: no"),
            (ForgeError::Certificate { host: host(), why: why() }, "h cannot be trusted: no"),
            (ForgeError::NotMergeable { number: 7, why: why() }, "proposal 7 cannot be merged: no"),
            (
                ForgeError::Moved { asked: asked(), to: "https://h/y".into() },
                "the repository has moved to `https://h/y` (`GET https://h/x`)",
            ),
            (
                ForgeError::Unreadable { host: host(), asked: asked(), why: why() },
                "h answers with something unexpected (`GET https://h/x`): no",
            ),
            (
                ForgeError::TooMany { host: host(), asked: asked(), pages: 9 },
                "h has more than 9 pages of this (`GET https://h/x`)",
            ),
            (
                ForgeError::Unsupported { forge: "Bitbucket", feature: ForgeFeature::Labels },
                "Bitbucket has no labels",
            ),
            (
                ForgeError::NoSuchPerson { forge: "GitLab", name: "bob".into() },
                "GitLab knows nobody called `bob`",
            ),
            (ForgeError::NoSuchProposal { number: 7 }, "there is no proposal 7"),
            (
                ForgeError::Outdated { number: 7 },
                "proposal 7 is not merged: what it was judged by has changed",
            ),
            (
                ForgeError::Busy,
                "others have written to the proposals each time before this arrived",
            ),
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
