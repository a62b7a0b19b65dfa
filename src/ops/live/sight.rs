//! The objects of a snapshot that belong to a cell.

use crate::config::gates::matches_glob;
use crate::config::{CellTemplate, LiveRule};
use crate::live::{LiveGap, LiveImage, LiveObject, LiveSnapshot, ObjectId};
use crate::model::{CellKey, ImageReference, MappingEntry, base_name};
use jiff::Timestamp;
use std::collections::{BTreeSet, HashMap};

/// The objects of controllers, which deliver workloads.
const DELIVERIES: [&str; 3] = ["Application", "Kustomization", "HelmRelease"];

/// A snapshot by namespace.
pub struct SightIndex<'s> {
    snapshot: &'s LiveSnapshot,
    by_namespace: HashMap<&'s str, Vec<&'s LiveObject>>,
    /// Objects by their name, the apps of their labels, and the names of their images.
    by_word: HashMap<String, Vec<&'s LiveObject>>,
}

/// What a snapshot shows of a cell.
#[derive(Debug, Default)]
pub struct CellSight<'s> {
    /// Objects of controllers.
    pub deliveries: Vec<&'s LiveObject>,
    /// Workloads, with the images of the cell in them.
    pub workloads: Vec<(&'s LiveObject, Vec<&'s LiveImage>)>,
    /// What could not be seen where the cell is.
    pub gaps: Vec<&'s LiveGap>,
    /// Why nothing can be said, although there are objects.
    pub trouble: Option<String>,
    pub looked: Option<Timestamp>,
}

/// A cell, and what tells its objects from those of others.
#[derive(Clone, Copy)]
pub struct SightQuery<'q> {
    pub entry: &'q MappingEntry,
    pub rule: Option<&'q LiveRule>,
    /// True where another app has the same image.
    pub shares_image: bool,
}

impl<'s> SightIndex<'s> {
    /// Indexes a snapshot.
    pub fn new(snapshot: &'s LiveSnapshot) -> Self {
        let mut by_namespace: HashMap<&str, Vec<&LiveObject>> = HashMap::new();
        for object in &snapshot.objects {
            let namespace = object.namespace.as_deref().unwrap_or_default();
            by_namespace.entry(namespace).or_default().push(object);
        }
        SightIndex { snapshot, by_namespace, by_word: index_words(snapshot) }
    }

    /// Finds the objects of a cell.
    pub fn find(&self, query: SightQuery<'_>) -> CellSight<'s> {
        let cell = query.entry.cell();
        let scope = CellScope::new(query.rule, &cell);
        // An object without a namespace can be of any.
        let named = |name: &str| self.by_namespace.get(name).into_iter().flatten().copied();
        let in_scope: Vec<&'s LiveObject> = match &scope.namespace {
            Some(namespace) => named(namespace).chain(named("")).collect(),
            None => self.candidates(&query, &cell),
        };
        let is_ours = |object: &&&'s LiveObject| scope.has(object, &cell);
        let here: Vec<&'s LiveObject> = in_scope.iter().filter(is_ours).copied().collect();
        let gaps = self.snapshot.gaps.iter().filter(|gap| scope.has_gap(gap)).collect();
        let looked = Some(self.snapshot.time);
        let mut sight = CellSight { gaps, looked, ..CellSight::default() };
        let named = query.rule.and_then(|rule| rule.apps.as_ref());
        let deliveries = here.iter().filter(|object| is_delivery(object));
        sight.deliveries = match named.map(|template| template.expand(&cell)) {
            Some(name) => deliveries.filter(|object| object.name == name).copied().collect(),
            None => deliveries.filter(|object| is_named_like(object, &cell)).copied().collect(),
        };
        if let Some(rule) = query.rule.filter(|rule| rule.apps.is_some()) {
            self.add_delivered(&mut sight, rule, &query, &cell);
        } else {
            let workloads = here.into_iter().filter(|object| !is_delivery(object)).collect();
            add_workloads(&mut sight, workloads, &query, &cell);
        }
        sight
    }

