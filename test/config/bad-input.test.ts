import { readStack } from "../../infra/config/read-stack";
import { INSTANCE_TYPES } from "../../infra/core/aws/instance-catalog";
import { type ReleaseFile, releaseId } from "../../infra/core/release";
import { a100, COMMIT, LLAMA_8B, LLAMA_70B, releaseFile } from "../support/releases";
import { goodSections, problemLines, stackFolder, TODAY, writeStack } from "../support/stack-folder";

/** The bad inputs that a stack file and its release files can hold, and the exact words that answer them. */

const folder = stackFolder();

interface Spoilt {
  environment?: object;
  regions?: unknown;
  pools?: object;
  weights?: object;
  /** Merged into models.chat. */
  chat?: object;
  models?: object;
  policies?: object;
  traffic?: object;
  file?: ReleaseFile | Record<string, unknown> | string;
  today?: string;
}

function linesOf({ chat, file, environment, today, ...sections }: Spoilt): string[] {
  const r1 = typeof file === "object" && "id" in file ? (file as ReleaseFile) : releaseFile();
  const good = goodSections(r1);
  const models = { chat: { ...(good.models as { chat: object }).chat, ...chat } };
  writeStack(
    folder,
    { ...good, models, ...sections, environment: { ...good.environment, ...environment } },
    { chat: { r1: file ?? r1 } },
  );
  return problemLines(folder.root, "test", today ?? TODAY);
}

const FILE = "stacks/releases/chat/r1.json";
const RESTORE = `restore it (git checkout -- ${FILE}), or pin the release again`;

it("has nothing to say about a good stack", () => {
  expect(linesOf({})).toEqual([]);
});

it("refuses weights that would not lie on the mount that must be there", () => {
  const weights = { nodePath: "/mnt/other/homeport", requireMount: "/mnt/k8s-disks/0" };
  expect(linesOf({ weights })).toEqual([
    "weights.nodePath: '/mnt/other/homeport'; a folder below weights.requireMount (/mnt/k8s-disks/0); nodePath: /mnt/k8s-disks/0/homeport, or name the mount that holds /mnt/other/homeport",
  ]);
  expect(linesOf({ weights: { ...weights, nodePath: "/mnt/k8s-disks/01/homeport" } })).toHaveLength(1);
  expect(linesOf({ weights: { ...weights, nodePath: "/mnt/k8s-disks/0/homeport" } })).toEqual([]);
});

