import { createHash } from "node:crypto";
import { type Agent, request } from "node:http";
import { StringDecoder } from "node:string_decoder";
import { EventStream } from "./event-stream";
import type { Ending, Outcome } from "./outcome";

export interface StreamedRequest {
  /** Base URL that ends in /v1. */
  url: string;
  key?: string;
  model: string;
  prompt: string;
  /** Tokens of the answer. */
  tokens: number;
  kind: string;
  /** Gives up when no byte came for so long. */
  idleMs: number;
}

interface Chunk {
  error?: { message?: string } | string;
  choices?: { delta?: { content?: string | null }; finish_reason?: string | null }[];
}

/** Asks once, without any retry, and tells how it ended. Never rejects. */
export function streamOnce(ask: StreamedRequest, intended: number, agent: Agent): Promise<Outcome> {
  const body = JSON.stringify({
    model: ask.model,
    messages: [{ role: "user", content: ask.prompt }],
    max_tokens: ask.tokens,
    temperature: 0,
    stream: true,
  });
  return new Promise((resolve) => {
    const outcome: Outcome = { ending: "connect", intended, started: Date.now(), ended: 0, kind: ask.kind };
    const text = createHash("sha256");
    const seen: { finish?: string; done?: boolean; error?: string } = {};
    const events = new EventStream((data) => readEvent(data, seen, outcome, text));

    let settled = false;
    let whole = false;
    const settle = (ending: Ending, detail?: string): void => {
      if (settled) return;
      settled = true;
      if (outcome.firstText !== undefined) outcome.text = text.digest("hex").slice(0, 16);
      resolve({ ...outcome, ending, ended: Date.now(), ...(detail === undefined ? {} : { detail }) });
      // After a whole response the connection serves the next request; in every other case nobody reads on.
      if (!whole) call.destroy();
    };

    const call = request(`${ask.url}/chat/completions`, {
      method: "POST",
      agent,
      timeout: ask.idleMs,
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        ...(ask.key === undefined ? {} : { authorization: `Bearer ${ask.key}` }),
      },
    });
    call.on("timeout", () => settle("timeout"));
    call.on("error", (error) => settle(outcome.status === undefined ? "connect" : "cut", error.message));
    call.on("response", (response) => {
      outcome.status = response.statusCode;
      const release = response.headers["x-homeport-release"];
      if (typeof release === "string") outcome.release = release;
      const decoder = new StringDecoder("utf8");
      const good = outcome.status !== undefined && outcome.status >= 200 && outcome.status < 300;
      let refusal = "";
      response.on("data", (bytes: Buffer) => {
        if (good) events.push(decoder.write(bytes));
        else if (refusal.length < 300) refusal += bytes.toString();
      });
      response.on("error", (error) => settle("cut", error.message));
      response.on("close", () => settle("cut", "connection closed before the end"));
      response.on("end", () => {
        whole = true;
        if (!good) settle("status", refusal.slice(0, 300));
        else if (seen.error !== undefined) settle("stream-error", seen.error);
        else if (seen.finish === "abort") settle("abort");
        else if (!seen.done || seen.finish === undefined || events.unfinished) settle("truncated");
        else settle("ok");
      });
    });
    call.end(body);
  });
}

function readEvent(
  data: string,
  seen: { finish?: string; done?: boolean; error?: string },
  outcome: Outcome,
  text: { update(part: string): unknown },
): void {
  if (data === "[DONE]") {
    seen.done = true;
    return;
  }
  let chunk: Chunk;
  try {
    chunk = JSON.parse(data) as Chunk;
  } catch {
    seen.error ??= "an event that is not JSON";
    return;
  }
  if (chunk.error !== undefined) {
    seen.error ??= (typeof chunk.error === "string" ? chunk.error : chunk.error.message)?.slice(0, 200) ?? "error";
  }
  const choice = chunk.choices?.[0];
  if (choice?.finish_reason) seen.finish = choice.finish_reason;
  if (choice?.delta?.content) {
    outcome.firstText ??= Date.now();
    text.update(choice.delta.content);
  }
}
