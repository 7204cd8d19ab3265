import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { z } from "zod";
import { OperationError } from "../../../infra/core/errors";
import { registerSecret } from "../redact";
import type { Listing } from "./listing";

/** What the hub's API says of a model at a revision (`?blobs=true`). */
const ModelInfo = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  cardData: z
    .object({ license: z.union([z.string(), z.array(z.string())]).optional(), license_name: z.string().optional() })
    .nullish(),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.int().nonnegative(),
      blobId: z.string().optional(),
      lfs: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.int() }).nullish(),
    }),
  ),
});

/** A model on the hub at one commit. Large files come with the hub's own SHA-256 and are not downloaded. */
export async function hubListing(
  repository: string,
  revision: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Listing> {
  const endpoint = (env.HF_ENDPOINT ?? "https://huggingface.co").replace(/\/+$/, "");
  const headers: Record<string, string> = {};
  if (env.HF_TOKEN) {
    registerSecret(env.HF_TOKEN);
    headers.authorization = `Bearer ${env.HF_TOKEN}`;
  }
  const get = (path: string) => hubGet(`${endpoint}/${path}`, headers, `hf://${repository}@${revision}`);
  const answer = await get(`api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`);
  const info = ModelInfo.safeParse(await answer.json());
  if (!info.success)
    throw new OperationError(
      `${endpoint} does not name a commit and file sizes for ${repository}@${revision}`,
      "give a commit (40 hex digits), and check that HF_ENDPOINT is a hub",
    );
  const { sha, siblings, cardData } = info.data;
  return {
    entries: siblings.map(({ rfilename, size, blobId, lfs }) => ({
      path: rfilename,
      bytes: lfs?.size ?? size,
      sha256: lfs?.sha256,
      gitBlob: lfs ? undefined : blobId,
      open: async () => {
        const file = await get(
          `${repository}/resolve/${sha}/${rfilename.split("/").map(encodeURIComponent).join("/")}`,
        );
        return file.body ? Readable.fromWeb(file.body as ReadableStream<Uint8Array>) : Readable.from([]);
      },
    })),
    // `other` says only that the card names it; the name is what a reader can look up.
    licence:
      cardData?.license === "other"
        ? (cardData.license_name ?? "other")
        : [cardData?.license].flat().join(" OR ") || undefined,
    address: () => `hf://${repository}@${sha}`,
  };
}

async function hubGet(url: string, headers: Record<string, string>, what: string): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, { headers });
  } catch (error) {
    throw new OperationError(
      `${new URL(url).origin} cannot be reached`,
      "check the network, or set HF_ENDPOINT to a mirror",
      { cause: error },
    );
  }
  if (answer.ok) return answer;
  const fix =
    answer.status === 401 || answer.status === 403
      ? "set HF_TOKEN to a token that may read it, and accept the model's terms on its page"
      : answer.status === 404
        ? "check the name and the revision; private models need HF_TOKEN"
        : "try again later";
  throw new OperationError(`${what}: the hub answers ${answer.status}`, fix);
}