describe("pins", () => {
  it("refuses a branch as the revision of the weights", () => {
    expect(linesOf({ file: releaseFile({ source: "hf://org/model@main" }) })).toEqual([
      `${FILE}#content.weights.source: 'main' is not a pin; a commit of 40 hex digits; branches and tags move; pin it again; homeport pin resolves a branch to its commit`,
    ]);
  });

  it("refuses a source without any revision", () => {
    expect(linesOf({ file: releaseFile({ source: "hf://org/model" }) })).toEqual([
      `${FILE}#content.weights.source: 'hf://org/model' has no revision; a commit of 40 hex digits; branches and tags move; pin it again; homeport pin resolves a branch to its commit`,
    ]);
  });

  it("refuses an OCI artifact by tag", () => {
    expect(linesOf({ file: releaseFile({ source: "oci://registry.example.com/model:v1" }) })).toEqual([
      `${FILE}#content.weights.source: 'oci://registry.example.com/model:v1' has no digest; oci://registry/name@sha256:<64 hex>; a tag moves; pin it again; homeport pin resolves a tag to its digest`,
    ]);
  });

  it("refuses a pin that is no id", () => {
    expect(linesOf({ chat: { releases: { r1: "main" } } })).toEqual([
      "models.chat.releases.r1: 'main'; a release id: sha256: and 64 hex digits; correct it as stacks/README.md describes",
    ]);
  });

  it("names the folder it looked in and the nearest release when a pinned one is not there", () => {
    const { id } = releaseFile();
    expect(linesOf({ chat: { live: "r11", releases: { r11: id } } })).toEqual([
      "stacks/releases/chat/r11.json: missing; stacks/releases/chat holds r1; did you mean `r1`?",
    ]);
    const known = { live: "prod-2027", releases: { "prod-2027": id } };
    expect(linesOf({ chat: known })).toEqual([
      "stacks/releases/chat/prod-2027.json: missing; stacks/releases/chat holds r1; pin it: homeport pin chat prod-2027 <source>",
    ]);
  });

  it("names a pointer to a release that is not pinned", () => {
    expect(linesOf({ chat: { previous: ["r0"] } })).toEqual([
      "models.chat.previous[0]: 'r0' is not pinned here; models.chat.releases has r1; did you mean `r1`?",
    ]);
  });

  it("names the file and both ids when a release file was edited", () => {
    const file = releaseFile();
    const edited = { ...file, content: { ...file.content, engine: { name: "vllm" as const, version: "0.33.0" } } };
    expect(linesOf({ file: edited })).toEqual([
      `${FILE}: edited, its content is ${releaseId(edited.content)}; models.chat.releases.r1 pins ${file.id}; ${RESTORE}`,
    ]);
  });

  it("refuses a release whose files would lie elsewhere, though its pin vouches for them", () => {
    const file = structuredClone(releaseFile());
    file.content.weights.files[0]!.path = "../../../.ssh/authorized_keys";
    const whole = { ...file, id: releaseId(file.content) };
    writeStack(folder, goodSections(whole), { chat: { r1: whole } });
    expect(problemLines(folder.root)).toEqual([
      `${FILE}#content.weights.files[0].path: '../../../.ssh/authorized_keys'; a path below the release's folder, with forward slashes; do not use this release: \`homeport pin\` writes no such path`,
    ]);
  });

  it("names both ids when only the id in a release file was edited", () => {
    const file = releaseFile();
    const other = `sha256:${"b".repeat(64)}`;
    writeStack(folder, goodSections(file), { chat: { r1: { ...file, id: other } } });
    expect(problemLines(folder.root)).toEqual([`${FILE}#id: ${other}; its content is ${file.id}; ${RESTORE}`]);
  });

  it("refuses adapters, which nothing would serve", () => {
    const file = structuredClone(releaseFile());
    file.content.adapters.push({ name: "tone", path: "adapters/tone" });
    const whole = { ...file, id: releaseId(file.content) };
    writeStack(folder, goodSections(whole), { chat: { r1: whole } });
    expect(problemLines(folder.root)).toEqual([
      `${FILE}#content.adapters: tone; none: adapters are not served yet; merge them into the weights and pin the result from a directory or an S3 prefix`,
    ]);
  });

  it("wants a digest for every weight file, under every profile", () => {
    const file = structuredClone(releaseFile());
    Reflect.deleteProperty(file.content.weights.files[0]!, "sha256");
    expect(linesOf({ file, environment: { profile: "regulated" } })).toEqual([
      `${FILE}#content.weights.files[0].sha256: missing; the file's SHA-256 of 64 hex digits, required under every profile; ${RESTORE}`,
    ]);
  });

  it("refuses an image by tag", () => {
    const variants = { a100x1: { ...a100().a100x1!, image: "docker.io/vllm/vllm-openai:v0.32.0" } };
    const good = releaseFile();
    expect(linesOf({ file: { ...good, content: { ...good.content, variants } } })).toEqual([
      `${FILE}#content.variants.a100x1.image: 'docker.io/vllm/vllm-openai:v0.32.0'; an image by digest, because a tag can move: registry/name@sha256:<64 hex>; ${RESTORE}`,
    ]);
  });

  it("wants to know in which environment a bucket is: release files are shared, buckets are not", () => {
    expect(linesOf({ file: { ...releaseFile(), mirrored: { "us-east-1": "2026-11-22" } } })).toEqual([
      `${FILE}#mirrored: 'us-east-1'; an environment and its region, like prod/us-east-1; rename it, here and wherever it is named`,
    ]);
  });

  it("refuses a release file that is not JSON", () => {
    expect(linesOf({ file: "{]" })).toEqual([
      // Newer versions of Node add line and column to the position.
      expect.stringMatching(
        /^stacks\/releases\/chat\/r1\.json: Expected .* at position 1.*; a JSON file written by `homeport pin`; restore it/,
      ),
    ]);
  });
});

