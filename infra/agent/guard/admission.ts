import type { GuardConfig } from "../../core/agent-config";
import { RequestProblem } from "./problem";

/** What one ticket takes, or all of them together. */
interface Taken {
  /** Sequences, those of requests whose body is still on its way too. */
  seats: number;
  /** Those of them that the engine owes us. */
  inFlight: number;
  /** Bytes of bodies that the guard keeps. */
  bytes: number;
}

const nothing = (): Taken => ({ seats: 0, inFlight: 0, bytes: 0 });

/** One admitted request; aborting its signal ends all work on it, the reading of its body or the engine's. */
export class Ticket {
  readonly #abort = new AbortController();
  #taken = nothing();

  constructor(
    /** Throws where there is no room for the change from what it has to what it wants. */
    private readonly change: (from: Taken, to: Taken) => void,
    private readonly left: (ticket: Ticket) => void,
  ) {
    this.#take({ seats: 1 });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Its body takes so many bytes from now on. Throws 429 where the bodies together would take too many. */
  hold(bytes: number): void {
    this.#take({ bytes });
  }

  /** The body is whole and checked, the engine is asked next. Throws 429 where so many sequences do not fit. */
  ask(sequences: number): void {
    this.#take({ seats: sequences, inFlight: sequences });
  }

  /** Ends the request from our side; `reason` says what the client is told, if there still is one. */
  cut(reason: Error): void {
    this.#abort.abort(reason);
  }

  /** Gives everything back. */
  leave(): void {
    this.#take(nothing());
    this.left(this);
  }

  #take(wanted: Partial<Taken>): void {
    const next = { ...this.#taken, ...wanted };
    this.change(this.#taken, next);
    this.#taken = next;
  }
}

/**
 * Who is in the guard and in the engine. Refuses before the engine's own queue gets long, because waiting there helps
 * nobody, and before the bodies get too many for the guard's memory, because then every stream of the pod would be lost.
 */
export class Admission {
  readonly #tickets = new Set<Ticket>();
  #sum = nothing();

  constructor(private readonly limits: Pick<GuardConfig["limits"], "maxInFlight" | "bufferBytes">) {}

  /** Sequences in the engine, running and queued. */
  get inFlight(): number {
    return this.#sum.inFlight;
  }

  /** Requests that were let in and have not ended, whether or not the engine knows of them yet. */
  get open(): number {
    return this.#tickets.size;
  }

  /** Takes one seat, before the body is read. Throws 429 where there is none. */
  enter(): Ticket {
    const ticket = new Ticket(
      (from, to) => this.#change(from, to),
      (gone) => this.#tickets.delete(gone),
    );
    this.#tickets.add(ticket);
    return ticket;
  }

  /** Ends every request with the same reason; answers how many there were. */
  cutAll(reason: Error): number {
    for (const ticket of this.#tickets) ticket.cut(reason);
    return this.#tickets.size;
  }

  #change(from: Taken, to: Taken): void {
    const seats = this.#sum.seats - from.seats + to.seats;
    if (to.seats > from.seats && seats > this.limits.maxInFlight) throw busy("too_many_requests");
    const others = this.#sum.bytes - from.bytes;
    // One alone is always taken: what bounds it is the limit of a body, and refused it would be refused for ever.
    if (to.bytes > from.bytes && others > 0 && others + to.bytes > this.limits.bufferBytes)
      throw busy("too_many_bytes");
    this.#sum = { seats, bytes: others + to.bytes, inFlight: this.#sum.inFlight - from.inFlight + to.inFlight };
  }
}

const busy = (code: string): RequestProblem =>
  new RequestProblem(429, code, "the model is busy; try again later", { retryAfter: 1 });
