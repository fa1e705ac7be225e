"""The commands, one module each; a module with several is a group."""
