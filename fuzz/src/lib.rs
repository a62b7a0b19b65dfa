//! What a fuzz target does with its bytes. `cargo fuzz run TARGET fuzz/corpus/TARGET fuzz/seeds/TARGET`
//! tries new ones for as long as it is let; `tests/fuzz.rs` runs the seeds, and what becomes of them
//! when they are damaged, with every `cargo test`.

use std::path::Path;
use tempfile::TempDir;
use towpath::config::{self, SourceRule};
use towpath::git::{CommitChanges, MainlineWalk, PathScope, Repository, Snapshot, WalkControl};
use towpath::model::{SourceKind, TemplateCaptures};
use towpath::source::{Claim, ParseCache, SnapshotReader, leaf, source_for};
use towpath::yaml;

/// Reads YAML. Every scalar lies in its text.
pub fn yaml(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(stream) = yaml::parse(&text) else { return };
    for leaf in leaf::of_yaml(&stream) {
        assert!(text.get(leaf.span.start..leaf.span.end).is_some(), "{leaf:?}");
        assert!(!leaf.display_key().is_empty() || leaf.path.is_empty());
    }
}

/// Reads a configuration. One that is written down says the same when read again.
pub fn config(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(config) = config::parse(&text, "towpath.yaml") else { return };
    let written = config::to_yaml(&config, &[]);
    let again = config::parse(&written, "towpath.yaml")
        .unwrap_or_else(|error| panic!("{error}\n{written}"));
    assert_eq!(config::to_yaml(&again, &[]), written);
}

/// Where each source looks for its file.
fn path_of(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Kustomize => "d/kustomization.yaml",
        SourceKind::Json => "d/x.json",
        SourceKind::Dotenv => "d/.env",
        SourceKind::Tfvars => "d/x.tfvars",
        SourceKind::Pulumi => "d/Pulumi.dev.yaml",
        _ => "d/x.yaml",
    }
}

/// Reads a file with every source. Every place that is named lies in its file.
pub fn sources(data: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    git_folder(&folder.path().join(".git"));
    std::fs::create_dir(folder.path().join("d")).expect("a fresh folder");
    let repository = Repository::open(folder.path()).expect("a repository");
    for kind in SourceKind::ALL.iter().copied() {
        let path = path_of(kind);
        std::fs::write(folder.path().join(path), data).expect("writable");
        let (snapshot, cache) =
            (Snapshot::of_work_tree(&repository).expect("files"), ParseCache::default());
        let reader = SnapshotReader::new(&snapshot, &cache);
        let rule = SourceRule::new(kind, "d/**", &[]).expect("a template");
        let claim = Claim {
            rule: &rule,
            index: 0,
            path: path.to_owned(),
            captures: TemplateCaptures::new(),
        };
        for place in
            source_for(&rule).read(&claim, &reader).iter().flat_map(|finding| &finding.locations)
        {
            assert!(
                place.path == path
                    && place.span.start <= place.span.end
                    && place.span.end <= data.len(),
                "{place:?}"
            );
        }
        std::fs::remove_file(folder.path().join(path)).expect("it is there");
    }
}

const PACK: &[u8] = include_bytes!("repository.pack");
const INDEX: &[u8] = include_bytes!("repository.idx");
const HEAD: &str = "35e8d7d352443abab8550bc0ba0ce6a732ae6a08\n";

/// Damages a pack of four commits and reads all of it. Each three bytes are an edit: where, and what
/// is written there. The checksum at the end stays, so that the damage is met, not the check.
pub fn pack(data: &[u8]) {
    let _ = files_of_damaged(data);
}

/// How many files of the newest commit can be read after the edits, if any can be looked for.
pub fn files_of_damaged(data: &[u8]) -> Option<usize> {
    let mut pack = PACK.to_vec();
    let end = pack.len() - 20;
    for edit in data.as_chunks::<3>().0 {
        pack[usize::from(u16::from_be_bytes([edit[0], edit[1]])) % end] = edit[2];
    }
    let folder = packed(&pack);
    let repository = Repository::open(folder.path()).ok()?;
    let tip = repository.head_commit().ok()?;
    let walk = MainlineWalk::new(&repository, tip, PathScope::whole());
    let _ =
        walk.run(|| |_: &Repository, _: &CommitChanges| (), |_, ()| WalkControl::Continue, |_| ());
    let _ = repository.commit_info(tip);
    let snapshot = Snapshot::of_commit(&repository, tip).ok()?;
    let files = snapshot.files_under("").ok()?;
    Some(files.iter().filter(|file| snapshot.read_file(file).is_ok()).count())
}

fn packed(pack: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let git = folder.path();
    git_folder(git);
    std::fs::write(git.join("HEAD"), HEAD).expect("writable");
    std::fs::write(git.join("objects/pack/pack-x.pack"), pack).expect("writable");
    std::fs::write(git.join("objects/pack/pack-x.idx"), INDEX).expect("writable");
    folder
}

fn git_folder(git: &Path) {
    for folder in ["objects/pack", "refs/heads"] {
        std::fs::create_dir_all(git.join(folder)).expect("a fresh folder");
    }
    std::fs::write(git.join("HEAD"), "ref: refs/heads/main\n").expect("writable");
}
