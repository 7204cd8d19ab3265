import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { toolBinary } from "../../infra/core/tool-binaries";
import { renderStack } from "../../scripts/lib/render/render";
import { toYaml } from "../../scripts/lib/render/write";
import { attempt } from "../../scripts/local/command";

jest.setTimeout(180_000);

const KUBECONFIG = resolve(__dirname, "../../.homeport/local/kubeconfig");

/** Secret values are made on the machine; the proxy's image there is one that was packed there. */
const MADE_LOCALLY = new Set(["Secret", "EnvoyProxy"]);

/** Needs the local platform with stack `local` on it, as `npm run local` leaves it. */
it("what render prints of stack local is what runs there, Secret values and the packed proxy image aside", async () => {
  const { objects } = await renderStack("local");
  const compared = objects.filter(({ object }) => !MADE_LOCALLY.has(object.kind));
  const folder = mkdtempSync(join(tmpdir(), "homeport-diff-"));
  try {
    for (const [i, { object }] of compared.entries()) writeFileSync(join(folder, `${i}.yaml`), toYaml(object));
    const { code, stdout, stderr } = await attempt(toolBinary("kubectl"), [
      ...["--kubeconfig", KUBECONFIG, "diff", "--server-side", "--field-manager=homeport", "--filename", folder],
    ]);
    expect(`${stdout}${stderr}`).toBe("");
    expect(code).toBe(0);
    expect(compared.length).toBeGreaterThanOrEqual(30);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
