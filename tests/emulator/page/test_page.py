"""The page's server: its files, its protocol, and what it refuses."""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from bot.emulator.driver import LocalSlack
from bot.emulator.page.backstage import Impossible
from bot.emulator.page.server import Page, open_page
from tests.emulator.world import INCIDENTS, actions, button

PAGE_FILES = Path(str(files("bot.emulator").joinpath("page")))


class Behind:
    """A backstage that refuses to turn back time."""

    def state(self) -> dict[str, Any]:
        return {"clock": {"now": "2026-11-23T09:00:00+00:00", "speed": 0}}

    def do(self, act: str, arguments: Any) -> None:
        if act == "to":
            raise Impossible("Time does not go backwards.")


class Tab:
    """A browser tab, as far as the server can tell."""

    def __init__(self, connection: ClientConnection, me: str) -> None:
        self._connection = connection
        self._me = me
        self._number = 0
        self.pushed: list[dict[str, Any]] = []

    def ask(self, act: str, **more: Any) -> dict[str, Any]:
        self._number += 1
        frame = {"id": self._number, "as": self._me, "act": act, **more}
        self._connection.send(json.dumps(frame))
        return self.until(lambda got: got.get("re") == self._number)

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            got: dict[str, Any] = json.loads(self._connection.recv(timeout=5))
            if wanted(got):
                return got
            self.pushed.append(got)

    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.until(
            lambda got: got.get("push") == "messages"
        )["messages"]
        return found


@pytest.fixture
def page(slack: LocalSlack) -> Page:
    slack.add_command("/sev1", "what is wrong", "Open a Sev1")
    return open_page(slack, backstage=Behind())


@pytest.fixture
def open_tab(page: Page) -> Iterator[Callable[[str], Tab]]:
    address = f"ws://{urlsplit(page.url).netloc}/page"
    with ExitStack() as opened:

        def open_one(me: str) -> Tab:
            tab = Tab(opened.enter_context(connect(address)), me)
            assert "refused" not in tab.ask("look")
            return tab

        yield open_one


def get(page: Page, path: str, host: str | None = None) -> http.client.HTTPResponse:
    where = urlsplit(page.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port or 0)
    connection.request("GET", path, headers={"Host": host or where.netloc})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def test_every_file_of_the_page_is_small_and_reads_no_markup() -> None:
    texts = {file.name: file.read_text() for file in PAGE_FILES.iterdir()}

    assert sum(len(text.encode()) for text in texts.values()) < 200_000
    assert all(len(text.splitlines()) < 400 for text in texts.values())
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "eval(",
        "https:",
    ):
        assert [name for name, text in texts.items() if forbidden in text] == []


def test_the_page_comes_with_a_strict_policy(page: Page) -> None:
    answer = get(page, "/")

    assert answer.status == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/nothing.js", "/..%2fdriver.py", "/%2e%2e/driver.py"]
)
def test_only_its_own_files_are_served(page: Page, path: str) -> None:
    assert get(page, path).status == 404


def test_another_site_can_neither_read_the_page_nor_act(page: Page) -> None:
    address = f"ws://{urlsplit(page.url).netloc}/page"

    assert get(page, "/", host="evil.example").status == 404
    with (
        pytest.raises(InvalidStatus),
        connect(address, origin=Origin("http://evil.example")),
    ):
        pass


def test_a_person_sees_their_channels_and_nobody_elses(
    open_tab: Callable[[str], Tab],
) -> None:
    seen = open_tab("U0CLEO").ask("look")

    names = {channel["name"] for channel in seen["channels"]}
    assert "support" in names
    assert "incidents" not in names
    assert seen["commands"][0]["hint"] == "what is wrong"


def test_a_message_arrives_at_everybody_who_is_there(
    slack: LocalSlack, client: WebClient, open_tab: Callable[[str], Tab]
) -> None:
    ana, cleo = open_tab("U0ANA"), open_tab("U0CLEO")

    client.chat_postMessage(channel=INCIDENTS, text="down")
    slack.as_("cleo").say("hello", "support")

    assert ana.messages()[0]["text"] == "down"
    assert cleo.messages()[0]["text"] == "hello"


def test_a_private_answer_reaches_only_one_tab(
    app: App, open_tab: Callable[[str], Tab]
) -> None:
    app.command("/sev1")(lambda ack: ack("Only you see this"))
    ana, ben = open_tab("U0ANA"), open_tab("U0BEN")

    ana.ask("type", channel=INCIDENTS, text="/sev1 acme: down")
    ben.ask("type", channel=INCIDENTS, text="what was that?")

    told = [m for frame in ana.pushed for m in frame.get("messages", ())]
    others = [m for frame in ben.pushed for m in frame.get("messages", ())]
    assert [m["private"] for m in told] == [True]
    assert all(not m["private"] for m in others)


