import { Agent, request } from "node:http";
import { OperationError } from "../../infra/core/errors";
import { percentile } from "./percentile";

/** Milliseconds. */
export interface Latency {
  p50: number;
  p99: number;
}

export interface Peer {
  url: string;
  key?: string;
}

/**
 * Asks every peer in turn, once per round and in a changing order, each over its own kept connection: what slows the
 * machine down for a moment slows all of them. The rounds to warm up come first and are not counted: a server's code is
 * compiled while it runs, and one that has been up for a minute is past that.
 */
export async function pairedLatency<Name extends string>(
  peers: Readonly<Record<Name, Peer>>,
  body: string,
  rounds: number,
  warmUp: number,
): Promise<Record<Name, Latency>> {
  const names = Object.keys(peers) as Name[];
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const taken = new Map<Name, number[]>(names.map((name) => [name, []]));
  try {
    for (let round = 0; round < rounds + warmUp; round++) {
      for (let i = 0; i < names.length; i++) {
        const name = names[(i + round) % names.length]!;
        const ms = await timeOnce(peers[name], body, agent);
        if (round >= warmUp) taken.get(name)!.push(ms);
      }
    }
  } finally {
    agent.destroy();
  }
  const summary = (ms: number[]): Latency => ({ p50: percentile(ms, 0.5), p99: percentile(ms, 0.99) });
  return Object.fromEntries(names.map((name) => [name, summary(taken.get(name)!)])) as Record<Name, Latency>;
}

/** From the first byte sent to the last byte received. */
function timeOnce({ url, key }: Peer, body: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const call = request(url, {
      method: "POST",
      agent,
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
    });
    call.on("error", reject);
    call.on("response", (response) => {
      response.on("error", reject);
      response.resume().on("end", () => {
        if (response.statusCode === 200) resolve(performance.now() - start);
        else reject(new OperationError(`${url} answered ${response.statusCode}`, "homeport local status"));
      });
    });
    call.end(body);
  });
}

/** A chat request whose JSON is exactly so many bytes. */
export function bodyOfSize(model: string, bytes: number): string {
  const body = (content: string): string =>
    JSON.stringify({ model, messages: [{ role: "user", content }], max_tokens: 1, temperature: 0 });
  return body("a".repeat(bytes - body("").length));
}
