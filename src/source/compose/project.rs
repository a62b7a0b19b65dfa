//! The services of a compose project: those of a file, of the file merged over it, and of the files
//! that both take services from by `include` and `extends`.
//!
//! The rules are those of the Compose specification, "Include", "Extends" and "Merge". Where it
//! says nothing, they are what `docker compose config` prints.

use super::environment::Environment;
use crate::git::path::{folder_of, join, resolve};
use crate::source::SnapshotReader;
use crate::source::interpolate::InterpolatedText;
use crate::source::leaf::Leaf;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Files of a project are followed up to this number.
const MAX_FILES: usize = 64;

/// The same file may be taken in many times, each time with other variables.
const MAX_OPENINGS: usize = 500;

/// Files that name each other, and services that extend each other, are followed up to this depth.
const MAX_DEPTH: usize = 16;

/// A compose file, with the variables that its texts may use.
#[derive(Debug)]
pub struct ComposeFile {
    pub path: String,
    pub text: Rc<str>,
    pub leaves: Rc<Vec<Leaf>>,
    pub environment: Environment,
    /// The folder that the names of other files are relative to.
    folder: String,
}

impl ComposeFile {
    /// Returns the value below these keys, with its variables filled in.
    fn value(&self, keys: &[&str]) -> Option<String> {
        self.leaves
            .iter()
            .find(|leaf| leaf.keys().eq(keys.iter().copied()))
            .map(|leaf| InterpolatedText::of(&leaf.text, &self.environment.variables()).text)
    }

    /// Returns the names of the services in the order of the file.
    fn services(&self) -> Vec<&str> {
        let mut out: Vec<&str> = Vec::new();
        for leaf in self.leaves.iter() {
            let mut keys = leaf.keys();
            let Some(service) = keys.next().filter(|key| *key == "services").and(keys.next())
            else {
                continue;
            };
            if out.last() != Some(&service) && !out.contains(&service) {
                out.push(service);
            }
        }
        out
    }
}

/// The image of a service: a value of a file.
#[derive(Debug, Clone)]
pub struct ServiceImage {
    pub service: String,
    /// The file that names the service.
    pub named_in: String,
    /// The file that holds the image.
    pub file: Rc<ComposeFile>,
    /// Index in the leaves of the file.
    leaf: usize,
    /// The image of the same service in the file that this one is merged over.
    pub merged_over: Option<Box<ServiceImage>>,
}

impl ServiceImage {
    pub fn leaf(&self) -> &Leaf {
        &self.file.leaves[self.leaf]
    }
}

/// Collects the services of a project.
pub struct ProjectReader<'a, 's> {
    reader: &'a SnapshotReader<'s>,
    /// All that were opened, those of variables too.
    files: BTreeSet<String>,
    openings: usize,
    /// What was not followed, as parts of one sentence about the first file.
    facts: Vec<String>,
}

impl<'a, 's> ProjectReader<'a, 's> {
    pub fn new(reader: &'a SnapshotReader<'s>) -> Self {
        ProjectReader { reader, files: BTreeSet::new(), openings: 0, facts: Vec::new() }
    }

    /// Opens the first file of a project, or one that is merged over it.
    pub fn open(&mut self, path: &str, environment: Environment) -> Option<Rc<ComposeFile>> {
        self.load(path, folder_of(path), environment)
    }

    /// Returns the files that were opened, and what could not be followed.
    pub fn finish(self) -> (BTreeSet<String>, Vec<String>) {
        (self.files, self.facts)
    }

    /// Returns the images of all services of a file, with those that it includes. A service without
    /// an image has none.
    pub fn images(&mut self, file: &Rc<ComposeFile>) -> Vec<ServiceImage> {
        self.images_at(file, 0)
    }

    fn images_at(&mut self, file: &Rc<ComposeFile>, depth: usize) -> Vec<ServiceImage> {
        let mut out = Vec::new();
        for include in includes(file) {
            let found = self.included_images(file, &include, depth + 1);
            out = replace_services(out, found);
        }
        let own = file.services().into_iter().filter_map(|service| {
            let (at, leaf) = self.image_of(file, service, 0)?;
            let (service, named_in) = (service.to_owned(), file.path.clone());
            Some(ServiceImage { service, named_in, file: at, leaf, merged_over: None })
        });
        let own: Vec<ServiceImage> = own.collect();
        replace_services(out, own)
    }

    /// Returns the images of the files of one element of `include`, merged over each other.
    fn included_images(
        &mut self,
        from: &Rc<ComposeFile>,
        include: &Include,
        depth: usize,
    ) -> Vec<ServiceImage> {
        if depth > MAX_DEPTH {
            self.add_fact(format!("has more than {MAX_DEPTH} files that include each other"));
            return Vec::new();
        }
        let paths: Vec<String> =
            include.paths.iter().filter_map(|name| self.find(from, name)).collect();
        let Some(first) = paths.first() else { return Vec::new() };
        let folder = match &include.folder {
            Some(name) => resolve(&from.folder, name).unwrap_or_default(),
            None => folder_of(first).to_owned(),
        };
        let mut environment = from.environment.clone();
        if include.variables.is_empty() {
            environment.add(&join(&folder, ".env"), self.reader);
        }
        for name in include.variables.iter().rev() {
            if let Some(path) = self.find(from, name) {
                environment.add(&path, self.reader);
                self.files.insert(path);
            }
        }
        let mut out = Vec::new();
        for path in paths {
            if let Some(file) = self.load(&path, &folder, environment.clone()) {
                let images = self.images_at(&file, depth);
                out = merge_services(out, images);
            }
        }
        out
    }