def test_a_button_is_named_by_its_block_and_action(
    app: App, client: WebClient, open_tab: Callable[[str], Tab]
) -> None:
    pressed: list[str] = []

    def on_press(ack: Ack, action: dict[str, Any]) -> None:
        ack()
        pressed.append(action["block_id"])

    app.action("take")(on_press)
    both = [actions(button("Take", "take"), block_id=name) for name in ("one", "two")]
    posted = client.chat_postMessage(channel=INCIDENTS, text="two", blocks=both)

    answer = open_tab("U0ANA").ask(
        "press", channel=INCIDENTS, ts=posted["ts"], button="two/take"
    )

    assert "error" not in answer
    assert pressed == ["two"]


def test_a_shortcut_is_chosen_on_a_message(
    slack: LocalSlack, app: App, open_tab: Callable[[str], Tab]
) -> None:
    chosen: list[str] = []

    def on_shortcut(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        chosen.append(body["message"]["text"])

    app.message_shortcut("triage")(on_shortcut)
    said = slack.as_("ben").say("nobody can log in", "incidents")
    slack.add_shortcut("triage", "Triage this message")
    tab = open_tab("U0ANA")

    answer = tab.ask("shortcut", channel=INCIDENTS, ts=said.ts, shortcut="triage")

    offered = tab.ask("look")["shortcuts"]
    assert offered == [{"shortcut": "triage", "name": "Triage this message"}]
    assert "error" not in answer
    assert chosen == ["nobody can log in"]


def test_an_emoji_is_put_on_a_message(
    slack: LocalSlack, open_tab: Callable[[str], Tab]
) -> None:
    slack.workspace.scopes -= {"reactions:read"}
    said = slack.as_("ben").say("we are on it", "incidents")
    slack.add_emoji("eyes", "👀")
    tab = open_tab("U0ANA")

    tab.ask("react", channel=INCIDENTS, ts=said.ts, emoji="eyes")

    (message,) = tab.ask("history", channel=INCIDENTS)["messages"]
    assert tab.ask("look")["emoji"] == [{"name": "eyes", "shown": "👀"}]
    assert message["reactions"] == [{"name": "eyes", "users": ["U0ANA"], "count": 1}]


def test_a_failed_command_says_so_in_slacks_words(
    open_tab: Callable[[str], Tab],
) -> None:
    answer = open_tab("U0ANA").ask("type", channel=INCIDENTS, text="/sev1 acme: down")

    assert answer["error"] == "dispatch_failed"


@pytest.mark.parametrize(
    ("act", "more", "reason"),
    [
        ("type", {"channel": "C0NOWHERE", "text": "hi"}, "There is no channel"),
        ("type", {"channel": INCIDENTS, "text": "  "}, "There is nothing to send."),
        ("type", {"channel": INCIDENTS, "text": "/nope"}, "/nope is not a command"),
        ("type", {"channel": INCIDENTS, "text": "x" * 40_001}, "longer than 40,000"),
        ("type", {"channel": INCIDENTS, "text": "/sev1 x", "thread": "1.0"}, "threads"),
        ("type", {"channel": INCIDENTS, "text": "hi", "thread": "1.0"}, "gone"),
        ("press", {"channel": INCIDENTS, "ts": "1.0", "button": "a/b"}, "gone"),
        ("press", {"button": "a/b"}, "no form open"),
        ("shortcut", {"shortcut": "triage"}, "Channel is missing"),
        ("react", {"emoji": "eyes"}, "Channel is missing"),
        ("history", {}, "Channel is missing"),
        ("dance", {}, "knows no act"),
        ("backstage", {"do": "to"}, "Time does not go backwards."),
        ("slack", {"condition": "happy"}, "cannot be read"),
    ],
)
def test_impossible_requests_are_refused_with_a_reason(
    open_tab: Callable[[str], Tab], act: str, more: dict[str, str], reason: str
) -> None:
    assert reason in open_tab("U0ANA").ask(act, **more)["refused"]


def test_a_message_of_forty_thousand_characters_is_taken(
    slack: LocalSlack, open_tab: Callable[[str], Tab]
) -> None:
    answer = open_tab("U0ANA").ask("type", channel=INCIDENTS, text="é" * 40_000)

    assert len(answer["message"]["text"]) == 40_000


def test_typed_markup_is_carried_as_text(
    slack: LocalSlack, open_tab: Callable[[str], Tab]
) -> None:
    open_tab("U0ANA").ask("type", channel=INCIDENTS, text="<script>alert(1)</script> &")

    (message,) = slack.channel("incidents")
    assert message.text == "&lt;script&gt;alert(1)&lt;/script&gt; &amp;"


def test_an_unreadable_frame_is_refused_and_the_tab_lives_on(page: Page) -> None:
    with connect(f"ws://{urlsplit(page.url).netloc}/page") as connection:
        connection.send("not json")
        refused = json.loads(connection.recv(timeout=5))
        tab = Tab(connection, "U0NOBODY")

        answer = tab.ask("look")

    assert refused["refused"] == "That frame cannot be read."
    assert answer["refused"] == "Nobody here is called U0NOBODY."


def test_a_browser_that_leaves_in_the_middle_disturbs_nobody(
    slack: LocalSlack, client: WebClient, page: Page, open_tab: Callable[[str], Tab]
) -> None:
    ben = open_tab("U0BEN")
    with connect(f"ws://{urlsplit(page.url).netloc}/page") as leaving:
        Tab(leaving, "U0ANA").ask("look")
        leaving.send(
            json.dumps(
                {"id": 9, "as": "U0ANA", "act": "type", "channel": INCIDENTS,
                 "text": "/sev1 acme: down"}
            )
        )  # fmt: skip

    client.chat_postMessage(channel=INCIDENTS, text="still here")

    assert ben.messages()[0]["text"] == "still here"


def test_history_comes_in_pages(
    slack: LocalSlack, open_tab: Callable[[str], Tab]
) -> None:
    for number in range(200):
        slack.as_("ana").say(f"{number}", "incidents")
    tab = open_tab("U0BEN")

    last = tab.ask("history", channel=INCIDENTS)
    before = tab.ask("history", channel=INCIDENTS, before=last["messages"][0]["ts"])

    assert [m["text"] for m in last["messages"]][-1] == "199"
    assert last["more"] is True
    assert [m["text"] for m in before["messages"]][-1] == "119"


def test_as_much_history_comes_as_is_asked_for_within_limits(
    slack: LocalSlack, open_tab: Callable[[str], Tab]
) -> None:
    for number in range(1_100):
        slack.as_("ana").say(f"{number}", "incidents")
    tab = open_tab("U0BEN")

    few = tab.ask("history", channel=INCIDENTS, most=3)
    many = tab.ask("history", channel=INCIDENTS, most=9_999)

    assert [m["text"] for m in few["messages"]] == ["1097", "1098", "1099"]
    assert (len(many["messages"]), many["more"]) == (1_000, True)


def test_a_tab_without_a_name_becomes_the_first_of_the_people(page: Page) -> None:
    with connect(f"ws://{urlsplit(page.url).netloc}/page") as connection:
        seen = Tab(connection, "").ask("look")

    assert seen["me"] == "U0ANA"


def test_only_what_is_new_is_called_fresh(
    slack: LocalSlack, client: WebClient, open_tab: Callable[[str], Tab]
) -> None:
    tab = open_tab("U0ANA")

    ts = client.chat_postMessage(channel=INCIDENTS, text="down")["ts"]
    (posted,) = tab.messages()
    client.chat_update(channel=INCIDENTS, ts=ts, text="up")
    (edited,) = tab.messages()
    slack.as_("ben").say("why?", "incidents", thread=ts)
    reply, parent = tab.messages()

    assert posted["fresh"]
    assert "fresh" not in edited
    assert reply["fresh"]
    assert (parent["ts"], parent["replies"], "fresh" in parent) == (ts, 1, False)


def test_a_reply_is_typed_into_its_thread(
    slack: LocalSlack, open_tab: Callable[[str], Tab]
) -> None:
    asked = slack.as_("ben").say("down?", "incidents")

    open_tab("U0ANA").ask("type", channel=INCIDENTS, text="yes", thread=asked.ts)

    assert [one.text for one in slack.thread(asked)] == ["yes"]


def test_new_replies_are_counted_until_the_thread_is_read(
    slack: LocalSlack, open_tab: Callable[[str], Tab]
) -> None:
    asked = slack.as_("ana").say("down?", "incidents")
    said = slack.as_("ben").say("yes", "incidents", thread=asked.ts)
    tab = open_tab("U0ANA")
    where = {"channel": INCIDENTS, "ts": said.ts}

    (before,) = tab.ask("history", channel=INCIDENTS)["messages"]
    left = tab.ask("read", **where, thread=asked.ts)
    (after,) = tab.ask("history", channel=INCIDENTS)["messages"]

    assert (before["new"], left["threads"], after["new"]) == (1, 0, 0)


def test_unread_messages_are_counted_until_they_are_read(
    slack: LocalSlack, client: WebClient, open_tab: Callable[[str], Tab]
) -> None:
    ts = client.chat_postMessage(channel=INCIDENTS, text="down")["ts"]
    tab = open_tab("U0ANA")

    before = {c["name"]: c["unread"] for c in tab.ask("look")["channels"]}
    tab.ask("read", channel=INCIDENTS, ts=ts)
    after = {c["name"]: c["unread"] for c in tab.ask("look")["channels"]}

    assert (before["incidents"], after["incidents"]) == (1, 0)


def test_the_page_stays_while_slack_is_gone(
    slack: LocalSlack, page: Page, open_tab: Callable[[str], Tab]
) -> None:
    tab = open_tab("U0ANA")

    tab.ask("slack", condition="gone")

    assert slack.offline
    assert get(page, "/").status == 200
    tab.ask("slack", condition="well")
    assert not slack.offline
