//! `*.tfvars`: values read with an HCL parser. `*.tfvars.json` is read as JSON.
//!
//! In `*.tf`, `*.hcl` and `*.nomad`, blocks are read too, but only for images and their tags: a
//! `version` in a block is that of a provider, a module or an engine.

use super::convention::KeySyntax;
use super::leaf::{KEY_SEPARATOR, Leaf, MAX_LEAVES};
use super::line_starts::LineStarts;
use super::shape;
use super::{Claim, NameMatch, SnapshotReader, Source, ValueNotation, VersionFinding, keyed};
use crate::model::{SourceKind, Span, Warning};
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, Body};

/// The tfvars source; see the module.
pub struct TfvarsSource;

/// Maximum file size. The parser searches all keys of an object for each new one, so a large file
/// would take minutes; files that pin versions have a few kilobytes.
const MAX_BYTES: usize = 256 << 10;

/// Minimum score of a key: `sha` counts, a version-like value under any key does not.
const SCORE: u8 = 4;

impl Source for TfvarsSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Tfvars
    }

    fn recognises_name(&self, _name: &str, extension: &str) -> Option<NameMatch> {
        matches!(extension, "tfvars" | "hcl" | "tf" | "nomad").then_some(NameMatch::Extension)
    }

    fn opens_name(&self, name: &str, extension: &str) -> bool {
        self.recognises_name(name, extension).is_some()
    }

    fn notation(&self, path: &str) -> ValueNotation {
        if path.ends_with(".json") { ValueNotation::Json } else { ValueNotation::Hcl }
    }

    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        let path = &claim.path;
        let parsed;
        let leaves: &[Leaf] = if path.ends_with(".json") {
            let Some(leaves) = reader.read_leaves(path) else { return Vec::new() };
            parsed = leaves.to_vec();
            &parsed
        } else {
            let Some(text) = reader.read_text(path) else { return Vec::new() };
            match parse_leaves(&text) {
                Ok(leaves) => parsed = leaves,
                Err(message) => {
                    reader.add_warning(Warning::for_file("not-hcl", path, message));
                    return Vec::new();
                }
            }
            &parsed
        };
        let mut found = keyed::find_versions(
            claim.rule,
            leaves,
            &|_| path.clone(),
            KeySyntax::Assignments,
            SCORE,
        );
        keyed::tell_apart(&mut found);
        found
    }
}

/// Returns the scalars of a file with their chains of keys. The parser itself refuses deep nesting.
///
/// # Errors
/// A message with the position of the syntax error.
fn parse_leaves(text: &str) -> Result<Vec<Leaf>, String> {
    if text.len() > MAX_BYTES {
        return Err(format!(
            "is {} bytes long; towpath reads HCL files up to {MAX_BYTES} bytes",
            text.len()
        ));
    }
    // The parser does not accept a byte order mark; positions are relative to the text after it.
    let body_text = text.trim_start_matches('\u{feff}');
    let body: Body = hcl_edit::parser::parse_body(body_text).map_err(|error| {
        let place = error.location();
        format!(
            "is not valid HCL: {} at line {}, column {}",
            error.message(),
            place.line(),
            place.column()
        )
    })?;
    let mut walk = TfvarsCollector {
        leaves: Vec::new(),
        lines: LineStarts::of(text),
        shift: text.len() - body_text.len(),
        path: String::new(),
        bytes: 0,
    };
    for attribute in body.attributes() {
        // What Terragrunt hands to a module is called as in the module.
        if attribute.key.as_str() == "inputs" && attribute.value.is_object() {
            walk.visit_value(&attribute.value);
        } else {
            walk.visit_key(attribute.key.as_str(), &attribute.value);
        }
    }
    let own = walk.leaves.len();
    for block in body.blocks() {
        walk.visit_block(block);
    }
    let blocks = walk.leaves.split_off(own);
    walk.leaves.extend(blocks.into_iter().filter(pins_image));
    Ok(walk.leaves)
}

struct TfvarsCollector {
    leaves: Vec<Leaf>,
    lines: LineStarts,
    /// Bytes before the text given to the parser.
    shift: usize,
    path: String,
    /// Total bytes of the leaves' paths and values.
    bytes: usize,
}

/// Blocks that stand for what they hold or are labelled with: `locals`, `module "web"`, and the
/// kinds of a resource; `config` is that of a Nomad task.
const BARE_BLOCKS: [&str; 6] = ["locals", "module", "variable", "resource", "data", "config"];

