//! The words used for stages, and their occurrences in paths.

/// The meaning of a stage word; words with the same meaning are spellings of one stage.
pub type CanonicalStage = &'static str;

/// Words that always mean a stage.
const STRONG: [(CanonicalStage, &[&str]); 9] = [
    ("dev", &["dev", "develop", "development", "devel"]),
    ("int", &["integ"]),
    ("test", &["tst", "testing"]),
    ("qa", &["qa"]),
    ("uat", &["uat"]),
    ("staging", &["staging", "stage", "stg", "stag"]),
    ("preprod", &["preprod", "preproduction", "pprod", "preprd", "ppd"]),
    ("prod", &["prod", "production", "prd"]),
    ("nonprod", &["nonprod", "nonproduction", "nprod"]),
];

/// Words that mean a stage only among other stages.
const WEAK: [(CanonicalStage, &[&str]); 24] = [
    ("int", &["int", "integration"]),
    ("test", &["test"]),
    ("qa", &["quality"]),
    ("uat", &["acc", "accept", "acceptance"]),
    ("preprod", &["pre"]),
    ("prod", &["live"]),
    ("perf", &["perf", "performance", "perftest", "loadtest"]),
    ("load", &["load"]),
    ("demo", &["demo"]),
    ("local", &["local", "localhost"]),
    ("sandbox", &["sandbox", "sbx", "sbox"]),
    ("preview", &["preview"]),
    ("canary", &["canary"]),
    ("ephemeral", &["ephemeral"]),
    ("ci", &["ci"]),
    ("hotfix", &["hotfix"]),
    ("dr", &["dr"]),
    ("alpha", &["alpha"]),
    ("beta", &["beta"]),
    ("edge", &["edge"]),
    ("nightly", &["nightly"]),
    ("training", &["training"]),
    ("shared-dev", &["sharedev"]),
    ("experimental", &["experimental"]),
];

/// The usual order of a pipeline. Words in one row have the same rank.
const ORDER: [&[CanonicalStage]; 19] = [
    &["local"],
    &["ci"],
    &["sandbox", "ephemeral", "preview"],
    &["nightly", "edge", "alpha", "experimental"],
    &["dev", "shared-dev"],
    &["int"],
    &["test"],
    &["qa"],
    &["load", "perf"],
    &["beta"],
    &["uat"],
    &["training"],
    &["demo"],
    &["nonprod"],
    &["hotfix"],
    &["staging"],
    &["preprod"],
    &["canary"],
    &["prod"],
];

/// The rank of unknown stage names: after all testing stages, before staging.
const UNKNOWN_RANK: usize = 14;

/// A stage word found in a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageWord {
    /// Index of the path part, from 0.
    pub part: usize,
    /// Byte range of the word in the part.
    pub start: usize,
    pub end: usize,
    pub canonical: CanonicalStage,
    /// The digits after the word (`uat4`), which make it a stage of its own.
    pub number: String,
    pub strong: bool,
}

/// Returns the rank of a stage word in the usual pipeline; smaller is earlier.
pub fn stage_rank(canonical: &str) -> usize {
    if canonical == "dr" {
        return ORDER.len();
    }
    ORDER.iter().position(|row| row.contains(&canonical)).unwrap_or(UNKNOWN_RANK)
}

/// Returns the meaning of a word, its digits, and whether it is unambiguous.
pub fn word_meaning(word: &str) -> Option<(CanonicalStage, String, bool)> {
    let lower = word.to_ascii_lowercase();
    let bare = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = &lower[bare.len()..];
    if number.len() > 3 || (!number.is_empty() && matches!(bare, "int" | "ci" | "pre")) {
        return None;
    }
    let find = |table: &[(CanonicalStage, &[&str])]| {
        table.iter().find(|(_, words)| words.contains(&bare)).map(|(canonical, _)| *canonical)
    };
    find(&STRONG)
        .map(|canonical| (canonical, number.to_owned(), true))
        .or_else(|| find(&WEAK).map(|canonical| (canonical, number.to_owned(), false)))
}

/// A path with more stage words than this has no stage.
const MANY: usize = 16;

