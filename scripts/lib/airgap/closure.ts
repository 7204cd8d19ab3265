import type { LoadedStack } from "../../../infra/config/schema";
import { mirroredImage, weightsBucket } from "../../../infra/core/aws/names";
import { runningReleases } from "../../../infra/core/pointers";
import { mirroredSince } from "../../../infra/core/release";
import { stackImages } from "../../../infra/values/aws/images";
import { endpointName, needsOf, type Service } from "../../../infra/values/aws/network/endpoints";
import type { RenderedStack } from "../render/render";
import { type Hole, holesIn, type NeededEndpoint } from "./holes";
import { imagesIn } from "./images";

interface NeededWeights {
  region: string;
  bucket: string;
  model: string;
  release: string;
  files: number;
  bytes: number;
  /** Date since which the bucket has held every file. */
  mirrored?: string;
}

/** All that an environment needs to run with no way to the internet, and where its plan breaks that. */
export interface Closure {
  endpoints: NeededEndpoint[];
  /** Image, as its region's registry has it -> the region. Also of releases that wait for their weights. */
  images: Record<string, string[]>;
  /** `karpenter 1.14.1 from ../.homeport/charts/karpenter-1.14.1.tgz`. */
  charts: string[];
  /** Their images come from AWS's own registry, through the same endpoints. */
  addOns: string[];
  weights: NeededWeights[];
  holes: Hole[];
}

export function closureOf(stack: LoadedStack, rendered: RenderedStack): Closure {
  const { config } = stack;
  const endpoints = config.regions.flatMap((region) => neededEndpoints(region, stack));
  return {
    endpoints,
    images: neededImages(stack, rendered),
    charts: [...new Set(rendered.charts.map(({ name, version, chart }) => `${name} ${version} from ${chart}`))],
    addOns: [...new Set(rendered.plan.filter(({ type }) => type === "aws:eks/addon:Addon").map(addOnOf))],
    weights: config.regions.flatMap((region) => neededWeights(region, stack)),
    holes: holesIn(rendered, config.environment.account ?? "", endpoints),
  };
}

function neededImages({ config, releases }: LoadedStack, rendered: RenderedStack): Closure["images"] {
  const { account = "" } = config.environment;
  const pinned = config.regions.flatMap((region) =>
    stackImages(config, releases).map((image) => ({ region, image: mirroredImage({ account, region }, image) })),
  );
  const images: Closure["images"] = {};
  for (const { image, region } of [...imagesIn(rendered), ...pinned])
    images[image] = [...new Set([...(images[image] ?? []), region])];
  return Object.fromEntries(Object.entries(images).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const addOnOf = ({ inputs: { addonName, addonVersion } }: RenderedStack["plan"][number]): string =>
  `${addonName} ${addonVersion}`;

/** What every component declared that it calls, by service; S3 besides, which brings weights and images' layers. */
function neededEndpoints(region: string, { config }: LoadedStack): NeededEndpoint[] {
  const there: readonly string[] = config.network.existing[region]?.endpoints ?? [];
  const found = new Map<Service | "s3", { by: string[]; why: string[] }>([
    ["s3", { by: ["nodes", "node cache"], why: ["weights and images' layers, by a gateway endpoint"] }],
  ]);
  for (const { by, services, why } of needsOf(config))
    for (const service of services) {
      const need = found.get(service) ?? { by: [], why: [] };
      found.set(service, { by: [...need.by, by], why: [...need.why, why] });
    }
  return [...found].map(([service, need]) => ({
    region,
    service,
    name: endpointName(region, service),
    ...need,
    exists: there.includes(service),
  }));
}

const neededWeights = (region: string, { name, config, releases }: LoadedStack): NeededWeights[] =>
  Object.entries(config.models).flatMap(([model, pointers]) =>
    runningReleases(pointers).flatMap((release) => {
      const file = releases[model]?.[release];
      if (file === undefined) return [];
      const { files } = file.content.weights;
      const place = { environment: name, account: config.environment.account ?? "", region };
      const mirrored = mirroredSince(file, place);
      return [
        {
          region,
          bucket: weightsBucket(place),
          model,
          release,
          files: files.length,
          bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
          ...(mirrored !== undefined && { mirrored }),
        },
      ];
    }),
  );
