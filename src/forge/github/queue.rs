//! Merge queues of GitHub. Only GraphQL knows them.

use super::GitHubForge;
use crate::forge::exactly_once::MergeRequestResult;
use crate::forge::json::HubPullRequest;
use crate::forge::{ForgeError, ProposalMerge, Result};
use serde_json::{Value, json};

const HAS_QUEUE: &str = "query($id: ID!) { node(id: $id) { ... on PullRequest { isMergeQueueEnabled isInMergeQueue } } }";
const ENQUEUE: &str = "mutation($input: EnqueuePullRequestInput!) { enqueuePullRequest(input: $input) { clientMutationId } }";

impl GitHubForge {
    /// True if the base of a pull request has a merge queue. Older servers know no queues, and
    /// answer with an error.
    pub(super) fn has_queue(&self, pull: &HubPullRequest) -> Result<bool> {
        match self.octo.query(HAS_QUEUE, json!({ "id": pull.node_id })) {
            Ok(data) => Ok(data["node"]["isMergeQueueEnabled"] == Value::Bool(true)),
            Err(ForgeError::Refused { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Puts a pull request into the merge queue. One that is in it stays in it.
    pub(super) fn enqueue(&self, number: u64, how: &ProposalMerge) -> Result<MergeRequestResult> {
        let pull: HubPullRequest = self.octo.get_json(&self.pull_path(number))?;
        let input = json!({ "pullRequestId": pull.node_id, "expectedHeadOid": how.expect });
        match self.octo.mutate(ENQUEUE, input) {
            Err(ForgeError::Refused { why, .. }) if why.to_lowercase().contains("already") => {}
            other => other?,
        }
        Ok(MergeRequestResult::Queued)
    }
}
