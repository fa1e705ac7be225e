"""The stories of the demo, as steps: who does what at which local time of the team.

The terminal and the page play the same steps. They fit the policy that ships; with
another one a customer or an incident that a step names may not be there.
"""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.demo.story_steps import (
    Act,
    At,
    FillsIn,
    Marks,
    Presses,
    SlackIs,
    Triages,
    Types,
    Writes,
    answer,
    card,
    hands_off,
    local,
    newest,
    said,
)
from bot.emulator.faults import Condition


@dataclass(frozen=True, slots=True)
class Story:
    """A story; `begins` is the local time at which its team sits down."""

    id: str
    title: str
    about: str
    begins: str
    steps: tuple[At | Act, ...] = field(repr=False)

    def begins_at(self, zone: ZoneInfo) -> datetime:
        return local(self.begins, zone)

    @property
    def is_long(self) -> bool:
        """Tell whether it takes more than a week: weekdays alone would be ambiguous."""
        last, _ = self.chapters()[-1]
        began = datetime.fromisoformat(self.begins)
        return (datetime.fromisoformat(last.when) - began).days > 6

    def chapters(self) -> list[tuple[At, list[Act]]]:
        """Return each caption with the acts that follow it."""
        chapters: list[tuple[At, list[Act]]] = []
        for step in self.steps:
            if isinstance(step, At):
                chapters.append((step, []))
            else:
                chapters[-1][1].append(step)
        return chapters


CONFIRMED = ["The customer was told that it is resolved"]

TWO_DAYS = Story(
    "two-days",
    "Two days of a team",
    "One incident of each severity, promises kept and broken, the leads' digest.",
    "2026-11-23 08:55",
    (
        At("2026-11-23 09:05", "Initech, on a free trial, asks a question: a Sev4."),
        Types("cem", "/sev4 initech: where do we export a report"),
        At("2026-11-23 10:10",
           "Globex finds one device that does not do as it should."),
        Types("dee", "/sev3 globex: a changed policy does not reach one tablet"),
        At("2026-11-23 11:00",
           "Acme cannot install apps. A Sev2 tells whoever is on call."),
        Types("cem", "/sev2 acme: pushed apps fail to install on 600 devices"),
        At("2026-11-23 11:02", "Ana takes it. The promise to Acme stands as before."),
        Presses("ana", "Take it", newest("INC-3")),
        At("2026-11-23 14:10",
           "Reminded an hour ahead, Ana has written to Acme, and says so."),
        FillsIn("ana", "First response sent", newest("INC-3"), {
            "told": "We can reproduce it; a fix is in test",
            "next": "A build for two of your devices",
        }),
        At("2026-11-24 02:40",
           "Night. Acme's platform is down: a Sev1 escalates."),
        Types("cem", "/sev1 acme: nobody can log in, the console is down"),
        At("2026-11-24 02:52", "Ana sleeps through it. Ben, in New York, is up."),
        Presses("ben", "Take it", newest("INC-4")),
        At("2026-11-24 03:54", "An hour later the bot asks whether he is still on it."),
        Presses("ben", "Still on it", newest("INC-4")),
        At("2026-11-24 05:12", "He misses the next one by a quarter of an hour."),
        FillsIn("ben", "First response sent", card("INC-4"), {
            "told": "The login service is back for half of your users",
        }),
        At("2026-11-24 05:30",
           "His night is over. He offers it to Lea, and keeps it so far."),
        hands_off("ben", card("INC-4"), "lea"),
        Presses("lea", "Accept", newest("INC-4")),
        At("2026-11-24 06:10", "Everybody can log in again, and Acme knows it."),
        FillsIn("lea", "Resolve", card("INC-4"), {
            "note": "A certificate had expired; it renews itself now",
            "confirmed": CONFIRMED,
        }),
        At("2026-11-24 09:40", "Ana logs an update for Acme before it is due."),
        FillsIn("ana", "Log update", newest("INC-3"), {
            "told": "The build installs on both devices",
        }),
        At("2026-11-24 12:28",
           "Nobody answered Globex in time. Dee does, late, and says so."),
        FillsIn("dee", "First response sent", card("INC-2"), {
            "told": "We see the fault on our side too",
        }),
        At("2026-11-24 13:20", "The fix for Acme is out."),
        FillsIn("ana", "Resolve", card("INC-3"), {
            "note": "Fixed in agent 7.4.1", "confirmed": CONFIRMED,
        }),
        At("2026-11-25 09:20",
           "The leads read what was kept, what was not, and what is open.",
           see=("lea", "leads")),
    ),
)  # fmt: skip

