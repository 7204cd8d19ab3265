import { nearest } from "../did-you-mean";
import type { Problem } from "../errors";
import type { EngineArguments } from "../release";
import { contradictions } from "./contradictions";
import { type EngineFlag, engineFlags, minorOf, recordedMinors } from "./flags";
import { ownedFlag } from "./owned-flags";
import { flagHistory } from "./removed-flags";

type Value = EngineArguments[string];

/** Where the arguments stand (`content.arguments`), and what they run on where that is known. */
export interface EngineContext {
  path: string;
  gpuClass?: string;
}

/**
 * Everything wrong with a release's engine arguments for a vLLM version (`0.32.0`): unknown, removed and owned flags,
 * values of the wrong type, choice or range, and flags that contradict each other.
 */
export function checkEngineArguments(version: string, args: EngineArguments, context: EngineContext): Problem[] {
  const table = engineFlags(version);
  if (!table) {
    return [
      {
        path: `${context.path} (engine version)`,
        given: version,
        allowed: `a vLLM whose flags are recorded: ${recordedMinors().join(", ")}`,
        fix: "pin one of these, or run homeport engine record with a Python that has this vLLM",
      },
    ];
  }
  const problems: Problem[] = [];
  const report = (flag: string, given: Value | undefined, what: { allowed: string; fix: string }): void =>
    void problems.push({
      path: `${context.path}.${flag}`,
      ...(given === undefined ? {} : { given: String(given) }),
      allowed: what.allowed,
      fix: what.fix,
    });

  for (const [flag, value] of Object.entries(args)) {
    const owned = ownedFlag(flag);
    const known = table.flags[flag];
    // A value given to a flag such as api-key may be a secret: it is not repeated.
    if (owned && known) report(flag, undefined, owned);
    else if (!known) report(flag, value, unknownFlag(version, flag, table.flags));
    else {
      const wrong = wrongValue(known, value);
      if (wrong) report(flag, value, { allowed: wrong, fix: `correct ${flag}` });
    }
  }
  for (const clash of contradictions(args, context.gpuClass)) report(clash.flag, args[clash.flag], clash);
  return problems;
}

function unknownFlag(version: string, flag: string, flags: Readonly<Record<string, EngineFlag>>) {
  const bare = flag.replace(/^-+/, "").replaceAll("_", "-");
  if (bare !== flag && flags[bare]) return { allowed: "the flag's name without dashes in front", fix: `write ${bare}` };
  for (const [name, { negation, aliases }] of Object.entries(flags)) {
    if (negation === flag) return { allowed: `the opposite of ${name}`, fix: `write ${name}: false` };
    if (aliases?.includes(flag)) return { allowed: `another name of ${name}`, fix: `write ${name}` };
  }
  const past = flagHistory(version, flag);
  if (past) return past;
  const near = nearest(flag, Object.keys(flags));
  return {
    allowed: `no flag of vLLM ${minorOf(version)}`,
    fix: near ? `did you mean ${near}?` : "leave it out; vllm serve --help=all lists the flags",
  };
}

/** What the flag takes, when this value is not that. */
function wrongValue(flag: EngineFlag, value: Value): string | undefined {
  const values = flag.list ? listItems(value) : [value];
  if (values === undefined) return "a JSON list as text";
  for (const item of values) {
    const wrong = wrongType(flag, item) ?? wrongChoice(flag, item) ?? wrongRange(flag, item);
    if (wrong) return wrong;
  }
  return undefined;
}

/** The items of a list argument: a JSON list as text, or one plain value; nothing when it is neither. */
export function listItems(value: Value): Value[] | undefined {
  if (typeof value !== "string" || !value.trimStart().startsWith("[")) return [value];
  const parsed = parseJson(value);
  return Array.isArray(parsed) && parsed.length > 0 && parsed.every((v) => typeof v !== "object") ? parsed : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wrongType({ type }: EngineFlag, value: Value): string | undefined {
  const fits = {
    boolean: typeof value === "boolean",
    integer: Number.isInteger(value),
    number: typeof value === "number",
    size: Number.isInteger(value) || (typeof value === "string" && /^(auto|\d+(\.\d+)?[kKmMgGtT])$/.test(value)),
    string: typeof value === "string",
    json: typeof value === "string" && parseJson(value) !== undefined,
  }[type];
  const words = {
    boolean: "true or false",
    integer: "a whole number",
    number: "a number",
    size: "a whole number, one with a unit (16k), or auto",
    string: "text",
    json: "JSON as text",
  }[type];
  return fits ? undefined : words;
}

const wrongChoice = ({ choices }: EngineFlag, value: Value): string | undefined =>
  !choices || choices.includes(value as string | number) ? undefined : `one of ${choices.join(", ")}`;

function wrongRange({ type, ge, gt, le, lt }: EngineFlag, value: Value): string | undefined {
  // -1 of a size means what auto means.
  if (typeof value !== "number" || (type === "size" && value === -1)) return undefined;
  const bounds = [
    [ge, "at least", (b: number) => value >= b],
    [gt, "more than", (b: number) => value > b],
    [le, "at most", (b: number) => value <= b],
    [lt, "less than", (b: number) => value < b],
  ] as const;
  const stated = bounds.filter(([bound]) => bound !== undefined);
  return stated.every(([bound, , holds]) => holds(bound!))
    ? undefined
    : stated.map(([bound, word]) => `${word} ${bound}`).join(" and ");
}
