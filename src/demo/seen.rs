//! What a witness would see of the demo: a snapshot in the form of `towpath live snapshot`.

use jiff::{SignedDuration, Timestamp};

/// The registry of the demo's images.
const REGISTRY: &str = "registry.example.com";

/// A workload: app, stage, version that runs, health, minutes since it is so, reason.
type SeenWorkload =
    (&'static str, &'static str, &'static str, &'static str, i64, Option<&'static str>);

/// One workload for each app and stage but the blog in prod, whose cluster did not answer.
const SEEN: [SeenWorkload; 11] = [
    ("billing", "dev", "1.29.1", "healthy", 17_000, None),
    ("billing", "staging", "1.29.1", "healthy", 14_000, None),
    // Somebody has set another image by hand.
    ("billing", "prod", "1.29.1-hotfix", "healthy", 150, None),
    ("blog", "dev", "main-1109", "healthy", 30, None),
    ("blog", "staging", "main-1106", "healthy", 4_000, None),
    ("checkout", "dev", "500857c", "healthy", 11_000, None),
    ("checkout", "staging", "500857c", "healthy", 10_000, None),
    ("checkout", "prod", "6c90bcb", "healthy", 7_000, None),
    ("storefront", "dev", "v2.40.0", "progressing", 4, Some("1 of 2 replicas are updated")),
    // The controller has not applied the newest commit.
    ("storefront", "staging", "v2.38.0", "healthy", 6_000, None),
    ("storefront", "prod", "v2.38.0", "degraded", 90, Some("container web: CrashLoopBackOff")),
];

/// The text of the snapshot.
pub fn seen_text(now: Timestamp) -> String {
    let mut out = format!("schema: towpath.live-snapshot/1\ntime: {now}\nobjects:\n");
    for (app, stage, version, health, minutes, reason) in SEEN {
        let since = now.checked_sub(SignedDuration::from_mins(minutes)).unwrap_or(now);
        let ready = if health == "healthy" { 2 } else { 1 };
        let reason = reason.map(|reason| format!("\n  reason: {reason:?}")).unwrap_or_default();
        out.push_str(&format!(
            "- kind: Deployment\n  namespace: {app}\n  name: {app}\n  stage: {stage}\n  images:\n  \
             - container: {app}\n    image: {REGISTRY}/{app}:{version}\n  health: {health}{reason}\n  \
             since: {since}\n  replicas: {{wanted: 2, updated: 2, ready: {ready}}}\n"
        ));
    }
    out.push_str("gaps:\n- {namespace: blog, what: deployments, reason: the cluster of prod did not answer}\n");
    out
}
