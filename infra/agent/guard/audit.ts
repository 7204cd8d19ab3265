import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { GuardConfig } from "../../core/agent-config";
import type { Caller } from "./call";
import type { Usage } from "./sse";

/** How a request ended, for the audit line and the metrics. */
export type Outcome =
  /** Answered in full. */
  | "ok"
  /** Refused by us: path, method, body or field. */
  | "denied"
  /** Refused by the engine as the client's mistake. */
  | "refused"
  /** Refused because the engine is full (429). */
  | "shed"
  /** Refused because there is no working engine, or it is stopping (503). */
  | "unavailable"
  /** The engine failed before anything was sent. */
  | "failed"
  /** A stream that ended with an error event. */
  | "cut"
  /** The engine gave up on the request (`finish_reason: abort`). */
  | "aborted"
  /** The client hung up. */
  | "cancelled";

/** One request, as far as it is known when it ends. Never any text of the client's or the engine's. */
export interface AuditEntry {
  id: string;
  caller: Partial<Caller>;
  /** One of our routes; a path that is none of them is the client's text. */
  route?: string;
  status: number;
  outcome: Outcome;
  /** Our own code of the error. */
  reason?: string;
  usage?: Usage;
  firstTokenMs?: number;
  totalMs: number;
}

/** Writes the audit line of one pod. */
export class AuditLog {
  constructor(
    private readonly config: Pick<GuardConfig, "model" | "releaseName" | "releaseId" | "variant">,
    private readonly write: (line: string) => void,
  ) {}

  record(entry: AuditEntry): void {
    const { model, releaseName, releaseId, variant } = this.config;
    this.write(
      `${JSON.stringify({
        audit: "request",
        time: new Date().toISOString(),
        id: entry.id,
        client: entry.caller.client ?? null,
        policy: entry.caller.policy ?? null,
        model,
        releaseId,
        releaseName,
        variant,
        route: entry.route ?? null,
        status: entry.status,
        outcome: entry.outcome,
        reason: entry.reason ?? null,
        promptTokens: entry.usage?.prompt ?? null,
        cachedPromptTokens: entry.usage?.cached ?? null,
        completionTokens: entry.usage?.completion ?? null,
        firstTokenMs: entry.firstTokenMs === undefined ? null : Math.round(entry.firstTokenMs * 10) / 10,
        totalMs: Math.round(entry.totalMs * 10) / 10,
      })}\n`,
    );
  }
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/;
const named = (value: string | string[] | undefined): string | undefined =>
  typeof value === "string" && NAME.test(value) ? value : undefined;

/** Who asks, from the headers that the gateway sets after it has stripped the client's own. */
export const callerOf = ({ headers }: IncomingMessage): Partial<Caller> => {
  const client = named(headers["x-homeport-client"]);
  const policy = named(headers["x-homeport-policy"]);
  return { ...(client ? { client } : {}), ...(policy ? { policy } : {}) };
};

/** The gateway's request id, so that its access log and this line can be joined; ours where there is none. */
export const requestIdOf = ({ headers }: IncomingMessage): string => named(headers["x-request-id"]) ?? randomUUID();
