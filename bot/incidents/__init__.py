"""Incidents and their deadlines: pure values and rules."""
