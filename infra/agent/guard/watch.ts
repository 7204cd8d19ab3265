import type { GuardConfig } from "../../core/agent-config";
import { type EngineClient, EngineUnreachable } from "./engine";

const START_POLL_MS = 500;
const HEALTH_TIMEOUT_MS = 2000;
/** Ticks with progress that an engine needs to be ready again after a stall. */
const STEADY_TICKS = 2;
/** Parts of the sampler are compiled at their first use, and all requests wait (20 s for logprobs on 2 busy cores). */
const WARM_UP = { max_tokens: 2, logprobs: 1, temperature: 1, top_p: 0.9, top_k: 10, presence_penalty: 0.5, seed: 1 };

export interface WatchEvents {
  /** Sequences the engine owes us. */
  inFlight(): number;
  /** A new engine has answered its first completion. */
  started(): void;
  /** The engine's process is gone. */
  lost(): void;
  /** No progress for so long that a restart is due. */
  dead(): void;
  note(text: string): void;
}

/**
 * Is the engine working? Its `/health` says 200 while it hangs, so only progress counts: tokens passing through, the
 * engine's own step counter, or an answered 1-token probe. A saturated engine may leave the probe waiting, but it
 * steps; a hung one does none of the three. Time counts only while the engine owes an answer.
 */
export class EngineWatch {
  #started = false;
  #responsive = true;
  #alive = true;
  #stalledMs = 0;
  #steadyTicks = 0;
  /** Since the last tick: any sign of work, and the kind that costs nothing to see. */
  #progressed = false;
  #flowed = false;
  #owed = false;
  #probing = false;
  #scraping = false;
  #steps: string | undefined;
  #lastTick = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    private readonly engine: EngineClient,
    private readonly model: string,
    private readonly settings: GuardConfig["watch"],
    private readonly events: WatchEvents,
  ) {}

  /** The engine has answered a real completion since it was last seen gone. */
  get started(): boolean {
    return this.#started;
  }
  get responsive(): boolean {
    return this.#responsive;
  }
  get alive(): boolean {
    return this.#alive;
  }
  get stalledSeconds(): number {
    return this.#stalledMs / 1000;
  }

  /** Called for every piece of an answer that comes out of the engine. */
  progress(): void {
    this.#progressed = true;
    this.#flowed = true;
  }

  start(): void {
    this.#schedule(0);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** A request failed to reach the engine: look at once whether the process is gone. Answers whether it says it is well. */
  async suspect(): Promise<boolean> {
    try {
      return (await this.engine.ask("/health", HEALTH_TIMEOUT_MS)).status === 200;
    } catch (error) {
      this.#noticeLoss(error);
      return false;
    }
  }

  #schedule(ms: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(async () => {
      if (this.#started) this.#tick();
      else await this.#tryStart();
      this.#schedule(this.#started ? this.settings.intervalSeconds * 1000 : START_POLL_MS);
    }, ms);
  }

  async #tryStart(): Promise<void> {
    try {
      const health = await this.engine.ask("/health", HEALTH_TIMEOUT_MS);
      if (health.status !== 200) return;
      const first = await this.#completeOneToken(WARM_UP);
      if (first !== 200) return this.events.note(`the engine's first completion got status ${first}`);
    } catch {
      return; // not listening yet, or still loading
    }
    this.#started = true;
    this.#responsive = true;
    this.#alive = true;
    this.#stalledMs = 0;
    this.#owed = false;
    this.#steps = undefined;
    this.#lastTick = performance.now();
    this.events.started();
  }

  #tick(): void {
    const now = performance.now();
    // Capped, so that a pause of this process or of the whole machine does not count against the engine.
    const elapsed = Math.min(now - this.#lastTick, 2000 * this.settings.intervalSeconds);
    this.#lastTick = now;
    this.#account(elapsed);
    if (!this.#flowed) {
      void this.#scrape();
      if (!this.#probing) void this.#probe();
    }
    this.#progressed = false;
    this.#flowed = false;
    this.#owed = this.#probing || this.events.inFlight() > 0;
  }

  #account(elapsedMs: number): void {
    if (this.#progressed) {
      this.#stalledMs = 0;
      this.#steadyTicks++;
    } else if (this.#owed) {
      this.#stalledMs += elapsedMs;
      this.#steadyTicks = 0;
    }
    const { unreadyAfterSeconds, restartAfterSeconds } = this.settings;
    if (this.#stalledMs >= unreadyAfterSeconds * 1000) this.#becomeUnresponsive();
    else if (!this.#responsive && this.#steadyTicks >= STEADY_TICKS) {
      this.#responsive = true;
      this.events.note("the engine makes progress again");
    }
    const wasAlive = this.#alive;
    this.#alive = this.#stalledMs < restartAfterSeconds * 1000;
    if (wasAlive && !this.#alive) this.events.dead();
  }

  #becomeUnresponsive(): void {
    if (this.#responsive)
      this.events.note(`no progress of the engine for ${this.stalledSeconds.toFixed(0)} s: not ready`);
    this.#responsive = false;
  }

  async #probe(): Promise<void> {
    this.#probing = true;
    try {
      if ((await this.#completeOneToken()) === 200) this.#progressed = true;
    } catch (error) {
      this.#noticeLoss(error);
    } finally {
      this.#probing = false;
    }
  }

  async #completeOneToken(extra: object = {}): Promise<number> {
    const body = { model: this.model, prompt: "a", max_tokens: 1, cache_salt: "homeport-watch", ...extra };
    return (await this.engine.ask("/v1/completions", this.settings.restartAfterSeconds * 1000, body)).status;
  }

  async #scrape(): Promise<void> {
    if (this.#scraping) return;
    this.#scraping = true;
    try {
      const { text } = await this.engine.ask("/metrics", this.settings.unreadyAfterSeconds * 1000);
      const steps = stepsOf(text);
      if (this.#steps !== undefined && steps !== this.#steps) this.#progressed = true;
      this.#steps = steps;
    } catch (error) {
      this.#noticeLoss(error);
    } finally {
      this.#scraping = false;
    }
  }

  #noticeLoss(error: unknown): void {
    if (!(error instanceof EngineUnreachable && error.refused) || !this.#started) return;
    this.#started = false;
    // Nobody hangs here any more; whether the next engine comes up is the startup probe's business.
    this.#responsive = true;
    this.#alive = true;
    this.#stalledMs = 0;
    this.events.lost();
    clearTimeout(this.#timer);
    this.#schedule(START_POLL_MS);
  }
}

/** What changes with every step of the engine, whatever it works on: prompt pieces count too, not only answers. */
const stepsOf = (metrics: string): string =>
  (
    metrics.match(/^vllm:(?:iteration_tokens_total_(?:count|sum)|(?:prompt|generation)_tokens_total)\{.*$/gm) ?? []
  ).join();
