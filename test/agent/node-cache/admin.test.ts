import { shortId } from "../../../infra/core/release";
import { releaseFolder } from "../../../infra/core/weights-layout";
import { freePort } from "../../support/free-port";
import { bytesOf } from "../../support/weights-release";
import { Node, until } from "./harness";

let node: Node;
beforeEach(async () => {
  node = await new Node().start();
});
afterEach(() => node.remove());

test("alive while it syncs, ready when every release is here or refused, and both are in the metrics", async () => {
  const good = node.mirror({ "a.bin": bytesOf("good", 1000) });
  const bad = node.mirror({ "a.bin": bytesOf("bad", 1000) });
  node.s3.objects.delete(`releases/${releaseFolder(bad.id)}/files/a.bin`);
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  node.s3.delay = (key) => (key.includes(releaseFolder(bad.id)) ? held : Promise.resolve());
  const adminPort = await freePort();
  node.run([good, bad], { adminPort });
  const get = (path: string) => fetch(`http://127.0.0.1:${adminPort}${path}`);

  await node.verified(good);
  await until(() => node.s3.seen.some(({ key }) => key.includes(releaseFolder(bad.id))), "asked for the other");
  expect((await get("/live")).status).toBe(200);
  const early = await get("/ready");
  expect(early.status).toBe(503);
  expect(await early.text()).toBe(`${shortId(good.id)} verified\n${shortId(bad.id)} syncing\n`);

  letGo();
  await node.refused(bad);
  await until(() => node.log.some(({ event }) => event === "refused"), "reported");
  expect((await get("/ready")).status).toBe(200);
  const metrics = await (await get("/metrics")).text();
  expect(metrics).toContain(`homeport_node_cache_release{release="${shortId(good.id)}",state="verified"} 1`);
  expect(metrics).toContain(`homeport_node_cache_release{release="${shortId(bad.id)}",state="failed"} 1`);
  expect(metrics).toMatch(/^homeport_node_cache_fetched_bytes_total 1000$/m);
  expect((await get("/else")).status).toBe(404);
});
