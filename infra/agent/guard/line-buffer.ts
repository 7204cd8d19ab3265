const FLUSH_MS = 20;

/**
 * Collects lines and writes them together. Each write to a container's output wakes two other processes, and at a few
 * requests per second that is a fifth of what the guard adds to a request's time. A guard that is killed loses the lines
 * of the last 20 ms; one that ends by itself calls `flush`.
 */
export class LineBuffer {
  #lines = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly write: (text: string) => void) {}

  add(line: string): void {
    this.#lines += line;
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines === "") return;
    const text = this.#lines;
    this.#lines = "";
    this.write(text);
  }
}
