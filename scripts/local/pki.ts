import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command";
import { type Addresses, NODE_PORTS, type Places } from "./layout";

interface Subject {
  commonName: string;
  organisation?: string;
  alternativeNames?: readonly string[];
}

/** Who gets a certificate of the cluster's own authority. Groups and names are those that Kubernetes' RBAC expects. */
export function subjectsOf(at: Addresses): Record<string, Subject> {
  const api = ["", ".default", ".default.svc", ".default.svc.cluster.local"].map((suffix) => `DNS:kubernetes${suffix}`);
  const hosts = ["127.0.0.1", at.apiServiceAddress, at.nodeAddress].map((address) => `IP:${address}`);
  return {
    apiserver: { commonName: "kube-apiserver", alternativeNames: [...api, "DNS:localhost", ...hosts] },
    admin: { commonName: "homeport-admin", organisation: "system:masters" },
    "apiserver-kubelet-client": { commonName: "kube-apiserver-kubelet-client", organisation: "system:masters" },
    kubelet: {
      commonName: `system:node:${at.nodeName}`,
      organisation: "system:nodes",
      alternativeNames: [`DNS:${at.nodeName}`, `IP:${at.nodeAddress}`],
    },
    "controller-manager": { commonName: "system:kube-controller-manager" },
    scheduler: { commonName: "system:kube-scheduler" },
    proxy: { commonName: "system:kube-proxy" },
  };
}

const DAYS = "3650";
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Makes the authority, every certificate and kubeconfig unless they are there for these addresses. */
export async function ensurePki(places: Places, at: Addresses): Promise<void> {
  const subjects = subjectsOf(at);
  const wanted = JSON.stringify(subjects);
  const mark = join(places.pki, "subjects.json");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  const part = `${places.pki}.part`;
  for (const folder of [part, places.pki]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(part, { recursive: true, mode: 0o700 });
  const inPart = (args: readonly string[]) => run("openssl", args, { cwd: part, fix: "apt-get install openssl" });
  const authority = ["-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=homeport-local", "-days", DAYS];
  await inPart(["req", "-x509", ...NEW_KEY, ...authority]);
  await inPart(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", "accounts.key"]);
  await inPart(["pkey", "-in", "accounts.key", "-pubout", "-out", "accounts.pub"]);
  for (const [name, subject] of Object.entries(subjects)) {
    await issue(inPart, name, subject);
    const server = `https://${at.nodeAddress}:${NODE_PORTS.api}`;
    writeFileSync(join(part, `${name}.kubeconfig`), kubeconfig(part, name, server), { mode: 0o600 });
  }
  writeFileSync(join(part, "subjects.json"), wanted);
  renameSync(part, places.pki);
}

async function issue(openssl: (args: readonly string[]) => Promise<string>, name: string, subject: Subject) {
  const { commonName, organisation, alternativeNames } = subject;
  const names = alternativeNames === undefined ? [] : ["-addext", `subjectAltName=${alternativeNames.join(",")}`];
  const path = `${organisation === undefined ? "" : `/O=${organisation}`}/CN=${commonName}`;
  await openssl(["req", ...NEW_KEY, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", path, ...names]);
  const signing = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-copy_extensions", "copy", "-days", DAYS];
  await openssl(["x509", "-req", "-in", `${name}.csr`, ...signing, "-out", `${name}.crt`]);
}

/** With the certificates inside, so that one file is enough wherever it is copied. JSON is YAML. */
function kubeconfig(folder: string, name: string, server: string): string {
  const base64 = (file: string): string => readFileSync(join(folder, file)).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "homeport-local", cluster: { server, "certificate-authority-data": base64("ca.crt") } }],
    users: [
      {
        name,
        user: { "client-certificate-data": base64(`${name}.crt`), "client-key-data": base64(`${name}.key`) },
      },
    ],
    contexts: [{ name: "homeport-local", context: { cluster: "homeport-local", user: name } }],
    "current-context": "homeport-local",
  });
}
