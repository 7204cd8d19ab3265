import { firstTrouble, Pod, TroubleFinder } from "../../scripts/local/pod-trouble";

let pauses = 0;
const over = new AbortController();
let listed: () => Pod[] = () => [];
jest.mock("node:timers/promises", () => ({
  setTimeout: async () => {
    if (++pauses === 3) over.abort();
  },
}));
jest.mock("../../scripts/local/kubectl-run", () => ({ kubectl: async () => JSON.stringify({ items: listed() }) }));

const pod = (restartCount: number, waiting?: string, uid = "u1"): Pod =>
  Pod.parse({
    metadata: { name: "chat-0", namespace: "homeport-models", uid },
    status: {
      initContainerStatuses: [{ name: "wait-weights", restartCount: 0, state: {} }],
      containerStatuses: [{ name: "engine", restartCount, state: waiting ? { waiting: { reason: waiting } } : {} }],
    },
  });

test("two exits while we wait are trouble, one is not", () => {
  const finder = new TroubleFinder();
  expect(finder.find([pod(0)])).toBeUndefined();
  expect(finder.find([pod(1, "CrashLoopBackOff")])).toBeUndefined();
  expect(finder.find([pod(2, "CrashLoopBackOff")])).toEqual({
    pod: "chat-0",
    container: "engine",
    what: "ended 2 times",
    ran: true,
  });
});

test("restarts from before the wait do not count: the cause may just have been removed", () => {
  const finder = new TroubleFinder();
  expect(finder.find([pod(7, "CrashLoopBackOff")])).toBeUndefined();
  expect(finder.find([pod(8)])).toBeUndefined();
  expect(finder.find([pod(9)])?.what).toBe("ended 2 times");
});

test("the pod that replaces another is counted anew", () => {
  const finder = new TroubleFinder();
  finder.find([pod(0)]);
  expect(finder.find([pod(3, undefined, "u2")])).toBeUndefined();
});

test("an image that cannot be had is trouble at once; a container that is being made is not", () => {
  expect(new TroubleFinder().find([pod(0, "ContainerCreating")])).toBeUndefined();
  expect(new TroubleFinder().find([pod(0, "ErrImageNeverPull")])).toMatchObject({
    what: "cannot start: ErrImageNeverPull",
    ran: false,
  });
});

describe("pods of two templates", () => {
  const of = (labels: Record<string, string>, second: number, restarts: number, more = {}): Pod => {
    const { metadata, status } = pod(restarts, "CrashLoopBackOff", `u${second}`);
    const creationTimestamp = `2026-11-22T00:00:0${second}Z`;
    return Pod.parse({ metadata: { ...metadata, labels, creationTimestamp, ...more }, status });
  };

  test.each(["pod-template-hash", "controller-revision-hash"])("are told apart by %s: the older may fail", (label) => {
    const finder = new TroubleFinder();
    const pods = (older: number, newer: number) => [of({ [label]: "a" }, 1, older), of({ [label]: "b" }, 2, newer)];
    expect(finder.find(pods(4, 0))).toBeUndefined();
    expect(finder.find(pods(6, 1))).toBeUndefined();
    expect(finder.find(pods(6, 2))?.what).toBe("ended 2 times");
  });

  test("every pod of the newest is looked at, whatever the order", () => {
    const finder = new TroubleFinder();
    const hash = { "pod-template-hash": "b" };
    finder.find([of(hash, 3, 0), of(hash, 2, 0)]);
    expect(finder.find([of(hash, 3, 0), of(hash, 2, 2)])?.what).toBe("ended 2 times");
  });

  test("one that is being deleted counts for nothing, and none at all is no trouble", () => {
    const finder = new TroubleFinder();
    const going = (restarts: number) => of({}, 2, restarts, { deletionTimestamp: "2026-11-22T00:00:03Z" });
    finder.find([going(0)]);
    expect(finder.find([going(2)])).toBeUndefined();
    expect(finder.find([])).toBeUndefined();
  });
});

test("the first look waits for the controllers: what is repaired is not judged by the pod from before", async () => {
  const labelled = (waiting: string | undefined, uid: string, creationTimestamp: string) => {
    const { metadata, status } = pod(0, waiting, uid);
    return { metadata: { ...metadata, labels: { "pod-template-hash": uid }, creationTimestamp }, status };
  };
  const before = labelled("CreateContainerConfigError", "a", "2026-11-22T00:00:01Z");
  const after = labelled(undefined, "b", "2026-11-22T00:00:09Z");
  listed = () => (pauses === 0 ? [before] : [before, after]);
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "chat" },
    spec: { selector: { matchLabels: { app: "chat" } } },
  };
  expect(await firstTrouble("kubeconfig", deployment, over.signal)).toBeUndefined();
  expect(pauses).toBe(3);
});
