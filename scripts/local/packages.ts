import { existsSync } from "node:fs";
import { OperationError } from "../../infra/core/errors";
import { attempt, run } from "./command";

/** A file that a Debian package brings, by the package's name. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  containerd: ["/usr/bin/containerd", "/usr/bin/ctr"],
  runc: ["/usr/sbin/runc"],
  "containernetworking-plugins": ["/usr/lib/cni/ptp"],
  iproute2: ["/sbin/ip", "/usr/sbin/ip", "/bin/ip"],
  nftables: ["/usr/sbin/nft"],
  iptables: ["/usr/sbin/iptables"],
  socat: ["/usr/bin/socat"],
  conntrack: ["/usr/sbin/conntrack"],
  openssl: ["/usr/bin/openssl"],
  "python3-venv": ["/usr/lib/python3.11/ensurepip/__init__.py"],
  libnuma1: ["/usr/lib/x86_64-linux-gnu/libnuma.so.1"],
  "libstdc++6": ["/usr/lib/x86_64-linux-gnu/libstdc++.so.6"],
};
// ctr comes with containerd; the other lists are alternatives of one file.
const present = (name: string, files: readonly string[]): boolean =>
  name === "containerd" ? files.every(existsSync) : files.some(existsSync);

export const missingPackages = (): string[] =>
  Object.entries(NEEDED)
    .filter(([name, files]) => !present(name, files))
    .map(([name]) => name);

/** Installs what is missing from the distribution's packages; needs root. */
export async function installPackages(names: readonly string[]): Promise<void> {
  const { code } = await attempt("apt-get", ["--version"]).catch(() => ({ code: 1 }));
  if (code !== 0)
    throw new OperationError(
      `${names.join(", ")} are not installed, and this is not a Debian system`,
      "install them with the system's own package manager, or name a cluster with --context",
    );
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const wait = ["-o", "DPkg::Lock::Timeout=300"];
  await run("apt-get", [...wait, "update", "-qq"], { env });
  await run("apt-get", [...wait, "install", "-y", "-qq", "--no-install-recommends", ...names], { env });
}
