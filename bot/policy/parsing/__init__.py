"""Read policies.yaml into a `Policy`."""
