import type { EngineArguments } from "../release";

/** A pair of engine arguments (or an argument and the accelerator) that vLLM refuses, ignores or undoes. */
interface Contradiction {
  /** The flag that the problem is reported at. */
  flag: string;
  when: (args: EngineArguments, gpuClass: string | undefined) => boolean;
  allowed: string;
  fix: string;
}

const number = (value: EngineArguments[string] | undefined): number | undefined =>
  typeof value === "number" ? value : undefined;

const larger = (a: EngineArguments[string] | undefined, b: EngineArguments[string] | undefined): boolean => {
  const [x, y] = [number(a), number(b)];
  return x !== undefined && y !== undefined && x > y;
};

const needs = (flag: string, other: string): Contradiction => ({
  flag,
  when: (args) => args[flag] !== undefined && args[flag] !== false && !args[other],
  allowed: `only together with ${other}`,
  fix: `set ${other}, or leave ${flag} out`,
});

const text = (value: EngineArguments[string] | undefined): string => (typeof value === "string" ? value : "");

/** Accelerator classes with FP4 units; the pools' class names start with the chip's name. */
const HAS_FP4 = /^(b200|b300|gb200|gb300|rtx-?pro)/;

const CONTRADICTIONS: readonly Contradiction[] = [
  ...["compilation-config", "cudagraph-capture-sizes", "max-cudagraph-capture-size"].map((flag) => ({
    flag,
    when: (args: EngineArguments) => args[flag] !== undefined && args["enforce-eager"] === true,
    allowed: "not together with enforce-eager, which turns compilation and CUDA graphs off",
    fix: `leave out ${flag} or enforce-eager`,
  })),
  ...["max-loras", "max-lora-rank", "max-cpu-loras", "lora-dtype", "fully-sharded-loras"].map((flag) =>
    needs(flag, "enable-lora"),
  ),
  needs("enable-auto-tool-choice", "tool-call-parser"),
  {
    flag: "gpu-memory-utilization",
    when: (args) => args["gpu-memory-utilization"] !== undefined && args["kv-cache-memory-bytes"] !== undefined,
    allowed: "not together with kv-cache-memory-bytes, which replaces it",
    fix: "keep one of the two",
  },
  {
    flag: "max-num-seqs",
    when: (args) => larger(args["max-num-seqs"], args["max-num-batched-tokens"]),
    allowed: "at most max-num-batched-tokens: each running request takes a token of every step",
    fix: "raise max-num-batched-tokens or lower max-num-seqs",
  },
  {
    flag: "max-model-len",
    when: (args) =>
      args["enable-chunked-prefill"] === false && larger(args["max-model-len"], args["max-num-batched-tokens"]),
    allowed: "at most max-num-batched-tokens while enable-chunked-prefill is false: a prompt goes in as one step",
    fix: "raise max-num-batched-tokens, or leave enable-chunked-prefill out",
  },
  {
    flag: "prefix-caching-hash-algo",
    when: (args) => args["prefix-caching-hash-algo"] !== undefined && args["enable-prefix-caching"] === false,
    allowed: "not while enable-prefix-caching is false",
    fix: "leave one of the two out",
  },
  {
    flag: "max-cpu-loras",
    when: (args) => larger(args["max-loras"], args["max-cpu-loras"]),
    allowed: "at least max-loras",
    fix: "raise max-cpu-loras",
  },
  {
    flag: "kv-cache-dtype",
    when: (args, gpuClass) =>
      gpuClass !== undefined && text(args["kv-cache-dtype"]).startsWith("nvfp4") && !HAS_FP4.test(gpuClass),
    allowed: "nvfp4 needs an accelerator with FP4 units (B200 class)",
    fix: "use auto, or run the variant on such a pool",
  },
  {
    flag: "quantization-config",
    when: (args, gpuClass) => gpuClass === "cpu" && args["quantization-config"] !== undefined,
    allowed: "not on cpu",
    fix: "leave it out of the cpu variant",
  },
];

/** The contradictions that these arguments run into, on an accelerator class where that matters. */
export const contradictions = (args: EngineArguments, gpuClass?: string): readonly Contradiction[] =>
  CONTRADICTIONS.filter((c) => c.when(args, gpuClass));