/// True for a value in a block that is an image with its version, or the tag of one.
fn pins_image(leaf: &Leaf) -> bool {
    let named = leaf.last().to_ascii_lowercase();
    if leaf.plain || !shape::is_literal(&leaf.text) {
        return false;
    }
    if let Some(reference) = shape::parse_reference(&leaf.text) {
        let says_image = named.contains("image") || named.contains("container");
        return shape::certain_reference(&leaf.text).is_some()
            || says_image && reference.name.contains('/');
    }
    let words: Vec<&str> = named.split(['_', '-']).collect();
    let about_image = words.iter().any(|word| matches!(*word, "image" | "docker" | "container"));
    let about_tag = words.last().is_some_and(|word| matches!(*word, "tag" | "version" | "sha"));
    about_image && about_tag && shape::is_tag(&leaf.text)
}

impl TfvarsCollector {
    /// Visits a block and those in it. The first label of a resource is its type, which says
    /// nothing about what runs.
    fn visit_block(&mut self, block: &Block) {
        let length = self.path.len();
        let ident = block.ident.as_str();
        let bare = BARE_BLOCKS.contains(&ident);
        let typed = usize::from(matches!(ident, "resource" | "data"));
        let labels = block.labels.iter().skip(typed).map(|label| label.as_str());
        let names = (!bare && block.labels.is_empty()).then_some(ident).into_iter().chain(labels);
        for name in names {
            self.push_name(name);
        }
        for attribute in block.body.attributes() {
            // The default of a variable is the value of what the label names.
            match attribute.key.as_str() {
                "default" if ident == "variable" => self.visit_value(&attribute.value),
                key => self.visit_key(key, &attribute.value),
            }
        }
        for inner in block.body.blocks() {
            self.visit_block(inner);
        }
        self.path.truncate(length);
    }

    fn push_name(&mut self, name: &str) {
        if !self.path.is_empty() {
            self.path.push(KEY_SEPARATOR);
        }
        self.path.push_str(name);
    }

    fn visit_key(&mut self, key: &str, value: &Expression) {
        let length = self.path.len();
        self.push_name(key);
        self.visit_value(value);
        self.path.truncate(length);
    }

    fn visit_value(&mut self, value: &Expression) {
        match value {
            Expression::Object(object) => {
                for (key, value) in object.iter() {
                    if let Some(key) = key_text(key) {
                        self.visit_key(&key, value.expr());
                    }
                }
            }
            Expression::Array(array) => {
                for (index, item) in array.iter().enumerate() {
                    self.visit_key(&item_label(item, index), item);
                }
            }
            // `jsonencode([…])` and the like pass on what they are given.
            Expression::FuncCall(call) => {
                call.args.iter().for_each(|value| self.visit_value(value))
            }
            Expression::Parenthesis(inner) => self.visit_value(inner.inner()),
            Expression::String(text) => self.push_leaf(text.as_str().to_owned(), value, false),
            Expression::Number(number) => self.push_leaf(number.to_string(), value, true),
            _ => {}
        }
    }

    fn push_leaf(&mut self, text: String, value: &Expression, plain: bool) {
        let Some(range) = value.span() else { return };
        self.bytes += self.path.len() + text.len();
        if self.bytes > MAX_BYTES || self.leaves.len() >= MAX_LEAVES {
            return;
        }
        let span = Span { start: range.start + self.shift, end: range.end + self.shift };
        self.leaves.push(Leaf {
            path: self.path.as_str().into(),
            text: text.into(),
            line: self.lines.line_of(span.start),
            span,
            document: 0,
            plain,
            alias: false,
            embedded: false,
        });
    }
}

fn key_text(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(ident) => Some(ident.as_str().to_owned()),
        ObjectKey::Expression(Expression::String(text)) => Some(text.as_str().to_owned()),
        // `(var.name)` and the like are unknown until Terraform runs.
        ObjectKey::Expression(Expression::Variable(name)) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(_) => None,
    }
}

