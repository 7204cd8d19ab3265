import { createReadStream, createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";

/** The blobs of an OCI archive as a folder. Names are digests; what they hold is verified when it is sent. */
export async function unpackArchive(archive: string, folder: string): Promise<void> {
  const tar = extract();
  const reading = pipeline(createReadStream(archive), tar);
  for await (const entry of tar) {
    const isBlob = /^blobs\/sha256\/[0-9a-f]{64}$/.test(entry.header.name);
    const file = join(folder, "blobs/sha256", basename(entry.header.name));
    if (!isBlob) {
      entry.resume();
      continue;
    }
    await mkdir(dirname(file), { recursive: true });
    await pipeline(entry, createWriteStream(file));
  }
  await reading;
}
