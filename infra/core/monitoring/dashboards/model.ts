import { FAILED_OUTCOMES } from "../alerts/models";
import type { Dashboard, Query, Section } from "./panel";

/** Stands for the model's name in the chart's file; the template puts the name in. */
export const MODEL = "@model@";

const of = (metric: string, more = ""): string => `${metric}{model="${MODEL}",release=~"$release"${more}}`;
const rate = (metric: string, more = ""): string => `rate(${of(metric, more)}[$__rate_interval])`;
const REQUESTS = "homeport_guard_requests_total";
const FIRST_TOKEN = "homeport_guard_first_token_seconds";

const shareOf = (outcomes: string): string =>
  `sum(${rate(REQUESTS, `,outcome=~"${outcomes}"`)}) / sum(${rate(REQUESTS)})`;

const quantiles = (metric: string, ...which: number[]): Query[] =>
  which.map((q) => ({
    expr: `histogram_quantile(${q}, sum by (release, le) (${rate(`${metric}_bucket`)}))`,
    legend: `p${q * 100} {{release}}`,
  }));

const one = (expr: string, legend = ""): Query[] => [{ expr, legend }];

const NOW: Section = {
  title: "Now",
  numbers: true,
  panels: [
    {
      title: "Pods ready",
      description: "Pods that take requests, of all releases. None: the model is down.",
      unit: "short",
      queries: one(`sum(${of("homeport_guard_ready")})`),
      low: 1,
    },
    {
      title: "Requests",
      description: "Requests that the guards saw, whatever became of them.",
      unit: "reqps",
      queries: one(`sum(${rate(REQUESTS)})`),
    },
    {
      title: "Failing",
      description: "Share of requests that clients lost: failed, cut, aborted or unavailable.",
      unit: "percentunit",
      queries: one(shareOf(FAILED_OUTCOMES)),
      alert: "RequestsFail",
    },
    {
      title: "First token, p95",
      description: "One stream in twenty waits longer than this for its first token.",
      unit: "s",
      queries: one(`histogram_quantile(0.95, sum by (le) (${rate(`${FIRST_TOKEN}_bucket`)}))`),
      alert: "FirstTokenSlow",
    },
    {
      title: "Tokens written",
      description: "Tokens that the engines generate, all pods together.",
      unit: "suffix: tokens/s",
      queries: one(`sum(${rate("vllm:generation_tokens_total")})`),
    },
    {
      title: "Fullest KV cache",
      description: "When it is full, sequences are put back and computed again.",
      unit: "percentunit",
      queries: one(`max(${of("vllm:kv_cache_usage_perc")})`),
      alert: "KeyValueCacheFull",
    },
  ],
};

const CLIENTS: Section = {
  title: "What clients notice",
  panels: [
    {
      title: "Requests by outcome",
      description: "Per release, so that a canary's part is seen. shed: refused because full; cut: ended early.",
      unit: "reqps",
      queries: one(`sum by (release, outcome) (${rate(REQUESTS)})`, "{{release}} {{outcome}}"),
      stacked: true,
    },
    {
      title: "Share that fails",
      description: "Failed, cut, aborted or unavailable. A release alone above the line: roll back.",
      unit: "percentunit",
      queries: one(
        `sum by (release) (${rate(REQUESTS, `,outcome=~"${FAILED_OUTCOMES}"`)}) / sum by (release) (${rate(REQUESTS)})`,
        "{{release}}",
      ),
      alert: "RequestsFail",
    },
    {
      title: "Share refused because full",
      description: "Answered 429 with Retry-After. Lasting: more replicas, or a client that asks for too much.",
      unit: "percentunit",
      queries: one(shareOf("shed"), "refused"),
      alert: "RequestsShed",
    },
    {
      title: "Time to the first token",
      description: "From the guard: queue, prefill and first step. Long with an empty queue: long prompts.",
      unit: "s",
      queries: quantiles(FIRST_TOKEN, 0.5, 0.95),
      alert: "FirstTokenSlow",
    },
    {
      title: "Time between tokens",
      description: "How fast a running stream writes. Grows with the number of sequences in a batch.",
      unit: "s",
      queries: quantiles("vllm:inter_token_latency_seconds", 0.5, 0.95),
    },
    {
      title: "Whole answer",
      description: "From arrival to the last token, as the engine counts. Follows the length of answers.",
      unit: "s",
      queries: quantiles("vllm:e2e_request_latency_seconds", 0.5, 0.95),
    },
  ],
};

const LOAD: Section = {
  title: "Load",
  panels: [
    {
      title: "Tokens read and written",
      description: "Prompt tokens read and tokens written, by release.",
      unit: "suffix: tokens/s",
      queries: [
        { expr: `sum by (release) (${rate("vllm:prompt_tokens_total")})`, legend: "in {{release}}" },
        { expr: `sum by (release) (${rate("vllm:generation_tokens_total")})`, legend: "out {{release}}" },
      ],
    },
    {
      title: "Sequences running and waiting",
      description: "Waiting that does not fall back to zero means that the engines are full.",
      unit: "short",
      queries: [
        { expr: `sum by (release) (${of("vllm:num_requests_running")})`, legend: "running {{release}}" },
        { expr: `sum by (release) (${of("vllm:num_requests_waiting")})`, legend: "waiting {{release}}" },
      ],
    },
    {
      title: "Wait in the engine's queue, p95",
      description: "Part of the time to the first token that more replicas would take away.",
      unit: "s",
      queries: quantiles("vllm:request_queue_time_seconds", 0.95),
    },
  ],
};

const ENGINES: Section = {
  title: "Engines",
  panels: [
    {
      title: "KV cache in use",
      description: "By pod. One pod alone above the line: long conversations that stay with it.",
      unit: "percentunit",
      queries: one(`max by (pod) (${of("vllm:kv_cache_usage_perc")})`, "{{pod}}"),
      alert: "KeyValueCacheFull",
    },
    {
      title: "Preemptions",
      description: "Sequences that were put back because the cache was full, and are computed again.",
      unit: "ops",
      queries: one(`sum by (pod) (${rate("vllm:num_preemptions_total")})`, "{{pod}}"),
    },
    {
      title: "Prompt tokens found in the prefix cache",
      description: "Tokens that need no prefill. Falls when clients change how their prompts begin.",
      unit: "percentunit",
      queries: one(
        `sum by (release) (${rate("vllm:prefix_cache_hits_total")}) / sum by (release) (${rate("vllm:prefix_cache_queries_total")})`,
        "{{release}}",
      ),
    },
    {
      title: "Pods ready, by release",
      description: "During a promote one goes up before the other goes down.",
      unit: "short",
      queries: one(`sum by (release) (${of("homeport_guard_ready")})`, "{{release}}"),
    },
    {
      title: "Longest time without progress",
      description: "Of an engine that has work. The guard takes it out of service after 15 s.",
      unit: "s",
      queries: one(`max by (pod) (${of("homeport_guard_engine_stall_seconds")})`, "{{pod}}"),
      alert: "EngineStalled",
    },
  ],
};

export const MODEL_DASHBOARD: Dashboard = {
  uid: `homeport-model-${MODEL}`,
  title: `Homeport: model ${MODEL}`,
  description: "One model: what its clients notice, its load, and its engines.",
  variables: [
    { name: "release", label: "Release", of: { series: `homeport_guard_ready{model="${MODEL}"}`, label: "release" } },
  ],
  sections: [NOW, CLIENTS, LOAD, ENGINES],
};
