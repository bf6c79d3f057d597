"""Permissions whose tests run in memory alone, where no role is asked. A known gap, to be emptied: let one test of each
run on the deployed stack too (`both` in its `contract!` table), and take its row away here.
"""

from __future__ import annotations

#: Actions by role.
UNWITNESSED: dict[str, list[str]] = {
    "AdminAiSettingsRole": ["s3:GetObject", "ssm:DeleteParameter", "ssm:PutParameter"],
    "AdminAiStylesRole": ["dynamodb:DeleteItem", "dynamodb:UpdateItem"],
    "AdminEventTokensRole": ["dynamodb:DeleteItem", "dynamodb:UpdateItem"],
    "AdminEventsRole": ["dynamodb:DeleteItem", "s3:GetObject"],
    "AdminTenantsRole": ["s3:GetObject"],
    "AdminWatermarksRole": ["s3:PutObject"],
    "BackfillStorageRole": ["dynamodb:PutItem", "dynamodb:Query", "s3:GetObject", "s3:PutObject", "ssm:GetParameter"],
    "DispatchRole": ["dynamodb:BatchGetItem", "sqs:SendMessage"],
    "GuestCreateEditRole": ["s3:GetObject"],
    "GuestListPhotosRole": ["s3:GetObject"],
    "PollEditRole": ["s3:GetObject", "sqs:SendMessage"],
    "ProcessEditRole": ["s3:GetObject", "sqs:SendMessage"],
    "RecoverStuckRole": ["events:PutEvents", "s3:GetObject", "sqs:SendMessage", "ssm:GetParameter"],
    "TenantCreateEditRole": ["s3:GetObject", "sqs:SendMessage"],
    "TenantGetEditRole": ["s3:GetObject"],
    "TenantListEditsRole": ["dynamodb:BatchGetItem", "dynamodb:Query", "s3:GetObject"],
}
