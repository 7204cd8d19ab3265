import { Agent } from "node:http";
import { type Arrivals, evenArrivals, poissonArrivals } from "./arrivals";
import type { Outcome } from "./outcome";
import { streamOnce } from "./streamed-request";

export interface LoadPlan {
  url: string;
  key?: string;
  model: string;
  /** Requests per second, whatever the answers do. */
  rate: number;
  arrivals: "poisson" | "even";
  prompt: string;
  /** Tokens of an ordinary answer. */
  tokens: number;
  /** Every so many requests one is long (100: 1 %). 0: none. */
  longEvery: number;
  /** How long a long stream is meant to take; its tokens follow from how fast the last one was. */
  longSeconds: number;
  /** Tokens of the first long stream. */
  longTokens: number;
  /** Most tokens that the server allows. */
  maxTokens: number;
  idleMs: number;
}

export interface LoadResult {
  /** One entry per planned request that was sent, in the order of their ends. */
  outcomes: Outcome[];
  /** Requests that the schedule asked for until the stop. */
  planned: number;
}

/** Open-loop load: requests start when the schedule says so, never because another one ended. */
export class Load {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, scheduling: "lifo" });
  private readonly outcomes: Outcome[] = [];
  private readonly running = new Set<Promise<void>>();
  private readonly gap: Arrivals;
  private planned = 0;
  private next = 0;
  private longTokens: number;
  private timer?: NodeJS.Timeout;

  constructor(private readonly plan: LoadPlan) {
    this.gap = plan.arrivals === "poisson" ? poissonArrivals(plan.rate) : evenArrivals(plan.rate);
    this.longTokens = plan.longTokens;
  }

  start(): void {
    this.next = Date.now() + this.gap();
    this.wait();
  }

  /** Stops the schedule and waits until every request that was sent has ended. */
  async stop(): Promise<LoadResult> {
    clearTimeout(this.timer);
    await Promise.all(this.running);
    this.agent.destroy();
    return { outcomes: this.outcomes, planned: this.planned };
  }

  private wait(): void {
    this.timer = setTimeout(
      () => {
        for (; this.next <= Date.now(); this.next += this.gap()) this.send(this.next);
        this.wait();
      },
      Math.max(0, this.next - Date.now()),
    );
  }

  private send(intended: number): void {
    this.planned += 1;
    const { plan } = this;
    const long = plan.longEvery > 0 && this.planned % plan.longEvery === 0;
    const tokens = long ? this.longTokens : plan.tokens;
    const ask = { ...plan, tokens, kind: long ? "long" : "short" };
    const done = streamOnce(ask, intended, this.agent).then((outcome) => {
      this.outcomes.push(outcome);
      if (long && outcome.ending === "ok") this.pace(tokens, outcome.ended - outcome.started);
      this.running.delete(done);
    });
    this.running.add(done);
  }

  /** The engine's speed changes with the load; long streams keep their length in seconds, not in tokens. */
  private pace(tokens: number, tookMs: number): void {
    const wanted = Math.round((tokens * this.plan.longSeconds * 1000) / tookMs);
    this.longTokens = Math.min(this.plan.maxTokens, Math.max(this.plan.tokens, wanted));
  }
}