FRIDAY_NIGHT = Story(
    "friday-night",
    "A Sev1 from Friday evening",
    "Office hours are over; it escalates, a night passes, Lea takes over.",
    "2026-11-20 17:45",
    (
        At("2026-11-20 18:00",
           "Friday, six in the evening. The office is closed, and Acme goes down."),
        Types("dee", "/sev1 acme: every tablet shows an empty screen"),
        At("2026-11-20 18:12",
           "Ana does not hear her phone. After ten minutes Ben is told too.",
           see=("ben", "dm")),
        At("2026-11-20 18:14", "Ben takes it, and the escalation stops."),
        Presses("ben", "Take it", newest("INC-1")),
        At("2026-11-20 18:50", "He has written to Acme, long before he had to."),
        FillsIn("ben", "First response sent", card("INC-1"), {
            "told": "An update of the agent broke it; we roll it back",
            "next": "Half of your tablets within two hours",
        }),
        At("2026-11-20 19:52", "An hour without a word: is he still on it? He is."),
        Presses("ben", "Still on it", newest("INC-1")),
        At("2026-11-20 21:30",
           "Then he falls asleep. The bot asks again, and escalates: Ana, Lea.",
           see=("ana", "dm")),
        At("2026-11-20 21:32", "Ben wakes up to it and says that he goes on."),
        Presses("ben", "Still on it", newest("INC-1")),
        At("2026-11-20 22:15",
           "In Berlin the sun is up. Ben offers it to Lea, and keeps it so far."),
        hands_off("ben", card("INC-1"), "lea"),
        At("2026-11-20 22:20", "Lea accepts. From here on the bot asks her, not him."),
        Presses("lea", "Accept", newest("INC-1")),
        At("2026-11-20 23:10", "She logs what Acme was told."),
        FillsIn("lea", "Log update", card("INC-1"), {
            "told": "Nine of ten tablets work; the last follow within the hour",
        }),
        At("2026-11-21 00:05", "Saturday, midnight in California. It is over."),
        FillsIn("lea", "Resolve", card("INC-1"), {
            "note": "Agent 7.4.0 was rolled back; 7.4.2 has the fix",
            "confirmed": CONFIRMED,
        }),
        At("2026-11-23 09:20",
           "Nobody was disturbed for the rest of the weekend. The leads read it.",
           see=("lea", "leads")),
    ),
)  # fmt: skip

HOLIDAY = Story(
    "holiday",
    "A slow Sev4 across a holiday",
    "Weekly news, Thanksgiving in between, and no reminder on a day off.",
    "2026-11-17 09:30",
    (
        At("2026-11-17 10:00",
           "Acme has a wish: a Sev4. Premium hears first in two business days."),
        Types("cem", "/sev4 acme: can dashboards be shared by a link"),
        At("2026-11-17 10:05", "Dee takes it from its card."),
        Presses("dee", "Take it", card("INC-1")),
        At("2026-11-19 09:40",
           "She answers in time. From now on Acme is owed news every week."),
        FillsIn("dee", "First response sent", card("INC-1"), {
            "told": "Not yet; it is on our list for spring",
        }),
        At("2026-11-25 09:05",
           "A week later is Thanksgiving, so news is due before: today at five.",
           see=("dee", "dm")),
        At("2026-11-25 16:45",
           "What would fall on the end of the day is reminded of a while earlier.",
           see=("dee", "dm")),
        At("2026-11-25 16:50", "She logs an update, and goes home for the holiday."),
        FillsIn("dee", "Log update", newest("INC-1"), {
            "told": "Design has begun; you may look at a draft",
        }),
        At("2026-11-27 09:30",
           "Thanksgiving came and went: no list, no digest, nobody was reminded.",
           see=("lea", "leads")),
        At("2026-12-02 14:10", "The draft is out, and the wish is granted in part."),
        FillsIn("dee", "Resolve", card("INC-1"), {
            "note": "Links for single dashboards come with the next release",
            "confirmed": CONFIRMED,
        }),
        At("2026-12-03 09:20", "Two weeks, a holiday in between, every promise kept.",
           see=("lea", "leads")),
    ),
)  # fmt: skip