    /// The objects of all namespaces that can be those of a cell.
    fn candidates(&self, query: &SightQuery<'_>, cell: &CellKey) -> Vec<&'s LiveObject> {
        let rule = query.rule;
        if rule.is_some_and(|rule| rule.workloads.is_some()) {
            return self.snapshot.objects.iter().collect();
        }
        let mut words = own_names(cell);
        words.extend(rule.and_then(|rule| rule.apps.as_ref()).map(|apps| apps.expand(cell)));
        words.extend(query.entry.image.as_deref().map(repository_name));
        let found = words.iter().filter_map(|word| self.by_word.get(word)).flatten();
        let mut out: Vec<&'s LiveObject> = Vec::new();
        for object in found {
            if !out.iter().any(|known| std::ptr::eq(*known, *object)) {
                out.push(object);
            }
        }
        out
    }

    /// Adds the workloads that the objects of controllers deliver, in whatever namespace.
    fn add_delivered(
        &self,
        sight: &mut CellSight<'s>,
        rule: &LiveRule,
        query: &SightQuery<'_>,
        cell: &CellKey,
    ) {
        let ids: BTreeSet<&ObjectId> =
            sight.deliveries.iter().flat_map(|object| &object.delivers).collect();
        let namespaces: BTreeSet<&str> = ids.iter().map(|id| id.namespace.as_str()).collect();
        let context = rule.context.as_ref().map(|template| template.expand(cell));
        let is_here = |gap: &&'s LiveGap| {
            gap.namespace.as_deref().is_some_and(|name| namespaces.contains(name))
                && is_in(&context, &gap.context)
                && !sight.gaps.contains(gap)
        };
        let gaps: Vec<&LiveGap> = self.snapshot.gaps.iter().filter(is_here).collect();
        sight.gaps.extend(gaps);
        let objects = namespaces.iter().filter_map(|name| self.by_namespace.get(*name)).flatten();
        let is_delivered = |object: &&&'s LiveObject| {
            !is_delivery(object)
                && ids.contains(&object.id())
                && is_of_context(&context, &object.context)
        };
        let workloads: Vec<&'s LiveObject> = objects.filter(is_delivered).copied().collect();
        add_workloads(sight, workloads, query, cell);
    }
}

/// The place of a cell, with its names filled in.
struct CellScope {
    context: Option<String>,
    namespace: Option<String>,
    has_rule: bool,
}

impl CellScope {
    fn new(rule: Option<&LiveRule>, cell: &CellKey) -> Self {
        let expand = |template: Option<&CellTemplate>| template.map(|one| one.expand(cell));
        CellScope {
            context: expand(rule.and_then(|rule| rule.context.as_ref())),
            namespace: expand(rule.and_then(|rule| rule.namespace.as_ref())),
            has_rule: rule.is_some(),
        }
    }

    /// An object that names its stage is of that stage. Without a rule, no other object is
    /// anyone's.
    fn has(&self, object: &LiveObject, cell: &CellKey) -> bool {
        let target = cell.target.as_ref().map(|target| target.as_str());
        match &object.stage {
            Some(stage) => {
                stage == cell.stage.as_str()
                    && object.target.as_deref().is_none_or(|named| target == Some(named))
                    && is_in(&self.context, &object.context)
            }
            None => self.has_rule && is_of_context(&self.context, &object.context),
        }
    }

    fn has_gap(&self, gap: &LiveGap) -> bool {
        is_in(&self.context, &gap.context)
            && (gap.namespace.is_none()
                || self.namespace.is_none()
                || gap.namespace == self.namespace)
    }
}

/// True if a place is the wanted one. Where nothing is wanted, or nothing is said, it is.
fn is_in(wanted: &Option<String>, named: &Option<String>) -> bool {
    wanted.is_none() || named.is_none() || wanted == named
}

/// True if an object is of the cluster that a rule names. A rule without a context is about the
/// current one, whose objects name none.
fn is_of_context(wanted: &Option<String>, named: &Option<String>) -> bool {
    named.is_none() || wanted == named
}

fn is_delivery(object: &LiveObject) -> bool {
    DELIVERIES.contains(&object.kind.as_str())
}

/// True for an object with the name of the app, or with a label that names it.
fn is_named_like(object: &LiveObject, cell: &CellKey) -> bool {
    object.apps.contains(cell.app.as_str()) || own_names(cell).contains(&object.name)
}

/// The names that a workload of a cell has by custom.
fn own_names(cell: &CellKey) -> Vec<String> {
    let app = cell.app.to_string();
    let component = cell.component.as_ref();
    let parts = component.map(|component| [format!("{app}-{component}"), component.clone()]);
    parts.into_iter().flatten().chain([app]).collect()
}

