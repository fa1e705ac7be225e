"""Slack's error codes in plain words, for people who can do something about them."""

from bot.slack.blocks import shown

_REASONS = {
    "channel_not_found": "the channel does not exist, or the bot cannot see it",
    "not_in_channel": "the bot is not in the channel; invite it there",
    "is_archived": "the channel is archived",
    "user_not_found": "Slack knows no such person",
    "users_not_found": "Slack knows no such person",
    "user_not_visible": "the bot cannot see this person",
    "user_disabled": "this person has left the workspace",
    "invalid_user_combination": (
        "this person is of another company, and shares no channel with the bot"
    ),
    "cannot_dm_bot": "a bot cannot be written to",
    "missing_scope": "the app has no scope for it; `sevbot doctor` says which it lacks",
    "no_permission": "the bot may do nothing in the channel; invite it there",
    "access_denied": "Slack denies the bot access to it",
    "ekm_access_denied": "the workspace's admins have suspended writing there",
    "no_such_subteam": "there is no such user group, or it is disabled",
    "permission_denied": (
        "the workspace does not let an app change user groups; under Workspace "
        "settings, Permissions, User Groups, it has to let everyone"
    ),
    "plan_upgrade_required": "user groups need a paid plan of Slack's",
    "failed_for_some_users": "this person has left the workspace",
    "invalid_users": "Slack knows no such person",
    "invalid_user": "a guest or a bot cannot be in a user group",
    "single_channel_guests_cannot_be_added": "a guest cannot be in a user group",
    "messages_tab_disabled": "the app's Messages tab is switched off",
    "restricted_action": "a rule of the workspace forbids it",
    "restricted_action_read_only_channel": "the channel is read-only",
    "msg_too_long": "the message is too long for Slack",
    "invalid_blocks": "Slack does not take this message; it is a fault of the bot",
    "expired_trigger_id": "it came too late for Slack",
    "exchanged_trigger_id": "it came too late for Slack",
    "card_deleted_twice": (
        "somebody deleted it a second time, so it stays away, and its thread with it"
    ),
    "ring_not_set": "the environment has no SEVBOT_RING_…_KEY for it",
    "ring_failed": "it could not be called; the bot's log says why",
    "ring_no_answer": "it did not answer within ten seconds",
    "ring_not_reached": "it cannot be reached",
    "ring_private_address": (
        "its address is private, and SEVBOT_PRIVATE_ADDRESSES does not list it"
    ),
    "not_rendered": "it could not be written; it is a fault of the bot, see its log",
}
# With one of these no message reaches a person, whatever it says.
UNREACHABLE = frozenset({
    "user_disabled", "user_not_found", "users_not_found", "user_not_visible",
    "cannot_dm_bot", "messages_tab_disabled", "channel_not_found", "missing_scope",
})  # fmt: skip
# With one of these, or a rule (`restricted_action`), no message gets into a channel.
_CHANNEL_LOST = frozenset({
    "channel_not_found", "not_in_channel", "is_archived", "is_inactive",
    "no_permission",
})  # fmt: skip


def is_channel_lost(code: str) -> bool:
    """Return whether nothing can be posted in a channel until a person repairs it."""
    return code in _CHANNEL_LOST or code.startswith("restricted_action")


def reason(code: str) -> str:
    """Return why Slack or what rings refused, by the error code."""
    if code.startswith("ring_http_"):
        return f"it answered {shown(code.removeprefix('ring_http_'), 80)}"
    return _REASONS.get(code, f"Slack says “{shown(code, 80)}”")
