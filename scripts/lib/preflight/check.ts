import { eachOf } from "../../../infra/agent/node-cache/parallel";
import type { PinnedReleases, StackConfig } from "../../../infra/config/schema";
import type { Place } from "../../../infra/core/aws/names";
import { OperationError } from "../../../infra/core/errors";

/** What a check is asked about. */
export interface Asked {
  config: StackConfig;
  releases: PinnedReleases;
  /** One per region, the first one leads. */
  places: readonly [Place, ...Place[]];
  /** By digest, as their publishers name them. */
  images: readonly string[];
}

/** One question, one line. */
export interface Check {
  /** `us-east-1 zones`. */
  name: string;
  /** Reads only. Throws what AWS refuses. */
  look(): Promise<Finding>;
}

/** What there is; and where that is not enough, what to do. */
export interface Finding {
  found: string;
  fix?: string;
}

export interface Answer extends Finding {
  name: string;
  ok: boolean;
}

/** Questions that may be under way at once: few enough for AWS's limits on calls. */
const WIDTH = 6;

/** Longer than six attempts with their pauses take. */
const PATIENCE_MS = 120_000;

/** Asks everything, whatever the answers; a refusal is an answer, too, and so is none. */
export async function answersTo(
  checks: readonly Check[],
  onAnswer: () => void,
  patienceMs = PATIENCE_MS,
): Promise<Answer[]> {
  const { signal } = new AbortController();
  return eachOf(checks, WIDTH, signal, async ({ name, look }) => {
    const { found, fix } = await within(patienceMs, look().catch(refusal));
    onAnswer();
    return { name, ok: fix === undefined, found, ...(fix === undefined ? {} : { fix }) };
  });
}

async function within(ms: number, answer: Promise<Finding>): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<Finding>((resolve) => {
    const fix = "check the network, proxies and the endpoint (AWS_ENDPOINT_URL)";
    timer = setTimeout(() => resolve({ found: `no answer within ${ms / 1000} s`, fix }), ms);
  });
  return Promise.race([answer, silence]).finally(() => clearTimeout(timer));
}

function refusal(error: unknown): Finding {
  if (error instanceof OperationError)
    return { found: error.message.slice(0, -`; ${error.fix}`.length), fix: error.fix };
  const { name, message } = error as Error;
  return { found: `${name}: ${message}`, fix: "look the name up in AWS's documentation; HOMEPORT_DEBUG=1 shows more" };
}

export const answerLine = ({ name, ok, found, fix }: Answer): string =>
  `${ok ? "✓" : "✗"} ${name}: ${found}${fix === undefined ? "" : `; ${fix}`}`;
