//! Digests of contents.

use ring::digest::{Algorithm, SHA256, SHA512, digest};
use std::fmt::Write as _;

/// Returns the digest `sha256:…` of a content.
pub fn sha256_digest(content: &[u8]) -> String {
    format!("sha256:{}", hex_digest(&SHA256, content))
}

/// True if a content has this digest. An unknown algorithm fits nothing.
pub(super) fn has_digest(content: &[u8], wanted: &str) -> bool {
    match wanted.split_once(':') {
        Some(("sha256", hex)) => hex_digest(&SHA256, content) == hex,
        Some(("sha512", hex)) => hex_digest(&SHA512, content) == hex,
        _ => false,
    }
}

/// Returns algorithm and hexadecimal digits of a whole digest; `None` for any other text. A digest
/// becomes part of a path, so nothing else may pass.
pub(super) fn split_digest(text: &str) -> Option<(&str, &str)> {
    let (algorithm, hex) = text.split_once(':')?;
    let length = match algorithm {
        "sha256" => 64,
        "sha512" => 128,
        _ => return None,
    };
    let is_hex = hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (hex.len() == length && is_hex).then_some((algorithm, hex))
}

fn hex_digest(algorithm: &'static Algorithm, content: &[u8]) -> String {
    let mut out = String::new();
    for byte in digest(algorithm, content).as_ref() {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_has_one_digest() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256_digest(b""), empty);
        assert!(has_digest(b"", empty) && !has_digest(b"x", empty));
        assert!(!has_digest(b"", "md5:d41d8cd98f00b204e9800998ecf8427e"));
        assert!(split_digest(empty).is_some());
        for bad in ["sha256:..", "sha256:E3B0", "md5:00", "x", &format!("{empty}/..")] {
            assert!(split_digest(bad).is_none(), "{bad}");
        }
    }
}
