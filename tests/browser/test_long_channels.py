"""Long channels: what is drawn, and where the reader stays."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.emulator.driver import LocalSlack
from tests.browser.browsers import until

Open = Callable[..., Any]
MANY = 5_000
MOST_DRAWN = 250
DRAWN = """() => [...document.querySelectorAll('#messages .message')].filter(
    (one) => one.firstElementChild.checkVisibility({contentVisibilityAuto: true})
).length"""
IN_VIEW = """() => {
    const list = document.querySelector('#messages').getBoundingClientRect();
    return [...document.querySelectorAll('#messages .message')].filter((one) => {
        const place = one.getBoundingClientRect();
        return place.top >= list.top - 1 && place.bottom <= list.bottom + 1;
    }).map((one) => one.querySelector('.text').textContent);
}"""
AT_END = """((list) => list.scrollHeight - list.scrollTop - list.clientHeight < 3)(
    document.querySelector('#messages')
)"""
STILL = """() => new Promise((done) => {
    const list = document.querySelector('#messages');
    let last = -1, same = 0;
    const look = () => {
        same = list.scrollTop === last ? same + 1 : 0;
        last = list.scrollTop;
        if (same > 5) done(last); else requestAnimationFrame(look);
    };
    look();
})"""


def write(slack: LocalSlack, many: int) -> None:
    ana = slack.as_("ana")
    for number in range(many):
        ana.say(f"message {number} " + "and more words " * (number % 23), "support")


def first_word(texts: list[str]) -> list[int]:
    return [int(text.split()[1]) for text in texts]


def test_of_five_thousand_messages_few_are_drawn(
    slack: LocalSlack, enter: Open
) -> None:
    write(slack, MANY)
    page = enter("U0BEN/C0SUPPORT")
    page.focus("#messages")

    page.keyboard.press("Home")
    page.locator("#messages .beginning").wait_for()
    page.evaluate(STILL)
    top, drawn_at_top = first_word(page.evaluate(IN_VIEW)), page.evaluate(DRAWN)
    page.keyboard.press("End")
    until(page, AT_END)
    page.evaluate(STILL)
    end, drawn_at_end = first_word(page.evaluate(IN_VIEW)), page.evaluate(DRAWN)

    assert page.locator("#messages .message").count() == MANY
    assert top[0] == 0
    assert end[-1] == MANY - 1
    assert end == sorted(end)
    assert max(drawn_at_top, drawn_at_end) < MOST_DRAWN


def test_the_browsers_search_finds_messages_that_are_not_drawn(
    slack: LocalSlack, enter: Open
) -> None:
    write(slack, 70)
    slack.as_("ana").say("a needle in the hay", "support")
    write(slack, 1_000)
    page = enter("U0BEN/C0SUPPORT")
    page.focus("#messages")
    page.keyboard.press("Home")
    page.locator("#messages .beginning").wait_for()
    page.keyboard.press("End")
    until(page, AT_END)

    found = page.evaluate("window.find('a needle in')")
    page.evaluate(
        "getSelection().anchorNode.parentElement.scrollIntoView({block: 'center'})"
    )
    page.evaluate(STILL)

    assert found
    assert any("needle" in text for text in page.evaluate(IN_VIEW))


def test_loading_older_messages_does_not_move_the_readers_place(
    slack: LocalSlack, enter: Open
) -> None:
    write(slack, 300)
    page = enter("U0BEN/C0SUPPORT")
    loaded = page.locator("#messages .message").count()

    page.evaluate("document.querySelector('#messages').scrollTop = 500")
    before = first_word(page.evaluate(IN_VIEW))
    until(page, f"document.querySelectorAll('#messages .message').length > {loaded}")
    page.evaluate(STILL)

    assert first_word(page.evaluate(IN_VIEW))[0] in before
    assert loaded == 80


def test_an_edit_far_up_does_not_move_the_readers_place(
    slack: LocalSlack, enter: Open
) -> None:
    write(slack, 300)
    old, older = slack.channel("support")[240], slack.channel("support")[3]
    page = enter("U0BEN/C0SUPPORT")
    page.evaluate("document.querySelector('#messages').scrollTop -= 900")
    page.evaluate(STILL)
    before = page.evaluate(IN_VIEW)

    for one in (old, older):
        longer = replace(one, text="far longer now\n" * 30, thread=())
        slack.workspace.edit(longer)
    slack.as_("ana").say("the next message", "support")
    page.locator("#messages", has_text="the next message").wait_for()
    page.evaluate(STILL)

    assert page.evaluate(IN_VIEW) == before
    assert page.locator("#messages", has_text="far longer now").count() == 1


def test_only_a_reader_at_the_end_follows_new_messages(
    slack: LocalSlack, enter: Open
) -> None:
    write(slack, 100)
    follows, reads = enter("U0BEN/C0SUPPORT"), enter("U0BEN/C0SUPPORT")
    reads.evaluate("document.querySelector('#messages').scrollTop -= 900")
    reads.evaluate(STILL)
    before = reads.evaluate(IN_VIEW)

    slack.as_("ana").say("a new one\n" * 12, "support")
    for page in (follows, reads):
        page.locator("#messages", has_text="a new one").wait_for()
        page.evaluate(STILL)

    assert follows.evaluate(AT_END)
    assert reads.evaluate(IN_VIEW) == before


def test_the_end_stays_in_view_when_a_thread_takes_room(
    slack: LocalSlack, enter: Open
) -> None:
    write(slack, 100)
    page = enter("U0BEN/C0SUPPORT")

    page.get_by_role("button", name="Reply in a thread").last.click()
    page.wait_for_selector("#thread li")
    page.evaluate(STILL)

    assert page.evaluate(AT_END)


def test_a_link_leads_to_an_old_message(slack: LocalSlack, enter: Open) -> None:
    write(slack, 400)
    first = slack.channel("support")[0]
    where = f"https://acme.slack.com/archives/C0SUPPORT/p{first.ts.replace('.', '')}"
    slack.as_("ana").say(f"see {where}", "leads")
    page = enter("U0BEN/C0LEADS")

    page.locator("#messages a", has_text="archives").click()
    page.locator("#messages .flash").wait_for()

    assert page.inner_text(".flash .text").startswith("message 0 ")
    assert page.evaluate("document.activeElement.dataset.ts") == first.ts


def test_a_message_of_forty_thousand_characters_is_folded_and_opens(
    slack: LocalSlack, enter: Open
) -> None:
    slack.as_("ana").say("word " * 8_000, "support")
    page = enter("U0BEN/C0SUPPORT")
    more = page.get_by_role("button", name="See more")
    folded = page.locator("#messages .text").bounding_box()["height"]

    more.click()

    assert folded < 250
    assert page.locator("#messages .text").bounding_box()["height"] > 1_000
    assert (
        page.get_by_role("button", name="See less").get_attribute("aria-expanded")
        == "true"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
