/**
 * The page's only style. Colours are Okabe and Ito's, which people with any colour vision tell apart; what they mean is
 * also said by dashes and by text. Light and dark follow the reader; print is light.
 */
export const STYLE = `
:root { color-scheme: light dark; --page: #fff; --card: #f6f7f8; --ink: #1a1d21; --soft: #5c6570; --rule: #dfe3e7;
  --self: #0072b2; --api: #c2510a; --other: #8a5a83; --good: #00795a; --zone: #f3ead0; }
@media (prefers-color-scheme: dark) { :root { --page: #14171a; --card: #1d2125; --ink: #e8eaed; --soft: #a0a9b3; --rule: #343a41;
  --self: #56b4e9; --api: #f0964b; --other: #cc9ac6; --good: #3fc59b; --zone: #332d1b; } }
@media print { :root { color-scheme: light; --page: #fff; --card: #f6f7f8; --ink: #1a1d21; --soft: #5c6570; --rule: #dfe3e7;
  --self: #0072b2; --api: #c2510a; --other: #8a5a83; --good: #00795a; --zone: #f3ead0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 784px; padding: 40px 32px 64px; background: var(--page); color: var(--ink);
  font: 16px/1.5 -apple-system, "Segoe UI", "Helvetica Neue", "Liberation Sans", Arial, system-ui, sans-serif; }
h1 { font-size: 15px; font-weight: 500; color: var(--soft); margin: 0 0 20px; }
h2 { font-size: 19px; line-height: 1.3; font-weight: 600; margin: 0 0 10px; letter-spacing: -0.01em; }
section, figure { margin: 52px 0 0; }
p { margin: 0 0 10px; max-width: 68ch; }
.card { background: var(--card); border-radius: 10px; padding: 26px 28px 22px; border-left: 6px solid var(--tone); }
.card.api { --tone: var(--api); } .card.self { --tone: var(--self); } .card.hybrid { --tone: var(--other); } .card.not-yet { --tone: var(--soft); }
.card strong.verdict { display: block; font-size: 38px; line-height: 1.1; letter-spacing: -0.02em; font-weight: 650; margin-bottom: 10px; }
.card .binding { text-wrap: pretty; font-size: 18px; line-height: 1.45; margin-bottom: 18px; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(132px, 1fr)); gap: 14px 24px; margin: 0; }
.facts dt { font-size: 13px; color: var(--soft); } .facts dd { margin: 0; font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; }
.facts small { display: block; font-size: 13px; font-weight: 400; color: var(--soft); line-height: 1.35; }
ul.says { margin: 18px 0 0; padding: 14px 0 0 18px; border-top: 1px solid var(--rule); font-size: 14px; color: var(--soft); }
ul.says li { margin: 3px 0; }
figcaption, .caption { font-size: 14px; color: var(--soft); margin: 8px 0 0; max-width: 74ch; }
.wide-table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--rule); font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-size: 13px; }
td.n, th.n { text-align: right; white-space: nowrap; } td.n small { white-space: normal; }
th[scope="row"], li, .binding, h1, dd small { overflow-wrap: anywhere; } th[scope="row"] { min-width: 8em; }
tbody th.group { font-weight: 600; padding-top: 20px; }
tr.total th, tr.total td { font-weight: 600; } small { font-weight: 400; }
td.no { color: var(--soft); } td.yes { white-space: nowrap; } td.no::before { content: "✕ "; } td.yes::before { content: "✓ "; color: var(--good); } th small, td small { display: block; color: var(--soft); font-size: 12.5px; }
.self-ink { color: var(--self); } .api-ink { color: var(--api); } .hybrid-ink { color: var(--other); }
details { margin-top: 12px; font-size: 14px; } summary { cursor: pointer; color: var(--soft); }
footer { margin-top: 56px; padding-top: 14px; border-top: 1px solid var(--rule); font-size: 13px; color: var(--soft); }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font: 13px -apple-system, "Segoe UI", "Helvetica Neue", "Liberation Sans", Arial, system-ui, sans-serif; fill: var(--ink); font-variant-numeric: tabular-nums;
  paint-order: stroke; stroke: var(--page); stroke-width: 4px; stroke-linejoin: round; }
svg text.tick, svg text.axis, svg text.note { fill: var(--soft); font-size: 12px; } svg text.strong { font-weight: 650; }
svg .grid { stroke: var(--rule); stroke-width: 1; } svg .zero { stroke: var(--soft); stroke-width: 1; } svg .zone { fill: var(--zone); }
svg .now { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 2 3; } svg .limit { stroke: var(--soft); stroke-width: 1; }
svg .self, svg .api { fill: none; stroke-width: 2.25; stroke-linejoin: round; } svg .self { stroke: var(--self); }
svg .api { stroke: var(--api); stroke-dasharray: 8 4; } svg .api.n1 { stroke: var(--other); stroke-dasharray: 2 4; stroke-linecap: round; }
svg text.self-text { fill: var(--self); font-weight: 600; } svg text.api-text { fill: var(--api); } svg text.api-text.n1 { fill: var(--other); }
svg .edge { fill: var(--page); stroke: var(--self); stroke-width: 1.75; } svg .even { fill: var(--ink); stroke: var(--page); stroke-width: 2; }
svg .bar { fill: var(--self); opacity: 0.8; } svg .bar.never, svg .bar.worse { fill: var(--api); } svg .bar.better { fill: var(--self); }
svg .mark { stroke: var(--ink); stroke-width: 3; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; list-style: none; margin: 0 0 8px; padding: 0; font-size: 13px; }
.legend li { display: flex; align-items: center; gap: 8px; } .legend svg { width: 26px; }
.narrow { display: none !important; }
@media screen and (max-width: 640px) { body { padding: 24px 20px 48px; } .wide { display: none !important; } svg.narrow { display: block !important; }
  .legend.narrow { display: flex !important; } .card { padding: 20px; } .card strong.verdict { font-size: 32px; } section, figure { margin-top: 40px; } }
figure { margin-left: 0; margin-right: 0; }
@media print { @page { size: A4; margin: 16mm; } body { max-width: none; padding: 0; font-size: 11pt; } figure, .card, tr { break-inside: avoid; }
  tbody tr:last-child, .caption { break-before: avoid; } details::details-content { content-visibility: visible; block-size: auto; } summary { list-style: none; }
  h2 { break-after: avoid; } section, figure { margin-top: 26px; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
