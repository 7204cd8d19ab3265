/** Whether a path stays below the folder that it is joined to, on every system: `tokenizer/vocab.json`. */
export const staysBelow = (path: string): boolean =>
  path !== "" &&
  !/[\\\p{Cc}]/u.test(path) &&
  path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
