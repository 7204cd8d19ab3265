import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addressesOf, placesOf } from "../../scripts/local/layout";
import { ensurePki, subjectsOf } from "../../scripts/local/pki";

describe("the cluster's certificates", () => {
  const checkout = mkdtempSync(join(tmpdir(), "homeport-pki-"));
  const places = placesOf(checkout);
  const at = addressesOf(5);
  const read = (file: string): Buffer => readFileSync(join(places.pki, file));

  beforeAll(() => ensurePki(places, at));
  afterAll(() => rmSync(checkout, { recursive: true, force: true }));

  test("every one is signed by the cluster's own authority", () => {
    const authority = new X509Certificate(read("ca.crt"));
    for (const name of Object.keys(subjectsOf(at))) {
      const certificate = new X509Certificate(read(`${name}.crt`));
      expect(certificate.verify(authority.publicKey)).toBe(true);
    }
  });

  test("the API server is known by all the names that clients use", () => {
    const names = new X509Certificate(read("apiserver.crt")).subjectAltName ?? "";
    for (const name of ["kubernetes.default.svc", "localhost", "127.0.0.1", "10.213.5.1", "10.215.5.1"])
      expect(names).toContain(name);
  });

  test("keys are their owner's only", () => {
    expect(statSync(places.pki).mode & 0o077).toBe(0);
    expect(statSync(join(places.pki, "admin.kubeconfig")).mode & 0o077).toBe(0);
  });

  test("a second call changes nothing, other addresses make everything anew", async () => {
    const before = read("ca.crt");
    await ensurePki(places, at);
    expect(read("ca.crt").equals(before)).toBe(true);
    await ensurePki(places, addressesOf(6));
    expect(read("ca.crt").equals(before)).toBe(false);
  });
});
