"""From a text or any message to a classified incident."""

from typing import Any

import pytest

from bot.classification.weights import shipped
from bot.emulator.faults import Fault
from bot.emulator.records import Message
from bot.errors import SlackError
from bot.policy.severities import Severity
from tests.breaking import locked
from tests.story import REPLICAS, Story, shipped_policy

TRIAGE = "triage_message"
DOWN = "nobody at Globex can log in since ten"
SLOW = "the console is so slow at acme that hardly anybody can work"
THANKS = "thanks, all good now"


def typed(story: Story, text: str, who: str = "dee") -> Message:
    """Type a text after /triage, and return the private answer."""
    answer = story.command(who, f"/triage {text}").private
    assert answer is not None
    return answer


def wrote(story: Story, text: str, who: str = "dee", **more: Any) -> Message:
    return story.slack.as_(who).say(text, "support", **more)


def newest_private(story: Story, who: str) -> Message:
    story.idle()
    return story.slack.private(who)[-1]


def opened(story: Story) -> list[str]:
    return [one.text for one in story.slack.channel("incidents")]


def test_a_text_that_is_sure_gets_one_severity_and_all_that_follows(
    tuesday: Story,
) -> None:
    answer = typed(tuesday, DOWN)

    said = tuesday.read(answer, "dee")
    assert said.startswith("*This reads like 🔺 Sev1 · Globex (Standard Support).*")
    assert "*🔺 Sev1*: “nobody at Globex can log in since ten”." in said
    assert "Your policy: The service is lost" in said
    assert "First response due today 14:00, in 4 h." in said
    assert "@ana is paged now" in said
    assert tuesday.buttons(answer) == [
        "Open as Sev1",
        "Not an incident",
        "Open in a form",
    ]
    assert opened(tuesday) == []


def test_a_text_that_is_not_sure_gets_two_severities_best_first(tuesday: Story) -> None:
    answer = typed(tuesday, SLOW)

    said = tuesday.read(answer, "dee")
    assert said.startswith("*This may be 🔶 Sev2 or 🔺 Sev1 · Acme (Premium Support).*")
    assert said.count("If you open it: First response due") == 2
    buttons = ["Open as Sev2", "Open as Sev1", "Not an incident", "Open in a form"]
    assert tuesday.buttons(answer) == buttons
    row = answer.blocks[-1]["elements"]
    assert [one.get("style") for one in row] == ["primary", None, None, None]


def test_what_reads_like_no_incident_says_so(tuesday: Story) -> None:
    answer = typed(tuesday, THANKS)

    said = tuesday.read(answer, "dee")
    assert said.startswith("*This does not read like an incident.*")


def test_one_press_opens_what_was_typed(tuesday: Story) -> None:
    tuesday.press("dee", "Open as Sev2", typed(tuesday, SLOW))

    assert "🔶 Sev2 · INC-1 · Acme" in tuesday.read(tuesday.card())
    assert "the console is so slow" in tuesday.read(tuesday.card())
    assert "INC-1 · 🔶 Sev2 · Acme" in tuesday.read(newest_private(tuesday, "dee"))


def test_pressing_twice_opens_one(tuesday: Story) -> None:
    answer = typed(tuesday, SLOW)

    tuesday.press("dee", "Open as Sev2", answer)
    tuesday.press("dee", "Open as Sev1", answer, stale=True)

    assert len(opened(tuesday)) == 1
    assert "@dee made this INC-1" in tuesday.read(newest_private(tuesday, "dee"), "dee")


def test_not_an_incident_opens_nothing(tuesday: Story) -> None:
    said = tuesday.asked("dee", "Not an incident", typed(tuesday, SLOW))

    assert said == "Noted: not an incident. Nothing was opened."
    assert opened(tuesday) == []


def test_triage_works_under_incident_where_the_short_name_is_taken(
    tuesday: Story,
) -> None:
    answer = tuesday.command("dee", f"/incident triage {DOWN}").private

    assert "This reads like 🔺 Sev1" in tuesday.read(answer)


@pytest.mark.parametrize(
    "text", ["", "help", "  ", "?", "-help", "--help", "-", "Help", "Help."]
)
def test_triage_without_a_text_says_how_it_is_typed(tuesday: Story, text: str) -> None:
    assert "`/triage what somebody wrote`" in tuesday.read(typed(tuesday, text))


