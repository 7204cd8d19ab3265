import fc from "fast-check";
import { INSTANCE_TYPES } from "../../../infra/core/aws/instance-catalog";
import { memoryFields } from "../../../infra/core/fit/architecture";
import { longestRequest, requestBytes } from "../../../infra/core/fit/cache";
import { FAMILIES, familyOf } from "../../../infra/core/fit/families";
import { fitOn } from "../../../infra/core/fit/fit";
import { cacheBytes, maxModelLen, stepLimits, uncounted, utilization } from "../../../infra/core/fit/flags";
import { GPUS } from "../../../infra/core/fit/gpus";
import { allowedTensorParallel, cacheRefusal, splitRefusal, weightsOnly } from "../../../infra/core/fit/legality";
import { cheapestOfEach, fitMatrix, type OwnFlags } from "../../../infra/core/fit/matrix";
import { parametersOf } from "../../../infra/core/fit/parameters";
import { bytesByDtype, loadedBytes, loadedFiles } from "../../../infra/core/fit/weights";
import type { Architecture, EngineArguments } from "../../../infra/core/release";
import { modelFacts, wholeConfig } from "../../../scripts/lib/sources/model-config";
import { AWQ, type Config, configOf, FP8, fitQuestion, MODEL_IDS, type ModelId } from "../../support/fit-question";

const llama = fitQuestion("llama-3.1-8b").architecture;
const known = MODEL_IDS.filter((id) => FAMILIES[(configOf(id).architectures as string[])[0]!] !== undefined);

/** What config.json is read as, or the paths of what is refused in it. */
function read(id: ModelId, more: Config = {}) {
  const facts = modelFacts(JSON.stringify({ ...configOf(id), ...more }), true);
  return Array.isArray(facts) ? facts.map(({ path }) => path) : facts.architecture;
}

function architectureOf(id: ModelId): Architecture {
  const found = read(id);
  if (Array.isArray(found)) throw new Error(found.join());
  return found;
}

