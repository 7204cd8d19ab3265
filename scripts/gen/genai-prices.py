"""The table of genai-prices as JSON, in the form that its npm package takes. Its data.py on standard input is read as
syntax, never run: a list of constructor calls with literals. Called by scripts/gen/api-prices.ts."""

import ast
import json
import sys

# What a constructor's name adds to its fields; all others are their fields.
TYPES = {"StartDateConstraint": "start_date", "TimeOfDateConstraint": "time_of_date"}
# Matches and prices are all that is asked for.
LEFT_OUT = {"extractors", "price_variants"}


def plain(node):
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.List):
        return [plain(item) for item in node.elts]
    if not isinstance(node, ast.Call):
        raise ValueError(f"not a literal: {ast.unparse(node)}")
    name = ast.unparse(node.func)
    if name == "Decimal":
        return float(node.args[0].value)
    if name == "datetime.date":
        return "-".join(f"{part.value:02}" for part in node.args)
    if name == "datetime.time":
        return ":".join(f"{part.value:02}" for part in (*node.args, *[ast.Constant(0)] * (3 - len(node.args)))) + "Z"
    # A clause `or_` is `or` where it is no word of the language.
    fields = {k.arg.rstrip("_"): plain(k.value) for k in node.keywords if k.arg not in LEFT_OUT}
    # What is left out here is `None` there.
    fields = {field: value for field, value in fields.items() if value is not None}
    return {"type": TYPES[name], **fields} if name in TYPES else fields


assigned = [node for node in ast.parse(sys.stdin.read()).body if isinstance(node, ast.AnnAssign)]
json.dump(plain(assigned[0].value), sys.stdout)
