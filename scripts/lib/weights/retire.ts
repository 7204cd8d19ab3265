import { PutObjectTaggingCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { eachOf } from "../../../infra/agent/node-cache/parallel";
import { releaseFolder } from "../../../infra/core/weights-layout";
import { RETIRED_TAG } from "../../../infra/values/aws/weights/weight-store";
import { type MirrorStore, withBucket } from "../weights-store";

/** A release in a bucket that no model of the stack pins. */
export interface Unpinned {
  /** 64 hex digits of its id. */
  folder: string;
  keys: string[];
  bytes: number;
}

/** What lies in a bucket and is pinned no more; `pinned` are release ids. */
export const unpinnedIn = (store: MirrorStore, pinned: readonly string[]): Promise<Unpinned[]> =>
  withBucket(store, async (client) => {
    const kept = new Set(pinned.map(releaseFolder));
    const found = new Map<string, Unpinned>();
    for await (const page of paginateListObjectsV2({ client }, { Bucket: store.bucket, Prefix: "releases/" }))
      for (const { Key = "", Size = 0 } of page.Contents ?? []) {
        const folder = Key.split("/")[1] ?? "";
        if (kept.has(folder)) continue;
        const release = found.get(folder) ?? { folder, keys: [], bytes: 0 };
        found.set(folder, { folder, keys: [...release.keys, Key], bytes: release.bytes + Size });
      }
    return [...found.values()];
  });

/** Marks every object of a release; the bucket's lifecycle rules hide it the next night and remove it a month later. */
export const retire = (store: MirrorStore, { keys }: Unpinned): Promise<unknown> =>
  withBucket(store, (client) => {
    const { signal } = new AbortController();
    const TagSet = [{ Key: RETIRED_TAG.key, Value: RETIRED_TAG.value }];
    return eachOf(keys, 8, signal, (Key) =>
      client.send(new PutObjectTaggingCommand({ Bucket: store.bucket, Key, Tagging: { TagSet } })),
    );
  });