FROM_A_MESSAGE = Story(
    "from-a-message",
    "From a message to an incident",
    "Somebody writes what a customer said, and one press makes it an incident.",
    "2026-11-24 09:50",
    (
        At("2026-11-24 10:10", "Cem passes on what he heard. How severe is that?"),
        Writes("cem", "nobody at Globex can log in since ten"),
        At("2026-11-24 10:16",
           "Dee asks, from the menu of his message. Only she sees the answer."),
        Triages("dee", said("nobody at Globex")),
        At("2026-11-24 10:17",
           "She presses. The incident links to the message, and its clock runs from "
           "then."),
        Presses("dee", "Open as Sev1", answer("Sev1")),
        At("2026-11-24 10:18", "Ana, who was paged, takes it."),
        Presses("ana", "Take it", newest("INC-1")),
        At("2026-11-24 10:40",
           "She writes to Globex, who read that thread too, and puts the emoji on it: "
           "it was the first response, and the clock has moved."),
        Writes("ana", "The login service is back for most of you",
               under=said("nobody at Globex")),
        Marks("ana", said("The login service is back")),
        At("2026-11-24 11:20", "Everybody can log in again."),
        FillsIn("ana", "Resolve", card("INC-1"), {
            "note": "A certificate had expired", "confirmed": CONFIRMED,
        }),
    ),
)  # fmt: skip

SLACK_DOWN = Story(
    "slack-down",
    "Slack is down for an hour",
    "Reminders fall due while nobody can be reached; each arrives once afterwards.",
    "2026-11-24 09:30",
    (
        At("2026-11-24 10:00", "A morning: Acme has a Sev2, and Ana takes it."),
        Types("cem", "/sev2 acme: single sign-on fails for a third of the users"),
        Presses("ana", "Take it", newest("INC-1")),
        At("2026-11-24 10:20", "And another one, which Ben takes."),
        Types("dee", "/sev2 acme: reports cannot be exported"),
        Presses("ben", "Take it", card("INC-2")),
        At("2026-11-24 12:40",
           "Slack goes down. Nobody can type, and the bot can tell nobody."),
        SlackIs(Condition.GONE),
        At("2026-11-24 13:25",
           "Two reminders have fallen due. They wait: see Sent, behind the stage."),
        At("2026-11-24 13:40",
           "Slack is back after an hour. The outbox drains; each arrives once."),
        SlackIs(Condition.WELL),
        At("2026-11-24 13:45", "Ana still has a quarter of an hour, and uses it.",
           see=("ana", "dm")),
        FillsIn("ana", "First response sent", newest("INC-1"), {
            "told": "Sign-on works again for everybody; we look for the cause",
        }),
        At("2026-11-24 14:00", "So does Ben."),
        FillsIn("ben", "First response sent", newest("INC-2"), {
            "told": "Exports work again since 13:50",
        }),
        At("2026-11-25 09:20", "Both promises were kept, and the leads see it.",
           see=("lea", "leads")),
    ),
)  # fmt: skip

COVER = Story(
    "cover",
    "A weekend on call, and a cover",
    "Dee finds somebody for Sunday; a shift changes; the page rings where it should.",
    "2026-11-27 16:30",
    (
        At("2026-11-27 16:35",
           "Dee comes on call tomorrow at nine, and is away on Sunday."),
        Types("dee", "/oncall"),
        FillsIn("dee", "Cover for me", answer(""), {
            "since": datetime.fromisoformat("2026-11-29 10:00"),
            "until": datetime.fromisoformat("2026-11-29 18:00"),
        }),
        At("2026-11-27 16:40",
           "Everybody is asked. Ana has time; she is the first to say so."),
        Presses("ana", "I cover it", newest("asks you to cover")),
        At("2026-11-27 16:50", "Globex has a Sev2. Ana is on call, and takes it."),
        Types("cem", "/sev2 globex: push of apps fails"),
        Presses("ana", "Take it", card("INC-1")),
        At("2026-11-28 09:00",
           "Saturday at nine her shift is over. What she held for it is Dee's now.",
           see=("dee", "dm")),
        At("2026-11-29 13:00",
           "Sunday. Acme goes down, and Ana's phone rings: she covers."),
        Types("cem", "/sev1 acme: nobody can log in"),
        At("2026-11-29 13:03", "She takes it."),
        Presses("ana", "Take it", newest("INC-2")),
        At("2026-11-29 13:40", "Everybody can log in again, and Acme knows it."),
        FillsIn("ana", "Resolve", card("INC-2"), {
            "note": "A certificate had expired", "confirmed": CONFIRMED,
        }),
        At("2026-11-29 18:00",
           "At six the cover ends. What is still open is Dee's again.",
           see=("dee", "dm")),
    ),
)  # fmt: skip

STORIES = (TWO_DAYS, FRIDAY_NIGHT, HOLIDAY, FROM_A_MESSAGE, SLACK_DOWN, COVER)


def find(id: str) -> Story:
    """Return a story by its id; raises LookupError."""
    for story in STORIES:
        if story.id == id:
            return story
    names = ", ".join(story.id for story in STORIES)
    raise LookupError(f"there is no story {id!r}; there is: {names}")