    /// Returns the file that holds the image of a service, with the index of its leaf. Reads all
    /// files that the service takes anything from, also where it has an image of its own.
    fn image_of(
        &mut self,
        file: &Rc<ComposeFile>,
        service: &str,
        depth: usize,
    ) -> Option<(Rc<ComposeFile>, usize)> {
        let own = ["services", service, "image"];
        let is_own = |leaf: &Leaf| leaf.keys().eq(own) && !leaf.is_empty();
        let own = file.leaves.iter().position(is_own).map(|leaf| (file.clone(), leaf));
        let inherited = self.extended_image(file, service, depth);
        own.or(inherited)
    }

    /// Returns the image of the service that another one extends.
    fn extended_image(
        &mut self,
        file: &Rc<ComposeFile>,
        service: &str,
        depth: usize,
    ) -> Option<(Rc<ComposeFile>, usize)> {
        let short = file.value(&["services", service, "extends"]);
        let extended =
            short.or_else(|| file.value(&["services", service, "extends", "service"]))?;
        if depth > MAX_DEPTH {
            self.add_fact(format!("`{service}` extends too many services"));
            return None;
        }
        let Some(name) = file.value(&["services", service, "extends", "file"]) else {
            return self.image_of(file, &extended, depth + 1);
        };
        let path = self.find(file, &name)?;
        let folder = folder_of(&path).to_owned();
        let other = self.load(&path, &folder, file.environment.clone())?;
        self.image_of(&other, &extended, depth + 1)
    }

    /// Returns the path of a file that another one names.
    fn find(&mut self, from: &ComposeFile, name: &str) -> Option<String> {
        let is_here = !name.contains("://") && !name.starts_with("git@");
        let path = resolve(&from.folder, name).filter(|_| is_here);
        let path = path.filter(|path| self.reader.file_exists(path));
        if path.is_none() {
            self.add_fact(format!("names `{name}`, which is not followed"));
        }
        path
    }

    fn load(
        &mut self,
        path: &str,
        folder: &str,
        environment: Environment,
    ) -> Option<Rc<ComposeFile>> {
        self.openings += 1;
        self.files.insert(path.to_owned());
        if self.files.len() > MAX_FILES || self.openings > MAX_OPENINGS {
            self.add_fact("takes services from too many files".to_owned());
            return None;
        }
        let (leaves, text) = (self.reader.read_leaves(path)?, self.reader.read_text(path)?);
        let (path, folder) = (path.to_owned(), folder.to_owned());
        Some(Rc::new(ComposeFile { path, text, leaves, environment, folder }))
    }

    fn add_fact(&mut self, fact: String) {
        if !self.facts.contains(&fact) {
            self.facts.push(fact);
        }
    }
}

/// An element of `include`, as it is written, with its variables filled in.
#[derive(Debug, Default)]
struct Include {
    /// Files that are merged over each other.
    paths: Vec<String>,
    /// Files of variables; of two values, the later one counts.
    variables: Vec<String>,
    /// The folder that names are relative to.
    folder: Option<String>,
}

fn includes(file: &ComposeFile) -> Vec<Include> {
    let variables = file.environment.variables();
    let mut out: Vec<(&str, Include)> = Vec::new();
    for leaf in file.leaves.iter() {
        let keys: Vec<&str> = leaf.keys().collect();
        let [first, element, rest @ ..] = &keys[..] else { continue };
        if *first != "include" {
            continue;
        }
        if out.last().is_none_or(|(last, _)| last != element) {
            out.push((element, Include::default()));
        }
        let Some((_, include)) = out.last_mut() else { continue };
        let text = InterpolatedText::of(&leaf.text, &variables).text;
        match rest {
            [] | ["path"] | ["path", _] => include.paths.push(text),
            ["env_file"] | ["env_file", _] => include.variables.push(text),
            ["project_directory"] => include.folder = Some(text),
            _ => {}
        }
    }
    out.into_iter().map(|(_, include)| include).collect()
}

/// Adds services. One of the same name replaces that which was there.
fn replace_services(mut all: Vec<ServiceImage>, more: Vec<ServiceImage>) -> Vec<ServiceImage> {
    for image in more {
        match all.iter_mut().find(|known| known.service == image.service) {
            Some(known) => *known = image,
            None => all.push(image),
        }
    }
    all
}

/// Merges services over others. The image of the upper one wins.
pub fn merge_services(lower: Vec<ServiceImage>, upper: Vec<ServiceImage>) -> Vec<ServiceImage> {
    let mut lower = lower;
    for mut image in upper {
        match lower.iter_mut().find(|known| known.service == image.service) {
            Some(known) => {
                image.merged_over = Some(Box::new(known.clone()));
                *known = image;
            }
            None => lower.push(image),
        }
    }
    lower
}