def test_a_message_is_opened_with_its_link_and_its_time(tuesday: Story) -> None:
    said = wrote(tuesday, DOWN)
    tuesday.advance(minutes=20)

    answer = tuesday.shortcut("ana", said, TRIAGE)
    tuesday.press("ana", "Open as Sev1", newest_private(tuesday, "ana"))

    assert "Reported today 10:00; the clock runs from then." in answer
    card = tuesday.read(tuesday.card())
    link = f"acme.slack.com/archives/C0SUPPORT/p{said.ts.replace('.', '')}"
    assert "the message in Slack" in card
    assert link in str(tuesday.card().blocks)
    assert "reported today 10:00" in card
    assert "🔺 Sev1 · INC-1 · Globex" in card
    assert tuesday.slack.private("dee") == []


def test_a_reply_is_opened_with_the_link_that_leads_into_its_thread(
    tuesday: Story,
) -> None:
    parent = wrote(tuesday, "good morning")
    reply = wrote(tuesday, DOWN, thread=parent.ts)

    tuesday.shortcut("ana", reply, TRIAGE)
    tuesday.press("ana", "Open as Sev1", newest_private(tuesday, "ana"))

    link = f"p{reply.ts.replace('.', '')}?thread_ts={parent.ts}&cid=C0SUPPORT"
    assert "the message in Slack" in tuesday.read(tuesday.card())
    assert link in str(tuesday.card().blocks)


def test_the_answer_comes_where_the_bot_is_not(tuesday: Story) -> None:
    said = tuesday.slack.as_("dee").say("nobody can log in", "acme")

    answer = tuesday.shortcut("ana", said, TRIAGE)

    assert "Sev1" in answer


def test_who_triages_an_opened_message_hears_of_its_incident(tuesday: Story) -> None:
    said = wrote(tuesday, DOWN)
    tuesday.shortcut("ana", said, TRIAGE)
    tuesday.press("ana", "Open as Sev1", newest_private(tuesday, "ana"))

    answer = tuesday.shortcut("dee", said, TRIAGE)

    assert answer.startswith(
        "@ana made this INC-1 Globex (🔺 Sev1), opened today 10:00:"
    )
    assert "Nobody owns it." in answer
    assert tuesday.buttons(newest_private(tuesday, "dee")) == ["Take it"]


def test_of_two_who_triage_a_message_at_once_the_second_hears_of_the_first(
    tuesday: Story,
) -> None:
    said = wrote(tuesday, DOWN)
    for who in ("ana", "dee"):
        tuesday.shortcut(who, said, TRIAGE)

    tuesday.press("ana", "Open as Sev1", newest_private(tuesday, "ana"))
    tuesday.press("dee", "Open as Sev1", newest_private(tuesday, "dee"))

    assert len(opened(tuesday)) == 1
    assert "@ana made this INC-1" in tuesday.read(newest_private(tuesday, "dee"))


FEATURE = "Globex: please add a dark mode, it would be a nice feature"
GONE = "The policy has no Sev4. There is `/sev1`, `/sev2` and `/sev3`."


def leave_out_sev4(story: Story) -> None:
    policy = shipped_policy()
    severities = {key: policy.severities[key] for key in [*Severity][:3]}
    first, then = (
        {key: value for key, value in table.items() if key[0] != Severity.SEV4}
        for table in (policy.first_responses, policy.follow_ups)
    )
    story.use_policy(severities=severities, first_responses=first, follow_ups=then)


def test_a_severity_that_the_policy_lacks_is_its_mildest(tuesday: Story) -> None:
    leave_out_sev4(tuesday)

    answer = typed(tuesday, FEATURE)

    said = tuesday.read(answer)
    assert said.startswith("*This reads like 🔵 Sev3 · Globex (Standard Support).*")
    assert tuesday.buttons(answer)[0] == "Open as Sev3"
    tuesday.open_form("dee", "Open in a form", answer)
    assert "What is wrong reads like 🔵 Sev3." in tuesday.form("dee")


def test_a_suggestion_from_before_a_severity_was_left_out_is_refused(
    tuesday: Story,
) -> None:
    answer = typed(tuesday, FEATURE)
    leave_out_sev4(tuesday)

    said = tuesday.asked("dee", "Open as Sev4", answer, stale=True)
    form = tuesday.asked("dee", "Open in a form", answer, stale=True)

    assert (said, form) == (GONE, GONE)
    assert opened(tuesday) == []


def test_a_message_of_a_voided_incident_can_be_triaged_anew(tuesday: Story) -> None:
    said = wrote(tuesday, DOWN)
    tuesday.shortcut("ana", said, TRIAGE)
    tuesday.press("ana", "Open as Sev1", newest_private(tuesday, "ana"))
    tuesday.more("ana", "Mistake or drill")
    tuesday.submit("ana", void="mistake")

    tuesday.shortcut("dee", said, TRIAGE)
    tuesday.press("dee", "Open as Sev1", newest_private(tuesday, "dee"))

    assert "🔺 Sev1 · INC-2 · Globex" in tuesday.read(tuesday.card(2))


