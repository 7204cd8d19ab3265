import fc from "fast-check";
import { DATA_CLASSES } from "../../infra/core/data-class";
import { entrancesOf, hostOf, regionalHostOf } from "../../infra/core/entrances";

const policy = (models: readonly string[], dataClass: (typeof DATA_CLASSES)[number]) => ({ models, class: dataClass });

describe("entrances", () => {
  it("are one for each model and class, however many policies share it", () => {
    const policies = {
      app: policy(["chat"], "internal"),
      batch: policy(["chat", "code"], "internal"),
      clinic: policy(["chat"], "restricted"),
    };
    expect(entrancesOf({ policies }).map(({ key, label }) => [key, label])).toEqual([
      ["chat-internal", "chat-internal"],
      ["chat-restricted", "chat"],
      ["code-internal", "code"],
    ]);
  });

  it("have a name over all regions and one in each", () => {
    const [chat] = entrancesOf({ policies: { app: policy(["chat"], "internal") } });
    expect(chat && hostOf(chat, "llm.example.com")).toBe("chat.llm.example.com");
    expect(chat && regionalHostOf(chat, "us-west-2", "llm.example.com")).toBe("chat-us-west-2.llm.example.com");
  });

  it("a policy that is added never leads a model's name to proxies of a less sensitive class", () => {
    const policies = fc.dictionary(
      fc.constantFrom("a", "b", "c"),
      fc.record({ models: fc.constant(["chat"]), class: fc.constantFrom(...DATA_CLASSES) }),
      { minKeys: 1 },
    );
    const owner = (given: Record<string, ReturnType<typeof policy>>): number =>
      DATA_CLASSES.indexOf(entrancesOf({ policies: given }).find(({ label }) => label === "chat")!.dataClass);
    fc.assert(
      fc.property(policies, fc.constantFrom(...DATA_CLASSES), (before, added) => {
        expect(owner({ ...before, new: policy(["chat"], added) })).toBeGreaterThanOrEqual(owner(before));
      }),
    );
  });
});
