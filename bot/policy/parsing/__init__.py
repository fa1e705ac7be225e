"""From the policy's file to a `Policy`."""
