//! Compares two YAML trees by what they say: comments, layout and the order of keys do not count.

use crate::yaml::{QuoteStyle, YamlValue, is_number_or_bool};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

/// Maximum number of values that are compared: aliases can expand a small file without end.
const MAX_VALUES: usize = 1_000_000;

/// Maximum depth of the trees.
const MAX_DEPTH: usize = 100;

/// A place where two trees differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeDifference {
    /// The keys that lead there. An element of a list is `[name]` or `[index]`.
    pub keys: Vec<String>,
    pub before: Option<TreeLeaf>,
    pub after: Option<TreeLeaf>,
}

/// A value without values below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeLeaf {
    pub text: String,
    pub form: LeafForm,
    /// The bytes of its token in the text.
    pub span: Range<usize>,
    /// 1-based.
    pub line: u32,
}

/// What a value without values below it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafForm {
    Text,
    /// A number or a boolean.
    Untyped,
    Null,
    EmptyMapping,
    EmptyList,
    /// The order of a list whose elements have names.
    Order,
}

/// A tree that is too large or too deep to be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl TreeDifference {
    /// Line of the place, after the change if it is still there.
    pub fn line(&self) -> Option<u32> {
        self.after.as_ref().or(self.before.as_ref()).map(|leaf| leaf.line)
    }

    /// The values on the sides where it is.
    pub fn leaves(&self) -> impl Iterator<Item = &TreeLeaf> {
        self.before.iter().chain(&self.after)
    }

    /// The keys as a chain of words.
    pub fn display_keys(&self) -> String {
        let mut out = String::new();
        for key in &self.keys {
            if !out.is_empty() && !key.starts_with('[') {
                out.push('.');
            }
            out.push_str(key);
        }
        out
    }
}

/// Returns all places where two trees differ; `None` stands for a tree that is not there.
///
/// # Errors
/// When a tree is too large or too deep.
pub fn find_differences(
    before: Option<YamlValue<'_>>,
    after: Option<YamlValue<'_>>,
) -> Result<Vec<TreeDifference>, TooLarge> {
    let mut comparer = ValueComparer { keys: Vec::new(), out: Vec::new(), left: MAX_VALUES };
    comparer.compare(before, after)?;
    Ok(comparer.out)
}

struct ValueComparer {
    keys: Vec<String>,
    out: Vec<TreeDifference>,
    left: usize,
}

impl ValueComparer {
    fn spend(&mut self, depth: usize) -> Result<(), TooLarge> {
        self.left = self.left.checked_sub(1).ok_or(TooLarge)?;
        if depth > MAX_DEPTH { Err(TooLarge) } else { Ok(()) }
    }

    fn compare(
        &mut self,
        before: Option<YamlValue<'_>>,
        after: Option<YamlValue<'_>>,
    ) -> Result<(), TooLarge> {
        self.spend(self.keys.len())?;
        match (before, after) {
            (Some(before), Some(after)) if before.is_mapping() && after.is_mapping() => {
                self.compare_mappings(before, after)
            }
            (Some(before), Some(after)) if before.is_sequence() && after.is_sequence() => {
                self.compare_lists(before, after)
            }
            (Some(before), Some(after)) => match (leaf_of(before), leaf_of(after)) {
                (Some(was), Some(is)) if (&was.text, was.form) == (&is.text, is.form) => Ok(()),
                (Some(was), Some(is)) => {
                    self.push(Some(was), Some(is));
                    Ok(())
                }
                _ => {
                    self.list_leaves(before, true)?;
                    self.list_leaves(after, false)
                }
            },
            (Some(before), None) => self.list_leaves(before, true),
            (None, Some(after)) => self.list_leaves(after, false),
            (None, None) => Ok(()),
        }
    }

    fn push(&mut self, before: Option<TreeLeaf>, after: Option<TreeLeaf>) {
        self.out.push(TreeDifference { keys: self.keys.clone(), before, after });
    }

