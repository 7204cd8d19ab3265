import { createHash } from "node:crypto";
import type { z } from "zod";
import { ChatFields, CompletionFields, NOT_PASSED_ON } from "./fields";
import { parseJson } from "./json";
import { invalidField, RequestProblem } from "./problem";

/** Who asks, as the gateway says after it has checked the key. */
export interface Caller {
  client: string;
  policy: string;
}

export interface CallLimits {
  model: string;
  maxTokens: number;
  maxModelLen: number;
  maxInFlight: number;
}

/** A checked request, ready for the engine. */
export interface Call {
  path: string;
  /** Emptied by the exchange once the engine has it: a stream may live for minutes, and the guard's memory is small. */
  body: Buffer;
  /** What stands before the client's own fields where the token cap is ours (see `withTokenCap`). */
  ownCap?: string;
  stream: boolean;
  /** The client wants the stream's usage event; otherwise it is asked for all the same and taken out again. */
  wantsUsage: boolean;
  /** Sequences it makes the engine run. */
  sequences: number;
}

/** Checks every field and writes the engine's body anew from what passed. Throws 400 with the field's name. */
export function chatCall(bytes: Buffer, caller: Caller, limits: CallLimits): Call {
  const fields = check(ChatFields, parseJson(bytes));
  const asked = fields.max_completion_tokens ?? fields.max_tokens;
  for (const name of ["max_completion_tokens", "max_tokens"] as const) checkTokenCap(name, fields[name], limits);
  if (typeof fields.top_logprobs === "number" && fields.logprobs !== true) {
    throw invalidField("top_logprobs", "needs logprobs: true");
  }
  const messages = fields.messages.map((message) => without(message, NOT_PASSED_ON.message));
  const call = finish("/v1/chat/completions", { ...fields, messages }, caller, limits, asked, 1);
  return asked === undefined || asked === null ? withTokenCap(call, limits) : call;
}

/** As `chatCall`. Without `max_tokens` the engine answers 16 tokens here, as OpenAI's did, so no cap is added. */
export function completionCall(bytes: Buffer, caller: Caller, limits: CallLimits): Call {
  const fields = check(CompletionFields, parseJson(bytes));
  checkTokenCap("max_tokens", fields.max_tokens, limits);
  const prompts = Array.isArray(fields.prompt) ? fields.prompt.length : 1;
  return finish("/v1/completions", fields, caller, limits, fields.max_tokens ?? 16, prompts);
}

function check<T extends z.ZodType>(fields: T, value: unknown): z.infer<T> {
  const parsed = fields.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = (issue?.path ?? []).map(String);
  if (issue?.code === "unrecognized_keys") {
    throw invalidField([...path, issue.keys[0] ?? ""].join("."), "this field is not supported");
  }
  throw invalidField(path.join(".") || "body", issue?.message ?? "not allowed");
}

function checkTokenCap(name: string, value: number | null | undefined, { maxTokens }: CallLimits): void {
  if ((value ?? 0) > maxTokens) throw invalidField(name, `at most ${maxTokens}`);
}

function finish(
  path: string,
  fields: ChatFields | CompletionFields,
  caller: Caller,
  limits: CallLimits,
  maxTokens: number | null | undefined,
  prompts: number,
): Call {
  if (typeof fields.model === "string" && fields.model !== limits.model) {
    throw new RequestProblem(400, "model_not_found", `this address serves the model '${limits.model}' only`, {
      param: "model",
    });
  }
  if ((fields.min_tokens ?? 0) > (maxTokens ?? limits.maxTokens)) {
    throw invalidField("min_tokens", "must not be more than the tokens asked for");
  }
  if (fields.stream_options && !fields.stream) throw invalidField("stream_options", "needs stream: true");
  const sequences = prompts * (fields.n ?? 1);
  if (sequences > Math.min(8, limits.maxInFlight)) {
    throw invalidField("n", `at most ${Math.min(8, limits.maxInFlight)} answers in one request`);
  }
  const stream = fields.stream === true;
  const body = {
    ...without(fields, NOT_PASSED_ON.body),
    model: limits.model,
    cache_salt: saltOf(caller),
    ...(stream ? { stream_options: { include_usage: true } } : {}),
  };
  const wantsUsage = fields.stream_options?.include_usage === true;
  return { path, body: Buffer.from(JSON.stringify(body)), stream, wantsUsage, sequences };
}

const salts = new Map<string, string>();
/** More clients than a pod usually has. */
const KEPT_SALTS = 1000;

/** Prompts of two clients never share cache blocks, so that none can time what the other asked. */
function saltOf({ policy, client }: Caller): string {
  const name = `${policy}\0${client}`;
  const known = salts.get(name);
  if (known !== undefined) return known;
  const salt = createHash("sha256").update(name).digest("base64url");
  if (salts.size >= KEPT_SALTS) salts.clear();
  salts.set(name, salt);
  return salt;
}

/**
 * A chat request without a cap may run to the end of the context. We cap it; where prompt and cap together do not fit,
 * the engine refuses with 400, and then what is left of the context is smaller than the cap: asking again without is safe.
 */
function withTokenCap(call: Call, { maxTokens, maxModelLen }: CallLimits): Call {
  if (maxTokens >= maxModelLen) return call;
  const ownCap = `{"max_tokens":${maxTokens},`;
  return { ...call, ownCap, body: Buffer.concat([Buffer.from(ownCap), call.body.subarray(1)]) };
}

/** The body without our own token cap; undefined where there is none. */
export const uncapped = ({ body, ownCap }: Call): Buffer | undefined =>
  ownCap === undefined ? undefined : Buffer.concat([Buffer.from("{"), body.subarray(ownCap.length)]);

/** A copy without the named keys and without those whose value is null (the same as not given). */
function without<T extends object>(value: T, keys: readonly string[]): T {
  const kept = Object.entries(value).filter(([key, v]) => v !== null && v !== undefined && !keys.includes(key));
  return Object.fromEntries(kept) as T;
}
