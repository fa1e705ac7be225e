"""Calls to addresses of the environment end in time, and say why they fail."""

from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_network

import pytest

from bot.delivery.web_calls import WebCallError, call
from tests.web_target import WebTarget, web_target

HERE = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def target() -> Iterator[WebTarget]:
    with web_target() as target:
        yield target


@pytest.fixture
def proxy(target: WebTarget, monkeypatch: pytest.MonkeyPatch) -> WebTarget:
    """A proxy that the environment names."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{target.port}")
    return target


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


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://rings.invalid/a", "http://rings.invalid/a"),
        ("https://rings.invalid/a", "rings.invalid:443"),
        ("https://93.184.215.14:8443/a", "93.184.215.14:8443"),
    ],
)
def test_a_call_goes_through_the_proxy_of_the_environment(
    proxy: WebTarget, url: str, asked: str
) -> None:
    with suppress(WebCallError):  # Behind its answer to CONNECT there is no TLS.
        call(url, (), body=b"{}")

    assert [one.path for one in proxy.asked] == [asked]


@pytest.mark.parametrize("host", ["10.0.0.1", "localhost", "2130706433", "[::1]"])
def test_a_proxy_is_not_asked_for_a_private_address(
    proxy: WebTarget, host: str
) -> None:
    with pytest.raises(WebCallError, match=r"^private_address$"):
        call(f"https://{host}/", ())

    assert proxy.asked == []


def test_a_listed_private_address_may_be_asked_of_the_proxy(proxy: WebTarget) -> None:
    call("http://127.0.0.1:9/listed", HERE)

    assert [one.path for one in proxy.asked] == ["http://127.0.0.1:9/listed"]


def test_a_host_that_needs_no_proxy_is_called_directly(
    proxy: WebTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "example.com,127.0.0.1")

    call(proxy.url, HERE, body=b"{}")

    assert [one.path for one in proxy.asked] == ["/secret-path"]
