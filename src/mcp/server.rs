//! The server: lists the tools and calls them, over standard input and output.

use super::arguments::{ToolArguments, schema};
use super::tools::{TOOLS, ToolDescription};
use crate::model::escape_json;
use crate::ops::error::Failure;
use crate::ops::notice::{Level, NoticeSink, ProgressKind, Silent, TaskProgress};
use crate::ops::session::{Session, WritePermission};
use rmcp::ServerHandler;
use rmcp::ServiceExt;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
    JsonObject, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
    ToolAnnotations,
};
use rmcp::service::{RequestContext, RoleServer, ServerInitializeError};
use rmcp::transport::stdio;
use std::sync::{Arc, Mutex, PoisonError};

/// A longer answer is refused, as no assistant can read it.
const MAX_ANSWER: usize = 1 << 20;

const INSTRUCTIONS: &str = "towpath reads a GitOps deployment repository. It knows which version \
    of each app runs in which stage, and which commit put it there. Times without a zone are in \
    the zone of this machine. All tools only read.";

/// Serves the tools until the client closes the connection.
///
/// # Errors
/// When the client does not speak the protocol.
pub fn serve_stdio(session: &Session) -> Result<(), Failure> {
    let failed = |error: &dyn std::error::Error| {
        Failure::failed("the connection to the client failed").with_cause(error)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| failed(&error))?;
    let mut session = session.clone().with_questions(None);
    session.options.write_access = WritePermission::None;
    let server = ToolServer { session };
    let served = runtime.block_on(async {
        let service = match server.serve(stdio()).await {
            Ok(service) => service,
            // The client went away before it said anything.
            Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
            Err(error) => return Err(failed(&error)),
        };
        service.waiting().await.map(drop).map_err(|error| failed(&error))
    });
    // Reading standard input cannot be interrupted, and a call may still be computing.
    runtime.shutdown_background();
    served
}

/// The tools of one session.
struct ToolServer {
    session: Session,
}

