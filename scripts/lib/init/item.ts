/** One thing that `homeport init` sees to. */
export interface Item {
  /** As it is printed: `bucket homeport-prod-…-state-us-east-1`. */
  name: string;
  region: string;
  /** Reads only. */
  look(): Promise<Found>;
}

/** What must be done to have it, in order, and what is there but another way than it must be. */
export interface Found {
  todo: Todo[];
  /** `versioning is Suspended, must be Enabled`: nothing is changed where there is one. */
  differs: string[];
}

interface Todo {
  what: string;
  run(): Promise<unknown>;
}

/** One setting of a thing that exists: how it is, and how it is made so where nobody has set it yet. */
export interface Setting {
  what: string;
  /** `set`: as it must be. `unset`: nobody has decided. Anything else: what it is, in words. */
  read(): Promise<"set" | "unset" | { is: string; must: string }>;
  write: Todo["run"];
}

export async function settled(settings: readonly Setting[]): Promise<Found> {
  const found: Found = { todo: [], differs: [] };
  for (const { what, read, write } of settings) {
    const state = await read();
    if (state === "unset") found.todo.push({ what, run: write });
    else if (state !== "set") found.differs.push(`${what} is ${state.is}, must be ${state.must}`);
  }
  return found;
}
