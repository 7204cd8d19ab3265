import { GetBucketReplicationCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { type Place, weightsBucket } from "../../../infra/core/aws/names";
import { OperationError } from "../../../infra/core/errors";
import type { ReleaseFile } from "../../../infra/core/release";
import { sleep } from "../../local/command";
import { isMissing } from "../aws/client";
import { type MirrorOptions, type MirrorStore, missingIn, sendRelease, withBucket } from "../weights-store";
import type { LocalFile, OnBytes } from "./local-files";

export interface RegionMirror {
  region: string;
  /** How the objects came there that were not there before. */
  by: "upload" | "replication" | "nothing to do";
  uploaded: number;
}

export interface RegionOptions extends Omit<MirrorOptions, "onBytes"> {
  /** A count of its own for every region that is sent to from here. */
  progress?: () => OnBytes;
  credentials?: MirrorStore["credentials"];
  /** S3's own promise for nearly all objects is 15 min; after this they are sent from here. */
  replicaSeconds?: number;
  pollSeconds?: number;
}

const DEFAULTS = { replicaSeconds: 20 * 60, pollSeconds: 10 };

/**
 * Brings verified files into the first region's bucket, and sees them arrive in the others': by replication where S3
 * says that they are under way, else from here. Returns when every bucket has every object with the right checksum.
 */
export async function mirrorToRegions(
  release: ReleaseFile,
  files: readonly LocalFile[],
  places: readonly [Place, ...Place[]],
  options: RegionOptions = {},
): Promise<RegionMirror[]> {
  const stores = places.map((place) => awsStore(place, options.credentials));
  const [first, ...others] = stores as [MirrorStore, ...MirrorStore[]];
  const send = async (store: MirrorStore, by: RegionMirror["by"]): Promise<RegionMirror> => {
    const { uploaded } = await sendRelease(release, files, store, { ...options, onBytes: options.progress?.() });
    return { region: store.region, by: uploaded.length === 0 ? by : "upload", uploaded: uploaded.length };
  };
  const result = [await send(first, "nothing to do")];
  for (const store of others) {
    const wasThere = (await missingIn(release, files, store)).length === 0;
    const arrived = wasThere || (await replicated(release, files, first, store, { ...DEFAULTS, ...options }));
    if (wasThere) result.push({ region: store.region, by: "nothing to do", uploaded: 0 });
    else if (arrived) result.push({ region: store.region, by: "replication", uploaded: 0 });
    else result.push(await send(store, "replication"));
  }
  for (const store of stores) await requireAll(release, files, store);
  return result;
}

/** The weights bucket of one region. */
export const awsStore = (place: Place, credentials: MirrorStore["credentials"]): MirrorStore => ({
  bucket: weightsBucket(place),
  region: place.region,
  pathStyle: false,
  credentials,
  keepsChecksums: true,
});

/** Whether replication brings everything in time; false as soon as S3 says that it will not. */
async function replicated(
  release: ReleaseFile,
  files: readonly LocalFile[],
  source: MirrorStore,
  target: MirrorStore,
  { replicaSeconds, pollSeconds }: Required<Pick<RegionOptions, "replicaSeconds" | "pollSeconds">>,
): Promise<boolean> {
  if (!(await replicates(source, target))) return false;
  const end = Date.now() + replicaSeconds * 1000;
  for (;;) {
    const missing = await missingIn(release, files, target);
    if (missing.length === 0) return true;
    if (Date.now() >= end || !(await areUnderWay(missing, source))) return false;
    await sleep(pollSeconds * 1000);
  }
}

const replicates = (source: MirrorStore, target: MirrorStore): Promise<boolean> =>
  withBucket(source, async (client) => {
    try {
      const { ReplicationConfiguration } = await client.send(
        new GetBucketReplicationCommand({ Bucket: source.bucket }),
      );
      const rules = ReplicationConfiguration?.Rules ?? [];
      return rules.some(
        ({ Status, Destination }) => Status === "Enabled" && Destination?.Bucket?.endsWith(`:${target.bucket}`),
      );
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  });

/** S3 marks every object that a rule applies to; one without a mark is older than the rule and will never go. */
const areUnderWay = (keys: readonly string[], source: MirrorStore): Promise<boolean> =>
  withBucket(source, async (client) => {
    for (const Key of keys) {
      const { ReplicationStatus } = await client.send(new HeadObjectCommand({ Bucket: source.bucket, Key }));
      // Several targets have one mark: PENDING until the last has it, so COMPLETED without the object is a lie soon over.
      if (ReplicationStatus !== "PENDING" && ReplicationStatus !== "COMPLETED") return false;
    }
    return true;
  });

async function requireAll(release: ReleaseFile, files: readonly LocalFile[], store: MirrorStore): Promise<void> {
  const missing = await missingIn(release, files, store);
  if (missing.length === 0) return;
  throw new OperationError(
    `bucket ${store.bucket} does not have ${missing.length} objects as they must be: ${missing.slice(0, 5).join(", ")}`,
    "run the command again; no region was marked as mirrored",
  );
}