    fn below<'v>(
        &mut self,
        key: String,
        before: Option<YamlValue<'v>>,
        after: Option<YamlValue<'v>>,
    ) -> Result<(), TooLarge> {
        self.keys.push(key);
        let done = self.compare(before, after);
        self.keys.pop();
        done
    }

    fn compare_mappings(
        &mut self,
        before: YamlValue<'_>,
        after: YamlValue<'_>,
    ) -> Result<(), TooLarge> {
        let (was, is) = (before.pairs(), after.pairs());
        let known: HashMap<&str, YamlValue<'_>> = was.iter().copied().collect();
        for (key, value) in &is {
            self.below((*key).to_owned(), known.get(key).copied(), Some(*value))?;
        }
        let new: HashSet<&str> = is.iter().map(|(key, _)| *key).collect();
        for (key, value) in was.into_iter().filter(|(key, _)| !new.contains(key)) {
            self.below(key.to_owned(), Some(value), None)?;
        }
        Ok(())
    }

    fn compare_lists(
        &mut self,
        before: YamlValue<'_>,
        after: YamlValue<'_>,
    ) -> Result<(), TooLarge> {
        let (was, is): (Vec<_>, Vec<_>) = (before.items().collect(), after.items().collect());
        if let (Some(names), Some(new_names)) = (names_of(&was), names_of(&is)) {
            return self.compare_named((&names, &was), (&new_names, &is));
        }
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for item in &was {
            old.push(self.fingerprint(*item, self.keys.len())?);
        }
        for item in &is {
            new.push(self.fingerprint(*item, self.keys.len())?);
        }
        let start = old.iter().zip(&new).take_while(|(was, is)| was == is).count();
        let ends = old[start..].iter().rev().zip(new[start..].iter().rev());
        let end = ends.take_while(|(was, is)| was == is).count();
        let (was, is) = (&was[start..was.len() - end], &is[start..is.len() - end]);
        let pairs = was.len() == is.len();
        for (at, item) in is.iter().enumerate() {
            let before = was.get(at).copied().filter(|_| pairs);
            self.below(format!("[{}]", start + at), before, Some(*item))?;
        }
        for (at, item) in was.iter().enumerate().filter(|_| !pairs) {
            self.below(format!("[{}]", start + at), Some(*item), None)?;
        }
        Ok(())
    }

    fn compare_named<'v>(
        &mut self,
        (names, was): (&[&'v str], &[YamlValue<'v>]),
        (new_names, is): (&[&'v str], &[YamlValue<'v>]),
    ) -> Result<(), TooLarge> {
        let known: HashMap<&str, YamlValue<'_>> =
            names.iter().copied().zip(was.iter().copied()).collect();
        let new: HashSet<&str> = new_names.iter().copied().collect();
        for (name, item) in new_names.iter().zip(is) {
            self.below(format!("[{name}]"), known.get(name).copied(), Some(*item))?;
        }
        for (name, item) in names.iter().zip(was).filter(|(name, _)| !new.contains(**name)) {
            self.below(format!("[{name}]"), Some(*item), None)?;
        }
        let stay: Vec<&&str> = names.iter().filter(|name| new.contains(**name)).collect();
        let stayed: Vec<&&str> =
            new_names.iter().filter(|name| known.contains_key(**name)).collect();
        if stay != stayed {
            let leaf = |item: &YamlValue<'_>| TreeLeaf {
                text: String::new(),
                form: LeafForm::Order,
                span: item.span(),
                line: item.line(),
            };
            self.keys.push("[order]".to_owned());
            self.push(was.first().map(leaf), is.first().map(leaf));
            self.keys.pop();
        }
        Ok(())
    }

    /// Adds every value of a tree that is on one side only.
    fn list_leaves(&mut self, value: YamlValue<'_>, is_before: bool) -> Result<(), TooLarge> {
        self.spend(self.keys.len())?;
        if let Some(leaf) = leaf_of(value) {
            let (before, after) = if is_before { (Some(leaf), None) } else { (None, Some(leaf)) };
            self.push(before, after);
            return Ok(());
        }
        let mut below = |key: String, value| {
            self.keys.push(key);
            let done = self.list_leaves(value, is_before);
            self.keys.pop();
            done
        };
        if value.is_mapping() {
            return value.pairs().into_iter().try_for_each(|(key, one)| below(key.to_owned(), one));
        }
        let items: Vec<_> = value.items().collect();
        let names = names_of(&items);
        items.iter().enumerate().try_for_each(|(at, item)| {
            let name = names.as_ref().map_or_else(|| at.to_string(), |names| names[at].to_owned());
            below(format!("[{name}]"), *item)
        })
    }

    fn fingerprint(&mut self, value: YamlValue<'_>, depth: usize) -> Result<u64, TooLarge> {
        self.spend(depth)?;
        let mut hasher = DefaultHasher::new();
        if let Some(leaf) = leaf_of(value) {
            (0_u8, leaf.text, leaf.form as u8).hash(&mut hasher);
        } else if value.is_mapping() {
            let mut pairs = value.pairs();
            pairs.sort_by_key(|(key, _)| *key);
            1_u8.hash(&mut hasher);
            for (key, value) in pairs {
                (key, self.fingerprint(value, depth + 1)?).hash(&mut hasher);
            }
        } else {
            2_u8.hash(&mut hasher);
            for item in value.items() {
                self.fingerprint(item, depth + 1)?.hash(&mut hasher);
            }
        }
        Ok(hasher.finish())
    }
}

