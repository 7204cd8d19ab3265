import type { Json } from "../canonical-json";
import recorded031 from "./flags-0.31.generated.json";
import recorded032 from "./flags-0.32.generated.json";
import recorded033 from "./flags-0.33.generated.json";

/** One flag of `vllm serve`, as its argument parser describes it. */
export interface EngineFlag {
  /** `size` is an integer that may also be written with a unit (`16k`), or `auto`; `json` is a JSON text. */
  type: "boolean" | "integer" | "number" | "string" | "size" | "json";
  /** Takes one or more values. */
  list?: boolean;
  choices?: readonly (string | number)[];
  default?: Json;
  /** The flag that says the opposite (`no-enforce-eager`). */
  negation?: string;
  aliases?: readonly string[];
  ge?: number;
  gt?: number;
  le?: number;
  lt?: number;
  /** What vLLM says about the flag's end; the parser still accepts it. */
  deprecated?: string;
}

/** The flags of one vLLM minor version, recorded by `homeport engine record`. */
export interface EngineFlags {
  version: string;
  recordedOn: string;
  flags: Readonly<Record<string, EngineFlag>>;
}

// JSON modules widen literal types ("string" becomes string); the recorder's test parses each file with `FlagsFile`.
const RECORDED = [recorded031, recorded032, recorded033] as readonly EngineFlags[];

/** `0.32` of `0.32.0`. */
export const minorOf = (version: string): string => version.split(".").slice(0, 2).join(".");

export const recordedMinors = (): readonly string[] => RECORDED.map((r) => minorOf(r.version));

/** The recorded flags of the minor version that `version` belongs to, or nothing. */
export const engineFlags = (version: string): EngineFlags | undefined =>
  RECORDED.find((r) => minorOf(r.version) === minorOf(version));

export function compareMinors(a: string, b: string): number {
  const [x, y] = [a, b].map((v) => v.split(".").map(Number));
  return x![0]! - y![0]! || x![1]! - y![1]!;
}
