//! `WWW-Authenticate`: how a registry wants to be told who asks.

/// A challenge that towpath can answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AuthChallenge {
    Basic,
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
}

impl AuthChallenge {
    /// Finds a challenge in the values of the header; a token is preferred to a password.
    pub(super) fn find(values: &[&str]) -> Option<Self> {
        let all: Vec<AuthChallenge> = values.iter().filter_map(|value| parse(value)).collect();
        let bearer = all.iter().find(|one| matches!(one, AuthChallenge::Bearer { .. }));
        bearer.or(all.first()).cloned()
    }
}

fn parse(value: &str) -> Option<AuthChallenge> {
    let (scheme, rest) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
    if scheme.eq_ignore_ascii_case("basic") {
        return Some(AuthChallenge::Basic);
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let parameters = parameters(rest);
    let find = |name: &str| {
        let found = parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
    };
    Some(AuthChallenge::Bearer {
        realm: find("realm")?,
        service: find("service"),
        scope: find("scope"),
    })
}

/// Parses `key="value", key=value`; a value in quotes may contain commas.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((key, after)) = rest.split_once('=') {
        let key = key.trim_matches([' ', ',', '\t']).to_owned();
        let after = after.trim_start();
        let (value, left) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        out.push((key, value.trim().to_owned()));
        rest = left;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let text = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#;
        let found = AuthChallenge::find(&["Basic realm=\"x\"", text]);
        assert_eq!(
            found,
            Some(AuthChallenge::Bearer {
                realm: "https://auth.docker.io/token".into(),
                service: Some("registry.docker.io".into()),
                scope: Some("repository:a/b:pull,push".into()),
            })
        );
        assert_eq!(AuthChallenge::find(&["Basic realm=\"x\""]), Some(AuthChallenge::Basic));
        assert_eq!(
            AuthChallenge::find(&["bearer realm=http://h/t"]),
            Some(AuthChallenge::Bearer { realm: "http://h/t".into(), service: None, scope: None })
        );
        for none in ["", "Negotiate", "Bearer", "Bearer service=\"x\"", "Digest realm=\"x\""] {
            assert_eq!(AuthChallenge::find(&[none]), None, "{none}");
        }
    }
}
