"""Drives `towpath mcp` with the Python SDK of the protocol: lists the tools, calls each one, and
validates each answer against the schema that the tool promises."""

import asyncio
import sys

import jsonschema
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

CALLS = {
    "status": [{}, {"stages": ["prod"]}, {"at": "3 days ago"}],
    "history": [{}, {"limit": 3}, {"since": "2 weeks ago", "apps": ["c*"]}],
    "changes": [{"since": "4 weeks ago", "stages": ["prod"]}, {"until": "2026-08-28T02:40"}],
    "diff": [{"left": "staging", "right": "prod"}],
    "trace": [{"version": "6c90bcb"}],
    "ask": [{"app": "checkout", "to": "prod"}],
    "audit": [{}, {"since": "2 weeks ago"}],
}
WRONG = [
    ("status", {"app": ["x"]}),
    ("status", {"apps": "x"}),
    ("history", {"limit": 0}),
    ("diff", {"left": "prod"}),
    ("trace", {"version": "nothing-like-it"}),
    ("ask", {"app": "checkout", "to": "nowhere"}),
]


async def main(program, repository):
    server = StdioServerParameters(command=program, args=["mcp", "-C", repository])
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        begun = await session.initialize()
        info = begun.server_info if hasattr(begun, "server_info") else begun.serverInfo
        assert info.name == "towpath", begun
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert set(tools) == set(CALLS), set(tools) ^ set(CALLS)
        count = 0
        for name, calls in CALLS.items():
            dumped = tools[name].model_dump(by_alias=True)
            assert dumped["annotations"]["readOnlyHint"], name
            for arguments in calls:
                jsonschema.validate(arguments, dumped["inputSchema"])
                result = (await session.call_tool(name, arguments)).model_dump(by_alias=True)
                assert not result["isError"], (name, arguments, result["content"])
                jsonschema.validate(result["structuredContent"], dumped["outputSchema"])
                assert result["structuredContent"]["schema"].startswith("towpath."), name
                count += 1
        for name, arguments in WRONG:
            result = (await session.call_tool(name, arguments)).model_dump(by_alias=True)
            assert result["isError"], (name, arguments)
            assert result["content"][0]["text"].startswith("error: "), result
        print(f"{len(tools)} tools, {count} answers fit their schemas, {len(WRONG)} refusals")


asyncio.run(main(*sys.argv[1:]))
