import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { showFit } from "../../scripts/commands/fit";
import { fakeHub } from "../support/fake-hub";
import { configOf, FP8 } from "../support/fit-question";
import { catchPrinted, saidBy } from "../support/printed";
import { safetensors, tinyConfig } from "../support/tiny-model";

const printed = catchPrinted();

function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), "homeport-fit-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

describe("homeport fit", () => {
  it("prints what starts, the cheapest first, and why the rest does not, in 80 columns with dates and sources", async () => {
    expect(await showFit("meta-llama/Llama-3.1-70B-Instruct", {})).toBe(0);
    const lines = printed.out.split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(printed.out).toContain("131.4 GiB of weights (its parameters, counted\n");
    const p4de = /^p4de\.24xlarge +a100-80gb +4 +2 +27\.45 +26\.6 +131,072 +58$/m;
    expect(printed.out).toMatch(p4de);
    expect(printed.out.indexOf("p4d.24xlarge")).toBeLessThan(printed.out.indexOf("p4de.24xlarge"));
    expect(printed.out).toMatch(/^a100-80gb TP 1: \d+\.\d GiB too little; TP 2: 131072 tokens need 20\.0 GiB of 4\.1/m);
    expect(printed.out).toMatch(/USD\/H: .*us-east-1 \(\d+ days old\s+\(2026-07-20\)/);
  });

  it("takes a release of a stack with its own arguments, and what is given over them", async () => {
    await showFit("chat/r42", { stack: "prod", on: "p4de", json: true });
    const release = JSON.parse(printed.out);
    expect(release).toMatchObject({ model: "chat/r42", engineVersion: "0.31.0", region: "us-east-1" });
    expect(release.weightsGiB).toBeCloseTo(86.99, 1);
    expect(release.rows.map((row: { tensorParallel: number }) => row.tensorParallel)).toEqual([2, 4, 8, 1]);
    printed.out = "";
    await showFit("chat/r42", {
      stack: "prod",
      on: "p4de",
      json: true,
      maxModelLen: "4k",
      gpuMemoryUtilization: "0.5",
    });
    const shorter = JSON.parse(printed.out);
    expect(shorter.maxModelLenTokens).toBe(4000);
    expect(shorter.rows.filter((row: { starts: boolean }) => row.starts)).toHaveLength(2);
  });

  it("sizes a directory by its files, by its index, or by counting, and says which", async () => {
    const config = JSON.stringify(configOf("llama-3.1-8b"));
    const sizeOf = async (files: Record<string, string>) => {
      printed.out = "";
      await showFit(folder({ "config.json": config, ...files }), { json: true, on: "p5" });
      const { weightsGiB, weightsFrom } = JSON.parse(printed.out);
      return [Number(weightsGiB.toFixed(2)), weightsFrom];
    };
    expect(await sizeOf({})).toEqual([14.96, "its parameters, counted by config.json: no weights lie there"]);
    const index = JSON.stringify({ metadata: { total_size: 8 * 2 ** 30 }, weight_map: {} });
    expect(await sizeOf({ "model.safetensors.index.json": index })).toEqual([8, "the index of its files"]);
    const bf16 = safetensors({ w: ["BF16", "x".repeat(2 ** 20)] });
    const tiny = { ...tinyConfig, intermediate_size: 128 };
    expect(await sizeOf({ "config.json": JSON.stringify(tiny), "model.safetensors": bf16 })).toEqual([
      0,
      "safetensors headers: BF16 1.0 MiB",
    ]);
  });

  it("finds no fit for weights that are damaged, cut short or not all there", async () => {
    const plain = JSON.stringify(configOf("llama-3.1-8b"));
    const whole = safetensors({ w: ["BF16", "x".repeat(64)] });
    const refused = (files: Record<string, string>) => saidBy(showFit(folder({ "config.json": plain, ...files }), {}));
    const pointer = "version https://git-lfs.github.com/spec/v1";
    expect(await refused({ "model.safetensors": pointer })).toContain("model.safetensors: 42 bytes, no whole header");
    expect(await refused({ "model.safetensors": whole.slice(0, -1) })).toContain("327 bytes of 328");
    for (const header of ["[1, 2]", '{"a": null}', '{"a": {"dtype": "BF16", "data_offsets": [9, 1]}}', "{}"]) {
      const length = `${String.fromCharCode(header.length)}${"\0".repeat(7)}`;
      const message = await refused({ "model.safetensors": `${length}${header}` });
      expect(message).toContain("model.safetensors: a header that is not one of safetensors");
    }
    const index = JSON.stringify({ weight_map: { a: "1.safetensors", b: "2.safetensors" } });
    const missing = await refused({ "1.safetensors": whole, "model.safetensors.index.json": index });
    expect(missing).toContain("1 of 2 files are not there: 2.safetensors");
    expect(await refused({ "1.safetensors": whole, "model.safetensors.index.json": "{" })).toContain("not JSON");
    expect(await refused({ "1.safetensors": whole })).toContain("0.0 MiB of weights; about 15.0 GiB");
    const tiny = JSON.stringify({ metadata: { total_size: 1 }, weight_map: {} });
    expect(await refused({ "model.safetensors.index.json": tiny })).toContain("0.0 MiB of weights; about 15.0 GiB");
    const broken = folder({});
    symlinkSync("nowhere", join(broken, "model.safetensors"));
    expect(await saidBy(showFit(broken, {}))).toContain("a link to nowhere");
    const inherited = await saidBy(showFit("constructor/name", { stack: "dev" }));
    expect(inherited).toContain("constructor/name; a release of stacks/Pulumi.dev.yaml: chat/r41");
  });

  it("reads the numbers that Python writes and JSON has not, and says of other text that it is not JSON", async () => {
    const config = JSON.stringify({ ...configOf("llama-3.1-8b"), time_step_limit: [0, 1] }).replace(
      "[0,1]",
      "[0.0, Infinity]",
    );
    expect(await showFit(folder({ "config.json": config }), { json: true, on: "p5" })).toBe(0);
    expect(await saidBy(showFit(folder({ "config.json": "{not" }), {}))).toMatch(
      /^1 problem.*\n {2}config\.json: not JSON/,
    );
    const huge = JSON.stringify({ ...configOf("llama-3.1-8b"), num_hidden_layers: 1e15 });
    expect(await saidBy(showFit(folder({ "config.json": huge }), {}))).toContain("config.json:num_hidden_layers");
  });

  it("asks the hub for the headers of quantised weights, not for the weights", async () => {
    const files = {
      "config.json": JSON.stringify({ ...tinyConfig, intermediate_size: 128, ...FP8 }),
      "model.safetensors": safetensors({ a: ["F8_E4M3", "x".repeat(2 ** 20)] }),
    };
    const hub = await fakeHub({ "org/fp8": { commit: "c".repeat(40), refs: ["main"], files, lfs: [] } });
    process.env.HF_ENDPOINT = `http://${hub.host}`;
    try {
      await showFit("hf://org/fp8", { json: true, on: "p5" });
      expect(JSON.parse(printed.out)).toMatchObject({
        weightsGiB: 2 ** -10,
        weightsFrom: "safetensors headers: F8_E4M3 1.0 MiB",
      });
      expect(await saidBy(showFit("hf://org/none", {}))).toContain("the hub answers 404");
    } finally {
      delete process.env.HF_ENDPOINT;
      await hub.close();
    }
  });

  it("notes what a GPU lacks for a format", async () => {
    await showFit("Qwen/Qwen3.5-27B", { on: "g6e" });
    expect(printed.out).toContain("its card's 27B parameters in 16 bits");
    expect(printed.out).toContain("! text only: memory for pictures is not counted");
    printed.out = "";
    await showFit("meta-llama/Llama-4-Scout-17B-16E-Instruct", { maxModelLen: "8k" });
    expect(printed.out).toMatch(/b300-288gb\* +8 +1 .*10,485,760/);
    expect(printed.out.split("\n").filter((line) => line.length > 80)).toEqual([]);
    printed.out = "";
    await showFit("meta-llama/Llama-4-Scout-17B-16E-Instruct", { on: "p4de" });
    expect(printed.out.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(printed.out).toMatch(/nothing in us-east-1 starts it .*\s*.* with --max-model-len \d{5,}/);
    printed.out = "";
    await showFit(folder({ "config.json": JSON.stringify(configOf("qwen3-235b-fp8")) }), { on: "p4de,p5" });
    expect(printed.out).toMatch(/a100-80gb\*/);
    expect(printed.out).toMatch(/^\* no fp8 arithmetic below compute capability 8\.9/m);
    expect(printed.out).toMatch(/TP 8: it must\s+leave whole groups of 128/);
  });

  it("refuses unknown families, names and flags, all that are wrong at once", async () => {
    const unknown = folder({
      "config.json": JSON.stringify({ ...configOf("llama-3.1-8b"), architectures: ["KimiK3"] }),
    });
    expect(await saidBy(showFit(unknown, {}))).toContain("config.json:architectures: 'KimiK3'");
    expect(await saidBy(showFit("org/unheard-of", {}))).toContain("<model>: org/unheard-of");
    expect(await saidBy(showFit("gpt-oss-120b", {}))).toContain("did you mean openai/gpt-oss-120b?");
    expect(await saidBy(showFit("openai/gpt-oss-12b", {}))).toContain("did you mean openai/gpt-oss-120b?");
    expect(await saidBy(showFit("chat/r99", { stack: "prod" }))).toContain("chat/r41, chat/r42");
    const message = await saidBy(
      showFit("chat/r42", { on: "p4de,x9", maxModelLen: "long", gpuMemoryUtilization: "2", engineVersion: "new" }),
    );
    for (const path of ["--max-model-len: long", "--gpu-memory-utilization: 2", "--engine-version: new", "--on: x9"])
      expect(message).toContain(path);
    expect(await saidBy(showFit("chat/r42", { region: "mars-1" }))).toContain("--region: mars-1");
    const wrong = (options: object) => saidBy(showFit("Qwen/Qwen3-8B", options));
    expect(await wrong({ on: "p4" })).toContain("did you mean p4d or p4de?");
    expect(await wrong({ on: "h100-80g" })).toContain("did you mean h100-80gb?");
    expect(await wrong({ on: " ," })).toContain("--on:  ,; a type, or a family or GPU class that us-east-1 has: p4d,");
    expect(await wrong({ maxModelLen: "1.2.3k" })).toContain("--max-model-len: 1.2.3k");
    expect(await wrong({ maxNumBatchedTokens: "0" })).toContain("--max-num-batched-tokens: 0");
  });

  it("takes a shape in any case, says where it counts with less than it expects, and what vLLM would log", async () => {
    await showFit("Qwen/Qwen3-8B", { on: "P5.4xlarge", maxModelLen: "4096", engineVersion: "99.0.0" });
    expect(printed.out).toMatch(/^p5\.4xlarge +h100-80gb +1 +1 +6\.88 +\d+\.\d +40,960 +\d+$/m);
    expect(printed.out).toContain("! vLLM 99.0.0 is not known here: counted as 0.33");
    expect(printed.out).toMatch(/^ROOM is below what is expected, .* by up to\s+2\.0\s+on\s+h100-80gb/m);
    printed.out = "";
    await showFit(folder({ "config.json": JSON.stringify({ ...tinyConfig, intermediate_size: 128 }) }), {
      json: true,
      on: "p5",
    });
    // It takes no request of 8,192 tokens: the model was made for 2,048.
    const [row] = JSON.parse(printed.out).rows;
    expect([row.longestTokens, row.concurrencyAt8192Tokens]).toEqual([2048, null]);
    expect(row.maximumConcurrency).toBeCloseTo(row.poolExpectedGiB / row.requestGiB, 6);
  });
});
