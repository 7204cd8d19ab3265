import type { AcceptedRow } from "./accepted";
import type { CheckerName, PlanCheckerName } from "./outcome";

/** A problem of one object or resource that a checker reported, or that it did not look. */
export interface Finding {
  checker: CheckerName | PlanCheckerName;
  check: string;
  region: string;
  /** `Kind namespace/name`; of a plan's resource `aws_vpc us-east-1/vpc`. */
  object: string;
  text: string;
}

export interface Settled {
  failed: Finding[];
  accepted: (Finding & { reason: string })[];
  /** Rows that excuse nothing although the stack has objects of their kind: such a row is an error. */
  unusedRows: AcceptedRow[];
}

/** Divides findings into excused and not, and finds the excuses that nobody needs. */
export function settle(
  findings: readonly Finding[],
  rows: readonly AcceptedRow[],
  objects: readonly { object: { kind: string } }[],
): Settled {
  const settled = findings.map((finding) => ({ finding, row: rows.find((row) => excuses(row, finding)) }));
  const used = new Set(settled.map(({ row }) => row));
  const present = (row: AcceptedRow) => objects.some(({ object }) => covers(kindOf(row), object.kind));
  return {
    failed: settled.flatMap(({ finding, row }) => (row === undefined ? [finding] : [])),
    accepted: settled.flatMap(({ finding, row }) => (row === undefined ? [] : [{ ...finding, reason: row.reason }])),
    unusedRows: rows.filter((row) => !used.has(row) && row.dependsOnStack !== true && present(row)),
  };
}

const excuses = (row: AcceptedRow, { checker, check, object, text }: Finding): boolean =>
  row.checker === checker && row.check === check && covers(row.object, object) && covers(row.text ?? "*", text);

/** The kind that a row speaks of, `*` when of any. */
const kindOf = ({ object }: AcceptedRow): string => object.split(" ")[0] ?? "*";

/** Whether a pattern in which `*` stands for any text is the whole of a text. */
function covers(pattern: string, text: string): boolean {
  const escaped = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`).test(text);
}