describe("pointers", () => {
  const two = { releases: { r1: releaseFile().id, r2: releaseFile().id } };

  it("refuses a pointer to a withdrawn release", () => {
    expect(linesOf({ chat: { withdrawn: { r1: "loops on long prompts" } } })).toEqual([
      "models.chat.live: 'r1' was withdrawn: loops on long prompts; a release that was not withdrawn; point at another one; or, once its fault is understood, remove it from models.chat.withdrawn",
    ]);
  });

  it("refuses two pointers at one release", () => {
    expect(linesOf({ chat: { previous: ["r1"] } })).toEqual([
      "models.chat.previous[0]: 'r1' again; each release once, and models.chat.live has it; remove one of the two",
    ]);
  });

  it.each([
    [0, "0"],
    [150, "150"],
  ])("refuses a canary of %d %%", (percent, printed) => {
    const chat = { ...two, candidate: { release: "r2", step: "canary", percent } };
    expect(linesOf({ chat })).toContain(
      `models.chat.candidate.percent: ${printed}; a whole percentage from 1 to 99 (staged is 0 %, promote makes it 100 %); write for example \`percent: 5\``,
    );
  });

  it("wants a percentage for a canary and none for a staged candidate", () => {
    expect(linesOf({ chat: { ...two, candidate: { release: "r2", step: "canary" } } })).toContain(
      "models.chat.candidate.percent: missing; required at step canary, from 1 to 99; add `percent: 5`",
    );
    expect(linesOf({ chat: { ...two, candidate: { release: "r2", step: "staged", percent: 5 } } })).toContain(
      "models.chat.candidate.percent: 5 %; a staged candidate gets no requests; remove it, or write `step: canary`",
    );
  });

  it("refuses region shares that do not sum to 100, and regions that are not there", () => {
    expect(linesOf({ traffic: { regionShares: { "us-east-1": 70, "us-west-2": 40 } } })).toEqual([
      "traffic.regionShares: 70 + 40 = 110 %; shares that sum to 100 %; take 10 % away",
    ]);
    expect(linesOf({ traffic: { regionShares: { "us-east-1": 60, "eu-west-1": 40 } } })).toEqual([
      "traffic.regionShares.eu-west-1: not a region of this stack; one of us-east-1, us-west-2; remove it, or add the region to `regions`",
    ]);
  });
});

