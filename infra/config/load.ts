import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { InputError, type Problem, problemList } from "../core/errors";
import { checkedStack, todayUtc } from "./checked-stack";
import type { RawStack } from "./parse";
import { refusePlainSecrets } from "./read-stack";
import type { LoadedStack } from "./schema";

/** The stack that `pulumi up` works on, from Pulumi's own config. The only file here that knows Pulumi. */

const NAMESPACE = "homeport:";
const ROOT = resolve(__dirname, "../..");

/** Keys of which Pulumi has decrypted a part; it tells programs in this variable, and its API gives no other way. */
const sealedKeys = (): string[] => JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || "[]");

/** Pulumi hands a section over as the JSON of what the file says. A plain text is a value that was set without --path. */
function sectionOf(text: string): unknown {
  try {
    return JSON.parse(text, (_, value) => (isMidnight(value) ? value.slice(0, 10) : value));
  } catch {
    return text;
  }
}

/** Pulumi's YAML reader turns an unquoted date into a time stamp at midnight. */
const isMidnight = (value: unknown): value is string =>
  typeof value === "string" && /^\d{4}-\d{2}-\d{2}T00:00:00Z$/.test(value);

function rawStack(): RawStack {
  const entries = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(NAMESPACE));
  return {
    name: pulumi.getStack(),
    sections: Object.fromEntries(entries.map(([key, text]) => [key.slice(NAMESPACE.length), sectionOf(text)])),
    sealed: new Set(sealedKeys().map((key) => key.slice(NAMESPACE.length))),
  };
}

export interface PulumiStack extends LoadedStack {
  /** Path (`policies.app.clients.web.key`) -> the value, which Pulumi keeps encrypted from here on. */
  secrets: ReadonlyMap<string, pulumi.Output<string>>;
}

interface LoadOptions {
  /** Holds `stacks/`. */
  root?: string;
  /** What only a stack that is otherwise good can be asked: its estimate, for one. */
  refuse?: (stack: LoadedStack) => Problem[];
}

/** Throws one RunError (printed without a stack trace) with every problem, before any resource is registered. */
export function loadStack({ root = ROOT, refuse = () => [] }: LoadOptions = {}): PulumiStack {
  try {
    const raw = rawStack();
    refusePlainSecrets(root, raw.name);
    const { stack, secrets } = checkedStack(root, raw, todayUtc());
    const refused = refuse(stack);
    if (refused.length > 0) throw new InputError(refused);
    for (const warning of stack.warnings) void pulumi.log.warn(warning);
    return { ...stack, secrets: new Map([...secrets].map(([path, value]) => [path, pulumi.secret(value)])) };
  } catch (error) {
    if (error instanceof InputError) throw new pulumi.RunError(problemList(error.problems));
    throw error;
  }
}
