import { type Html, html } from "./html";

/** Drawn twice, wide and narrow, so that text keeps its size on a phone; the style sheet shows one of them. */
const WIDTHS = { wide: 720, narrow: 350 } as const;

export interface Box {
  width: number;
  height: number;
  narrow: boolean;
}

/** Coordinates are written to a tenth of a pixel. */
const px = (n: number): string => String(Math.round(n * 10) / 10);

export function svg(box: Box, title: string, content: readonly Html[]): Html {
  const kind = box.narrow ? "narrow" : "wide";
  return html`<svg class="${kind}" viewBox="0 0 ${box.width} ${px(box.height)}" role="img" aria-label="${title}">${content}</svg>`;
}

/** One chart with its heading and the sentence that says what to see in it. */
export function figure(heading: string, caption: string, draw: (box: Pick<Box, "width" | "narrow">) => Html): Html {
  return html`<figure><h2>${heading}</h2>${draw({ width: WIDTHS.wide, narrow: false })}${draw({ width: WIDTHS.narrow, narrow: true })}<figcaption>${caption}</figcaption></figure>`;
}

export type Anchor = "start" | "middle" | "end";

export const text = (x: number, y: number, content: string, kind = "", anchor: Anchor = "start"): Html =>
  html`<text x="${px(x)}" y="${px(y)}" class="${kind}" text-anchor="${anchor}">${content}</text>`;

export const line = (x1: number, y1: number, x2: number, y2: number, kind: string): Html =>
  html`<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" class="${kind}"/>`;

export const rect = (x: number, y: number, width: number, height: number, kind: string): Html =>
  html`<rect x="${px(x)}" y="${px(y)}" width="${px(Math.max(0, width))}" height="${px(Math.max(0, height))}" class="${kind}"/>`;

export const path = (points: readonly (readonly [number, number])[], kind: string): Html =>
  html`<path d="${points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${px(x)} ${px(y)}`).join("")}" class="${kind}"/>`;

export const dot = (x: number, y: number, kind: string): Html =>
  html`<circle cx="${px(x)}" cy="${px(y)}" r="4.5" class="${kind}"/>`;

/** Text has no line breaks in a drawing; what is too long ends with an ellipsis. */
export const cut = (content: string, most: number): string =>
  content.length > most ? `${content.slice(0, most - 1)}…` : content;
