//! Line numbers of byte offsets, for formats whose parser does not report them.

use crate::model::{ImagePart, Location, Span, Version};

/// The offsets of a text's lines.
pub(super) struct LineStarts(Vec<usize>);

impl LineStarts {
    /// Finds the line starts of a text.
    pub(super) fn of(text: &str) -> Self {
        let starts =
            text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        LineStarts(std::iter::once(0).chain(starts).collect())
    }

    /// Returns the line of a byte, counted from 1.
    pub(super) fn line_of(&self, byte: usize) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= byte)).unwrap_or(u32::MAX)
    }
}

/// Returns a location in a file without documents and aliases.
pub(super) fn text_location(
    path: &str,
    lines: &LineStarts,
    key: &str,
    part: ImagePart,
    span: Span,
) -> Location {
    Location {
        path: path.to_owned(),
        line: lines.line_of(span.start),
        document: 0,
        key: key.to_owned(),
        part,
        span,
        alias: false,
    }
}

/// Returns the part that a value other than a reference holds: tag, digest, or both.
pub(super) fn part_of(version: &Version) -> ImagePart {
    match (&version.tag, &version.digest) {
        (Some(_), Some(_)) => ImagePart::TagAndDigest,
        (None, Some(_)) => ImagePart::Digest,
        _ => ImagePart::Tag,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_one_whatever_ends_them() {
        let lines = LineStarts::of("\u{feff}a\r\nb\n\nc");
        assert_eq!([0, 3, 5, 6, 8, 9, 99].map(|byte| lines.line_of(byte)), [1, 1, 1, 2, 3, 4, 4]);
        assert_eq!(LineStarts::of("").line_of(0), 1);
    }
}
