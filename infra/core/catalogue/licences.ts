/**
 * What a licence lets an operator do. `open`: serve it to anyone, for money. `weights-only`: terms of the maker's own,
 * which a person must have read (users, uses, names). `research-only`: not for production.
 */
export type LicenceClass = "open" | "weights-only" | "research-only";

/** Without terms of their own. */
const OPEN: ReadonlySet<string> = new Set([
  "apache-2.0",
  "mit",
  "bsd-2-clause",
  "bsd-3-clause",
  "cc0-1.0",
  "cc-by-4.0",
  "unlicense",
  "isc",
]);

/** Non-commercial by name: Creative Commons NC, Mistral's research and non-production licences, and their like. */
const RESEARCH = /(^|[-_ .])(nc|mrl|mnpl|research|non-?commercial|non-?production)([-_ .]|$)/;

/** Of a licence as a source or a hub names it; what is not known has terms that somebody must read. */
export function licenceClassOf(licence: string): LicenceClass {
  const name = licence.toLowerCase();
  return OPEN.has(name) ? "open" : RESEARCH.test(name) ? "research-only" : "weights-only";
}
