"""User groups: usergroups.users.list and usergroups.users.update.

Source: https://docs.slack.dev/reference/methods/usergroups.users.update
"""

from bot.emulator.api.arguments import flag, required
from bot.emulator.api.refusals import Json, Refused
from bot.emulator.records import UserGroup
from bot.emulator.workspace import Workspace


def list_users(workspace: Workspace, arguments: Json) -> Json:
    """Return who is in a group; one that is disabled is not there unless asked for."""
    (group_id,) = required(arguments, "usergroup")
    may_be_disabled = flag(arguments, "include_disabled")
    group = _group(workspace, group_id, may_be_disabled=may_be_disabled)
    return {"users": list(group.members)}


def update_users(workspace: Workspace, arguments: Json) -> Json:
    """Put others in the place of everybody in a group."""
    (group_id,) = required(arguments, "usergroup")
    _group(workspace, group_id)
    given = arguments.get("users") or ()
    listed = given.split(",") if isinstance(given, str) else given
    users = tuple(str(one).strip() for one in listed)
    if not users:
        raise Refused("no_users_provided")
    for user in users:
        person = workspace.people.get(user)
        if person is None:
            raise Refused("invalid_users")
        if person.is_ultra_restricted:
            raise Refused("single_channel_guests_cannot_be_added")
        if person.is_bot or person.is_restricted:
            raise Refused("invalid_user")
        # One who left fails the whole list.
        # Source: https://github.com/slackapi/python-slack-sdk/issues/1898
        if person.deleted or not person.is_in(workspace.team_id):
            raise Refused("failed_for_some_users")
    workspace.user_groups[group_id] = UserGroup(members=users)
    return {"usergroup": {"id": group_id, "users": list(users), "date_delete": 0}}


def _group(
    workspace: Workspace, group_id: str, *, may_be_disabled: bool = False
) -> UserGroup:
    group = workspace.user_groups.get(group_id)
    if group is None or (group.is_disabled and not may_be_disabled):
        raise Refused("no_such_subteam")
    return group