describe("fit", () => {
  it("says need, have and the smallest fit for a 70B model on one A100", () => {
    const file = releaseFile({ weightsGiB: 131.4, architecture: LLAMA_70B });
    expect(linesOf({ file })).toEqual([
      `${FILE}#content.variants.a100x1: needs 137.3 GiB on one GPU of pool a100: 131.4 GiB weights, 2.5 GiB for one request of 8192 tokens, 3.4 GiB engine; 72.9 GiB of the GPU's 79.25 GiB are usable; smallest fit: tensorParallel 2 on pool a100; or pin quantised weights, or a shorter max-model-len`,
    ]);
  });

  it("lets pass what it does not count with a warning, in the words of homeport fit", () => {
    const warnings = (file: ReturnType<typeof releaseFile>) => {
      expect(linesOf({ file })).toEqual([]);
      return readStack(folder.root, "test", "2026-12-01").warnings;
    };
    expect(warnings(releaseFile())).toEqual([]);
    const pictures = { ...LLAMA_8B, name: "Mistral3ForConditionalGeneration" };
    const speculative = '{"method":"ngram","num_speculative_tokens":3}';
    const flags = { "enable-lora": true, "speculative-config": speculative, "cpu-offload-gb": 4 };
    expect(warnings(releaseFile({ architecture: pictures, arguments: flags }))).toEqual([
      "fit of chat r1 on pool a100: text only: memory for pictures is not counted",
      "fit of chat r1 on pool a100: needs more than is counted: speculative-config, enable-lora",
      "fit of chat r1 on pool a100: needs less than is counted: cpu-offload-gb",
    ]);
  });

  it("names another instance type where the whole pool is too small", () => {
    const file = releaseFile({
      weightsGiB: 131.4,
      architecture: LLAMA_70B,
      variants: { g5x1: { ...a100().a100x1!, gpuClass: "a10g-24gb" } },
    });
    const pools = { small: { instanceType: "g5.2xlarge" } };
    expect(linesOf({ file, pools })).toEqual([
      `${FILE}#content.variants.g5x1: needs 137.3 GiB on one GPU of pool small: 131.4 GiB weights, 2.5 GiB for one request of 8192 tokens, 3.4 GiB engine; 20.3 GiB of the GPU's 22.1 GiB are usable; smallest fit: tensorParallel 8 on g6.48xlarge; or pin quantised weights, or a shorter max-model-len`,
    ]);
  });

  it("counts the context that the release asks for, not less", () => {
    const full = releaseFile({
      architecture: { ...LLAMA_70B, maxPositions: 131_072 },
      weightsGiB: 131.4,
      variants: a100(2),
    });
    expect(linesOf({ file: full })[0]).toContain("20.0 GiB for one request of 131072 tokens");
    const short = releaseFile({
      architecture: { ...LLAMA_70B, maxPositions: 131_072 },
      weightsGiB: 131.4,
      variants: a100(2),
      arguments: { "max-model-len": 8192 },
    });
    expect(linesOf({ file: short })).toEqual([]);
  });

  it("names the tensor parallel sizes that divide the heads", () => {
    expect(linesOf({ file: releaseFile({ variants: a100(3) }) })).toEqual([
      `${FILE}#content.variants.a100x3.tensorParallel: 3; one of 1, 2, 4, 8: it must divide 32 attention heads, and divide or be a multiple of 8 key-value heads; pin the release again with one of these`,
    ]);
  });

  it("refuses a model, a format and a split that are not known to work, and what moves memory elsewhere it leaves alone", () => {
    const architecture = { ...LLAMA_70B, name: "SomeNewForCausalLM" };
    expect(linesOf({ file: releaseFile({ architecture }) })[0]).toMatch(
      /#content\.architecture\.name: 'SomeNewForCausalLM'; a family whose memory is known here: .*; start it once/,
    );
    expect(linesOf({ file: releaseFile({ arguments: { "kv-cache-dtype": "fp8" } }) })[0]).toMatch(
      /variants\.a100x1\.arguments: kv-cache-dtype fp8 on compute capability 8\.0; an fp8 cache from/,
    );
    expect(linesOf({ file: releaseFile({ arguments: { "max-model-len": "16k" } }) })[0]).toMatch(
      /variants\.a100x1\.arguments: max-model-len 16k; at most 8192 tokens, which the model was made for; pin it again/,
    );
    const groups = { ...LLAMA_70B, intermediateSize: 29_568, quantized: { group: 128 } };
    expect(linesOf({ file: releaseFile({ architecture: groups, variants: a100(2) }) })[0]).toContain(
      "tensorParallel: 2; one of 1: it must leave whole groups of 128 on each GPU",
    );
    const offloaded = { architecture: LLAMA_70B, weightsGiB: 131.4, arguments: { "cpu-offload-gb": 80 } };
    expect(linesOf({ file: releaseFile(offloaded) })).toEqual([]);
  });

  it("names the GPUs of a node that is too small for the tensor parallel size", () => {
    const variants = { l40sx8: { ...a100().a100x1!, gpuClass: "l40s-48gb", tensorParallel: 8 } };
    expect(linesOf({ file: releaseFile({ variants }), pools: { mid: { instanceType: "g6e.12xlarge" } } })).toEqual([
      `${FILE}#content.variants.l40sx8.tensorParallel: 8; at most 4, the GPUs of one node of pool mid (g6e.12xlarge); lower it, or use a pool with more GPUs on a node`,
    ]);
  });

  it("wants a pool for every running release, and only one", () => {
    expect(linesOf({ pools: { big: { instanceType: "p5.48xlarge" } } })).toEqual([
      "models.chat.releases.r1: its variants run on a100-80gb; pools: big (h100-80gb); add a pool of class a100-80gb, or pin the release with a variant for a pool you have",
    ]);
    const pools = { a: { instanceType: "p4de.24xlarge" }, b: { instanceType: "p4de.24xlarge" } };
    expect(linesOf({ pools })).toEqual(["models.chat.pool: missing; 'r1' fits several pools: a, b; add `pool: a`"]);
    expect(linesOf({ pools, chat: { pool: "b" } })).toEqual([]);
    expect(linesOf({ pools, chat: { pool: "c" } })).toEqual([
      "models.chat.pool: 'c'; a pool of this stack: a, b; correct the name, or add the pool",
    ]);
  });
});

