"""`sevbot doctor` finds what is wrong with an installation, and names the fix."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.clock import system_clock
from bot.doctor import host
from bot.doctor.examination import examine
from bot.doctor.findings import Finding, Level
from bot.doctor.manifest import OPTIONAL
from bot.emulator.driver import LocalSlack
from bot.emulator.records import UserGroup
from bot.errors import BotError
from bot.inbound.health import Health
from bot.inbound.signed_http import WebServer, health_route
from bot.policy.parsing.policy_file import default_text
from bot.settings import Ring, Settings
from bot.store.maintenance.disks import disk_of, must_be_ours
from tests import icals, postgres
from tests.commands import Run, write
from tests.processes import team_slack
from tests.web_target import web_target

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
overlay /app overlay rw 0 0
/dev/sdb1 /app/data ext4 rw 0 0
files:/export /mnt/team\\040files nfs4 rw 0 0
tmpfs /run tmpfs rw 0 0
"""


@dataclass
class Installation:
    """A bot that is installed as it should be, until a test breaks something."""

    slack: LocalSlack
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    now: Callable[[], datetime] = system_clock

    def __post_init__(self) -> None:
        (self.folder / "policies.yaml").write_text(default_text(), encoding="utf-8")
        self.mounts = self.folder / "mounts"
        self.mounts.write_text("/dev/sda1 / ext4 rw 0 0\n")
        self.settings = {
            "slack_bot_token": self.slack.bot_token,
            "slack_app_token": self.slack.app_token,
            "slack_signing_secret": self.slack.signing_secret,
            "slack_api_url": self.slack.api_url,
            "database_url": f"sqlite:///{self.folder / 'sevbot.db'}",
            "policies": self.folder / "policies.yaml",
            "port": 0,  # Nobody answers there.
        }

    def findings(self, *, is_http: bool = False) -> list[Finding]:
        settings = Settings(**self.settings)
        given = {"is_http": is_http, "mounts": self.mounts}
        return list(examine(settings, self.now, **given))  # type: ignore[arg-type]

    def wrong(self, **how: bool) -> list[tuple[str, str]]:
        found = self.findings(**how)
        return [(one.what, one.mend) for one in found if one.level is Level.WRONG]

    def notes(self) -> list[tuple[str, str]]:
        found = self.findings()
        return [(one.what, one.mend) for one in found if one.level is Level.NOTE]


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installation]:
    with team_slack() as slack:
        yield Installation(slack, tmp_path)


def test_nothing_is_wrong_with_a_good_installation(installed: Installation) -> None:
    found = installed.findings()

    assert [one for one in found if one.level is Level.WRONG] == []
    assert "on_call.primary is ana, America/Los_Angeles." in [one.what for one in found]
    assert not (installed.folder / "sevbot.db").exists()


def test_the_way_to_the_record_on_a_server_is_measured(
    installed: Installation,
) -> None:
    installed.settings["database_url"] = postgres.record_of(installed.folder)

    found = [one.what for one in installed.findings() if one.level is Level.OK]

    assert re.search(r"The record answers within \d+ ms\.", "\n".join(found))


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (199, "The record answers within 199 ms."),
        (
            200,
            "The record answers after 200 ms. A command asks it 5 times: that is "
            "1.0 s of the 3 s after which Slack shows an error.",
        ),
    ],
)
def test_a_record_so_far_that_commands_take_a_second_is_wrong(
    milliseconds: int, said: str
) -> None:
    found = host.of_distance(timedelta(milliseconds=milliseconds))

    assert found.what == said
    assert bool(found.mend) == (found.level is Level.WRONG) == (milliseconds == 200)


def test_people_of_the_organisation_may_be_on_call(installed: Installation) -> None:
    installed.slack.join_enterprise("E0GROUP")
    installed.slack.change_person("ana", team_id="T0SALES")

    assert installed.wrong() == []


def a_token_of_another_app(it: Installation) -> None:
    it.settings["slack_bot_token"] = "xoxb-another"


def no_app_token(it: Installation) -> None:
    del it.settings["slack_app_token"]


def an_app_token_of_another_app(it: Installation) -> None:
    it.slack.workspace.app_id = "A0OTHER"


def a_declined_scope(it: Installation) -> None:
    it.slack.workspace.scopes -= {"im:write"}


def an_unknown_channel(it: Installation) -> None:
    it.slack.workspace.channels.pop("C0INCIDENTS")


def an_archived_channel(it: Installation) -> None:
    it.slack.change_channel("leads", archived=True)


def a_channel_without_the_bot(it: Installation) -> None:
    it.slack.remove("support", "sevbot")


