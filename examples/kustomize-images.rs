//! Prints the images of every overlay of a repository, one `directory<TAB>image` a line, for
//! `tests/kustomize.sh`, which compares them with the output of `kubectl kustomize`.

use std::io::Write;
use std::path::PathBuf;
use towpath::config::{Config, SourceRule};
use towpath::git::{Repository, Snapshot};
use towpath::model::{EntryNote, SourceKind};
use towpath::source::{ParseCache, SnapshotReader, VersionFinding, find_claims, source_for};

fn main() -> anyhow::Result<()> {
    let path = std::env::args_os().nth(1).map(PathBuf::from);
    let repository = Repository::open(
        &path.ok_or_else(|| anyhow::anyhow!("usage: kustomize-images REPOSITORY"))?,
    )?;
    let snapshot = Snapshot::of_commit(&repository, repository.head_commit()?)?;
    let cache = ParseCache::default();
    let reader = SnapshotReader::new(&snapshot, &cache);
    let config = Config {
        rules: vec![SourceRule::new(SourceKind::Kustomize, "**/*", &[])?],
        ..Config::default()
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for claim in find_claims(&config, &reader) {
        let directory = claim.path.rsplit_once('/').map_or(".", |(directory, _)| directory);
        for finding in
            source_for(claim.rule).read(&claim, &reader).iter().filter(|finding| is_built(finding))
        {
            writeln!(out, "{directory}\t{}", reference(finding))?;
        }
    }
    out.flush()?;
    for warning in reader.warnings() {
        let path = warning.path.unwrap_or_default();
        writeln!(std::io::stderr(), "{}\t{path}\t{}", warning.code, warning.message)?;
    }
    Ok(())
}

/// Is it an image of the build itself, which kustomize prints?
fn is_built(finding: &VersionFinding) -> bool {
    !finding.notes.iter().any(|note| matches!(note, EntryNote::Unmatched | EntryNote::Remote))
}

fn reference(finding: &VersionFinding) -> String {
    let mut out = finding.image.clone().unwrap_or_default();
    if let Some(tag) = &finding.version.tag {
        out.push_str(&format!(":{tag}"));
    }
    if let Some(digest) = &finding.version.digest {
        out.push_str(&format!("@{digest}"));
    }
    out
}
