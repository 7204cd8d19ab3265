import type { GuardConfig } from "../../core/agent-config";
import { shortId } from "../../core/release";
import type { AuditEntry, Outcome } from "./audit";

const FIRST_TOKEN_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80];

/** What is read at the moment of the scrape. */
export interface Gauges {
  inFlight: number;
  ready: boolean;
  stalledSeconds: number;
}

/** Counts requests and renders them in Prometheus' text format. */
export class Metrics {
  readonly #outcomes = new Map<Outcome, number>();
  readonly #buckets = FIRST_TOKEN_BUCKETS.map(() => 0);
  #firstTokenSum = 0;
  #firstTokens = 0;
  #promptTokens = 0;
  #completionTokens = 0;
  #drained = 0;
  readonly #labels: string;

  constructor(config: Pick<GuardConfig, "model" | "releaseId" | "variant">) {
    this.#labels = `model="${config.model}",release="${shortId(config.releaseId)}",variant="${config.variant}"`;
  }

  /** `draining`: it ended while the pod was leaving. */
  count(entry: AuditEntry, draining: boolean): void {
    this.#outcomes.set(entry.outcome, (this.#outcomes.get(entry.outcome) ?? 0) + 1);
    this.#promptTokens += entry.usage?.prompt ?? 0;
    this.#completionTokens += entry.usage?.completion ?? 0;
    if (draining && entry.outcome === "ok") this.#drained++;
    if (entry.firstTokenMs === undefined) return;
    const seconds = entry.firstTokenMs / 1000;
    this.#firstTokens++;
    this.#firstTokenSum += seconds;
    for (const [i, bound] of FIRST_TOKEN_BUCKETS.entries()) {
      if (seconds <= bound) this.#buckets[i] = (this.#buckets[i] ?? 0) + 1;
    }
  }

  render({ inFlight, ready, stalledSeconds }: Gauges): string {
    const outcome = (name: Outcome) => this.#outcomes.get(name) ?? 0;
    return [
      ...this.#family("requests_total", "counter", "Requests by how they ended."),
      ...[...this.#outcomes].map(([name, count]) => this.#sample("requests_total", count, `outcome="${name}"`)),
      ...this.#single("shed_total", "counter", "Requests refused because the engine was full.", outcome("shed")),
      ...this.#single("cut_total", "counter", "Streams that ended with an error event.", outcome("cut")),
      ...this.#single(
        "drained_total",
        "counter",
        "Requests answered in full while the pod was leaving.",
        this.#drained,
      ),
      ...this.#single("prompt_tokens_total", "counter", "Tokens of the prompts.", this.#promptTokens),
      ...this.#single("completion_tokens_total", "counter", "Tokens of the answers.", this.#completionTokens),
      ...this.#single("in_flight", "gauge", "Sequences in the engine, running and queued.", inFlight),
      ...this.#single("ready", "gauge", "1 while the pod may get requests.", ready ? 1 : 0),
      ...this.#single(
        "engine_stall_seconds",
        "gauge",
        "Time the engine owes an answer without progress.",
        stalledSeconds,
      ),
      ...this.#family("first_token_seconds", "histogram", "From the request's arrival to the stream's first event."),
      ...FIRST_TOKEN_BUCKETS.map((le, i) =>
        this.#sample("first_token_seconds_bucket", this.#buckets[i] ?? 0, `le="${le}"`),
      ),
      this.#sample("first_token_seconds_bucket", this.#firstTokens, 'le="+Inf"'),
      this.#sample("first_token_seconds_sum", this.#firstTokenSum),
      this.#sample("first_token_seconds_count", this.#firstTokens),
      "",
    ].join("\n");
  }

  #single(name: string, type: string, help: string, value: number): string[] {
    return [...this.#family(name, type, help), this.#sample(name, value)];
  }

  #family(name: string, type: string, help: string): string[] {
    return [`# HELP homeport_guard_${name} ${help}`, `# TYPE homeport_guard_${name} ${type}`];
  }

  #sample(name: string, value: number, label?: string): string {
    return `homeport_guard_${name}{${label ? `${label},` : ""}${this.#labels}} ${value}`;
  }
}
