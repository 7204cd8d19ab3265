import { setTimeout as sleep } from "node:timers/promises";
import type { GuardConfig } from "../../core/agent-config";
import type { Admission } from "./admission";
import { unavailable } from "./problem";

const POLL_MS = 50;
/** What a cut stream gets to write its error event before the connection may go. */
const FAREWELL_MS = 500;

export interface DrainResult {
  /** Sequences that were under way when the drain began. */
  inFlight: number;
  /** Requests that had to be ended because their time was up. */
  cut: number;
}

/**
 * Leaving in order: not ready at once, still serving while endpoints propagate, then refusing new requests until the
 * running streams have ended, and with them the requests that were let in and whose body is still coming. The engine is
 * told to stop only after that, because once it is told, it answers new requests with 500 while its `/health` stays 200
 * (measured on vLLM 0.32).
 */
export class Drain {
  #phase: "serving" | "announced" | "closed" = "serving";
  #run: Promise<DrainResult> | undefined;

  constructor(
    private readonly settings: GuardConfig["drain"],
    private readonly admission: Admission,
    /** An engine that hangs or is gone finishes nothing: nobody waits for it. */
    private readonly engineWorks: () => boolean,
  ) {}

  get phase(): "serving" | "announced" | "closed" {
    return this.#phase;
  }

  /** Runs once; every later caller gets the same end. */
  begin(): Promise<DrainResult> {
    this.#run ??= this.#drain();
    return this.#run;
  }

  /** The engine that was drained is gone and a new one will start in its place: serve again. */
  async forget(): Promise<void> {
    await this.#run;
    this.#run = undefined;
    this.#phase = "serving";
  }

  async #drain(): Promise<DrainResult> {
    const inFlight = this.admission.inFlight;
    this.#phase = "announced";
    await this.#wait(this.settings.propagationSeconds, () => false);
    this.#phase = "closed";
    await this.#wait(this.settings.streamSeconds, () => this.admission.open === 0);
    const cut = this.admission.cutAll(unavailable("stream_cut", "the server is stopping; ask again", 1));
    if (cut > 0) await sleep(FAREWELL_MS);
    return { inFlight, cut };
  }

  async #wait(seconds: number, over: () => boolean): Promise<void> {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end && this.engineWorks() && !over()) await sleep(POLL_MS);
  }
}
