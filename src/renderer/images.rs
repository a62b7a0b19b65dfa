//! Reads the images out of what a program built.

use crate::model::{BuiltImages, ContainerKey};
use serde::Deserialize;
use serde_yaml::{Deserializer, Mapping, Value};

/// Keys that hold an image: those of containers and of well-known custom resources.
const IMAGE_KEYS: [&str; 2] = ["image", "imageName"];

/// Kinds whose contents are not run.
const STORED: [&str; 2] = ["ConfigMap", "Secret"];

/// Returns the images of Kubernetes objects, in any number of documents.
///
/// # Errors
/// Why the text is not YAML.
pub fn read_objects(text: &str) -> Result<BuiltImages, String> {
    let mut out = BuiltImages::new();
    for document in Deserializer::from_str(text) {
        let value = Value::deserialize(document).map_err(|error| error.to_string())?;
        read_object(&value, &mut out);
    }
    Ok(out)
}

/// Returns the images of the services of a Compose project.
///
/// # Errors
/// Why the text is not a project.
pub fn read_project(text: &str) -> Result<BuiltImages, String> {
    let project: Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    let services = project.get("services").and_then(Value::as_mapping);
    let mut out = BuiltImages::new();
    for (name, service) in services.into_iter().flatten() {
        let (Some(name), Some(image)) = (name.as_str(), service.get("image")) else { continue };
        let key = ContainerKey {
            kind: "service".to_owned(),
            namespace: None,
            name: name.to_owned(),
            container: String::new(),
        };
        if let Some(image) = image.as_str() {
            out.entry(key).or_default().insert(image.to_owned());
        }
    }
    Ok(out)
}

fn read_object(object: &Value, out: &mut BuiltImages) {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let kind = text(object.get("kind")).unwrap_or_default();
    if kind.ends_with("List")
        && let Some(items) = object.get("items").and_then(Value::as_sequence)
    {
        items.iter().for_each(|item| read_object(item, out));
        return;
    }
    if STORED.contains(&kind.as_str()) {
        return;
    }
    let metadata = object.get("metadata");
    let of_metadata = |key: &str| text(metadata.and_then(|metadata| metadata.get(key)));
    let key = ContainerKey {
        kind,
        namespace: of_metadata("namespace"),
        name: of_metadata("name").unwrap_or_default(),
        container: String::new(),
    };
    collect_images(object, "", &key, out);
}

/// Collects the images below a value that stands at `parent`.
fn collect_images(value: &Value, parent: &str, object: &ContainerKey, out: &mut BuiltImages) {
    match value {
        Value::Mapping(mapping) => {
            for image in IMAGE_KEYS.iter().filter_map(|key| mapping.get(*key)?.as_str()) {
                let container = place_name(mapping, parent);
                let key = ContainerKey { container, ..object.clone() };
                out.entry(key).or_default().insert(image.to_owned());
            }
            for (key, child) in mapping {
                collect_images(child, key.as_str().unwrap_or_default(), object, out);
            }
        }
        Value::Sequence(items) => {
            items.iter().for_each(|item| collect_images(item, parent, object, out));
        }
        _ => {}
    }
}

/// `containers api`: the key that leads to a mapping, and its name.
fn place_name(mapping: &Mapping, parent: &str) -> String {
    match mapping.get("name").and_then(Value::as_str) {
        Some(name) => format!("{parent} {name}"),
        None => parent.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(images: &BuiltImages) -> Vec<String> {
        let places = images.iter().flat_map(|(key, images)| images.iter().map(move |i| (key, i)));
        places.map(|(key, image)| format!("{key}: {image}")).collect()
    }

    #[test]
    fn each_container_of_an_object_has_its_image() {
        let text = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: shop}
spec:
  template:
    spec:
      initContainers: [{name: setup, image: 'setup:v1'}]
      containers:
      - {name: api, image: 'api:v2'}
      - {name: proxy, image: 'proxy@sha256:1'}
---
# Source: nothing
---
kind: List
items:
- {kind: CronJob, metadata: {name: job}, spec: {containers: [{name: job, image: 'job:v3'}]}}
- {kind: ConfigMap, metadata: {name: x}, data: {image: 'not:run'}}
---
kind: Cluster
metadata: {name: db}
spec: {imageName: 'pg:16'}
";
        let images = read_objects(text).expect("it is YAML");
        let expected = [
            "Cluster db (spec): pg:16",
            "CronJob job (containers job): job:v3",
            "Deployment shop/api (containers api): api:v2",
            "Deployment shop/api (containers proxy): proxy@sha256:1",
            "Deployment shop/api (initContainers setup): setup:v1",
        ];
        assert_eq!(shown(&images), expected);
        assert!(read_objects("a: [").is_err());
    }

    #[test]
    fn an_object_that_is_built_twice_has_both_images() {
        let one = "kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: 'x:1'}]}\n";
        let two = format!("{one}---\n{}", one.replace("x:1", "x:2"));
        let images = read_objects(&two).expect("it is YAML");
        assert_eq!(shown(&images), ["Pod a (containers c): x:1", "Pod a (containers c): x:2"]);
    }

    #[test]
    fn services_of_a_project_have_images() {
        let text = r#"{"name":"p","services":{"web":{"image":"web:1"},"made":{"build":{}}}}"#;
        let images = read_project(text).expect("it is JSON");
        assert_eq!(shown(&images), ["service web: web:1"]);
    }
}