def somebody_who_left(it: Installation) -> None:
    it.slack.change_person("ben", deleted=True)


def a_member_of_a_rotation_who_left(it: Installation) -> None:
    path, named = it.folder / "policies.yaml", "on_call:\n  primary: U0ANA\n"
    rotation = (
        "rotations:\n  support: {zone: UTC, every: 1 week, hand_over: mon 09:00, "
        "starts: 2026-11-02, members: [U0ANA, U0CEM]}\n"
    )
    text = path.read_text().replace(named, rotation + named.replace("U0ANA", "support"))
    path.write_text(text)
    it.slack.change_person("cem", deleted=True)


def a_guest_on_call(it: Installation) -> None:
    it.slack.change_person("lea", is_restricted=True)


def a_clock_ten_minutes_off(it: Installation) -> None:
    it.now = lambda: system_clock() + timedelta(minutes=10)


def a_damaged_record(it: Installation) -> None:
    (it.folder / "sevbot.db").write_bytes(b"no database at all, and long enough" * 99)


def a_container_disk(it: Installation) -> None:
    it.mounts.write_text("overlay / overlay rw 0 0\n")


def an_intake_channel_without_the_bot(it: Installation) -> None:
    it.slack.add_channel("acme", bot=False)
    path = it.folder / "policies.yaml"
    path.write_text(path.read_text().replace("intake: []", "intake: [C0ACME]"))


def a_network_disk(it: Installation) -> None:
    it.mounts.write_text("files:/export / nfs4 rw 0 0\n")


def half_a_policy(it: Installation) -> None:
    path = it.folder / "policies.yaml"
    path.write_text(default_text()[:2000].rsplit("\n", 1)[0])


FAULTS = {
    a_token_of_another_app: ("Slack refuses SLACK_BOT_TOKEN: invalid_auth.", "Copy"),
    no_app_token: ("SLACK_APP_TOKEN is not set.", "connections:write"),
    an_app_token_of_another_app: (
        (
            "SLACK_APP_TOKEN is of the app A0SEVBOT, SLACK_BOT_TOKEN of A0OTHER: no "
            "command typed to the bot arrives."
        ),
        "App-Level Tokens",
    ),
    a_declined_scope: (
        "The scope im:write is missing: nobody is reminded in private.",
        "Reinstall to Workspace",
    ),
    an_unknown_channel: (
        (
            "channels.incidents (C0INCIDENTS) does not exist, or the bot cannot see "
            "it: channel_not_found."
        ),
        "/invite @sevbot",
    ),
    an_archived_channel: ("channels.digest: #leads is archived.", "Unarchive it"),
    a_channel_without_the_bot: (
        "channels.fallback: the bot is not in #support.",
        "In Slack, in that channel, type: /invite @sevbot",
    ),
    an_intake_channel_without_the_bot: (
        "intake: the bot is not in #acme.",
        "In Slack, in that channel, type: /invite @sevbot",
    ),
    somebody_who_left: ("on_call.backup: ben has left the workspace.", "somebody else"),
    a_member_of_a_rotation_who_left: (
        "rotations.support.members.2: cem has left the workspace.",
        "somebody else",
    ),
    a_guest_on_call: (
        (
            "on_call.lead: lea is a guest, a bot or of another company: sevbot pages "
            "them, and lets them do nothing."
        ),
        "somebody else",
    ),
    a_clock_ten_minutes_off: (
        (
            "This machine's clock is 10 min ahead of Slack's: every due time is off by "
            "that, and from 5 min on signed requests are refused."
        ),
        "timedatectl",
    ),
    a_damaged_record: ("cannot be used: file is not a database.", "last backup"),
    a_container_disk: (
        (
            "lies on a container's own disk, which is thrown away with the container "
            "(overlay): a deploy loses every incident."
        ),
        "Mount a disk that stays",
    ),
    a_network_disk: (
        "lies on a network disk (nfs4), where SQLite gets damaged.",
        "DATABASE_URL",
    ),
    half_a_policy: ("policies.yaml, first_response: is missing", "sevbot policy init"),
}


@pytest.mark.parametrize(
    ("seed", "told"),
    FAULTS.items(),
    ids=[seed.__name__ for seed in FAULTS],
)
def test_a_seeded_fault_is_found_and_its_fix_is_named(
    installed: Installation,
    seed: Callable[[Installation], None],
    told: tuple[str, str],
) -> None:
    seed(installed)

    found = installed.wrong()

    what, mend = told
    assert any(what in one and mend in how for one, how in found), found
    assert len(found) == 1 or seed is half_a_policy


