/** Takes the bytes of a server-sent event stream in any pieces, and hands out the data of each whole event. */
export class EventStream {
  private rest = "";

  constructor(private readonly onData: (data: string) => void) {}

  push(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("data:")) this.onData(line.slice(5).trim());
    }
  }

  /** Bytes of an event that never ended. */
  get unfinished(): boolean {
    return this.rest.trim() !== "";
  }
}
