import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { ReleaseContent } from "../../infra/core/release";
import { releaseId } from "../../infra/core/release";

const ROOT = resolve(__dirname, "../..");
const DIGEST = (c: string): string => `sha256:${c.repeat(64)}`;

/** A small Llama on a CPU pool; `seed` makes releases differ. */
export const tinyRelease = (seed: string): ReleaseContent => ({
  weights: {
    source: `dir://tiny-${seed}`,
    licence: "Apache-2.0",
    files: [
      { path: "config.json", bytes: 700, sha256: "c".repeat(64) },
      { path: "model.safetensors", bytes: 2_000_000, sha256: seed.repeat(64) },
      { path: "tokenizer.json", bytes: 9000, sha256: "d".repeat(64) },
    ],
  },
  architecture: {
    name: "LlamaForCausalLM",
    layers: 2,
    hiddenSize: 64,
    attentionHeads: 4,
    keyValueHeads: 2,
    headDim: 16,
    vocabularySize: 512,
    maxPositions: 4096,
    dtype: "float32",
  },
  engine: { name: "vllm", version: "0.32.0" },
  arguments: { dtype: "float32", "enforce-eager": true, "max-model-len": 2048 },
  quantization: null,
  adapters: [],
  variants: {
    cpu: {
      gpuClass: "cpu",
      tensorParallel: 1,
      image: `homeport.local/vllm@${DIGEST("e")}`,
      runtimeClaim: "vllm-runtime",
      arguments: {},
    },
    a100x2: {
      gpuClass: "a100-80gb",
      tensorParallel: 2,
      image: `registry.example.com/vllm@${DIGEST("f")}`,
      arguments: { "gpu-memory-utilization": 0.9 },
    },
  },
});

export const tinyId = (seed: string): string => releaseId(tinyRelease(seed));

/** Model -> release name -> seed, and the stack file's text, in which `<id:SEED>` stands for a release's id. */
export interface Fixture {
  stack: string;
  releases: Record<string, Record<string, string>>;
  mirrored?: string[];
}

/** A project folder whose program is ours and whose stacks are the test's. */
export function fixtureRoot(fixture: Fixture): string {
  const root = mkdtempSync(join(tmpdir(), "homeport-root-"));
  for (const shared of ["infra", "charts", "node_modules", "package.json", "tsconfig.json"])
    symlinkSync(join(ROOT, shared), join(root, shared));
  cpSync(join(ROOT, "Pulumi.yaml"), join(root, "Pulumi.yaml"));
  writeFixture(root, fixture);
  return root;
}

/** Puts other stacks into such a folder. */
export function writeFixture(root: string, { stack, releases, mirrored = ["local"] }: Fixture): void {
  mkdirSync(join(root, "stacks"), { recursive: true });
  for (const [model, names] of Object.entries(releases)) {
    mkdirSync(join(root, "stacks/releases", model), { recursive: true });
    for (const [name, seed] of Object.entries(names)) {
      const file = {
        id: tinyId(seed),
        content: tinyRelease(seed),
        pinned: { at: "2026-11-22T00:00:00Z", by: "homeport pin" },
        mirrored: Object.fromEntries(mirrored.map((region) => [`fixture/${region}`, "2026-11-22"])),
      };
      writeFileSync(join(root, "stacks/releases", model, `${name}.json`), `${JSON.stringify(file, null, 2)}\n`);
    }
  }
  const text = stack.replace(/<id:(.)>/g, (_, seed: string) => tinyId(seed));
  writeFileSync(join(root, "stacks/Pulumi.fixture.yaml"), text);
}