def test_over_http_an_empty_signing_secret_is_found(installed: Installation) -> None:
    installed.settings["slack_signing_secret"] = ""

    assert installed.wrong(is_http=True)[0][0] == ("SLACK_SIGNING_SECRET is not set.")


def test_over_http_no_app_token_is_needed(installed: Installation) -> None:
    del installed.settings["slack_app_token"]

    assert installed.wrong(is_http=True) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_the_bot_that_runs_here_is_asked_how_it_is(
    installed: Installation, host: str
) -> None:
    health = Health(("not connected",), ("no signature fits",))
    server = WebServer([health_route(lambda: health)], host, 0)
    server.start()
    installed.settings |= {"host": host, "port": server.port}

    wrong, notes = installed.wrong(is_http=True), installed.notes()
    health = Health()
    found = [one.what for one in installed.findings()]
    server.stop()

    assert wrong == [
        ("The bot that runs here says: not connected.", "Its log says more.")
    ]
    assert ("The bot that runs here says: no signature fits.", "") in notes
    assert "The bot that runs here is well." in found


def test_another_program_on_the_port_is_not_the_bot(installed: Installation) -> None:
    there = Route("/healthz", lambda _: JSONResponse(["fine"]))
    server = WebServer([there], "127.0.0.1", 0)
    server.start()
    installed.settings["port"] = server.port

    found = installed.findings()
    server.stop()

    assert not any("runs here" in one.what for one in found)


def test_a_host_that_routes_to_a_port_we_hide_is_found(installed: Installation) -> None:
    installed.settings |= {"host_port": 8080}

    ((what, mend),) = installed.wrong(is_http=True)

    assert "listens on 127.0.0.1 only" in what
    assert "SEVBOT_HOST=0.0.0.0" in mend


def test_swapped_tokens_are_found_without_asking_slack(
    installed: Installation,
) -> None:
    tokens = ("slack_bot_token", "slack_app_token")
    bot, app = (installed.settings[name] for name in tokens)
    installed.settings |= {"slack_bot_token": app, "slack_app_token": bot}

    found = [what for what, _ in installed.wrong()]

    assert found == [
        (
            "SLACK_APP_TOKEN holds a bot token (xoxb-…), and wants an app-level token "
            "(xapp-…)."
        ),
        (
            "SLACK_BOT_TOKEN holds an app-level token (xapp-…), and wants a bot token "
            "(xoxb-…)."
        ),
    ]
    assert installed.slack.calls() == []


def test_an_unreachable_slack_is_reported_as_such(
    installed: Installation,
) -> None:
    installed.slack.offline = True

    found = {what for what, _ in installed.wrong()}

    assert found == {"Slack cannot be reached: no answer (ConnectionRefusedError)."}


@pytest.mark.parametrize("scope", [scope.name for scope in OPTIONAL])
def test_a_missing_optional_scope_is_a_note(
    installed: Installation, scope: str
) -> None:
    installed.slack.workspace.scopes -= {scope}

    notes = [what for what, _ in installed.notes()]

    assert installed.wrong() == []
    assert any(f"The optional scope {scope} was not granted: " in one for one in notes)


@pytest.mark.parametrize("kind", ["im", "channels", "groups"])
def test_without_a_history_scope_the_weaker_guarantee_is_noted(
    installed: Installation, kind: str
) -> None:
    installed.slack.workspace.scopes -= {f"{kind}:history"}

    (said,) = [what for what, _ in installed.notes() if "history" in what]

    assert "twice" in said
    assert "is held until a person has looked" in said


def test_channels_that_cannot_be_checked_are_noted(
    installed: Installation,
) -> None:
    installed.slack.workspace.scopes -= {"channels:read"}

    notes = [what for what, _ in installed.notes()]

    assert "channels.digest (C0LEADS) was not looked at, for want of a scope." in notes


def test_silenced_phones_are_noted_in_their_owners_time(
    installed: Installation,
) -> None:
    now = system_clock().replace(microsecond=0)
    start, end = now + timedelta(hours=1), now + timedelta(hours=9)
    installed.slack.change_person("ana", tz="Etc/UTC")
    installed.slack.silence("ana", start, end)

    notes = [what for what, _ in installed.notes()]

    assert (
        f"on_call.primary: ana has notifications off from {start:%H:%M} to {end:%H:%M} "
        "(Etc/UTC): a page then makes no sound." in notes
    )


def test_a_silence_that_is_over_is_not_noted(installed: Installation) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    installed.slack.silence("ana", long_ago, long_ago + timedelta(hours=8))

    assert not any("notifications off" in what for what, _ in installed.notes())


