import { join } from "node:path";
import { eachOf } from "../../../infra/agent/node-cache/parallel";
import { OperationError } from "../../../infra/core/errors";
import type { ReleaseFile } from "../../../infra/core/release";
import { keepVerified } from "../images/layout";
import { listingOf } from "../pin/read-source";
import { parseAddress } from "../sources/address";

/**
 * Brings a release's files from its source (or another address that has them) into a folder, each with the digest that
 * was pinned, whatever the source says today. Files that are there already are not fetched again.
 */
export async function fetchRelease(
  { content: { weights } }: ReleaseFile,
  folder: string,
  source = weights.source,
): Promise<void> {
  const address = parseAddress(source);
  if ("fix" in address) throw new OperationError(`${source} is not there`, address.fix);
  const { entries } = await listingOf(address, {});
  const { signal } = new AbortController();
  await eachOf(weights.files, 4, signal, async ({ path, bytes, sha256 }) => {
    const entry = entries.find((one) => one.path === path);
    if (entry === undefined)
      throw new OperationError(`${source} has no ${path} any more`, "give a folder that has the pinned files");
    await keepVerified(join(folder, path), { digest: `sha256:${sha256}`, size: bytes }, () => entry.open());
  });
}
