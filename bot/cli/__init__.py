"""The commands of `sevbot`, thin."""
