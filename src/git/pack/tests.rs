//! Checks that every answer from a pack equals libgit2's.

use super::index::PackIndex;
use super::{PackReader, PackSet};
use crate::git::commit::CommitHead;
use crate::git::testing::TestRepository;
use git2::{ObjectType, Odb, Oid};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

type Objects = BTreeMap<Oid, (ObjectType, Vec<u8>)>;

/// A repository with trees, blobs and commits stored as deltas of each other.
fn repository() -> TestRepository {
    let mut repository = TestRepository::new();
    let body: Vec<String> = (0..60).map(|line| format!("line {line}: {}\n", line * 7919)).collect();
    for round in 0..30 {
        let text = format!("tag: v{round}\n{}{round}\n", body.concat());
        let path = format!("apps/a{}/values.yaml", round % 12);
        repository.commit(
            &format!("Round {round}\n\n{}", body.concat()),
            &[(&path, Some(&text)), ("top", Some(&text))],
        );
    }
    repository.write();
    repository
}

fn objects_of(repository: &TestRepository) -> PathBuf {
    repository.path.join(".git/objects")
}

/// Returns all objects, as libgit2 reads them.
fn truth(objects: &Path) -> Objects {
    let odb = database(objects);
    let mut ids = Vec::new();
    odb.foreach(|id| {
        ids.push(*id);
        true
    })
    .expect("a listing");
    let read = |id: Oid| {
        odb.read(id).map(|object| (object.kind(), object.data().to_vec())).expect("an object")
    };
    ids.into_iter().map(|id| (id, read(id))).collect()
}

fn database(objects: &Path) -> Odb<'static> {
    let odb = Odb::new().expect("memory");
    odb.add_disk_alternate(objects.to_str().expect("UTF-8")).expect("a folder");
    odb
}

/// Returns the number of objects the packs answer, after checking each.
fn answered(objects: &Path, truth: &Objects) -> usize {
    let mut reader = PackReader::new(Arc::new(PackSet::open(objects)));
    let mut answered = 0;
    for (id, (kind, bytes)) in truth {
        if let Some((found, read)) = reader.read_object(*id) {
            assert_eq!((found, &*read), (*kind, bytes.as_slice()), "{id}");
            answered += 1;
        }
        if let Some(head) =
            reader.read_front(*id, ObjectType::Commit).and_then(CommitHead::of_front)
        {
            assert_eq!(Some(head), CommitHead::parse(bytes), "{id}");
        }
    }
    answered
}

/// Returns the pack and the index of a repository that has only one.
fn only_pack(objects: &Path) -> (PathBuf, PathBuf) {
    let files = std::fs::read_dir(objects.join("pack")).expect("a folder");
    let mut indexes = files
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().unwrap() == "idx");
    let index = indexes.next().expect("an index");
    (index.with_extension("pack"), index)
}

#[test]
fn every_object_is_what_libgit2_reads() {
    let repository = repository();
    let objects = objects_of(&repository);
    for arguments in [
        &["repack", "-adfq", "--depth=50", "--window=50"][..],
        &["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=4"],
        &["-c", "core.compression=0", "-c", "pack.compression=0", "repack", "-adFq"],
    ] {
        repository.git(arguments);
        let truth = truth(&objects);
        assert_eq!(answered(&objects, &truth), truth.len(), "{arguments:?}");
    }
}

#[test]
fn several_packs_and_loose_objects_are_told_apart() {
    let mut repository = repository();
    repository.git(&["repack", "-adq"]);
    let packed = truth(&objects_of(&repository)).len();
    repository.commit("second pack", &[("second", Some("2"))]);
    repository.write();
    repository.git(&["repack", "-dq"]);
    repository.commit("loose", &[("third", Some("3"))]);
    repository.write();
    let truth = truth(&objects_of(&repository));
    assert_eq!((packed + 3, truth.len()), (answered(&objects_of(&repository), &truth), packed + 6));
}

#[test]
fn shallow_and_partial_clones_are_read_as_well() {
    let repository = repository();
    let whole = truth(&objects_of(&repository)).len();
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    repository.git(&[
        "clone",
        "-q",
        "--bare",
        "--depth=3",
        "--filter=blob:none",
        &repository.url(),
        "shallow",
    ]);
    let objects = repository.path.join("shallow/objects");
    let truth = truth(&objects);
    assert!(!truth.is_empty() && truth.len() < whole, "{} of {whole} objects", truth.len());
    assert!(truth.values().all(|(kind, _)| *kind != ObjectType::Blob));
    assert_eq!(answered(&objects, &truth), truth.len());
}

#[test]
fn what_a_clone_borrows_is_read_as_its_own() {
    let repository = repository();
    repository.git(&["repack", "-adq"]);
    repository.git(&["clone", "-q", "--bare", "--shared", ".", "borrower"]);
    let objects = repository.path.join("borrower/objects");
    assert!(
        std::fs::read_dir(objects.join("pack")).expect("a folder").next().is_none(),
        "no pack of its own"
    );
    let truth = truth(&objects_of(&repository));
    assert_eq!(answered(&objects, &truth), truth.len());
}