def test_a_channel_shared_with_another_company_is_noted(
    installed: Installation,
) -> None:
    installed.slack.change_channel("incidents", is_ext_shared=True)

    notes = [what for what, _ in installed.notes()]

    assert any("#incidents is shared with another company" in one for one in notes)


def test_a_channel_that_was_renamed_is_found_by_its_id(installed: Installation) -> None:
    installed.slack.change_channel("incidents", name="fires")

    found = [one.what for one in installed.findings()]

    assert "channels.incidents is #fires, and the bot is in it." in found


def test_conflicting_commands_cannot_be_seen_so_doctor_suggests_a_prefix(
    installed: Installation,
) -> None:
    what, mend = installed.notes()[-1]

    assert what == "Slack tells no app who owns a slash command."
    assert "sevbot manifest --prefix acme-" in mend


def test_a_record_that_another_program_holds_is_found(installed: Installation) -> None:
    other = sqlite3.connect(installed.folder / "sevbot.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    found = installed.wrong()
    other.close()

    assert "cannot be used: database is locked." in found[0][0]


def test_examining_the_record_changes_nothing(installed: Installation) -> None:
    path = installed.folder / "sevbot.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE incidents (number INTEGER)")
    before = path.read_bytes()

    found = installed.wrong()

    assert found == []
    assert path.read_bytes() == before


def test_a_record_that_everybody_can_read_is_noted(installed: Installation) -> None:
    record = installed.folder / "sevbot.db"
    record.touch(mode=0o600)
    closed = [one.what for one in installed.findings()]
    record.chmod(0o644)

    found = [one.what for one in installed.findings()]

    said = f"Other users of this machine can read {record}."
    assert said not in closed
    assert said in found


def test_a_missing_folder_is_found(installed: Installation) -> None:
    installed.settings["database_url"] = f"sqlite:///{installed.folder}/no/sevbot.db"

    ((what, mend),) = installed.wrong()

    assert what == f"The folder {installed.folder}/no does not exist."
    assert mend == "Create it."


def test_no_secret_is_printed(installed: Installation) -> None:
    installed.settings["slack_bot_token"] = "xoxb-another"

    told = repr(installed.findings())

    for secret in ("xoxb-another", installed.slack.app_token):
        assert secret not in told


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/sevbot.db", "ext4"),
        ("/app/sevbot.db", "overlay"),
        ("/app/data/sevbot.db", "ext4"),
        ("/mnt/team files/sevbot.db", "nfs4"),
    ],
)
def test_the_disk_below_a_path_is_that_of_the_deepest_mount(
    tmp_path: Path, path: str, kind: str
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)

    assert disk_of(Path(path), mounts).kind == kind


def test_without_a_list_of_mounts_the_disk_is_unknown(tmp_path: Path) -> None:
    disk = disk_of(Path("/srv/sevbot.db"), tmp_path / "none")

    assert not disk.is_network
    assert disk.fleeting is None


def test_a_record_on_a_network_disk_is_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)

    with pytest.raises(BotError, match="network disk"):
        must_be_ours(Path("/mnt/team files/sevbot.db"), mounts)


