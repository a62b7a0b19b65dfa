//! The part of the template language that a configured text may use: no construct by which a text
//! can be stored, copied or joined, because a few of them in a row take all memory.

/// Statements that are allowed.
const STATEMENTS: [&str; 8] = ["if", "elif", "else", "endif", "for", "endfor", "raw", "endraw"];

/// Returns the first word or sign of a template that is not allowed.
pub(super) fn find_forbidden(template: &str) -> Option<String> {
    let mut rest = template;
    loop {
        let start = ["{{", "{%", "{#"].iter().filter_map(|mark| rest.find(mark)).min()?;
        let (mark, inside) = rest[start..].split_at(2);
        if mark == "{#" {
            rest = inside.find("#}").map_or("", |end| &inside[end + 2..]);
            continue;
        }
        let close = if mark == "{{" { "}}" } else { "%}" };
        let length = code_length(inside, close);
        let code = &inside[..length];
        if let Some(word) = forbidden_in(code, mark == "{%") {
            return Some(word);
        }
        rest = inside.get(length + 2..).unwrap_or_default();
    }
}

/// The length of the code up to its end, which is none within a text.
fn code_length(inside: &str, close: &str) -> usize {
    let mut quote = None;
    let mut is_escaped = false;
    for (at, c) in inside.char_indices() {
        match (quote, c) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, _) if inside[at..].starts_with(close) => return at,
            _ => {}
        }
    }
    inside.len()
}

fn forbidden_in(code: &str, is_statement: bool) -> Option<String> {
    if is_statement {
        let word = code.trim_start_matches(['-', '+']).trim_start();
        let end = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
        let word = &word[..end];
        if !STATEMENTS.contains(&word) {
            return Some(word.to_owned());
        }
    }
    let mut quote = None;
    let mut is_escaped = false;
    let inner = code.trim_start_matches(['-', '+']).trim_end_matches(['-', '+']);
    for c in inner.chars() {
        match (quote, c) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '~' | '*' | '+' | '%') => return Some(c.to_string()),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::find_forbidden;

    #[test]
    fn only_conditions_and_loops_are_left() {
        for text in [
            "{{ app }} ~ *",
            "{%- if app -%}{{- '}} ~' -}}{%- endif -%}",
            "{# set ~ #}{% for a in apps %}{{ a | upper }}{% endfor %}",
            "{{ \"a\\\"~\" }}",
        ] {
            assert_eq!(find_forbidden(text), None, "{text}");
        }
        for (text, word) in [
            ("{% set a = 1 %}", "set"),
            ("{%-set a = 1 %}", "set"),
            ("{{ '}}' ~ a }}", "~"),
            ("{% if a * 2 %}", "*"),
            ("{# #}{{ a + b }}", "+"),
            ("{% include 'x' %}", "include"),
        ] {
            assert_eq!(find_forbidden(text).as_deref(), Some(word), "{text}");
        }
    }
}
