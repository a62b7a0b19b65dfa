//! Templates of charts: which lines of a template can touch neither an image nor which objects run
//! one. Nothing is rendered; a line is harmless by itself, or because of what its file holds.

use super::UnprovenPlace;
use super::objects::{is_without_images, is_workload};
use std::collections::BTreeSet;

/// Keys of containers and pods whose scalars are harmless, whatever a template makes of them.
const HARMLESS: &[&str] = &[
    "activeDeadlineSeconds",
    "allowPrivilegeEscalation",
    "averageUtilization",
    "backoffLimit",
    "completions",
    "concurrencyPolicy",
    "containerPort",
    "cpu",
    "ephemeral-storage",
    "failedJobsHistoryLimit",
    "failureThreshold",
    "fsGroup",
    "imagePullPolicy",
    "initialDelaySeconds",
    "maxSurge",
    "maxUnavailable",
    "memory",
    "minReadySeconds",
    "mountPath",
    "parallelism",
    "periodSeconds",
    "port",
    "preemptionPolicy",
    "priorityClassName",
    "progressDeadlineSeconds",
    "readOnly",
    "readOnlyRootFilesystem",
    "replicas",
    "restartPolicy",
    "revisionHistoryLimit",
    "runAsGroup",
    "runAsNonRoot",
    "runAsUser",
    "schedule",
    "serviceAccountName",
    "storage",
    "subPath",
    "successThreshold",
    "successfulJobsHistoryLimit",
    "targetPort",
    "terminationGracePeriodSeconds",
    "timeoutSeconds",
    "timeZone",
    "ttlSecondsAfterFinished",
];

/// Keys of variables, harmless in templates of workloads. In other kinds, such as Argo CD's
/// applications, a `name` and a `value` may set an image.
const OF_VARIABLES: &[&str] = &[
    "configMapKeyRef",
    "configMapRef",
    "env",
    "envFrom",
    "fieldPath",
    "fieldRef",
    "key",
    "name",
    "optional",
    "secretKeyRef",
    "secretRef",
    "value",
    "valueFrom",
];

/// The most lines of a part that differs, on both sides multiplied.
const MAX_COMPARED: usize = 4_000_000;

/// Judges the difference between two texts of a template.
pub(super) fn judge_template(before: Option<&str>, after: Option<&str>) -> Vec<UnprovenPlace> {
    let (was, is) = (before.unwrap_or_default(), after.unwrap_or_default());
    if runs_nothing(was) && runs_nothing(is) {
        return Vec::new();
    }
    let whole =
        |why: &str| vec![UnprovenPlace { keys: String::new(), line: None, why: why.to_owned() }];
    if before.is_none() || after.is_none() {
        return whole("it is a template of a chart, and may decide what the chart runs");
    }
    let is_plain = has_workloads_only(was) && has_workloads_only(is);
    let (old, new): (Vec<&str>, Vec<&str>) = (was.lines().collect(), is.lines().collect());
    let Some((gone, come)) = differing_lines(&old, &new) else {
        return whole("it differs in too many lines to be compared");
    };
    let unproven = |lines: &[&str], changed: &BTreeSet<usize>| -> Vec<usize> {
        let is_proven =
            |at: &usize| is_harmless(lines[*at], is_plain) && brings_its_block(lines, *at, changed);
        changed.iter().filter(|at| !is_proven(at)).copied().collect()
    };
    let come = unproven(&new, &come).into_iter().map(|at| u32::try_from(at + 1).ok());
    let gone = unproven(&old, &gone).into_iter().map(|_| None);
    let why = "what a chart makes of this line is not known";
    come.chain(gone)
        .map(|line| UnprovenPlace { keys: String::new(), line, why: why.to_owned() })
        .collect()
}

/// True if the lines below a list's element, or below a key without a value, change together with
/// it. Otherwise what stands there would belong to something else.
fn brings_its_block(lines: &[&str], at: usize, changed: &BTreeSet<usize>) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let (own, text) = (indent(lines[at]), lines[at].trim());
    let is_element = text.starts_with("- ");
    let is_key = text.ends_with(':');
    if !is_element && !is_key || text.starts_with('#') {
        return true;
    }
    let block = lines.iter().enumerate().skip(at + 1).take_while(|(_, line)| {
        let text = line.trim_start();
        text.is_empty()
            || indent(line) > own
            || is_key && !is_element && indent(line) == own && text.starts_with("- ")
    });
    let mut block = block.filter(|(_, line)| !line.trim().is_empty()).peekable();
    (is_element && !is_key || block.peek().is_some()) && block.all(|(at, _)| changed.contains(&at))
}

