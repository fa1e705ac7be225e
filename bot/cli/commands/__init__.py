"""The commands, a module each; a module of several is a group."""