/// Returns the label of a list's element: its `name`, or else its index, as for YAML.
fn item_label(item: &Expression, index: usize) -> String {
    let named = item.as_object().and_then(|object| {
        let (_, value) = object.iter().find(|(key, _)| key_text(key).as_deref() == Some("name"))?;
        value.expr().as_str().filter(|name| !name.contains('\n')).map(str::to_owned)
    });
    format!("[{}]", named.unwrap_or_else(|| index.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SourceRule;
    use crate::model::KeyTemplate;
    use crate::source::testing::repository;

    #[test]
    fn attributes_and_objects_are_leaves() {
        let text = "\u{feff}# é\r\nimage_tag = \"1.10\" # x\r\nn = 7\nsvc = {\n  web = { sha = \"abc1234\", \"v.x\" : \"2\" }\n}\nlist = [{ name = \"a\", tag = \"v1\" }, \"b\"]\nx = \"${var.y}\"\nz = var.q\n";
        let found: Vec<String> = parse_leaves(text)
            .expect("hcl")
            .iter()
            .map(|l| {
                format!(
                    "{}={} :{} <{}>",
                    l.display_key(),
                    l.text,
                    l.line,
                    &text[l.span.start..l.span.end]
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                "image_tag=1.10 :2 <\"1.10\">",
                "n=7 :3 <7>",
                "svc.web.sha=abc1234 :5 <\"abc1234\">",
                "svc.web.v.x=2 :5 <\"2\">",
                "list[a].name=a :7 <\"a\">",
                "list[a].tag=v1 :7 <\"v1\">",
                "list[1]=b :7 <\"b\">"
            ]
        );
    }

    fn read(path: &str, content: &str, edit: impl FnOnce(&mut SourceRule)) -> Vec<String> {
        let mut rule = SourceRule::new(SourceKind::Tfvars, path, &[]).expect("a path");
        edit(&mut rule);
        let (found, warnings) = repository(&[(path, content)]).read(rule);
        let show = |f: &VersionFinding| {
            let who = f.captures.get("app").cloned().or(f.component.clone()).unwrap_or("-".into());
            format!(
                "{who} {} {} :{}",
                f.image.as_deref().unwrap_or("-"),
                f.version,
                f.locations[0].line
            )
        };
        let found = found.iter().map(|(_, f)| show(f));
        found.chain(warnings.iter().map(|w| format!("{}: {}", w.code, w.message))).collect()
    }

    #[test]
    fn keys_by_convention() {
        assert_eq!(
            read("a.tfvars", "sha = \"0738661a\"\nversion = \"1.2.3\"\nregion = \"eu\"\n", |_| {}),
            ["sha - 0738661a :1", "version - 1.2.3 :2"]
        );
        assert_eq!(
            read(
                "a.tfvars",
                "web_image_tag = \"main\"\nimage = \"r.io/a/db:7\"\nkubernetes_version = \"1.27\"\n",
                |_| {}
            ),
            ["web - main :1", "- r.io/a/db 7 :2"]
        );
        assert_eq!(read("a.tfvars.json", "{\"image_tag\": \"v1\"}", |_| {}), ["- - v1 :1"]);
    }

    #[test]
    fn images_in_blocks() {
        let text = r#"
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "1.2.3" }
  }
}
variable "web_image_tag" {
  default = "v1.4.0"
}
variable "region" { default = "eu-1" }
locals {
  api_image = "ghcr.io/example/api:2.0.1"
  engine_version = "16.13"
}
module "jobs" {
  source  = "terraform-aws-modules/ecs/aws"
  version = "5.1.0"
  default_docker_image_url = "example/jobs:latest"
}
resource "aws_ecs_task_definition" "shop" {
  container_definitions = jsonencode([{ name = "main", image = "r.io/example/shop:v7" }])
}
resource "google_cloud_run_service" "mail" {
  template {
    spec {
      containers { image = "gcr.io/example/mail:v3" }
    }
  }
}
resource "docker_image" "computed" { name = "r.io/x/y:${var.tag}" }
"#;
        assert_eq!(
            read("main.tf", text, |_| {}),
            [
                "web - v1.4.0 :8",
                "api ghcr.io/example/api 2.0.1 :12",
                "jobs example/jobs latest :18",
                "shop.main r.io/example/shop v7 :21",
                "mail gcr.io/example/mail v3 :26",
            ]
        );
        let nomad = "job \"web\" {\n  group \"g\" {\n    task \"server\" {\n      config { image = \"r.io/x/web:v2\" }\n    }\n  }\n}\n";
        assert_eq!(read("web.nomad", nomad, |_| {}), ["web.g.server r.io/x/web v2 :4"]);
    }

    #[test]
    fn keys_by_rule() {
        let tags = |rule: &mut SourceRule| {
            rule.tags.push(KeyTemplate::parse("services.{app}.rev", &[]).expect("a key"))
        };
        let text = "image_tag = \"v9\"\nservices = {\n  web = { rev = \"a1\" }\n  api = { rev = \"b2\" }\n}\n";
        assert_eq!(read("a.tfvars", text, tags), ["web - a1 :3", "api - b2 :4"]);
    }

    #[test]
    fn what_is_no_hcl_is_a_warning_never_a_crash() {
        let deep = format!("a = {}", "[".repeat(100_000));
        for text in ["a = \n", "{{ x }}", "a = \"open\n", deep.as_str()] {
            let found = read("a.tfvars", text, |_| {});
            assert!(
                found.len() == 1 && found[0].starts_with("not-hcl: is not valid HCL"),
                "{found:?}"
            );
        }
        assert!(read("a.tfvars", "", |_| {}).is_empty());
        let large = "a = 1\n".repeat(50_000);
        assert!(read("a.tfvars", &large, |_| {})[0].starts_with("not-hcl: is 300000 bytes long"));
    }
}
