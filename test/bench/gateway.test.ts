import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GuardConfig } from "../../infra/core/agent-config";
import { missedLatencies } from "../../scripts/bench/gateway";
import { gatewayObjects, stubSource } from "../../scripts/bench/gateway-objects";
import { gatewayText } from "../../scripts/bench/gateway-text";
import { machine } from "../../scripts/bench/machine";
import { bodyOfSize, pairedLatency } from "../../scripts/bench/paired-latency";
import { liveDeployment, liveRoute } from "./live-objects";

const servers: Server[] = [];
const children: ChildProcess[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  for (const child of children) child.kill("SIGKILL");
});

async function answersAfter(ms: number, status = 200): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => setTimeout(() => response.writeHead(status).end("{}"), ms));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test("what one way takes longer than another is what was added", async () => {
  const peers = { direct: { url: await answersAfter(2) }, far: { url: await answersAfter(22) } };
  const latency = await pairedLatency(peers, "{}", 20, 2);
  expect(latency.far.p50 - latency.direct.p50).toBeGreaterThan(15);
  expect(latency.far.p50 - latency.direct.p50).toBeLessThan(30);
});

test("a way that refuses is an error, never a fast answer", async () => {
  const peers = { direct: { url: await answersAfter(0) }, refused: { url: await answersAfter(0, 403) } };
  await expect(pairedLatency(peers, "{}", 3, 1)).rejects.toThrow("answered 403");
});

test("bodies have the size they are named after, and are chat requests", () => {
  for (const bytes of [1024, 200 * 1024]) {
    const body = bodyOfSize("chat", bytes);
    expect(Buffer.byteLength(body)).toBe(bytes);
    expect(JSON.parse(body)).toMatchObject({ model: "chat", max_tokens: 1 });
  }
});

test("the stub runs as one script without anything beside it", async () => {
  const env = { ...process.env, STUB_PORT: "0" };
  const child = spawn(process.execPath, ["-e", stubSource()], { stdio: ["ignore", "pipe", "inherit"], env });
  children.push(child);
  const { port } = await new Promise<AddressInfo>((resolve) =>
    child.stdout.once("data", (line) => resolve(JSON.parse(String(line)))),
  );
  const reply = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: "POST", body: "{}" });
  expect(await reply.json()).toMatchObject({ object: "chat.completion", choices: [{ finish_reason: "length" }] });
});

test("the guard in the bench is set up as the live release's, its route has every policy, and each way its key", () => {
  const objects = gatewayObjects(liveDeployment, liveRoute, "app-keys", 1024) as {
    kind: string;
    metadata: { name: string };
    spec: { containers?: { name: string; env?: { value: string }[] }[]; apiKeyAuth?: { credentialRefs: unknown } };
  }[];
  expect(objects.map((o) => `${o.kind} ${o.metadata.name}`)).toEqual([
    "Pod bench-gateway",
    "Service bench-gateway",
    "HTTPRoute bench-gateway-envoy",
    "SecurityPolicy bench-gateway-envoy",
    "HTTPRoute bench-gateway-guard",
    "SecurityPolicy bench-gateway-guard",
    "BackendTrafficPolicy bench-gateway-guard",
  ]);
  const guard = objects[0]!.spec.containers!.find(({ name }) => name === "guard")!;
  expect(GuardConfig.parse(JSON.parse(guard.env![0]!.value)).limits.maxInFlight).toBe(64);
  for (const policy of objects.filter(({ kind }) => kind === "SecurityPolicy"))
    expect(policy.spec.apiKeyAuth!.credentialRefs).toEqual([{ kind: "Secret", name: "app-keys" }]);
});

test("figures above the promise are named, figures below are not", () => {
  const at = (p50: number, p99: number) => ({ p50, p99 });
  const result = (bytes: number, p50: number, p99: number) => ({
    bytes,
    rounds: 10,
    warmUp: 5,
    latency: { direct: at(1, 2), envoy: at(1.2, 3), guard: at(1 + p50, 2 + p99) },
  });
  expect(missedLatencies([result(1024, 0.9, 4.9), result(200 * 1024, 4.9, 50)])).toEqual([]);
  const missed = missedLatencies([result(1024, 1.1, 5.5), result(200 * 1024, 5.1, 50)]);
  expect(missed).toEqual([
    "Envoy and guard add 1.10 ms to the p50 of 1024 bytes, 1 is the promise",
    "Envoy and guard add 5.50 ms to the p99 of 1024 bytes, 5 is the promise",
    "Envoy and guard add 5.10 ms to the p50 of 204800 bytes, 5 is the promise",
  ]);
  const text = gatewayText({ machine: machine(), idleStates: "off", results: [result(1024, 0.5, 1)], missed });
  expect(text).toMatch(/1 KiB +10 after 5 +1\.00 \/ 2\.00 +0\.20 \/ 1\.00 +0\.50 \/ 1\.00/);
  expect(text).toContain("Idle states of the processors: off.");
  expect(text).toContain("MISSED: Envoy and guard add 1.10 ms");
});
