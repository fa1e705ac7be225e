"""sevbot: on-call triage in Slack, with due times that can be explained."""
