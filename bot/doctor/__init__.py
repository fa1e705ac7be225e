"""Diagnose an installation, and generate the app's manifest."""
