"""Least privilege from both sides: every role used all its permissions in this run, and no role lacked one.

Runs after the tests of the stack, which exercise all functions. A permission without a use is surplus, or its use has no
test.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from witnessed import Permission, Use

#: Actions of AWS itself in the name of a role, which the emulator does not perform, each with its reason.
BY_AWS = {
    "logs:CreateLogStream": "Lambda makes the stream of an execution environment",
    "logs:PutLogEvents": "Lambda ships what a function prints",
    "sqs:ReceiveMessage": "the event source mapping polls",
    "sqs:DeleteMessage": "the event source mapping deletes messages that succeeded",
    "sqs:GetQueueAttributes": "the event source mapping reads the attributes of the queue",
    "sqs:ChangeMessageVisibility": "the event source mapping returns failed messages",
}
#: Permissions that nobody uses by a call, and that still make a difference.
NOT_CALLED = {"s3:ListBucket": "without it S3 answers 403, not 404, for a missing object"}
#: Permissions for what no run of the tests brings about on the stack.
IN_NEED = {"ssm:GetParameters": "functions ask SSM for settings only while their copy is missing or stale"}
#: Permissions of one role for what no run of the tests brings about on the stack: role, action, end of the resource.
RARE = {
    ("prepare-photo", "sqs:SendMessage", "-photos-dead"): "Lambda itself sends an event that it gives up",
    ("prepare-photo", "s3:DeleteObject", "/events/*"): "two prepare a photo together, and its file was swapped in between",
    ("backfill-storage", "s3:DeleteObject", "/events/*"): "an edit is deleted while its copy is made again",
}
#: What tests try although nobody may: ends of resources, each with its reason.
TRIED = {"/events/key": "a guest changes the address of an upload by hand"}
#: Tests name queues that do not exist, some by chance; no role can have a permission for them.
OUR_QUEUES = ":magic-edits-local-"


def is_tried(permission: Permission) -> bool:
    """Whether a test asks for what nobody may do."""
    is_nobodys_queue = permission.action == "sqs:SendMessage" and OUR_QUEUES not in permission.resource
    return is_nobodys_queue or permission.resource.endswith(tuple(TRIED))


def covers(granted: Permission, used: Permission) -> bool:
    """Whether a permission allows a use. Resources match as in IAM; actions are never patterns here."""
    return granted.action == used.action and fnmatchcase(used.resource, granted.resource)


def is_rare(role: str, permission: Permission) -> bool:
    """Whether a permission is one of `RARE`."""
    return any(
        name.replace("-", "") in role.replace("-", "").lower()
        and permission.action == action
        and permission.resource.endswith(end)
        for name, action, end in RARE
    )


def test_every_permission_was_used(granted: dict[str, set[Permission]], uses: set[Use]) -> None:
    surplus = [
        f"{role}: {permission.action} on {permission.resource}"
        for role, permissions in sorted(granted.items())
        for permission in sorted(permissions)
        if permission.action not in BY_AWS.keys() | NOT_CALLED.keys() | IN_NEED.keys()
        and not any(use.role == role and covers(permission, use.permission) for use in uses)
        and not is_rare(role, permission)
    ]
    assert not surplus, "No test used these permissions. Remove them, or test what needs them:\n" + "\n".join(surplus)


def test_no_role_lacked_a_permission(uses: set[Use]) -> None:
    refused = sorted(
        f"{use.role}: {use.permission.action} on {use.permission.resource}"
        for use in uses
        if not use.allowed and not is_tried(use.permission)
    )
    assert not refused, "IAM refused these:\n" + "\n".join(refused)


def test_every_role_was_used(granted: dict[str, set[Permission]], uses: set[Use]) -> None:
    """Otherwise the run proves nothing. Roles without any permission of their own do not count."""
    idle = {role for role, may in granted.items() if any(each.action not in BY_AWS for each in may)}
    assert not idle - {use.role for use in uses}
