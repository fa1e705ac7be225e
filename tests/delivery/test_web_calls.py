"""Calls to addresses of the environment end in time, and say why they fail."""

from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from bot.delivery.web_calls import WebCallError, call
from tests.web_target import WebTarget, web_target

HERE = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def target() -> Iterator[WebTarget]:
    with web_target() as target:
        yield target


def test_a_target_that_hangs_is_left_after_the_deadline(target: WebTarget) -> None:
    target.hangs = True

    with pytest.raises(WebCallError, match=r"^no_answer$"):
        call(target.url, HERE, body=b"{}", within_s=0.2)

    assert len(target.asked) == 1


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "0.0.0.0"],
)
def test_no_private_address_is_called(target: WebTarget, address: str) -> None:
    with pytest.raises(WebCallError, match=r"^private_address$"):
        call(f"http://{address}:{target.port}/", (), within_s=0.2)

    assert target.asked == []


def test_no_redirect_is_followed(target: WebTarget) -> None:
    target.status, target.location = 307, target.url

    with pytest.raises(WebCallError, match=r"^http_307$"):
        call(target.url, HERE, body=b"{}")

    assert len(target.asked) == 1
