//! CDEvents, judged by the schemas of CDEvents 0.4.1: the names, the types and what must be there.

use super::super::fake::ServiceFault;
use super::Bench;

#[test]
fn a_cdevent_tells_each_deployment_once() {
    let bench = Bench::new("cdevents");
    bench.service.world().faults.push_back(ServiceFault::LostAnswer);
    bench.run_until_done("cdevents");
    let taken = bench.service.world().taken.clone();
    assert_eq!(taken.len(), 3, "two deployments of one commit are two events");
    let types = ["upgraded", "upgraded", "deployed"];
    for (one, kind) in taken.iter().zip(types) {
        let (context, subject) = (&one.body["context"], &one.body["subject"]);
        assert_eq!(context["version"], "0.4.1");
        assert_eq!(context["type"], format!("dev.cdevents.service.{kind}.0.2.0"));
        assert_eq!(subject["type"], "service");
        let header = |name: &str| {
            let found = one.headers.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone()).expect(name)
        };
        assert_eq!(header("ce-specversion"), "1.0");
        assert_eq!(header("ce-id"), context["id"].as_str().expect("a text"));
        assert_eq!(header("ce-id"), header("webhook-id"));
        assert_eq!(header("ce-type"), context["type"].as_str().expect("a text"));
        assert_eq!(header("ce-time"), context["timestamp"].as_str().expect("a text"));
        assert_eq!(header("ce-subject"), subject["id"].as_str().expect("a text"));
        assert_eq!(header("content-type"), "application/json");
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"secret");
        let signed =
            format!("{}.{}.{}", header("webhook-id"), header("webhook-timestamp"), one.body);
        let sent = header("webhook-signature");
        let tag = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, &sent[3..]);
        ring::hmac::verify(&key, signed.as_bytes(), &tag.expect("Base64")).expect("the signature");
    }
    let content = &taken[1].body["subject"]["content"];
    assert_eq!(content["environment"]["id"], "prod");
    assert_eq!(content["artifactId"], "pkg:generic/web@v2", "the repository names no image");
}
