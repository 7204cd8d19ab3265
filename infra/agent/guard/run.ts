import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { GuardConfig } from "../../core/agent-config";
import { adminServer } from "./admin";
import { Admission } from "./admission";
import { type AuditEntry, AuditLog } from "./audit";
import { Drain } from "./drain";
import { EngineClient } from "./engine";
import { LineBuffer } from "./line-buffer";
import { Metrics } from "./metrics";
import { unavailable } from "./problem";
import { scrapeServer } from "./scrape";
import { serveServer } from "./serve";
import { EngineWatch } from "./watch";

export interface Guard {
  ports: GuardConfig["ports"];
  /** Drains, then closes the ports. */
  stop(): Promise<void>;
}

/** Where the guard writes: audit lines, and notes about itself. */
export interface Output {
  audit: (line: string) => void;
  note: (text: string) => void;
}

/** Starts the guard of one engine. Resolves when its ports listen; the engine may come up later. */
export async function startGuard(config: GuardConfig, output: Output): Promise<Guard> {
  const engine = new EngineClient(config.engineUrl);
  const admission = new Admission(config.limits);
  const metrics = new Metrics(config);
  const audit = new AuditLog(config, output.audit);
  const watch: EngineWatch = new EngineWatch(engine, config.model, config.watch, {
    inFlight: () => admission.inFlight,
    started: () => {
      output.note("the engine answered its first completion: ready");
      // Its predecessor may have been drained before it ever started.
      void drain.forget();
    },
    lost: () => {
      output.note("the engine is gone");
      void drain.forget();
    },
    dead: () => {
      output.note(`no progress of the engine for ${watch.stalledSeconds.toFixed(0)} s: restart`);
      admission.cutAll(unavailable("engine_hung", "the engine hangs and will be restarted; ask again", 5));
    },
    note: output.note,
  });
  const drain: Drain = new Drain(config.drain, admission, () => watch.started && watch.alive);
  const done = (entry: AuditEntry) => {
    audit.record(entry);
    metrics.count(entry, drain.phase !== "serving");
  };
  const serve = serveServer({ config, engine, watch, admission, drain, done });
  const isReady = () => watch.started && watch.responsive && drain.phase === "serving";
  const admin = adminServer({ watch, drain, isReady });
  const scrape = scrapeServer({ engine, watch, admission, metrics, isReady });
  const ports = {
    serve: await listen(serve, config.ports.serve),
    admin: await listen(admin, config.ports.admin),
    metrics: await listen(scrape, config.ports.metrics),
  };
  watch.start();
  return {
    ports,
    async stop() {
      await drain.begin();
      watch.stop();
      engine.close();
      await Promise.all([serve, admin, scrape].map(close));
    },
  };
}

/** The verb `guard`: runs until SIGTERM, then drains (if the stop hook has not) and ends. */
export async function guard(config: GuardConfig): Promise<void> {
  const lines = new LineBuffer((text) => void process.stdout.write(text));
  process.once("exit", () => lines.flush());
  const output: Output = {
    audit: (line) => lines.add(line),
    note: (text) => void process.stderr.write(`guard: ${text}\n`),
  };
  const running = await startGuard(config, output);
  await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  await running.stop();
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  if (server.listening) await once(server, "close");
}
