"""Incidents and what is owed on them: pure values and rules."""
