import { RequestProblem } from "./problem";

/** One admitted request; aborting its signal ends the engine's work on it. */
export class Ticket {
  readonly #abort = new AbortController();
  constructor(
    readonly sequences: number,
    readonly leave: () => void,
  ) {}

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Ends the request from our side; `reason` says what the client is told, if there still is one. */
  cut(reason: Error): void {
    this.#abort.abort(reason);
  }
}

/** Who is in the engine. Refuses before the engine's own queue gets long, because waiting there helps nobody. */
export class Admission {
  readonly #tickets = new Set<Ticket>();
  #sequences = 0;

  constructor(readonly limit: number) {}

  /** Sequences in the engine, running and queued. */
  get inFlight(): number {
    return this.#sequences;
  }

  /** Throws 429 where one more request would not fit; asked before the body is read. */
  checkRoom(sequences = 1): void {
    if (this.#sequences + sequences > this.limit) {
      throw new RequestProblem(429, "too_many_requests", "the model is busy; try again later", { retryAfter: 1 });
    }
  }

  enter(sequences: number): Ticket {
    this.checkRoom(sequences);
    const ticket = new Ticket(sequences, () => {
      if (this.#tickets.delete(ticket)) this.#sequences -= sequences;
    });
    this.#tickets.add(ticket);
    this.#sequences += sequences;
    return ticket;
  }

  /** Ends every request with the same reason; answers how many there were. */
  cutAll(reason: Error): number {
    for (const ticket of this.#tickets) ticket.cut(reason);
    return this.#tickets.size;
  }
}
