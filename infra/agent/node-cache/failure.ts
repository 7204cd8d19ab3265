/** The three facts about weights that cannot be used; what the pod's message and the failed marker show. */
export interface Facts {
  /** Path below the release's folder, or `release.json`. */
  file: string;
  expected: string;
  found: string;
}

/** How `found` begins when there is no room left. */
export const DISK_FULL = "disk full";

/** The weights are not what the release says, or cannot be held: reported, and never marked as verified. */
export class WeightsRefused extends Error {
  constructor(readonly facts: Facts) {
    super(factLine(facts));
    this.name = "WeightsRefused";
  }
}

/** The bucket could not be read although it was tried again and again; says nothing about the weights. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreUnavailable";
  }
}

export const factLine = ({ file, expected, found }: Facts): string =>
  `file ${file}; expected ${expected}; found ${found}`;

export const isErrno = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException)?.code === code;