@pytest.mark.skipif(REPLICAS > 1, reason="is about the start of one bot")
def test_a_bot_that_started_without_slack_opens_a_message_once(tuesday: Story) -> None:
    tuesday.bot.close()
    tuesday.slack.faults.add("auth.test", Fault.FAIL_BEFORE, times=2)
    with pytest.raises(SlackError):
        tuesday.start_bot()
    tuesday.bot.transport.start()
    tuesday.slack.wait_for_socket()
    said = wrote(tuesday, DOWN)
    tuesday.shortcut("ana", said, TRIAGE)
    tuesday.press("ana", "Open as Sev1", newest_private(tuesday, "ana"))
    tuesday.restart()

    answer = tuesday.shortcut("dee", said, TRIAGE)

    assert answer.startswith("@ana made this INC-1")


def test_an_edited_message_is_read_as_it_is_now(tuesday: Story) -> None:
    said = wrote(tuesday, THANKS)
    now = tuesday.slack.workspace.edit(tuesday.slack.current(said))
    tuesday.slack.workspace.edit(type(now)(said.channel, said.ts, said.user, DOWN))

    assert "Sev1" in tuesday.shortcut("ana", said, TRIAGE)


def test_a_message_that_was_deleted_meanwhile_can_still_be_opened(
    tuesday: Story,
) -> None:
    said = wrote(tuesday, DOWN)
    tuesday.slack.workspace.delete(said)

    tuesday.shortcut("ana", said, TRIAGE, stale=True)
    tuesday.press("ana", "Open as Sev1", newest_private(tuesday, "ana"))

    assert "nobody at Globex" in tuesday.read(tuesday.card())


def test_a_deleted_parent_is_nothing_to_triage(tuesday: Story) -> None:
    said = wrote(tuesday, DOWN)
    wrote(tuesday, "same here", thread=said.ts)
    tuesday.slack.workspace.delete(said)

    assert tuesday.shortcut("ana", said, TRIAGE) == "That message was deleted."


ALERT = {"title": "Console 5xx", "text": "nobody can log in: 100 % of logins fail"}


def test_another_apps_alert_is_read_where_its_words_stand(tuesday: Story) -> None:
    tuesday.slack.add_person("pager", is_bot=True)
    tuesday.slack.invite("support", "pager")
    alert = wrote(tuesday, "", "pager", attachments=(ALERT,))

    tuesday.shortcut("ana", alert, TRIAGE)
    tuesday.press("ana", "Open as Sev1", newest_private(tuesday, "ana"))

    assert "Console 5xx nobody can log in" in tuesday.read(tuesday.card())


def test_a_quoted_message_does_not_speak_for_the_one_that_quotes_it(
    tuesday: Story,
) -> None:
    quote = {"is_msg_unfurl": True, "from_url": "https://x.slack.com/p1", "text": DOWN}
    said = wrote(tuesday, THANKS, attachments=(quote,))

    answer = tuesday.shortcut("ana", said, TRIAGE)

    assert answer.startswith("*This does not read like an incident.*")


@pytest.mark.parametrize(
    ("text", "files"),
    [("", ({"id": "F1"},)), (":fire:", ()), ("🔥 :+1:", ()), ("\u202e", ())],
    ids=["a picture", "an emoji", "emoji", "nothing that is seen"],
)
def test_a_message_without_words_is_refused_in_a_sentence(
    tuesday: Story, text: str, files: Any
) -> None:
    answer = tuesday.shortcut("ana", wrote(tuesday, text, files=files), TRIAGE)

    assert answer.startswith("There are no words in it to go by.")


@pytest.mark.parametrize(
    "text",
    [
        f"{DOWN} " + "at com.acme.Login(Login.java:1) " * 1240,
        "x" * 40_000,
        "לא מצליחים להתחבר, Globex \u202e nobody can log in",
        "```nobody can log in```",
        "> nobody can log in\nthat was last week",
        "<!channel> *SEV1!!!* one tablet does not beep & <script>",
    ],
    ids=["a log", "one word", "two directions", "code", "a quote", "marks"],
)
def test_any_text_is_triaged_and_can_be_opened(tuesday: Story, text: str) -> None:
    tuesday.shortcut("ana", wrote(tuesday, text[:40_000]), TRIAGE)

    tuesday.open_form("ana", "Open in a form", newest_private(tuesday, "ana"))
    tuesday.submit("ana")

    assert len(opened(tuesday)) == 1