/// True for a template whose objects are all of kinds that run no image, and which defines nothing
/// that other templates take in.
fn runs_nothing(text: &str) -> bool {
    let Some(objects) = find_objects(text) else { return false };
    objects.iter().all(|(version, kind)| is_without_images(version, kind))
        && !text.contains("define")
        && !text.contains("image")
}

fn has_workloads_only(text: &str) -> bool {
    let is_known = |(version, kind): &(&str, &str)| {
        is_workload(version, kind) || is_without_images(version, kind)
    };
    find_objects(text).is_some_and(|objects| !objects.is_empty() && objects.iter().all(is_known))
}

/// The API versions and kinds of the objects in a template, as the text says them. `None` if a
/// document has contents and not one kind, written plainly at its top.
fn find_objects(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut out = Vec::new();
    for document in text.split("\n---") {
        let value = |key: &str| {
            let mut lines = document.lines().filter_map(|line| line.strip_prefix(key));
            let first = lines.next().map(str::trim);
            first.filter(|value| lines.next().is_none() && !value.contains("{{"))
        };
        let says_kind = |line: &&str| line.trim_start_matches(['"', '\'']).starts_with("kind");
        let is_content = |line: &str| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with(['#', '-']) && !writes_nothing(line)
        };
        if document.lines().any(may_write_documents) {
            return None;
        }
        match (value("kind: "), document.lines().filter(says_kind).count()) {
            // The version of an API may depend on the cluster. Then its group is not known.
            (Some(kind), 1) => out.push((value("apiVersion: ").unwrap_or("unknown/v1"), kind)),
            (None, 0) if !document.lines().any(is_content) => {}
            _ => return None,
        }
    }
    Some(out)
}

/// True for a line that holds nothing but a condition, a loop, an assignment or a comment.
fn writes_nothing(line: &str) -> bool {
    let Some(action) = line.strip_prefix("{{") else { return false };
    let action = action.trim_start_matches('-').trim_start();
    let is_flow = ["if ", "else", "end", "with ", "range ", "/*", "$"]
        .iter()
        .any(|word| action.starts_with(word));
    is_flow && line.matches("{{").count() == 1 && line.ends_with("}}")
}

/// True if another template, or a file, writes lines here that are not indented: they may be a
/// document of their own.
fn may_write_documents(line: &str) -> bool {
    let Some((_, action)) = line.split_once("{{") else { return false };
    let is_opaque =
        ["include", "template", "tpl", ".Files", "lookup"].iter().any(|word| action.contains(word));
    let indent = action.rsplit_once("indent ").map_or("", |(_, rest)| rest.trim_start());
    is_opaque && !indent.starts_with(|c: char| c.is_ascii_digit() && c != '0')
}

/// True for a line that changes nothing of what runs, or only its amounts, times, places and, in a
/// workload, variables.
fn is_harmless(line: &str, is_workload: bool) -> bool {
    let text = line.trim();
    if text.is_empty() || text.starts_with('#') && !text.contains("{{") {
        return true;
    }
    let is_comment = (text.starts_with("{{/*") || text.starts_with("{{- /*"))
        && (text.ends_with("*/}}") || text.ends_with("*/ -}}"))
        && text.matches("*/").count() == 1;
    if is_comment {
        return true;
    }
    let bare = text.strip_prefix("- ").unwrap_or(text);
    let Some((key, value)) = bare.split_once(':') else { return false };
    let is_listed = HARMLESS.contains(&key) || is_workload && OF_VARIABLES.contains(&key);
    is_listed && is_plain_value(value)
}

/// True for a scalar on one line that holds no structure, whether written out or taken from values.
fn is_plain_value(value: &str) -> bool {
    let value = value.trim();
    let outside = match (value.find("{{"), value.rfind("}}")) {
        (None, None) => value.to_owned(),
        (Some(start), Some(end)) if start < end => {
            let action = &value[start..end];
            // What another template or a file writes may have several lines.
            let opaque = ["include", "template", "tpl", "toYaml", "toJson", ".Files", "lookup"];
            let flow = ["if ", "else", "end ", "range", "with ", "define", "block"];
            if opaque.iter().chain(&flow).any(|word| action.contains(word)) {
                return false;
            }
            format!("{}{}", &value[..start], &value[end + 2..])
        }
        _ => return false,
    };
    let is_open = ['"', '\''].iter().any(|quote| {
        outside.starts_with(*quote)
            && (outside.len() < 2
                || !outside.ends_with(*quote)
                || outside[1..outside.len() - 1].contains([*quote, '\\']))
    });
    let is_block =
        is_open || outside.starts_with(['|', '>', '&', '*', '!', '[', '{', '?', '%', '@', '`']);
    !is_block && !outside.contains(": ") && !outside.contains(" #") && !outside.ends_with(':')
}