describe("reading config.json", () => {
  it("adds nothing to a plain model, so that its release keeps its id", () => {
    for (const id of ["llama-3.1-8b", "llama-3.1-70b", "mistral-7b-v0.3"] as const)
      expect(Object.keys(read(id))).toEqual(Object.keys(llama));
    expect(Object.keys(llama)).toHaveLength(9);
  });

  it("tells layers that see everything from those with a window and those with a state", () => {
    const kinds = (id: ModelId) => {
      const found = read(id);
      return Array.isArray(found) ? found : found.cache?.map(({ kind, layers }) => `${layers} ${kind}`);
    };
    expect(kinds("gpt-oss-120b")).toEqual(["18 full", "18 sliding"]);
    expect(kinds("gemma-4-26b")).toEqual(["5 full", "25 sliding"]);
    expect(kinds("qwen3.5-27b")).toEqual(["16 full", "48 state"]);
    expect(kinds("deepseek-v3")).toEqual(["61 latent"]);
    expect(kinds("deepseek-v3.2")).toEqual(["61 latent", "61 index"]);
    // Three of four layers search in what the one before found.
    expect(kinds("glm-5.2")).toEqual(["78 latent", "21 index"]);
    expect(kinds("nemotron-3-nano")).toEqual(["6 full", "23 state"]);
    expect(kinds("mimo-v2-flash")).toEqual(["9 full", "39 sliding"]);
    expect(kinds("llama-4-scout")).toEqual(["12 full", "36 sliding"]);
    expect(kinds("mixtral-8x7b")).toBeUndefined();
  });

  it("takes a window where the family follows it, and not where it is switched off", () => {
    const window = { sliding_window: 4096 };
    expect(read("mistral-7b-v0.3", window)).toMatchObject({ cache: [{ kind: "sliding", layers: 32, window: 4096 }] });
    expect(read("qwen2.5-72b")).not.toHaveProperty("cache");
  });

  it("refuses families and fields that it does not know instead of guessing", () => {
    // The last two are no families of anybody's, but properties of every object.
    for (const name of ["KimiK3ForConditionalGeneration", "DeepseekV4ForCausalLM", "constructor", "__proto__"]) {
      const config = { ...configOf("llama-3.1-8b"), architectures: [name] };
      const facts = modelFacts(JSON.stringify(config), true);
      if (Array.isArray(facts)) throw new Error("its plain fields are there");
      expect(familyOf(facts.architecture)).toBeUndefined();
      expect(memoryFields(config, facts.architecture)).toMatchObject([{ path: "config.json:architectures" }]);
    }
    const refused: [ModelId, Config, string][] = [
      ["llama-3.1-8b", { index_topk: 2048 }, "index_topk"],
      ["llama-3.1-8b", { kv_lora_rank: 512 }, "kv_lora_rank"],
      ["llama-3.1-8b", { layer_types: Array(32).fill("mamba") }, "layer_types"],
      ["llama-3.1-8b", { layer_types: ["full_attention"] }, "layer_types"],
      ["gpt-oss-120b", { sliding_window: null }, "sliding_window"],
      ["deepseek-v3", { qk_rope_head_dim: null }, "qk_rope_head_dim"],
      ["deepseek-v3", { index_topk: 2048 }, "index_topk"],
      ["glm-5", { index_head_dim: null }, "index_head_dim"],
      ["nemotron-3-nano", { hybrid_override_pattern: "MEM*" }, "hybrid_override_pattern"],
      ["mimo-v2-flash", { swa_head_dim: null }, "swa_num_key_value_heads"],
      ["llama-4-scout", { attention_chunk_size: null }, "attention_chunk_size"],
      ["mixtral-8x7b", { num_experts_per_tok: null }, "num_experts_per_tok"],
      ["llama-3.1-8b", { num_key_value_heads: 7 }, "num_key_value_heads"],
      ["llama-3.1-8b", { num_key_value_heads: 64 }, "num_key_value_heads"],
      ["llama-3.1-8b", { torch_dtype: "constructor" }, "torch_dtype"],
      ["llama-3.1-8b", { quantization_config: { quant_method: "awq", bits: 1e300 } }, "quantization_config.bits"],
      ["llama-3.1-8b", { quantization_config: { quant_method: "aqlm" } }, "quantization_config.quant_method"],
    ];
    for (const [id, more, field] of refused) expect(read(id, more)).toEqual([`config.json:${field}`]);
  });

  it("knows what Falcon leaves to its defaults, as vLLM does", () => {
    const config = { hidden_size: 4544, num_hidden_layers: 32, num_attention_heads: 71, vocab_size: 65_024 };
    const falcon = (more: Config) =>
      modelFacts(JSON.stringify({ architectures: ["FalconForCausalLM"], ...config, ...more }), true);
    expect(falcon({})).toMatchObject({ architecture: { keyValueHeads: 1, headDim: 64, maxPositions: 2048 } });
    const large = { num_attention_heads: 128, hidden_size: 8192, num_kv_heads: 8, new_decoder_architecture: true };
    expect(falcon(large)).toMatchObject({ architecture: { keyValueHeads: 8, headDim: 64 } });
    expect(falcon({ multi_query: false })).toMatchObject({ architecture: { keyValueHeads: 71 } });
  });

  it("keeps of a quantisation what decides where it runs", () => {
    const quantized = (config: object) => {
      const found = read("llama-3.1-8b", { quantization_config: config });
      return Array.isArray(found) ? found : found.quantized;
    };
    const scheme = (weights: object, activations: object | null) =>
      quantized({
        quant_method: "compressed-tensors",
        config_groups: { g: { weights, input_activations: activations } },
      });
    expect(quantized(AWQ.quantization_config)).toEqual({ group: 128 });
    expect(quantized({ quant_method: "gptq", bits: 4, group_size: -1 })).toBeUndefined();
    expect(quantized({ quant_method: "fp8", weight_block_size: [128, 128] })).toEqual({ group: 128, computes: "fp8" });
    expect(scheme({ num_bits: 8, type: "float" }, { num_bits: 8, type: "float" })).toEqual({ computes: "fp8" });
    expect(scheme({ num_bits: 8, type: "int" }, { num_bits: 8, type: "int" })).toEqual({ computes: "int8" });
    expect(scheme({ num_bits: 4, type: "int", group_size: 32 }, null)).toEqual({ group: 32 });
    expect(quantized({ quant_method: "modelopt", quant_algo: "NVFP4" })).toEqual({ group: 16, computes: "fp4" });
  });
});

