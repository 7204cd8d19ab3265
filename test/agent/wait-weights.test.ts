import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitForWeights } from "../../infra/agent/wait-weights";

const hex = "ab".repeat(32);
const releaseId = `sha256:${hex}`;
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "wait-"));
  for (const folder of ["verified", "failed"]) mkdirSync(join(root, folder));
});
afterEach(() => rmSync(root, { recursive: true }));

const wait = (timeoutSeconds = 5, signal = new AbortController().signal) =>
  waitForWeights({ root, releaseId, timeoutSeconds }, signal, 5);
const mark = (kind: string, marker: object) => writeFileSync(join(root, kind, `${hex}.json`), JSON.stringify(marker));

test("goes on as soon as the marker is there", async () => {
  const waiting = wait();
  setTimeout(() => mark("verified", { release: releaseId }), 30);
  expect(await waiting).toEqual({ ok: true, message: "weights of r-ababababab are verified" });
});

test("a marker of another release is not enough", async () => {
  mark("verified", { release: "sha256:other" });
  expect((await wait(0.05)).ok).toBe(false);
});

test("a refusal is told with its three facts", async () => {
  mark("failed", { file: "model.safetensors", expected: "sha256:aa", found: "sha256:bb", release: releaseId, at: "" });
  expect(await wait()).toEqual({
    ok: false,
    message: "weights of r-ababababab refused: file model.safetensors; expected sha256:aa; found sha256:bb",
  });
});

test("when the time is up it says what it waited for", async () => {
  expect((await wait(0.05)).message).toBe(
    `waited 0.05 s for weights of r-ababababab: no ${root}/verified/${hex}.json; the node cache's pod on this node says why`,
  );
});

test("the agent's verb: exit code 1 with the facts on stderr; SIGTERM ends the wait at once", async () => {
  const run = () => {
    const agent = spawn(
      process.execPath,
      ["--import", "tsx", join(__dirname, "../../infra/agent/main.ts"), "wait-weights"],
      {
        env: { ...process.env, AGENT_CONFIG: JSON.stringify({ root, releaseId, timeoutSeconds: 60 }) },
      },
    );
    let stderr = "";
    agent.stderr.on("data", (text) => {
      stderr += text;
    });
    const code = new Promise<number | null>((resolve) => agent.once("close", resolve));
    return { agent, code, stderr: () => stderr };
  };
  const waiting = run();
  await new Promise((resolve) => waiting.agent.stdout.once("data", resolve));
  const asked = Date.now();
  waiting.agent.kill("SIGTERM");
  expect(await waiting.code).toBe(1);
  expect(Date.now() - asked).toBeLessThan(1500);
  expect(waiting.stderr()).toBe("stopped while waiting for weights of r-ababababab\n");

  mark("failed", { file: "a", expected: "b", found: "c" });
  const refused = run();
  expect(await refused.code).toBe(1);
  expect(refused.stderr()).toBe("weights of r-ababababab refused: file a; expected b; found c\n");
}, 20_000);
