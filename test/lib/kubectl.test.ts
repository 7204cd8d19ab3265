import { clusterError } from "../../scripts/lib/kubectl";

/** What kubectl 1.35 and the API server write, recorded. */
describe("what kubectl says", () => {
  it.each([
    "The httproutes \"app-chat\" is invalid: : ValidatingAdmissionPolicy 'homeport-route-generation' with binding 'homeport-route-generation' denied request: rolled back since; git pull or homeport promote (route app-chat is at generation 9, this is 8)\n",
  ])("becomes the design's sentence when an older generation is refused", (stderr) => {
    const error = clusterError(stderr);
    expect(error.failure).toBe("stale");
    expect(error.message).toBe(
      "rolled back since (route app-chat is at generation 9, this is 8); git pull or homeport promote",
    );
  });

  it.each([
    "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?\n",
    'E1122 07:00:00.000 memcache.go:265] "Unhandled Error" err="couldn\'t get current server API group list"\nUnable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout\n',
    "Unable to connect to the server: dial tcp: lookup gone.example on 127.0.0.53:53: no such host\n",
    "Unable to connect to the server: net/http: TLS handshake timeout\n",
    "Error from server (Timeout): the server was unable to return a response in the time allotted, but may still be processing the request\n",
  ])("is a region to be finished later: %s", (stderr) => {
    expect(clusterError(stderr).failure).toBe("unreachable");
  });

  it("names who took fields of the route, and never forces", () => {
    const error = clusterError(
      'error: Apply failed with 1 conflict: conflict with "kubectl-edit" using gateway.networking.k8s.io/v1: .spec.rules\nPlease review the fields above--they currently have other managers.\n',
    );
    expect([error.failure, error.message]).toEqual([
      "conflict",
      expect.stringContaining("'kubectl-edit' has changed the route by hand"),
    ]);
  });

  it("asks for the cluster's name when there is none", () => {
    expect(clusterError('error: context "eu" does not exist\n').message).toBe(
      'error: context "eu" does not exist; name the cluster: --context <name> or --kubeconfig <file>',
    );
  });

  it("leaves everything else in the API server's words", () => {
    const said =
      'Error from server (Forbidden): httproutes.gateway.networking.k8s.io "app-chat" is forbidden: User "ci" cannot patch resource';
    expect(clusterError(`Warning: something\n${said}\n`)).toMatchObject({
      failure: "other",
      message: expect.stringContaining(said),
    });
  });
});
