"""The messages, a file for each kind: values in, a Message out."""
