//! Where a byte of a text stands, for formats whose parser does not say.

use crate::model::{ImagePart, Location, Span, Version};

/// The starts of a text's lines.
pub(super) struct LineStarts(Vec<usize>);

impl LineStarts {
    /// Looks for the line ends of a text once.
    pub(super) fn of(text: &str) -> Self {
        let starts =
            text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        LineStarts(std::iter::once(0).chain(starts).collect())
    }

    /// The line of a byte, counted from 1.
    pub(super) fn line_of(&self, byte: usize) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= byte)).unwrap_or(u32::MAX)
    }
}

/// A place in a file that has neither documents nor aliases.
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

/// What a value that is no reference holds: tag, digest, or both.
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
