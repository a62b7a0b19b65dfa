//! One file that is edited: what may be edited in it, and by which splices.

use super::edits::Consent;
use super::refusal::{Reason, Refusal};
use super::value::{Move, Write};
use crate::git::FileKind;
use crate::model::{Location, Part};
use crate::source::leaf::Leaf;
use crate::source::{Notation, Reader, Unparsed, marker};
use crate::yaml::{self, Dialect, Splice, Spot, Wanted};
use std::rc::Rc;

/// Markers of template engines.
const MARKERS: [&str; 3] = ["{{", "{%", "<%"];

/// A file as it is, and what is wanted of it so far.
pub(super) struct Page {
    path: String,
    pub text: Rc<str>,
    notation: Notation,
    stream: Option<Rc<yaml::Stream>>,
    wanted: Vec<Wanted>,
    /// Keys that go, so that the trees cannot be compared node by node.
    removed: Vec<Splice>,
}

impl Page {
    /// Reads a file whose values are spelled like this.
    ///
    /// # Errors
    /// For links, submodules, and what cannot be read.
    pub fn read(reader: &Reader<'_>, path: &str, notation: Notation) -> Result<Self, Refusal> {
        let refuse = |reason| Refusal::of_file(path, reason);
        match reader.find(path).map(|file| file.kind) {
            Some(FileKind::File) => {}
            Some(FileKind::Symlink) => return Err(refuse(Reason::Symlink)),
            Some(FileKind::Submodule) => return Err(refuse(Reason::Submodule)),
            None => return Err(refuse(Reason::Unreadable("there is no such file".into()))),
        }
        let unreadable =
            || refuse(Reason::Unreadable("it is not UTF-8 text, or not in this clone".into()));
        let text = reader.text(path).ok_or_else(unreadable)?;
        let mut page = Page {
            path: path.to_owned(),
            text,
            notation,
            stream: None,
            wanted: Vec::new(),
            removed: Vec::new(),
        };
        if matches!(notation, Notation::Yaml | Notation::Json) {
            match reader.try_yaml(path) {
                Ok(stream) => page.stream = Some(stream),
                Err(Unparsed::Yaml(_, true)) => page.notation = Notation::Template,
                Err(Unparsed::Yaml(error, false)) => {
                    return Err(refuse(Reason::Unreadable(format!(
                        "it is not valid YAML: {error}"
                    ))));
                }
                Err(Unparsed::Read(error)) => {
                    return Err(refuse(Reason::Unreadable(error.to_string())));
                }
            }
        }
        Ok(page)
    }

    /// Notes what is wanted at one location.
    ///
    /// # Errors
    /// The reason why it cannot be.
    pub fn want(
        &mut self,
        location: &Location,
        change: &Move,
        consent: Consent,
    ) -> Result<(), Reason> {
        let span = location.span.start..location.span.end;
        if self.text.get(span.clone()).is_none_or(str::is_empty) {
            return Err(Reason::Unknown);
        }
        if location.part != Part::Name || change.image.is_some() {
            self.check_line(&span, consent)?;
        }
        match self.stream.clone() {
            Some(stream) => self.want_in_yaml(&stream, location, change, consent),
            None => self.want_in_text(location, change),
        }
    }

    fn want_in_yaml(
        &mut self,
        stream: &yaml::Stream,
        location: &Location,
        change: &Move,
        consent: Consent,
    ) -> Result<(), Reason> {
        let span = location.span.start..location.span.end;
        let text = Rc::clone(&self.text);
        let spot = Spot::find(&text, stream, span.clone())?;
        if spot.is_long_text() {
            return Err(Reason::Embedded);
        }
        let held = spot.text();
        let held = if spot.is_whole() { held.trim_end_matches('\n') } else { held.as_str() };
        let write = change.write(location.part, held)?;
        if write == Write::Nothing {
            return Ok(());
        }
        spot.check_keys()?;
        let uses = spot.uses();
        if !uses.is_empty() && !consent.change_shared {
            return Err(Reason::Anchored(uses));
        }
        match write {
            Write::Nothing => Ok(()),
            Write::Remove => {
                let splice = spot.without_its_key()?;
                self.removed.push(splice);
                Ok(())
            }
            Write::Text(new) => {
                let dialect =
                    if self.notation == Notation::Json { Dialect::Json } else { Dialect::Yaml };
                let splice = spot.replaced_by(&new, dialect)?;
                self.add(Wanted { span, text: new, splice })
            }
        }
    }