describe("regions", () => {
  it("names the regions that have an instance type", () => {
    expect(linesOf({ regions: ["us-east-1", "eu-west-1"] })).toEqual([
      "pools.a100.instanceType: p4de.24xlarge is not offered in eu-west-1; p4de.24xlarge is in ap-northeast-1, ap-southeast-1, eu-central-1, il-central-1, us-east-1, us-west-2; change `regions` or the instance type",
    ]);
  });

  it("names every place that breaks the residency, and London is not in the EU", () => {
    const eu = "eu-central-1, eu-west-1, eu-west-3, eu-north-1, eu-south-1, eu-south-2";
    const lines = linesOf({
      environment: { residency: ["eu"] },
      regions: ["us-east-1", "eu-west-2", "eu-central-1"],
      weights: { region: "ca-central-1" },
      pools: {},
    });
    expect(lines.slice(0, 3)).toEqual([
      `regions[0]: 'us-east-1' lies in us; environment.residency allows eu; use one of ${eu}`,
      `regions[1]: 'eu-west-2' lies in uk; environment.residency allows eu; use one of ${eu}`,
      `weights.region: 'ca-central-1' lies in ca; environment.residency allows eu; use one of ${eu}`,
    ]);
  });

  it("suggests the region that was meant, and wants one on AWS", () => {
    expect(linesOf({ regions: ["us-east1"] })[0]).toBe(
      "regions[0]: 'us-east1'; an AWS region; did you mean `us-east-1`?",
    );
    expect(linesOf({ regions: undefined })[0]).toBe(
      "regions: missing; a list of AWS regions, required on platform aws; add `regions: [us-east-1]`",
    );
  });

  it("suggests the instance type that was meant", () => {
    expect(linesOf({ pools: { a100: { instanceType: "p4de.24xlarg" } } })[0]).toBe(
      `pools.a100.instanceType: 'p4de.24xlarg'; one of ${[...INSTANCE_TYPES.keys()].join(", ")}; did you mean \`p4de.24xlarge\`?`,
    );
  });

  it("keeps AWS words out of platform kubernetes and asks what the GPUs are", () => {
    const environment = { platform: "kubernetes" };
    const lines = linesOf({
      environment,
      pools: { a: { instanceType: "p4de.24xlarge" }, b: { gpuClass: "h100-80gb" } },
    });
    expect(lines).toContain(
      "pools.a.instanceType: 'p4de.24xlarge'; platform kubernetes has no instance types; write `gpuClass`, `gpusPerNode` and `gpuMemoryGiB` instead",
    );
    expect(lines).toContain(
      "pools.b.gpuMemoryGiB: missing; required for accelerator class h100-80gb; add `gpuMemoryGiB: 79.25`",
    );
    expect(lines).toContain(
      "regions: 2 regions; platform kubernetes has one region, its cluster; keep one, or make an environment for each cluster",
    );
  });
});

