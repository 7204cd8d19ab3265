import { rungsIn } from "../../../infra/core/aws/capacity";

const block = { id: "cr-0123456789abcdef0", zone: "use1-az4", ends: "2027-01-31T11:30:00Z" };
const reservation = { id: "cr-0fedcba9876543210", zone: "usw2-az1" };
const ladder = { capacity: ["block", "reservation", "on-demand", "spot"] as const, block, reservation };

it("has in each region what was reserved there, and what can be had anywhere, in the stack's order", () => {
  expect(rungsIn("us-east-1", ladder)).toEqual([
    { capacity: "block", reserved: block },
    { capacity: "on-demand" },
    { capacity: "spot" },
  ]);
  expect(rungsIn("us-west-2", ladder).map(({ capacity }) => capacity)).toEqual(["reservation", "on-demand", "spot"]);
  expect(rungsIn("eu-central-1", { capacity: ["block"], block })).toEqual([]);
});
