import { terminal, timeLeft } from "../../scripts/lib/report";

test("a step says what is left, and when it is late", () => {
  expect(timeLeft(15_000, undefined)).toBe("");
  expect(timeLeft(15_000, 60)).toBe(", about 45 s left");
  expect(timeLeft(75_000, 60)).toBe(", longer than the usual 60 s");
});

describe("what names of others reach a terminal as", () => {
  const written = (write: () => void): string => {
    const out = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    write();
    const text = out.mock.calls.map(([chunk]) => chunk).join("");
    out.mockRestore();
    return text;
  };
  const name = "a\x1b[2J\x07\x9b31m\u202eb\rc";

  test("escapes, not colours, bells or another order of reading; lines and tabs stay", () => {
    expect(written(() => terminal.out(`${name}\tx\ny`))).toBe("a\\u{1b}[2J\\u{7}\\u{9b}31m\\u{202e}b\\u{d}c\tx\ny\n");
  });

  test("as JSON the same value, in characters that no terminal obeys", () => {
    const json = written(() => terminal.json({ [name]: name }));
    expect(JSON.parse(json)).toEqual({ [name]: name });
    expect(json).not.toMatch(/(?!\n)\p{Cc}|\p{Bidi_Control}/u);
  });
});
