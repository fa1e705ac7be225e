"""Names that readers take for the same are the same, however they are encoded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.names import folded

ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
BIDI = "\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
BLANK_LETTERS = "\u034f\u115f\u3164\u180b\ufe0e\ufe0f\U000e0100"


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("  Straße   AG ", "STRASSE ag"),
        ("İstanbul", "istanbul"),
        ("ISPARTA", "\N{LATIN SMALL LETTER DOTLESS I}sparta"),
        ("Socie\u0301te\u0301", "Soci\u00e9t\u00e9"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER G}lobex", "Globex"),
        ("ﾄｳｷｮｳ", "トウキョウ"),
        ("O'Reilly", "O\N{RIGHT SINGLE QUOTATION MARK}Reilly"),
        ("O'Reilly", "O\N{ACUTE ACCENT}Reilly"),
        ("O'Reilly", "O\N{MODIFIER LETTER APOSTROPHE}Reilly"),
        ('The "Best"', "The “Best”"),
        ('The "Best"', "The „Best“"),
        ("Rolls-Royce", "Rolls\N{NON-BREAKING HYPHEN}Royce"),
        ("Rolls-Royce", "Rolls\N{EN DASH}Royce"),
        ("Rolls-Royce", "Rolls\N{MINUS SIGN}Royce"),
        ("This -- That", "This \N{EM DASH} That"),
        ("Foo: Bar", "Foo\N{FULLWIDTH COLON} Bar"),
        ("A & B", "A \N{FULLWIDTH AMPERSAND} B"),
        ("Acme Corp", "Acme\N{NO-BREAK SPACE}Corp"),
        ("Acme Corp", "Acme\N{IDEOGRAPHIC SPACE}Corp"),
        ("Acme Corp", "Acme\N{NARROW NO-BREAK SPACE}\tCorp"),
        ("Acme Corp", "Acme\N{BRAILLE PATTERN BLANK}Corp"),
        ("Acme Corp", "Acme\x00Corp"),
        ("A\N{WAVE DASH}Z", "A\N{FULLWIDTH TILDE}Z"),
        ("Iași", "Ia\N{LATIN SMALL LETTER S WITH CEDILLA}i"),
        ("Țepeș", "\N{LATIN CAPITAL LETTER T WITH CEDILLA}EPES\u0326"),
        ("\N{ARABIC LETTER KEHEH}", "\N{ARABIC LETTER KAF}"),
        ("\N{ARABIC LETTER FARSI YEH}", "\N{ARABIC LETTER YEH}"),
        ("Fire", "\N{LATIN SMALL LIGATURE FI}re"),
        ("Acme…", "Acme..."),
        ("❤ Care", "❤\N{VARIATION SELECTOR-16} Care"),
        ("AT&T", "AT&amp;T"),
        ("AT&T", "AT&amp;amp;T"),
        ("AT&T", "at\N{FULLWIDTH AMPERSAND}AMP;t"),
        ("O'Reilly", "O&#39;Reilly"),
        ("O'Reilly", "O&rsquo;Reilly"),
        ("Société", "Soci&eacute;t&eacute;"),
        ("Acme Corp", "Acme&nbsp;Corp"),
        ("Acme", "\N{CYRILLIC CAPITAL LETTER A}\N{CYRILLIC SMALL LETTER ES}me"),
        ("ACME", "АСМЕ"),  # noqa: RUF001  # Alike on purpose.
        ("Acme", "\N{GREEK CAPITAL LETTER ALPHA}cme"),
        ("Zoë", "Zo\N{CYRILLIC SMALL LETTER IO}"),
        ("3com", "3\N{CYRILLIC SMALL LETTER ES}om"),
        ("Москва", "M\N{CYRILLIC SMALL LETTER O}скв\N{LATIN SMALL LETTER A}"),
        ("Газпром", "Газ\N{CYRILLIC SMALL LETTER PE}p\N{LATIN SMALL LETTER O}м"),
        ("Яndex", "Я\N{LATIN SMALL LETTER N}d\N{CYRILLIC SMALL LETTER IE}x"),
        ("Αθήνα", "A\N{GREEK SMALL LETTER THETA}ήνα"),
    ],
)
def test_what_a_keyboard_chose_makes_no_other_name(written: str, typed: str) -> None:
    assert folded(typed) == folded(written)


@pytest.mark.parametrize("unseen", [*ZERO_WIDTH, *BIDI, *BLANK_LETTERS], ids=ascii)
def test_what_cannot_be_seen_makes_no_other_name(unseen: str) -> None:
    assert folded(f"{unseen}glo{unseen}bex{unseen}") == "globex"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Société", "Societe"),
        ("Foo Bar", "FooBar"),
        ("Acme", "Acme."),
        ("AT&T", "ATT"),
        ("R&D;", "RD;"),
        ("A&centre", "A¢re"),
        ("Яndex", "Яндех"),
        ("Газ", "Gaz"),
        ("Λος", "Los"),
    ],
)
def test_what_readers_see_makes_another_name(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize("name", ["", " \t", "\u200b", "\ufeff \u3164", "\x00"])
def test_a_name_that_shows_nothing_is_empty(name: str) -> None:
    assert not folded(name)


@given(
    st.text(max_size=40)
    | st.text("&am<p;#39lg\N{FULLWIDTH AMPERSAND}")
    | st.text("acmхсοαћжяїıiİшωϊ\u0307\u0308\u0327 2", max_size=12)  # noqa: RUF001
)
def test_folding_again_changes_nothing(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@given(st.text(max_size=40))
def test_a_folded_name_does_not_depend_on_the_case(name: str) -> None:
    assert folded(name.lower()) == folded(name) == folded(name.casefold())
