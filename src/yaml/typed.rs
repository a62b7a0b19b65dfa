//! Recognises unquoted texts that a YAML 1.1 reader does not take for text.

/// True if kustomize, which reads YAML 1.1 (`sigs.k8s.io/yaml`), takes this unquoted text for a
/// number or a bool. Null is not included. Dates, `12:30` and numbers too large for a float are
/// text.
pub fn is_number_or_bool(text: &str) -> bool {
    is_bool(text) || is_special_float(text) || is_number(text)
}

fn is_bool(text: &str) -> bool {
    const WORDS: [&str; 8] = ["y", "yes", "true", "on", "n", "no", "false", "off"];
    let cased = |word: &str| {
        let mut chars = word.chars();
        let capital: String =
            chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
        text == word || text == capital || text == word.to_uppercase()
    };
    WORDS.into_iter().any(cased)
}

fn is_special_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

fn is_number(text: &str) -> bool {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return false;
    }
    let plain = text.replace('_', "");
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    is_based_integer(unsigned)
        || (is_float_shaped(unsigned) && unsigned.parse::<f64>().is_ok_and(f64::is_finite))
}

/// True for `0x1f`, `0b1`, `0o17`, up to 64 bits.
fn is_based_integer(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    [("0x", 16), ("0o", 8), ("0b", 2)].into_iter().any(|(prefix, radix)| {
        lower.strip_prefix(prefix).is_some_and(|digits| {
            digits.starts_with(|c: char| c.is_ascii_alphanumeric())
                && u64::from_str_radix(digits, radix).is_ok()
        })
    })
}

/// True for `[0-9]+(\.[0-9]*)?` or `\.[0-9]+`, with an optional exponent.
fn is_float_shaped(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        None => digits(mantissa),
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
    };
    mantissa_fits
        && exponent
            .is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

#[cfg(test)]
mod tests {
    use super::is_number_or_bool;

    #[test]
    fn what_kustomize_refuses_as_a_tag() {
        for text in
            "2 1.10 0123 0128 1e3 012e4 on y N Off TRUE 1_000 0x1f 0o17 20240102030405 99999999999999999999 .inf \
                     -1 +.5 1."
                .split(' ')
        {
            assert!(is_number_or_bool(text), "{text}");
        }
    }

    #[test]
    fn what_kustomize_takes_as_text() {
        for text in "36e1234 1e400 2024-01-02 12:30 v1.10 1.2.3 27e1396a 0738661x sha-1 tRUE _1 0xDEADBEEFDEADBEEFDEADBEEF 1e . - e5"
            .split(' ')
        {
            assert!(!is_number_or_bool(text), "{text}");
        }
    }
}
