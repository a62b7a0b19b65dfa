//! The lines of an object or a patch that can change an image: most commits to a rendered manifest of
//! thousands of lines change none of them.

use super::build::speaks_of_images;

/// How far from the word its value may stand: `- op: replace` / `path: …/image` / `value: >-` / text.
const NEAR: usize = 3;

/// The lines with a word about images, and those near them. All of a file that configures a
/// transformer, whose entries are longer.
pub(super) fn near_images(text: &str) -> Vec<&str> {
    if text.contains("ImageTagTransformer") {
        return text.lines().collect();
    }
    let mut out = Vec::new();
    // The lines before this one have been decided on.
    let mut next = 0;
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        if speaks_of_images(line) {
            let from = next.max(index.saturating_sub(NEAR));
            let to = lines.len().min(index + NEAR + 1);
            out.extend(lines.get(from..to).unwrap_or_default());
            next = next.max(to);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_near_images_count() {
        let text = "a: 1\nb: 2\nc: 3\nd: 4\nimage: >-\n  x:1\ne: 5\nf: 6\ng: 7\nh: 8\n";
        assert_eq!(near_images(text), ["b: 2", "c: 3", "d: 4", "image: >-", "  x:1", "e: 5", "f: 6"]);
        assert_eq!(near_images("image: a\nimage: b\n"), ["image: a", "image: b"]);
        assert!(near_images("a: 1\n").is_empty());
    }
}
