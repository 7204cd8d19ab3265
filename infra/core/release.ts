import { z } from "zod";
import { canonicalJson, type Json, sha256Hex } from "./canonical-json";

/** `sha256:` + 64 hex, as OCI writes digests. */
export const Digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, "a digest: sha256: and 64 hex digits")
  .meta({ allowed: "a digest: sha256: and 64 hex digits" });

/** Image by digest only; a tag can move. */
export const PinnedImage = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9.-]*(:[0-9]+)?(\/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}$/,
    "an image by digest: registry/name@sha256:<64 hex>",
  )
  .meta({ allowed: "an image by digest, because a tag can move: registry/name@sha256:<64 hex>" });

const WeightFile = z.strictObject({
  path: z.string().min(1).meta({ description: "Path below the release's folder, with forward slashes." }),
  bytes: z.int().nonnegative().meta({ description: "Size in bytes." }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({
      description: "SHA-256 of the file, 64 hex digits.",
      allowed: "the file's SHA-256 of 64 hex digits, required under every profile",
    }),
});
export type WeightFile = z.infer<typeof WeightFile>;

const count = z.int().positive();

const heads = {
  layers: count,
  keyValueHeads: count,
  headDim: count,
  valueDim: count.optional().meta({ description: "Of a value, where keys have another `headDim`." }),
};

/** Layers of a model that remember in the same way; sizes are of the whole model, before tensor parallelism. */
const CacheGroup = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("full"), ...heads }),
  z.strictObject({ kind: z.literal("sliding"), ...heads, window: count }),
  z.strictObject({
    kind: z.literal("latent"),
    layers: count,
    width: count.meta({ description: "Values of one token: the compressed vector and its rotary part." }),
  }),
  z.strictObject({
    kind: z.literal("index"),
    layers: count,
    bytes: count.meta({ description: "Of one token in one layer, by which sparse attention finds it; on every GPU." }),
  }),
  z.strictObject({
    kind: z.literal("state"),
    layers: count,
    bytes: count.meta({ description: "Of one request in one layer, however long it is." }),
    heads: count.meta({ description: "Heads that tensor parallelism must divide." }),
    checkpoints: count
      .optional()
      .meta({ description: "States kept of a prompt beside the two that all such layers keep." }),
  }),
]);

/** What of the model's own config.json the checks need; copied at pin time so that checks need no network. */
export const Architecture = z.strictObject({
  name: z
    .string()
    .meta({ description: "First entry of `architectures` in config.json.", examples: ["LlamaForCausalLM"] }),
  layers: z.int().positive(),
  hiddenSize: z.int().positive(),
  attentionHeads: z.int().positive(),
  keyValueHeads: z.int().positive(),
  headDim: z.int().positive(),
  vocabularySize: z.int().positive(),
  maxPositions: z.int().positive().meta({ description: "Longest context the model was made for, in tokens." }),
  dtype: z.string().meta({ examples: ["bfloat16"] }),
  // What follows is left out where it says nothing, so that the ids of plain models stay what they were.
  cache: z
    .array(CacheGroup)
    .min(1)
    .optional()
    .meta({ description: "Default: keys and values of every token in every layer." }),
  intermediateSize: count.optional().meta({
    description: "Width of the feed-forward layers. Left out where it forbids no number of GPUs.",
  }),
  experts: z
    .strictObject({ count, perToken: count, intermediateSize: count, layers: count })
    .optional()
    .meta({ description: "Mixture of experts." }),
  quantized: z
    .strictObject({
      group: count.optional().meta({ description: "Values that share one scale; no GPU may get a part of a group." }),
      computes: z
        .enum(["fp8", "int8", "fp4"])
        .optional()
        .meta({ description: "What the model multiplies in. Left out: only its weights are quantised." }),
    })
    .optional(),
  replicatedBytes: count.optional().meta({
    description: "Of the weights that every GPU keeps whole: routers, and what latent attention compresses with.",
  }),
  addedBytes: count.optional().meta({
    description:
      "That loading adds to the files' weights, all GPUs together: latent attention's second copy in 16 bits.",
  }),
  weightBytes: z.record(z.string(), count).optional().meta({
    description:
      "Bytes of the tensors that are loaded, by dtype, out of the safetensors headers. Left out when there is one.",
  }),
});
export type Architecture = z.infer<typeof Architecture>;