it("finds a quantisation where it is nested, or beside config.json", () => {
  const plain = JSON.stringify(configOf("llama-3.1-8b"));
  const beside = JSON.stringify({ producer: { name: "modelopt" }, quantization: { quant_algo: "FP8" } });
  expect(modelFacts(wholeConfig(plain, beside), true)).toMatchObject({
    quantization: "modelopt",
    architecture: { quantized: { computes: "fp8" } },
  });
  expect(wholeConfig(plain, undefined)).toBe(plain);
  const own = JSON.stringify({ ...configOf("llama-3.1-8b"), ...AWQ });
  expect(wholeConfig(own, beside)).toBe(own);
  const nested = {
    architectures: ["Llama4ForConditionalGeneration"],
    text_config: { ...configOf("llama-4-scout"), ...AWQ },
  };
  expect(modelFacts(JSON.stringify(nested), true)).toMatchObject({
    quantization: "awq",
    architecture: { quantized: { group: 128 } },
  });
});

describe("sharing a model between GPUs", () => {
  it("needs heads that divide: 70B runs on 1, 2, 4 and 8 GPUs, never on 3", () => {
    expect(allowedTensorParallel(fitQuestion("llama-3.1-70b").architecture, 8)).toEqual([1, 2, 4, 8]);
    expect(splitRefusal(fitQuestion("llama-3.1-70b").architecture, 3)).toContain("64 attention heads");
    const odd = { ...llama, attentionHeads: 28, keyValueHeads: 4 };
    expect(allowedTensorParallel(odd, 8)).toEqual([1, 2, 4]);
    expect(allowedTensorParallel({ ...odd, attentionHeads: 24 }, 8)).toEqual([1, 2, 4, 8]);
  });

  it("needs whole groups: Qwen2.5-72B in AWQ runs on one GPU until it is padded to 29696 (vLLM #13640)", () => {
    const { architecture } = fitQuestion("qwen2.5-72b", {}, { ...AWQ });
    expect(allowedTensorParallel(architecture, 8)).toEqual([1]);
    expect(splitRefusal(architecture, 2)).toContain("29568 values of the feed-forward layers / 2 = 14784");
    const padded = fitQuestion("qwen2.5-72b", {}, { ...AWQ, intermediate_size: 29_696 });
    expect(allowedTensorParallel(padded.architecture, 8)).toEqual([1, 2, 4, 8]);
    expect(allowedTensorParallel(fitQuestion("qwen2.5-72b").architecture, 8)).toEqual([1, 2, 4, 8]);
  });

  it("needs whole blocks of experts: Qwen3-235B in FP8 stops at four GPUs", () => {
    expect(allowedTensorParallel(fitQuestion("qwen3-235b-fp8").architecture, 8)).toEqual([1, 2, 4]);
  });

  it("asks nothing of key-value heads where attention is latent", () => {
    expect(allowedTensorParallel(fitQuestion("deepseek-v3").architecture, 16)).toEqual([1, 2, 4, 8, 16]);
  });
});

describe("formats and GPUs", () => {
  it("an A100 has no FP8: weights only, and no cache in it; an L4 has both", () => {
    const { architecture } = fitQuestion("llama-3.1-8b", {}, { ...FP8 });
    expect(weightsOnly(architecture, GPUS["a100-80gb"]!)).toContain("no fp8 arithmetic below compute capability 8.9");
    expect(weightsOnly(architecture, GPUS["l4-24gb"]!)).toBeUndefined();
    const flags = { "kv-cache-dtype": "fp8" };
    expect(cacheRefusal(flags, GPUS["a100-80gb"]!)?.allowed).toContain("8.9");
    expect(cacheRefusal(flags, GPUS["h100-80gb"]!)).toBeUndefined();
    expect(cacheRefusal({}, GPUS["a100-80gb"]!)).toBeUndefined();
  });

  it("are the same GPUs that the instance catalogue has", () => {
    for (const [type, { gpuClass, gpuMemoryGiB }] of INSTANCE_TYPES)
      if (gpuClass !== "cpu") expect([type, GPUS[gpuClass]?.memoryGiB]).toEqual([type, gpuMemoryGiB]);
  });
});

