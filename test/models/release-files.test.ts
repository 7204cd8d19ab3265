import { readFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256Hex } from "../../infra/core/canonical-json";
import { checkEngineArguments } from "../../infra/core/engine/check";
import { ReleaseFile, releaseId } from "../../infra/core/release";
import { engineImage } from "../../scripts/local/engine-image";
import { RUNTIME_CLAIM } from "../../scripts/local/engine-runtime-claim";
import { TINY_LLAMA, tinyLlamaFiles } from "../../scripts/local/models/tiny-llama";
import { CHAT_TEMPLATE } from "../../scripts/local/models/tiny-tokenizer";

const SEEDS = { r1: 1, r2: 2 } as const;
const read = (name: string): ReleaseFile =>
  ReleaseFile.parse(JSON.parse(readFileSync(join(__dirname, "../../stacks/releases/chat", `${name}.json`), "utf8")));

describe.each(Object.entries(SEEDS))("the committed release %s", (name, seed) => {
  const { id, content, mirrored } = read(name);

  test("has the id of its content", () => expect(id).toBe(releaseId(content)));

  test("names exactly the files that the generator writes", () => {
    const files = [...tinyLlamaFiles(seed)].map(([path, bytes]) => ({
      path,
      bytes: bytes.length,
      sha256: sha256Hex(bytes),
    }));
    expect([...content.weights.files].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(files);
    expect(content.chatTemplate).toBe(`sha256:${sha256Hex(CHAT_TEMPLATE)}`);
    expect(content.architecture).toMatchObject({ layers: TINY_LLAMA.layers, maxPositions: TINY_LLAMA.maxPositions });
  });

  test("runs in the image that the local platform builds, with arguments its engine knows", async () => {
    process.env.XDG_CACHE_HOME = await mkdtemp(join(tmpdir(), "homeport-"));
    expect(content.variants.cpu).toMatchObject({
      image: (await engineImage()).reference,
      runtimeClaim: RUNTIME_CLAIM,
    });
    expect(checkEngineArguments(content.engine.version, content.arguments, { path: "arguments" })).toEqual([]);
    expect(Object.keys(mirrored)).toEqual(["local/local"]);
  });
});