/** Values of engine arguments, keyed by the vLLM flag without dashes in front (`max-model-len`). */
export const EngineArguments = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
export type EngineArguments = z.infer<typeof EngineArguments>;

const Variant = z.strictObject({
  gpuClass: z.string().meta({ description: "Accelerator class of a pool, or `cpu`.", examples: ["a100-80gb", "cpu"] }),
  tensorParallel: z.int().positive().default(1).meta({ description: "GPUs that share one copy of the weights." }),
  image: PinnedImage.meta({ description: "Engine image by digest." }),
  runtimeClaim: z.string().optional().meta({
    description: "PersistentVolumeClaim that holds the engine's runtime when the image does not (local platform only).",
  }),
  arguments: EngineArguments.default({}).meta({ description: "Engine arguments of this variant only." }),
});
export type Variant = z.infer<typeof Variant>;

/** What is served, by content. Everything in here changes the id. */
export const ReleaseContent = z.strictObject({
  weights: z.strictObject({
    source: z.string().meta({
      description: "Where it was pinned from, with the commit or version.",
      examples: ["hf://org/model@<40 hex>"],
    }),
    licence: z.string().meta({ description: "Licence as the source states it (SPDX where it has one)." }),
    files: z.array(WeightFile).min(1),
  }),
  architecture: Architecture,
  chatTemplate: Digest.optional().meta({ description: "Digest of the chat template the engine uses." }),
  engine: z.strictObject({
    name: z.literal("vllm"),
    version: z
      .string()
      .regex(/^\d+\.\d+\.\d+$/)
      .meta({ examples: ["0.32.0"] }),
  }),
  arguments: EngineArguments.default({}).meta({
    description: "Engine arguments that change output, same in every variant.",
  }),
  quantization: z.string().nullable().default(null),
  adapters: z.array(z.strictObject({ name: z.string(), path: z.string() })).default([]),
  variants: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,19}$/), Variant),
});
export type ReleaseContent = z.infer<typeof ReleaseContent>;

/** One region's cell of one environment. Release files are shared by all environments, buckets are not. */
const CellName = z
  .string()
  .regex(/^[A-Za-z0-9_.-]+\/[a-z0-9-]+$/)
  .meta({ allowed: "an environment and its region, like prod/us-east-1" });

/** `stacks/releases/<model>/<name>.json`: the content, its id, and what has been done with it since. */
export const ReleaseFile = z.strictObject({
  $schema: z.string().optional(),
  id: Digest.meta({ description: "SHA-256 of the canonical form of `content`." }),
  content: ReleaseContent,
  pinned: z
    .strictObject({ at: z.string(), by: z.string() })
    .meta({ description: "When (ISO 8601 UTC) and by which command." }),
  mirrored: z
    .record(CellName, z.string())
    .default({})
    .meta({ description: "Environment and region (`prod/us-east-1`) -> date that its bucket held every file." }),
});
export type ReleaseFile = z.infer<typeof ReleaseFile>;

/** Where a bucket is: every environment has its own in each of its regions. */
export interface CellPlace {
  environment: string;
  region: string;
}

/** Key of a release file's `mirrored`: `prod/us-east-1`. */
export const mirrorKey = ({ environment, region }: CellPlace): string => `${environment}/${region}`;

/** Date on which the bucket of a cell held every file; undefined before that. */
export const mirroredSince = ({ mirrored }: Pick<ReleaseFile, "mirrored">, place: CellPlace): string | undefined =>
  mirrored[mirrorKey(place)];

/** `sha256:<64 hex>` over the canonical form: any change of content changes it, key order and whitespace do not. */
export const releaseId = (content: ReleaseContent): string => `sha256:${sha256Hex(canonicalJson(content as Json))}`;

/** The id as people and Kubernetes labels see it: `r-` + 10 hex digits. */
export const shortId = (id: string): string => `r-${id.replace("sha256:", "").slice(0, 10)}`;