def test_doctor_prints_the_fix_and_fails(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    printed = run("doctor")

    lines = printed.out.splitlines()
    at = lines.index("WRONG  SLACK_BOT_TOKEN is not set.")
    assert lines[at + 1].startswith("       Copy the Bot User OAuth Token")
    assert lines[-1].endswith("wrong.")
    assert (printed.status, printed.err) == (1, "")


def test_doctor_says_once_how_to_fix_several_faults_of_one_kind(run: Run) -> None:
    write(
        "policies.yaml",
        ("primary: U0ANA", "primary: ana"),
        ("backup: U0BEN", "backup: ben"),
    )

    lines = run("doctor").out.splitlines()

    wrong = [at for at, line in enumerate(lines) if "policies.yaml line" in line]
    mends = [at for at, line in enumerate(lines) if "sevbot check" in line]
    assert len(wrong) > 1
    assert mends == [wrong[-1] + 1]


def test_a_record_that_nothing_backs_up_is_noted(installed: Installation) -> None:
    assert installed.notes()[0] == (
        "Nothing backs the record up by itself.",
        "Set SEVBOT_BACKUPS to a folder, best on another disk.",
    )


def test_the_folder_for_backups_is_examined(installed: Installation) -> None:
    folder = installed.folder / "backups"
    installed.settings["backups"] = folder
    missing = installed.wrong()
    folder.mkdir()

    found = [one.what for one in installed.findings()]

    assert missing == [
        (
            f"The folder for backups, {folder}, does not exist.",
            "Create it, or mount what it lies on.",
        )
    ]
    assert f"Backups go into {folder}." in found


def test_a_ring_of_the_policy_that_is_not_set_is_wrong(
    installed: Installation,
) -> None:
    policies = installed.folder / "policies.yaml"
    quiet = "{after: 5m, tell: [primary]}"
    loud = quiet.replace("]}", "], ring: night}")
    policies.write_text(default_text().replace(quiet, loud), encoding="utf-8")

    before = installed.wrong()
    installed.settings["rings"] = {"night": Ring(SecretStr("a" * 32))}

    assert before == [
        (
            "escalation.steps: ring: night will make no noise.",
            "Set SEVBOT_RING_NIGHT_KEY, an integration key of PagerDuty or of a "
            "webhook.",
        )
    ]
    assert installed.wrong() == []


def test_doctor_sends_what_rings_a_test_that_wakes_nobody(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with web_target() as target:
        monkeypatch.setenv("SEVBOT_RING_NIGHT_KEY", "a" * 32)
        monkeypatch.setenv("SEVBOT_RING_NIGHT_URL", target.url)
        monkeypatch.setenv("SEVBOT_PRIVATE_ADDRESSES", "127.0.0.1")
        took = run("doctor").out
        target.status = 400
        refused = run("doctor").out

    sent = json.loads(target.asked[0].body)
    assert (sent["event_action"], sent["dedup_key"]) == ("resolve", "sevbot/test")
    assert "ok     What rings as night took a test.\n" in took
    assert (
        "WRONG  What rings as night does not take a test: it answered 400.\n"
    ) in refused


def test_doctor_says_what_it_understands_of_a_calendar(run: Run) -> None:
    Path("policies.yaml").write_text(icals.planned("ical: support.ics"), "utf-8")
    always = "RRULE:FREQ=DAILY"
    shifts = [
        icals.event("Ana", "20200101T090000Z", "20200101T210000Z", always),
        icals.event("Zoe", "20200101T210000Z", "20200102T090000Z", always),
    ]
    Path("support.ics").write_text(icals.calendar(*shifts), encoding="utf-8")
    understood = run("doctor").out
    Path("support.ics").write_text("<html>", encoding="utf-8")
    refused = run("doctor").out

    assert re.search(
        r"^ok     rotations\.support: 92\d stretches, until", understood, re.M
    )
    assert "note   rotations.support.names: these names are nobody's" in understood
    assert "WRONG  rotations.support: support.ics is a web page" in refused


@pytest.fixture
def grouped(installed: Installation) -> Installation:
    """An installation whose policy names a user group, in which ana is."""
    path, primary = installed.folder / "policies.yaml", "on_call:\n  primary: U0ANA\n"
    text = path.read_text(encoding="utf-8")
    assert primary in text
    text = text.replace(primary, f"{primary}  user_group: S0SUPPORT\n")
    path.write_text(text, encoding="utf-8")
    installed.slack.workspace.user_groups["S0SUPPORT"] = UserGroup(("U0ANA",))
    return installed


def test_a_user_group_of_people_of_the_policy_is_well(grouped: Installation) -> None:
    said = [one.what for one in grouped.findings() if "S0SUPPORT" in one.what]

    assert said == [
        "on_call.user_group (S0SUPPORT) has no members but those whom policies.yaml "
        "knows."
    ]


def test_strangers_in_a_user_group_are_named_with_the_command(
    grouped: Installation,
) -> None:
    grouped.slack.workspace.user_groups["S0SUPPORT"] = UserGroup(("U0ANA", "U0X1"))

    ((what, mend),) = [one for one in grouped.notes() if "user_group" in one[0]]

    assert "members whom policies.yaml does not know: U0X1." in what
    assert mend.endswith("type: sevbot oncall --take-over-group S0SUPPORT")


@pytest.mark.parametrize(
    ("is_disabled", "missing", "why"),
    [
        (True, set[str](), "there is no such user group, or it is disabled"),
        (False, {"usergroups:read"}, "the app has no scope for it"),
        (False, {"usergroups:write"}, "the app has no scope for it"),
    ],
    ids=["disabled", "no scope to read", "no scope to write"],
)
def test_a_user_group_that_cannot_follow_is_wrong(
    grouped: Installation, is_disabled: bool, missing: set[str], why: str
) -> None:
    group = UserGroup(("U0ANA",), is_disabled)
    grouped.slack.workspace.user_groups["S0SUPPORT"] = group
    grouped.slack.workspace.scopes -= missing

    ((what, _),) = grouped.wrong()

    assert what.startswith(
        f"on_call.user_group (S0SUPPORT) does not follow the shift: {why}"
    )
