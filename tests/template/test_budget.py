"""The bill: a budget, and the topic that hears of it."""

from __future__ import annotations

from sam_template import Template


def test_alarms_and_the_budget_may_publish_to_the_topic_and_nobody_else(written: Template) -> None:
    (policy,) = written.of_type("AWS::SNS::TopicPolicy").values()
    assert policy["Topics"] == [{"Ref": "AlarmTopic"}]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert set(statement["Principal"]["Service"]) == {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"}
    assert (statement["Effect"], statement["Action"]) == ("Allow", "sns:Publish")
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_a_bill_near_the_budget_notifies_the_topic(written: Template) -> None:
    """The local stage and whoever may not see the account's bill deploy without a budget."""
    assert written.document["Parameters"]["MonthlyBudgetUsd"]["Default"] == 0
    assert written.document["Conditions"]["HasBudget"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "MonthlyBudgetUsd"}, "0"]}]}
    assert written.resources["MonthlyBudget"]["Condition"] == "HasBudget"
    (found,) = written.of_type("AWS::Budgets::Budget").values()
    budget = found["Budget"]
    assert (budget["BudgetType"], budget["TimeUnit"]) == ("COST", "MONTHLY")
    assert budget["BudgetLimit"] == {"Amount": {"Ref": "MonthlyBudgetUsd"}, "Unit": "USD"}
    # A filter by tag counts nothing until the tag is activated for billing.
    assert "CostFilters" not in budget and "FilterExpression" not in budget
    notified = found["NotificationsWithSubscribers"]
    kinds = {(each["Notification"]["NotificationType"], each["Notification"]["Threshold"]) for each in notified}
    assert kinds == {("ACTUAL", 50), ("ACTUAL", 100), ("FORECASTED", 100)}
    for each in notified:
        assert each["Notification"]["ComparisonOperator"] == "GREATER_THAN"
        assert each["Subscribers"] == [{"SubscriptionType": "SNS", "Address": {"Ref": "AlarmTopic"}}]
