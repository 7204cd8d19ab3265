/** Characters that a terminal obeys instead of showing them, and those that turn the order of what follows. */
const UNPRINTABLE = /(?!\r\n|[\t\n])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;
const ALL = new RegExp(UNPRINTABLE, "gu");

const hex = (char: string, digits: number): string => char.charCodeAt(0).toString(16).padStart(digits, "0");

/** The first of them, where there is one. */
export const unprintable = (text: string): { index: number; code: string } | undefined => {
  const found = UNPRINTABLE.exec(text);
  return found === null ? undefined : { index: found.index, code: `0x${hex(found[0], 2)}` };
};

/** Each of them shown as an escape. */
export const printable = (text: string): string => text.replace(ALL, (char) => `\\u{${hex(char, 1)}}`);

/** JSON of the same value: what `JSON.stringify` leaves as it stands, but no terminal should get. */
export const printableJson = (json: string): string => json.replace(ALL, (char) => `\\u${hex(char, 4)}`);
