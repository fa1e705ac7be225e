"""`python -m bot` is `sevbot`."""

from bot.cli.main import main

main()
