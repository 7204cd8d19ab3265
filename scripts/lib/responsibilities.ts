import type { LoadedStack } from "../../infra/config/schema";
import { isEncrypted } from "../../infra/core/aws/load-balancing";
import { ladders } from "../../infra/values/aws/nodes/ladders";

/** Who answers for what, in the order in which a reader asks. */
export const OWNERS = ["AWS", "Homeport", "your team", "nobody"] as const;
type Owner = (typeof OWNERS)[number];

export interface Responsibility {
  area: "encryption" | "patches" | "audit" | "on-call" | "abuse" | "access" | "capacity" | "money" | "data";
  /** `nobody`: the stack leaves it open, and nothing will happen by itself. */
  owner: Owner;
  what: string;
}

type Row = Responsibility;

const row =
  (area: Row["area"]) =>
  (owner: Owner, what: string): Row => ({ area, owner, what });

/** What follows from a stack: each switch moves a duty from one owner to another. */
export const responsibilities = (stack: LoadedStack): Row[] => [
  ...encryption(stack),
  ...patches(stack),
  ...audit(stack),
  ...onCall(stack),
  ...abuse(stack),
  ...access(stack),
  ...capacity(stack),
  ...money(stack),
  ...data(stack),
];

function encryption({ config: { traffic, regions } }: LoadedStack): Row[] {
  const of = row("encryption");
  const tls = regions.every((region) => isEncrypted(region, traffic));
  const through = traffic.tlsSecret !== undefined;
  const given = Object.keys(traffic.certificates).length > 0;
  return [
    of("Homeport", "weights, logs, volumes and Kubernetes secrets where they lie"),
    of("AWS", "keys and their hardware"),
    tls
      ? of("Homeport", `requests up to the ${through ? "proxies" : "load balancer"}, by TLS`)
      : of("nobody", "requests on their way to the load balancer: no certificate, plain HTTP inside the VPC"),
    ...(given ? [of("your team", "renewal of imported certificates before they end")] : []),
    ...(through ? [of("your team", `the certificate in Secret ${traffic.tlsSecret}, and its renewal`)] : []),
  ];
}

function patches({ config: { cluster, environment } }: LoadedStack): Row[] {
  const of = row("patches");
  return [
    of("AWS", `the Kubernetes control plane within ${cluster.version}`),
    of("Homeport", "node images, add-ons and charts by pinned versions, each release of Homeport newer ones"),
    of("your team", "the upgrade of Homeport, of `cluster.version` and of each release's engine"),
    of("Homeport", "no engine with a known serious fault starts"),
    ...environment.waivers.map(({ check, until }) => of("nobody", `the check ${check}, waived until ${until}`)),
  ];
}

function audit({ config: { monitoring } }: LoadedStack): Row[] {
  const of = row("audit");
  if (!monitoring.audit) return [of("nobody", "who did what in the account: `monitoring.audit` is off")];
  return [
    of("Homeport", `who did what in the account, cluster and network, kept ${monitoring.retentionDays} days`),
    of("Homeport", "one line per request: client, policy, release and tokens, never the prompt"),
    of("your team", "reading it, and answering whoever asks"),
  ];
}

function onCall({ config: { monitoring, regions } }: LoadedStack): Row[] {
  const of = row("on-call");
  const { alertTo } = monitoring;
  return [
    of("Homeport", "replacing a GPU node with a fault, restarting an engine that hangs"),
    alertTo.length > 0
      ? of("your team", `alarms, which reach ${alertTo.join(", ")}`)
      : of("nobody", "alarms: `monitoring.alertTo` is empty"),
    regions.length > 1
      ? of("Homeport", `the loss of a region: ${regions.join(" and ")} stand in for each other`)
      : of("nobody", "the loss of the one region"),
    of("your team", "rollback of a bad release: homeport rollback"),
  ];
}

function abuse({ config: { traffic, policies } }: LoadedStack): Row[] {
  const of = row("abuse");
  return [
    of("Homeport", "requests without a key, and more than an engine can take"),
    of("your team", `who gets a key of ${Object.keys(policies).join(", ") || "a policy"}, and taking it back`),
    of("nobody", "what models are asked and answer: nothing is filtered"),
    traffic.webFirewall
      ? of("Homeport", "floods and known attacks, by AWS WAF")
      : of(
          traffic.exposure === "public" ? "nobody" : "Homeport",
          traffic.exposure === "public"
            ? "floods from the allowed addresses: no web firewall"
            : "the internet cannot reach the load balancers",
        ),
  ];
}

function access({ config: { cluster, environment } }: LoadedStack): Row[] {
  const of = row("access");
  const way = {
    public: `a public endpoint, for ${cluster.access.cidrs.join(", ")} only`,
    tunnel: "a private endpoint, through SSM",
    inside: "a private endpoint, from inside the network",
  }[cluster.access.via];
  return [
    of("Homeport", `the Kubernetes API: ${way}`),
    of("your team", "roles in the account, and who may assume them"),
    ...(environment.airgapped ? [of("your team", "the way into the network, and what is carried over it")] : []),
  ];
}

function capacity(stack: LoadedStack): Row[] {
  const of = row("capacity");
  const movable = ladders(stack).filter(({ steps }) => steps.some(({ takenBy }) => takenBy === "config"));
  const bought = Object.entries(stack.config.pools).filter(([, { block, reservation }]) => block ?? reservation);
  return [
    of("your team", "quotas: homeport preflight says which are too low"),
    ...bought.map(([name]) => of("your team", `a new reservation for pool ${name} before the old one ends`)),
    ...[...new Set(movable.map(({ model }) => model))].map((model) =>
      of("your team", `moving ${model} to another GPU family when its own has no nodes (models.${model}.pool)`),
    ),
    of("AWS", "whether a node can be had without a reservation"),
  ];
}

function money({ config: { budget } }: LoadedStack): Row[] {
  const of = row("money");
  return [
    budget.ceilingUsd === undefined
      ? of("nobody", "a stack that costs too much: no `budget.ceilingUsd`")
      : of("Homeport", `no stack above $${budget.ceilingUsd} a month by list prices`),
    budget.monthlyUsd === undefined
      ? of("nobody", "spending more than expected: no `budget.monthlyUsd`")
      : of("Homeport", `a message at 80 % and 100 % of $${budget.monthlyUsd} a month`),
  ];
}

function data({ config: { environment, models } }: LoadedStack): Row[] {
  const of = row("data");
  return [
    environment.residency === undefined
      ? of("your team", "where data may lie: no `environment.residency`")
      : of("Homeport", `everything lies in ${environment.residency.join(", ")}, but names and roles, which are global`),
    of("your team", `licences of the weights of ${Object.keys(models).join(", ")}`),
    of("your team", "what clients may send: the data class of each policy"),
  ];
}
