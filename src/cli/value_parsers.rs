//! What people say on the command line in words of their own: reasons, versions, notes. Saying nothing is
//! no reason, and a ledger keeps what it is given for ever.

/// A text that says something.
pub fn text(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("it is empty".into()) } else { Ok(text.to_owned()) }
}

/// A version as it may stand in a file.
pub fn version(text: &str) -> Result<String, String> {
    let is_one = !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if is_one {
        Ok(text.to_owned())
    } else {
        Err("a version has no spaces and is not empty".into())
    }
}

#[cfg(test)]
mod tests {
    use super::{text, version};

    #[test]
    fn a_reason_says_something() {
        assert_eq!(text("incident 12").as_deref(), Ok("incident 12"));
        for nothing in ["", " ", "\t\n", "\u{a0}"] {
            assert!(text(nothing).is_err(), "{nothing:?}");
        }
    }

    #[test]
    fn a_version_is_one_word() {
        for one in ["v1.4", "1.10", "27e1396", "v2@sha256:00"] {
            assert_eq!(version(one).as_deref(), Ok(one));
        }
        for none in ["", " ", "v1 v2", "v1\n"] {
            assert!(version(none).is_err(), "{none:?}");
        }
    }
}
