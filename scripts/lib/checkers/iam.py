"""Judges IAM policies: reads `[{"id", "kind", "document"}]`, prints one JSON line per policy with what is wrong.

`parliament` knows every action, its resources and condition keys; `cloudsplaining` knows which grants are dangerous
together. Both are libraries here, so that nothing is read from a home folder or asked over the network.
"""

import json
import sys

from cloudsplaining.command.scan_policy_file import scan_policy
from parliament import analyze_policy_string, enhance_finding

# Said of a resource's own policy or of a trust policy, which has no resource because it stands on it.
OF_IDENTITIES_ONLY = "Statement contains neither Resource nor NotResource"

# Low by parliament's own scale, although such a grant never works.
NEVER_LOW = ("UNKNOWN_ACTION", "UNKNOWN_PREFIX", "UNKNOWN_CONDITION_FOR_ACTION")


def parliament_problems(kind, document):
    for finding in analyze_policy_string(json.dumps(document)).findings:
        told = enhance_finding(finding)
        if kind == "trust" and finding.detail == OF_IDENTITIES_ONLY:
            continue
        if told.severity not in ("LOW", "MUTED") or finding.issue in NEVER_LOW:
            yield finding.issue, f"{told.title}: {finding.detail}"


def cloudsplaining_problems(_kind, document):
    for check, found in scan_policy(document).items():
        if isinstance(found, dict) and found.get("severity") != "low":
            for action in found["findings"]:
                yield check, action if isinstance(action, str) else json.dumps(action)


def main():
    for policy in json.load(sys.stdin):
        readers = [("parliament", parliament_problems)]
        if policy["kind"] == "identity":
            readers.append(("cloudsplaining", cloudsplaining_problems))
        for checker, problems in readers:
            # The same words come once per action that a wildcard stands for.
            told = dict.fromkeys(problems(policy["kind"], policy["document"]))
            found = [{"check": check, "text": text} for check, text in told]
            print(json.dumps({"id": policy["id"], "checker": checker, "problems": found}))


main()
