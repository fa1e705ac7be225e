"""What `sevbot doctor` checks in Slack: tokens, scopes, channels, people, the time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slack_sdk.errors import SlackApiError

from bot.clock import Clock
from bot.doctor.findings import Finding, note, ok, wrong
from bot.doctor.manifest import NEEDED, OPTIONAL
from bot.errors import Fate, SlackError
from bot.policy.policies import Policy
from bot.settings import OUT_OF_REACH, SECRETS, Settings, text_of, wrong_secret
from bot.slack.blocks import span
from bot.slack.call_deadlines import PromptClient
from bot.slack.calls import refusal, understood
from bot.slack.identities import Identity, id_of, identity_of, member_of, two_apps
from bot.slack.reasons import reason

_WITHIN_S = 10
_SKEW = timedelta(minutes=1)
_INVITE = "In Slack, in that channel, type: /invite @{}"
_REINSTALL = (
    "On the app's page, OAuth & Permissions, add it and press Reinstall to Workspace."
)
_GROUP = "Enable it in Slack, or write the id under Copy group ID in its menu."

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack answered. `error` is its error code; headers are in small letters."""

    body: Body
    headers: Mapping[str, str]
    error: str


class Asker:
    """Calls Slack's Web API, without retries."""

    def __init__(self, token: str, url: str) -> None:
        self._web = PromptClient(
            token, base_url=url, timeout=_WITHIN_S, retry_handlers=[]
        )

    def ask(
        self, method: str, read: Callable[[Body], object] = len, **arguments: str
    ) -> Answer:
        """Call a method; no answer is an error, as is one that `read` cannot read."""
        try:
            with understood():
                return self._answer(method, read, arguments)
        except SlackError as error:
            is_told = error.fate not in (Fate.UNKNOWN, Fate.NOT_DONE)
            return Answer(
                {}, {}, error.code if is_told else f"no answer ({error.code})"
            )

    def _answer(
        self, method: str, read: Callable[[Body], object], arguments: dict[str, str]
    ) -> Answer:
        try:
            response = self._web.api_call(method, params=arguments)
        except SlackApiError as error:
            raise refusal(method, error) from error
        body = response.data
        assert isinstance(body, dict), "PromptClient reads nothing else"
        read(body)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(body, headers, "")


def examined(
    settings: Settings, policy: Policy | None, system_clock: Clock, *, is_http: bool
) -> Iterator[Finding]:
    yield from _transport(settings, is_http=is_http)
    token = text_of(settings.slack_bot_token)
    if finding := _unlike("SLACK_BOT_TOKEN", token):
        yield finding
        return
    asker = Asker(token, settings.slack_api_url)
    me = asker.ask("auth.test", identity_of)
    if me.error:
        yield _refused("SLACK_BOT_TOKEN", me.error)
        return
    name = str(me.body.get("user"))
    yield ok(f"SLACK_BOT_TOKEN is that of @{name} in {me.body.get('team')}.")
    if not is_http:
        yield from _one_app(asker, me.body, text_of(settings.slack_app_token))
    yield _skew(me.headers, system_clock())
    yield from _scopes(_granted(me))
    if policy is not None:
        yield from _channels(asker, policy, name)
        yield from _people(asker, policy, identity_of(me.body), system_clock())
        yield from _user_group(asker, policy, _granted(me))
    yield note(
        "Slack tells no app who owns a slash command.",
        "Once the bot runs, type /incident help. If another app answers, make the "
        "manifest again with --prefix, as in: sevbot manifest --prefix acme-",
    )


def _transport(settings: Settings, *, is_http: bool) -> Iterator[Finding]:
    if is_http:
        yield from _signing(settings)
        return
    name, token = "SLACK_APP_TOKEN", text_of(settings.slack_app_token)
    if finding := _unlike(name, token):
        yield finding
        return
    opened = Asker(token, settings.slack_api_url).ask("apps.connections.open")
    yield (
        _refused(name, opened.error) if opened.error else ok(f"{name} opens a socket.")
    )


def _one_app(asker: Asker, me: Body, app_token: str) -> Iterator[Finding]:
    """Look whether both tokens are of one app."""
    asked = asker.ask("bots.info", bot=str(me.get("bot_id")))
    if why := two_apps(app_token, (asked.body.get("bot") or {}).get("app_id")):
        yield wrong(f"{why}.", SECRETS["SLACK_APP_TOKEN"].copy)


def _signing(settings: Settings) -> Iterator[Finding]:
    name = "SLACK_SIGNING_SECRET"
    yield _unlike(name, text_of(settings.slack_signing_secret)) or ok(
        f"{name} is set; the first command shows whether it is the right one."
    )
    if settings.is_out_of_reach:
        yield wrong(*OUT_OF_REACH)


def _unlike(name: str, value: str) -> Finding | None:
    """Return what is obviously wrong with a secret, before asking Slack."""
    if not value:
        return wrong(f"{name} is not set.", SECRETS[name].copy)
    problem = wrong_secret(name, value)
    return wrong(problem, SECRETS[name].copy) if problem else None


def _refused(name: str, error: str) -> Finding:
    if error.startswith("no answer"):
        return wrong(
            f"Slack cannot be reached: {error}.",
            "Allow https connections from here to slack.com and its subdomains.",
        )
    return wrong(f"Slack refuses {name}: {error}.", SECRETS[name].copy)


def _skew(headers: Mapping[str, str], now: datetime) -> Finding:
    try:
        skew = now - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return note("Slack did not say what time it is.")
    if abs(skew) <= _SKEW:
        return ok("The clock agrees with Slack's.")
    side = "ahead of" if skew > timedelta(0) else "behind"
    return wrong(
        f"This machine's clock is {span(skew)} {side} Slack's: every due time is "
        "off by that, and from 5 min on signed requests are refused.",
        "Switch time synchronisation on, as in: timedatectl set-ntp true",
    )


