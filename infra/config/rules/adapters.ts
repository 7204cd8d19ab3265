import { eachRunning, type Rule } from "./rule";

/** The release file has a place for adapters; nothing serves them yet, and what is not served must not look as if it were. */
export const adaptersAreMergedIn: Rule = eachRunning(({ file, path }) => {
  const names = file.content.adapters.map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    {
      path: `${path}.adapters`,
      given: names.join(", "),
      allowed: "none: adapters are not served yet",
      fix: "merge them into the weights and pin the result from a directory or an S3 prefix",
    },
  ];
});
