//! The flags beside versions, such as `promote_deployment: false`.

use crate::git::Snapshot;
use crate::model::MappingEntry;
use crate::ops::gates::GateContext;
use crate::ops::gates::facts::text;
use crate::pipeline::{Evidence, ExternalFacts, GateQuery};
use crate::yaml;
use std::collections::BTreeMap;

/// Collects the flags beside the versions of a question, if a gate reads them.
pub(super) fn collect_flags(
    inquiry: &GateContext<'_>,
    evidence: &Evidence<'_>,
    question: &GateQuery<'_>,
    wanted: &[&String],
    facts: &mut ExternalFacts,
) {
    let Some(commit) = inquiry.survey.commit.filter(|_| !wanted.is_empty()) else { return };
    let Ok(snapshot) = Snapshot::of_commit(inquiry.repository, commit) else { return };
    let before = evidence.previous_stages(question);
    let is_meant = |entry: &&MappingEntry| {
        question.subject.matches_cell(&entry.cell())
            && (entry.stage == *question.stage || before.contains(&entry.stage))
    };
    for entry in inquiry.survey.mapping.entries.iter().filter(is_meant) {
        let found = read_flags(&snapshot, entry, wanted);
        facts.flags.entry(entry.cell()).or_default().extend(found);
    }
}

/// Reads flags at the top of the file with the version, or in the YAML mapping around it.
fn read_flags(
    snapshot: &Snapshot<'_>,
    entry: &MappingEntry,
    wanted: &[&String],
) -> BTreeMap<String, bool> {
    let mut out = BTreeMap::new();
    for location in &entry.locations {
        let Some(text) = text(snapshot, &location.path) else { continue };
        let Ok(stream) = yaml::parse(&text) else { continue };
        let document =
            stream.documents.get(usize::try_from(location.document).unwrap_or(usize::MAX));
        let Some(root) = document.and_then(yaml::YamlDocument::root) else { continue };
        for (key, value) in root
            .raw_pairs()
            .chain(parent_mapping(root, &location.key).into_iter().flat_map(|at| at.raw_pairs()))
        {
            let name = key.text().filter(|name| wanted.iter().any(|flag| flag.as_str() == *name));
            let is_on = value.text().and_then(|text| text.parse().ok());
            if let (Some(name), Some(is_on)) = (name, is_on) {
                out.insert(name.to_owned(), is_on);
            }
        }
    }
    out
}

/// The YAML mapping that contains a key such as `web.image.tag`.
fn parent_mapping<'a>(root: yaml::YamlValue<'a>, key: &str) -> Option<yaml::YamlValue<'a>> {
    let mut at = root;
    let parts: Vec<&str> = key.split('.').collect();
    for part in &parts[..parts.len().saturating_sub(1)] {
        at = at.raw_pairs().find(|(name, _)| name.text() == Some(part)).map(|(_, value)| value)?;
    }
    Some(at)
}
