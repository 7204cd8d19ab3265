import { openAsBlob } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { eachOf } from "../../../infra/agent/node-cache/parallel";
import { OperationError } from "../../../infra/core/errors";
import { blobFile, folderSource, manifestsOf } from "./layout";
import type { Manifest } from "./registry";

/** A repository to push into, by OCI's distribution spec. */
export interface ImageTarget {
  /** `123456789012.dkr.ecr.us-east-1.amazonaws.com`; plain HTTP only on loopback. */
  registry: string;
  repository: string;
  /** Value of the `Authorization` header. */
  authorization: string;
}

const ATTEMPTS = 5;
const PARALLEL_BLOBS = 4;

/** Tag of a mirrored image; registries forget, or do not replicate, what has none. */
const tagOf = (digest: string): string => digest.replace(":", "-");

export const hasImage = (target: ImageTarget, digest: string): Promise<boolean> =>
  exists(target, `manifests/${digest}`);

/**
 * Sends an image from a folder, layers before manifests and the image's own manifest last; what the registry has is not
 * sent again. The registry verifies every digest itself.
 */
export async function pushImage(folder: string, digest: string, target: ImageTarget): Promise<void> {
  const [manifest, ...children] = await manifestsOf(digest, folderSource(folder).manifest);
  if (manifest === undefined) return;
  const blobs = new Set([manifest, ...children].flatMap((one) => one.blobs.map((blob) => blob.digest)));
  const { signal } = new AbortController();
  await eachOf([...blobs], PARALLEL_BLOBS, signal, async (blob) => {
    if (!(await exists(target, `blobs/${blob}`))) await putBlob(target, blob, blobFile(folder, blob));
  });
  for (const child of children) await putManifest(target, child, child.digest);
  await putManifest(target, manifest, tagOf(digest));
  if (!(await hasImage(target, digest)))
    throw new OperationError(`${nameOf(target)} took ${digest} and does not have it`, "run the command again");
}

const nameOf = ({ registry, repository }: ImageTarget): string => `${registry}/${repository}`;

const originOf = ({ registry }: ImageTarget): string =>
  `${/^127\.0\.0\.1(:\d+)?$/.test(registry) ? "http" : "https"}://${registry}`;

const urlOf = (target: ImageTarget, path: string): string => `${originOf(target)}/v2/${target.repository}/${path}`;

async function exists(target: ImageTarget, path: string): Promise<boolean> {
  const answer = await retried(target, `HEAD ${path}`, () => ask(target, "HEAD", urlOf(target, path)));
  if (answer.ok || answer.status === 404) return answer.ok;
  throw await refused(target, `HEAD ${path}`, answer);
}

/** An upload that broke off is begun anew: half an upload cannot be told from a whole one. */
async function putBlob(target: ImageTarget, digest: string, file: string): Promise<void> {
  const bytes = await openAsBlob(file);
  const answer = await retried(target, `blob ${digest}`, async () => {
    const begun = await ask(target, "POST", urlOf(target, "blobs/uploads/"));
    if (begun.status !== 202) return begun;
    const type = "application/octet-stream";
    const sent = await ask(target, "PATCH", locationOf(target, begun), bytes, type);
    if (sent.status !== 202 && sent.status !== 204) return sent;
    const url = new URL(locationOf(target, sent));
    url.searchParams.set("digest", digest);
    return ask(target, "PUT", url.href);
  });
  if (answer.status !== 201) throw await refused(target, `blob ${digest}`, answer);
}

async function putManifest(target: ImageTarget, { body, mediaType }: Manifest, reference: string): Promise<void> {
  const url = urlOf(target, `manifests/${reference}`);
  const put = () => ask(target, "PUT", url, new Uint8Array(body), mediaType);
  const answer = await retried(target, `manifest ${reference}`, put);
  if (answer.status !== 201) throw await refused(target, `manifest ${reference}`, answer);
}

const ask = (
  { authorization }: ImageTarget,
  method: string,
  url: string,
  body?: RequestInit["body"],
  type?: string,
): Promise<Response> => fetch(url, { method, headers: { authorization, ...(type && { "content-type": type }) }, body });

const locationOf = (target: ImageTarget, answer: Response): string =>
  new URL(answer.headers.get("location") ?? "", originOf(target)).href;

/** Again after a broken connection, 429 and 5xx, a little later each time, with an end. */
async function retried(target: ImageTarget, what: string, send: () => Promise<Response>): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send().catch((error: Error) => error);
    if (answer instanceof Response && answer.status !== 429 && answer.status < 500) return answer;
    if (attempt === ATTEMPTS)
      throw new OperationError(
        `${nameOf(target)}: ${what} failed ${ATTEMPTS} times (${answer instanceof Response ? answer.status : (answer.cause ?? answer)})`,
        "run the command again: what has arrived is not sent again",
      );
    await wait(100 * 2 ** attempt * (0.5 + Math.random()));
  }
}

async function refused(target: ImageTarget, what: string, answer: Response): Promise<OperationError> {
  const said = (await answer.text().catch(() => "")).slice(0, 300);
  const rights =
    "ecr:BatchCheckLayerAvailability, ecr:BatchGetImage, ecr:InitiateLayerUpload, ecr:UploadLayerPart, ecr:CompleteLayerUpload, ecr:PutImage";
  return new OperationError(
    `${nameOf(target)}: ${what} is answered ${answer.status} ${said}`.trimEnd(),
    /RepositoryUnknown|NAME_UNKNOWN|RepositoryNotFound/i.test(said) || answer.status === 404
      ? "make the repository: homeport init"
      : `let this role do ${rights} on it`,
  );
}