def test_a_form_opens_a_message_with_what_was_changed_in_it(tuesday: Story) -> None:
    said = wrote(tuesday, THANKS)
    tuesday.advance(minutes=20)
    tuesday.shortcut("ana", said, TRIAGE)

    tuesday.open_form("ana", "Open in a form", newest_private(tuesday, "ana"))
    tuesday.submit("ana", severity="sev4", customer="=Acme")

    card = tuesday.read(tuesday.card())
    assert "Sev4 · INC-1 · Acme" in card
    assert THANKS in card
    assert said.ts.replace(".", "") in str(tuesday.card().blocks)
    assert "reported today 10:00" in card


def test_a_form_opens_no_second_incident_from_a_message(tuesday: Story) -> None:
    said = wrote(tuesday, DOWN)
    tuesday.shortcut("ana", said, TRIAGE)
    tuesday.open_form("ana", "Open in a form", newest_private(tuesday, "ana"))
    tuesday.shortcut("dee", said, TRIAGE)
    tuesday.press("dee", "Open as Sev1", newest_private(tuesday, "dee"))

    tuesday.submit("ana")

    receipt = tuesday.read(newest_private(tuesday, "ana"))
    assert len(opened(tuesday)) == 1
    assert receipt.startswith("@dee made this INC-1")


def test_strangers_may_triage_nothing(tuesday: Story) -> None:
    tuesday.slack.add_person("eve", is_stranger=True)
    tuesday.slack.invite("support", "eve")

    answer = tuesday.shortcut("eve", wrote(tuesday, DOWN), TRIAGE)

    assert "Sev" not in answer


def test_a_press_that_was_not_recorded_says_so_and_works_again(tuesday: Story) -> None:
    answer = typed(tuesday, SLOW)

    with locked(tuesday):
        said = tuesday.asked_now("dee", "Open as Sev2", answer)
    tuesday.press("dee", "Open as Sev2", answer, stale=True)

    assert said.startswith("NOT recorded")
    assert len(opened(tuesday)) == 1


def mentioned(story: Story, text: str, who: str = "dee", **more: Any) -> list[str]:
    """Mention the bot, and return what its author then sees in private."""
    story.slack.invite("support", "sevbot")
    wrote(story, text, who, **more)
    story.idle()
    return [story.read(one, who) for one in story.slack.private(who)]


def test_a_mention_is_answered_in_private_about_its_own_words(tuesday: Story) -> None:
    (said,) = mentioned(tuesday, f"@sevbot {DOWN}")

    assert said.startswith("*This reads like 🔺 Sev1 · Globex")
    tuesday.press("dee", "Open as Sev1", newest_private(tuesday, "dee"))
    assert f"\n{DOWN}\n" in tuesday.read(tuesday.card())


def test_a_mention_alone_in_a_thread_is_about_the_message_above(
    tuesday: Story,
) -> None:
    parent = wrote(tuesday, DOWN, "ana")
    for number in range(20):
        wrote(tuesday, f"reply {number}", "ana", thread=parent.ts)

    (said,) = mentioned(tuesday, "@sevbot :eyes: ?", thread=parent.ts)

    assert said.startswith("*This reads like 🔺 Sev1 · Globex")
    answer = newest_private(tuesday, "dee")
    assert answer.thread_ts == parent.ts
    tuesday.press("dee", "Open as Sev1", answer)
    assert parent.ts.replace(".", "") in str(tuesday.card().blocks)


def test_at_an_incidents_card_and_in_its_thread_that_incident_stands(
    tuesday: Story,
) -> None:
    tuesday.command("ana", "/sev2 acme: push of apps fails")
    card = tuesday.card()
    reply = tuesday.slack.as_("dee").say(DOWN, "incidents", thread=card.ts)

    for message in (card, reply):
        answer = tuesday.shortcut("dee", message, TRIAGE)
        assert answer.startswith("@ana made this INC-1 Acme")


def test_what_the_bot_wrote_is_not_triaged(tuesday: Story) -> None:
    tuesday.command("ana", "/sev2 acme: push of apps fails owner=@ana")
    tuesday.fill_in("ana", "Resolve", note="Fixed", confirmed=["yes"])

    answer = tuesday.shortcut("dee", tuesday.card(), TRIAGE)

    assert answer == "I wrote that myself."