describe("flags", () => {
  it("reads lengths as vLLM does: k is a thousand, K is 1024, auto is the model's own", () => {
    const tokens = (length: string | number) => maxModelLen({ "max-model-len": length }, llama);
    expect([4096, "4096", "4k", "4K", "1.5k", "auto", -1].map(tokens)).toEqual([
      4096, 4096, 4000, 4096, 1500, 131_072, 131_072,
    ]);
  });

  it("knows the share of each version, and what a step holds on each GPU", () => {
    expect([utilization({}, "0.28.0"), utilization({}, "0.31.0"), utilization({}, "0.33.0")]).toEqual([
      0.9, 0.92, 0.92,
    ]);
    expect(utilization({ "gpu-memory-utilization": 0.5 }, "0.33.0")).toBe(0.5);
    const limits = (gpuClass: string, version = "0.32.0") =>
      Object.values(stepLimits({}, version, { gpuClass, memoryGiB: GPUS[gpuClass]!.memoryGiB }));
    // Requests and tokens of a step, and tokens of the two steps that are under way at once.
    expect(limits("a100-80gb")).toEqual([256, 2048, 4096]);
    expect(limits("h100-80gb")).toEqual([1024, 8192, 16_384]);
    expect(limits("b200-180gb")).toEqual([1024, 16_384, 32_768]);
    expect(limits("h100-80gb", "0.5.4")).toEqual([256, 2048, 4096]);
  });

  it("halves the cache in 8 bits, doubles it in 32, and doubles weights that are widened", () => {
    expect([cacheBytes({}), cacheBytes({ "kv-cache-dtype": "fp8" }), cacheBytes({ dtype: "float32" })]).toEqual([
      2, 1, 4,
    ]);
    const place = { gpuClass: "h200-141gb", memoryGiB: 139.8, gpus: 1 };
    const plain = fitOn(fitQuestion("llama-3.1-8b"), place);
    const wide = fitOn(fitQuestion("llama-3.1-8b", { flags: { dtype: "float32" } }), place);
    expect(wide.weightsGiB).toBe(2 * plain.weightsGiB);
  });
});

it("says the cache as vLLM reports it: blocks times their size, where layers differ not the tokens that fit", () => {
  const place = { gpuClass: "h200-141gb", memoryGiB: 139.8, gpus: 1 };
  const gemma = fitOn(fitQuestion("gemma-4-26b", { storedBytes: 48 * 2 ** 30 }), place);
  // vLLM 0.32 cuts blocks of 655,360 bytes; each further token takes 20,480.
  expect(gemma.cacheTokens).toBe(Math.floor((gemma.pool.expectedGiB * 2 ** 30) / 655_360) * 16);
  expect(gemma.bytesPerToken).toBe(20_480);
  const llama = fitOn(fitQuestion("llama-3.1-8b"), place);
  expect(llama.cacheTokens).toBe(Math.floor((llama.pool.expectedGiB * 2 ** 30) / (16 * llama.bytesPerToken)) * 16);
});

it("names flags whose memory it does not count", () => {
  expect(uncounted({ "max-num-seqs": 8, "enable-lora": false })).toEqual({ more: [], less: [] });
  const flags = { "enable-lora": true, "cpu-offload-gb": 4, "pipeline-parallel-size": 2 };
  expect(uncounted(flags)).toEqual({ more: ["enable-lora"], less: ["cpu-offload-gb", "pipeline-parallel-size"] });
});

