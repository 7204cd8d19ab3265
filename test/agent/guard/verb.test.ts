import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { FakeEngine } from "../../support/fake-engine";
import { freePort } from "../../support/free-port";
import { guardConfig, until } from "../../support/guard";

const program = join(mkdtempSync(join(tmpdir(), "homeport-agent-")), "agent.cjs");
beforeAll(() => {
  buildSync({
    entryPoints: [join(__dirname, "../../../infra/agent/main.ts")],
    bundle: true,
    platform: "node",
    target: "node20",
    outfile: program,
    logLevel: "error",
  });
});

const start = (settings: string, verb = "guard"): { child: ChildProcess; out: () => string; err: () => string } => {
  const child = spawn(process.execPath, [program, verb], { env: { AGENT_CONFIG: settings } });
  const text = { out: "", err: "" };
  child.stdout.on("data", (data) => {
    text.out += data;
  });
  child.stderr.on("data", (data) => {
    text.err += data;
  });
  return { child, out: () => text.out, err: () => text.err };
};

it("bad settings are one error that lists all of them, without a stack trace, exit code 2", async () => {
  const settings = { ...guardConfig("http://127.0.0.1:1"), model: 5, watch: { intervalSeconds: -1 }, bogus: 1 };
  const { child, err } = start(JSON.stringify(settings));
  expect((await once(child, "close"))[0]).toBe(2);
  for (const path of ["model", "watch.intervalSeconds", "watch.unreadyAfterSeconds"])
    expect(err()).toContain(`AGENT_CONFIG.${path}: `);
  expect(err()).toContain("bogus");
  expect(err()).not.toMatch(/^\s+at /m);
});

it("the bundled program serves, writes audit lines to stdout only, and ends with 0 on SIGTERM", async () => {
  const engine = await new FakeEngine().start();
  const ports = { serve: await freePort(), admin: await freePort(), metrics: await freePort() };
  const config = { ...guardConfig(engine.url), ports };
  const { child, out, err } = start(JSON.stringify(config));
  try {
    const ready = () =>
      fetch(`http://127.0.0.1:${ports.admin}/ready`).then(
        (r) => r.ok,
        () => false,
      );
    await until(ready, 5000);
    const response = await fetch(`http://127.0.0.1:${ports.serve}/v1/models`);
    expect(response.status).toBe(200);
    await until(() => out() !== "", 1000);
    expect(
      out()
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).route),
    ).toEqual(["/v1/models"]);
    expect(err()).toContain("ready");
  } finally {
    child.kill("SIGTERM");
  }
  expect((await once(child, "close"))[0]).toBe(0);
  await engine.kill();
});
