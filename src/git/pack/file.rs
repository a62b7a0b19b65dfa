//! Positioned reads from a file, by several threads at once and without mapping it.

use std::fs::File;

/// Returns the length in bytes.
pub(super) fn file_length(file: &File) -> Option<u64> {
    file.metadata().ok().filter(std::fs::Metadata::is_file).map(|meta| meta.len())
}

/// Fills the buffer; `None` if the file is too short or cannot be read.
pub(super) fn read_exact(file: &File, at: u64, buffer: &mut [u8]) -> Option<()> {
    (read_up_to(file, at, buffer)? == buffer.len()).then_some(())
}

/// Fills the buffer as far as the file reaches; returns the number of bytes.
pub(super) fn read_up_to(file: &File, at: u64, buffer: &mut [u8]) -> Option<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match read_at(file, &mut buffer[filled..], at.checked_add(filled as u64)?) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    Some(filled)
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> std::io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> std::io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

/// On other platforms libgit2 reads everything.
#[cfg(not(any(unix, windows)))]
fn read_at(_: &File, _: &mut [u8], _: u64) -> std::io::Result<usize> {
    Err(std::io::ErrorKind::Unsupported.into())
}