describe("files", () => {
  it("count once: safetensors before other formats, without a second copy", () => {
    const paths = (...names: string[]) => loadedFiles(names.map((path) => ({ path }))).map(({ path }) => path);
    expect(paths("a.safetensors", "b.bin", "tokenizer.json")).toEqual(["a.safetensors"]);
    expect(paths("b.bin", "c.gguf")).toEqual(["b.bin", "c.gguf"]);
    expect(paths("model-1.safetensors", "consolidated.safetensors", "original/x.safetensors")).toEqual([
      "model-1.safetensors",
    ]);
    expect(paths("consolidated.safetensors", "params.json")).toEqual(["consolidated.safetensors"]);
  });

  it("say their bytes by dtype in their headers", () => {
    const tensor = (dtype: string, from: number, to: number) => ({ dtype, shape: [], data_offsets: [from, to] });
    const first = { __metadata__: { format: "pt" }, a: tensor("U8", 0, 100), b: tensor("BF16", 100, 140) };
    expect(bytesByDtype([first, { c: tensor("U8", 0, 7) }], 61)).toEqual({ BF16: 40, U8: 107 });
    // What guesses tokens ahead is not loaded, as long as nothing asks for it.
    const drafts = ["model.layers.61.mlp.w", "language_model.model.layers.61.w", "mtp.layers.0.w"];
    const own = ["model.layers.60.mlp.w", "vision_tower.layers.99.w", "lm_head.weight"];
    const named = Object.fromEntries([...drafts, ...own].map((name) => [name, tensor("BF16", 0, 10)]));
    expect(bytesByDtype([named], 61)).toEqual({ BF16: 30 });
  });
});

describe("for every known model", () => {
  const model = fc.constantFrom(...known.filter((id) => parametersOf(configOf(id), architectureOf(id)) !== undefined));
  const anyKnown = fc.constantFrom(...known);
  const gpuClass = fc.constantFrom(...Object.keys(GPUS));
  const gpus = fc.constantFrom(1, 2, 4, 8);
  const tokens = fc.integer({ min: 1, max: 200_000 });

  it("more memory never fits less", () => {
    fc.assert(
      fc.property(model, gpuClass, gpus, fc.double({ min: 0, max: 100, noNaN: true }), (id, name, n, more) => {
        const question = fitQuestion(id);
        const { memoryGiB } = GPUS[name]!;
        // The same kind of steps: a larger GPU of another class takes longer ones.
        const flags = { "max-num-seqs": 256, "max-num-batched-tokens": 2048 };
        const [small, large] = [memoryGiB, memoryGiB + more].map((memory) =>
          fitOn({ ...question, flags }, { gpuClass: name, memoryGiB: memory, gpus: n }),
        );
        expect(large!.maxTokens).toBeGreaterThanOrEqual(small!.maxTokens);
        expect(Number(large!.starts)).toBeGreaterThanOrEqual(Number(small!.starts));
        expect(large!.concurrency(8192)).toBeGreaterThanOrEqual(small!.concurrency(8192));
      }),
    );
  });

  it("longer requests never answer more at once, and what is promised never exceeds what is expected", () => {
    fc.assert(
      fc.property(model, gpuClass, gpus, tokens, tokens, (id, name, n, a, b) => {
        const fit = fitOn(fitQuestion(id), { gpuClass: name, memoryGiB: GPUS[name]!.memoryGiB, gpus: n });
        expect(fit.concurrency(Math.max(a, b))).toBeLessThanOrEqual(fit.concurrency(Math.min(a, b)));
        expect(fit.pool.sureGiB).toBeLessThanOrEqual(fit.pool.expectedGiB);
        expect(fit.starts).toBe(fit.maxTokens >= fit.tokens);
      }),
    );
  });

  it("an 8-bit cache never holds fewer tokens, nor do more GPUs", () => {
    fc.assert(
      fc.property(anyKnown, gpus, tokens, (id, n, length) => {
        const architecture = architectureOf(id);
        const bytes = (elementBytes: number, count: number, inFlightTokens = 0) =>
          requestBytes(architecture, length, { elementBytes, gpus: count, inFlightTokens });
        expect(bytes(1, n)).toBeLessThanOrEqual(bytes(2, n));
        expect(bytes(2, 2 * n)).toBeLessThanOrEqual(bytes(2, n));
        expect(bytes(2, n)).toBeLessThanOrEqual(bytes(2, n, 2048));
        const question = { elementBytes: 2, gpus: n };
        expect(longestRequest(architecture, bytes(2, n), 1_000_000, question)).toBeGreaterThanOrEqual(length);
      }),
    );
  });

  it("more GPUs never hold more weights each, and never less than their share", () => {
    fc.assert(
      fc.property(model, fc.integer({ min: 1, max: 15 }), (id, n) => {
        const { architecture, quantization, storedBytes } = fitQuestion(id);
        const each = (count: number) => loadedBytes(architecture, quantization, storedBytes, count);
        if (quantization !== "mxfp4") expect(each(n + 1)).toBeLessThan(each(n));
        expect(each(2 * n)).toBeLessThan(each(n));
        expect(each(n)).toBeGreaterThanOrEqual(storedBytes / n);
      }),
    );
  });
});

