import { createHash } from "node:crypto";
import { sha256Hex } from "../../infra/core/canonical-json";
import { ReleaseContent, ReleaseFile, releaseId } from "../../infra/core/release";
import { filesPrefix, releaseKey } from "../../infra/core/weights-layout";

/** The same bytes in every run; they repeat after 4093, a prime, so that no shifted or swapped block goes unseen. */
export function bytesOf(seed: string, length: number): Buffer {
  const hash = (i: number) => createHash("sha256").update(`${seed} ${i}`).digest();
  return Buffer.alloc(length, Buffer.concat(Array.from({ length: 128 }, (_, i) => hash(i))).subarray(0, 4093));
}

/** A release file over these weights; everything else of it is ordinary. */
export function releaseOf(files: Readonly<Record<string, Buffer>>): ReleaseFile {
  const content = ReleaseContent.parse({
    weights: {
      source: `hf://org/model@${"a".repeat(40)}`,
      licence: "apache-2.0",
      files: Object.entries(files).map(([path, body]) => ({ path, bytes: body.length, sha256: sha256Hex(body) })),
    },
    architecture: {
      name: "LlamaForCausalLM",
      layers: 2,
      hiddenSize: 64,
      attentionHeads: 4,
      keyValueHeads: 2,
      headDim: 16,
      vocabularySize: 512,
      maxPositions: 2048,
      dtype: "float32",
    },
    engine: { name: "vllm", version: "0.32.0" },
    variants: { cpu: { gpuClass: "cpu", image: `homeport.local/vllm@sha256:${"0".repeat(64)}` } },
  });
  return ReleaseFile.parse({
    id: releaseId(content),
    content,
    pinned: { at: "2026-11-22T00:00:00Z", by: "test" },
  });
}

/** The objects of a mirrored release, by key. */
export function objectsOf(release: ReleaseFile, files: Readonly<Record<string, Buffer>>): Map<string, Buffer> {
  const objects = new Map(Object.entries(files).map(([path, body]) => [filesPrefix(release.id) + path, body]));
  return objects.set(releaseKey(release.id), Buffer.from(JSON.stringify(release)));
}

/** A few files as a small model has them, a nested one among them; `seed` makes another release. */
export const smallWeights = (seed: string, bytes = 300_000): Record<string, Buffer> => ({
  "model-00001-of-00002.safetensors": bytesOf(`${seed} 1`, bytes),
  "model-00002-of-00002.safetensors": bytesOf(`${seed} 2`, bytes),
  "tokenizer/tokenizer.json": bytesOf(`${seed} t`, 5_000),
  "empty.txt": Buffer.alloc(0),
});