/// Returns all stage words of a path; none if there are too many to be meaningful.
pub fn find_stage_words(path: &str) -> Vec<StageWord> {
    let mut out = Vec::new();
    for (part, text) in path.split('/').enumerate() {
        occurrences_in(part, text, &mut out);
        if out.len() > MANY {
            return Vec::new();
        }
    }
    out
}

fn occurrences_in(part: usize, text: &str, out: &mut Vec<StageWord>) {
    let pieces = split_words(text);
    let mut index = 0;
    while index < pieces.len() {
        let (start, end) = pieces[index];
        if let Some(found) = joined_word(text, &pieces, index) {
            out.push(StageWord {
                part,
                start,
                end: found.1,
                canonical: found.0,
                number: String::new(),
                strong: true,
            });
            index += 2;
            continue;
        }
        if let Some((canonical, number, strong)) = word_meaning(&text[start..end]) {
            out.push(StageWord { part, start, end, canonical, number, strong });
        } else {
            find_humps(part, text, start, end, out);
        }
        index += 1;
    }
}

/// Recognises `pre-prod` and `non_prod` as one word of two pieces.
fn joined_word(
    text: &str,
    pieces: &[(usize, usize)],
    index: usize,
) -> Option<(CanonicalStage, usize)> {
    let (start, end) = pieces[index];
    let (next_start, next_end) = *pieces.get(index + 1)?;
    let is_prod = matches!(word_meaning(&text[next_start..next_end]), Some(("prod", number, _)) if number.is_empty());
    let canonical = match text[start..end].to_ascii_lowercase().as_str() {
        "pre" => "preprod",
        "non" => "nonprod",
        _ => return None,
    };
    is_prod.then_some((canonical, next_end))
}

/// Splits at `- _ . + @ ~` and spaces; returns byte ranges.
fn split_words(text: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices().chain([(text.len(), '-')]) {
        if matches!(c, '-' | '_' | '.' | '+' | '@' | '~' | ' ') {
            if at > start {
                out.push((start, at));
            }
            start = at + c.len_utf8();
        }
    }
    out
}

/// Finds unambiguous stage words among camel-case parts: `appProd`.
fn find_humps(part: usize, text: &str, start: usize, end: usize, out: &mut Vec<StageWord>) {
    let piece = &text[start..end];
    let mut from = 0;
    let mut previous_lower = false;
    let mut cuts = Vec::new();
    for (at, c) in piece.char_indices() {
        if c.is_ascii_uppercase() && previous_lower {
            cuts.push((from, at));
            from = at;
        }
        previous_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    cuts.push((from, piece.len()));
    if cuts.len() < 2 {
        return;
    }
    for (from, to) in cuts {
        if let Some((canonical, number, true)) = word_meaning(&piece[from..to]) {
            out.push(StageWord {
                part,
                start: start + from,
                end: start + to,
                canonical,
                number,
                strong: true,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(path: &str) -> Vec<String> {
        find_stage_words(path)
            .iter()
            .map(|o| {
                let text = path.split('/').nth(o.part).expect("part");
                format!("{}:{}:{}{}", o.part, &text[o.start..o.end], o.canonical, o.number)
            })
            .collect()
    }

    #[test]
    fn words_are_found_as_parts_prefixes_and_suffixes() {
        assert_eq!(words("apps/web/prod/values.yaml"), ["2:prod:prod"]);
        assert_eq!(words("deploy/values-staging.yaml"), ["1:staging:staging"]);
        assert_eq!(words("envs/integration-non-gpu/x"), ["1:integration:int"]);
        assert_eq!(words("a/uat4_env/.env"), ["1:uat4:uat4"]);
        assert_eq!(words("a/non-prod/x"), ["1:non-prod:nonprod"]);
        assert_eq!(words("a/webProd/x"), ["1:Prod:prod"]);
        assert_eq!(words("products/developer/latest"), Vec::<String>::new());
        assert_eq!(words("é-prod/ü"), ["0:prod:prod"]);
    }

    #[test]
    fn the_usual_order() {
        assert!(
            stage_rank("dev") < stage_rank("int")
                && stage_rank("qa") < stage_rank("staging")
                && stage_rank("staging") < stage_rank("prod")
                && stage_rank("prod") < stage_rank("dr")
        );
    }
}
