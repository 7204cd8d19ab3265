/** One interface of a launch template: `efa` carries IP and EFA, `efa-only` needs no address of the subnet. */
export interface PlannedInterface {
  networkCardIndex: number;
  deviceIndex: number;
  interfaceType: "efa" | "efa-only";
}

/**
 * One EFA per network card: the first is also the node's own interface. Layout: EC2 user guide, "Maximize network
 * bandwidth on instance types with multiple network cards", as awsdocs and terraform-aws-eks have it (2026).
 */
export const efaInterfaces = (count: number): PlannedInterface[] =>
  Array.from({ length: count }, (_, card) => ({
    networkCardIndex: card,
    deviceIndex: card === 0 ? 0 : 1,
    interfaceType: card === 0 ? "efa" : "efa-only",
  }));
