import { type ChildProcess, spawn } from "node:child_process";
import { pathToFileURL } from "node:url";

const SERVER = require.resolve("yaml-language-server/bin/yaml-language-server");

interface Message {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
}

interface Diagnostic {
  message: string;
  range: { start: { line: number; character: number } };
}

/** The YAML language server as an editor runs it: a child that speaks JSON-RPC on its pipes. */
export class LanguageServer {
  private readonly child: ChildProcess = spawn(process.execPath, [SERVER, "--stdio"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  private readonly answers = new Map<number, (result: unknown) => void>();
  private readonly published = new Map<string, (found: Diagnostic[]) => void>();
  private received = Buffer.alloc(0);
  private lastId = 0;

  constructor() {
    this.child.stdout?.on("data", (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      for (let message = this.next(); message; message = this.next()) this.handle(message);
    });
  }

  async start(): Promise<void> {
    await this.request("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
    this.send({ method: "initialized", params: {} });
    // The store of public schemas is switched off, because a test reaches no network.
    const yaml = { schemaStore: { enable: false }, validate: true, completion: true, hover: true };
    this.send({ method: "workspace/didChangeConfiguration", params: { settings: { yaml } } });
  }

  /** Opens a text as if it were this file, and resolves to what the editor would underline. */
  open(path: string, text: string): Promise<Diagnostic[]> {
    const uri = pathToFileURL(path).href;
    const found = new Promise<Diagnostic[]>((resolve) => this.published.set(uri, resolve));
    this.send({
      method: "textDocument/didOpen",
      params: { textDocument: { uri, languageId: "yaml", version: 1, text } },
    });
    return found;
  }

  /** Words offered at a place (from zero) of an open file. */
  async complete(path: string, line: number, character: number): Promise<string[]> {
    const params = { textDocument: { uri: pathToFileURL(path).href }, position: { line, character } };
    const result = (await this.request("textDocument/completion", params)) as { items: { label: string }[] };
    return result.items.map(({ label }) => label);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await ended;
  }

  private request(method: string, params: unknown): Promise<unknown> {
    const id = ++this.lastId;
    const answer = new Promise((resolve) => this.answers.set(id, resolve));
    this.send({ id, method, params });
    return answer;
  }

  private send(message: Message): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    this.child.stdin?.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.child.stdin?.write(body);
  }

  private next(): Message | undefined {
    const end = this.received.indexOf("\r\n\r\n");
    const length = Number(/Content-Length: (\d+)/.exec(this.received.subarray(0, Math.max(end, 0)).toString())?.[1]);
    if (end < 0 || this.received.length < end + 4 + length) return undefined;
    const body = this.received.subarray(end + 4, end + 4 + length);
    this.received = this.received.subarray(end + 4 + length);
    return JSON.parse(body.toString()) as Message;
  }

  private handle({ id, method, params, result }: Message): void {
    if (method === "textDocument/publishDiagnostics") {
      const { uri, diagnostics } = params as { uri: string; diagnostics: Diagnostic[] };
      this.published.get(uri)?.(diagnostics);
    } else if (method === "workspace/configuration" && id !== undefined) {
      const { items } = params as { items: { section: string }[] };
      const yaml = { schemaStore: { enable: false }, validate: true, completion: true };
      this.send({ id, result: items.map(({ section }) => (section === "yaml" ? yaml : {})) });
    } else if (method !== undefined && id !== undefined) this.send({ id, result: null });
    else if (id !== undefined) this.answers.get(id)?.(result);
  }
}
