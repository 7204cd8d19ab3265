import { liesOnMount } from "../../../infra/agent/node-cache/mount";

const info = (...mounts: [rootInFs: string, at: string][]): string =>
  mounts.map(([root, at], i) => `${20 + i} 1 8:${i} ${root} ${at} rw,relatime - ext4 /dev/x rw`).join("\n");

test.each([
  ["host, disk mounted", info(["/", "/"], ["/", "/mnt/k8s-disks/0"]), "/mnt/k8s-disks/0/homeport", true],
  ["host, disk missing", info(["/", "/"]), "/mnt/k8s-disks/0/homeport", false],
  ["pod, disk mounted", info(["/", "/"], ["/homeport", "/weights"]), "/weights", true],
  ["pod, disk missing", info(["/", "/"], ["/mnt/k8s-disks/0/homeport", "/weights"]), "/weights", false],
  [
    "pod, same path, disk mounted",
    info(["/", "/"], ["/homeport", "/mnt/k8s-disks/0/homeport"]),
    "/mnt/k8s-disks/0/homeport",
    true,
  ],
  [
    "pod, same path, disk missing",
    info(["/", "/"], ["/mnt/k8s-disks/0/homeport", "/mnt/k8s-disks/0/homeport"]),
    "/mnt/k8s-disks/0/homeport",
    false,
  ],
  ["a disk with a similar name", info(["/", "/"], ["/", "/mnt/k8s-disks/01"]), "/mnt/k8s-disks/0/homeport", false],
  [
    "mounted over",
    info(["/", "/"], ["/mnt/k8s-disks/0/homeport", "/weights"], ["/homeport", "/weights"]),
    "/weights",
    true,
  ],
])("%s", (_, mountinfo, folder, expected) => {
  expect(liesOnMount(mountinfo, folder, "/mnt/k8s-disks/0")).toBe(expected);
});

test("a mount point with a blank in its name", () => {
  expect(liesOnMount(info(["/", "/"], ["/", "/mnt/a\\040b"]), "/mnt/a b/homeport", "/mnt/a b")).toBe(true);
});
