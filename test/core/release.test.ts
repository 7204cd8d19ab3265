import fc from "fast-check";
import { ReleaseContent, ReleaseFile, releaseId, shortId } from "../../infra/core/release";
import { releaseFile } from "../support/releases";

const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const digest = hex.map((h) => `sha256:${h}`);
const count = fc.integer({ min: 1, max: 1_000_000 });
const value = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
);
const flags = fc.dictionary(fc.stringMatching(/^[a-z][a-z-]{0,20}$/), value, { maxKeys: 5 });
const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,9}$/);

const content: fc.Arbitrary<ReleaseContent> = fc
  .record({
    weights: fc.record({
      source: fc.string(),
      licence: fc.string(),
      files: fc.array(fc.record({ path: fc.string({ minLength: 1 }), bytes: count, sha256: hex }), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
    architecture: fc.record({
      name: fc.string(),
      layers: count,
      hiddenSize: count,
      attentionHeads: count,
      keyValueHeads: count,
      headDim: count,
      vocabularySize: count,
      maxPositions: count,
      dtype: fc.string(),
    }),
    chatTemplate: digest,
    engine: fc.record({ name: fc.constant("vllm" as const), version: fc.constant("0.32.0") }),
    arguments: flags,
    quantization: fc.option(fc.string()),
    adapters: fc.array(fc.record({ name: fc.string(), path: fc.string() }), { maxLength: 2 }),
    variants: fc.dictionary(
      name,
      fc.record({
        gpuClass: fc.string(),
        tensorParallel: count,
        image: hex.map((h) => `registry.example.com/vllm@sha256:${h}`),
        arguments: flags,
      }),
      { minKeys: 1, maxKeys: 3 },
    ),
  })
  .map((given) => ReleaseContent.parse(given));

type Leaf = readonly (string | number)[];

/** Paths of every leaf, and of every empty list and map. */
const leavesOf = (node: unknown, at: Leaf = []): Leaf[] => {
  if (node === null || typeof node !== "object" || Object.keys(node).length === 0) return [at];
  const keys = Array.isArray(node) ? node.map((_, i) => i) : Object.keys(node);
  return keys.flatMap((key) => leavesOf((node as Record<string | number, unknown>)[key], [...at, key]));
};

/** The same content with one leaf changed to something else of its kind. */
function changed(given: ReleaseContent, path: Leaf): ReleaseContent {
  const copy = structuredClone(given);
  const parent = path
    .slice(0, -1)
    .reduce<Record<string | number, unknown>>(
      (node, key) => node[key] as Record<string | number, unknown>,
      copy as unknown as Record<string, unknown>,
    );
  const key = path.at(-1) as string | number;
  const old = parent[key];
  if (typeof old === "number") parent[key] = Math.abs(old) < 2 ** 52 ? old + 1 : old / 2;
  else if (typeof old === "boolean") parent[key] = !old;
  else if (typeof old === "string") parent[key] = `${old}x`;
  else parent[key] = "x";
  return copy;
}

const shuffled = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(shuffled);
  if (node === null || typeof node !== "object") return node;
  return Object.fromEntries(
    Object.entries(node)
      .reverse()
      .map(([key, inner]) => [key, shuffled(inner)]),
  );
};

it("changes its id with any change of content", () => {
  fc.assert(
    fc.property(content, fc.nat(), (given, n) => {
      const leaves = leavesOf(given);
      expect(releaseId(changed(given, leaves[n % leaves.length]!))).not.toBe(releaseId(given));
    }),
    { numRuns: 300 },
  );
});

it("changes its id when any one leaf of a real release changes, each of them", () => {
  const { content: real, id } = releaseFile({ arguments: { "max-model-len": 8192, "enforce-eager": true } });
  const leaves = leavesOf(real);
  expect(leaves.length).toBeGreaterThan(20);
  for (const leaf of leaves) expect(releaseId(changed(real, leaf))).not.toBe(id);
});

it("changes its id when two files swap their places", () => {
  fc.assert(
    fc.property(content, (given) => {
      const [a, b] = given.weights.files;
      fc.pre(a !== undefined && b !== undefined && (a.path !== b.path || a.sha256 !== b.sha256 || a.bytes !== b.bytes));
      const swapped = { ...given, weights: { ...given.weights, files: [b!, a!, ...given.weights.files.slice(2)] } };
      expect(releaseId(swapped)).not.toBe(releaseId(given));
    }),
  );
});

it("keeps its id when keys change their order and the file its white space", () => {
  fc.assert(
    fc.property(content, fc.integer({ min: 0, max: 8 }), (given, indent) => {
      const text = JSON.stringify(shuffled(given), null, indent).replaceAll("\n", "\r\n");
      expect(releaseId(ReleaseContent.parse(JSON.parse(text)))).toBe(releaseId(given));
    }),
  );
});

it("keeps its id when it is pinned by somebody else or mirrored", () => {
  const file = releaseFile();
  const later = {
    ...file,
    pinned: { at: "2027-01-01T00:00:00Z", by: "somebody" },
    mirrored: { "prod/us-east-1": "2027-01-02" },
  };
  expect(releaseId(ReleaseFile.parse(later).content)).toBe(file.id);
});

it("is short in labels and says so", () => {
  expect(shortId(`sha256:${"0123456789abcdef".repeat(4)}`)).toBe("r-0123456789");
});
