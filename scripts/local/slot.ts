import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { OperationError } from "../../infra/core/errors";
import { cacheHome } from "../../infra/core/tool-binaries";
import { addressesOf, placesOf, SLOTS } from "./layout";

const folder = (): string => join(cacheHome(), "slots");
const claimFile = (slot: number): string => join(folder(), String(slot));

/** The checkout's own slot; undefined when it has none. */
export function slotOf(checkout: string): number | undefined {
  const { slotFile } = placesOf(checkout);
  if (!existsSync(slotFile)) return undefined;
  const slot = Number(readFileSync(slotFile, "utf8"));
  return holderOf(slot) === checkout ? slot : undefined;
}

/** Keeps the checkout's slot or claims the first free one. */
export function claimSlot(checkout: string): number {
  const own = slotOf(checkout);
  if (own !== undefined) return own;
  const slots = [...Array(SLOTS).keys()];
  const held = (by: string | undefined): number[] => slots.filter((slot) => holderOf(slot) === by);
  // Those of deleted checkouts last: taking one over is the only thing that two callers could do at the same time.
  for (const slot of [...held(checkout), ...held(undefined), ...slots]) {
    if (!claim(slot, checkout)) continue;
    const { slotFile } = placesOf(checkout);
    mkdirSync(dirname(slotFile), { recursive: true });
    writeWhole(slotFile, String(slot), "w");
    return slot;
  }
  throw new OperationError(
    `all ${SLOTS} places for local platforms on this machine are taken`,
    `run 'homeport local down' in a checkout that is not needed; ${folder()} names them`,
  );
}

export function releaseSlot(checkout: string): void {
  const slot = slotOf(checkout);
  if (slot === undefined) return;
  rmSync(claimFile(slot), { force: true });
  rmSync(placesOf(checkout).slotFile, { force: true });
}

function claim(slot: number, checkout: string): boolean {
  mkdirSync(folder(), { recursive: true });
  const holder = holderOf(slot);
  // The claim was made, but kill -9 came before the checkout's own note of it.
  if (holder === checkout) return true;
  // A checkout that was deleted without `local down` gives its slot back, unless something of it still runs.
  const linkExists = existsSync(`/sys/class/net/${addressesOf(slot).hostLink}`);
  if (linkExists) return false;
  if (holder !== undefined && !existsSync(placesOf(holder).root)) rmSync(claimFile(slot), { force: true });
  return writeWhole(claimFile(slot), checkout, "wx");
}

function holderOf(slot: number): string | undefined {
  return existsSync(claimFile(slot)) ? readFileSync(claimFile(slot), "utf8") : undefined;
}

/** False when "wx" finds the file taken: exactly one of several at the same time gets it. */
function writeWhole(file: string, content: string, flag: "w" | "wx"): boolean {
  try {
    const handle = openSync(file, flag);
    writeSync(handle, content);
    closeSync(handle);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
