import { rm } from "node:fs/promises";
import { DescribeRegistryCommand, ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { type Place, REPOSITORY_PREFIX, registryHost, repositoryName } from "../../../infra/core/aws/names";
import { OperationError } from "../../../infra/core/errors";
import { poll } from "../../local/command";
import { awsClient } from "../aws/client";
import { registerSecret } from "../redact";
import { pullImage } from "./layout";
import { addressOf, registrySource } from "./registry";
import { hasImage, type ImageTarget, pushImage } from "./target";

/** A registry of one region, and how to get in. */
export type Registry = Pick<ImageTarget, "registry" | "authorization">;

export interface MirroredImage {
  image: string;
  /** Registries that have it now and did not have it before. */
  added: string[];
}

export interface ImageOptions {
  /** Folder for what is under way. */
  folder: string;
  /** How long the registry's own replication may take before the image is sent from here; 0 where there is none. */
  replicaSeconds: number;
  pollSeconds?: number;
}

const REPLICA_SECONDS = 300;

/** Time to wait for the registry's replication; none where it does not replicate ours. */
export async function replicaSecondsOf({ region }: Place): Promise<number> {
  const ecr = awsClient(ECRClient, { region });
  try {
    const { replicationConfiguration } = await ecr.send(new DescribeRegistryCommand({}));
    const filters = replicationConfiguration?.rules?.flatMap(({ repositoryFilters = [] }) => repositoryFilters) ?? [];
    return filters.some(({ filter }) => filter === REPOSITORY_PREFIX) ? REPLICA_SECONDS : 0;
  } finally {
    ecr.destroy();
  }
}

/** Login to the account's registry of a region, good for 12 hours. */
export async function ecrRegistry(place: Place): Promise<Registry> {
  const ecr = awsClient(ECRClient, { region: place.region });
  try {
    const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
    const token = authorizationData?.[0]?.authorizationToken;
    if (token === undefined)
      throw new OperationError(`ECR in ${place.region} gives no token`, "let this role do ecr:GetAuthorizationToken");
    registerSecret(token);
    return { registry: registryHost(place), authorization: `Basic ${token}` };
  } finally {
    ecr.destroy();
  }
}

/** Brings one image by digest from where it was made into every registry; the first one replicates into the others. */
export function mirrorImage(
  image: string,
  registries: readonly Registry[],
  options: ImageOptions,
): Promise<MirroredImage> {
  const { registry, name, digest } = addressOf(image);
  return bring(image, digest, registries, options, () =>
    pullImage(registrySource(registry, name), digest, options.folder),
  );
}

/** Sends an image that lies in a folder already, and leaves it there. */
export const pushFolder = (
  image: string,
  registries: readonly Registry[],
  options: ImageOptions,
): Promise<MirroredImage> => bring(image, addressOf(image).digest, registries, options);

async function bring(
  image: string,
  digest: string,
  registries: readonly Registry[],
  { folder, replicaSeconds, pollSeconds = 5 }: ImageOptions,
  pull?: () => Promise<unknown>,
): Promise<MirroredImage> {
  const repository = repositoryName(image);
  const targets = registries.map((registry) => ({ ...registry, repository }));
  const had = await Promise.all(targets.map((target) => hasImage(target, digest)));
  const missing = targets.filter((_, index) => !had[index]);
  if (missing.length === 0) return { image, added: [] };
  await pull?.();
  for (const target of missing) {
    const has = async () => ((await hasImage(target, digest)) ? true : undefined);
    // Only what is pushed from now on is replicated: an image that the first one had before will not come.
    const comes = target !== targets[0] && !had[0] && replicaSeconds > 0;
    if (!comes || !(await poll(has, replicaSeconds * 1000, pollSeconds * 1000)))
      await pushImage(folder, digest, target);
  }
  // After a failure it stays: the next run fetches only what is missing.
  if (pull !== undefined) await rm(folder, { recursive: true, force: true });
  return { image, added: missing.map(({ registry }) => registry) };
}
