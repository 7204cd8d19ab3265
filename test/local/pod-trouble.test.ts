import { Pod, TroubleFinder } from "../../scripts/local/pod-trouble";

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