impl ServerHandler for ToolServer {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("towpath", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, rmcp::ErrorData> {
        Ok(ListToolsResult::with_all_items(TOOLS.iter().map(describe).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, rmcp::ErrorData> {
        let Some(tool) = TOOLS.iter().find(|tool| tool.name == request.name) else {
            let message = format!("there is no tool `{}`", request.name);
            return Err(rmcp::ErrorData::invalid_params(message, None));
        };
        let session = self.session.at_current_time();
        let called =
            tokio::task::spawn_blocking(move || call(tool, request.arguments, session)).await;
        called.map(CallToolResponse::from).map_err(|error| {
            rmcp::ErrorData::internal_error(format!("the call failed: {error}"), None)
        })
    }
}

fn describe(tool: &ToolDescription) -> Tool {
    let answer: JsonObject = serde_json::from_str(tool.schema).expect("a test parses it");
    Tool::new(tool.name, tool.about, Arc::new(schema(tool.arguments)))
        .with_raw_output_schema(Arc::new(answer))
        .with_annotations(ToolAnnotations::new().read_only(true).open_world(false))
}

/// Calls a tool: its answer as JSON and as text, and what the command line prints on stderr.
fn call(tool: &ToolDescription, given: Option<JsonObject>, session: Session) -> CallToolResult {
    let notices = Arc::new(CallNotices::default());
    let session = session.with_sink(Arc::clone(&notices) as Arc<dyn NoticeSink>);
    let answer = ToolArguments::check(given, tool.arguments)
        .and_then(|arguments| (tool.call)(&arguments, &session));
    let notices = notices.texts().into_iter().map(ContentBlock::text);
    match answer {
        Ok(answer) => {
            let text = answer.to_string();
            if text.len() > MAX_ANSWER {
                let failure = Failure::usage(format!("the answer has {} KB", text.len() >> 10));
                return failed(&failure.hint("choose apps, stages or a shorter period"));
            }
            let text = ContentBlock::text(escape_json(&text).into_owned());
            let mut result = CallToolResult::success([text].into_iter().chain(notices).collect());
            result.structured_content = Some(answer);
            result
        }
        Err(failure) => failed(&failure),
    }
}

/// A failure for the assistant, which can try again with other arguments.
fn failed(failure: &Failure) -> CallToolResult {
    let causes = failure.causes().into_iter().map(|cause| format!("because {cause}"));
    let hints = failure.hints().iter().map(|hint| format!("hint: {hint}"));
    let lines: Vec<String> =
        [format!("error: {}", failure.message())].into_iter().chain(causes).chain(hints).collect();
    CallToolResult::error(vec![ContentBlock::text(lines.join("\n"))])
}

/// What the operation says beside its answer.
#[derive(Default)]
struct CallNotices(Mutex<Vec<String>>);

impl CallNotices {
    fn texts(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl NoticeSink for CallNotices {
    fn notice(&self, level: Level, text: &str) {
        let text = match level {
            Level::Detail => return,
            Level::Note => format!("note: {text}"),
            Level::Caution => format!("warning: {text}"),
            Level::Hint => format!("hint: {text}"),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }

    fn progress(&self, style: ProgressKind, label: &str) -> Box<dyn TaskProgress> {
        Silent.progress(style, label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::session::Options;
    use crate::ops::testing::TestRepository;
    use serde_json::{Value, json};

    fn bench() -> (TestRepository, Session) {
        let mut repository = TestRepository::new();
        let config = "stages: [dev, prod]\nsources:\n  - text: \"{app}/{stage}\"\n";
        repository.commit("configure", &[("towpath.yaml", Some(config))]);
        repository.commit("web v1", &[("web/dev", Some("v1\n")), ("web/prod", Some("v1\n"))]);
        repository.commit("web v2", &[("web/dev", Some("v2\n"))]);
        let folder = repository.open().work_tree().expect("a work tree").display().to_string();
        let clock = || "2023-11-15T12:00:00Z[UTC]".parse::<jiff::Zoned>().expect("a time");
        let options = Options { repository: Some(folder), ..Options::default() };
        (repository, Session::new(options, Arc::new(clock)))
    }

    fn ask_tool(session: &Session, name: &str, arguments: Value) -> (Value, String) {
        let tool = TOOLS.iter().find(|tool| tool.name == name).expect("a tool");
        let result = call(tool, arguments.as_object().cloned(), session.clone());
        let text = result.content.iter().filter_map(|block| block.as_text());
        let text: Vec<&str> = text.map(|block| block.text.as_str()).collect();
        assert_eq!(result.is_error, Some(result.structured_content.is_none()));
        (result.structured_content.unwrap_or_default(), text.join("\n"))
    }

    #[test]
    fn every_tool_answers_with_the_json_of_its_command() {
        let (_repository, session) = bench();
        for (name, arguments, schema) in [
            ("status", json!({ "stages": ["prod"] }), "towpath.status/1"),
            ("history", json!({ "apps": ["w*"], "limit": 1 }), "towpath.history/1"),
            ("changes", json!({ "since": "2023-01-01" }), "towpath.history/1"),
            ("diff", json!({ "left": "dev", "right": "prod" }), "towpath.diff/1"),
            ("trace", json!({ "version": "v1" }), "towpath.trace/1"),
            ("ask", json!({ "app": "web", "to": "prod" }), "towpath.ask/1"),
            ("audit", json!({}), "towpath.audit/1"),
        ] {
            let (answer, text) = ask_tool(&session, name, arguments);
            assert_eq!(answer["schema"], schema, "{name}: {text}");
        }
        let (_, text) = ask_tool(&session, "history", json!({ "limit": 1 }));
        assert!(text.ends_with("note: showing the newest 1; there are more"), "{text}");
    }

    #[test]
    fn mistakes_are_told_with_a_way_out() {
        let (_repository, session) = bench();
        for (name, arguments, expected) in [
            ("status", json!({ "app": "web" }), "error: there is no argument `app`"),
            ("status", json!({ "stages": "prod" }), "error: `stages` is a list of texts"),
            ("history", json!({ "limit": 0 }), "error: `limit` is a number from 1 to 500"),
            ("diff", json!({ "left": "dev" }), "error: `right` is missing"),
            ("trace", json!({ "version": "v9" }), "error: version `v9` was never deployed"),
            ("ask", json!({ "app": "web", "to": "prd" }), "error: there is no stage `prd`"),
        ] {
            let (_, text) = ask_tool(&session, name, arguments);
            assert!(text.starts_with(expected), "{name}: {text}");
        }
    }

    #[test]
    fn tools_describe_their_arguments_and_answers() {
        for tool in &TOOLS {
            let described = describe(tool);
            assert_eq!(described.input_schema["additionalProperties"], false);
            assert_eq!(described.output_schema.expect("a schema")["type"], "object");
        }
    }
}
