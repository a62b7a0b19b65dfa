use super::*;

fn now() -> Zoned {
    "2026-09-01T12:00:00+00:00[UTC]".parse().expect("a time")
}

#[test]
fn only_lines_that_are_valid_now_count() {
    let key = "ssh-ed25519 AAAAC3Nza";
    let valid = |options: &str| is_valid(&format!("bot@example.com {options} {key}"), &now());
    assert!(is_valid(&format!("bot@example.com {key}"), &now()));
    assert!(valid(r#"namespaces="git,file""#));
    assert!(valid("valid-before=20260902Z"));
    assert!(valid(r#"valid-after="20260901",valid-before="202609011201Z""#));
    assert!(!valid("valid-before=20260901Z"));
    assert!(!valid(r#"namespaces="git",valid-before="20260831""#));
    assert!(!valid(r#"VALID-BEFORE="20200101Z""#));
    assert!(!valid("valid-after=20260901130000Z"));
    assert!(!valid("valid-before=tomorrow"), "what is not understood does not count");
    assert!(!is_valid("# bot@example.com ssh-ed25519 AAAA", &now()));
}

#[test]
fn the_signer_is_read_from_what_ssh_keygen_says() {
    assert_eq!(
        signer_name(r#"Good "git" signature for a b with c with ED25519 key SHA256:x"#),
        Some("a b with c")
    );
    assert_eq!(
        signer_name(r#"Good "git" signature with ED25519 key SHA256:x"#),
        None,
        "nobody on the list"
    );
    assert_eq!(signer_name("[GNUPG:] GOODSIG 1 alice"), None);
}

#[test]
fn one_signature_of_ssh() {
    let commit = |header: &str| {
        format!("tree 1\nauthor a\n{header}\nrest\n\nmessage\ngpgsig -----BEGIN SSH\n")
    };
    let is = |header: &str| is_signed_by_ssh(commit(header).as_bytes());
    assert!(is("gpgsig -----BEGIN SSH SIGNATURE-----"));
    assert!(!is("gpgsig -----BEGIN PGP SIGNATURE-----"));
    assert!(!is(
        "gpgsig -----BEGIN SSH SIGNATURE-----\ngpgsig-sha256 -----BEGIN PGP SIGNATURE-----"
    ));
    assert!(!is("encoding utf-8"));
}
