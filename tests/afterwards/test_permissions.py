"""Least privilege, seen from both sides: what a role may do it did in this run, and what it tried it may do.

Runs after the tests of the stack, which make the functions do all that they can. A permission that no test makes use
of is either surplus, or its use is untested; both are found here.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from witnessed import Permission, Use

#: What AWS itself does in the name of a role, which the emulator does not: a reason for each.
BY_AWS = {
    "logs:CreateLogStream": "Lambda makes the stream of an execution environment",
    "logs:PutLogEvents": "Lambda ships what a function prints",
    "sqs:ReceiveMessage": "the event source mapping polls",
    "sqs:DeleteMessage": "the event source mapping removes what succeeded",
    "sqs:GetQueueAttributes": "the event source mapping looks at the queue",
    "sqs:ChangeMessageVisibility": "the event source mapping gives failed records back",
}
#: What nobody calls, and all the same makes a difference.
NOT_CALLED = {"s3:ListBucket": "without it an object that is missing is answered like one that is forbidden"}
#: A test names a queue that is not there on purpose; nobody can have a permission for it.
NO_SUCH_THING = ":no-such-queue"


def covers(granted: Permission, used: Permission) -> bool:
    """Whether a statement allows it. Resources are compared as IAM does, actions are never patterns here."""
    return granted.action == used.action and fnmatchcase(used.resource, granted.resource)


def test_every_permission_is_made_use_of(granted: dict[str, set[Permission]], uses: set[Use]) -> None:
    surplus = [
        f"{role}: {permission.action} on {permission.resource}"
        for role, permissions in sorted(granted.items())
        for permission in sorted(permissions)
        if permission.action not in BY_AWS.keys() | NOT_CALLED.keys()
        and not any(use.role == role and covers(permission, use.permission) for use in uses)
    ]
    assert not surplus, "No test made use of these. Drop them, or test what needs them:\n" + "\n".join(surplus)


def test_nothing_was_tried_that_is_not_permitted(uses: set[Use]) -> None:
    refused = sorted(
        f"{use.role}: {use.permission.action} on {use.permission.resource}"
        for use in uses
        if not use.allowed and not use.permission.resource.endswith(NO_SUCH_THING)
    )
    assert not refused, "IAM refused these:\n" + "\n".join(refused)


def test_the_functions_were_at_work(granted: dict[str, set[Permission]], uses: set[Use]) -> None:
    """Otherwise the run has shown nothing. A function that calls nobody is no exception: it has nothing to show."""
    idle = {role for role, may in granted.items() if any(each.action not in BY_AWS for each in may)}
    assert not idle - {use.role for use in uses}
