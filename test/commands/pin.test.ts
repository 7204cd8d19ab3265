import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { ReleaseContent, ReleaseFile, releaseId } from "../../infra/core/release";
import { type PinOptions, pin } from "../../scripts/commands/pin";
import { parseArguments, parseVariants } from "../../scripts/lib/pin/flags";
import { catchPrinted, saidBy } from "../support/printed";
import { safetensors, tinyConfig, tinyModel } from "../support/tiny-model";

const IMAGE = `registry.example/vllm@sha256:${"e".repeat(64)}`;
const STACK = `# yaml-language-server: $schema=stack.schema.json
config:
  homeport:environment: { platform: kubernetes, profile: development, owner: ml } # ours
  homeport:pools: { cpu: { gpuClass: cpu } }
`;
const options: PinOptions = {
  stack: "test",
  engineVersion: "0.32.0",
  variant: [`cpu=cpu:1:${IMAGE}`],
  arg: ["max-model-len=2048"],
  exclude: [],
  acceptLicence: "mit",
};

function project(stack = STACK) {
  const root = mkdtempSync(join(tmpdir(), "homeport-"));
  mkdirSync(join(root, "stacks"));
  const put = (name: string, files: Record<string, string>) => {
    const folder = join(root, name);
    mkdirSync(folder, { recursive: true });
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
    return folder;
  };
  put("stacks", { "Pulumi.test.yaml": stack });
  return {
    root,
    put,
    a: put("tiny-a", tinyModel("A")),
    b: put("tiny-b", tinyModel("B")),
    stack: () => readFileSync(join(root, "stacks/Pulumi.test.yaml"), "utf8"),
  };
}
const fileOf = (root: string, name: string) =>
  ReleaseFile.parse(JSON.parse(readFileSync(join(root, `stacks/releases/chat/${name}.json`), "utf8")));
const printed = catchPrinted();

