"""Answers `[{"policies", "action", "resource", "region", "context"}]` with a JSON list of Allow, Deny or ImplicitDeny."""

import json
import sys

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document


def decision(call):
    context = EvalContext(
        principal_arn="arn:aws:sts::123456789012:assumed-role/role/session",
        principal_type="AssumedRole",
        principal_account="123456789012",
        action=call["action"],
        resource_arn=call["resource"],
        region=call["region"],
        source_ip="10.0.0.1",
        secure_transport=call["context"].get("aws:SecureTransport", "true") == "true",
        service_context={key.lower(): value for key, value in call["context"].items()},
    )
    return evaluate(context, [parse_policy_document(document) for document in call["policies"]]).decision


json.dump([decision(call) for call in json.load(sys.stdin)], sys.stdout)
