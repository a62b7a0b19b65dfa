//! Loose objects, read without libgit2, which never returns on some damaged ones.
//!
//! A loose object is one zlib stream: kind, length and a zero byte, then the contents (git's
//! `gitrepository-layout` and `gitformat-loose`).

use flate2::read::ZlibDecoder;
use git2::{ObjectType, Oid};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Longest header: `commit 18446744073709551615` and the zero byte.
const MAX_HEADER: usize = 32;

/// Largest object that is unpacked, in bytes.
const MAX_OBJECT: usize = 64 << 20;

/// Result of looking up an id in the object folder.
pub(super) enum LooseLookup {
    Absent,
    /// The file exists but cannot be parsed.
    Damaged,
    Found(LooseObject),
}

/// A loose object whose header was read.
pub(super) struct LooseObject {
    pub kind: ObjectType,
    pub length: usize,
    rest: ZlibDecoder<File>,
}

impl LooseLookup {
    /// Looks up an object.
    pub fn open(objects: &Path, id: Oid) -> Self {
        let hex = id.to_string();
        match File::open(objects.join(&hex[..2]).join(&hex[2..])) {
            Ok(file) => {
                read_header(ZlibDecoder::new(file)).map_or(LooseLookup::Damaged, LooseLookup::Found)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => LooseLookup::Absent,
            Err(_) => LooseLookup::Damaged,
        }
    }
}

impl LooseObject {
    /// Returns the contents, if their length matches the header.
    pub fn contents(mut self) -> Option<Vec<u8>> {
        if self.length > MAX_OBJECT {
            return None;
        }
        let mut out = Vec::new();
        let more = self.length as u64 + 1;
        self.rest.by_ref().take(more).read_to_end(&mut out).ok()?;
        (out.len() == self.length).then_some(out)
    }
}

fn read_header(mut stream: ZlibDecoder<File>) -> Option<LooseObject> {
    let mut header = Vec::new();
    let mut byte = [0];
    loop {
        stream.read_exact(&mut byte).ok()?;
        if byte[0] == 0 {
            break;
        }
        header.push(byte[0]);
        if header.len() > MAX_HEADER {
            return None;
        }
    }
    let (kind, length) = std::str::from_utf8(&header).ok()?.split_once(' ')?;
    let kind = match kind {
        "blob" => ObjectType::Blob,
        "tree" => ObjectType::Tree,
        "commit" => ObjectType::Commit,
        "tag" => ObjectType::Tag,
        _ => return None,
    };
    Some(LooseObject { kind, length: length.parse().ok()?, rest: stream })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::TestRepository;
    use std::os::unix::fs::PermissionsExt;

    fn read(objects: &Path, id: Oid) -> Result<Vec<u8>, &'static str> {
        match LooseLookup::open(objects, id) {
            LooseLookup::Absent => Err("absent"),
            LooseLookup::Damaged => Err("damaged"),
            LooseLookup::Found(opened) => opened.contents().ok_or("damaged"),
        }
    }

    #[test]
    fn an_object_is_whole_or_damaged() {
        let test = TestRepository::new();
        test.git(&["config", "core.looseCompression", "1"]);
        std::fs::write(test.path.join("file"), "image: web:v1\n".repeat(40)).expect("a file");
        let id = Oid::from_str(test.git(&["hash-object", "-w", "file"]).trim()).expect("an id");
        let objects = test.path.join(".git/objects");
        assert_eq!(read(&objects, id).map(|bytes| bytes.len()), Ok(560));
        let hex = id.to_string();
        let path = objects.join(&hex[..2]).join(&hex[2..]);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("mine");
        let whole = std::fs::read(&path).expect("the object");
        for cut in 0..whole.len() {
            std::fs::write(&path, &whole[..cut]).expect("writable");
            if let Ok(bytes) = read(&objects, id) {
                assert_eq!(bytes.len(), 560, "only the checksum is cut off at {cut}");
            }
        }
        for garbage in [&b"not zlib at all"[..], &[0x78; 400], &[0; 100]] {
            std::fs::write(&path, garbage).expect("writable");
            assert_eq!(read(&objects, id), Err("damaged"));
        }
        std::fs::remove_file(&path).expect("mine");
        assert_eq!(read(&objects, id), Err("absent"));
    }
}
