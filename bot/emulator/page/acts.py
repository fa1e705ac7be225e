"""What a person can do on the page: each act of the protocol, done by an `Actor`."""

from collections.abc import Callable
from typing import Any

from bot.emulator.api.refusals import Json
from bot.emulator.driver import LocalSlack
from bot.emulator.faults import Condition
from bot.emulator.page.backstage import Backstage, Impossible
from bot.emulator.page.sights import PAGE, Sight, message_json
from bot.emulator.people.exchanges import Answer
from bot.emulator.records import Message, Person

LONGEST_TYPED = 40_000
NOT_IN_THREADS = "Slash commands do not work in threads. Type it in the conversation."


class Acts:
    """The acts of the page, by name; each takes its arguments and returns a reply."""

    def __init__(
        self, slack: LocalSlack, sight: Sight, backstage: Backstage | None
    ) -> None:
        self._slack = slack
        self._sight = sight
        self._backstage = backstage
        self._named: dict[str, Callable[[Person, Json], Json]] = {
            "look": lambda person, _: sight.look(person),
            "history": self._history,
            "thread": self._thread,
            "read": self._read,
            "type": self._type,
            "press": self._press,
            "shortcut": self._shortcut,
            "react": self._react,
            "choose": self._choose,
            "search": self._search,
            "submit": self._submit,
            "close": self._close,
            "slack": self._make_slack,
            "cut": self._cut,
            "backstage": self._behind,
        }

    def do(self, act: str, person: Person, arguments: Json) -> Json:
        """Do one act and return its reply; `refused` says why it was not done."""
        work = self._named.get(act)
        if work is None:
            return {"refused": f"The page knows no act {act!r}."}
        try:
            return work(person, arguments)
        except Impossible as impossible:
            return {"refused": str(impossible)}
        except LookupError as error:
            return {"refused": _sentence(error)}
        except (KeyError, TypeError, ValueError) as error:
            return {"refused": f"That cannot be read: {error}"}

    def _history(self, person: Person, arguments: Json) -> Json:
        before, most = arguments.get("before"), int(arguments.get("most") or PAGE)
        return self._sight.history(person, str(arguments["channel"]), before, most)

    def _thread(self, person: Person, arguments: Json) -> Json:
        return self._sight.thread(person, str(arguments["channel"]), arguments["ts"])

    def _read(self, person: Person, arguments: Json) -> Json:
        channel, ts = str(arguments["channel"]), str(float(arguments["ts"]))
        return self._sight.read(person, channel, ts, str(arguments.get("thread") or ""))

    def _type(self, person: Person, arguments: Json) -> Json:
        text, channel = str(arguments["text"]).strip(), str(arguments["channel"])
        if not text:
            return {"refused": "There is nothing to send."}
        if len(text) > LONGEST_TYPED:
            return {"refused": f"That is longer than {LONGEST_TYPED:,} characters."}
        actor = self._slack.as_(person.id)
        thread = arguments.get("thread")
        if not text.startswith("/"):
            return {"message": message_json(actor.say(text, channel, thread=thread))}
        if thread:
            return {"refused": NOT_IN_THREADS}
        command, _, rest = text.partition(" ")
        if command not in self._commands():
            return {"refused": f"{command} is not a command of this workspace."}
        return _reply(actor.command(command, rest, channel=channel))

    def _press(self, person: Person, arguments: Json) -> Json:
        actor = self._slack.as_(person.id)
        message = self._message(arguments)
        if message is None:
            actor.fill(arguments.get("values") or {})
        return _reply(actor.press(str(arguments["button"]), message))

    def _shortcut(self, person: Person, arguments: Json) -> Json:
        actor = self._slack.as_(person.id)
        chosen = str(arguments["shortcut"])
        return _reply(actor.shortcut(chosen, self._standing(arguments)))

    def _react(self, person: Person, arguments: Json) -> Json:
        message = self._standing(arguments)
        self._slack.as_(person.id).react(str(arguments["emoji"]), message)
        return {}

    def _choose(self, person: Person, arguments: Json) -> Json:
        message = self._message(arguments)
        if message is None:
            self._slack.as_(person.id).fill(arguments.get("values") or {})
            return {}
        choice, element = str(arguments["choice"]), str(arguments["element"])
        actor = self._slack.as_(person.id)
        return _reply(actor.choose(choice, message, element=element))

    def _search(self, person: Person, arguments: Json) -> Json:
        message = self._standing(arguments)
        text, element = str(arguments["text"]), str(arguments["element"])
        answer = self._slack.as_(person.id).search(text, message, element=element)
        return {**_reply(answer), "options": list(answer.options)}

    def _submit(self, person: Person, arguments: Json) -> Json:
        answer = self._slack.as_(person.id).submit(arguments.get("values") or {})
        return {**_reply(answer), "errors": dict(answer.errors)}

    def _close(self, person: Person, _: Json) -> Json:
        self._slack.as_(person.id).close()
        return {}

    def _make_slack(self, _: Person, arguments: Json) -> Json:
        self._slack.condition = Condition(arguments["condition"])
        return {}

    def _cut(self, _: Person, __: Json) -> Json:
        self._slack.cut_sockets()
        return {}

    def _behind(self, _: Person, arguments: Json) -> Json:
        if self._backstage is None:
            raise Impossible("Nobody is behind the stage.")
        self._backstage.do(str(arguments["do"]), arguments)
        return {}

    def _message(self, arguments: Json) -> Message | None:
        """Return the message of an act; None means the open form."""
        is_form = arguments.get("ts") is None
        return None if is_form else self._standing(arguments)

    def _standing(self, arguments: Json) -> Message:
        channel, ts = str(arguments["channel"]), str(arguments["ts"])
        found = self._slack.workspace.message(channel, ts)
        if found is None:
            raise LookupError("that message is gone")
        return found

    def _commands(self) -> set[str]:
        return {one["command"] for one in self._slack.workspace.commands}


def _reply(answer: Answer) -> Json:
    return {} if answer.ok or answer.errors else {"error": answer.error}


def _sentence(error: LookupError) -> str:
    said: Any = error.args[0] if error.args else "it is not there"
    text = str(said) if not isinstance(error, KeyError) else f"{said} is missing"
    return f"{text[:1].upper()}{text[1:]}."
