//! A setting as written, for `config show`.

/// A setting as written in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenSetting {
    /// Its keys, joined by dots.
    pub name: String,
    pub value: String,
    /// 1-based.
    pub line: u32,
}
