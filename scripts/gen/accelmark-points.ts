import { execFileSync } from "node:child_process";

/**
 * Speeds of vLLM on A100, which NVIDIA's table lacks: AccelMark (Apache-2.0), results that its maintainers verified, of
 * 8B in 16 bits. Of its quantised runs one version contradicts the other, so they are not taken. Called by
 * throughput-points.ts with a clone of the repository.
 */
const REPOSITORY = "FreedomIntelligence/AccelMark";
const COMMIT = "5797fc42745be2494e6213938d9e5afa0c6c5bef";
const RUNS: Readonly<Record<string, string>> = {
  nvidia_a100_sxm4_80gbx1_suite_C_nvidia_vllm020_0f6c56e4_ffd81462: "a100-80gb",
  nvidia_a100_sxm4_40gbx1_suite_C_nvidia_vllm_47f5d58e_57cc3fdf: "a100-40gb",
};
const DATASET = "datasets/sharegpt_standard_v1/requests.jsonl";

interface Result {
  software: { framework_version: string };
  model: { model_id: string };
  meta: { date: string };
  metrics: {
    quantization_sustained: {
      results_by_precision: {
        precision: string;
        sustained_concurrency: number;
        sustained_throughput_tokens_per_sec: number;
        samples: { is_warmup: boolean; tokens_out: number; requests_completed: number; ttft_ms_p50: number }[];
      }[];
    };
    quantization_online: {
      results_by_precision: {
        precision: string;
        results_by_qps: { achieved_qps: number; ttft_ms_p50: number; tpot_ms_p50: number; sla_met: boolean }[];
      }[];
    };
  };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
const round = (value: number): number => Number(value.toPrecision(6));
const is16Bit = ({ precision }: { precision: string }): boolean => precision === "BF16";

/** The same columns as NVIDIA's: tokens in, tokens out, in flight, ms to the first token, ms per further token. */
function pointsOf({ metrics }: Result, inputTokens: number): number[][] {
  const sustained = metrics.quantization_sustained.results_by_precision.find(is16Bit);
  const online = metrics.quantization_online.results_by_precision.find(is16Bit);
  if (!sustained || !online) throw new Error("no results in 16 bits");
  const samples = sustained.samples.filter((sample) => !sample.is_warmup);
  const output = sum(samples.map((s) => s.tokens_out)) / sum(samples.map((s) => s.requests_completed));
  const first = middle(samples.map((s) => s.ttft_ms_p50));
  const { sustained_concurrency: inFlight, sustained_throughput_tokens_per_sec: speed } = sustained;
  const closed = [inFlight, first, ((inFlight * output * 1000) / speed - first) / (output - 1)];
  // Of an arrival rate that the engine kept up with: Little's law.
  const open = online.results_by_qps
    .filter((rate) => rate.sla_met)
    .map(({ achieved_qps, ttft_ms_p50, tpot_ms_p50 }) => [
      (achieved_qps * (ttft_ms_p50 + tpot_ms_p50 * (output - 1))) / 1000,
      ttft_ms_p50,
      tpot_ms_p50,
    ]);
  return [closed, ...open].map(([n = 0, ttft = 0, tpot = 0]) => [
    Math.round(inputTokens),
    Math.round(output),
    Math.round(n),
    round(ttft),
    round(tpot),
  ]);
}

/** What points of A100 hold, as text of a file. `clone`: a git directory that has the commit. */
export function accelmarkText(clone: string, recordedOn: string): string {
  const show = (path: string) =>
    execFileSync("git", ["--git-dir", clone, "show", `${COMMIT}:${path}`], { maxBuffer: 1e8 }).toString();
  const prompts = show(DATASET)
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { input_tokens: number }).input_tokens);
  const series = Object.entries(RUNS).map(([run, gpuClass]) => {
    const result = JSON.parse(show(`results/verified/${run}/result.json`)) as Result;
    return {
      model: result.model.model_id,
      gpuClass,
      quantisation: "bf16",
      engine: `vLLM ${result.software.framework_version.replace(/\+.*$/, "")}`,
      tensorParallel: 1,
      expertParallel: false,
      measuredOn: result.meta.date,
      points: pointsOf(result, sum(prompts) / prompts.length),
    };
  });
  const head = {
    recordedOn,
    source: `${REPOSITORY} at ${COMMIT.slice(0, 7)} (Apache-2.0), results/verified; made by npx tsx scripts/gen/throughput-points.ts <clone>`,
    doubt:
      "one tester's short chats; requests in flight are calculated from arrival rates, and times are medians, not averages",
  };
  return JSON.stringify({ ...head, series: [] }, null, 2).replace(
    '"series": []',
    `"series": [\n${series.map((one) => `    ${JSON.stringify(one)}`).join(",\n")}\n  ]`,
  );
}