/// The names of a list's elements, if every element has its own.
fn names_of<'v>(items: &[YamlValue<'v>]) -> Option<Vec<&'v str>> {
    let names: Option<Vec<&str>> = items
        .iter()
        .map(|item| item.get("name").filter(|_| item.is_mapping())?.non_null())
        .collect();
    let names = names?;
    let different: HashSet<&str> = names.iter().copied().collect();
    (different.len() == names.len()).then_some(names)
}

/// Returns a value without values below it; `None` for any other.
pub fn leaf_of(value: YamlValue<'_>) -> Option<TreeLeaf> {
    let (text, form) = match value.text() {
        Some(_) if value.is_null() => (String::new(), LeafForm::Null),
        Some(text)
            if value.style() == Some(QuoteStyle::Plain) && is_number_or_bool(text.trim()) =>
        {
            (text.to_owned(), LeafForm::Untyped)
        }
        Some(text) => (text.to_owned(), LeafForm::Text),
        None if value.is_mapping() && value.pairs().is_empty() => {
            (String::new(), LeafForm::EmptyMapping)
        }
        None if value.is_sequence() && value.items().next().is_none() => {
            (String::new(), LeafForm::EmptyList)
        }
        None => return None,
    };
    Some(TreeLeaf { text, form, span: value.span(), line: value.line() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn told(before: &str, after: &str) -> Vec<String> {
        let (before, after) =
            (yaml::parse(before).expect("yaml"), yaml::parse(after).expect("yaml"));
        let root = |stream: &'static yaml::YamlStream| stream.documents.first()?.root();
        let (before, after) = (Box::leak(Box::new(before)), Box::leak(Box::new(after)));
        let found = find_differences(root(before), root(after)).expect("small");
        let shown = |leaf: &Option<TreeLeaf>| match leaf {
            Some(leaf) if leaf.form == LeafForm::Text => leaf.text.clone(),
            Some(leaf) => format!("{:?} {}", leaf.form, leaf.text).trim().to_owned(),
            None => "-".to_owned(),
        };
        let one = |one: &TreeDifference| {
            format!("{}: {} > {}", one.display_keys(), shown(&one.before), shown(&one.after))
        };
        found.iter().map(one).collect()
    }

    #[test]
    fn only_what_is_said_counts() {
        assert!(told("a: 1\nb: {c: x}\n", "b:\n  c: 'x' # y\na: 1\n").is_empty());
        assert_eq!(told("a: 1\n", "a: '1'\n"), ["a: Untyped 1 > 1"]);
        assert_eq!(told("a: {b: x}\n", "a:\n"), ["a.b: x > -", "a: - > Null"]);
        assert_eq!(told("a: [x]\n", "a: []\n"), ["a[0]: x > -"]);
        assert_eq!(told("", "a: {}\n"), ["a: - > EmptyMapping"]);
    }

    #[test]
    fn elements_are_matched_by_name_or_place() {
        let list = "l: [{name: a, v: x}, {name: b, v: y}]\n";
        assert_eq!(
            told(list, "l: [{name: b, v: y}, {name: a, v: z}]\n"),
            ["l[a].v: x > z", "l[order]: Order > Order"]
        );
        assert_eq!(told("l: [a, b, c]\n", "l: [a, x, b, c]\n"), ["l[1]: - > x"]);
        assert_eq!(told("l: [a, b]\n", "l: [b, a]\n"), ["l[0]: a > b", "l[1]: b > a"]);
    }

    #[test]
    fn aliases_cannot_make_a_small_file_endless() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..10 {
            let all = vec![format!("*a{}", i - 1); 10].join(", ");
            text.push_str(&format!("a{i}: &a{i} [{all}]\n"));
        }
        let stream = yaml::parse(&text).expect("yaml");
        assert_eq!(find_differences(None, stream.documents[0].root()), Err(TooLarge));
    }
}