/// The lines that only one side has: their positions before and after. `None` if there are too
/// many to be compared.
fn differing_lines(before: &[&str], after: &[&str]) -> Option<(BTreeSet<usize>, BTreeSet<usize>)> {
    let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (old, new) = (&before[head..], &after[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    if old.len().saturating_mul(new.len()) > MAX_COMPARED {
        return None;
    }
    // The longest common subsequence of what is behind two positions.
    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            common[a * width + b] = if old[a] == new[b] {
                common[(a + 1) * width + b + 1] + 1
            } else {
                common[(a + 1) * width + b].max(common[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    let (mut gone, mut come) = (BTreeSet::new(), BTreeSet::new());
    while a < old.len() || b < new.len() {
        if a < old.len() && b < new.len() && old[a] == new[b] {
            (a, b) = (a + 1, b + 1);
        } else if b == new.len()
            || a < old.len() && common[(a + 1) * width + b] >= common[a * width + b + 1]
        {
            gone.insert(head + a);
            a += 1;
        } else {
            come.insert(head + b);
            b += 1;
        }
    }
    Some((gone, come))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: 1\n  \
        containers:\n  - name: web\n    image: {{ .Values.image }}\n    env:\n    - name: A\n      \
        value: a\n";

    /// The lines that are unproven when a piece of the deployment is replaced.
    fn lines(from: &str, to: &str) -> Vec<Option<u32>> {
        let after = DEPLOYMENT.replace(from, to);
        assert_ne!(after, DEPLOYMENT);
        let found = judge_template(Some(DEPLOYMENT), Some(&after));
        found.into_iter().map(|place| place.line).collect()
    }

    #[test]
    fn amounts_and_variables_of_workloads_are_harmless() {
        for (from, to) in [
            ("replicas: 1", "replicas: {{ .Values.replicas | default 2 }}"),
            ("      value: a\n", "      value: a\n    - name: B\n      value: \"b c\"\n"),
            ("    env:\n    - name: A\n      value: a\n", ""),
            ("kind: Deployment\n", "# words\nkind: Deployment\n"),
            ("    env:\n", "\n    {{- /* words */ -}}\n    env:\n"),
        ] {
            assert!(lines(from, to).is_empty(), "{to}");
        }
    }

    #[test]
    fn what_may_reach_an_image_is_unproven() {
        for (from, to) in [
            (".Values.image }}", ".Values.other }}"),
            ("    image: {{ .Values.image }}\n", ""),
            ("  containers:\n", "  {{- if .Values.on }}\n  containers:\n"),
            ("value: a", "value: {{ include \"x\" . }}"),
            ("value: a", "value: |"),
            ("replicas: 1", "replicas: {{ toYaml .Values.x | nindent 2 }}"),
            ("kind: Deployment", "kind: {{ .Values.kind }}"),
            ("  - name: web", " - name: web\n---"),
            ("  - name: web\n", "  - name: web\n  - name: other\n"),
            ("  - name: web\n", ""),
            ("  - name: web\n", "    env:\n  - name: web\n"),
            ("    env:\n", ""),
            ("value: a", "value: \"a"),
            ("value: a", "value: 'a\\'"),
        ] {
            assert!(!lines(from, to).is_empty(), "{to}");
        }
        assert_eq!(lines("    env:", "    <<: *a\n    env:"), [Some(8)]);
    }

    #[test]
    fn objects_without_images_are_free_and_helpers_are_not() {
        let map = "apiVersion: v1\nkind: ConfigMap\ndata: {{ toYaml .Values.data }}\n";
        assert!(judge_template(None, Some(map)).is_empty());
        assert!(judge_template(Some(map), None).is_empty());
        let two = format!("{map}---\nspec: {{}}\n");
        assert_eq!(judge_template(Some(map), Some(&two)).len(), 2);
        assert_eq!(judge_template(None, Some(DEPLOYMENT)).len(), 1);
        for opaque in ["{{ include \"lib.deployment\" . }}\n", "{{ tpl .Values.all . }}\n"] {
            assert_eq!(judge_template(None, Some(opaque)).len(), 1, "{opaque}");
            assert_eq!(judge_template(Some(map), Some(&format!("{map}{opaque}"))).len(), 1);
        }
        let labels = "  labels:\n    {{- include \"labels\" . | nindent 4 }}\n";
        assert!(judge_template(Some(map), Some(&format!("{map}{labels}"))).is_empty());
        let helper = "{{- define \"tag\" -}}\nv1\n{{- end }}\n";
        assert_eq!(judge_template(Some(helper), Some(&helper.replace("v1", "v9"))).len(), 2);
        let application = "kind: Application\nspec:\n  name: image.tag\n  value: v1\n";
        let moved = application.replace("v1", "v9");
        assert_eq!(judge_template(Some(application), Some(&moved)).len(), 2);
    }
}