def _granted(me: Answer) -> set[str]:
    scopes = me.headers.get("x-oauth-scopes", "")
    return {scope.strip() for scope in scopes.split(",")}


def _scopes(granted: set[str]) -> Iterator[Finding]:
    missing = [scope for scope in NEEDED if scope.name not in granted]
    for scope in missing:
        yield wrong(f"The scope {scope.name} is missing: {scope.without}.", _REINSTALL)
    if not missing:
        yield ok("Every scope that is needed was granted.")
    for scope in OPTIONAL:
        if scope.name not in granted:
            yield note(
                f"The optional scope {scope.name} was not granted: {scope.without}.",
                _REINSTALL,
            )


def _channels(asker: Asker, policy: Policy, bot: str) -> Iterator[Finding]:
    channels = policy.channels
    for purpose, channel in (
        ("channels.incidents", channels.incidents),
        ("channels.digest", channels.digest),
        ("channels.fallback", channels.fallback),
        *(("digest", one.channel) for one in policy.digests[1:]),
        *(("intake", channel) for channel in policy.intake),
    ):
        info = asker.ask(
            "conversations.info",
            lambda body: body["channel"].get("id"),
            channel=channel,
        )
        yield _channel(info, purpose, channel, bot)


def _channel(answer: Answer, where: str, id: str, bot: str) -> Finding:
    if answer.error == "missing_scope":
        return note(f"{where} ({id}) was not looked at, for want of a scope.")
    if answer.error:
        return wrong(
            f"{where} ({id}) does not exist, or the bot cannot see it: {answer.error}.",
            "Write the id at the end of the channel's details. The bot sees a private "
            f"channel only if it is in it: /invite @{bot}",
        )
    channel = answer.body["channel"]
    name = f"#{channel.get('name')}"
    if channel.get("is_archived"):
        return wrong(
            f"{where}: {name} is archived.",
            "Unarchive it, or name another channel in policies.yaml.",
        )
    if not channel.get("is_member"):
        return wrong(f"{where}: the bot is not in {name}.", _INVITE.format(bot))
    if channel.get("is_ext_shared"):
        return note(
            f"{where}: {name} is shared with another company, who read all that the "
            "bot writes there.",
            "Name a channel of your own in policies.yaml.",
        )
    return ok(f"{where} is {name}, and the bot is in it.")


def _people(
    asker: Asker, policy: Policy, home: Identity, now: datetime
) -> Iterator[Finding]:
    for person, where in policy.on_call.everybody().items():
        yield from _person(asker, where, person, home, now)


def _person(
    asker: Asker, where: str, id: str, home: Identity, now: datetime
) -> Iterator[Finding]:
    answer = asker.ask(
        "users.info", lambda body: member_of(body["user"], home), user=id
    )
    mend = "Name somebody else in policies.yaml; a profile shows its member id."
    if answer.error:
        yield wrong(f"{where} ({id}) is not in this workspace: {answer.error}.", mend)
        return
    member = member_of(answer.body["user"], home)
    if not member.is_active:
        yield wrong(f"{where}: {member.name} has left the workspace.", mend)
        return
    if not member.is_member:
        yield wrong(
            f"{where}: {member.name} is a guest, a bot or of another company: sevbot "
            "pages them, and lets them do nothing.",
            mend,
        )
        return
    yield ok(f"{where} is {member.name}, {member.zone or 'zone unknown'}.")
    dnd = asker.ask("dnd.info", lambda body: _quiet(body, member.zone, now), user=id)
    if not dnd.error and (quiet := _quiet(dnd.body, member.zone, now)):
        yield note(
            f"{where}: {member.name} has notifications off {quiet}: a page then makes "
            "no sound.",
            "They change it in Slack under Preferences, Notifications; or name "
            "somebody else for the night.",
        )


def _user_group(asker: Asker, policy: Policy, granted: set[str]) -> Iterator[Finding]:
    """Look whether the group can follow the shift; only a change shows if it may."""
    group, where = policy.on_call.user_group, "on_call.user_group"
    if group is None:
        return
    answer = asker.ask(
        "usergroups.users.list",
        lambda body: [id_of(one) for one in body["users"]],
        usergroup=group,
    )
    error = answer.error
    if not error and "usergroups:write" not in granted:
        error = "missing_scope"
    if error:
        is_scope = error == "missing_scope"
        yield wrong(
            f"{where} ({group}) does not follow the shift: {reason(error)}.",
            _REINSTALL if is_scope else _GROUP,
        )
        return
    strangers = sorted(set(answer.body["users"]) - policy.on_call.everybody().keys())
    if strangers:
        yield note(
            f"{where} ({group}) has members whom policies.yaml does not know: "
            f"{', '.join(strangers)}. The bot leaves it to them, unless that was "
            "confirmed.",
            f"If they may leave it, type: sevbot oncall --take-over-group {group}",
        )
        return
    yield ok(f"{where} ({group}) has no members but those whom policies.yaml knows.")


def _quiet(dnd: Mapping[str, Any], zone: str | None, now: datetime) -> str:
    """Return when a person's notifications are off next, in their own time zone."""
    start, end = dnd.get("next_dnd_start_ts", 0), dnd.get("next_dnd_end_ts", 0)
    if not dnd.get("dnd_enabled") or end <= max(start, now.timestamp()):
        return ""
    try:
        own = ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        own = ZoneInfo("UTC")
    begins, ends = (datetime.fromtimestamp(at, own) for at in (start, end))
    return f"from {begins:%H:%M} to {ends:%H:%M} ({own.key})"
