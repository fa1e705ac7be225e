"""Forms: triggers, opening, updating, submitting, closing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.emulator.driver import LocalSlack
from tests.emulator.world import Machine, actions, button, option, plain, refusal


def field(label: str, block_id: str, element: dict[str, Any], **more: Any) -> Any:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": "value", **element},
        **more,
    }


NOON = 1795176000
SEVERITIES = [option("Sev1", "1"), option("Sev2", "2")]
TITLE = field("What happened", "title", {"type": "plain_text_input", "max_length": 20})
FIELDS = [
    TITLE,
    field("Severity", "severity", {"type": "static_select", "options": SEVERITIES}),
    field("When", "when", {"type": "datetimepicker", "initial_date_time": NOON}),
    field("Owner", "owner", {"type": "users_select"}, optional=True),
    field(
        "Also",
        "also",
        {"type": "checkboxes", "options": SEVERITIES},
        optional=True,
    ),
    field("At", "at", {"type": "datetimepicker"}, optional=True),
    actions(button("Why?", "why")),
]


def form(*blocks: Any, **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "open",
        "title": plain("New incident"),
        "submit": plain("Open"),
        "blocks": list(blocks) or FIELDS,
        **more,
    }


@pytest.fixture
def triggers(slack: LocalSlack, app: App) -> list[str]:
    """The triggers of what ana does; she has typed one command."""
    issued: list[str] = []

    @app.command("/sev2")
    def listen(ack: Ack, command: dict[str, Any]) -> None:
        issued.append(command["trigger_id"])
        ack()

    slack.as_("ana").command("/sev2")
    return issued


@pytest.fixture
def submissions(
    app: App, client: WebClient, triggers: list[str]
) -> list[dict[str, Any]]:
    """The payloads of the form that is open on ana's screen."""
    payloads: list[dict[str, Any]] = []

    @app.view("open")
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        payloads.append(body)
        ack()

    client.views_open(trigger_id=triggers[0], view=form(private_metadata="INC-1"))
    return payloads


def test_a_trigger_opens_a_form_for_the_person_who_acted(
    slack: LocalSlack, client: WebClient, triggers: list[str]
) -> None:
    view = client.views_open(trigger_id=triggers[0], view=form())["view"]

    shown = slack.as_("ana").view()
    assert shown
    assert (shown.id, shown.title) == (view["id"], "New incident")
    assert (view["callback_id"], view["root_view_id"]) == ("open", view["id"])
    assert view["state"]["values"]["when"]["value"]["selected_date_time"] == NOON
    assert slack.as_("ben").view() is None


def test_a_trigger_works_once(client: WebClient, triggers: list[str]) -> None:
    client.views_open(trigger_id=triggers[0], view=form())

    with pytest.raises(SlackApiError) as error:
        client.views_open(trigger_id=triggers[0], view=form())

    assert refusal(error) == "exchanged_trigger_id"


def test_a_trigger_expires_after_three_seconds(
    client: WebClient, triggers: list[str], machine: Machine
) -> None:
    machine.seconds += 3.1

    with pytest.raises(SlackApiError) as error:
        client.views_open(trigger_id=triggers[0], view=form())

    assert refusal(error) == "expired_trigger_id"


