/** Rows of a CSV as consoles export them: one a line. A cell with a line break in it makes its line no row. */

const NAME = /^[A-Za-z][\w .()/-]*$/;
/** As no number has; identifiers that are digits only keep their leading zeros by it. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;

/** The names of the columns, if a file's first line has nothing but such. */
export function csvHeader(line: string): string[] | undefined {
  const names = cellsOf(line)?.map((name) => name.trim());
  return names !== undefined && names.length >= 4 && names.every((name) => NAME.test(name)) ? names : undefined;
}

/** The row as an object; numbers are numbers, what is empty is `null`. `undefined`: it has not as many cells as the header. */
export function csvRow(header: readonly string[], line: string): Record<string, string | number | null> | undefined {
  const cells = cellsOf(line);
  if (cells?.length !== header.length) return undefined;
  return Object.fromEntries(header.map((name, i) => [name, cellValue((cells[i] as string).trim())]));
}

const cellValue = (cell: string): string | number | null => {
  if (cell === "") return null;
  return NUMBER.test(cell) ? Number(cell) : cell;
};

/** Cells between commas; in quotes they may have commas, and quotes written twice. */
function cellsOf(line: string): string[] | undefined {
  const cells: string[] = [];
  let rest = line.replace(/\r$/, "");
  for (;;) {
    const [whole, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^",]*))(?=,|$)/.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    cells.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (whole.length === rest.length) return cells;
    rest = rest.slice(whole.length + 1);
  }
}
