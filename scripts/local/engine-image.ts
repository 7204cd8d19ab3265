import { ENGINE_RUNTIME_ROOT } from "../../infra/values/engine-environment";
import type { BuiltImage } from "../lib/oci/image";
import type { LayerEntry } from "../lib/oci/layer";
import { packOnce } from "./images";

const link = (path: string, below: string): LayerEntry => ({
  kind: "symlink",
  path,
  target: `${ENGINE_RUNTIME_ROOT}/${below}`,
});

const LAYER: readonly LayerEntry[] = [
  link("usr", "usr"),
  link("bin", "usr/bin"),
  link("lib", "usr/lib"),
  link("lib64", "lib64"),
  { kind: "directory", path: "opt/engine" },
  { kind: "directory", path: "tmp", mode: 0o1777 },
  { kind: "file", path: "etc/passwd", content: "nonroot:x:65532:65532:nonroot:/tmp:/bin/sh\n" },
  { kind: "file", path: "etc/group", content: "nonroot:x:65532:\n" },
  { kind: "file", path: "etc/nsswitch.conf", content: "passwd: files\ngroup: files\nhosts: files dns\n" },
];

/**
 * The engine's image on the local platform: folders and links only, so that its digest is the same on every machine
 * and can stand in a committed release file. Everything they lead to comes from the runtime claim.
 */
export const engineImage = (): Promise<BuiltImage> =>
  packOnce({
    name: "homeport.local/engine",
    layers: [LAYER],
    config: {
      user: "65532:65532",
      env: {
        PATH: `${ENGINE_RUNTIME_ROOT}/venv/bin:/usr/bin`,
        HOME: "/tmp",
        PYTHONDONTWRITEBYTECODE: "1",
      },
    },
  });
