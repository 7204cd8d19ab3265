/** Extra facts of an answer that is an error. */
interface ProblemFacts {
  /** The body field at fault, as OpenAI's `param`. */
  param?: string;
  /** Seconds after which the same request may succeed; makes the answer retryable. */
  retryAfter?: number;
}

/** An answer that is an error, in OpenAI's shape. `code` is ours and fixed, so it may be logged; `message` may not. */
export class RequestProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly facts: ProblemFacts = {},
  ) {
    super(message);
    this.name = "RequestProblem";
  }

  /** `{"error": {...}}` as every OpenAI client reads it, whole or as the data of a stream's last event. */
  toJSON(): object {
    return {
      error: { message: this.message, type: typeOf(this.status), param: this.facts.param ?? null, code: this.code },
    };
  }
}

const typeOf = (status: number): string =>
  status === 429 ? "rate_limit_error" : status >= 500 ? "server_error" : "invalid_request_error";

export const invalidField = (param: string, message: string): RequestProblem =>
  new RequestProblem(400, "invalid_field", `${param}: ${message}`, { param });

export const unavailable = (code: string, message: string, retryAfter: number): RequestProblem =>
  new RequestProblem(503, code, message, { retryAfter });

/** Not an error of ours: whoever asked has hung up. */
export class ClientGone extends Error {}
