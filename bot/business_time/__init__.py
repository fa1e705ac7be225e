"""Business time: schedules, adding and measuring, the ledger. Pure."""
