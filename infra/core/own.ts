/** What a record holds under a name that somebody typed; `constructor` and `__proto__` are no entries of it. */
export const own = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
