/** Markup that is known to be safe. Everything else that is put into a template is escaped. */
export class Html {
  constructor(readonly markup: string) {}
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);

type Part = string | number | Html | undefined | readonly Part[];

const markupOf = (part: Part): string => {
  if (part === undefined) return "";
  if (part instanceof Html) return part.markup;
  return Array.isArray(part) ? part.map(markupOf).join("") : escaped(String(part));
};

/** A template of markup whose values are escaped: html`<b>${name}</b>`. */
export const html = (texts: TemplateStringsArray, ...parts: Part[]): Html =>
  new Html(texts.map((text, i) => text + markupOf(parts[i])).join(""));

/** JSON for a data block: no `<`, so that no value can end the element it stands in. */
export const jsonBlock = (value: unknown): Html => new Html(JSON.stringify(value).replaceAll("<", "\\u003c"));
