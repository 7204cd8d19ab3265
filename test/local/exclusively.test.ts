import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exclusively } from "../../scripts/local/exclusively";

describe("one command at a time changes a checkout's platform", () => {
  const checkout = mkdtempSync(join(tmpdir(), "homeport-lock-"));
  afterAll(() => rmSync(checkout, { recursive: true, force: true }));

  test("a second one is told so, and may go on when the first has ended, also when that failed", async () => {
    const answer = await exclusively(checkout, async () => {
      await expect(exclusively(checkout, async () => 1)).rejects.toThrow(
        "another 'homeport local' works on this checkout; wait until it has ended",
      );
      return 2;
    });
    expect(answer).toBe(2);
    await expect(exclusively(checkout, () => Promise.reject(new Error("broke")))).rejects.toThrow("broke");
    expect(await exclusively(checkout, async () => 3)).toBe(3);
  });
});
