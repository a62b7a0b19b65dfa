use super::*;
use crate::history::testing::{oid, timeline};
use crate::model::{CellKey, Confidence, MappingEntry, SourceKind, Version, Warning};
use std::path::Path;
use tempfile::TempDir;

fn record() -> IndexRecord {
    let lines = [
        "0 web dev ->v1",
        "0 web prod ->v1",
        "1 web dev v1>v2",
        "2 web prod v1>x=v2",
        "3 api/nginx prod/eu ->v7",
    ];
    let timeline = timeline(&lines);
    let part = BranchHistory {
        stage: None,
        tip: oid(9),
        timeline,
        edge: Some(oid(1)),
        pending: true,
        pulled: Vec::new(),
        lost: Vec::new(),
    };
    let mapping = Mapping {
        stages: vec!["dev".into(), "prod".into()],
        warnings: vec![Warning::for_file("not-yaml", "a.yaml", "is not YAML")],
        ..Mapping::default()
    };
    let found = DiscoveryRecord { empty_stages: vec!["qa".into()], ..DiscoveryRecord::default() };
    IndexRecord { mapping, found: Some(found), parts: vec![part], judged: Some(600) }
}

fn shelf(folder: &TempDir) -> CacheFile {
    CacheFile::new(folder.path().join("index"), Path::new("/repository"), &["main", ""])
}

/// One file and its bytes.
fn written(folder: &TempDir) -> (std::path::PathBuf, Vec<u8>) {
    shelf(folder).write(&record()).expect("there is room");
    let files = std::fs::read_dir(folder.path().join("index")).expect("a folder");
    let [file] =
        files.collect::<Result<Vec<_>, _>>().expect("readable").try_into().expect("one file");
    let bytes = std::fs::read(file.path()).expect("readable");
    (file.path(), bytes)
}

#[test]
fn what_was_written_is_read() {
    let folder = TempDir::new().expect("a folder");
    assert!(shelf(&folder).read::<IndexRecord>().expect("nothing is wrong").is_none());
    written(&folder);
    let read =
        shelf(&folder).read::<IndexRecord>().expect("nothing is wrong").expect("it is there");
    let (before, after) = (record(), read);
    let shown = |record: &IndexRecord| {
        let rows: Vec<String> =
            record.parts[0].timeline.deployments().map(|row| format!("{row:?}")).collect();
        format!("{rows:?} {:?} {:?} {:?}", record.mapping, record.found, record.judged)
    };
    assert_eq!(shown(&before), shown(&after));
    assert!(after.is_of(&[(None, oid(9))]) && !after.is_of(&[(None, oid(8))]) && after.is_whole());
}

#[test]
fn nothing_that_was_cut_or_changed_is_read() {
    let folder = TempDir::new().expect("a folder");
    let (path, bytes) = written(&folder);
    for length in 0..bytes.len() {
        std::fs::write(&path, &bytes[..length]).expect("writable");
        assert!(shelf(&folder).read::<IndexRecord>().is_err(), "the first {length} bytes");
    }
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        std::fs::write(&path, &changed).expect("writable");
        assert!(shelf(&folder).read::<IndexRecord>().is_err(), "byte {at}");
    }
    std::fs::write(&path, [&bytes[..], b"x"].concat()).expect("writable");
    assert!(matches!(shelf(&folder).read::<IndexRecord>(), Err(IndexDamage::Cut)));
}

/// Holds even with a correct checksum: every number is checked.
#[test]
fn numbers_out_of_range_are_no_timeline() {
    let mut wrong = [record(), record(), record(), record()];
    wrong[0].parts[0].timeline.rows[0].cell = 99;
    wrong[1].parts[0].timeline.rows[1].to = 99;
    wrong[2].parts[0].timeline.rows[2].commit = 99;
    wrong[3].parts[0].timeline.rows[3].path = 99;
    for record in wrong {
        let folder = TempDir::new().expect("a folder");
        shelf(&folder).write(&record).expect("there is room");
        assert!(matches!(shelf(&folder).read::<IndexRecord>(), Err(IndexDamage::Inconsistent)));
    }
}