fn index_words(snapshot: &LiveSnapshot) -> HashMap<String, Vec<&LiveObject>> {
    let mut out: HashMap<String, Vec<&LiveObject>> = HashMap::new();
    for object in &snapshot.objects {
        let images = object.images.iter().map(|image| repository_name(&image.image));
        let mut words: BTreeSet<String> = images.chain(object.apps.iter().cloned()).collect();
        words.insert(object.name.clone());
        for word in words {
            out.entry(word).or_default().push(object);
        }
    }
    out
}

fn add_workloads<'s>(
    sight: &mut CellSight<'s>,
    workloads: Vec<&'s LiveObject>,
    query: &SightQuery<'_>,
    cell: &CellKey,
) {
    let pattern = query.rule.and_then(|rule| rule.workloads.as_ref());
    let pattern = pattern.map(|template| template.expand(cell));
    let fits = |object: &&LiveObject| {
        pattern.as_ref().is_none_or(|pattern| matches_glob(pattern, &object.name))
    };
    let fitting: Vec<&'s LiveObject> = workloads.into_iter().filter(fits).collect();
    let is_told = pattern.is_some() || !sight.deliveries.is_empty();
    let Some(image) = &query.entry.image else {
        add_by_name(sight, &fitting, cell, is_told);
        return;
    };
    let has_image = |object: &&'s LiveObject| {
        let same = |one: &&LiveImage| is_same_repository(&one.image, image);
        let images: Vec<&'s LiveImage> = object.images.iter().filter(same).collect();
        (!images.is_empty()).then_some((*object, images))
    };
    let mut found: Vec<_> = fitting.iter().filter_map(has_image).collect();
    let own = |object: &LiveObject| is_named_like(object, cell);
    if query.shares_image && !is_told && !found.is_empty() {
        found.retain(|(object, _)| own(object));
        if found.is_empty() {
            sight.trouble = Some(format!(
                "several apps run {image}, and no workload is named like {}; `workloads` in \
                 towpath.yaml tells them apart",
                cell.app
            ));
        }
    }
    if found.is_empty() && sight.trouble.is_none() {
        // The image was replaced by another one, by hand or in a base.
        let named: Vec<&&LiveObject> = fitting.iter().filter(|object| own(object)).collect();
        let [object] = named[..] else { return };
        if let [other] = &object.images[..] {
            found.push((*object, vec![other]));
        }
    }
    sight.workloads = found;
}

/// Where the repository does not name the image, the name of the workload has to tell it.
fn add_by_name<'s>(
    sight: &mut CellSight<'s>,
    fitting: &[&'s LiveObject],
    cell: &CellKey,
    is_told: bool,
) {
    let named: Vec<&'s LiveObject> = match is_told {
        true => fitting.to_vec(),
        false => fitting.iter().filter(|object| is_named_like(object, cell)).copied().collect(),
    };
    for object in named {
        let words = [cell.component.as_deref(), Some(cell.app.as_str())];
        let is_ours = |one: &&LiveImage| {
            let name = ImageReference::parse(&one.image).name;
            words
                .into_iter()
                .flatten()
                .any(|word| base_name(&name) == word || one.container.as_deref() == Some(word))
        };
        let images: Vec<&LiveImage> = match &object.images[..] {
            [only] => vec![only],
            several => several.iter().filter(is_ours).collect(),
        };
        if images.is_empty() {
            sight.trouble = Some(format!(
                "the repository does not name the image of {}, and {} has several",
                cell.app,
                object.title()
            ));
        } else {
            sight.workloads.push((object, images));
        }
    }
}

/// True if two references name the same repository.
pub fn is_same_repository(reference: &str, name: &str) -> bool {
    repository_name(reference) == repository_name(name)
}

/// The repository of a reference: `nginx:1` is of `nginx`, as `docker.io/library/nginx` is.
fn repository_name(reference: &str) -> String {
    let name = ImageReference::parse(reference).name;
    let short = name.strip_prefix("index.docker.io/").or(name.strip_prefix("docker.io/"));
    short.map(|rest| rest.strip_prefix("library/").unwrap_or(rest).to_owned()).unwrap_or(name)
}
