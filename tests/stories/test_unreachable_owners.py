"""A Sev1 whose owner cannot be asked escalates at once."""

from collections.abc import Callable

import pytest

from tests.stories.conftest import Tell
from tests.story import Story, pacific


def raised(told: Story) -> None:
    """Let somebody else raise a Sev2 that cem owns to Sev1."""
    told.more("dee", "Change")
    told.submit("dee", severity="sev1", reason="nobody there can work")


def reopened(told: Story) -> None:
    """Let somebody else reopen a Sev1 that cem owned and resolved."""
    told.press("dee", "Reopen", told.card())


def checked_on(told: Story) -> None:
    """Let an hour pass on a Sev1 that cem owns."""
    told.travel(pacific("2026-11-24 22:00"))


def owned(tell: Tell, act: Callable[[Story], None]) -> Story:
    """Begin in the evening, with what cem owns before an act."""
    told = tell("2026-11-24 21:00")
    severity = "sev2" if act is raised else "sev1"
    told.command("cem", f"/{severity} acme: checkout is down owner=@cem")
    if act is reopened:
        told.fill_in("cem", "Resolve", note="Done", confirmed=["yes"])
    return told


def clock(lines: list[str]) -> list[str]:
    """Return at which minute of the hour each message came."""
    return [line.split()[1][3:] for line in lines]


@pytest.mark.parametrize(
    ("act", "method", "code"),
    [
        (raised, "conversations.open", "user_not_visible"),
        (reopened, "conversations.open", "invalid_user_combination"),
        (checked_on, "chat.postMessage", "messages_tab_disabled"),
    ],
)
def test_an_owner_whom_slack_refuses_is_waited_for_no_minute(
    tell: Tell, act: Callable[[Story], None], method: str, code: str
) -> None:
    told = owned(tell, act)
    told.slack.faults.refuse(method, code)

    act(told)
    told.advance(minutes=36)

    assert clock(told.heard("ana")) == ["00", "05", "35"]
    assert clock(told.heard("ben")) == ["10", "35"]
    assert clock(told.heard("lea")) == ["20", "35"]
    assert "no sign of life from @cem" in told.heard("ana")[0]


@pytest.mark.parametrize("act", [raised, reopened])
@pytest.mark.parametrize("is_known", [True, False], ids=["known", "not known"])
def test_an_owner_who_left_is_waited_for_no_minute(
    tell: Tell, act: Callable[[Story], None], *, is_known: bool
) -> None:
    told = owned(tell, act)
    if is_known:
        told.leave("cem")
    else:
        told.slack.change_person("cem", deleted=True)

    act(told)
    told.advance(minutes=22)

    assert clock(told.heard("ana"))[0] == "00"
    assert clock(told.heard("ben"))[0] in ("10", "11")
    assert clock(told.heard("lea"))[0] in ("20", "21")