#[test]
fn another_key_is_another_index() {
    let folder = TempDir::new().expect("a folder");
    let (path, bytes) = written(&folder);
    let other =
        CacheFile::new(folder.path().join("index"), Path::new("/repository"), &["mai", "n"]);
    assert!(other.read::<IndexRecord>().expect("nothing is wrong").is_none());
    other.write(&record()).expect("there is room");
    let files =
        std::fs::read_dir(folder.path().join("index")).expect("a folder").filter_map(Result::ok);
    let second = files.map(|file| file.path()).find(|file| *file != path).expect("a second file");
    std::fs::write(second, bytes).expect("writable");
    assert!(matches!(other.read::<IndexRecord>(), Err(IndexDamage::OtherKey)));
}

#[test]
fn the_newest_of_a_repository_stay() {
    let folder = TempDir::new().expect("a folder");
    for branch in ["a", "b", "c", "d", "e", "f"] {
        let shelf =
            CacheFile::new(folder.path().to_path_buf(), Path::new("/repository"), &[branch]);
        shelf.write(&record()).expect("there is room");
    }
    let other = CacheFile::new(folder.path().to_path_buf(), Path::new("/other"), &["a"]);
    other.write(&record()).expect("there is room");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 5);
}

/// If this fails, the stored form has changed: increment `FORMAT`, so that old files are not
/// misread, then change the number here.
#[test]
fn the_format_is_what_it_was() {
    let bytes = format::encode("key", &record()).expect("it can be written");
    assert_eq!((format::FORMAT, crc32fast::hash(&bytes)), (9, 4_243_453_056));
}

fn entry(cell: &CellKey, version: &str) -> MappingEntry {
    MappingEntry {
        file: String::new(),
        overrides: Vec::new(),
        overridden: Vec::new(),
        app: cell.app.clone(),
        component: None,
        stage: cell.stage.clone(),
        target: None,
        image: None,
        version: Version::parse(version),
        locations: Vec::new(),
        source: SourceKind::Text,
        rule: 0,
        confidence: Confidence::High,
        notes: Vec::new(),
    }
}

/// Introducing commits of one cell with these deployments and current versions: `version commit`.
fn settled_of(lines: &[&str], versions: &[&str]) -> Vec<String> {
    let lines: Vec<String> = lines.iter().map(|line| line.replacen(' ', " web dev ", 1)).collect();
    let timeline = timeline(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let entries: Vec<MappingEntry> =
        versions.iter().map(|version| entry(&timeline.cells()[0], version)).collect();
    let mut said: Vec<String> = introductions_from_timeline(&timeline, &entries)
        .into_iter()
        .map(|((_, version), id)| format!("{version} {}", id.to_string().trim_start_matches('0')))
        .collect();
    said.sort();
    said
}

#[test]
fn versions_are_settled_by_their_newest_deployment() {
    assert_eq!(settled_of(&["1 ->v1", "2 v1>v2"], &["v2"]), ["v2 2"]);
    assert_eq!(settled_of(&["1 ->v1", "2 v1>v2", "3 v2>v1"], &["v1"]), ["v1 3"], "it came back");
    assert!(settled_of(&["1 ->v1", "2 v1>v2"], &["v3"]).is_empty(), "nothing brought it");
}

#[test]
fn of_several_places_each_version_is_settled() {
    assert_eq!(settled_of(&["1 ->v1", "1 ->v3", "2 v3>v2"], &["v1", "v2"]), ["v1 1", "v2 2"]);
    assert_eq!(
        settled_of(&["1 ->v1", "1 ->v2", "2 v1>v2"], &["v2", "v2"]),
        ["v2 1"],
        "since the first of them"
    );
    assert_eq!(
        settled_of(&["1 ->v1", "1 ->v3", "2 v3>-"], &["v1"]),
        ["v1 1"],
        "the other one is gone"
    );
}

#[test]
fn what_may_be_about_either_place_is_not_settled() {
    let lines = ["1 ->v1", "2 ->v1", "3 v1>v2"];
    assert_eq!(
        settled_of(&lines, &["v1", "v2"]),
        Vec::<String>::new(),
        "one of the two that brought v1"
    );
    assert!(
        settled_of(&["1 ->v2", "2 ->v2"], &["v2"]).is_empty(),
        "two were brought and one is there"
    );
}
