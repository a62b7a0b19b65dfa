//! Hides what a build took from outside of the repository. Compose fills variables in from any file
//! that a project names, so a pull request could have a secret of the machine shown as a tag.

use crate::guard::ImageDifference;

/// Stands for what is hidden.
const HIDDEN: &str = "…";

/// Hides the parts of both images that are not in the repository.
pub fn hide_foreign_words(difference: &mut ImageDifference, is_known: &dyn Fn(&str) -> bool) {
    for image in [&mut difference.old, &mut difference.new].into_iter().flatten() {
        *image = hide(image, is_known);
    }
}

fn hide(image: &str, is_known: &dyn Fn(&str) -> bool) -> String {
    let mut out = String::new();
    for part in image.split_inclusive(['/', ':', '@']) {
        let word = part.trim_end_matches(['/', ':', '@']);
        match word.is_empty() || is_known(word) {
            true => out.push_str(part),
            false => out.push_str(&part.replacen(word, HIDDEN, 1)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_the_repository_are_shown() {
        let text = "services: {web: {image: 'ghcr.io/acme/web:${TAG}'}}\nTAG=v2\n";
        let shown = |image: &str| hide(image, &|word| text.contains(word));
        assert_eq!(shown("ghcr.io/acme/web:v2"), "ghcr.io/acme/web:v2");
        assert_eq!(shown("ghcr.io/acme/web:hunter2"), "ghcr.io/acme/web:…");
        assert_eq!(shown("secret.example/acme/web@key"), "…/acme/web@…");
    }
}
