"""The use cases, one transaction each; the tick, the day's lists, policy changes."""
