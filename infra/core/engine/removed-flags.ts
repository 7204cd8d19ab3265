import { compareMinors, engineFlags, minorOf, recordedMinors } from "./flags";

/** Flags that vLLM removed before our oldest recording, with the first version without them. */
const REMOVED: Readonly<Record<string, { in: string; instead: string }>> = {
  "disable-log-requests": { in: "0.12", instead: "leave it out, prompts are not logged" },
  "max-num-partial-prefills": { in: "0.27", instead: "set max-num-batched-tokens" },
  "max-long-partial-prefills": { in: "0.27", instead: "set long-prefill-token-threshold" },
  "override-attention-dtype": { in: "0.28", instead: "set dtype" },
  "calculate-kv-scales": { in: "0.28", instead: "use weights with calibrated scales" },
};

/** Why a flag that this version does not know was ever known, or nothing. */
export function flagHistory(version: string, flag: string): { allowed: string; fix: string } | undefined {
  const removed = REMOVED[flag];
  if (removed && compareMinors(minorOf(version), removed.in) >= 0) {
    return { allowed: `removed in vLLM ${removed.in}`, fix: removed.instead };
  }
  const known = recordedMinors().filter((minor) => engineFlags(minor)!.flags[flag] !== undefined);
  const earlier = known.filter((minor) => compareMinors(minor, minorOf(version)) < 0).at(-1);
  if (earlier) {
    const gone = recordedMinors().find((minor) => compareMinors(minor, earlier) > 0)!;
    return { allowed: `removed in vLLM ${gone}`, fix: `leave it out, or pin vLLM ${earlier}` };
  }
  const later = known[0];
  return later === undefined
    ? undefined
    : { allowed: `vLLM knows it from ${later} on`, fix: `leave it out, or pin vLLM ${later}` };
}
