"""Slack's error codes for each method that the bot calls, and what each means.

A method's codes stand on its page, https://docs.slack.dev/reference/methods/METHOD.
Every page also lists those in `EVERY_METHOD`. A code that is in no row is
`UNDOCUMENTED`: Slack adds codes without notice, and says that a method may return
others than it lists.
"""

from collections.abc import Mapping

from bot.errors import Fate

Row = Mapping[Fate, str]

EVERY_METHOD: Row = {
    Fate.NOT_DONE: """
        ratelimited rate_limited service_unavailable
        org_login_required team_added_to_org
    """,
    # A person has to repair the app, the workspace's settings or the network, or to
    # install a newer sevbot. The last two lines are about how a request was encoded,
    # which concerns every call alike: something on the way spoils them.
    Fate.INSTALLATION: """
        account_inactive invalid_auth not_authed token_expired token_revoked
        missing_scope no_permission not_allowed_token_type team_access_not_granted
        accesslimited enterprise_is_restricted is_bot two_factor_setup_required
        deprecated_endpoint method_deprecated unknown_method upgrade_required
        invalid_charset invalid_form_data invalid_json invalid_post_type
        json_not_object missing_post_type
    """,
    # Slack says of the first two that the operation may have succeeded in part.
    Fate.UNKNOWN: "internal_error fatal_error request_timeout",
    Fate.REFUSED: """
        access_denied ekm_access_denied
        invalid_arg_name invalid_arguments invalid_array_arg
    """,
}

METHODS: Mapping[str, Row] = {
    "apps.connections.open": {
        Fate.INSTALLATION: "forbidden_team insecure_request missing_args",
    },
    "auth.teams.list": {Fate.REFUSED: "invalid_cursor"},
    "auth.test": {},
    "chat.delete": {
        Fate.GONE: "message_not_found",
        Fate.REFUSED: """
            cant_delete_message channel_not_found compliance_exports_prevent_deletion
        """,
    },
    "chat.postMessage": {
        # The whole workspace has used up what its plan allows.
        Fate.INSTALLATION: "message_limit_exceeded",
        # Not on the page. Mostly Slack posts a reply whose parent is gone at the top
        # level: https://github.com/slack-go/slack/issues/1571
        Fate.GONE: "thread_not_found",
        Fate.REFUSED: """
            as_user_not_supported attachment_payload_limit_exceeded
            cannot_reply_to_message channel_not_found
            duplicate_channel_not_found duplicate_message_not_found
            invalid_blocks invalid_blocks_format invalid_metadata_format
            invalid_metadata_schema is_archived markdown_text_conflict
            messages_tab_disabled metadata_must_be_sent_from_app metadata_too_large
            missing_file_data msg_blocks_too_long msg_too_long no_text not_in_channel
            restricted_action restricted_action_non_threadable_channel
            restricted_action_read_only_channel restricted_action_thread_locked
            restricted_action_thread_only_channel
            slack_connect_canvas_sharing_blocked
            slack_connect_file_link_sharing_blocked slack_connect_lists_sharing_blocked
            team_not_found too_many_attachments too_many_contact_cards
        """,
    },
    "chat.update": {
        Fate.NOT_DONE: "external_channel_migrating streaming_state_conflict",
        Fate.UNKNOWN: "update_failed",
        Fate.GONE: "edit_window_closed message_not_found",
        Fate.REFUSED: """
            as_user_not_supported block_mismatch cant_broadcast_message
            cant_update_message channel_not_found invalid_attachments invalid_blocks
            invalid_blocks_format invalid_metadata_format invalid_metadata_schema
            is_inactive markdown_text_conflict metadata_must_be_sent_from_app
            metadata_too_large msg_too_long no_dual_broadcast_content_update no_text
            slack_connect_file_link_sharing_blocked team_not_found
            too_many_attachments
        """,
    },
    # The bot looks its messages up if it may. Without the scope it does without, so the
    # scope is not the installation's concern here.
    "conversations.history": {
        Fate.REFUSED: """
            channel_is_limited_access channel_not_found invalid_cursor invalid_limit
            invalid_metadata_filter_keys invalid_ts_latest invalid_ts_oldest
            missing_scope not_in_channel restricted_action
        """,
    },
    "conversations.info": {Fate.REFUSED: "channel_not_found"},
    "conversations.open": {
        # `cannot_dm_bot` was on the page of its predecessor, im.open.
        Fate.REFUSED: """
            app_cannot_join_channel cannot_dm_bot channel_not_found
            invalid_user_combination method_not_supported_for_channel_type
            not_enough_users restricted_action too_many_users user_disabled
            user_not_found user_not_visible users_list_not_supplied
        """,
    },
    "conversations.replies": {
        Fate.GONE: "thread_not_found",
        Fate.REFUSED: """
            channel_not_found invalid_cursor invalid_limit
            invalid_metadata_filter_keys invalid_ts_latest invalid_ts_oldest
            list_record_comment_fetch_failed method_not_supported_for_channel_type
            missing_scope
        """,
    },
    "dnd.info": {Fate.REFUSED: "user_not_found user_not_visible"},
    # https://docs.slack.dev/interactivity/handling-user-interaction
    "response_url": {Fate.REFUSED: "expired_url invalid_url used_url"},
    "users.info": {Fate.REFUSED: "too_many_users user_not_found user_not_visible"},
    "users.list": {Fate.REFUSED: "invalid_cursor limit_required missing_argument"},
    "views.open": {
        Fate.REFUSED: """
            duplicate_external_id exchanged_trigger_id expired_trigger_id
            invalid_trigger_id push_limit_reached view_too_large
        """,
    },
    "views.update": {
        Fate.REFUSED: "duplicate_external_id hash_conflict not_found view_too_large",
    },
}


def fate_of(method: str, code: str) -> Fate:
    """Return what a code means when a method returns it.

    A method may return a code that only another method's page lists: then it means the
    same, unless their pages disagree.
    """
    for row in (METHODS.get(method, {}), EVERY_METHOD):
        for fate, codes in row.items():
            if code in codes.split():
                return fate
    # Slack adds reasons for which a workspace's preference forbids something.
    if code.startswith("restricted_action"):
        return Fate.REFUSED
    others = {
        fate
        for row in METHODS.values()
        for fate, codes in row.items()
        if code in codes.split()
    }
    return others.pop() if len(others) == 1 else Fate.UNDOCUMENTED
