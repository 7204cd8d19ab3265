import { resolve } from "node:path";
import { bundleAgent } from "../../scripts/lib/oci/agent-image";

test("the agent's bundle is the same twice and names no path of this machine", async () => {
  const [first, second] = await Promise.all([bundleAgent(), bundleAgent()]);
  expect(second).toBe(first);
  expect(first).toContain("wait-weights");
  expect(first).not.toContain(resolve(__dirname, "../.."));
  expect(first).not.toContain("sourceMappingURL");
});
