"""Slack's error codes for the methods that the bot calls, and what each means.

A method's codes stand on its page, https://docs.slack.dev/reference/methods/METHOD.
Slack adds codes without notice, and says that a method may return others than it lists.
So a code means the same whichever method returns it, and one that is in no row is
`UNDOCUMENTED`.
"""

from collections.abc import Mapping

from bot.errors import Fate

# Whose pages the table is from. `response_url` stands for all of those:
# https://docs.slack.dev/interactivity/handling-user-interaction
METHODS = frozenset({
    "apps.connections.open", "auth.teams.list", "auth.test", "bots.info",
    "chat.delete", "chat.postEphemeral", "chat.postMessage", "chat.update",
    "conversations.history", "conversations.info", "conversations.open",
    "conversations.replies", "dnd.info", "reactions.get", "response_url",
    "usergroups.users.list", "usergroups.users.update", "users.info", "users.list",
    "views.open", "views.update",
})  # fmt: skip

CODES: Mapping[Fate, str] = {
    Fate.NOT_DONE: """
        external_channel_migrating org_login_required rate_limited ratelimited
        service_unavailable streaming_state_conflict team_added_to_org
    """,
    # A person has to repair the app, the workspace's settings or the network, or to
    # install a newer sevbot. `message_limit_exceeded` says that the whole workspace has
    # used up what its plan allows. The last two lines are about how a request was
    # encoded, which concerns every call alike: something on the way spoils them.
    Fate.INSTALLATION: """
        account_inactive invalid_auth not_authed token_expired token_revoked
        missing_scope not_allowed_token_type team_access_not_granted
        accesslimited enterprise_is_restricted is_bot two_factor_setup_required
        deprecated_endpoint method_deprecated unknown_method upgrade_required
        forbidden_team insecure_request message_limit_exceeded
        invalid_charset invalid_form_data invalid_json invalid_post_type
        json_not_object missing_args missing_post_type
    """,
    # Slack says of the first two that the operation may have succeeded in part.
    Fate.UNKNOWN: "internal_error fatal_error request_timeout update_failed",
    # `thread_not_found` is not on the page of chat.postMessage. Mostly Slack posts a
    # reply whose parent is gone at the top level:
    # https://github.com/slack-go/slack/issues/1571
    Fate.GONE: "edit_window_closed message_not_found thread_not_found",
    # `cannot_dm_bot` was on the page of im.open, the predecessor of conversations.open.
    # Slack says of `no_permission` that the app may be no member of the conversation.
    Fate.REFUSED: """
        access_denied app_cannot_join_channel as_user_not_supported
        attachment_payload_limit_exceeded bad_timestamp block_mismatch
        bot_not_found bots_not_found cannot_dm_bot
        cannot_reply_to_message cant_broadcast_message cant_delete_message
        cant_update_message channel_is_limited_access channel_not_found
        compliance_exports_prevent_deletion duplicate_channel_not_found
        duplicate_external_id duplicate_message_not_found ekm_access_denied
        exchanged_trigger_id expired_trigger_id expired_url failed_for_some_users
        file_comment_not_found file_not_found hash_conflict
        invalid_arg_name invalid_arguments invalid_array_arg invalid_attachments
        invalid_blocks invalid_blocks_format invalid_cursor invalid_limit
        invalid_metadata_filter_keys invalid_metadata_format invalid_metadata_schema
        invalid_trigger_id invalid_ts_latest invalid_ts_oldest invalid_url
        invalid_user invalid_user_combination invalid_users is_archived is_inactive
        limit_required
        list_record_comment_fetch_failed markdown_text_conflict messages_tab_disabled
        metadata_must_be_sent_from_app metadata_too_large
        method_not_supported_for_channel_type missing_argument missing_file_data
        msg_blocks_too_long msg_too_long no_dual_broadcast_content_update
        no_item_specified no_permission no_such_subteam no_text no_users_provided
        not_enough_users not_found not_in_channel permission_denied
        plan_upgrade_required push_limit_reached single_channel_guests_cannot_be_added
        slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked
        slack_connect_lists_sharing_blocked team_not_found too_many_attachments
        too_many_contact_cards too_many_users used_url user_disabled user_not_found
        user_not_in_channel user_not_visible users_list_not_supplied view_too_large
    """,
}
_WITHOUT_SCOPE = (
    "conversations.history",
    "conversations.open",
    "conversations.replies",
)
_FATES = {code: fate for fate, codes in CODES.items() for code in codes.split()}


def fate_of(method: str, code: str) -> Fate:
    """Return what a code means when a method returns it."""
    # The bot looks its messages up if it may, and opens direct conversations. Without
    # the scope for that all else still works, such as what goes into channels.
    if method in _WITHOUT_SCOPE and code == "missing_scope":
        return Fate.REFUSED
    # Slack adds reasons for which a workspace's preference forbids something.
    if code.startswith("restricted_action"):
        return Fate.REFUSED
    return _FATES.get(code, Fate.UNDOCUMENTED)
