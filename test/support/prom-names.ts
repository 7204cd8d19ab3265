/** Words of PromQL that look like names of metrics. */
const WORDS = new Set(["and", "or", "unless", "by", "without", "on", "ignoring", "bool", "offset", "group_left"]);

/** Metrics that an expression asks for: names that are neither functions, nor words, nor labels. */
export function metricsIn(expr: string): string[] {
  const bare = expr
    .replace(/"[^"]*"/g, "")
    .replace(/\{[^}]*\}/g, "")
    .replace(/\[[^\]]*\]/g, "")
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, "");
  const names = [...bare.matchAll(/[a-zA-Z_:][a-zA-Z0-9_:]*(?!\w)(?!\s*\()/g)].map(([name]) => name);
  return [...new Set(names.filter((name) => !WORDS.has(name)))];
}
