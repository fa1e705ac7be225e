"""The use cases, one transaction each; the tick, the daily lists, policy changes."""
