import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubeconfigOf } from "../../scripts/local/named-cluster";

describe("a cluster named by its kubeconfig context", () => {
  const folder = mkdtempSync(join(tmpdir(), "homeport-context-"));
  const before = process.env.KUBECONFIG;
  const server = createServer((_, response) => response.end("ok"));
  let port = 0;

  beforeAll(async () => {
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    port = (server.address() as AddressInfo).port;
    const cluster = (name: string, at: number) => ({ name, cluster: { server: `http://127.0.0.1:${at}` } });
    const context = (name: string) => ({ name, context: { cluster: name, user: "me" } });
    process.env.KUBECONFIG = join(folder, "config");
    writeFileSync(
      process.env.KUBECONFIG,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [cluster("up", port), cluster("away", 1)],
        users: [{ name: "me", user: { token: "secret-token" } }],
        contexts: [context("up"), context("away")],
        "current-context": "away",
      }),
    );
  });
  afterAll(() => {
    if (before === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = before;
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("gives a file with that context alone, whichever is the current one, readable by its owner only", async () => {
    const file = await kubeconfigOf(folder, "up");
    const config = JSON.parse(readFileSync(file, "utf8"));
    expect(config["current-context"]).toBe("up");
    expect(config.clusters.map(({ name }: { name: string }) => name)).toEqual(["up"]);
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  test("an unknown name and a cluster that does not answer are sentences with a fix", async () => {
    await expect(kubeconfigOf(folder, "nowhere")).rejects.toThrow(
      /--context: 'nowhere' \(.*\); one of (up, away|away, up); .*get-contexts/,
    );
    await expect(kubeconfigOf(folder, "away")).rejects.toThrow(/context away does not answer; check that it runs/);
  });
});
