import { readVersions } from "../../infra/values/versions";
import { buildAgentImage } from "../../scripts/lib/oci/agent-image";

jest.setTimeout(600_000);

it("is the recorded one, byte for byte, wherever it is built; where Debian has moved on, it says which package", async () => {
  const image = await buildAgentImage();
  const moved = image.drifted.map(({ name, locked, taken }) => `${name} ${locked} -> ${taken}`);
  if (moved.length > 0) {
    process.stderr.write(`the recorded digest cannot be compared: Debian has other packages (${moved.join(", ")})\n`);
    return;
  }
  expect(image.reference).toBe(readVersions().images.agent);
});
