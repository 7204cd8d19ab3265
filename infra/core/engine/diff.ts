import { canonicalJson, type Json } from "../canonical-json";
import type { EngineFlag, EngineFlags } from "./flags";

/** What changed between the flags of two vLLM versions. */
export interface FlagsDiff {
  from: string;
  to: string;
  added: string[];
  removed: string[];
  /** One entry per flag and property; a missing side is a property that one version does not state. */
  changed: { flag: string; property: string; from?: Json; to?: Json }[];
}

export function diffFlags(a: EngineFlags, b: EngineFlags): FlagsDiff {
  const [before, after] = [a.flags, b.flags];
  const common = Object.keys(before).filter((flag) => after[flag]);
  return {
    from: a.version,
    to: b.version,
    added: Object.keys(after).filter((flag) => !before[flag]),
    removed: Object.keys(before).filter((flag) => !after[flag]),
    changed: common.flatMap((flag) =>
      changedProperties(before[flag]!, after[flag]!).map((change) => ({ flag, ...change })),
    ),
  };
}

function changedProperties(a: EngineFlag, b: EngineFlag): { property: string; from?: Json; to?: Json }[] {
  const [before, after] = [a, b] as unknown as Record<string, Json | undefined>[];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((property) => {
    const [from, to] = [before![property], after![property]];
    const same = canonicalJson([from ?? null]) === canonicalJson([to ?? null]);
    return same ? [] : [{ property, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  });
}
