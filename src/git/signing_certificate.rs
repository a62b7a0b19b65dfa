//! The certificate in an SSH signature (OpenSSH, `PROTOCOL.sshsig` and `PROTOCOL.certkeys`).
//! `git verify-commit` checks it at the time that the commit claims, which anybody can choose.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";

/// True if the signature of a commit was made with a plain key, or with a certificate that is valid
/// at this time.
pub(super) fn is_valid_now(commit: &[u8], now: Timestamp) -> bool {
    let read = || key_is_valid(&read_key(commit)?, u64::try_from(now.as_second()).ok()?);
    read().unwrap_or(false)
}

/// Returns the plain public key that a commit was signed with, as a line of allowed signers has it:
/// `ssh-ed25519 AAAA…`. `None` for other signatures and for certificates.
pub(super) fn plain_key(commit: &[u8]) -> Option<String> {
    let key = read_key(commit)?;
    let kind = std::str::from_utf8(SshFields(&key).text()?).ok()?;
    let is_plain = kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-@.".contains(&byte));
    (is_plain && !kind.contains("cert")).then(|| format!("{kind} {}", STANDARD.encode(&key)))
}

/// Reads the public key in the signature of a commit.
fn read_key(commit: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(commit).ok()?;
    let (_, rest) = text.split_once(BEGIN)?;
    let (body, _) = rest.split_once(END)?;
    let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    let blob = STANDARD.decode(body).ok()?;
    let mut fields = SshFields(blob.strip_prefix(b"SSHSIG")?);
    fields.number()?;
    fields.text().map(<[u8]>::to_vec)
}

/// Reads the public key of a signature.
fn key_is_valid(key: &[u8], now: u64) -> Option<bool> {
    let mut fields = SshFields(key);
    let kind = std::str::from_utf8(fields.text()?).ok()?;
    let Some(kind) = kind.strip_suffix("-cert-v01@openssh.com") else {
        return Some(!kind.contains("cert"));
    };
    let parts = match kind {
        "ssh-ed25519" => 1,
        "ssh-rsa" | "sk-ssh-ed25519" => 2,
        "sk-ecdsa-sha2-nistp256" => 3,
        kind if kind.starts_with("ecdsa-sha2-") => 2,
        _ => return None,
    };
    // A nonce, the parts of the key, a serial number and a type, a name, and the principals.
    (0..=parts).try_for_each(|_| fields.text().map(drop))?;
    fields.long()?;
    fields.number()?;
    fields.text()?;
    fields.text()?;
    let (after, before) = (fields.long()?, fields.long()?);
    Some(after <= now && now < before)
}

/// The fields of an SSH message.
struct SshFields<'b>(&'b [u8]);

impl<'b> SshFields<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn long(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.take(8)?.try_into().ok()?))
    }

    fn text(&mut self) -> Option<&'b [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> Vec<u8> {
        let length = u32::try_from(bytes.len()).expect("short").to_be_bytes();
        [&length[..], bytes].concat()
    }

    /// A certificate of a kind with this many parts, valid from 100 to 200.
    fn certificate(kind: &str, parts: usize) -> Vec<u8> {
        let start = [text(format!("{kind}-cert-v01@openssh.com").as_bytes()), text(b"nonce")];
        let key = vec![text(b"part"); parts].concat();
        let numbers = [&7_u64.to_be_bytes()[..], &1_u32.to_be_bytes()].concat();
        let end = [&100_u64.to_be_bytes()[..], &200_u64.to_be_bytes()].concat();
        [start.concat(), key, numbers, text(b"jo"), text(b"jo@example.com"), end].concat()
    }

    #[test]
    fn a_certificate_counts_while_it_is_valid() {
        for (kind, parts) in [("ssh-ed25519", 1), ("ssh-rsa", 2), ("ecdsa-sha2-nistp384", 2)] {
            let key = certificate(kind, parts);
            let valid = |now| key_is_valid(&key, now);
            assert_eq!(
                [valid(99), valid(100), valid(199), valid(200)],
                [Some(false), Some(true), Some(true), Some(false)]
            );
        }
        assert_eq!(key_is_valid(&certificate("ssh-new", 1), 150), None, "an unknown kind");
        assert_eq!(key_is_valid(&text(b"ssh-ed25519"), 150), Some(true), "no certificate");
    }

    #[test]
    fn a_signature_is_taken_apart() {
        let of = |key: &[u8]| {
            let blob = [b"SSHSIG".to_vec(), vec![0, 0, 0, 1], text(key)].concat();
            let lines = STANDARD.encode(blob);
            format!("tree x\ngpgsig {BEGIN}\n {lines}\n {END}\n\nmessage\n").into_bytes()
        };
        let at = |second| Timestamp::from_second(second).expect("a time");
        let commit = of(&certificate("ssh-ed25519", 1));
        assert!(is_valid_now(&commit, at(150)) && !is_valid_now(&commit, at(250)));
        assert!(is_valid_now(&of(&text(b"ssh-ed25519")), at(250)));
        assert!(!is_valid_now(b"tree x\n\nmessage\n", at(150)));
    }
}
