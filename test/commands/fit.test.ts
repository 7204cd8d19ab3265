import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { showFit } from "../../scripts/commands/fit";
import { fakeHub } from "../support/fake-hub";
import { configOf, FP8 } from "../support/fit-question";

let out: string;
beforeEach(() => {
  out = "";
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
});
afterEach(() => jest.restoreAllMocks());

const said = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "nothing",
    (e: Error) => e.message,
  );

function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), "homeport-fit-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

describe("homeport fit", () => {
  it("prints what starts, the cheapest first, and why the rest does not, in 80 columns with dates and sources", async () => {
    expect(await showFit("meta-llama/Llama-3.1-70B-Instruct", {})).toBe(0);
    const lines = out.split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(out).toContain("131.4 GiB of weights (its parameters, counted\n");
    const p4de = /^p4de\.24xlarge +a100-80gb +4 +2 +27\.45 +26\.6 +131,072 +58$/m;
    expect(out).toMatch(p4de);
    expect(out.indexOf("p4d.24xlarge")).toBeLessThan(out.indexOf("p4de.24xlarge"));
    expect(out).toMatch(/^a100-80gb TP 1: \d+\.\d GiB too little; TP 2: 131072 tokens need 20\.0 GiB of 4\.1/m);
    expect(out).toMatch(/USD\/H: .*us-east-1 \(\d+ days old\s+\(2026-07-20\)/);
  });

  it("takes a release of a stack with its own arguments, and what is given over them", async () => {
    await showFit("chat/r42", { stack: "prod", on: "p4de", json: true });
    const release = JSON.parse(out);
    expect(release).toMatchObject({ model: "chat/r42", engineVersion: "0.31.0", region: "us-east-1" });
    expect(release.weightsGiB).toBeCloseTo(86.99, 1);
    expect(release.rows.map((row: { tensorParallel: number }) => row.tensorParallel)).toEqual([2, 4, 8, 1]);
    out = "";
    await showFit("chat/r42", {
      stack: "prod",
      on: "p4de",
      json: true,
      maxModelLen: "4k",
      gpuMemoryUtilization: "0.5",
    });
    const shorter = JSON.parse(out);
    expect(shorter.maxModelLenTokens).toBe(4000);
    expect(shorter.rows.filter((row: { starts: boolean }) => row.starts)).toHaveLength(2);
  });

  it("sizes a directory by its files, by its index, or by counting, and says which", async () => {
    const config = JSON.stringify(configOf("llama-3.1-8b"));
    const sizeOf = async (files: Record<string, string>) => {
      out = "";
      await showFit(folder({ "config.json": config, ...files }), { json: true, on: "p5" });
      const { weightsGiB, weightsFrom } = JSON.parse(out);
      return [Number(weightsGiB.toFixed(2)), weightsFrom];
    };
    expect(await sizeOf({})).toEqual([14.96, "its parameters, counted by config.json: no weights lie there"]);
    const index = JSON.stringify({ metadata: { total_size: 8 * 2 ** 30 }, weight_map: {} });
    expect(await sizeOf({ "model.safetensors.index.json": index })).toEqual([8, "the index of its files"]);
    expect((await sizeOf({ "model.safetensors": "x" }))[1]).toBe("1 file");
  });

  it("asks the hub for the headers of quantised weights, not for the weights", async () => {
    const header = JSON.stringify({ a: { dtype: "F8_E4M3", shape: [9], data_offsets: [0, 9 * 2 ** 30] } });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const config = { ...configOf("llama-3.1-8b"), ...FP8 };
    const files = {
      "config.json": JSON.stringify(config),
      "model.safetensors": `${length.toString("latin1")}${header}`,
    };
    const hub = await fakeHub({ "org/fp8": { commit: "c".repeat(40), refs: ["main"], files, lfs: [] } });
    process.env.HF_ENDPOINT = `http://${hub.host}`;
    try {
      await showFit("hf://org/fp8", { json: true, on: "p5" });
      expect(JSON.parse(out)).toMatchObject({ weightsGiB: 9, weightsFrom: "safetensors headers: F8_E4M3 9.0 GiB" });
      expect(await said(showFit("hf://org/none", {}))).toContain("the hub answers 404");
    } finally {
      delete process.env.HF_ENDPOINT;
      await hub.close();
    }
  });

  it("notes what a GPU lacks for a format", async () => {
    await showFit("Qwen/Qwen3.5-27B", { on: "g6e" });
    expect(out).toContain("its card's 27B parameters in 16 bits");
    expect(out).toContain("! text only: memory for pictures is not counted");
    out = "";
    await showFit("meta-llama/Llama-4-Scout-17B-16E-Instruct", { maxModelLen: "8k" });
    expect(out).toMatch(/b300-288gb\* +8 +1 .*10,485,760/);
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
    out = "";
    await showFit("meta-llama/Llama-4-Scout-17B-16E-Instruct", { on: "p4de" });
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(out).toMatch(/nothing in us-east-1 starts it .*\s*.* with --max-model-len \d{5,}/);
    out = "";
    await showFit(folder({ "config.json": JSON.stringify(configOf("qwen3-235b-fp8")) }), { on: "p4de,p5" });
    expect(out).toMatch(/a100-80gb\*/);
    expect(out).toMatch(/^\* no fp8 arithmetic below compute capability 8\.9/m);
    expect(out).toMatch(/TP 8: it must\s+leave whole groups of 128/);
  });

  it("refuses unknown families, names and flags, all that are wrong at once", async () => {
    const unknown = folder({
      "config.json": JSON.stringify({ ...configOf("llama-3.1-8b"), architectures: ["KimiK3"] }),
    });
    expect(await said(showFit(unknown, {}))).toContain("config.json:architectures: 'KimiK3'");
    expect(await said(showFit("org/unheard-of", {}))).toContain("<model>: org/unheard-of");
    expect(await said(showFit("chat/r99", { stack: "prod" }))).toContain("chat/r41, chat/r42");
    const message = await said(
      showFit("chat/r42", { on: "p4de,x9", maxModelLen: "long", gpuMemoryUtilization: "2", engineVersion: "new" }),
    );
    for (const path of ["--max-model-len: long", "--gpu-memory-utilization: 2", "--engine-version: new", "--on: x9"])
      expect(message).toContain(path);
    expect(await said(showFit("chat/r42", { region: "mars-1" }))).toContain("--region: mars-1");
  });
});
