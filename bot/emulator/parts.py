"""The parts of the local Slack, wired together for its driver."""

from bot.emulator.api.deliveries import Deliveries
from bot.emulator.api.endpoints import Endpoints
from bot.emulator.api.events import Events
from bot.emulator.api.response_urls import ResponseUrls
from bot.emulator.api.server import HOST, Server
from bot.emulator.api.sockets import Sockets
from bot.emulator.api.web_api import WebApi
from bot.emulator.faults import Faults
from bot.emulator.page.sights import Sight
from bot.emulator.people.exchanges import Exchanges
from bot.emulator.people.interactions import Interactions
from bot.emulator.people.screens import Screens
from bot.emulator.people.triggers import Triggers
from bot.emulator.workspace import Workspace


class Parts:
    """Everything that serves a workspace on a port.

    `is_gone` returns whether Slack is down at the moment.
    """

    def __init__(self, workspace: Workspace, *, port: int, ack_within: float) -> None:
        self.is_gone = False
        self.faults = Faults()
        self.screens = Screens(workspace)
        triggers = Triggers(workspace)
        response_urls = ResponseUrls(workspace)
        self.sockets = Sockets(workspace.changed, workspace.app_id)
        web_api = WebApi(workspace, self.screens, triggers)
        self.endpoints = Endpoints(
            workspace, web_api, response_urls, self.sockets, self.faults
        )
        self.server = Server(self.endpoints.app, port)
        self.endpoints.cut = self.server.cut
        web_api.open_socket = lambda: (
            f"ws{self.url[4:]}/link?ticket={self.sockets.ticket()}"
        )
        self.interactions = Interactions(
            workspace,
            triggers,
            response_urls,
            lambda key: f"{self.url}/response/{key}",
        )
        self.deliveries = Deliveries(
            self.sockets, workspace.changed, is_gone=lambda: self.is_gone
        )
        self.exchanges = Exchanges(
            workspace, self.screens, self.deliveries, response_urls, ack_within
        )
        self.events = Events(self.exchanges, workspace.machine)
        self.sight = Sight(workspace, self.screens)

    @property
    def url(self) -> str:
        """Return the address of the server, without a slash at the end."""
        return f"http://{HOST}:{self.server.port}"

    def be_gone(self, *, gone: bool) -> None:
        """Start or end an outage: cut every connection and refuse new ones."""
        if gone == self.is_gone:
            return
        self.is_gone = gone
        if gone:
            self.server.refuse()
        else:
            self.server.accept()
