import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { poll } from "../../scripts/local/command";
import { pythonWith } from "../../scripts/local/python";
import { freePort } from "./free-port";

/** The account that everything in a moto server belongs to. */
export const MOTO_ACCOUNT = "123456789012";

/** A real moto server: AWS's API on loopback, with state, without signatures checked. One per test file. */
export interface Moto {
  endpoint: string;
  /** What the SDK and the command line need to talk to this server and nothing else. */
  environment: Readonly<Record<string, string>>;
  /** Forgets everything. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export async function startMoto(): Promise<Moto> {
  const python = await pythonWith(join(__dirname, "moto.lock"));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", `${port}`], { stdio: "ignore" });
  const isUp = async () => ((await answers(`${endpoint}/moto-api/`)) || child.exitCode !== null ? true : undefined);
  await poll(isUp, 60_000);
  if (child.exitCode !== null || !(await answers(`${endpoint}/moto-api/`))) {
    await ended(child);
    throw new Error("moto did not start");
  }
  return {
    endpoint,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing-secret",
      AWS_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
      // Nothing of the person who runs the tests.
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    },
    reset: async () => void (await fetch(`${endpoint}/moto-api/reset`, { method: "POST" })),
    stop: () => ended(child),
  };
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "exit");
  child.kill();
  await closed;
}
