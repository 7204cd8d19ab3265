import { OperationError } from "../../infra/core/errors";
import type { Target } from "../bench/target";

export interface Answer {
  text: string;
  /** Release (`r-…`) that the response names. */
  release: string;
  milliseconds: number;
}

/** Asks the model once, as any OpenAI client does. Temperature 0: the same release gives the same text. */
export async function ask({ url, key, model }: Target, question: string, tokens: number): Promise<Answer> {
  const start = Date.now();
  const response = await fetch(`${url}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model,
      messages: [{ role: "user", content: question }],
      max_tokens: tokens,
      temperature: 0,
    }),
    signal: AbortSignal.timeout(60_000),
  });
  const body = await response.text();
  if (!response.ok)
    throw new OperationError(`${url} answered ${response.status}: ${body.slice(0, 200)}`, "see homeport local status");
  const { choices } = JSON.parse(body) as { choices: { message: { content: string } }[] };
  return {
    text: choices[0]?.message.content ?? "",
    release: response.headers.get("x-homeport-release") ?? "unnamed",
    milliseconds: Date.now() - start,
  };
}