describe("homeport pin", () => {
  it("writes the release file and the pin; the first release goes live, a second one changes no pointer", async () => {
    const p = project();
    expect(await pin("chat", "r1", p.a, options, p.root)).toBe(0);
    const first = fileOf(p.root, "r1");
    expect(first.id).toBe(releaseId(ReleaseContent.parse(first.content)));
    expect(first.content.arguments).toEqual({ "max-model-len": 2048 });
    expect(p.stack()).toContain("      live: r1\n");
    const before = p.stack();
    await pin("chat", "r2", p.b, { ...options, engineVersion: undefined, variant: [], arg: [] }, p.root);
    const second = fileOf(p.root, "r2");
    expect(second.content.variants).toEqual(first.content.variants); // as the live release has them
    const source = second.content.weights.source.replace("dir://", "").replace(/@sha256:(.{12}).*/, "@$1");
    expect(p.stack()).toBe(`${before}        r2: ${second.id}   # ${source}, vLLM 0.32, cpu\n`);
  });

  it("is the same when repeated, and refuses the name for other content", async () => {
    const p = project();
    await pin("chat", "r1", p.a, options, p.root);
    const [file, stack] = [JSON.stringify(fileOf(p.root, "r1")), p.stack()];
    await pin("chat", "r1", p.a, options, p.root);
    expect([JSON.stringify(fileOf(p.root, "r1")), p.stack()]).toEqual([file, stack]);
    expect(await saidBy(pin("chat", "r1", p.b, options, p.root))).toMatch(
      /stacks\/releases\/chat\/r1\.json: r-\w{10}, and this would be r-\w{10}; .*never changes/,
    );
    expect([JSON.stringify(fileOf(p.root, "r1")), p.stack()]).toEqual([file, stack]);
  });

  it("takes the releases that a model names one after the other, whichever comes first", async () => {
    const named = "  homeport:models: { chat: { live: r3, previous: [r1,r2], releases: {} } }\n";
    const p = project(`${STACK}${named}`);
    expect(await pin("chat", "r1", p.a, options, p.root)).toBe(0);
    expect(await pin("chat", "r2", p.b, options, p.root)).toBe(0);
    expect(p.stack()).toContain("previous: [r1,r2]");
    expect(p.stack()).toContain(STACK);
  });

  it("finishes a pin that died between the two files", async () => {
    const p = project();
    await pin("chat", "r1", p.a, options, p.root);
    const stack = p.stack();
    writeFileSync(join(p.root, "stacks/Pulumi.test.yaml"), STACK);
    await pin("chat", "r1", p.a, options, p.root);
    expect(p.stack()).toBe(stack);
  });

  it("says everything that is wrong at once and writes nothing", async () => {
    const p = project();
    p.put("tiny-a", { "evil.py": "" });
    const bad = {
      ...options,
      engineVersion: "latest",
      variant: ["cpu=cpu:1:registry.example/vllm:v1", "x"],
      arg: ["a b"],
      acceptLicence: undefined,
    };
    const message = await saidBy(pin("Chat", "r1", p.a, bad, p.root));
    for (const part of [
      "--engine-version: latest",
      "--variant cpu: registry.example/vllm:v1; an image by digest",
      "--variant: x",
      "--arg: a b",
      '<model>: "Chat"',
      "evil.py",
      "--accept-licence",
    ])
      expect(message).toContain(part);
    expect(p.stack()).toBe(STACK);
  });

  it("never accepts remote code in a regulated environment", async () => {
    const p = project(STACK.replace("development", "regulated"));
    expect(await saidBy(pin("chat", "r1", p.a, { ...options, allowRemoteCode: true }, p.root))).toContain(
      "--allow-remote-code: never in a regulated environment",
    );
  });

  it("refuses what could not run: an engine below its floor, a class without a pool, a model that does not fit", async () => {
    const p = project();
    const variant = [`big=a100-80gb:3:${IMAGE}`];
    const message = await saidBy(pin("chat", "r1", p.a, { ...options, engineVersion: "0.26.0", variant }, p.root));
    expect(message).toContain("stacks/releases/chat/r1.json#content.engine.version: vllm 0.26.0 has CVE-");
    expect(message).toContain("models.chat.releases.r1: its variants run on a100-80gb");
    expect(p.stack()).toBe(STACK);
    await pin("chat", "r1", p.a, options, p.root);
    const before = p.stack();
    expect(await saidBy(pin("chat", "r2", p.b, { ...options, variant }, p.root))).toContain("models.chat.releases.r2");
    expect(p.stack()).toBe(before);
  });

  it("writes nothing on a dry run and prints the id as JSON", async () => {
    const p = project();
    await pin("chat", "r1", p.a, { ...options, dryRun: true, json: true }, p.root);
    expect(p.stack()).toBe(STACK);
    expect(JSON.parse(printed.out)).toMatchObject({
      id: expect.stringMatching(/^sha256:/),
      files: 4,
      licence: "mit",
      written: [],
    });
  });

  it("keeps the bytes of each dtype of quantised weights, and of plain ones nothing that would change their id", async () => {
    const p = project();
    const quantization_config = { quant_method: "awq", bits: 4, group_size: 32 };
    const folder = p.put("tiny-q", {
      ...tinyModel(),
      "model.safetensors": safetensors({ a: ["I32", "w".repeat(100)], b: ["F16", "w".repeat(40)] }),
      "config.json": JSON.stringify({ ...tinyConfig, intermediate_size: 128, quantization_config }),
    });
    await pin("chat", "r1", p.a, options, p.root);
    await pin("chat", "q1", folder, options, p.root);
    expect(Object.keys(fileOf(p.root, "r1").content.architecture)).toHaveLength(9);
    expect(fileOf(p.root, "q1").content.architecture).toMatchObject({
      weightBytes: { F16: 40, I32: 100 },
      quantized: { group: 32 },
      intermediateSize: 128,
    });
    p.put("tiny-q", { "model.safetensors": "version https://git-lfs.github.com/spec/v1" });
    expect(await saidBy(pin("chat", "q2", folder, options, p.root))).toContain("model.safetensors: 42 bytes, no whole");
  });

  it("refuses what starts on no GPU of the stack, with the reason and what would", async () => {
    const p = project(STACK.replace("gpuClass: cpu", "gpuClass: l4-24gb, gpusPerNode: 1, gpuMemoryGiB: 22"));
    const onGpu = { ...options, variant: [`l4=l4-24gb:1:${IMAGE}`] };
    const put = (name: string, config: object) =>
      p.put(name, { ...tinyModel(), "config.json": JSON.stringify({ ...tinyConfig, ...config }) });
    const long = put("long", { num_hidden_layers: 80, head_dim: 128, max_position_embeddings: 400_000 });
    const message = await saidBy(pin("chat", "r1", long, { ...onGpu, arg: [] }, p.root));
    expect(message).toMatch(/needs 3\d\.\d GiB on one GPU of pool cpu: .* one request of 400000 tokens/);
    expect(message).toMatch(/smallest fit: tensorParallel \d on g6e?\..*\d+ tokens start here/);
    const unknown = put("unknown", { architectures: ["SomeNewForCausalLM"] });
    expect(await saidBy(pin("chat", "r1", unknown, onGpu, p.root))).toContain(
      "'SomeNewForCausalLM'; a family whose memory",
    );
    expect(await pin("chat", "r1", put("short", {}), onGpu, p.root)).toBe(0);
  });

  it("names the environments there are when the stack is unknown", async () => {
    const p = project();
    expect(await saidBy(pin("chat", "r1", p.a, { ...options, stack: "prod" }, p.root))).toContain(
      "--stack: prod; one of test",
    );
  });
});

describe("flags", () => {
  it("reads engine arguments as vLLM's own types", () => {
    expect(
      parseArguments([
        "max-model-len=2048",
        "--enforce-eager",
        "dtype=bfloat16",
        "x=false",
        "gpu-memory-utilization=0.9",
      ]),
    ).toEqual({
      "max-model-len": 2048,
      "enforce-eager": true,
      dtype: "bfloat16",
      x: false,
      "gpu-memory-utilization": 0.9,
    });
    expect(parseArguments(["a=1", "a=2"])).toMatchObject([{ path: "--arg", given: "a=2" }]);
  });

  it("never accepts an image without a digest", () => {
    fc.assert(
      fc.property(fc.string(), (tail) => {
        const image = `registry.example/vllm${tail}`;
        const parsed = parseVariants([`v=cpu:1:${image}`], undefined);
        if (!Array.isArray(parsed)) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
        else expect(parsed).toHaveLength(1);
      }),
    );
  });
});
