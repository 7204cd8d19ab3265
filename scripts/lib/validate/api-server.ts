import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperationError } from "../../../infra/core/errors";
import { toolBinary } from "../../../infra/core/tool-binaries";
import { attempt, lastLines } from "../../local/command";
import { toolPath } from "../../local/toolchain";

const READY_MS = 60_000;

/**
 * A real API server on loopback, alone with its etcd: it stores, validates and admits, and nothing runs. Needs no root.
 * Ended and removed when the work is done, whatever comes of it. Work gets the path of a kubeconfig.
 */
export async function withApiServer<T>(work: (kubeconfig: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "homeport-api-"));
  const running: ChildProcess[] = [];
  try {
    const [client, peer, secure] = await freePorts();
    running.push(start(folder, "etcd", etcdArguments(folder, client, peer)));
    const token = randomBytes(24).toString("hex");
    writeFileSync(join(folder, "tokens.csv"), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
    serviceAccountKey(join(folder, "service-account.key"));
    running.push(start(folder, "kube-apiserver", serverArguments(folder, client, secure)));
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, JSON.stringify(kubeconfigOf(secure, token)), { mode: 0o600 });
    await ready(folder, kubeconfig, running);
    return await work(kubeconfig);
  } finally {
    for (const child of running.reverse()) await ended(child);
    await rm(folder, { recursive: true, force: true });
  }
}

const etcdArguments = (folder: string, client: number, peer: number): string[] => [
  `--data-dir=${join(folder, "etcd")}`,
  `--listen-client-urls=http://127.0.0.1:${client}`,
  `--advertise-client-urls=http://127.0.0.1:${client}`,
  `--listen-peer-urls=http://127.0.0.1:${peer}`,
  "--unsafe-no-fsync",
];

const serverArguments = (folder: string, etcd: number, secure: number): string[] => [
  `--etcd-servers=http://127.0.0.1:${etcd}`,
  "--bind-address=127.0.0.1",
  "--advertise-address=127.0.0.1",
  `--secure-port=${secure}`,
  `--cert-dir=${join(folder, "certificates")}`,
  `--token-auth-file=${join(folder, "tokens.csv")}`,
  "--authorization-mode=RBAC",
  "--service-cluster-ip-range=10.96.0.0/16",
  "--service-account-issuer=https://kubernetes.default.svc",
  `--service-account-key-file=${join(folder, "service-account.key")}`,
  `--service-account-signing-key-file=${join(folder, "service-account.key")}`,
  // As in every real cluster; whether a pod may be privileged is Pod Security's to say.
  "--allow-privileged=true",
];

const kubeconfigOf = (port: number, token: string) => ({
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "alone", cluster: { server: `https://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
  users: [{ name: "admin", user: { token } }],
  contexts: [{ name: "alone", context: { cluster: "alone", user: "admin" } }],
  "current-context": "alone",
});

function serviceAccountKey(path: string): void {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(path, privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 });
}

function start(folder: string, program: string, args: readonly string[]): ChildProcess {
  const log = openSync(join(folder, `${program}.log`), "w");
  return spawn(toolPath("kubernetes", program), args, { stdio: ["ignore", log, log], cwd: folder });
}

async function ready(folder: string, kubeconfig: string, running: readonly ChildProcess[]): Promise<void> {
  const question = ["--kubeconfig", kubeconfig, "get", "--raw", "/readyz"];
  const deadline = Date.now() + READY_MS;
  while ((await attempt(toolBinary("kubectl"), question)).code !== 0) {
    const gone = running.some(({ exitCode }) => exitCode !== null);
    if (gone || Date.now() > deadline) throw notStarted(folder);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function notStarted(folder: string): OperationError {
  const said = lastLines(readFileSync(join(folder, "kube-apiserver.log"), "utf8"), 3);
  return new OperationError(`the API server did not start: ${said}`, "see the words above, then run validate again");
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  const patience = setTimeout(() => child.kill("SIGKILL"), 5000);
  await exit;
  clearTimeout(patience);
}

/** Three ports at once, so that none is given twice. */
async function freePorts(): Promise<[number, number, number]> {
  const servers = [0, 1, 2].map(() => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports as [number, number, number];
}