/// Returns the index with each offset moved into the table of 64-bit offsets.
fn with_large_offsets(index: &[u8], moved_by: u64) -> Vec<u8> {
    let count = u32::from_be_bytes(*index[8 + 255 * 4..].first_chunk().unwrap()) as usize;
    let offsets = 1032 + count * 24;
    let (head, rest) = index.split_at(offsets);
    let (table, trailers) = rest.split_at(count * 4);
    let mut out = head.to_vec();
    out.extend((0..count).flat_map(|at| (u32::try_from(at).unwrap() | 1 << 31).to_be_bytes()));
    let large = table
        .as_chunks::<4>()
        .0
        .iter()
        .map(|offset| u64::from(u32::from_be_bytes(*offset)) + moved_by);
    out.extend(large.flat_map(u64::to_be_bytes));
    out.extend(trailers);
    out
}

#[test]
fn offsets_may_have_64_bits() {
    let repository = repository();
    repository.git(&["repack", "-adq"]);
    let objects = objects_of(&repository);
    let truth = truth(&objects);
    let (_, index) = only_pack(&objects);
    let plain = std::fs::read(&index).expect("readable");
    std::fs::remove_file(&index).expect("removable");
    std::fs::write(&index, with_large_offsets(&plain, 0)).expect("writable");
    assert_eq!(answered(&objects, &truth), truth.len());
    std::fs::write(&index, with_large_offsets(&plain, 5 << 30)).expect("writable");
    let read = PackIndex::open(&index).expect("an index");
    assert!(
        truth
            .keys()
            .all(|id| read.find_offset(id.as_bytes().first_chunk().unwrap()) > Some(5 << 30))
    );
    assert_eq!(answered(&objects, &truth), 0);
}

/// Checks a damaged pack: every answer is correct, or libgit2 gives the same one.
fn try_damaged(name: &Path, pack: &[u8], index: &[u8], truth: &Objects) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("pack")).expect("a folder");
    let place = folder.path().join("pack").join(name.file_name().unwrap());
    std::fs::write(&place, pack).expect("writable");
    std::fs::write(place.with_extension("idx"), index).expect("writable");
    let mut reader = PackReader::new(Arc::new(PackSet::open(folder.path())));
    for (id, (kind, bytes)) in truth {
        // A front is accepted without its checksum, so it only must not panic.
        let _ = reader.read_front(*id, ObjectType::Commit).and_then(CommitHead::of_front);
        let Some((found, read)) = reader.read_object(*id) else { continue };
        if (found, &*read) != (*kind, bytes.as_slice()) {
            let database = database(folder.path());
            let theirs = database
                .read(*id)
                .unwrap_or_else(|error| panic!("{id} is an error in libgit2: {error}"));
            assert_eq!((found, &*read), (theirs.kind(), theirs.data()), "{id}");
        }
    }
}

#[test]
fn damage_is_no_answer() {
    // As in production: ids are not checked against contents.
    git2::opts::strict_hash_verification(false);
    for style in ["true", "false"] {
        let repository = repository();
        repository.git(&["-c", &format!("repack.useDeltaBaseOffset={style}"), "repack", "-adfq"]);
        let (name, index) = only_pack(&objects_of(&repository));
        let truth = truth(&objects_of(&repository));
        let (pack, index) =
            (std::fs::read(&name).expect("readable"), std::fs::read(index).expect("readable"));
        let flipped = |bytes: &[u8], at: usize| {
            let mut bytes = bytes.to_vec();
            bytes[at] ^= 1 << (at / 50 % 8);
            bytes
        };
        for at in (0..pack.len()).step_by(50) {
            try_damaged(&name, &flipped(&pack, at), &index, &truth);
            try_damaged(&name, &pack[..at], &index, &truth);
        }
        for at in (0..index.len()).step_by(50) {
            try_damaged(&name, &pack, &flipped(&index, at), &truth);
            try_damaged(&name, &pack, &index[..at], &truth);
        }
    }
}

#[test]
fn a_pack_that_shrinks_while_it_is_open_gives_no_answer() {
    let repository = repository();
    repository.git(&["repack", "-adq"]);
    let objects = objects_of(&repository);
    let truth = truth(&objects);
    let packs = Arc::new(PackSet::open(&objects));
    let (pack, index) = only_pack(&objects);
    for path in [pack, index] {
        let contents = std::fs::read(&path).expect("readable");
        std::fs::remove_file(&path).expect("removable");
        std::fs::write(&path, contents).expect("writable");
    }
    // Removed files stay readable while open.
    let mut reader = PackReader::new(packs);
    assert!(truth.keys().all(|id| reader.read_object(*id).is_some()));
    let (pack, _) = only_pack(&objects);
    let packs = Arc::new(PackSet::open(&objects));
    std::fs::File::options()
        .write(true)
        .open(pack)
        .and_then(|file| file.set_len(700))
        .expect("cut");
    let mut reader = PackReader::new(packs);
    let read: Vec<_> =
        truth.iter().filter_map(|(id, whole)| Some((reader.read_object(*id)?, whole))).collect();
    assert!(read.len() < truth.len());
    assert!(
        read.iter()
            .all(|((kind, bytes), whole)| (*kind, &**bytes) == (whole.0, whole.1.as_slice()))
    );
}
