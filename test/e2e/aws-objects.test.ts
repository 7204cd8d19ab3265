import { ACCEPTED } from "../../scripts/lib/checkers/accepted";
import { checkObjects } from "../../scripts/lib/checkers/check-objects";
import { complaints, judgedTable } from "../../scripts/lib/checkers/report-check";
import type { RenderedStack } from "../../scripts/lib/render/render";
import { withApiServer } from "../../scripts/lib/validate/api-server";
import { validateObjects } from "../../scripts/lib/validate/validate";
import { Stacks } from "../support/stacks";

jest.setTimeout(900_000); // on a bare machine the checkers and an API server are built first

const stacks = new Stacks();

/** The in-cluster half of AWS environments: both of prod's regions, and a stack whose images are all its own. */
describe.each([
  ["prod", 160, 14],
  ["airgapped", 60, 7],
])("every Kubernetes object of stack %s", (stack, leastObjects, leastPodSpecs) => {
  let rendered: RenderedStack;
  beforeAll(async () => {
    rendered = await stacks.render(stack);
  });

  it("passes the three checkers, and each pod spec was judged by each", async () => {
    const result = await checkObjects(rendered.objects, ACCEPTED);
    expect(complaints(result)).toEqual([]);
    expect(result.expected.podSpecs).toBeGreaterThanOrEqual(leastPodSpecs);
    expect(result.tallies.map(({ podSpecs }) => podSpecs)).toEqual(Array(3).fill(result.expected.podSpecs));
    console.info(`${stack}\n${judgedTable(result)}`);
  });

  it("is accepted by a real API server that knows the kinds of the controllers on AWS", async () => {
    const { judged, customKinds, problems } = await withApiServer((kubeconfig) =>
      validateObjects(kubeconfig, rendered.objects),
    );
    expect(problems).toEqual([]);
    expect(judged).toBe(rendered.objects.length);
    expect(judged).toBeGreaterThanOrEqual(leastObjects);
    expect(customKinds).toBeGreaterThanOrEqual(25);
    expect(rendered.objects.map(({ object }) => object.kind)).toContain("TargetGroupBinding");
    console.info(`${stack}: ${judged} objects judged, ${customKinds} custom kinds known`);
  });
});
