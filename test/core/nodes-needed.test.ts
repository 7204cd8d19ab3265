import fc from "fast-check";
import { nodesNeeded } from "../../infra/core/nodes-needed";

describe("nodes that pods need", () => {
  it.each([
    [[], 8, 0],
    [[{ gpus: 2, replicas: 2 }], 8, 1],
    [[{ gpus: 8, replicas: 2 }], 8, 2],
    [
      [
        { gpus: 4, replicas: 1 },
        { gpus: 8, replicas: 1 },
        { gpus: 4, replicas: 1 },
      ],
      8,
      2,
    ],
    [
      [
        { gpus: 2, replicas: 3 },
        { gpus: 4, replicas: 1 },
      ],
      8,
      2,
    ],
    // In the order given, three nodes: the two threes would leave no room for a five.
    [
      [
        { gpus: 3, replicas: 2 },
        { gpus: 5, replicas: 2 },
      ],
      8,
      2,
    ],
    [[{ gpus: 1, replicas: 3 }], 1, 3],
    [[{ gpus: 2, replicas: 0 }], 8, 0],
    [[{ gpus: 0, replicas: 5 }], 8, 0],
  ])("%j on nodes of %i: %i", (pods, gpusPerNode, nodes) => expect(nodesNeeded(pods, gpusPerNode)).toBe(nodes));

  it("are as few as their GPUs fill, as pods take powers of two", () => {
    const pod = fc.record({ gpus: fc.constantFrom(1, 2, 4, 8), replicas: fc.integer({ min: 0, max: 9 }) });
    fc.assert(
      fc.property(fc.array(pod, { maxLength: 8 }), (pods) => {
        const gpus = pods.reduce((sum, { gpus: size, replicas }) => sum + size * replicas, 0);
        expect(nodesNeeded(pods, 8)).toBe(Math.ceil(gpus / 8));
      }),
    );
  });
});
