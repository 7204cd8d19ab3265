"""Prints the flags of `vllm serve` as JSON, read from the parser of the vLLM that this Python has installed.

Run by `homeport engine record`; the parser knows types, choices and ranges that the text of `--help=all` does not say.
"""

import argparse
import dataclasses
import importlib
import json
import re
import sys

# vLLM keeps the flags' documentation, which names the version that removes a flag, only when help is asked for.
sys.argv = ["vllm", "serve", "--help=all"]

import vllm  # noqa: E402
import vllm.config  # noqa: E402
from vllm.utils.argparse_utils import FlexibleArgumentParser  # noqa: E402

PARSERS = ("vllm.entrypoints.common.cli_args", "vllm.entrypoints.launchers.cli_args", "vllm.entrypoints.openai.cli_args")


def make_parser():
    """vLLM moves the function about; the list is newest first."""
    for module in PARSERS:
        try:
            found = importlib.import_module(module)
        except ModuleNotFoundError as error:
            # A module that is there but lacks one of its own imports must not look like an older vLLM.
            if error.name is None or not module.startswith(error.name):
                raise
            continue
        return found.make_arg_parser(FlexibleArgumentParser(prog="vllm serve"))
    sys.exit(f"no make_arg_parser in {', '.join(PARSERS)}")


TYPES = {int: "integer", float: "number", str: "string", bool: "boolean", json.loads: "json", dict: "json"}
BOUNDS = ("ge", "gt", "le", "lt")


def kind(parse):
    """The JSON type behind an argparse type function; vLLM wraps them in closures."""
    if parse in TYPES:
        return TYPES[parse]
    name = getattr(parse, "__name__", "")
    if name.startswith("human_readable_int"):
        return "size"
    if name in ("parse_dataclass", "union_dict_and_str"):
        return "json"
    inner = [c.cell_contents for c in getattr(parse, "__closure__", None) or () if callable(c.cell_contents)]
    return kind(inner[0]) if inner else "string"


def bounds():
    """Ranges that vLLM's config classes put on their fields, by field name."""
    found = {}
    for owner in vars(vllm.config).values():
        if not dataclasses.is_dataclass(owner):
            continue
        for field in dataclasses.fields(owner):
            limits = {}
            for rule in getattr(field.default, "metadata", None) or ():
                limits |= {b: getattr(rule, b) for b in BOUNDS if isinstance(getattr(rule, b, None), int | float)}
            if limits:
                found[field.name] = limits
    return found


def plain(value):
    """A default as JSON, or nothing where it is an object of vLLM's own."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple) and all(isinstance(v, str | int | float) for v in value):
        return list(value)
    return None


def describe(action, limits):
    negative = getattr(action, "negative_option_strings", None) or {
        o for o in action.option_strings if o.startswith("--no-") and isinstance(action, argparse.BooleanOptionalAction)
    }
    positive = [o[2:] for o in action.option_strings if o.startswith("--") and o not in negative]
    name = max(positive, key=lambda n: n.replace("-", "_") == action.dest)
    flag = {"type": "boolean" if action.nargs == 0 else kind(action.type)}
    if action.nargs in ("+", "*") or isinstance(action, argparse._AppendAction):
        flag["list"] = True
    if action.choices:
        flag["choices"] = [c for c in action.choices if c is not None]
    default = plain(action.default)
    if default is not None and default != argparse.SUPPRESS:
        flag["default"] = default
    # Of several negative forms the last is the one that --help shows.
    visible = [o[2:] for o in action.option_strings if o in negative]
    if visible:
        flag["negation"] = visible[-1]
    if len(positive) > 1:
        flag["aliases"] = [n for n in positive if n != name]
    flag |= limits.get(action.dest, {})
    text = action.help or ""
    if "deprecat" in type(action).__name__.lower() or re.search(r"\bis deprecated\b|^\s*\[?deprecated", text, re.I):
        removal = re.search(r"removed in v?(\d+\.\d+)", text)
        flag["deprecated"] = f"removal announced for {removal[1]}" if removal else "no removal announced"
    return name, flag


def main():
    parser = make_parser()
    limits = bounds()
    flags = dict(
        describe(a, limits)
        for a in parser._actions
        if any(o.startswith("--") for o in a.option_strings) and a.dest != "help"
    )
    json.dump({"version": vllm.__version__, "flags": dict(sorted(flags.items()))}, sys.__stdout__)


main()
