import { join } from "node:path";
import { OperationError } from "../../../infra/core/errors";
import { attempt, lastLines } from "../../local/command";
import { pythonWith } from "../../local/python";
import type { Checker, Outcome } from "./outcome";

const LOCK = join(__dirname, "checkov.lock");

/** A rule that checkov applies to every pod spec: images by digest or fixed tag. */
const POD_RULE = "CKV_K8S_14";

/** Nothing listens there: an attempt to reach the network fails at once instead of going through. */
const NOWHERE = "http://127.0.0.1:9";

export interface CheckovRecord {
  /** Of a Terraform plan: `aws_vpc.us-east-1_vpc`. */
  resource?: string;
  check_id: string;
  check_name: string;
  /** From the folder that it was given, with a slash before it. */
  file_path: string;
}

/** Without `results` when there was nothing that it knows. */
export interface CheckovReport {
  results?: {
    passed_checks: CheckovRecord[];
    failed_checks: CheckovRecord[];
    skipped_checks: CheckovRecord[];
    parsing_errors: string[];
  };
}

export const checkov: Checker = {
  name: "checkov",
  install: () => pythonWith(LOCK),
  installSeconds: 90,
  judge: async ({ folder }) => checkovOutcomes(await checkovReport("kubernetes", folder, "."), folder),
};

/** Holds what is in a folder against all of checkov's rules for one kind of file. */
export async function checkovReport(framework: string, folder: string, target: string): Promise<CheckovReport> {
  const { stdout, stderr } = await attempt(
    await pythonWith(LOCK),
    ["-m", "checkov.main", `--framework=${framework}`, "--skip-download", "--compact", "--output=json", "-d", target],
    // A home and a working folder of its own: it reads settings from both, and excuses belong into one file of ours.
    { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, HTTPS_PROXY: NOWHERE, HTTP_PROXY: NOWHERE } },
  );
  // Its exit code tells of failed checks, not of its own health.
  return parsed(stdout, stderr);
}

/** Excuses by annotation are problems too: only our own file may excuse. */
export function checkovOutcomes({ results }: CheckovReport, folder: string): Outcome[] {
  if (results === undefined) return [];
  if (results.parsing_errors.length > 0)
    throw new OperationError(`checkov cannot read ${results.parsing_errors.join(", ")}`, "see homeport validate");
  const outcomes = (records: readonly CheckovRecord[], problems: (name: string) => string[]): Outcome[] =>
    records.map(({ check_id, check_name, file_path }) => ({
      file: join(folder, file_path),
      check: check_id,
      problems: problems(check_name),
      ofPod: check_id === POD_RULE,
    }));
  return [
    ...outcomes(results.passed_checks, () => []),
    ...outcomes(results.failed_checks, (name) => [name]),
    ...outcomes(results.skipped_checks, (name) => [`skipped by an annotation: ${name}`]),
  ];
}

function parsed(stdout: string, stderr: string): CheckovReport {
  try {
    return JSON.parse(stdout) as CheckovReport;
  } catch {
    throw new OperationError(`checkov gave no result: ${lastLines(stderr, 4)}`, "HOMEPORT_DEBUG=1 shows where");
  }
}
