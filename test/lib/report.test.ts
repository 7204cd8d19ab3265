import { timeLeft } from "../../scripts/lib/report";

test("a step says what is left, and when it is late", () => {
  expect(timeLeft(15_000, undefined)).toBe("");
  expect(timeLeft(15_000, 60)).toBe(", about 45 s left");
  expect(timeLeft(75_000, 60)).toBe(", longer than the usual 60 s");
});