    fn want_in_text(&mut self, location: &Location, change: &Move) -> Result<(), Reason> {
        let span = location.span.start..location.span.end;
        let token = self.text[span.clone()].to_owned();
        let held = self.notation.value_of(&token).ok_or(Reason::NotWritable)?;
        match change.write(location.part, held)? {
            Write::Nothing => Ok(()),
            Write::Remove => Err(Reason::NotWritable),
            Write::Text(new) => {
                let text = self.notation.token_of(&token, &new).ok_or(Reason::NotWritable)?;
                self.add(Wanted { span: span.clone(), text: new, splice: Splice { span, text } })
            }
        }
    }

    /// Two entries may share a place, and want the same of it.
    fn add(&mut self, wanted: Wanted) -> Result<(), Reason> {
        let (start, end) = (wanted.splice.span.start, wanted.splice.span.end);
        match self
            .wanted
            .iter()
            .find(|other| other.splice.span.start < end && start < other.splice.span.end)
        {
            None => self.wanted.push(wanted),
            Some(same) if same.splice == wanted.splice => {}
            Some(_) => return Err(Reason::Contradiction),
        }
        Ok(())
    }

    /// Refuses lines of templates and of automations.
    fn check_line(&self, span: &std::ops::Range<usize>, consent: Consent) -> Result<(), Reason> {
        let start = self.text[..span.start].rfind('\n').map_or(0, |end| end + 1);
        let end = self.text[span.end..].find('\n').map_or(self.text.len(), |end| span.end + end);
        let line = &self.text[start..end];
        let marker = MARKERS.into_iter().find(|marker| line.contains(marker));
        if let Some(marker) = marker.filter(|_| self.notation != Notation::Word) {
            return Err(Reason::Template { marker });
        }
        match marker::after(&self.text, span.end) {
            Some(owner) if !consent.force_automated => {
                Err(Reason::Automated { policy: owner.policy })
            }
            _ => Ok(()),
        }
    }

    /// The splices, in order.
    pub fn splices(&self) -> Vec<Splice> {
        let wanted = self.wanted.iter().map(|wanted| &wanted.splice);
        let mut out: Vec<Splice> = wanted.chain(&self.removed).cloned().collect();
        out.sort_by_key(|splice| (splice.span.start, splice.span.end));
        out.dedup();
        out
    }

    /// Does the new text say the same but for what is wanted?
    ///
    /// # Errors
    /// [`Reason::Collateral`] if not.
    pub fn check(&self, reader: &Reader<'_>, new: &Reader<'_>) -> Result<(), Reason> {
        let same = match (&self.stream, self.notation) {
            (Some(_), _) if !self.removed.is_empty() => self.same_leaves(reader, new),
            (Some(old), _) => {
                let new = new.try_yaml(&self.path).ok();
                new.is_some_and(|new| yaml::same_but(&self.text, old, &new, &self.wanted))
            }
            (None, Notation::Template) => self.same_leaves(reader, new),
            (None, _) => true,
        };
        if same { Ok(()) } else { Err(Reason::Collateral) }
    }

    fn same_leaves(&self, old: &Reader<'_>, new: &Reader<'_>) -> bool {
        let (Some(old), Some(new)) =
            (old.leaves_or_scan(&self.path), new.leaves_or_scan(&self.path))
        else {
            return false;
        };
        let is_gone = |leaf: &&Leaf| {
            self.removed
                .iter()
                .any(|gone| gone.span.start <= leaf.span.start && leaf.span.end <= gone.span.end)
        };
        let kept: Vec<&Leaf> = old.iter().filter(|leaf| !is_gone(leaf)).collect();
        let wanted = |leaf: &Leaf| {
            let found = self.wanted.iter().find(|wanted| wanted.span.start == leaf.span.start);
            found.map_or(&*leaf.text, |wanted| wanted.text.as_str()).to_owned()
        };
        kept.len() == new.len()
            && kept
                .iter()
                .zip(new.iter())
                .all(|(old, new)| old.path == new.path && wanted(old) == *new.text)
    }
}