describe("the matrix", () => {
  const rows = fitMatrix(fitQuestion("llama-3.1-70b", { engineVersion: "0.33.0" }), "us-east-1");

  it("has every shape with every number of its GPUs, what starts first and the cheapest before all", () => {
    const starting = rows.findIndex(({ refusal }) => refusal !== undefined);
    expect(starting).toBeGreaterThan(0);
    expect(rows.slice(starting).every(({ refusal }) => refusal !== undefined)).toBe(true);
    const prices = rows.slice(0, starting).map(({ price }) => price?.hourlyUsd ?? Number.POSITIVE_INFINITY);
    expect(prices).toEqual([...prices].sort((a, b) => a - b));
    expect(
      rows
        .filter(({ shape }) => shape === "p4de.24xlarge")
        .map((r) => r.tensorParallel)
        .sort(),
    ).toEqual([1, 2, 4, 8]);
  });

  it("says why each of the rest does not start", () => {
    const why = (shape: string, gpus: number) =>
      rows.find((row) => row.shape === shape && row.tensorParallel === gpus)?.refusal;
    expect(why("p4de.24xlarge", 2)).toBe("131072 tokens need 20.0 GiB of 4.1, 26656 would start");
    expect(why("g6e.xlarge", 1)).toMatch(/^\d+\.\d GiB too little$/);
    expect(why("p4de.24xlarge", 4)).toBeUndefined();
  });

  it("starts nothing with requests beyond what the model was made for", () => {
    const rows = (more: EngineArguments) =>
      fitMatrix(fitQuestion("mixtral-8x7b", { flags: { "max-model-len": 65_536, ...more } }), "us-east-1");
    expect(new Set(rows({}).map(({ refusal }) => refusal))).toEqual(
      new Set(["at most 32768 tokens, which the model was made for"]),
    );
    expect(rows({ "hf-overrides": "{}" }).some(({ refusal }) => refusal === undefined)).toBe(true);
  });

  it("takes what a variant has of its own", () => {
    const own: OwnFlags = (gpuClass, n): EngineArguments =>
      gpuClass === "a100-80gb" && n === 2 ? { "max-model-len": 8192 } : {};
    const some = fitMatrix(fitQuestion("llama-3.1-70b"), "us-east-1", undefined, own);
    const starts = some.filter(({ gpuClass, refusal }) => gpuClass === "a100-80gb" && refusal === undefined);
    expect(starts.map(({ tensorParallel }) => tensorParallel)).toEqual([2, 4, 8]);
  });

  it("keeps the cheapest shape of each kind when it is cut short", () => {
    const kinds = cheapestOfEach(rows).map(({ gpuClass, tensorParallel }) => `${gpuClass} ${tensorParallel}`);
    expect(new Set(kinds).size).toBe(kinds.length);
    expect(new Set(rows.map((r) => `${r.gpuClass} ${r.tensorParallel}`)).size).toBe(kinds.length);
  });
});