def test_an_unknown_trigger_is_invalid(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as error:
        client.views_open(trigger_id="1.2.3", view=form())

    assert refusal(error) == "invalid_trigger_id"


def test_a_refused_form_names_the_place_and_spends_no_trigger(
    slack: LocalSlack, client: WebClient, triggers: list[str]
) -> None:
    no_submit = form()
    del no_submit["submit"]

    with pytest.raises(SlackApiError) as error:
        client.views_open(trigger_id=triggers[0], view=no_submit)

    assert refusal(error) == "invalid_arguments"
    messages = error.value.response["response_metadata"]["messages"]
    assert messages[0] == (
        "[ERROR] must define `submit` to use an `input` block in modals "
        "[json-pointer:/view/blocks/0/input]"
    )
    client.views_open(trigger_id=triggers[0], view=form())


def test_an_update_needs_the_hash_that_is_current_if_it_names_one(
    client: WebClient, triggers: list[str]
) -> None:
    view = client.views_open(trigger_id=triggers[0], view=form())["view"]

    updated = client.views_update(view_id=view["id"], view=form(), hash=view["hash"])
    with pytest.raises(SlackApiError) as error:
        client.views_update(view_id=view["id"], view=form(), hash=view["hash"])

    assert updated["view"]["hash"] != view["hash"]
    assert refusal(error) == "hash_conflict"


def test_an_update_keeps_entries_where_the_same_input_remains(
    slack: LocalSlack, client: WebClient, triggers: list[str]
) -> None:
    view = client.views_open(trigger_id=triggers[0], view=form())["view"]
    slack.as_("ana").fill(title="push fails", severity="Sev2")

    client.views_update(view_id=view["id"], view=form(TITLE))

    shown = slack.as_("ana").view()
    assert shown
    assert shown.values == {
        "title": {"value": {"type": "plain_text_input", "value": "push fails"}}
    }


def test_a_closed_form_cannot_be_updated(
    slack: LocalSlack, client: WebClient, triggers: list[str]
) -> None:
    view = client.views_open(trigger_id=triggers[0], view=form())["view"]
    slack.as_("ana").close()

    with pytest.raises(SlackApiError) as error:
        client.views_update(view_id=view["id"], view=form())

    assert refusal(error) == "not_found"


def test_a_submission_carries_what_was_entered(
    slack: LocalSlack, submissions: list[dict[str, Any]]
) -> None:
    answer = slack.as_("ana").submit(
        {"What happened": "push <fails>"},
        severity="Sev2",
        owner="ben",
        also=["Sev1"],
        at=datetime(2026, 11, 20, 13, tzinfo=UTC),
    )

    (body,) = submissions
    values = body["view"]["state"]["values"]
    assert (answer.ok, answer.view) == (True, None)
    assert body["type"] == "view_submission"
    assert body["user"]["id"] == "U0ANA"
    assert body["view"]["private_metadata"] == "INC-1"
    assert body["view"]["hash"]
    assert values["title"]["value"]["value"] == "push <fails>"
    assert values["severity"]["value"]["selected_option"]["value"] == "2"
    assert values["when"]["value"]["selected_date_time"] == NOON
    assert values["owner"]["value"]["selected_user"] == "U0BEN"
    also = values["also"]["value"]["selected_options"]
    assert [each["value"] for each in also] == ["1"]
    assert values["at"]["value"]["selected_date_time"] == NOON + 3600


def test_required_inputs_are_checked_before_the_app_hears(
    slack: LocalSlack, submissions: list[dict[str, Any]]
) -> None:
    answer = slack.as_("ana").submit(title="x" * 21)

    assert (answer.ok, answer.error) == (False, "incomplete")
    assert answer.errors == {
        "title": "Please enter at most 20 characters.",
        "severity": "Please complete this required field.",
    }
    assert answer.view
    assert submissions == []


def test_an_option_that_is_not_offered_cannot_be_entered(
    slack: LocalSlack, submissions: list[dict[str, Any]]
) -> None:
    with pytest.raises(LookupError, match="'Sev9' is not offered; there is: Sev1"):
        slack.as_("ana").submit(severity="Sev9")
    with pytest.raises(LookupError, match="no input 'colour'"):
        slack.as_("ana").submit(colour="red")


def test_errors_from_the_app_are_shown_under_the_inputs(
    slack: LocalSlack, client: WebClient, app: App, triggers: list[str]
) -> None:
    @app.view("open")
    def listen(ack: Ack) -> None:
        ack(response_action="errors", errors={"title": "Say more."})

    client.views_open(trigger_id=triggers[0], view=form(TITLE))
    answer = slack.as_("ana").submit(title="x")

    shown = slack.as_("ana").view()
    assert shown
    assert answer.ok is False
    assert answer.errors == shown.errors == {"title": "Say more."}


def test_errors_for_an_input_that_is_not_there_are_a_failure(
    slack: LocalSlack, client: WebClient, app: App, triggers: list[str]
) -> None:
    @app.view("open")
    def listen(ack: Ack) -> None:
        ack(response_action="errors", errors={"colour": "Say more."})

    client.views_open(trigger_id=triggers[0], view=form(TITLE))
    answer = slack.as_("ana").submit(title="x")

    assert (answer.ok, answer.error) == (False, "view_submission_failed")
    assert slack.as_("ana").view()


def test_an_app_can_answer_with_another_form(
    slack: LocalSlack, client: WebClient, app: App, triggers: list[str]
) -> None:
    thanks = {"type": "modal", "title": plain("Thanks"), "blocks": []}

    @app.view("open")
    def listen(ack: Ack) -> None:
        ack(response_action="update", view=thanks)

    opened = client.views_open(trigger_id=triggers[0], view=form(TITLE))["view"]
    answer = slack.as_("ana").submit(title="x")

    assert answer.view
    assert (answer.view.id, answer.view.title) == (opened["id"], "Thanks")


@pytest.mark.parametrize("action", ["push", "clear"])
def test_a_form_cannot_be_stacked(
    slack: LocalSlack, client: WebClient, app: App, triggers: list[str], action: str
) -> None:
    @app.view("open")
    def listen(ack: Ack) -> None:
        ack(response_action=action, view=form(TITLE))

    client.views_open(trigger_id=triggers[0], view=form(TITLE))
    answer = slack.as_("ana").submit(title="x")

    assert (answer.ok, answer.error) == (False, "view_submission_failed")


def test_a_redelivered_submission_finds_the_form_closed(
    slack: LocalSlack, submissions: list[dict[str, Any]]
) -> None:
    answer = slack.as_("ana").submit(title="x", severity="Sev1")

    again = slack.redeliver(answer)

    assert again.ok
    assert submissions[0] == submissions[1]


def test_a_button_in_a_form_sends_the_form_and_no_message(
    slack: LocalSlack, app: App, submissions: list[dict[str, Any]]
) -> None:
    acts: list[dict[str, Any]] = []

    @app.action("why")
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        acts.append(body)
        ack()

    slack.as_("ana").fill(title="push fails")
    slack.as_("ana").press("Why?")

    (body,) = acts
    assert body["container"]["type"] == "view"
    assert "message" not in body
    assert "response_url" not in body
    entered = body["view"]["state"]["values"]["title"]["value"]
    assert entered["value"] == "push fails"


def test_a_choice_in_an_input_that_dispatches_is_sent_at_once(
    slack: LocalSlack, client: WebClient, app: App, triggers: list[str]
) -> None:
    acts: list[dict[str, Any]] = []

    @app.action("value")
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        acts.append(body)
        ack()

    radio = {"type": "radio_buttons", "options": SEVERITIES}
    client.views_open(
        trigger_id=triggers[0],
        view=form(TITLE, field("Severity", "severity", radio, dispatch_action=True)),
    )

    slack.as_("ana").fill(title="push fails", severity="Sev2")
    slack.as_("ana").fill(severity="Sev2")

    (body,) = acts
    assert body["actions"][0]["selected_option"]["value"] == "2"
    entered = body["view"]["state"]["values"]["title"]["value"]
    assert entered["value"] == "push fails"


def test_a_form_is_awaited(slack: LocalSlack, app: App) -> None:
    @app.command("/sev3")
    def listen(ack: Ack, command: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=command["trigger_id"], view=form())

    slack.as_("ana").command("/sev3")

    assert slack.as_("ana").wait_for_view("New incident")


def test_nothing_can_be_submitted_without_a_form(slack: LocalSlack) -> None:
    with pytest.raises(LookupError, match="ana has no form open"):
        slack.as_("ana").submit(title="x")