def test_a_mention_with_words_in_a_thread_is_about_those(tuesday: Story) -> None:
    parent = wrote(tuesday, THANKS, "ana")

    (said,) = mentioned(tuesday, f"@sevbot {DOWN}", thread=parent.ts)

    assert said.startswith("*This reads like 🔺 Sev1")


@pytest.mark.parametrize("code", ["`@sevbot nobody`", "```\n@sevbot nobody\n```"])
def test_a_mention_within_code_is_none(tuesday: Story, code: str) -> None:
    assert mentioned(tuesday, f"type {code} to ask") == []


def test_a_mention_alone_without_a_thread_says_how_to_ask(tuesday: Story) -> None:
    (said,) = mentioned(tuesday, "@sevbot")

    assert said.startswith("There are no words in it to go by.")


def test_without_the_right_to_read_a_thread_a_mention_says_so(tuesday: Story) -> None:
    tuesday.slack.workspace.scopes -= {"channels:history"}
    parent = wrote(tuesday, DOWN, "ana")

    (said,) = mentioned(tuesday, "@sevbot", thread=parent.ts)

    assert said.startswith("I cannot read the message above: ")
    assert "*Triage this message* in its menu needs no right to read." in said


def test_a_mention_by_another_app_is_not_answered(tuesday: Story) -> None:
    tuesday.slack.add_person("pager", is_bot=True)
    tuesday.slack.invite("support", "pager")

    assert mentioned(tuesday, f"@sevbot {DOWN}", "pager") == []


def test_a_shortcut_in_a_thread_is_answered_there(tuesday: Story) -> None:
    tuesday.slack.invite("support", "sevbot")
    parent = wrote(tuesday, THANKS)
    reply = wrote(tuesday, DOWN, thread=parent.ts)

    tuesday.shortcut("ana", reply, TRIAGE)

    assert newest_private(tuesday, "ana").thread_ts == parent.ts


def test_the_opening_form_suggests_a_severity_once_it_knows_the_text(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev3")
    before = tuesday.form("dee")

    tuesday.slack.as_("dee").enter("title", DOWN)
    tuesday.slack.wait_until(lambda: "reads like" in tuesday.form("dee"))

    assert "What is wrong" in before
    assert "reads like" not in before
    assert "What is wrong reads like 🔺 Sev1." in tuesday.form("dee")
    tuesday.submit("dee", customer="=Globex")
    assert "🔵 Sev3 · INC-1 · Globex\nnobody at Globex" in tuesday.read(tuesday.card())


def test_the_form_of_a_triaged_text_suggests_at_once(tuesday: Story) -> None:
    tuesday.open_form("dee", "Open in a form", typed(tuesday, SLOW))

    assert "What is wrong may be 🔶 Sev2 or 🔺 Sev1." in tuesday.form("dee")


def test_who_triages_after_somebody_said_no_hears_of_it(tuesday: Story) -> None:
    said = wrote(tuesday, SLOW)
    tuesday.shortcut("ana", said, TRIAGE)
    tuesday.press("ana", "Not an incident", newest_private(tuesday, "ana"))

    answer = tuesday.shortcut("dee", said, TRIAGE)

    assert "@ana said it is no incident." in answer
    tuesday.press("dee", "Open as Sev2", newest_private(tuesday, "dee"))
    assert len(opened(tuesday)) == 1


def test_a_bot_that_classifies_nothing_reads_no_weights(tuesday: Story) -> None:
    shipped.cache_clear()

    tuesday.command("dee", "/sev2 acme: push of apps fails")
    tuesday.command("dee", "/sev2")
    before = shipped.cache_info().currsize
    typed(tuesday, SLOW)

    assert (before, shipped.cache_info().currsize) == (0, 1)


def test_a_message_that_was_only_forwarded_is_read(tuesday: Story) -> None:
    forwarded = {"is_share": True, "from_url": "https://x.slack.com/p1", "text": DOWN}

    answer = tuesday.shortcut(
        "ana", wrote(tuesday, "", attachments=(forwarded,)), TRIAGE
    )

    assert answer.startswith("*This reads like 🔺 Sev1 · Globex")


def test_a_shortcut_says_so_while_slack_does_not_say_who_asks(tuesday: Story) -> None:
    tuesday.slack.add_person("zoe")
    tuesday.slack.invite("support", "zoe")
    tuesday.slack.faults.add("users.info", Fault.FAIL_BEFORE, times=2)

    answer = tuesday.shortcut("zoe", wrote(tuesday, DOWN), TRIAGE)

    assert answer.startswith("NOT recorded (Slack does not say just now who you are)")
