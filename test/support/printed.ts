/** What a verb prints while a test runs, caught anew for each test, so that nothing of it reaches the runner's terminal. */
export interface Printed {
  out: string;
  err: string;
}

/** To be called once at the head of a test file. */
export function catchPrinted(): Printed {
  const printed: Printed = { out: "", err: "" };
  const streams = { out: process.stdout, err: process.stderr };
  beforeEach(() => {
    for (const name of ["out", "err"] as const) {
      printed[name] = "";
      jest.spyOn(streams[name], "write").mockImplementation((text) => {
        printed[name] += String(text);
        return true;
      });
    }
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  return printed;
}

/** The words with which work failed, for tests of refusals. */
export const saidBy = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "nothing",
    (error: Error) => error.message,
  );
