//! `attested`: the image bears what the configuration asks for.

use super::Gate;
use super::descriptor::{FactNeed, GateDescriptor, GateSettings, PastNeed};
use super::keys::{GateKey, LongForm, ShortForm, ShortShape};
use super::option_reader::GateOptionReader;
use crate::config::fields::{ConfigField, ConfigFields, LocatedText, escape_for_message};
use crate::config::keys::{ConfigKey, SWITCH, ValueShape, key};

/// Options of `attested`: what an image must bear in its registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttestedGate {
    /// Artifact types, of each of which the image needs a referrer.
    pub types: Vec<String>,
    pub signature: Option<SignatureRequirement>,
}

/// A cosign signature that must verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureRequirement {
    pub by: SignedBy,
    /// File of the repository with the certificate authorities to trust.
    pub roots: Option<String>,
    /// True where the signature must be in the transparency log.
    pub in_log: bool,
}

/// Who must have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedBy {
    /// The owner of the key whose public half is in this file of the repository.
    Key(String),
    /// A workload or person, as an issuer certified it.
    Identity { identity: String, issuer: String },
}

const OPTIONS: &[ConfigKey] = &[
    key(
        "type",
        ValueShape::Texts,
        "Artifact types, such as `application/vnd.example.deployable`; the image needs a referrer of each.",
    ),
    key(
        "key",
        ValueShape::Text,
        "File of the repository with a public key; a cosign signature must verify with it.",
    ),
    key("identity", ValueShape::Text, "Who must have signed the image with cosign, with `issuer`."),
    key("issuer", ValueShape::Text, "The issuer that certified `identity`, as a URL."),
    key(
        "roots",
        ValueShape::Text,
        "With `identity`: file of the repository with certificate authorities of your own.",
    ),
    key(
        "log",
        ValueShape::OneOf(&SWITCH),
        "`false`: the signature need not be in the transparency log. Default: `true`.",
    ),
];

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "attested",
    keys: &[GateKey {
        name: "attested",
        about: "The image bears an artifact of a type, or a signature, in its registry.",
        bare: None,
        short: Some(ShortForm { shape: ShortShape::Texts, read: read_short }),
        long: Some(LongForm { options: OPTIONS, read: read_long }),
    }],
    last_rule_counts: false,
    implied_past: PastNeed::newest_runs,
    // A registry tells what is there now.
    reads_the_ledger: false,
    answers_for_the_past: false,
    keeps_a_stage_still: false,
};

impl GateSettings for AttestedGate {
    fn facts(&self) -> Vec<FactNeed<'_>> {
        vec![FactNeed::Attested(self)]
    }

    fn past(&self) -> PastNeed {
        PastNeed::NewestRuns
    }
}

impl AttestedGate {
    /// Files of the repository that decide the answer.
    pub fn rule_paths(&self) -> Vec<&str> {
        let signature = self.signature.iter();
        let files = signature.flat_map(|signature| {
            let key = match &signature.by {
                SignedBy::Key(path) => Some(path.as_str()),
                SignedBy::Identity { .. } => None,
            };
            [key, signature.roots.as_deref()]
        });
        files.flatten().collect()
    }

    /// What is asked for, in words.
    pub fn describe(&self) -> String {
        let types = self.types.iter().map(|kind| format!("an artifact of type {kind}"));
        let signature = self.signature.iter().map(|signature| match &signature.by {
            SignedBy::Key(path) => format!("a signature by the key in {path}"),
            SignedBy::Identity { identity, .. } => format!("a signature by {identity}"),
        });
        types.chain(signature).collect::<Vec<_>>().join(" and ")
    }
}

fn read_short(
    reader: &mut GateOptionReader<'_, '_, '_>,
    _: LocatedText<'_>,
    words: &[LocatedText<'_>],
) -> Option<Gate> {
    let types = read_types(reader, words)?;
    Some(Gate::Attested(AttestedGate { types, signature: None }))
}

fn read_long(
    reader: &mut GateOptionReader<'_, '_, '_>,
    field: ConfigField<'_>,
    fields: &ConfigFields<'_>,
) -> Option<Gate> {
    let words = fields.texts("type", reader.problems).unwrap_or_default();
    let types = read_types(reader, &words)?;
    let mut text = |name: &str| fields.text(name, reader.problems).map(|word| word.text.to_owned());
    let (key, identity, issuer) = (text("key"), text("identity"), text("issuer"));
    let roots = text("roots");
    let by = match (key, identity, issuer) {
        (Some(key), None, None) => Some(SignedBy::Key(key)),
        (None, Some(identity), Some(issuer)) => Some(SignedBy::Identity { identity, issuer }),
        (None, None, None) => None,
        _ => {
            let message = "a signature needs either `key`, or `identity` and `issuer`";
            reader.problems.add(field.key, message, None);
            return None;
        }
    };
    if types.is_empty() && by.is_none() {
        let message = "`attested` needs a `type`, a `key`, or an `identity`";
        reader.problems.add(field.key, message, None);
        return None;
    }
    let log = fields.one_of("log", &SWITCH, reader.problems);
    let in_log = log.is_none_or(|word| word.text == "true");
    let signature = by.map(|by| SignatureRequirement { by, roots, in_log });
    Some(Gate::Attested(AttestedGate { types, signature }))
}

/// Reads artifact types, which are media types.
fn read_types(
    reader: &mut GateOptionReader<'_, '_, '_>,
    words: &[LocatedText<'_>],
) -> Option<Vec<String>> {
    let bad = words.iter().find(|word| !is_media_type(word.text));
    if let Some(word) = bad {
        let shown = escape_for_message(word.text);
        let message = format!("`{shown}` is not an artifact type");
        let hint = String::from("for example `application/vnd.example.deployable`");
        reader.problems.add(word.at, message, hint);
        return None;
    }
    Some(words.iter().map(|word| word.text.to_owned()).collect())
}

/// True for `TYPE/SUBTYPE` in the characters of RFC 6838.
pub fn is_media_type(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.len() <= 127
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    text.split_once('/').is_some_and(|(kind, sub)| is_name(kind) && is_name(sub))
}