describe("keys and values", () => {
  it("suggests the key that was meant", () => {
    expect(linesOf({ chat: { replica: 2 } })).toEqual([
      "models.chat.replica: unknown key; known here: live, previous, candidate, withdrawn, generation, releases, replicas, replicasOf, ha, pool, maxInFlight, limits, drain, startupSeconds, resources; did you mean `replicas`?",
    ]);
  });

  it("says why one replica is not enough for high availability", () => {
    expect(linesOf({ chat: { ha: true } })).toEqual([
      "models.chat.replicas: 1 for 'r1'; at least 2 with `ha: true`, so that one pod may go at any time; write 2 or more, or `ha: false`",
    ]);
    expect(linesOf({ chat: { ha: true, replicas: 3, replicasOf: { r1: 1 } } })).toEqual([
      "models.chat.replicasOf.r1: 1 for 'r1'; at least 2 with `ha: true`, so that one pod may go at any time; write 2 or more, or `ha: false`",
    ]);
  });

  it.each([
    [0, "0"],
    [-1, "-1"],
    [1.5, "1.5"],
    ["two", "'two'"],
  ])("refuses %p replicas", (replicas, printed) => {
    expect(linesOf({ chat: { replicas } })).toEqual([
      `models.chat.replicas: ${printed}; a whole number of replicas from 1 to 256 (2 or more with \`ha: true\`); write for example \`replicas: 1\` (the default)`,
    ]);
  });

  it.each([
    [0, "0"],
    [-5, "-5"],
    ["5 minutes", "'5 minutes'"],
    [1e99, "1e+99"],
  ])("answers a duration of %p with unit and range", (streamSeconds, printed) => {
    expect(linesOf({ chat: { drain: { streamSeconds } } })).toEqual([
      `models.chat.drain.streamSeconds: ${printed}; a whole number of seconds from 1 to 7200; write for example \`streamSeconds: 60\` (the default)`,
    ]);
  });

  it("shows the arithmetic of a grace period that cuts streams", () => {
    expect(linesOf({ chat: { drain: { propagationSeconds: 8, streamSeconds: 60, graceSeconds: 30 } } })).toEqual([
      "models.chat.drain.graceSeconds: 30 s; at least 8 s propagation + 60 s streams + 10 s margin = 78 s; write `graceSeconds: 78`, or remove it and it is calculated",
    ]);
  });

  it.each([
    ["../etc", "'../etc'"],
    ["Chat", "'Chat'"],
    ["x".repeat(300), `'${"x".repeat(60)}…' (300 characters)`],
    ["chät", "'ch\\u{e4}t'"],
    ["--flag", "'--flag'"],
    ["chat-", "'chat-'"],
  ])("refuses the name %s", (name, printed) => {
    const { id } = releaseFile();
    expect(
      linesOf({ models: { chat: { live: "r1", releases: { r1: id } }, [name]: { live: "r1", releases: {} } } }),
    ).toEqual([
      `models: ${printed}; a name of 1 to 20 lower-case letters, digits and hyphens that starts with a letter and does not end with a hyphen; rename it, here and wherever it is named`,
    ]);
  });

  it("names a model that a policy invented", () => {
    expect(linesOf({ policies: { app: { models: ["chatt"], default: "chat" } } })).toEqual([
      "policies.app.models[0]: 'chatt' is not a model of this stack; one of chat; did you mean `chat`?",
      "policies.app.default: 'chat'; one of the policy's models: chatt; choose one of them, or add it to the policy's models",
    ]);
  });

  it("names two routes that would be one", () => {
    const r1 = releaseFile();
    const model = { live: "r1", releases: { r1: r1.id } };
    const policies = { a: { models: ["b-c"] }, "a-b": { models: ["c", "c"] } };
    writeStack(
      folder,
      { ...goodSections(r1), models: { "b-c": model, c: model }, policies },
      { c: { r1 }, "b-c": { r1 } },
    );
    const rest = "each route name once, and policies.a.models[0] has it; remove one of the two, or rename the policy";
    expect(problemLines(folder.root)).toEqual([
      `policies.a-b.models[0]: 'c' makes the route a-b-c; ${rest}`,
      `policies.a-b.models[1]: 'c' makes the route a-b-c; ${rest}`,
    ]);
  });

  it("lists every problem of every section at once", () => {
    const lines = linesOf({
      environment: { profile: "strict", residency: ["eu"] },
      chat: { replica: 2, drain: { streamSeconds: 0, graceSeconds: 3 }, previous: ["r7"] },
      policies: { app: { models: ["nope"] } },
    });
    expect(lines.map((line) => line.split(": ")[0])).toEqual([
      "environment.profile",
      "models.chat.drain.streamSeconds",
      "models.chat.replica",
      "regions[0]",
      "regions[1]",
      "models.chat.previous[0]",
      "models.chat.drain.graceSeconds",
      "policies.app.models[0]",
    ]);
  });
});

