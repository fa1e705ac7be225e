"""`sevbot manual`: the pages that come with the bot."""

from pathlib import Path
from typing import Annotated

import typer

from bot.errors import UserError

_FOLDER = Path(__file__).parents[2] / "manual"


def manual(
    page: Annotated[
        str | None, typer.Argument(metavar="PAGE", help="Default: list the pages.")
    ] = None,
) -> None:
    """Print a page of the manual, or list the pages."""
    texts = {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted(_FOLDER.glob("*.md"))
    }
    if page is None:
        width = max(map(len, texts))
        for name, text in texts.items():
            title = text.partition("\n")[0].removeprefix("# ")
            typer.echo(f"{name:{width}}  {title}")
    elif page in texts:
        typer.echo(texts[page], nl=False)
    else:
        pages = ", ".join(texts)
        raise UserError(f"The manual has no page {page!r}; its pages are {pages}.")
