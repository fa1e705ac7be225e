"""What is wrong with an installation, and the app's manifest."""
