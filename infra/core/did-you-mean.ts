import { closest, distance } from "fastest-levenshtein";

/** The known word that was probably meant, or nothing when none is near (more than a third of its letters differ). */
export function nearest(given: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || given.length > 100) return undefined;
  const word = closest(given.toLowerCase(), [...known]);
  const allowed = Math.min(word.length - 1, Math.max(1, Math.floor(word.length / 3)));
  return distance(given.toLowerCase(), word) <= allowed ? word : undefined;
}
