"""The desk behind the SDK, spoken to by the SDK's own client: of the older protocol and of the newer one."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp import Client
from mcp.client import ClientRequestContext

from ringpost.entry import demo
from ringpost.mcp.desk import NOT_DONE, Desk
from ringpost.mcp.server import DeskServer
from ringpost.mcp.tools import CODE
from tests.harness import Caller, House
from tests.mcp.conversation import CALLERS, Talk, conversation, same
from tests.mcp.near import Near, Told, older

ROOT = Path(__file__).parents[2]
ERAS = pytest.mark.parametrize("era", ["legacy", "auto"])
CALL = {"destination_a": "100", "destination_b": "12025550199", "caller_id_number": "5550100"}
Asked = Callable[[ClientRequestContext, types.ElicitRequestParams], Awaitable[types.ElicitResult | types.ErrorData]]


def say_nothing(words: str) -> None:
    del words


def with_client(desk: Desk, era: str, do: Callable[[Client], Awaitable[Any]], asked: Asked | None = None) -> Any:
    """What is answered to somebody who is connected."""

    async def connected() -> Any:
        async with Client(DeskServer(desk, say_nothing).sdk, mode=era, elicitation_callback=asked) as client:
            return await do(client)

    return anyio.run(connected)


def text(answer: types.CallToolResult) -> str:
    [block] = answer.content
    assert isinstance(block, types.TextContent)
    return block.text


def called(desk: Desk, era: str, name: str, arguments: dict[str, Any], asked: Asked | None = None) -> str:
    async def do(client: Client) -> str:
        return text(await client.call_tool(name, arguments))

    return str(with_client(desk, era, do, asked))


class User:
    """Somebody in front of a client that asks."""

    def __init__(self, action: Any, content: dict[str, Any] | None = None) -> None:
        self.answer = types.ElicitResult(action=action, content=content)
        self.questions: list[str] = []

    async def __call__(self, context: ClientRequestContext, question: types.ElicitRequestParams) -> types.ElicitResult:
        del context
        self.questions.append(question.message)
        return self.answer


@ERAS
def test_tools_are_listed_with_what_they_do(desk: Desk, era: str) -> None:
    async def do(client: Client) -> dict[str, types.Tool]:
        return {tool.name: tool for tool in (await client.list_tools()).tools}

    tools = with_client(desk, era, do)
    kinds = {name: tool.annotations for name, tool in tools.items()}
    assert kinds["cdr-search"].read_only_hint is True
    assert (kinds["originate"].read_only_hint, kinds["originate"].destructive_hint) == (False, True)
    assert (kinds["user-status-set"].read_only_hint, kinds["user-status-set"].destructive_hint) == (False, False)
    assert "ring A" in (tools["originate"].description or "")


@ERAS
def test_the_user_says_yes_and_it_is_done(desk: Desk, era: str) -> None:
    user = User("accept", {"confirm": True})
    assert '"success":true' in called(desk, era, "originate", CALL, user)
    [question] = user.questions
    assert "destination_b = 12025550199" in question


@ERAS
@pytest.mark.parametrize(
    "user", [User("accept", {"confirm": False}), User("accept", {}), User("decline"), User("cancel")]
)
def test_the_user_says_no_and_nothing_is_done(desk: Desk, tenant: Caller, era: str, user: User) -> None:
    before = len(tenant.done("call-list")["items"])
    assert called(desk, era, "originate", CALL, user) == NOT_DONE
    assert len(tenant.done("call-list")["items"]) == before


@ERAS
def test_a_client_that_asks_nobody_gets_a_code_for_the_user(desk: Desk, era: str) -> None:
    first = called(desk, era, "originate", CALL)
    assert first.startswith("Not done yet. Show the user this, and ask: originate: Place a call")
    code = first.rpartition(f'{CODE} "')[2].partition('"')[0]
    assert '"success":true' in called(desk, era, "originate", {**CALL, CODE: code})
    assert "Not done yet" in called(desk, era, "originate", {**CALL, CODE: code})


def test_a_client_that_fails_to_ask_has_nothing_done(desk: Desk, tenant: Caller) -> None:
    async def fails(context: ClientRequestContext, question: types.ElicitRequestParams) -> types.ErrorData:
        del context, question
        return types.ErrorData(code=-32603, message="no screen")

    before = len(tenant.done("call-list")["items"])
    assert "Nothing was done: the client did not ask the user" in called(desk, "legacy", "originate", CALL, fails)
    assert len(tenant.done("call-list")["items"]) == before


def test_a_yes_that_nobody_asked_for_is_none(desk: Desk, tenant: Caller) -> None:
    """A client of the newer protocol that brings along consent to something it was not asked about."""
    yes = types.ElicitResult(action="accept", content={"confirm": True})

    async def do(client: Client) -> Any:
        return await client.session.call_tool(
            "originate", CALL, input_responses={"consent": yes}, request_state="made up", allow_input_required=True
        )

    before = len(tenant.done("call-list")["items"])
    answer = with_client(desk, "auto", do, User("decline"))
    assert isinstance(answer, types.InputRequiredResult)
    assert len(tenant.done("call-list")["items"]) == before


@ERAS
def test_what_is_wrong_is_an_answer_that_says_so(desk: Desk, era: str) -> None:
    async def do(client: Client) -> types.CallToolResult:
        return await client.call_tool("cdr-search", {"zodiac": "lion"})

    answer = with_client(desk, era, do)
    assert answer.is_error
    assert text(answer).startswith("cdr-search was refused (400, invalid-request): unknown parameter zodiac")


def test_without_an_endpoint_there_are_the_helpers_and_then_the_tools() -> None:
    there = older("thing-list", writes=False)
    endpoint = Told({})
    said: list[str] = []
    heard: list[str] = []

    async def hear(message: Any) -> None:
        heard.append(getattr(message, "method", ""))

    async def do() -> None:
        server = DeskServer(Desk(endpoint, families=("things",)), said.append)
        async with Client(server.sdk, mode="legacy", message_handler=hear, cache=None) as client:
            few = [tool.name for tool in (await client.list_tools()).tools]
            assert few == ["find_action", "call_action", "read_more"]
            away = await client.call_tool("find_action", {"words": "thing"})
            assert (away.is_error, "does not answer" in text(away)) == (True, True)
            endpoint.answers.update(there.answers)
            assert "thing-list" in text(await client.call_tool("find_action", {"words": "thing"}))
            assert "thing-list" in [tool.name for tool in (await client.list_tools()).tools]

    anyio.run(do)
    assert said[0].startswith("No tools but find_action and call_action for now")
    assert "notifications/tools/list_changed" in heard


def test_two_clients_at_once_each_get_their_own(desk: Desk) -> None:
    async def do() -> None:
        server = DeskServer(desk, say_nothing)
        numbers = ("12025550199", "12025550142")
        async with Client(server.sdk, mode="legacy") as one, Client(server.sdk, mode="auto") as other:
            answers: dict[tuple[int, str], str] = {}

            async def ask(client: Client, number: str) -> None:
                told = await client.call_tool("contact-lookup", {"number": number})
                answers[id(client), number] = text(told)

            async with anyio.create_task_group() as group:
                for client in (one, other):
                    for number in numbers * 3:
                        group.start_soon(ask, client, number)
        assert len(answers) == 4
        assert all(f'"number":"{number}"' in told for (_, number), told in answers.items())

    anyio.run(do)


def test_the_conversation_of_the_guide_is_what_is_said(house: House, operator: Caller) -> None:
    since = "2026-11-22T12:00:00Z"
    for number, name in CALLERS:
        who = {"caller_id_number": number, "caller_id_name": name, "domain_name": demo.DOMAIN_NAME}
        operator.done("originate", **who, destination_a="5550150", destination_b="12025550100")
        house.clock.time += 10
    said: list[str] = []
    talk = Talk(said.append)

    async def do(client: Client) -> None:
        await conversation(client, talk, since)

    with_client(Desk(Near(house.tenant_key(demo.DOMAIN_NAME))), "auto", do, talk.asked)
    guide = (ROOT / "docs/mcp.md").read_text()
    printed = guide.partition("```text\n")[2].partition("```")[0]
    assert same(printed).strip() == same("\n".join(said)).strip()
