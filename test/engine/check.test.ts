import fc from "fast-check";
import { checkEngineArguments } from "../../infra/core/engine/check";
import { engineCommandLine } from "../../infra/core/engine/command-line";
import { engineFlags, recordedMinors } from "../../infra/core/engine/flags";
import { formatProblem } from "../../infra/core/errors";
import type { EngineArguments } from "../../infra/core/release";

const check = (args: EngineArguments, version = "0.32.0", gpuClass?: string): string[] =>
  checkEngineArguments(version, args, { path: "arguments", ...(gpuClass ? { gpuClass } : {}) }).map(formatProblem);

test("arguments of an ordinary release pass in every recorded version", () => {
  const args = {
    "max-model-len": "32k",
    dtype: "float32",
    "enforce-eager": true,
    "max-num-seqs": 64,
    "gpu-memory-utilization": 0.9,
    "kv-cache-dtype": "auto",
    "enable-lora": true,
    "max-lora-rank": 16,
    "speculative-config": '{"method":"ngram","num_speculative_tokens":4}',
    "allowed-media-domains": '["images.example.org"]',
  };
  for (const minor of recordedMinors()) expect(check(args, `${minor}.0`, "a100-80gb")).toEqual([]);
});

test.each<[string, EngineArguments, string]>([
  [
    "a misspelt flag",
    { "max-modl-len": 2048 },
    "arguments.max-modl-len: 2048; no flag of vLLM 0.32; did you mean max-model-len?",
  ],
  [
    "dashes in front",
    { "--dtype": "auto" },
    "arguments.--dtype: auto; the flag's name without dashes in front; write dtype",
  ],
  [
    "underscores",
    { max_model_len: 1 },
    "arguments.max_model_len: 1; the flag's name without dashes in front; write max-model-len",
  ],
  [
    "a flag that is long gone",
    { "max-num-partial-prefills": 2 },
    "arguments.max-num-partial-prefills: 2; removed in vLLM 0.27; set max-num-batched-tokens",
  ],
  [
    "a flag of a later version",
    { monokernel: "x" },
    "arguments.monokernel: x; vLLM knows it from 0.33 on; leave it out, or pin vLLM 0.33",
  ],
  [
    "the opposite of a flag",
    { "no-enforce-eager": true },
    "arguments.no-enforce-eager: true; the opposite of enforce-eager; write enforce-eager: false",
  ],
  [
    "text where a number belongs",
    { "max-num-seqs": "64" },
    "arguments.max-num-seqs: 64; a whole number; correct max-num-seqs",
  ],
  [
    "a number out of range",
    { "gpu-memory-utilization": 1.2 },
    "arguments.gpu-memory-utilization: 1.2; more than 0 and at most 1; correct gpu-memory-utilization",
  ],
  [
    "an unknown choice",
    { dtype: "fp8" },
    "arguments.dtype: fp8; one of auto, bfloat16, float, float16, float32, half; correct dtype",
  ],
  ["broken JSON", { "hf-overrides": "{" }, "arguments.hf-overrides: {; JSON as text; correct hf-overrides"],
  [
    "code from the weights",
    { "trust-remote-code": true },
    "arguments.trust-remote-code: it runs code that comes with the weights or from outside the image; pin a model that needs no code of its own",
  ],
  [
    "eager mode with compilation",
    { "enforce-eager": true, "compilation-config": '{"level":3}' },
    'arguments.compilation-config: {"level":3}; not together with enforce-eager, which turns compilation and CUDA graphs off; leave out compilation-config or enforce-eager',
  ],
  [
    "an adapter setting without adapters",
    { "max-loras": 4 },
    "arguments.max-loras: 4; only together with enable-lora; set enable-lora, or leave max-loras out",
  ],
  [
    "more sequences than tokens in a step",
    { "max-num-seqs": 512, "max-num-batched-tokens": 256 },
    "arguments.max-num-seqs: 512; at most max-num-batched-tokens: each running request takes a token of every step; raise max-num-batched-tokens or lower max-num-seqs",
  ],
])("%s is one problem, with its fix", (_, args, sentence) => {
  expect(check(args)).toEqual([sentence]);
});

test("a flag that a later version lost names that version", () => {
  expect(check({ "disable-log-requests": true }, "0.31.0")).toEqual([
    "arguments.disable-log-requests: true; removed in vLLM 0.12; leave it out, prompts are not logged",
  ]);
  // vLLM 0.33 brought the name back as the opposite of another flag.
  expect(check({ "disable-log-requests": true }, "0.33.0")).toEqual([
    "arguments.disable-log-requests: true; the opposite of enable-log-requests; write enable-log-requests: false",
  ]);
});

test("the ends of a range belong to it or not, as vLLM says", () => {
  expect(check({ "max-num-seqs": 1, "gpu-memory-utilization": 1 })).toEqual([]);
  expect(check({ "max-num-seqs": 0 })).toEqual(["arguments.max-num-seqs: 0; at least 1; correct max-num-seqs"]);
  expect(check({ "gpu-memory-utilization": 0 })).toHaveLength(1);
});

test("the value of a flag that may carry a secret is not repeated", () => {
  expect(check({ "api-key": "sk-canary-0123456789" }).join()).not.toContain("canary");
});

test("FP4 caches are refused where the accelerator has no FP4 units", () => {
  const args = { "kv-cache-dtype": "nvfp4" };
  expect(check(args, "0.32.0", "a100-80gb")).toHaveLength(1);
  expect(check(args, "0.32.0", "b200")).toEqual([]);
});

test("a version whose flags are not recorded is one problem", () => {
  expect(check({ "max-modl-len": 1 }, "0.29.4")).toEqual([
    "arguments (engine version): 0.29.4; a vLLM whose flags are recorded: 0.31, 0.32, 0.33; pin one of these, or run homeport engine record with a Python that has this vLLM",
  ]);
});

test("all problems come at once, and any arguments at all are answered, never thrown at", () => {
  expect(check({ "max-modl-len": 1, dtype: "fp8", port: 80 })).toHaveLength(3);
  const value = fc.oneof(fc.string(), fc.double(), fc.boolean());
  const flag = fc.oneof(fc.constantFrom(...Object.keys(engineFlags("0.32.0")!.flags)), fc.string());
  fc.assert(fc.property(fc.dictionary(flag, value), (args) => Array.isArray(check(args))));
});

test("the command line says what the arguments say, in one order", () => {
  const args = {
    seed: -1,
    "enforce-eager": true,
    "enable-prefix-caching": false,
    "allowed-media-domains": '["a.example","b.example"]',
    "max-model-len": 2048,
  };
  expect(engineCommandLine("0.32.0", args)).toEqual([
    "--allowed-media-domains",
    "a.example",
    "b.example",
    "--no-enable-prefix-caching",
    "--enforce-eager",
    "--max-model-len=2048",
    "--seed=-1",
  ]);
  expect(engineCommandLine("0.33.0", { "enable-prefix-caching": false })).toEqual(["--disable-prefix-caching"]);
  const reversed = Object.fromEntries(Object.entries(args).reverse());
  expect(engineCommandLine("0.32.0", reversed)).toEqual(engineCommandLine("0.32.0", args));
});