describe("engine", () => {
  it("refuses an engine below the floor and says which faults it has", () => {
    expect(linesOf({ file: releaseFile({ engine: "0.30.0" }) })).toEqual([
      `${FILE}#content.engine.version: vllm 0.30.0 has GHSA-h3rc (remote code execution through mm_processor_kwargs; fixed in 0.31.0), GHSA-4xqp (min_tokens hangs the engine; fixed in 0.31.0); vllm 0.31.0 or newer; pin it again with a newer engine, or take the risk for a time: environment.waivers: [{ check: engine-floor, until: <date>, reason: <why> }]`,
    ]);
    expect(linesOf({ file: releaseFile({ engine: "0.26.0" }) })[0]).toContain(
      "CVE-2026-73558 (a request can receive another user's output; fixed in 0.27.0)",
    );
  });

  it("lets a dated waiver through until its day, and says when it ended", () => {
    const waivers = [{ check: "engine-floor", until: "2026-11-30", reason: "upgrade is planned for December" }];
    const spoilt = { file: releaseFile({ engine: "0.30.0" }), environment: { waivers } };
    // The floor is waived; that nobody recorded the flags of this version is another matter.
    expect(linesOf({ ...spoilt, today: "2026-11-30" })).toEqual([
      `${FILE}#content.engine.version: vllm 0.30.0; a vLLM whose flags are recorded: 0.31, 0.32, 0.33; pin it again with one of these, or record its flags: homeport engine record`,
    ]);
    expect(linesOf({ ...spoilt, today: "2026-12-01" })[0]).toContain("the waiver ended on 2026-11-30; pin it again");
  });

  it("refuses a waiver without an end, and one for a check that there is not", () => {
    expect(
      linesOf({ environment: { waivers: [{ check: "engine-flor", until: "soon", reason: "upgrade is planned" }] } }),
    ).toEqual(["environment.waivers[0].until: 'soon'; a date like 2027-01-31; write for example `until: 2027-01-31`"]);
    expect(
      linesOf({
        environment: { waivers: [{ check: "engine-flor", until: "2027-01-01", reason: "upgrade is planned" }] },
      }),
    ).toEqual([
      "environment.waivers[0].check: 'engine-flor'; a check that can be waived: engine-floor; correct the name, or remove the waiver",
    ]);
  });

  it("warns when the data of the floors is old, and stops nothing", () => {
    linesOf({});
    expect(readStack(folder.root, "test", "2026-12-01").warnings).toEqual([]);
    expect(readStack(folder.root, "test", "2027-02-01").warnings).toEqual([
      "version floors were last checked 71 days ago (2026-11-22); newer advisories are not in them: update homeport, or infra/core/floors.json",
    ]);
  });

  it("does not judge the engine of a release that does not run", () => {
    const [good, old] = [releaseFile(), releaseFile({ engine: "0.20.0", source: `hf://org/old@${COMMIT}` })];
    const chat = { live: "r1", releases: { r0: old.id, r1: good.id } };
    writeStack(folder, { ...goodSections(good), models: { chat } }, { chat: { r0: old, r1: good } });
    expect(problemLines(folder.root)).toEqual([]);
  });

  it("forbids repository code under the regulated profile, wherever it is switched on", () => {
    const variants = { a100x1: { ...a100().a100x1!, arguments: { "trust-remote-code": true } } };
    const file = releaseFile({ arguments: { "trust-remote-code": true }, variants });
    const rest =
      "true; forbidden under environment.profile regulated; pin a model that runs without repository code, or use another profile";
    expect(linesOf({ file, environment: { profile: "regulated" } })).toEqual([
      `${FILE}#content.arguments.trust-remote-code: ${rest}`,
      `${FILE}#content.variants.a100x1.arguments.trust-remote-code: ${rest}`,
    ]);
    expect(linesOf({ file })[0]).toBe(
      `${FILE}#content.variants.a100x1.arguments.trust-remote-code: it runs code that comes with the weights or from outside the image; pin a model that needs no code of its own`,
    );
  });

  it("refuses arguments that this vLLM does not take, in the release and in its variants", () => {
    const variants = { a100x1: { ...a100().a100x1!, arguments: { "max-num-seqs": 0 } } };
    expect(linesOf({ file: releaseFile({ arguments: { "max-modle-len": 8192 }, variants }) })).toEqual([
      `${FILE}#content.arguments.max-modle-len: 8192; no flag of vLLM 0.32; did you mean max-model-len?`,
      `${FILE}#content.variants.a100x1.arguments.max-num-seqs: 0; at least 1; correct max-num-seqs`,
    ]);
  });
});
