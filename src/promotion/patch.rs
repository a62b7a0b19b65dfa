//! Formats a plan as a mail for `git am`.

use super::commit_message::CommitMessage;
use super::file_edits::FileEdits;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Formats a mail in mbox form. `from` is `Name <address>`, `date` as in mails.
pub fn format_mbox(message: &CommitMessage, edits: &FileEdits, from: &str, date: &str) -> String {
    let text = message.commit();
    let (_, rest) = text.split_once("\n\n").unwrap_or((&text, ""));
    let content = format!("{rest}---\n{}-- \ntowpath\n", edits.unified_diff());
    let (encoding, content) = encode_content(content);
    format!(
        "From {} Mon Sep 17 00:00:00 2001\nFrom: {}\nDate: {date}\nSubject: [PATCH] {}\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: {encoding}\n\n{content}\n",
        "0".repeat(40),
        encode_header(from),
        encode_header(&message.subject),
    )
}

/// Encodes text with carriage returns as base64: mail readers, including `git am`, drop them
/// otherwise.
fn encode_content(content: String) -> (&'static str, String) {
    if !content.contains('\r') {
        return ("8bit", content);
    }
    let text = STANDARD.encode(content);
    let lines = text.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line) + "\n");
    ("base64", lines.collect())
}

/// Encodes non-ASCII text by RFC 2047. An address stays readable.
fn encode_header(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let (words, address) = match text.rsplit_once(" <") {
        Some((words, address)) if address.ends_with('>') => (words, format!(" <{address}")),
        _ => (text, String::new()),
    };
    format!("=?UTF-8?B?{}?={address}", STANDARD.encode(words))
}
