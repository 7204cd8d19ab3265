/** Largest single event; beyond it the stream is not one that the engine writes. */
const MAX_EVENT_BYTES = 16 * 2 ** 20;
const BOUNDARY = Buffer.from("\n\n");

/** Cuts a byte stream into whole server-sent events. Whole events inside one chunk are views of it, not copies. */
export class EventSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The events that this chunk completes, each with its closing blank line. */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const events: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(BOUNDARY); end >= 0; end = bytes.indexOf(BOUNDARY, start)) {
      events.push(bytes.subarray(start, end + 2));
      start = end + 2;
    }
    this.#rest = bytes.subarray(start);
    if (this.#rest.length > MAX_EVENT_BYTES) throw new Error("an event without an end");
    return events;
  }
}

/** In tokens. */
export interface Usage {
  prompt: number;
  /** Those of the prompt that the engine had in its prefix cache; it says so only of answers that are whole. */
  cached?: number;
  completion: number;
}

/** What an event means for the guard. */
export type Meaning =
  | { kind: "data"; aborted: boolean; usage?: Usage }
  /** The usage event that closes a stream: it has no choices. */
  | { kind: "usage"; usage: Usage }
  | { kind: "error" }
  | { kind: "done" };

const DONE = Buffer.from("data: [DONE]");
/** Words without which an event is plain text and need not be parsed; quotes inside answers are escaped in JSON. */
const SUSPECTS = ['"usage"', '"abort"', '"error"'].map((word) => Buffer.from(word));
const PLAIN: Meaning = { kind: "data", aborted: false };

export function meaningOf(event: Buffer): Meaning {
  if (event.subarray(0, DONE.length).equals(DONE)) return { kind: "done" };
  if (!SUSPECTS.some((word) => event.includes(word))) return PLAIN;
  const payload = parsePayload(event);
  if (payload === undefined) return PLAIN;
  if (payload.error) return { kind: "error" };
  const usage = usageOf(payload);
  if (usage && payload.choices?.length === 0) return { kind: "usage", usage };
  return { kind: "data", aborted: wasAborted(payload), ...(usage ? { usage } : {}) };
}

/** The parts of an answer, whole or one event of it, that the guard looks at. */
export interface Payload {
  error?: unknown;
  choices?: { finish_reason?: string | null }[];
  usage?: {
    prompt_tokens?: number;
    prompt_tokens_details?: { cached_tokens?: number } | null;
    completion_tokens?: number;
  } | null;
}

/** The engine ends a request with this reason when it gives up on it; nothing else in the answer shows that. */
export const wasAborted = (payload: Payload): boolean =>
  (payload.choices ?? []).some((choice) => choice.finish_reason === "abort");

export function usageOf({ usage }: Payload): Usage | undefined {
  if (!usage) return undefined;
  const cached = usage.prompt_tokens_details?.cached_tokens;
  return {
    prompt: usage.prompt_tokens ?? 0,
    ...(cached === undefined ? {} : { cached }),
    completion: usage.completion_tokens ?? 0,
  };
}

function parsePayload(event: Buffer): Payload | undefined {
  try {
    const value: unknown = JSON.parse(event.toString("utf8").replace(/^data: ?/, ""));
    return value !== null && typeof value === "object" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The last event of a stream that did not end well; no `[DONE]` follows. */
export const errorEvent = (problem: object): string => `data: ${JSON.stringify(problem)}\n\n`;
